//! What every warehouse promises, one test a promise. An engine passes all by
//! `warehouse_conformance!(fixture)` in its tests, where `fixture` makes a new, empty [`Fixture`](super::Fixture).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use debrief_model::{
    Aggregate, Dimension, ErrorKind, Event, EventFilter, EventId, Order, Paging, Position, Scan, Seq, SessionNumber, Status, TenantId,
    TimeRange, Timestamp, Tokens,
};
use debrief_store::{CLOCK_AHEAD_US, Record, Warehouse};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

mod log;

pub use log::{
    a_resource_is_what_events_say_or_are, a_resource_type_is_what_events_say_or_follows_from_their_kind,
    a_workflow_is_named_or_a_session_or_a_trace_or_the_event, causes_are_alternatives, counts_follow_revisions, every_condition_must_hold,
};

use super::Fixture;
use super::builders::{self, START, TENANT, event, full_event, record, revising};
use super::check::{all, by_seq, everything};
use super::reference::MemoryDisk;

/// One `#[test]` per promise.
#[macro_export]
macro_rules! warehouse_conformance {
    ($fixture:expr) => {
        $crate::warehouse_conformance!(@each $fixture;
            every_field_survives, sessions_have_their_events, the_newest_counts_for_a_few, extreme_values_survive, each_record_counts_once, a_gap_is_a_conflict, records_without_events_count,
            tenants_are_apart, ties_are_ordered_by_seq, pages_are_parts_of_the_whole, a_revision_replaces_and_keeps_its_place,
            revisions_of_one_record_end_in_the_last, nothing_differs_after_settling_and_reopening, what_was_not_durable_is_replayed,
            time_ranges_are_half_open, sums_say_unknown_and_stop_at_the_greatest, recent_ids_say_how_far_they_reach,
            readers_see_whole_records_and_no_fewer_than_applied, a_resource_is_what_events_say_or_are,
            a_resource_type_is_what_events_say_or_follows_from_their_kind, a_workflow_is_named_or_a_session_or_a_trace_or_the_event,
            causes_are_alternatives, every_condition_must_hold, counts_follow_revisions,
        );
    };
    (@each $fixture:expr; $($promise:ident,)*) => {
        $(#[test] fn $promise() { $crate::warehouse::conformance::$promise(&$fixture); })*
    };
}

/// Applies one record, before and after which everything must hold.
fn apply(warehouse: &dyn Warehouse, record: Arc<Record>) {
    warehouse.apply(&[record]).expect("applied");
}

/// Every field of an event survives, from memory and from disk.
pub fn every_field_survives(fixture: &dyn Fixture) {
    let events = vec![full_event(1, 1), event(2, 1)];
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, events.clone()));
    assert_eq!(all(&*warehouse, TENANT), events);
    warehouse.settle().expect("settled");
    assert_eq!(all(&*warehouse, TENANT), events);
    let found = warehouse.events(TENANT, &[events[0].id, events[1].id], TimeRange::default()).expect("found");
    assert_eq!(by_seq(found), events);
}

/// The least and greatest values, NUL, empty and foreign text, and large bodies survive.
pub fn extreme_values_survive(fixture: &dyn Fixture) {
    let mut greatest = full_event(u64::MAX, 1);
    greatest.id = EventId(Uuid::max());
    greatest.facts.occurred_at = Timestamp(i64::MAX);
    greatest.facts.ended_at = Some(Timestamp(i64::MIN));
    greatest.facts.tokens = Tokens { input: Some(u64::MAX), output: Some(0), cache_read: Some(1 << 63), ..Tokens::default() };
    greatest.facts.duration_us = Some(i64::MIN);
    greatest.facts.name = Some("\0 \u{1F600} \u{10FFFF}".into());
    greatest.facts.provider = Some(String::new());
    greatest.facts.key = Some("long ".repeat(2_000));
    greatest.facts.body = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let mut least = event(1, 1);
    least.id = EventId(Uuid::nil());
    least.facts.occurred_at = Timestamp(i64::MIN);
    least.facts.failure = Some(debrief_model::Failure::default());
    least.facts.key = Some(least.id.to_string().to_uppercase());
    let events = vec![least, greatest];
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, events.clone()));
    assert_eq!(all(&*warehouse, TENANT), events);
    warehouse.settle().expect("settled");
    assert_eq!(all(&*warehouse, TENANT), events);
}

