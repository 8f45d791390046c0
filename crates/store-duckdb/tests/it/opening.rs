//! Every way a file can be wrong has its own error.

use std::path::Path;

use debrief_model::{Aggregate, Dimension, Event, EventFilter, Kind, Order, Paging, Position, Scan, TenantId, TimeRange};
use debrief_store::Warehouse;
use debrief_store::body::{self, Together};
use debrief_store_duckdb::{DuckWarehouse, OpenError, Options};
use debrief_testkit::warehouse::builders::{full_event, record};
use duckdb::Connection;

fn open(path: &Path) -> Result<DuckWarehouse, OpenError> {
    DuckWarehouse::open(path, &Options::default())
}

/// Makes a file that holds these events, and then what a former format was.
fn make_former(path: &Path, events: &[Event], to_former: &str) {
    let warehouse = open(path).unwrap();
    warehouse.apply(&[record(1, events.to_vec())]).unwrap();
    warehouse.compact().unwrap();
    drop(warehouse);
    take_back(path, to_former);
}

/// Takes a file back to format 6, and then further.
fn take_back(path: &Path, to_former: &str) {
    let to_format_6 = "ALTER TABLE events DROP COLUMN body_holder; ALTER TABLE events DROP COLUMN body_part;
                       UPDATE meta SET format = 6; CHECKPOINT;";
    Connection::open(path).unwrap().execute_batch(&format!("{to_format_6} {to_former}")).unwrap();
}

#[test]
fn a_file_of_something_else_is_not_a_database() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("it's.duckdb");
    std::fs::write(&path, "hello ".repeat(5_000)).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error:?}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 30_000, "the file stays as it was");
}

#[test]
fn a_database_of_something_else_is_not_ours() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE mine (x INTEGER)").unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::NotADatabase(_)), "{error:?}");
}

#[test]
fn a_newer_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    drop(open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("UPDATE meta SET format = 1000").unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Newer(_)), "{error:?}");
}

#[test]
fn damage_to_the_head_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let warehouse = open(&path).unwrap();
    warehouse.apply(&[record(1, (1..=2_000).map(|n| full_event(n, 1)).collect())]).unwrap();
    warehouse.settle().unwrap();
    drop(warehouse);
    let mut bytes = std::fs::read(&path).unwrap();
    // The two headers that say where everything is; the first 4 kB only say what file it is.
    bytes[4_096..12_288].fill(7);
    std::fs::write(&path, bytes).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
}

/// A file from before marks: the format that only unreleased versions wrote.
#[test]
fn an_older_format_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    drop(open(&path).unwrap());
    Connection::open(&path).unwrap().execute_batch("UPDATE meta SET format = 1").unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Older(_)), "{error:?}");
}

/// A file as format 2 was: without the columns that say what a call costs by a price book, and audio tokens.
#[test]
fn a_file_of_the_former_format_is_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let events: Vec<_> = (1..=3).map(|n| full_event(n, 1)).collect();
    let added = "input_audio_tokens output_audio_tokens tokens_estimated told_nano_usd priced_nano_usd price_book price_entry price_lines \
                 trace_hi trace_lo span parent_span caused_by_parent terms use_mark model";
    let without = added.split(' ').map(|column| format!("ALTER TABLE events DROP COLUMN {column};")).collect::<String>();
    make_former(&path, &events, &format!("{without} DROP TABLE models; UPDATE meta SET format = 2; CHECKPOINT"));
    let scan = Scan { filter: EventFilter::default(), order: Order::Ascending, paging: Paging { limit: 10, offset: 0 }, bodies: true };
    for _ in 0..2 {
        let warehouse = open(&path).unwrap();
        let found = warehouse.scan(events[0].tenant, &scan).unwrap().rows;
        let mut expected = events.clone();
        for event in &mut expected {
            event.facts.audio = debrief_model::AudioTokens::default();
            event.facts.tokens_estimated = false;
            event.facts.terms = None;
            event.facts.told_nano_usd = None;
            event.facts.priced = None;
        }
        assert_eq!(found, expected);
    }
    let warehouse = open(&path).unwrap();
    let new = full_event(9, 2);
    warehouse.apply(&[record(2, vec![new.clone()])]).unwrap();
    warehouse.settle().unwrap();
    assert_eq!(warehouse.events(new.tenant, &[new.id], TimeRange::default()).unwrap(), [new]);
}

