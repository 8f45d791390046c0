//! Random operations on an engine and on the reference: every answer must be the same.
//!
//! Each run is decided by its seed alone, and a failure names it. `DEBRIEF_SEEDS=500` runs that many seeds.

use std::sync::Arc;

use debrief_model::{
    AgentNumber, Aggregate, Correlated, Dimension, Event, EventFilter, EventId, Kind, Order, Paging, PersonNumber, Position, Resourced,
    Scan, SessionNumber, Status, Tally, TenantId, TimeRange, VersionNumber,
};
use debrief_store::{Record, Warehouse};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::Fixture;
use super::builders::{self, any_cause, any_resource_type, any_span, any_time, any_trace, any_word, maybe};
use super::check::by_seq;
use super::reference::MemoryDisk;

const STEPS: usize = 120;
const SEEDS_DEFAULT: u64 = 4;
const DIMENSIONS: [Dimension; 14] = [
    Dimension::Kind,
    Dimension::EventType,
    Dimension::Day,
    Dimension::Hour,
    Dimension::Agent,
    Dimension::AgentVersion,
    Dimension::Person,
    Dimension::Session,
    Dimension::Provider,
    Dimension::Model,
    Dimension::Status,
    Dimension::ActorType,
    Dimension::ActorId,
    Dimension::ResourceType,
];

/// Runs as many seeds as the environment says, each on a new fixture.
pub fn run<F: Fixture>(fixture: impl Fn() -> F) {
    let seeds = std::env::var("DEBRIEF_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS_DEFAULT);
    for seed in 0..seeds {
        let run = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run_seed(&fixture(), seed)));
        if let Err(cause) = run {
            let said = cause.downcast_ref::<String>().map_or("(no message)", String::as_str);
            panic!("seed {seed}: {said}");
        }
    }
}

/// The engine under test, the reference, and the journal that feeds both.
struct Pair<'f> {
    fixture: &'f dyn Fixture,
    rng: StdRng,
    tested: Arc<dyn Warehouse>,
    reference: Arc<dyn Warehouse>,
    journal: Vec<Arc<Record>>,
    events: Vec<Event>,
}

fn run_seed(fixture: &dyn Fixture, seed: u64) {
    let mut pair = Pair {
        fixture,
        rng: StdRng::seed_from_u64(seed),
        tested: fixture.open(),
        reference: MemoryDisk::default().open(),
        journal: Vec::new(),
        events: Vec::new(),
    };
    for _ in 0..STEPS {
        match pair.rng.random_range(0..100) {
            0..40 => apply(&mut pair),
            40..48 => pair.tested.settle().expect("settled"),
            48..52 => pair = reopen(pair),
            52..75 => scan(&mut pair),
            75..85 => look_up(&mut pair),
            85..90 => aggregate(&mut pair),
            90..95 => tally(&mut pair),
            _ => recent(&mut pair),
        }
    }
}

fn apply(pair: &mut Pair<'_>) {
    let known = pair.journal.len();
    for _ in 0..pair.rng.random_range(1..4) {
        let record = new_record(pair);
        pair.journal.push(record);
    }
    let again = pair.rng.random_range(0..4).min(known);
    pair.tested.apply(&pair.journal[known - again..]).expect("applied");
    pair.reference.apply(&pair.journal[known..]).expect("applied");
    assert_eq!(pair.tested.applied(), pair.reference.applied());
}

fn new_record(pair: &mut Pair<'_>) -> Arc<Record> {
    let position = pair.journal.len() as u64 + 1;
    let revised = if pair.events.is_empty() || pair.rng.random_bool(0.7) { 0 } else { pair.rng.random_range(1..4) };
    let mut revisions = Vec::new();
    for _ in 0..revised {
        let at = pair.rng.random_range(0..pair.events.len());
        pair.events[at] = builders::amended(&mut pair.rng, &pair.events[at]);
        revisions.push(pair.events[at].clone());
    }
    let first = pair.events.len() as u64 + 1;
    let count = pair.rng.random_range(0..25);
    let mut events = (0..count).map(|n| builders::any_event(&mut pair.rng, first + n, position)).collect::<Vec<_>>();
    builders::encode_some_together(&mut pair.rng, events.iter_mut().chain(&mut revisions));
    pair.events.extend(events.iter().cloned());
    for revision in &revisions {
        pair.events[usize::try_from(revision.seq.0).expect("small") - 1] = revision.clone();
    }
    builders::revising(position, events, revisions)
}