/// Events are found by their sessions, in order of time, in their newest version, from memory and from disk.
pub fn sessions_have_their_events(fixture: &dyn Fixture) {
    let of = |seq: u64, session: u64| {
        let mut event = full_event(seq, 1);
        event.links.session = Some(SessionNumber(session));
        event
    };
    let mut foreign = of(6, 2);
    foreign.tenant = TenantId(TENANT.0 + 1);
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, vec![of(1, 1), of(2, 2), of(3, 1), of(4, 3), event(5, 1), foreign]));
    let found = |sessions: &[u64], at_most| {
        let sessions = sessions.iter().map(|session| SessionNumber(*session)).collect::<Vec<_>>();
        warehouse.of_sessions(TENANT, &sessions, TimeRange::default(), at_most).expect("found")
    };
    let check = || {
        let mut expected = vec![of(1, 1), of(2, 2), of(3, 1)];
        expected.sort_by_key(|event| (event.facts.occurred_at, event.seq));
        assert_eq!(found(&[1, 2, 77], 10), expected);
        assert_eq!(found(&[2, 1], 2), expected[..2]);
        assert_eq!(found(&[3], 10), [of(4, 3)]);
        assert_eq!(found(&[], 10), []);
    };
    check();
    warehouse.settle().expect("settled");
    check();
}

/// What was applied a moment ago counts for whoever asks for a few events or sessions, also where an event leaves a session.
pub fn the_newest_counts_for_a_few(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let in_session = |seq: u64, session: u64| {
        let mut event = event(seq, seq);
        event.links.session = Some(SessionNumber(session));
        event
    };
    let by_id = |event: &Event| warehouse.events(TENANT, &[event.id], TimeRange::default()).expect("found");
    let of = |session| warehouse.of_sessions(TENANT, &[SessionNumber(session)], TimeRange::default(), 10).expect("found");
    let (first, second) = (in_session(1, 1), in_session(2, 1));
    apply(&*warehouse, record(1, vec![first.clone()]));
    assert_eq!(by_id(&second), []);
    assert_eq!(by_id(&first), vec![first.clone()]);
    apply(&*warehouse, record(2, vec![second.clone()]));
    assert_eq!(of(2), []);
    assert_eq!(of(1), [first.clone(), second.clone()]);
    let mut moved = second.clone();
    moved.links.session = Some(SessionNumber(2));
    apply(&*warehouse, revising(3, Vec::new(), vec![moved.clone()]));
    assert_eq!(of(1), vec![first.clone()]);
    let mut renamed = first.clone();
    renamed.facts.name = Some("another".to_owned());
    apply(&*warehouse, revising(4, Vec::new(), vec![renamed.clone()]));
    assert_eq!(by_id(&first), [renamed]);
    assert_eq!(of(2), [moved]);
}

/// A record that comes again changes nothing.
pub fn each_record_counts_once(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let records = (1..=3).map(|n| record(n, vec![event(n, n)])).collect::<Vec<_>>();
    warehouse.apply(&records[..2]).expect("applied");
    warehouse.apply(&records).expect("applied");
    warehouse.apply(&records[..1]).expect("skipped");
    warehouse.apply(&[]).expect("nothing to do");
    assert_eq!(warehouse.applied(), Position(3));
    assert_eq!(all(&*warehouse, TENANT).len(), 3);
}

/// A missing record is a conflict, and nothing of the call happens.
pub fn a_gap_is_a_conflict(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, vec![event(1, 1)]));
    for gapped in [vec![record(3, vec![event(3, 3)])], vec![record(2, vec![event(2, 2)]), record(4, vec![event(4, 4)])]] {
        assert_eq!(warehouse.apply(&gapped).expect_err("a gap").kind, ErrorKind::Conflict);
        assert_eq!(warehouse.applied(), Position(1));
        assert_eq!(all(&*warehouse, TENANT).len(), 1);
    }
}

/// A record without events moves the position, also durably.
pub fn records_without_events_count(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, Vec::new()));
    assert_eq!((warehouse.applied(), warehouse.durable()), (Position(1), Position(0)));
    warehouse.settle().expect("settled");
    drop(warehouse);
    let warehouse = fixture.open();
    assert_eq!((warehouse.applied(), warehouse.durable()), (Position(1), Position(1)));
    apply(&*warehouse, record(2, vec![event(1, 2)]));
    assert_eq!(all(&*warehouse, TENANT).len(), 1);
}

