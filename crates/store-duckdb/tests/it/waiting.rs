//! What is applied waits in memory as it is: it is found there, and moves into the file without becoming fresh rows before.

use std::sync::atomic::{AtomicBool, Ordering};

use debrief_model::{Event, EventFilter, Kind, Order, Paging, Position, Scan, SessionNumber, TenantId, TimeRange};
use debrief_store::Warehouse;
use debrief_store_duckdb::{DuckWarehouse, Options};
use debrief_testkit::warehouse::Fixture as _;
use debrief_testkit::warehouse::builders::{TENANT, event, record, revising};
use debrief_testkit::warehouse::reference::MemoryDisk;
use tempfile::TempDir;

const SESSIONS: u64 = 7;
/// Rows of a group in the file.
const GROUP: u64 = 10_240;
const RECORD: u64 = 700;

fn open(directory: &TempDir) -> DuckWarehouse {
    DuckWarehouse::open(&directory.path().join("warehouse.duckdb"), &Options::default()).unwrap()
}

/// An event of one of a few sessions; times go up and down.
fn of_some_session(seq: u64, position: u64) -> Event {
    let mut event = event(seq, position);
    event.links.session = Some(SessionNumber(seq % SESSIONS));
    event.facts.occurred_at = event.facts.occurred_at.plus_micros((seq * 7_919 % 1_000) as i64 * 1_000_000);
    event.facts.kind = if seq.is_multiple_of(3) { Kind::Tool } else { Kind::Llm };
    event.facts.body = seq.to_le_bytes().into_iter().collect();
    event.tenant = if seq.is_multiple_of(11) { TenantId(2) } else { TENANT };
    event
}

fn events(position: u64, count: u64) -> Vec<Event> {
    (0..count).map(|nth| of_some_session((position - 1) * count + nth + 1, position)).collect()
}

/// Everything that is asked for by session or id, as an engine answers it.
fn answers(warehouse: &dyn Warehouse) -> Vec<Vec<Event>> {
    let all = TimeRange::default();
    let mut answers = Vec::new();
    for session in (0..SESSIONS).map(SessionNumber) {
        let filters = [None, Some(Kind::Tool)].map(|kind| EventFilter { session: Some(session), kind, ..EventFilter::default() });
        for (filter, (order, limit, offset, bodies)) in filters.into_iter().flat_map(|filter| {
            [(Order::Descending, 1_000, 0, true), (Order::Ascending, 5, 3, false), (Order::Descending, 4, 17, true)]
                .map(|page| (filter.clone(), page))
        }) {
            let page = warehouse.scan(TENANT, &Scan { filter, order, paging: Paging { limit, offset }, bodies }).unwrap();
            assert!(page.rows.len() <= page.total as usize);
            answers.push(page.rows);
        }
        answers.push(warehouse.of_sessions(TENANT, &[session, SessionNumber(3)], all, 40).unwrap());
        let found = warehouse.of_sessions(TENANT, &[session], all, 1_000).unwrap();
        let mut by_id = warehouse.events(TENANT, &found.iter().map(|event| event.id).collect::<Vec<_>>(), all).unwrap();
        by_id.sort_by_key(|event| event.seq);
        answers.push(by_id);
        answers.push(found);
    }
    answers
}

#[test]
fn it_is_found_beside_the_rows_that_there_are() {
    let directory = tempfile::tempdir().unwrap();
    let (warehouse, reference) = (open(&directory), MemoryDisk::default().open());
    let apply = |record| {
        warehouse.apply(&[std::sync::Arc::clone(&record)]).unwrap();
        reference.apply(&[record]).unwrap();
    };
    let everything =
        Scan { filter: EventFilter::default(), order: Order::Ascending, paging: Paging { limit: 1, offset: 0 }, bodies: false };
    apply(record(1, events(1, 90)));
    warehouse.settle().unwrap();
    apply(record(2, events(2, 90)));
    // A question about everything makes rows of what waits.
    warehouse.scan(TENANT, &everything).unwrap();
    apply(record(3, events(3, 90)));
    assert_eq!(answers(&warehouse), answers(reference.as_ref()));
    let mut revised = of_some_session(100, 2);
    revised.facts.name = Some("revised".into());
    apply(revising(4, events(4, 90), vec![revised]));
    assert_eq!(answers(&warehouse), answers(reference.as_ref()), "a revision is no other event");
    warehouse.settle().unwrap();
    assert_eq!(answers(&warehouse), answers(reference.as_ref()));
}

