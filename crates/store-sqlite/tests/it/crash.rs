//! What is on disk after a crash at any moment is the groups up to some one, whole: never half a group, never more than was committed.

use std::fs;
use std::path::Path;

use debrief_model::{Contribution, Position, TenantId, Totals};
use debrief_store::Ledger;
use debrief_store_sqlite::SqliteLedger;
use debrief_testkit::ledger::build::{ACME, RIVAL, at, call, commit, record};
use debrief_testkit::ledger::{Fixture, view};

use crate::fixture::SqliteFixture;

const TENANTS: [TenantId; 2] = [ACME, RIVAL];

fn grow(ledger: &dyn Ledger, group: i64) {
    let drafts = (0..3).map(|n| {
        let mut draft = call(at(group), &format!("s{}", (group + n) % 4));
        draft.mention.agent = Some(format!("a{}", group % 5));
        draft.mention.person = Some(format!("p{}", group + n));
        draft
    });
    commit(ledger, at(group), vec![record(ACME, drafts), record(RIVAL, [call(at(group), "s")])]);
}

/// The log's bytes at any moment between commits, and cut off anywhere: what a crash may leave.
#[test]
fn a_log_cut_off_anywhere_holds_whole_groups() {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    let mut states = vec![view::lines(ledger.as_ref(), &TENANTS)];
    for group in 0..12 {
        if group == 4 {
            ledger.checkpoint().expect("checkpoints");
        }
        grow(ledger.as_ref(), group);
        states.push(view::lines(ledger.as_ref(), &TENANTS));
    }
    let database = fs::read(fixture.path()).expect("reads");
    let log = fs::read(beside(&fixture.path())).expect("reads");
    let mut seen = Vec::new();
    for length in cuts(log.len()) {
        let position = reopen(&database, &log[..length], &states);
        seen.push(position);
    }
    assert!(seen.is_sorted(), "a longer log never holds less: {seen:?}");
    assert_eq!(seen.last(), Some(&12), "the whole log holds all");
    seen.dedup();
    assert!(seen.len() > 5, "the cuts meet many groups: {seen:?}");
}

/// A crash between any two commits loses nothing that was committed.
#[test]
fn nothing_committed_is_lost() {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    let mut states = vec![view::lines(ledger.as_ref(), &TENANTS)];
    for group in 0..12 {
        if group % 5 == 4 {
            ledger.checkpoint().expect("checkpoints");
        }
        grow(ledger.as_ref(), group);
        states.push(view::lines(ledger.as_ref(), &TENANTS));
        let (database, log) = (fs::read(fixture.path()).expect("reads"), fs::read(beside(&fixture.path())).expect("reads"));
        assert_eq!(reopen(&database, &log, &states), group as u64 + 1);
    }
}

/// A log with a damaged byte ends before it.
#[test]
fn a_damaged_log_holds_whole_groups() {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    let mut states = vec![view::lines(ledger.as_ref(), &TENANTS)];
    for group in 0..6 {
        grow(ledger.as_ref(), group);
        states.push(view::lines(ledger.as_ref(), &TENANTS));
    }
    let database = fs::read(fixture.path()).expect("reads");
    let log = fs::read(beside(&fixture.path())).expect("reads");
    for at in (log.len() / 2..log.len()).step_by(9_973) {
        let mut damaged = log.clone();
        damaged[at] ^= 0x40;
        assert!(reopen(&database, &damaged, &states) < 6);
    }
}

fn beside(path: &Path) -> std::path::PathBuf {
    path.with_extension("db-wal")
}

/// Every border between frames, and within each frame.
fn cuts(length: usize) -> Vec<usize> {
    const HEADER: usize = 32;
    const FRAME: usize = 4_096 + 24;
    let borders = (0..).map(|frame| HEADER + frame * FRAME).take_while(|border| *border <= length);
    let mut cuts: Vec<usize> = borders.flat_map(|border| [border, border + 100]).collect();
    cuts.retain(|cut| *cut <= length);
    cuts.push(length);
    cuts
}

/// Opens what a crash left and proves that it is one of `states`; answers which.
fn reopen(database: &[u8], log: &[u8], states: &[Vec<String>]) -> u64 {
    let copy = SqliteFixture::default();
    fs::write(copy.path(), database).expect("writes");
    fs::write(beside(&copy.path()), log).expect("writes");
    let ledger = SqliteLedger::open(&copy.path()).expect("what a crash leaves can be opened");
    let Position(position) = ledger.last_position().expect("reads");
    let state = view::lines(&ledger, &TENANTS);
    assert_eq!(state, states[position as usize], "the state after group {position}");
    totals_agree(&ledger);
    grow(&ledger, 99);
    assert_eq!(ledger.last_position().expect("reads"), Position(position + 1), "and goes on");
    position
}

/// Catalogue, totals and journal tell the same story.
fn totals_agree(ledger: &dyn Ledger) {
    let records = ledger.journal(Position(0), usize::MAX).expect("reads");
    for tenant in TENANTS {
        for session in ledger.sessions(tenant, &debrief_model::SessionFilter::default(), view::ALL).expect("reads").rows {
            let mut totals = Totals::default();
            let events = records.iter().flat_map(|record| &record.events);
            for event in events.filter(|event| event.links.session == Some(session.number)) {
                totals.add(&Contribution::of(&event.facts), event.facts.occurred_at);
            }
            assert_eq!(session.totals, totals);
        }
    }
}