/// A file as format 3 was: ids of traces and spans are texts, whatever they are.
#[test]
fn spans_of_the_former_format_are_found_by_their_ids() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let event = full_event(1, 1);
    let (trace, span, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "00f067aa0ba902b8");
    let sql = format!(
        "UPDATE events SET trace_id = '{trace}', span_id = '{span}', parent_span_id = '{parent}', causation_id = '{trace}-{parent}';
         {} DROP TABLE models; UPDATE meta SET format = 3; CHECKPOINT",
        ["trace_hi", "trace_lo", "span", "parent_span", "caused_by_parent", "terms", "use_mark", "model"]
            .map(|column| format!("ALTER TABLE events DROP COLUMN {column};"))
            .concat()
    );
    make_former(&path, std::slice::from_ref(&event), &sql);
    let warehouse = open(&path).unwrap();
    let former = warehouse.events(event.tenant, &[event.id], TimeRange::default()).unwrap().remove(0);
    assert_eq!(former.facts.trace_id.as_deref(), Some(trace));
    let mut new = full_event(2, 2);
    new.facts = debrief_model::Facts { key: Some(format!("{trace}-{span}")), body: new.facts.body.clone(), ..former.facts.clone() };
    warehouse.apply(&[record(2, vec![new.clone()])]).unwrap();
    let filters = [
        EventFilter { trace: Some(trace.to_owned()), ..EventFilter::default() },
        EventFilter { span: Some(span.to_owned()), ..EventFilter::default() },
        EventFilter { caused_by: vec![format!("{trace}-{parent}")], ..EventFilter::default() },
    ];
    for settled in [false, true] {
        if settled {
            warehouse.settle().unwrap();
        }
        for filter in filters.clone() {
            let scan = Scan { filter, order: Order::Ascending, paging: Paging { limit: 10, offset: 0 }, bodies: true };
            let found = warehouse.scan(event.tenant, &scan).unwrap().rows;
            assert_eq!(found.iter().map(|event| event.seq.0).collect::<Vec<_>>(), [1, 2], "{scan:?}");
            assert_eq!(found[1], new);
        }
    }
}

/// A file as format 4 was: nothing of how calls were made.
#[test]
fn calls_of_the_former_format_have_no_terms_and_new_ones_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let former = full_event(1, 1);
    let sql = "ALTER TABLE events DROP COLUMN terms; ALTER TABLE events DROP COLUMN use_mark; ALTER TABLE events DROP COLUMN model;
               DROP TABLE models; UPDATE meta SET format = 4; CHECKPOINT";
    make_former(&path, std::slice::from_ref(&former), sql);
    let warehouse = open(&path).unwrap();
    let new = full_event(2, 2);
    assert!(new.facts.terms.is_some());
    warehouse.apply(&[record(2, vec![new.clone()])]).unwrap();
    let mut expected = [former, new];
    expected[0].facts.terms = None;
    for settled in [false, true] {
        if settled {
            warehouse.settle().unwrap();
        }
        let ids = [expected[0].id, expected[1].id];
        let mut found = warehouse.events(expected[0].tenant, &ids, TimeRange::default()).unwrap();
        found.sort_by_key(|event| event.seq);
        assert_eq!(found, expected);
    }
}

