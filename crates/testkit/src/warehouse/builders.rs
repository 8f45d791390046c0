//! Events and records for tests: with defaults, and at random from a seed.

use std::sync::Arc;

use debrief_model::{
    Actor, AgentNumber, AudioTokens, Cost, CostSource, Event, EventId, Facts, Failure, FingerprintNumber, Kind, Links, PersonNumber,
    Position, PriceLine, Priced, Resource, Seq, SessionNumber, Status, TenantId, Terms, Timestamp, Tokens, VersionNumber,
};
use debrief_store::Record;
use debrief_store::body::Together;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt};
use uuid::Uuid;

/// The tenant of events that do not say otherwise.
pub const TENANT: TenantId = TenantId(1);

/// The time at which test events begin, 2026-01-01T00:00:00Z.
pub const START: Timestamp = Timestamp(1_767_225_600_000_000);

/// What events say they are about, and who did it.
const RESOURCE_TYPES: [&str; 4] = ["action_run", "chat_thread", "decision", ""];
const ACTOR_TYPES: [&str; 3] = ["user", "agent", ""];

const WORDS: [&str; 6] = ["search", "gpt-5", "a\0b", "\u{1F600} naïve", "it's \"quoted\" -- $1", ""];

/// An event of which only the necessary is known. Its id follows from `seq`, its time is `seq` seconds after [`START`].
#[must_use]
pub fn event(seq: u64, position: u64) -> Event {
    let at = START.plus_micros(i64::try_from(seq).unwrap_or(i64::MAX).saturating_mul(1_000_000));
    Event {
        tenant: TENANT,
        id: EventId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 + (u128::from(seq & 0xffff_ffff) << 80))),
        seq: Seq(seq),
        position: Position(position),
        recorded_at: START.plus_micros(i64::try_from(position).unwrap_or(i64::MAX)),
        links: Links::default(),
        facts: Facts::new(Kind::Llm, "llm.completed", at, "voker"),
    }
}

/// A record of new events.
#[must_use]
pub fn record(position: u64, events: Vec<Event>) -> Arc<Record> {
    revising(position, events, Vec::new())
}

/// A record of new events and revisions.
#[must_use]
pub fn revising(position: u64, events: Vec<Event>, revisions: Vec<Event>) -> Arc<Record> {
    let recorded_at = START.plus_micros(i64::try_from(position).unwrap_or(i64::MAX));
    Arc::new(Record { position: Position(position), recorded_at, changes: 1, events, revisions })
}

/// An event with a value in every field.
#[must_use]
pub fn full_event(seq: u64, position: u64) -> Event {
    let mut full = event(seq, position);
    full.links = Links {
        session: Some(SessionNumber(7)),
        agent: Some(AgentNumber(8)),
        agent_version: Some(VersionNumber(9)),
        person: Some(PersonNumber(10)),
        fingerprint: Some(FingerprintNumber(11)),
    };
    let text = |word: &str| Some(format!("{word} {seq}"));
    full.facts = Facts {
        key: text("key"),
        kind: Kind::Tool,
        event_type: "tool.failed".into(),
        occurred_at: full.facts.occurred_at,
        ended_at: Some(full.facts.occurred_at.plus_micros(12)),
        actor: Some(Actor { kind: "user".into(), id: text("actor") }),
        resource: Some(Resource { kind: "agent".into(), id: text("resource") }),
        correlation_id: text("correlation"),
        causation_id: text("causation"),
        trace_id: text("trace"),
        span_id: text("span"),
        parent_span_id: text("parent"),
        name: text("name"),
        provider: text("provider"),
        request_model: text("request model"),
        response_model: text("response model"),
        finish_reason: text("finish"),
        response_id: text("response"),
        tokens: Tokens { input: Some(1), output: Some(2), cache_read: Some(3), cache_write: Some(4), reasoning: Some(5) },
        audio: AudioTokens { input: Some(6), output: Some(7) },
        tokens_estimated: true,
        terms: Some(Box::new(Terms {
            service_tier: Some("flex".into()),
            processing: Some("batch".into()),
            speed: Some("fast".into()),
            cache_write_1h: Some(3),
        })),
        cost: Some(Cost { nano_usd: 6, source: CostSource::Reported }),
        told_nano_usd: Some(6),
        priced: Some(Box::new(priced(8))),
        duration_us: Some(12),
        ttft_us: Some(3),
        status: Status::Error,
        failure: Some(Failure { kind: text("error"), message: text("message") }),
        source: "agentops".into(),
        body: vec![0, 1, 2, 255].into(),
    };
    full
}

