use debrief_model::{ErrorKind, Position};
use debrief_store::{Group, Ledger};
use debrief_testkit::ledger::build::{self, ACME, at, call, commit, record};
use debrief_testkit::ledger::view;

use rusqlite::{StatementStatus, params};

use super::cache::Caches;
use crate::{SqliteLedger, row};

fn group(now: i64, bytes: usize) -> Group {
    let mut draft = call(at(now), &format!("s{now}"));
    draft.mention.agent = Some(format!("a{now}"));
    draft.facts.body = vec![b'x'; bytes].into();
    build::group(at(now), vec![record(ACME, [draft])])
}

#[test]
fn a_full_disk_changes_nothing_and_stops_all_writing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.commit(group(1, 100)).unwrap();
    let before = view::lines(&ledger, &[ACME]);
    let pages: i64 = ledger.writer.lock().conn.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    ledger.writer.lock().conn.query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |_| Ok(())).unwrap();
    assert_eq!(ledger.commit(group(2, 1_000_000)).unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(view::lines(&ledger, &[ACME]), before);
    ledger.writer.lock().conn.query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(())).unwrap();
    assert_eq!(ledger.commit(group(3, 1)).unwrap_err().kind, ErrorKind::Unavailable, "for good");
    assert_eq!(view::lines(&ledger, &[ACME]), before);
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(view::lines(&ledger, &[ACME]), before);
    let next = ledger.commit(group(4, 1)).unwrap().record;
    assert_eq!((next.position, next.events[0].seq.0), (Position(2), 5));
    assert_eq!(ledger.agent(ACME, "a4").unwrap().map(|agent| agent.number.0), Some(2), "no number was used up");
}

#[test]
fn a_busy_database_is_unavailable_only_while_it_is_busy() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    let ledger = SqliteLedger::open(&path).unwrap();
    ledger.writer.lock().conn.busy_timeout(std::time::Duration::ZERO).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(ledger.commit(group(1, 1)).unwrap_err().kind, ErrorKind::Unavailable);
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(ledger.commit(group(2, 1)).unwrap().record.position, Position(1));
}

#[test]
fn each_hash_covers_its_record_and_the_hash_before() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ledger.db");
    let ledger = SqliteLedger::open(&path).unwrap();
    let mut expected = Vec::new();
    let mut hash = [0; 32];
    for now in 1..=4 {
        let record = ledger.commit(group(now, 10)).unwrap().record;
        hash = *blake3::Hasher::new().update(&hash).update(&record.encode()).finalize().as_bytes();
        expected.push((record.position, hash));
    }
    assert_eq!(ledger.hashes().unwrap(), expected);
    assert_eq!(ledger.trim(Position(3), at(100)).unwrap(), 3);
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(ledger.hashes().unwrap(), expected, "trimming keeps them");
    let record = ledger.commit(group(5, 10)).unwrap().record;
    let next = *blake3::Hasher::new().update(&hash).update(&record.encode()).finalize().as_bytes();
    assert_eq!(ledger.hashes().unwrap().last(), Some(&(Position(5), next)));
}

#[test]
fn forgetting_what_was_remembered_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let ledgers = ["cached.db", "forgetful.db"].map(|name| SqliteLedger::open(&directory.path().join(name)).unwrap());
    for now in 0..40 {
        for ledger in &ledgers {
            let mut drafts: Vec<_> = (0..4).map(|n| call(at(now), &format!("s{}", (now + n) % 6))).collect();
            drafts[1].mention.agent = Some(format!("a{}", now % 3));
            drafts[2].mention.person = Some(format!("p{}", now % 5));
            commit(ledger, at(now), vec![record(ACME, drafts)]);
        }
        ledgers[1].writer.lock().caches.clear();
    }
    let [cached, forgetful] = ledgers.map(|ledger| view::lines(&ledger, &[ACME]));
    let without_journal = |lines: &[String]| lines.iter().filter(|line| !line.starts_with("Record")).cloned().collect::<Vec<_>>();
    assert_eq!(without_journal(&cached), without_journal(&forgetful));
}

#[test]
fn a_trace_is_new_until_the_next_group_only() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&directory.path().join("ledger.db")).unwrap();
    let spans = |now: i64| {
        let mut draft = call(at(now), "s");
        draft.facts.trace_id = Some("t".into());
        build::group(at(now), vec![record(ACME, [draft])])
    };
    let events = || ledger.known_traces(&[(ACME, "t"), (ACME, "u")]).unwrap().iter().map(|trace| trace.totals.events).collect::<Vec<_>>();
    assert!(events().is_empty());
    ledger.commit(spans(1)).unwrap();
    // As if a thousand others had come since.
    ledger.writer.lock().caches.traces = Caches::new().traces;
    ledger.commit(spans(2)).unwrap();
    assert_eq!(events(), [2]);
}

#[test]
fn a_statement_is_compiled_once_whatever_it_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(&directory.path().join("ledger.db")).unwrap();
    ledger.commit(group(1, 100)).unwrap();
    let conn = &ledger.writer.lock().conn;
    for condition in [
        "session_aliases a JOIN sessions s ON s.number = a.session WHERE a.tenant = ?1 AND a.alias = ?2",
        "sessions s WHERE shared_with = ?1 AND key = ?2 ORDER BY number LIMIT 1",
    ] {
        let mut statement = conn.prepare(&format!("SELECT {} FROM {condition}", row::SESSION)).unwrap();
        for key in ["s1", "s2", "s1"] {
            statement.query(params![ACME.0, key]).unwrap().next().unwrap();
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0, "{condition}");
    }
}