/// Events that say what they used, by model: one of each name, in the order of the names.
fn uses(warehouse: &DuckWarehouse, tenant: TenantId) -> Vec<(Option<String>, u64)> {
    let filter = EventFilter { used: true, ..EventFilter::default() };
    let sums = warehouse.aggregate(tenant, &Aggregate { filter, group_by: vec![Dimension::Model] }).unwrap();
    sums.into_iter().map(|mut row| (row.keys.remove(0), row.events)).collect()
}

/// An event that asked for one model and was answered by another, if it says so.
fn call(number: u64, kind: Kind, request: Option<&str>, response: Option<&str>) -> Event {
    let mut event = full_event(number, number);
    event.facts.kind = kind;
    (event.facts.request_model, event.facts.response_model) = (request.map(str::to_owned), response.map(str::to_owned));
    event
}

/// Makes a file one of format 5.
const TO_FORMAT_5: &str = "ALTER TABLE events DROP COLUMN use_mark; ALTER TABLE events DROP COLUMN model; DROP TABLE models;
                           UPDATE meta SET format = 5; CHECKPOINT";

/// A file as format 5 was: what says what it used, and of which model, is to be read from the columns that say so.
#[test]
fn uses_of_the_former_format_are_summed_like_new_ones() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let warehouse = open(&path).unwrap();
    let mut silent = call(6, Kind::Tool, Some("b"), None);
    silent.facts.tokens = debrief_model::Tokens::default();
    silent.facts.cost = None;
    let mut waits = call(7, Kind::Llm, None, None);
    waits.facts.tokens = debrief_model::Tokens::default();
    waits.facts.cost = None;
    let says_only = |number: u64, say: fn(&mut debrief_model::Facts)| {
        let mut event = call(number, Kind::Tool, Some("e"), None);
        event.facts.tokens = debrief_model::Tokens::default();
        let cost = event.facts.cost.take();
        say(&mut event.facts);
        if number == 10 {
            event.facts.cost = cost;
        }
        event
    };
    let events = vec![
        says_only(10, |_| {}),
        says_only(11, |facts| facts.tokens.input = Some(0)),
        says_only(12, |facts| facts.tokens.output = Some(0)),
        says_only(13, |facts| facts.tokens.cache_read = Some(1)),
        says_only(14, |facts| facts.tokens.cache_write = Some(1)),
        says_only(15, |facts| facts.tokens.reasoning = Some(1)),
        call(1, Kind::Llm, Some("b"), None),
        call(2, Kind::Llm, Some("b"), Some("a")),
        call(3, Kind::Tool, None, Some("c")),
        call(4, Kind::Llm, None, Some("b")),
        call(5, Kind::Llm, None, None),
        silent,
        waits,
    ];
    let tenant = events[0].tenant;
    warehouse.apply(&[record(1, events)]).unwrap();
    let named = |rows: &[(Option<&str>, u64)]| rows.iter().map(|(name, count)| (name.map(str::to_owned), *count)).collect::<Vec<_>>();
    let expected = named(&[(None, 2), (Some("a"), 1), (Some("b"), 2), (Some("c"), 1), (Some("e"), 6)]);
    assert_eq!(uses(&warehouse, tenant), expected);
    warehouse.compact().unwrap();
    drop(warehouse);
    take_back(&path, TO_FORMAT_5);
    let warehouse = open(&path).unwrap();
    assert_eq!(uses(&warehouse, tenant), expected);
    warehouse.apply(&[record(2, vec![call(20, Kind::Llm, Some("d"), None), call(21, Kind::Llm, Some("a"), None)])]).unwrap();
    let expected = named(&[(None, 2), (Some("a"), 2), (Some("b"), 2), (Some("c"), 1), (Some("d"), 1), (Some("e"), 6)]);
    assert_eq!(uses(&warehouse, tenant), expected);
    warehouse.settle().unwrap();
    // What a crash leaves now: the rows and the new name are in the log only.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["w.duckdb", "w.duckdb.wal"] {
        std::fs::copy(directory.path().join(name), crashed.path().join(name)).unwrap();
    }
    drop(warehouse);
    for path in [path, crashed.path().join("w.duckdb")] {
        assert_eq!(uses(&open(&path).unwrap(), tenant), expected, "new names are in the file with the first rows that have them");
    }
}