/// A random event: few distinct values, so that filters match and times tie, and now and then an extreme one.
pub fn any_event(rng: &mut StdRng, seq: u64, position: u64) -> Event {
    let mut any = event(seq, position);
    any.tenant = TenantId(rng.random_range(1..=3));
    if rng.random_bool(0.5) {
        any.id = EventId(Uuid::from_u128(rng.random()));
    }
    any.links = Links {
        session: maybe(rng, |rng| SessionNumber(rng.random_range(1..6))),
        agent: maybe(rng, |rng| AgentNumber(rng.random_range(1..13))),
        agent_version: maybe(rng, |rng| VersionNumber(rng.random_range(1..3))),
        person: maybe(rng, |rng| PersonNumber(rng.random_range(1..4))),
        fingerprint: maybe(rng, |rng| FingerprintNumber(rng.next_u64())),
    };
    any.facts = any_facts(rng, any.id);
    any
}

/// Gives some events of a record bodies that are encoded together, in a few blocks.
pub fn encode_some_together<'e>(rng: &mut StdRng, events: impl Iterator<Item = &'e mut Event>) {
    let mut chosen = events.filter(|_| rng.random_bool(0.5)).collect::<Vec<_>>();
    let mut together = Together::new();
    for _ in &chosen {
        let length = *[0, 1, 40, 600, 9_000].choose(rng).expect("not empty");
        together.add(&(0..length).map(|_| rng.random_range(b'a'..b'e')).collect::<Vec<_>>());
    }
    for (event, body) in chosen.iter_mut().zip(together.finish()) {
        event.facts.body = body;
    }
}

/// An amended reading of `event`: other facts, same place and time.
pub fn amended(rng: &mut StdRng, event: &Event) -> Event {
    let mut amended = event.clone();
    amended.facts = any_facts(rng, event.id);
    amended.facts.key.clone_from(&event.facts.key);
    amended.facts.occurred_at = event.facts.occurred_at;
    amended
}

fn any_facts(rng: &mut StdRng, id: EventId) -> Facts {
    let mut facts = Facts::new(Kind::Llm, "llm.completed", any_time(rng), "voker");
    facts.key = [None, Some(id.to_string()), Some(id.to_string().to_uppercase()), any_word(rng)].choose(rng).expect("not empty").clone();
    facts.kind = *Kind::ALL.choose(rng).expect("not empty");
    facts.event_type = if rng.random_bool(0.5) { "tool.failed".into() } else { WORDS.choose(rng).expect("not empty").to_string().into() };
    facts.ended_at = maybe(rng, any_time);
    facts.actor = maybe(rng, |rng| Actor { kind: any_of(rng, &ACTOR_TYPES), id: any_word(rng) });
    facts.resource = maybe(rng, |rng| Resource { kind: any_resource_type(rng), id: any_word(rng) });
    facts.correlation_id = any_word(rng);
    facts.causation_id = any_cause(rng);
    facts.trace_id = any_trace(rng);
    facts.span_id = any_span(rng);
    facts.parent_span_id = any_span(rng);
    if rng.random_bool(0.3) {
        facts.key = place(facts.trace_id.as_ref(), facts.span_id.as_ref());
        facts.causation_id = place(facts.trace_id.as_ref(), facts.parent_span_id.as_ref());
    }
    facts.name = any_word(rng);
    facts.provider = any_word(rng);
    facts.request_model = any_word(rng);
    facts.response_model = any_word(rng);
    facts.finish_reason = any_word(rng);
    facts.response_id = any_word(rng);
    facts.tokens = Tokens {
        input: any_count(rng),
        output: any_count(rng),
        cache_read: any_count(rng),
        cache_write: any_count(rng),
        reasoning: any_count(rng),
    };
    let source = if rng.random() { CostSource::Reported } else { CostSource::Computed };
    facts.cost = maybe(rng, |rng| Cost { nano_usd: rng.random_range(-5..1_000_000), source });
    facts.audio = AudioTokens { input: any_count(rng), output: any_count(rng) };
    facts.tokens_estimated = rng.random();
    facts.terms = Terms::told([None, Some("flex"), Some("batch")].choose(rng).expect("not empty").map(str::to_owned), None, any_count(rng));
    facts.told_nano_usd = maybe(rng, |rng| rng.random_range(-5..1_000_000));
    facts.priced = maybe(rng, |rng| Box::new(priced(rng.random_range(0..1_000_000))));
    facts.duration_us = maybe(rng, |rng| rng.random_range(0..10_000_000));
    facts.ttft_us = maybe(rng, |rng| rng.random_range(0..10_000));
    facts.status = *[Status::Unset, Status::Ok, Status::Error].choose(rng).expect("not empty");
    facts.failure = maybe(rng, |rng| Failure { kind: any_word(rng), message: any_word(rng) });
    facts.body = maybe(rng, |rng| (0..rng.random_range(1..600)).map(|_| rng.random()).collect()).unwrap_or_default();
    facts
}

