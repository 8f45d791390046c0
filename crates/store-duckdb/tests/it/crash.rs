//! Whatever moment the process dies at, the file is complete up to its own position.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use debrief_model::{Event, Position};
use debrief_store::{Record, Warehouse};
use debrief_store_duckdb::{DuckWarehouse, OpenError, Options};
use debrief_testkit::warehouse::builders::{TENANT, full_event, revising};
use debrief_testkit::warehouse::check::all;

const DIRECTORY: &str = "DEBRIEF_TEST_CRASH_DIRECTORY";
const RECORDS: u64 = 4_000;
const KILLS: usize = 6;

/// Every third record revises an event of the one before.
fn record_at(position: u64) -> Arc<Record> {
    let events = (1..=3).map(|n| full_event(position * 3 + n, position)).collect();
    let revised = Event { position: Position(position - 1), ..full_event((position - 1) * 3 + 1, position - 1) };
    let revisions = if position.is_multiple_of(3) { vec![named(revised, position)] } else { Vec::new() };
    revising(position, events, revisions)
}

fn named(mut event: Event, position: u64) -> Event {
    event.facts.name = Some(format!("revised by {position}"));
    event
}

/// What all events read like after `position`.
fn expected(position: Position) -> Vec<Event> {
    let mut events = std::collections::BTreeMap::new();
    for record in (1..=position.0).map(record_at) {
        events.extend(record.events.iter().chain(&record.revisions).map(|event| (event.seq, event.clone())));
    }
    events.into_values().collect()
}

fn open(directory: &Path) -> DuckWarehouse {
    // A small log, so that some deaths happen during a checkpoint.
    let options = Options { wal_bytes_max: 200_000, ..Options::default() };
    DuckWarehouse::open(&directory.join("w.duckdb"), &options).unwrap()
}

/// Not a test of its own: the process that the next one kills. It applies and settles, and says each position that became durable.
#[test]
fn victim() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let warehouse = open(Path::new(&directory));
    for position in warehouse.applied().0 + 1..=RECORDS {
        warehouse.apply(&[record_at(position)]).unwrap();
        if position.is_multiple_of(5) {
            warehouse.settle().unwrap();
            eprintln!("durable {}", warehouse.durable());
        }
    }
}

#[test]
fn a_killed_process_leaves_a_whole_prefix() {
    let directory = tempfile::tempdir().unwrap();
    let mut before = Position(0);
    for kill in 0..KILLS {
        let told = Position(live_and_die(directory.path(), 2 + kill * 3));
        let warehouse = open(directory.path());
        let position = warehouse.durable();
        assert!(position >= told && position > before, "{told} was durable, {position} is left");
        assert_eq!(all(&warehouse, TENANT), expected(position), "at {position}");
        before = position;
    }
}

/// Runs the victim until it has said `lines` positions, kills it in the midst of what it does then, and answers the last one it said.
fn live_and_die(directory: &Path, lines: usize) -> u64 {
    let mut victim = start(directory);
    let said = BufReader::new(victim.stderr.take().unwrap()).lines().map(Result::unwrap);
    let told = said.filter_map(|line| line.strip_prefix("durable ").map(str::to_owned)).take(lines).last();
    victim.kill().unwrap();
    victim.wait().unwrap();
    told.expect("it says what is durable").parse().unwrap()
}

fn start(directory: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::victim", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_file_in_use_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut other = start(directory.path());
    // Kept until the end: the other process would end at its next word if nobody listened.
    let mut said = BufReader::new(other.stderr.take().unwrap()).lines().map(Result::unwrap);
    let first = said.find(|line| line.starts_with("durable "));
    let error = DuckWarehouse::open(&directory.path().join("w.duckdb"), &Options::default()).unwrap_err();
    other.kill().unwrap();
    other.wait().unwrap();
    drop(said);
    assert!(first.is_some() && matches!(error, OpenError::InUse(_)), "{error:?}");
}

#[test]
fn a_torn_log_leaves_a_whole_prefix() {
    let directory = tempfile::tempdir().unwrap();
    let warehouse = DuckWarehouse::open(&directory.path().join("w.duckdb"), &Options::default()).unwrap();
    for position in 1..=20 {
        warehouse.apply(&[record_at(position)]).unwrap();
        warehouse.settle().unwrap();
    }
    let base = std::fs::read(directory.path().join("w.duckdb")).unwrap();
    let log = std::fs::read(directory.path().join("w.duckdb.wal")).unwrap();
    let mut positions = Vec::new();
    for part in 1..=24 {
        let copy = tempfile::tempdir().unwrap();
        std::fs::write(copy.path().join("w.duckdb"), &base).unwrap();
        std::fs::write(copy.path().join("w.duckdb.wal"), &log[..log.len() * part / 24]).unwrap();
        let warehouse = open(copy.path());
        assert_eq!(all(&warehouse, TENANT), expected(warehouse.durable()), "{part} of 24 parts of the log");
        positions.push(warehouse.durable());
    }
    assert!(positions.is_sorted() && positions[0] < Position(20) && positions[23] == Position(20), "{positions:?}");
}