/// There bodies are by themselves; new ones may be encoded together.
#[test]
fn bodies_of_the_former_format_are_read_beside_those_of_this_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let mut events = (1..=3).map(|seq| full_event(seq, 1)).collect::<Vec<_>>();
    make_former(&path, &events, "");
    let warehouse = open(&path).unwrap();
    let mut together = Together::new();
    let newer = (4..=6).map(|seq| {
        together.add(format!("the body of {seq}").as_bytes());
        full_event(seq, 2)
    });
    let mut newer = newer.collect::<Vec<_>>();
    newer.iter_mut().zip(together.finish()).for_each(|(event, body)| event.facts.body = body);
    events.extend(newer.iter().cloned());
    warehouse.apply(&[record(2, newer)]).unwrap();
    for settled in [false, true] {
        let found = warehouse.of_sessions(events[0].tenant, &[events[0].links.session.unwrap()], TimeRange::default(), 10).unwrap();
        assert_eq!(found, events, "settled: {settled}");
        assert_eq!(body::decode(&found[4].facts.body).unwrap(), b"the body of 5");
        warehouse.settle().unwrap();
    }
}

/// A file of a former format whose log brought blocks, which are looked for in every table that the file has.
#[test]
fn a_file_of_the_former_format_may_have_a_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let event = call(1, Kind::Llm, Some("a"), None);
    make_former(&path, std::slice::from_ref(&event), TO_FORMAT_5);
    let engine = Connection::open_in_memory().unwrap();
    let attach = format!("ATTACH '{}' AS w (ROW_GROUP_SIZE 10240); USE w;", path.display());
    let fill = "INSERT INTO events SELECT events.* REPLACE (1 + n AS seq) FROM events, range(1, 30000) AS more(n)";
    engine.execute_batch(&format!("{attach} SET checkpoint_threshold = '1TB'; PRAGMA disable_checkpoint_on_shutdown")).unwrap();
    engine.execute_batch(fill).unwrap();
    drop(engine);
    assert!(directory.path().join("w.duckdb.wal").metadata().unwrap().len() > 0);
    let warehouse = open(&path).unwrap();
    assert_eq!(uses(&warehouse, event.tenant), [(Some("a".to_owned()), 30_000)]);
}

/// Names beyond what is remembered are told apart all the same.
#[test]
fn more_models_than_have_numbers_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let mut warehouse = open(&path).unwrap();
    let long = |letter: &str| letter.repeat(1 << 20);
    let names = [long("a"), long("b"), long("c"), long("d"), long("e"), "f".to_owned()];
    let tenant = full_event(1, 1).tenant;
    for round in 0..3 {
        let calls = names.iter().zip(1..).map(|(name, n)| {
            let mut event = call(round * 10 + n, Kind::Llm, Some(name), None);
            event.position = Position(round + 1);
            event
        });
        warehouse.apply(&[record(round + 1, calls.collect())]).unwrap();
        let expected = names.iter().map(|name| (Some(name.clone()), round + 1)).collect::<Vec<_>>();
        assert!(uses(&warehouse, tenant) == expected, "round {round}");
        warehouse.settle().unwrap();
        assert!(uses(&warehouse, tenant) == expected, "round {round}, settled");
        drop(warehouse);
        warehouse = open(&path).unwrap();
        assert!(uses(&warehouse, tenant) == expected, "round {round}, opened again");
    }
    drop(warehouse);
    take_back(&path, TO_FORMAT_5);
    let expected = names.iter().map(|name| (Some(name.clone()), 3)).collect::<Vec<_>>();
    for _ in 0..2 {
        assert!(uses(&open(&path).unwrap(), tenant) == expected, "from a former format");
    }
}