/// No read answers with another tenant's events, even for the same id.
pub fn tenants_are_apart(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let other = TenantId(2);
    let mine = event(1, 1);
    let theirs = Event { tenant: other, seq: Seq(2), ..mine.clone() };
    apply(&*warehouse, record(1, vec![mine.clone(), theirs.clone()]));
    for _ in ["fresh", "settled"] {
        assert_eq!(all(&*warehouse, TENANT), vec![mine.clone()]);
        assert_eq!(all(&*warehouse, TenantId(3)), Vec::new());
        assert_eq!(warehouse.events(other, &[mine.id], TimeRange::default()).expect("found"), vec![theirs.clone()]);
        assert_eq!(warehouse.events(TenantId(3), &[mine.id], TimeRange::default()).expect("found"), Vec::new());
        let sums = warehouse.aggregate(other, &Aggregate { filter: EventFilter::default(), group_by: Vec::new() }).expect("sums");
        assert_eq!(sums[0].events, 1);
        warehouse.settle().expect("settled");
    }
}

/// Events of the same time are in order of seq, in both directions.
pub fn ties_are_ordered_by_seq(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    for n in 1..=6 {
        let mut tied = event(n, n);
        tied.facts.occurred_at = START.plus_micros(i64::try_from(n % 2).expect("small"));
        apply(&*warehouse, record(n, vec![tied]));
        if n == 3 {
            warehouse.settle().expect("settled");
        }
    }
    let seqs = |order| warehouse.scan(TENANT, &everything(order)).expect("a page").rows.iter().map(|event| event.seq.0).collect::<Vec<_>>();
    assert_eq!(seqs(Order::Ascending), [2, 4, 6, 1, 3, 5]);
    assert_eq!(seqs(Order::Descending), [5, 3, 1, 6, 4, 2]);
}

/// Every page is the part of the whole that its offset and limit say, with the exact total.
pub fn pages_are_parts_of_the_whole(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, (1..=25).map(|n| event(n, 1)).collect()));
    warehouse.settle().expect("settled");
    apply(&*warehouse, record(2, (26..=40).map(|n| event(n, 2)).collect()));
    let whole = warehouse.scan(TENANT, &everything(Order::Descending)).expect("a page").rows;
    assert_eq!(whole.len(), 40);
    for (limit, offset) in [(10, 0), (10, 35), (0, 0), (7, 13), (5, 40), (5, u64::MAX / 4)] {
        let paging = Paging { limit, offset };
        let page = warehouse.scan(TENANT, &Scan { paging, ..everything(Order::Descending) }).expect("a page");
        let expected = whole.iter().skip(usize::try_from(offset).expect("64 bits")).take(limit as usize).cloned().collect::<Vec<_>>();
        assert_eq!((page.rows, page.total), (expected, 40), "limit {limit} offset {offset}");
    }
}

/// An amended event replaces its former reading wherever that is, and keeps seq and position.
pub fn a_revision_replaces_and_keeps_its_place(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let readings = |n: u64| Event {
        facts: debrief_model::Facts { name: Some(n.to_string()), status: Status::Error, body: vec![n as u8].into(), ..event(1, 1).facts },
        ..event(1, 1)
    };
    apply(&*warehouse, record(1, vec![event(1, 1), event(2, 1)]));
    for n in 2..=7 {
        apply(&*warehouse, revising(n, Vec::new(), vec![readings(n)]));
        assert_eq!(all(&*warehouse, TENANT), vec![readings(n), event(2, 1)], "revision {n}");
        if n % 2 == 0 {
            warehouse.settle().expect("settled");
            assert_eq!(all(&*warehouse, TENANT), vec![readings(n), event(2, 1)], "revision {n}, settled");
        }
    }
    let by_name =
        |name: &str| Scan { filter: EventFilter { name: Some(name.into()), ..EventFilter::default() }, ..everything(Order::Ascending) };
    assert_eq!(warehouse.scan(TENANT, &by_name("6")).expect("a page").total, 0);
    assert_eq!(warehouse.scan(TENANT, &by_name("7")).expect("a page").total, 1);
}

/// An event recorded and revised in one record, or revised twice in it, reads as the last one says.
pub fn revisions_of_one_record_end_in_the_last(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let reading = |name: &str| {
        let mut reading = event(1, 1);
        reading.facts.name = Some(name.into());
        reading
    };
    apply(&*warehouse, revising(1, vec![event(1, 1), event(2, 1)], vec![reading("a"), reading("b")]));
    assert_eq!(all(&*warehouse, TENANT), vec![reading("b"), event(2, 1)]);
    warehouse.settle().expect("settled");
    assert_eq!(all(&*warehouse, TENANT), vec![reading("b"), event(2, 1)]);
}

