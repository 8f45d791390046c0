//! The journal: order, sizes, trimming, and that a restart changes nothing.

use debrief_model::{ErrorKind, Position, SessionPatch};
use debrief_store::Change;

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, RIVAL, at, call, commit, put_agent, put_fingerprint, put_session, record};
use crate::ledger::view;

/// Every group is a record, empty and refused ones too.
pub fn every_group_is_a_record(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    assert_eq!(ledger.last_position().expect("reads"), Position(0));
    assert_eq!(ledger.journal(Position(0), 1_000).expect("reads"), []);
    commit(ledger.as_ref(), at(1), vec![]);
    commit(ledger.as_ref(), at(2), vec![Change::UpdatePerson { tenant: ACME, key: "nobody".into(), properties: None }]);
    let last = commit(ledger.as_ref(), at(3), vec![put_agent(ACME, "a"), put_agent(ACME, "b")]);
    assert_eq!((last.record.position, last.record.changes, last.record.recorded_at), (Position(3), 2, at(3)));
    assert_eq!(ledger.last_position().expect("reads"), Position(3));
    let records = ledger.journal(Position(0), usize::MAX).expect("reads");
    assert_eq!(records.iter().map(|record| record.position.0).collect::<Vec<_>>(), [1, 2, 3]);
}

/// At least one record, then no more than about what was asked for.
pub fn the_journal_comes_in_pieces(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    for now in 1..=6 {
        commit(ledger.as_ref(), at(now), vec![record(ACME, [call(at(0), "s")])]);
    }
    let positions = |after, bytes| {
        let records = ledger.journal(Position(after), bytes).expect("reads");
        records.iter().map(|record| record.position.0).collect::<Vec<_>>()
    };
    assert_eq!(positions(2, 0), [3]);
    assert_eq!(positions(2, 1), [3]);
    let two = ledger.journal(Position(2), 1).expect("reads")[0].encode().len() + 1;
    assert_eq!(positions(2, two), [3, 4]);
    assert_eq!(positions(4, usize::MAX), [5, 6]);
    assert_eq!(positions(6, usize::MAX), [0; 0]);
    assert_eq!(positions(60, usize::MAX), [0; 0]);
}

/// Trimmed records are gone and said to be; the others stay, and so does all that they implied.
pub fn trimming_forgets_old_records(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    for now in 1..=6 {
        commit(ledger.as_ref(), at(now), vec![record(ACME, [call(at(0), "s")])]);
    }
    let trim = |upto, before| {
        let mut total = 0;
        while let trimmed @ 1.. = ledger.trim(Position(upto), at(before)).expect("trims") {
            total += trimmed;
        }
        total
    };
    assert_eq!(trim(4, 3), 2, "only what was recorded before");
    assert_eq!(trim(3, 100), 1, "only up to");
    assert_eq!(trim(3, 100), 0);
    assert_eq!(ledger.journal(Position(0), 1).expect_err("trimmed").kind, ErrorKind::Unavailable);
    assert_eq!(ledger.journal(Position(2), 1).expect_err("trimmed").kind, ErrorKind::Unavailable);
    assert_eq!(ledger.journal(Position(3), usize::MAX).expect("reads").len(), 3);
    assert_eq!(trim(5, 100), 2);
    drop(ledger);
    let ledger = fixture.open();
    assert_eq!(ledger.last_position().expect("reads"), Position(6));
    assert_eq!(ledger.journal(Position(5), usize::MAX).expect("reads").len(), 1);
    let next = commit(ledger.as_ref(), at(7), vec![record(ACME, [call(at(0), "s")])]).record;
    let seq = next.events[0].seq.0;
    assert_eq!((next.position.0, next.events.len()), (7, 1), "nothing new but the event");
    while ledger.trim(Position(99), at(100)).expect("trims") > 0 {}
    assert_eq!(ledger.session(ACME, "s").expect("reads").map(|session| session.totals.events), Some(7));
    drop(ledger);
    let next = commit(fixture.open().as_ref(), at(8), vec![record(ACME, [call(at(0), "s")])]).record;
    assert_eq!((next.position.0, next.events[0].seq.0), (8, seq + 1), "also when every record is gone");
}

/// Opened again, everything is as it was.
pub fn everything_survives_reopening(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut draft = call(at(0), "s");
    draft.mention.agent = Some("a".into());
    draft.mention.person = Some("p".into());
    let patch = SessionPatch { tags: Some(vec!["t".into()]), end_state: Some("Success".into()), ..SessionPatch::default() };
    let shared = Change::PutSession { tenant: ACME, key: "s".into(), patch, shared_with: Some(RIVAL), alias: None };
    let log = Change::AppendSessionLog { tenant: ACME, session: "s".into(), text: "one\n".into() };
    commit(ledger.as_ref(), at(1), vec![put_fingerprint(ACME, 1), record(ACME, [draft]), shared, log.clone(), log]);
    commit(ledger.as_ref(), at(2), vec![put_session(RIVAL, "s", SessionPatch::default())]);
    let before = view::lines(ledger.as_ref(), &[ACME, RIVAL]);
    ledger.checkpoint().expect("checkpoints");
    assert_eq!(view::lines(ledger.as_ref(), &[ACME, RIVAL]), before, "after a checkpoint");
    drop(ledger);
    for _ in 0..2 {
        assert_eq!(view::lines(fixture.open().as_ref(), &[ACME, RIVAL]), before);
    }
}
