//! Bodies that are encoded together are in one row, and are found as long as any event needs them.

use std::path::Path;
use std::sync::Arc;

use debrief_model::{Body, Event, TimeRange};
use debrief_store::Warehouse;
use debrief_store::body::{self, Together};
use debrief_store_duckdb::{DuckWarehouse, Options};
use debrief_testkit::warehouse::builders::{TENANT, event, record, revising};
use duckdb::Connection;

fn open(path: &Path) -> DuckWarehouse {
    DuckWarehouse::open(path, &Options::default()).unwrap()
}

fn together(mut events: Vec<Event>, what: &str) -> Vec<Event> {
    let mut together = Together::new();
    for event in &events {
        together.add(format!("{what} of {}", event.seq).repeat(40).as_bytes());
    }
    events.iter_mut().zip(together.finish()).for_each(|(event, body)| event.facts.body = body);
    events
}

/// What is read of the bodies of the first so many events, as text.
fn read(warehouse: &DuckWarehouse, seqs: u64) -> Vec<String> {
    let ids = (1..=seqs).map(|seq| event(seq, 1).id).collect::<Vec<_>>();
    let mut found = warehouse.events(TENANT, &ids, TimeRange::default()).unwrap();
    found.sort_by_key(|event| event.seq);
    found.iter().map(|event| String::from_utf8(body::decode(&event.facts.body).unwrap()).unwrap()).collect()
}

fn expected(what: &[(u64, &str)]) -> Vec<String> {
    what.iter().map(|(seq, what)| format!("{what} of {seq}").repeat(40)).collect()
}

/// Rows of bodies in the file, and how many of them hold anything.
fn rows(path: &Path) -> (u64, u64) {
    let sql = "SELECT count(*)::UBIGINT, (count(*) FILTER (octet_length(body) > 0))::UBIGINT FROM payloads";
    Connection::open(path).unwrap().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn a_holder_that_is_replaced_keeps_the_bodies_of_the_others() {
    for settled_between in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("w.duckdb");
        let warehouse = open(&path);
        warehouse.apply(&[record(1, together((1..=4).map(|seq| event(seq, 1)).collect(), "first"))]).unwrap();
        if settled_between {
            warehouse.settle().unwrap();
        }
        let mut alone = event(1, 1);
        alone.facts.body = body::encode("alone of 1".repeat(40).as_bytes());
        warehouse.apply(&[revising(2, Vec::new(), vec![alone])]).unwrap();
        let now = expected(&[(1, "alone"), (2, "first"), (3, "first"), (4, "first")]);
        assert_eq!(read(&warehouse, 4), now);
        for _ in 0..3 {
            // The second buries what the first replaced.
            warehouse.settle().unwrap();
            assert_eq!(read(&warehouse, 4), now);
        }
        drop(warehouse);
        assert_eq!(rows(&path).1, 2, "the block, and what replaced its first");
        let warehouse = open(&path);
        assert_eq!(read(&warehouse, 4), now);
        // All that were left in the block go to another one.
        warehouse.apply(&[revising(3, Vec::new(), together((2..=4).map(|seq| event(seq, 1)).collect(), "second"))]).unwrap();
        let now = expected(&[(1, "alone"), (2, "second"), (3, "second"), (4, "second")]);
        assert_eq!(read(&warehouse, 4), now);
        for _ in 0..3 {
            warehouse.settle().unwrap();
            assert_eq!(read(&warehouse, 4), now);
        }
        warehouse.compact().unwrap();
        drop(warehouse);
        assert_eq!(rows(&path), (4, 2), "nobody needs the first block, settled between: {settled_between}");
        assert_eq!(read(&open(&path), 4), now);
    }
}

#[test]
fn events_of_one_block_share_it_when_they_are_read() {
    let directory = tempfile::tempdir().unwrap();
    let warehouse = open(&directory.path().join("w.duckdb"));
    let ids = (1..=4).map(|seq| event(seq, 1).id).collect::<Vec<_>>();
    warehouse.apply(&[record(1, together((1..=4).map(|seq| event(seq, 1)).collect(), "first"))]).unwrap();
    for _ in 0..2 {
        let found = warehouse.events(TENANT, &ids, TimeRange::default()).unwrap();
        let blocks = found.iter().filter_map(|event| event.facts.body.block()).collect::<Vec<_>>();
        assert_eq!(blocks.len(), 4);
        assert!(blocks.iter().all(|block| Arc::ptr_eq(block, blocks[0])));
        warehouse.settle().unwrap();
    }
    // One body is no block, and an empty one none of its parts.
    assert!(matches!(together(vec![event(9, 2)], "alone")[0].facts.body, Body::Own(_)));
}