/// A restart after settling changes nothing that any read answers.
pub fn nothing_differs_after_settling_and_reopening(fixture: &dyn Fixture) {
    let mut rng = StdRng::seed_from_u64(1);
    let mut events = (1..=200).map(|seq| builders::any_event(&mut rng, seq, 1)).collect::<Vec<_>>();
    builders::encode_some_together(&mut rng, events.iter_mut());
    let revisions = events.iter().step_by(9).map(|event| builders::amended(&mut rng, event)).collect();
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, events));
    apply(&*warehouse, revising(2, Vec::new(), revisions));
    let before = all(&*warehouse, TENANT);
    let recent = warehouse.recent_ids(1_000).expect("ids");
    warehouse.settle().expect("settled");
    assert_eq!(warehouse.durable(), Position(2));
    assert_eq!(warehouse.figures().fresh_rows, 0);
    assert_eq!(all(&*warehouse, TENANT), before);
    drop(warehouse);
    let warehouse = fixture.open();
    assert_eq!((warehouse.applied(), warehouse.durable()), (Position(2), Position(2)));
    assert_eq!(all(&*warehouse, TENANT), before);
    assert_eq!(warehouse.recent_ids(1_000).expect("ids"), recent);
}

/// What was applied but not settled is gone after a restart, `durable` says so, and comes back by applying it again.
pub fn what_was_not_durable_is_replayed(fixture: &dyn Fixture) {
    let records = (1..=4).map(|n| record(n, vec![full_event(n, n)])).collect::<Vec<_>>();
    let warehouse = fixture.open();
    warehouse.apply(&records[..2]).expect("applied");
    warehouse.settle().expect("settled");
    warehouse.apply(&records[2..]).expect("applied");
    assert_eq!((warehouse.applied(), warehouse.durable()), (Position(4), Position(2)));
    let before = all(&*warehouse, TENANT);
    drop(warehouse);
    let warehouse = fixture.open();
    assert_eq!((warehouse.applied(), warehouse.durable()), (Position(2), Position(2)));
    warehouse.apply(&records).expect("applied");
    assert_eq!(all(&*warehouse, TENANT), before);
}

/// `from` is in a range, `to` is not.
pub fn time_ranges_are_half_open(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    apply(&*warehouse, record(1, (1..=5).map(|n| event(n, 1)).collect()));
    let at = |n: u64| Some(event(n, 1).facts.occurred_at);
    for (from, to, expected) in [(at(2), at(4), 2), (at(2), None, 4), (None, at(2), 1), (at(4), at(4), 0), (at(5), at(1), 0)] {
        let filter = EventFilter { time: TimeRange { from, to }, ..EventFilter::default() };
        assert_eq!(warehouse.scan(TENANT, &Scan { filter, ..everything(Order::Ascending) }).expect("a page").total, expected);
    }
}

/// Sums are `None` where nothing is known, stop at the greatest value instead of overflowing, and are ordered by their keys.
pub fn sums_say_unknown_and_stop_at_the_greatest(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    let none = Aggregate { filter: EventFilter::default(), group_by: Vec::new() };
    let empty = warehouse.aggregate(TENANT, &none).expect("sums");
    assert_eq!(empty.len(), 1);
    assert_eq!((empty[0].events, empty[0].tokens.input, empty[0].cost_nano_usd), (0, None, None));
    let mut events = (1..=3).map(|n| event(n, 1)).collect::<Vec<_>>();
    events[0].facts.tokens.input = Some(u64::MAX);
    events[1].facts.tokens.input = Some(2);
    events[1].facts.status = Status::Error;
    events[1].links.agent = Some(debrief_model::AgentNumber(3));
    events[2].facts.occurred_at = Timestamp(-1);
    apply(&*warehouse, record(1, events));
    let all = warehouse.aggregate(TENANT, &none).expect("sums");
    assert_eq!((all[0].events, all[0].failures, all[0].tokens.input, all[0].tokens.output), (3, 1, Some(u64::MAX), None));
    let grouped = Aggregate { group_by: vec![Dimension::Agent, Dimension::Day], ..none };
    let found = warehouse.aggregate(TENANT, &grouped).expect("sums");
    let keys = found.iter().map(|row| row.keys.clone()).collect::<Vec<_>>();
    let day = |at: Timestamp| Some(at.0.to_string());
    let agent = Some("3".to_owned());
    assert_eq!(keys, [vec![None, day(Timestamp(-86_400_000_000))], vec![None, day(START)], vec![agent, day(START)]]);
    let reference = MemoryDisk::default().open();
    assert_eq!(reference.aggregate(TENANT, &grouped).expect("sums"), []);
}

