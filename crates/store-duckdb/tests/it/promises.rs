//! The conformance suite and the differential test, on this engine.

use std::sync::Arc;

use debrief_model::{Correlated, Event, EventFilter, Order, Paging, Resource, Resourced, Scan, Seq, Status};
use debrief_store::Warehouse;
use debrief_store_duckdb::{DuckWarehouse, Options};
use debrief_testkit::warehouse::builders::{TENANT, event, record};
use debrief_testkit::warehouse::reference::MemoryDisk;
use debrief_testkit::warehouse::{Fixture, differential};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

struct Directory(TempDir);

fn directory() -> Directory {
    Directory(tempfile::tempdir().unwrap())
}

impl Fixture for Directory {
    fn open(&self) -> Arc<dyn Warehouse> {
        Arc::new(DuckWarehouse::open(&self.0.path().join("warehouse.duckdb"), &Options::default()).unwrap())
    }
}

debrief_testkit::warehouse_conformance!(directory());

/// The same with a checkpoint after every settle.
mod checkpointing {
    use super::*;

    struct Checkpointing(Directory);

    impl Fixture for Checkpointing {
        fn open(&self) -> Arc<dyn Warehouse> {
            let options = Options { wal_bytes_max: 0, ..Options::default() };
            Arc::new(DuckWarehouse::open(&self.0.0.path().join("warehouse.duckdb"), &options).unwrap())
        }
    }

    debrief_testkit::warehouse_conformance!(Checkpointing(directory()));

    #[test]
    fn equals_the_reference() {
        differential::run(|| Checkpointing(directory()));
    }
}

#[test]
fn equals_the_reference() {
    differential::run(directory);
}

/// Long enough that the engine looks for a page in a stretch of time before it looks everywhere.
#[test]
fn a_long_history_pages_like_the_reference() {
    const EVENTS: u64 = 30_000;
    let (directory, reference) = (directory(), MemoryDisk::default().open());
    let warehouse = directory.open();
    let mut rng = StdRng::seed_from_u64(3);
    for position in 1..=6 {
        let events = (0..EVENTS / 6).map(|n| light_event(&mut rng, (position - 1) * (EVENTS / 6) + n + 1, position)).collect();
        let record = [record(position, events)];
        warehouse.apply(&record).unwrap();
        reference.apply(&record).unwrap();
        if position == 4 {
            warehouse.settle().unwrap();
        }
    }
    let failed = EventFilter { status: Some(Status::Error), ..EventFilter::default() };
    for (filter, order, limit, offset) in (0..24).map(|n| {
        let filter = if n % 3 == 0 { EventFilter::default() } else { failed.clone() };
        let order = if n % 2 == 0 { Order::Descending } else { Order::Ascending };
        (filter, order, [100, 7, 1_000][n % 3], [0, 40, 2_500, 20_000][n % 4])
    }) {
        let scan = Scan { filter, order, paging: Paging { limit, offset }, bodies: true };
        assert_eq!(warehouse.scan(TENANT, &scan).unwrap(), reference.scan(TENANT, &scan).unwrap(), "{scan:?}");
    }
}

/// Ids are found by sixteen bits of them; of more ids than that some must share theirs, and are told apart all the same.
#[test]
fn many_ids_are_told_apart() {
    const EVENTS: u64 = 70_000;
    let directory = directory();
    let warehouse = directory.open();
    let id = |seq: u64| seq.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string();
    let events = (1..=EVENTS).map(|seq| {
        let mut event = event(seq, 1);
        event.facts.correlation_id = Some(id(seq));
        event.facts.resource = Some(Resource { kind: "decision".into(), id: Some(id(seq)) });
        event
    });
    warehouse.apply(&[record(1, events.collect())]).unwrap();
    warehouse.settle().unwrap();
    for seq in (1..=EVENTS).step_by(701) {
        let correlation =
            EventFilter { correlation: Some(Correlated { id: id(seq), session: None, event: None }), ..EventFilter::default() };
        let resource = EventFilter { resource: Some(Resourced { id: id(seq), event: None, session: None }), ..EventFilter::default() };
        for filter in [correlation, resource] {
            let scan = Scan { filter, order: Order::Descending, paging: Paging { limit: 10, offset: 0 }, bodies: false };
            let page = warehouse.scan(TENANT, &scan).unwrap();
            assert_eq!(page.rows.iter().map(|event| event.seq).collect::<Vec<_>>(), [Seq(seq)]);
        }
    }
}

/// An event that arrived a little out of order, with ties; one in nine failed.
fn light_event(rng: &mut StdRng, seq: u64, position: u64) -> Event {
    let mut light = event(seq, position);
    light.facts.occurred_at = light.facts.occurred_at.plus_micros(rng.random_range(-200..200) * 1_000_000);
    light.facts.status = if rng.random_range(0..9) == 0 { Status::Error } else { Status::Ok };
    light.facts.body = seq.to_le_bytes().into_iter().collect();
    light
}
