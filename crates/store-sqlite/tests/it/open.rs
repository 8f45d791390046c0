//! Files that are no healthy ledger are refused in one clear sentence, and are left as they are.

use std::fs;
use std::path::Path;

use debrief_model::SessionPatch;
use debrief_store_sqlite::{OpenError, SqliteLedger, examine};
use debrief_testkit::ledger::Fixture;
use debrief_testkit::ledger::build::{ACME, at, call, commit, origin, put_session, record};

use crate::fixture::SqliteFixture;

fn filled() -> SqliteFixture {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    for now in 0..50 {
        let patch = SessionPatch { host: Some("x".repeat(5_000)), ..SessionPatch::default() };
        let session = format!("s{now}");
        commit(ledger.as_ref(), at(now), vec![put_session(ACME, &session, patch), record(ACME, [call(at(now), &session)])]);
    }
    drop(ledger);
    fixture
}

fn refusal(path: &Path) -> OpenError {
    let before = fs::read(path).expect("reads");
    let Err(error) = SqliteLedger::open(path) else { panic!("{} must not open", path.display()) };
    assert_eq!(fs::read(path).expect("reads"), before, "a refused file stays as it is");
    let sentence = error.to_string();
    assert!(sentence.contains(&path.display().to_string()) && !sentence.contains('\n'), "{sentence}");
    error
}

fn raw(path: &Path) -> rusqlite::Connection {
    rusqlite::Connection::open(path).expect("opens")
}

#[test]
fn a_healthy_ledger_is_found_healthy() {
    let fixture = filled();
    assert_eq!(examine(&fixture.path()).expect("reads"), [""; 0]);
}

#[test]
fn an_empty_file_is_a_new_ledger() {
    let fixture = SqliteFixture::default();
    fs::write(fixture.path(), b"").expect("writes");
    assert_eq!(fixture.open().last_position().expect("reads").0, 0);
}

#[test]
fn other_files_are_foreign() {
    let fixture = SqliteFixture::default();
    for content in ["hello", "\0", "SQLite format 2\0", &"{}".repeat(5_000)] {
        fs::write(fixture.path(), content).expect("writes");
        assert!(matches!(refusal(&fixture.path()), OpenError::Foreign(_)), "{:.20?}", content);
    }
}

#[test]
fn somebody_elses_database_is_foreign() {
    let fixture = SqliteFixture::default();
    raw(&fixture.path()).execute_batch("CREATE TABLE theirs (x)").expect("creates");
    assert!(matches!(refusal(&fixture.path()), OpenError::Foreign(_)));
}

#[test]
fn a_newer_schema_is_named() {
    let fixture = filled();
    raw(&fixture.path()).pragma_update(None, "user_version", 77).expect("writes");
    assert!(matches!(refusal(&fixture.path()), OpenError::Newer { found: 77, known: 6, .. }));
}

#[test]
fn a_file_cut_off_anywhere_is_damaged() {
    let fixture = filled();
    let whole = fs::read(fixture.path()).expect("reads");
    for length in [16, 50, 100, 1_000, 4_095, 4_096, 8_192, whole.len() / 2, whole.len() - 4_096, whole.len() - 1] {
        fs::write(fixture.path(), &whole[..length]).expect("writes");
        assert!(matches!(refusal(&fixture.path()), OpenError::Damaged { .. }), "{length} of {} bytes", whole.len());
    }
    fs::write(fixture.path(), &whole).expect("writes");
    assert_eq!(fixture.open().last_position().expect("reads").0, 50);
}

#[test]
fn a_scribbled_header_or_schema_is_refused() {
    let fixture = filled();
    let whole = fs::read(fixture.path()).expect("reads");
    for range in [16..24, 100..4_096] {
        let mut scribbled = whole.clone();
        scribbled[range.clone()].fill(0xA5);
        fs::write(fixture.path(), scribbled).expect("writes");
        let error = refusal(&fixture.path());
        assert!(matches!(error, OpenError::Damaged { .. } | OpenError::Foreign(_)), "{range:?}: {error}");
    }
}

#[test]
fn damage_within_is_found_by_examining() {
    let fixture = filled();
    let mut bytes = fs::read(fixture.path()).expect("reads");
    let middle = bytes.len() / 2 / 4_096 * 4_096;
    bytes[middle..middle + 4_096].fill(0xA5);
    fs::write(fixture.path(), bytes).expect("writes");
    assert_ne!(examine(&fixture.path()).expect("reads"), [""; 0]);
}

#[test]
fn a_directory_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    assert!(SqliteLedger::open(directory.path()).is_err());
    assert!(SqliteLedger::open(&directory.path().join("missing").join("ledger.db")).is_err());
}

#[test]
fn another_connection_may_make_keys_while_groups_are_committed() {
    let fixture = SqliteFixture::default();
    let (server, tool) = (fixture.open(), fixture.open());
    let before = server.credentials_version().expect("reads");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for now in 0..100 {
                commit(server.as_ref(), at(now), vec![record(ACME, [call(at(now), "s")])]);
            }
        });
        for now in 0..20 {
            tool.create_tenant(&format!("t{now}"), at(now), &origin()).expect("creates");
        }
    });
    assert_eq!((server.tenants().expect("reads").len(), server.last_position().expect("reads").0), (20, 100));
    assert_eq!(server.credentials_version().expect("reads"), before + 20);
}

#[test]
fn room_that_trimmed_records_left_is_given_back() {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    for n in 0..200 {
        let mut draft = call(at(n), "s");
        draft.facts.body = (0..20_000_u32).map(|byte| (byte.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        commit(ledger.as_ref(), at(n), vec![record(ACME, [draft])]);
    }
    ledger.compact().expect("compacts");
    let full = fixture.path().metadata().expect("is there").len();
    while ledger.trim(ledger.last_position().expect("reads"), at(1_000)).expect("trims") > 0 {}
    ledger.compact().expect("compacts");
    let compact = fixture.path().metadata().expect("is there").len();
    assert!(compact < full / 10, "{full} bytes with records, {compact} without");
}