/// Recent ids are the newest that carry a caller's id, and say up to when those occurred that are not among them.
pub fn recent_ids_say_how_far_they_reach(fixture: &dyn Fixture) {
    let warehouse = fixture.open();
    for n in 1..=6 {
        let mut keyed = event(n, n);
        keyed.facts.key = (n != 4).then(|| n.to_string());
        keyed.facts.occurred_at = match n {
            1 => keyed.recorded_at.plus_micros(2),
            2 => keyed.recorded_at.plus_micros(-1),
            5 => keyed.recorded_at.plus_micros(9 * CLOCK_AHEAD_US),
            _ => keyed.recorded_at,
        };
        apply(&*warehouse, record(n, vec![keyed]));
        if n == 3 {
            warehouse.settle().expect("settled");
        }
    }
    let recent = warehouse.recent_ids(3).expect("ids");
    let mut ids = recent.ids.clone();
    ids.sort_unstable();
    assert_eq!(ids, [3, 5, 6].map(|n| (TENANT, event(n, n).id)));
    let recorded_at = |n| event(n, n).recorded_at;
    assert_eq!(recent.latest, Some(recorded_at(5).plus_micros(CLOCK_AHEAD_US)), "a clock is believed an hour and no more");
    let left_out = recorded_at(1).plus_micros(2).max(recorded_at(2).plus_micros(-1));
    assert_eq!(recent.latest_left_out, Some(left_out));
    assert_eq!(warehouse.recent_ids(5).expect("ids").latest_left_out, None);
    assert_eq!(warehouse.recent_ids(5).expect("ids").ids.len(), 5);
}

/// Readers that run while records are applied and settled see a prefix of the records, whole, and never fewer than were applied when
/// they began.
pub fn readers_see_whole_records_and_no_fewer_than_applied(fixture: &dyn Fixture) {
    const RECORDS: u64 = 60;
    const READS: usize = 40;
    let records = history(RECORDS);
    let prefixes = prefixes(&records);
    let warehouse = &*fixture.open();
    let writing = &AtomicUsize::new(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            records.into_iter().for_each(|record| apply(warehouse, record));
            writing.store(0, Ordering::Release);
        });
        scope.spawn(move || {
            while writing.load(Ordering::Acquire) > 0 {
                warehouse.settle().expect("settled");
            }
        });
        for _ in 0..2 {
            scope.spawn(|| (0..READS).for_each(|_| read_prefix(warehouse, &prefixes)));
        }
    });
    warehouse.settle().expect("settled");
    assert_eq!(&all(warehouse, TENANT), prefixes.last().expect("not empty"));
}

fn read_prefix(warehouse: &dyn Warehouse, prefixes: &[Vec<Event>]) {
    let applied = usize::try_from(warehouse.applied().0).expect("small");
    let found = all(warehouse, TENANT);
    let seen = prefixes[applied..].contains(&found);
    assert!(seen, "after position {applied}: {} events that are no whole prefix: {:?}", found.len(), nearest(prefixes, &found));
}

/// The prefix of as many events, and where it differs: for the message of a failure.
fn nearest(prefixes: &[Vec<Event>], found: &[Event]) -> Vec<String> {
    let positions = prefixes.iter().enumerate().filter(|(_, prefix)| prefix.len() == found.len());
    let differences = positions.map(|(position, prefix)| {
        let names = |events: &[Event]| events.iter().map(|event| (event.seq.0, event.facts.name.clone())).collect::<Vec<_>>();
        let (found, prefix) = (names(found), names(prefix));
        let differing = found.iter().zip(&prefix).filter(|(found, expected)| found != expected).collect::<Vec<_>>();
        format!("at {position}: {differing:?}")
    });
    differences.collect()
}

/// Records of several events and some revisions of earlier ones.
fn history(count: u64) -> Vec<Arc<Record>> {
    let mut rng = StdRng::seed_from_u64(2);
    let mut seq = 0;
    let mut known = Vec::<Event>::new();
    let mut records = Vec::new();
    for position in 1..=count {
        let revisions = if known.is_empty() || rng.random_bool(0.6) {
            Vec::new()
        } else {
            let at = rng.random_range(0..known.len());
            known[at].facts.name = Some(position.to_string());
            vec![known[at].clone()]
        };
        let events = (0..rng.random_range(1..9)).map(|n| event(seq + n + 1, position)).collect::<Vec<_>>();
        seq += events.len() as u64;
        known.extend(events.iter().cloned());
        records.push(revising(position, events, revisions));
    }
    records
}

/// What all events read like after no record, the first, the first two, ….
fn prefixes(records: &[Arc<Record>]) -> Vec<Vec<Event>> {
    let reference = MemoryDisk::default().open();
    let mut prefixes = vec![Vec::new()];
    for record in records {
        apply(&*reference, Arc::clone(record));
        prefixes.push(all(&*reference, TENANT));
    }
    prefixes
}