/// A trace's id: a word, or what exporters send, or nearly that.
pub fn any_trace(rng: &mut StdRng) -> Option<String> {
    let trace = |rng: &mut StdRng| TRACES.choose(rng).map(|id| (*id).to_owned());
    if rng.random_bool(0.3) { any_word(rng) } else { trace(rng) }
}

/// A span's id.
pub fn any_span(rng: &mut StdRng) -> Option<String> {
    let span = |rng: &mut StdRng| SPANS.choose(rng).map(|id| (*id).to_owned());
    if rng.random_bool(0.3) { any_word(rng) } else { span(rng) }
}

/// What an event is caused by: a word, or a span's place in its trace.
pub fn any_cause(rng: &mut StdRng) -> Option<String> {
    if rng.random_bool(0.5) { any_word(rng) } else { place(any_trace(rng).as_ref(), any_span(rng).as_ref()) }
}

const TRACES: [&str; 4] = [
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00000000000000000000000000000000",
    "4BF92F3577B34DA6A3CE929D0E0E4736",
    "4bf92f3577b34da6a3ce929d0e0e4737",
];
const SPANS: [&str; 4] = ["00f067aa0ba902b7", "0000000000000000", "00F067AA0BA902B7", "ffffffffffffffff"];

fn place(trace: Option<&String>, span: Option<&String>) -> Option<String> {
    Some(format!("{}-{}", trace?, span?))
}

fn priced(nano_usd: i64) -> Priced {
    let line = |unit: &str, price: Option<&str>, tier: Option<u64>| PriceLine {
        unit: unit.into(),
        count: "12".into(),
        price: price.map(Into::into),
        per: 1_000_000,
        tier,
        variant: tier.map(|_| "service_tier=flex".into()),
    };
    let lines = if nano_usd % 5 == 0 { vec![] } else { vec![line("input_tokens", Some("2.5"), Some(9)), line("requests", None, None)] };
    Priced { nano_usd, book: "book 1".into(), entry: "maker/model".into(), lines: PriceLine::write(&lines) }
}

/// One of few words, or none.
pub fn any_word(rng: &mut StdRng) -> Option<String> {
    maybe(rng, |rng| any_of(rng, &WORDS))
}

/// A type that events may say their resource is of.
pub fn any_resource_type(rng: &mut StdRng) -> String {
    any_of(rng, &RESOURCE_TYPES)
}

fn any_of(rng: &mut StdRng, words: &[&str]) -> String {
    (*words.choose(rng).expect("not empty")).to_owned()
}

/// A time: mostly one of few seconds over two days, sometimes as early or late as can be.
pub fn any_time(rng: &mut StdRng) -> Timestamp {
    match rng.random_range(0..40) {
        0 => Timestamp(i64::MIN),
        1 => Timestamp(i64::MAX),
        2 => Timestamp(-rng.random_range(0..400_000_000_000)),
        _ => START.plus_micros(rng.random_range(0..48) * 3_600_000_000),
    }
}

fn any_count(rng: &mut StdRng) -> Option<u64> {
    maybe(rng, |rng| if rng.random_bool(0.02) { u64::MAX - rng.random_range(0..3) } else { rng.random_range(0..5_000) })
}

/// Something, or as often nothing.
pub fn maybe<T>(rng: &mut StdRng, some: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    rng.random_bool(0.5).then(|| some(rng))
}