/// What a first start leaves behind that was killed while the engine made the file. That it is never in the file's place, the tests that
/// kill a server show.
#[test]
fn a_file_that_was_not_finished_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    drop(open(&path).unwrap());
    let whole = std::fs::read(&path).unwrap();
    for bytes in [0, 100, 4_096, 5_000, 12_288, whole.len()] {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(directory.path().join("w.duckdb.new"), &whole[..bytes]).unwrap();
        std::fs::write(directory.path().join("w.duckdb.new.wal"), "begun").unwrap();
        drop(open(&path).unwrap_or_else(|error| panic!("{bytes} bytes: {error}")));
        let left = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        assert_eq!(left, ["w.duckdb"], "{bytes} bytes");
    }
}

/// Somebody took the file away, to have it made again from the ledger, and left its log.
#[test]
fn a_new_file_has_nothing_of_an_older_ones_log() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let warehouse = open(&path).unwrap();
    let event = full_event(1, 1);
    warehouse.apply(&[record(1, vec![event.clone()])]).unwrap();
    warehouse.settle().unwrap();
    let log = directory.path().join("w.duckdb.wal");
    let logged = std::fs::read(&log).unwrap();
    drop(warehouse);
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&log, logged).unwrap();
    let warehouse = open(&path).unwrap();
    assert_eq!(warehouse.durable().0, 0);
    let scan = Scan { filter: EventFilter::default(), order: Order::Ascending, paging: Paging { limit: 10, offset: 0 }, bodies: true };
    assert_eq!(warehouse.scan(event.tenant, &scan).unwrap().total, 0);
}

/// What the link leads to may be on a disk that is not there now.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    std::os::unix::fs::symlink(directory.path().join("elsewhere").join("w.duckdb"), &path).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, OpenError::Refused { .. }), "{error:?}");
    assert!(path.symlink_metadata().unwrap().is_symlink());
}

#[test]
fn a_directory_in_its_place_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let error = open(directory.path()).unwrap_err();
    assert!(matches!(error, OpenError::Refused { .. } | OpenError::NotADatabase(_)), "{error:?}");
}

#[test]
fn compacting_gives_room_back_and_changes_no_answer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("w.duckdb");
    let eager = Options { wal_bytes_max: 0, ..Options::default() };
    let warehouse = DuckWarehouse::open(&path, &eager).unwrap();
    for position in 1..=60 {
        let events = (1..=50).map(|n| {
            let mut event = full_event(position * 1_000 + n, position);
            event.facts.body = (0..20_000_u64).map(|byte| (byte.wrapping_mul(n * 2_654_435_761) >> 24) as u8).collect();
            event
        });
        warehouse.apply(&[record(position, events.collect())]).unwrap();
        warehouse.settle().unwrap();
    }
    let tenant = full_event(1, 1).tenant;
    let paging = Paging { limit: 1_000, offset: 1_500 };
    let scan = Scan { filter: EventFilter::default(), order: Order::Ascending, paging, bodies: true };
    let before = (warehouse.scan(tenant, &scan).unwrap(), path.metadata().unwrap().len());
    assert_eq!(before.0.total, 3_000);
    warehouse.compact().unwrap();
    drop(warehouse);
    let after = path.metadata().unwrap().len();
    assert!(after < before.1 * 9 / 10, "{} bytes, then {after}", before.1);
    let warehouse = open(&path).unwrap();
    assert_eq!(warehouse.durable().0, 60);
    assert_eq!(warehouse.scan(tenant, &scan).unwrap(), before.0);
    warehouse.apply(&[record(61, vec![full_event(99_999_999, 61)])]).unwrap();
    warehouse.settle().unwrap();
    assert_eq!(warehouse.scan(tenant, &scan).unwrap().total, 3_001);
}