#[test]
fn whole_groups_move_and_the_rest_waits() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { fresh_rows_max: 2 * GROUP, ..Options::default() };
    let warehouse = DuckWarehouse::open(&directory.path().join("warehouse.duckdb"), &options).unwrap();
    for position in 1..=36 {
        assert_eq!(warehouse.wants_settling(), (position - 1) * RECORD >= 2 * GROUP, "once two groups wait");
        warehouse.apply(&[record(position, events(position, RECORD))]).unwrap();
    }
    warehouse.relieve().unwrap();
    let log = std::fs::metadata(directory.path().join("warehouse.duckdb.wal")).unwrap().len();
    assert!(log < 200_000, "rows that fill groups do not pass through the log: {log} bytes");
    let moved = warehouse.durable().0;
    assert_eq!(moved, 2 * GROUP / RECORD, "as many records as two groups hold");
    assert_eq!(warehouse.figures().fresh_rows, (36 - moved) * RECORD);
    assert!(!warehouse.wants_settling());
    let found = |warehouse: &DuckWarehouse| warehouse.of_sessions(TENANT, &[SessionNumber(1)], TimeRange::default(), u32::MAX).unwrap();
    let before = found(&warehouse);
    warehouse.settle().unwrap();
    assert_eq!((warehouse.durable(), warehouse.figures().fresh_rows), (Position(36), 0));
    assert_eq!(found(&warehouse), before);
    drop(warehouse);
    let warehouse = open(&directory);
    assert_eq!(warehouse.applied(), Position(36));
    assert_eq!(found(&warehouse), before);
}

#[test]
fn what_waits_is_moved_once_there_is_as_much_as_was_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let options = Options { fresh_rows_max: 1_000, ..Options::default() };
    let warehouse = DuckWarehouse::open(&directory.path().join("warehouse.duckdb"), &options).unwrap();
    warehouse.apply(&[record(1, events(1, RECORD))]).unwrap();
    assert!(!warehouse.wants_settling());
    warehouse.apply(&[record(2, events(2, RECORD))]).unwrap();
    assert!(warehouse.wants_settling());
    warehouse.relieve().unwrap();
    assert_eq!((warehouse.durable(), warehouse.figures().fresh_rows), (Position(2), 0));
}

/// Then some of it becomes fresh rows after all, and is in the file as well.
#[test]
fn nothing_is_seen_twice_or_missed_while_it_moves() {
    const RECORDS: u64 = 12;
    let directory = tempfile::tempdir().unwrap();
    let warehouse = open(&directory);
    let everything =
        Scan { filter: EventFilter::default(), order: Order::Descending, paging: Paging { limit: 3, offset: 0 }, bodies: true };
    let mut expected = 0;
    for round in 0..6 {
        for position in round * RECORDS + 1..=(round + 1) * RECORDS {
            let events = events(position, RECORD);
            expected += events.iter().filter(|event| event.tenant == TENANT).count() as u64;
            warehouse.apply(&[record(position, events)]).unwrap();
        }
        let moved = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if round.is_multiple_of(2) { warehouse.relieve() } else { warehouse.settle() }.unwrap();
                moved.store(true, Ordering::Release);
            });
            let mut last = false;
            while !last {
                last = moved.load(Ordering::Acquire);
                assert_eq!(warehouse.scan(TENANT, &everything).unwrap().total, expected, "round {round}");
            }
        });
    }
    warehouse.settle().unwrap();
    assert_eq!((warehouse.durable(), warehouse.figures().fresh_rows), (Position(6 * RECORDS), 0));
    drop(warehouse);
    assert_eq!(open(&directory).scan(TENANT, &everything).unwrap().total, expected);
}

/// More than are looked at one by one.
#[test]
fn it_is_found_beside_many_rows() {
    const MANY: u64 = 2_500;
    let directory = tempfile::tempdir().unwrap();
    let warehouse = open(&directory);
    let of_one = |seq: u64, position: u64| {
        let mut event = event(seq, position);
        event.links.session = Some(SessionNumber(1));
        event
    };
    warehouse.apply(&[record(1, (1..=MANY).map(|seq| of_one(seq, 1)).collect())]).unwrap();
    warehouse.settle().unwrap();
    let filter = EventFilter { session: Some(SessionNumber(1)), ..EventFilter::default() };
    let newest = Scan { filter, order: Order::Descending, paging: Paging { limit: 2, offset: 0 }, bodies: false };
    let found = || {
        let page = warehouse.scan(TENANT, &newest).unwrap();
        (page.total, page.rows.iter().map(|event| event.seq.0).collect::<Vec<_>>())
    };
    assert_eq!(found(), (MANY, vec![MANY, MANY - 1]));
    warehouse.apply(&[record(2, vec![of_one(MANY + 1, 2)])]).unwrap();
    assert_eq!(found(), (MANY + 1, vec![MANY + 1, MANY]));
}