/// Closes and opens, which loses what was not durable, and applies that again.
fn reopen(mut pair: Pair<'_>) -> Pair<'_> {
    let durable = pair.tested.durable();
    pair.tested = MemoryDisk::default().open();
    pair.tested = pair.fixture.open();
    assert_eq!((pair.tested.applied(), pair.tested.durable()), (durable, durable));
    let known = usize::try_from(durable.0).expect("small");
    pair.tested.apply(&pair.journal[known..]).expect("applied");
    assert_eq!(pair.tested.applied(), Position(pair.journal.len() as u64));
    pair
}

fn scan(pair: &mut Pair<'_>) {
    let tenant = any_tenant(&mut pair.rng);
    let rng = &mut pair.rng;
    let scan = Scan {
        filter: any_filter(rng, &pair.events),
        order: if rng.random() { Order::Ascending } else { Order::Descending },
        paging: Paging { limit: rng.random_range(0..60), offset: if rng.random() { 0 } else { rng.random_range(0..80) } },
        bodies: rng.random(),
    };
    let (found, expected) = (pair.tested.scan(tenant, &scan), pair.reference.scan(tenant, &scan));
    assert_eq!(found.expect("a page"), expected.expect("a page"), "{tenant:?} {scan:?}");
}

fn look_up(pair: &mut Pair<'_>) {
    let tenant = any_tenant(&mut pair.rng);
    let wanted = (0..pair.rng.random_range(0..8)).filter_map(|_| pair.events.choose(&mut pair.rng)).cloned().collect::<Vec<_>>();
    let times = wanted.iter().map(|event| event.facts.occurred_at);
    let to = times.clone().max().filter(|to| to.0 < i64::MAX).map(|to| to.plus_micros(1));
    let within = if pair.rng.random() { TimeRange::default() } else { TimeRange { from: times.min(), to } };
    let mut ids = wanted.iter().map(|event| event.id).collect::<Vec<_>>();
    ids.push(EventId(Uuid::from_u128(pair.rng.random())));
    let (found, expected) = (pair.tested.events(tenant, &ids, within), pair.reference.events(tenant, &ids, TimeRange::default()));
    let expected = expected.expect("found").into_iter().filter(|event| within.contains(event.facts.occurred_at)).collect();
    let found = found.expect("found").into_iter().filter(|event| within.contains(event.facts.occurred_at)).collect();
    assert_eq!(by_seq(found), by_seq(expected), "{tenant:?} {within:?}");
}

fn aggregate(pair: &mut Pair<'_>) {
    let tenant = any_tenant(&mut pair.rng);
    let aggregate = Aggregate { filter: any_filter(&mut pair.rng, &pair.events), group_by: any_dimensions(&mut pair.rng, 2) };
    let (found, expected) = (pair.tested.aggregate(tenant, &aggregate), pair.reference.aggregate(tenant, &aggregate));
    assert_eq!(found.expect("sums"), expected.expect("sums"));
}

fn tally(pair: &mut Pair<'_>) {
    let tenant = any_tenant(&mut pair.rng);
    let tally = Tally { filter: any_filter(&mut pair.rng, &pair.events), group_by: any_dimensions(&mut pair.rng, 6) };
    let (found, expected) = (pair.tested.tally(tenant, &tally), pair.reference.tally(tenant, &tally));
    assert_eq!(found.expect("counts"), expected.expect("counts"), "{tenant:?} {tally:?}");
}

fn any_dimensions(rng: &mut StdRng, at_most: usize) -> Vec<Dimension> {
    let count = rng.random_range(0..=at_most);
    DIMENSIONS.sample(rng, count).copied().collect()
}

fn recent(pair: &mut Pair<'_>) {
    let at_most = pair.rng.random_range(0..150);
    let mut found = pair.tested.recent_ids(at_most).expect("ids");
    let mut expected = pair.reference.recent_ids(at_most).expect("ids");
    found.ids.sort_unstable();
    expected.ids.sort_unstable();
    assert_eq!(found, expected, "the newest {at_most} ids");
}

fn any_tenant(rng: &mut StdRng) -> TenantId {
    TenantId(rng.random_range(1..=3))
}

fn any_filter(rng: &mut StdRng, events: &[Event]) -> EventFilter {
    let mut filter = EventFilter::default();
    for _ in 0..rng.random_range(0..3) {
        match rng.random_range(0..17) {
            0 => filter.time = TimeRange { from: maybe(rng, any_time), to: maybe(rng, any_time) },
            1 => filter.session = any_session(rng),
            2 => filter.agent = Some(AgentNumber(rng.random_range(1..13))),
            3 => filter.agent_version = Some(VersionNumber(rng.random_range(1..3))),
            4 => filter.person = Some(PersonNumber(rng.random_range(1..4))),
            5 => filter.kind = Kind::ALL.choose(rng).copied(),
            6 => filter.event_type = Some("tool.failed".into()),
            7 => filter.status = [Status::Unset, Status::Ok, Status::Error].choose(rng).copied(),
            8 => filter.name = any_word(rng),
            9 => filter.model = any_word(rng),
            10 => filter.resource_type = Some(any_resource_type(rng)),
            11 => filter.resource = Some(any_resourced(rng, events)),
            12 => filter.correlation = Some(any_correlated(rng, events)),
            13 => filter.trace = any_trace(rng),
            14 => filter.span = any_span(rng),
            15 => filter.used = true,
            _ => filter.caused_by = any_cause(rng).into_iter().chain(any_cause(rng)).collect(),
        }
    }
    filter
}

fn any_resourced(rng: &mut StdRng, events: &[Event]) -> Resourced {
    Resourced { id: any_word(rng).unwrap_or_default(), event: any_known(rng, events), session: any_session(rng) }
}

fn any_correlated(rng: &mut StdRng, events: &[Event]) -> Correlated {
    Correlated { id: any_trace(rng).unwrap_or_default(), session: any_session(rng), event: any_known(rng, events) }
}

fn any_session(rng: &mut StdRng) -> Option<SessionNumber> {
    maybe(rng, |rng| SessionNumber(rng.random_range(1..6)))
}

fn any_known(rng: &mut StdRng, events: &[Event]) -> Option<EventId> {
    maybe(rng, |rng| events.choose(rng).map(|event| event.id)).flatten()
}
