//! Journal records and their stored form.
//!
//! The stored form is postcard of the row structs below behind a version byte, and behind those what few events say, and the bodies that
//! several events share. Row structs are
//! separate from the domain's, and both conversions destructure without `..`: a new field does not compile until someone decided how it
//! is stored.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use debrief_model::{
    AgentNumber, AudioTokens, Block, Body, Cost, CostSource, Event, EventId, Facts, Failure, FingerprintNumber, Kind, Links, PersonNumber,
    Position, Priced, Seq, SessionNumber, Status, TenantId, Terms, Timestamp, Tokens, VersionNumber, event,
};
use serde::{Deserialize, Serialize};

use crate::body;

const VERSION: u8 = 4;

/// The oldest version that is read: its records end where the terms of calls begin, those of version 3 where blocks begin.
const VERSION_MIN: u8 = 2;

/// Bytes of an event beside its body, about: those of a span with a price.
const EVENT_BYTES: usize = 500;

/// One commit group as the journal keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its place.
    pub position: Position,
    /// When it was committed.
    pub recorded_at: Timestamp,
    /// How many changes the group had, those without events included.
    pub changes: u32,
    /// New events, in order of `seq`.
    pub events: Vec<Event>,
    /// Events as they read from now on.
    pub revisions: Vec<Event>,
}

/// A stored record that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Written by a version of the program this one does not know.
    #[error("journal record has format version {0}, this program reads {VERSION}")]
    Version(u8),
    /// Damaged.
    #[error("journal record is damaged: {0}")]
    Damaged(#[from] postcard::Error),
    /// A code without meaning.
    #[error("journal record has an unknown {0} code")]
    Code(&'static str),
}

impl Record {
    /// The stored form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let Self { position, recorded_at, changes, events, revisions } = self;
        let row = RecordRow {
            position: position.0,
            recorded_at: recorded_at.0,
            changes: *changes,
            events: events.iter().map(EventRow::from_event).collect(),
            revisions: revisions.iter().map(EventRow::from_event).collect(),
        };
        let bytes: usize = events.iter().chain(revisions).map(|event| event.facts.body.bytes() + EVENT_BYTES).sum();
        let mut out = Vec::with_capacity(bytes + 32);
        out.push(VERSION);
        let out = postcard::to_extend(&row, out).expect("writing to memory cannot fail and every row type is serialisable");
        let terms = (0_u32..).zip(events.iter().chain(revisions)).filter_map(|(at, event)| Some((at, event.facts.terms.as_ref()?.write())));
        let out = postcard::to_extend(&terms.collect::<TermsRows>(), out)
            .expect("writing to memory cannot fail and every row type is serialisable");
        let blocks = block_rows(events.iter().chain(revisions));
        postcard::to_extend(&blocks, out).expect("writing to memory cannot fail and every row type is serialisable")
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When the bytes are not a record of this version.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let (version, rest) = bytes.split_first().ok_or(RecordError::Version(0))?;
        if !(VERSION_MIN..=VERSION).contains(version) {
            return Err(RecordError::Version(*version));
        }
        let (RecordRow { position, recorded_at, changes, events, revisions }, rest) = postcard::take_from_bytes(rest)?;
        let mut events = events.into_iter().map(EventRow::into_event).collect::<Result<Vec<_>, _>>()?;
        let mut revisions = revisions.into_iter().map(EventRow::into_event).collect::<Result<Vec<_>, _>>()?;
        let (terms, rest): (TermsRows, _) = if *version < 3 { (Vec::new(), rest) } else { postcard::take_from_bytes(rest)? };
        let blocks: Vec<BlockRow<'_>> = if *version < 4 { Vec::new() } else { postcard::from_bytes(rest)? };
        let mut facts = events.iter_mut().chain(&mut revisions).map(|event| &mut event.facts).collect::<Vec<_>>();
        for (at, terms) in terms {
            of(&mut facts, at)?.terms = Some(Box::new(Terms::read(&terms)));
        }
        for BlockRow { bytes, parts } in blocks {
            let block = body::block(bytes.to_vec()).map_err(|_| RecordError::Code("block"))?;
            for (at, part) in parts {
                of(&mut facts, at)?.body = Body::Part(Arc::clone(&block), part);
            }
        }
        Ok(Self { position: Position(position), recorded_at: Timestamp(recorded_at), changes, events, revisions })
    }
}

fn of<'f>(facts: &'f mut [&mut Facts], at: u32) -> Result<&'f mut Facts, RecordError> {
    let facts = usize::try_from(at).ok().and_then(|at| facts.get_mut(at));
    facts.map(|facts| &mut **facts).ok_or(RecordError::Code("event"))
}

/// The terms of calls that have some, by the place of the event, those of revisions after those of events.
type TermsRows = Vec<(u32, String)>;

/// Bodies that are encoded together, and which events they are of, by their places as above.
#[derive(Serialize, Deserialize)]
struct BlockRow<'a> {
    #[serde(borrow)]
    bytes: Cow<'a, serde_bytes::Bytes>,
    parts: Vec<(u32, u32)>,
}

/// The blocks of a record. Events with the same one are mostly neighbours.
fn block_rows<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<BlockRow<'a>> {
    let mut known: HashMap<*const Block, usize> = HashMap::new();
    let mut rows: Vec<BlockRow<'_>> = Vec::new();
    for (at, event) in (0..).zip(events) {
        if let Body::Part(block, part) = &event.facts.body {
            let row = *known.entry(Arc::as_ptr(block)).or_insert(rows.len());
            if row == rows.len() {
                rows.push(BlockRow { bytes: Cow::Borrowed(serde_bytes::Bytes::new(&block.bytes)), parts: Vec::new() });
            }
            rows[row].parts.push((at, *part));
        }
    }
    rows
}

#[derive(Serialize, Deserialize)]
struct RecordRow<'a> {
    position: u64,
    recorded_at: i64,
    changes: u32,
    #[serde(borrow)]
    events: Vec<EventRow<'a>>,
    #[serde(borrow)]
    revisions: Vec<EventRow<'a>>,
}

type Text<'a> = Option<Cow<'a, str>>;

#[derive(Serialize, Deserialize)]
struct EventRow<'a> {
    tenant: u32,
    id: [u8; 16],
    seq: u64,
    position: u64,
    recorded_at: i64,
    links: LinksRow,
    #[serde(borrow)]
    facts: FactsRow<'a>,
}

#[derive(Serialize, Deserialize)]
struct LinksRow {
    session: Option<u64>,
    agent: Option<u32>,
    agent_version: Option<u32>,
    person: Option<u64>,
    fingerprint: Option<u64>,
}

#[derive(Serialize, Deserialize)]
struct FactsRow<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    kind: u8,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    occurred_at: i64,
    ended_at: Option<i64>,
    #[serde(borrow)]
    actor: Option<(Cow<'a, str>, Text<'a>)>,
    #[serde(borrow)]
    resource: Option<(Cow<'a, str>, Text<'a>)>,
    #[serde(borrow)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    causation_id: Text<'a>,
    #[serde(borrow)]
    trace_id: Text<'a>,
    #[serde(borrow)]
    span_id: Text<'a>,
    #[serde(borrow)]
    parent_span_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    provider: Text<'a>,
    #[serde(borrow)]
    request_model: Text<'a>,
    #[serde(borrow)]
    response_model: Text<'a>,
    #[serde(borrow)]
    finish_reason: Text<'a>,
    #[serde(borrow)]
    response_id: Text<'a>,
    tokens: [Option<u64>; 5],
    audio: [Option<u64>; 2],
    tokens_estimated: bool,
    cost: Option<(i64, bool)>,
    told_nano_usd: Option<i64>,
    #[serde(borrow)]
    priced: Option<PricedRow<'a>>,
    duration_us: Option<i64>,
    ttft_us: Option<i64>,
    status: u8,
    #[serde(borrow)]
    failure: Option<(Text<'a>, Text<'a>)>,
    #[serde(borrow)]
    source: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, serde_bytes::Bytes>,
}

#[derive(Serialize, Deserialize)]
struct PricedRow<'a> {
    nano_usd: i64,
    #[serde(borrow)]
    book: Cow<'a, str>,
    #[serde(borrow)]
    entry: Cow<'a, str>,
    #[serde(borrow)]
    lines: Cow<'a, str>,
}

impl<'a> PricedRow<'a> {
    fn from_priced(priced: &'a Priced) -> Self {
        let Priced { nano_usd, book, entry, lines } = priced;
        Self { nano_usd: *nano_usd, book: Cow::Borrowed(book), entry: Cow::Borrowed(entry), lines: Cow::Borrowed(lines) }
    }

    fn into_priced(self) -> Priced {
        let Self { nano_usd, book, entry, lines } = self;
        Priced { nano_usd, book: book.into_owned(), entry: entry.into_owned(), lines: lines.into_owned() }
    }
}

impl<'a> EventRow<'a> {
    fn from_event(event: &'a Event) -> Self {
        let Event { tenant, id, seq, position, recorded_at, links, facts } = event;
        let Links { session, agent, agent_version, person, fingerprint } = links;
        Self {
            tenant: tenant.0,
            id: *id.0.as_bytes(),
            seq: seq.0,
            position: position.0,
            recorded_at: recorded_at.0,
            links: LinksRow {
                session: session.map(|n| n.0),
                agent: agent.map(|n| n.0),
                agent_version: agent_version.map(|n| n.0),
                person: person.map(|n| n.0),
                fingerprint: fingerprint.map(|n| n.0),
            },
            facts: FactsRow::from_facts(facts),
        }
    }

    fn into_event(self) -> Result<Event, RecordError> {
        let Self { tenant, id, seq, position, recorded_at, links, facts } = self;
        let LinksRow { session, agent, agent_version, person, fingerprint } = links;
        Ok(Event {
            tenant: TenantId(tenant),
            id: EventId(uuid::Uuid::from_bytes(id)),
            seq: Seq(seq),
            position: Position(position),
            recorded_at: Timestamp(recorded_at),
            links: Links {
                session: session.map(SessionNumber),
                agent: agent.map(AgentNumber),
                agent_version: agent_version.map(VersionNumber),
                person: person.map(PersonNumber),
                fingerprint: fingerprint.map(FingerprintNumber),
            },
            facts: facts.into_facts()?,
        })
    }
}

impl<'a> FactsRow<'a> {
    fn from_facts(facts: &'a Facts) -> Self {
        let Facts {
            key,
            kind,
            event_type,
            occurred_at,
            ended_at,
            actor,
            resource,
            correlation_id,
            causation_id,
            trace_id,
            span_id,
            parent_span_id,
            name,
            provider,
            request_model,
            response_model,
            finish_reason,
            response_id,
            tokens,
            audio,
            tokens_estimated,
            // Few events have them: they stand behind the rows.
            terms: _,
            cost,
            told_nano_usd,
            priced,
            duration_us,
            ttft_us,
            status,
            failure,
            source,
            body,
        } = facts;
        let Tokens { input, output, cache_read, cache_write, reasoning } = *tokens;
        Self {
            key: text(key),
            kind: kind.code(),
            event_type: Cow::Borrowed(event_type),
            occurred_at: occurred_at.0,
            ended_at: ended_at.map(|at| at.0),
            actor: actor.as_ref().map(|event::Actor { kind, id }| (Cow::Borrowed(kind.as_str()), text(id))),
            resource: resource.as_ref().map(|event::Resource { kind, id }| (Cow::Borrowed(kind.as_str()), text(id))),
            correlation_id: text(correlation_id),
            causation_id: text(causation_id),
            trace_id: text(trace_id),
            span_id: text(span_id),
            parent_span_id: text(parent_span_id),
            name: text(name),
            provider: text(provider),
            request_model: text(request_model),
            response_model: text(response_model),
            finish_reason: text(finish_reason),
            response_id: text(response_id),
            tokens: [input, output, cache_read, cache_write, reasoning],
            audio: [audio.input, audio.output],
            tokens_estimated: *tokens_estimated,
            cost: cost.map(|Cost { nano_usd, source }| (nano_usd, source == CostSource::Reported)),
            told_nano_usd: *told_nano_usd,
            priced: priced.as_deref().map(PricedRow::from_priced),
            duration_us: *duration_us,
            ttft_us: *ttft_us,
            status: status.code(),
            failure: failure.as_ref().map(|Failure { kind, message }| (text(kind), text(message))),
            source: Cow::Borrowed(source),
            body: Cow::Borrowed(serde_bytes::Bytes::new(match body {
                Body::Own(bytes) => bytes,
                // It stands behind the rows.
                Body::Part(..) => &[],
            })),
        }
    }

    fn into_facts(self) -> Result<Facts, RecordError> {
        let [input, output, cache_read, cache_write, reasoning] = self.tokens;
        let [audio_input, audio_output] = self.audio;
        Ok(Facts {
            key: owned(self.key),
            kind: Kind::from_code(self.kind).ok_or(RecordError::Code("kind"))?,
            event_type: Cow::Owned(self.event_type.into_owned()),
            occurred_at: Timestamp(self.occurred_at),
            ended_at: self.ended_at.map(Timestamp),
            actor: self.actor.map(|(kind, id)| event::Actor { kind: kind.into_owned(), id: owned(id) }),
            resource: self.resource.map(|(kind, id)| event::Resource { kind: kind.into_owned(), id: owned(id) }),
            correlation_id: owned(self.correlation_id),
            causation_id: owned(self.causation_id),
            trace_id: owned(self.trace_id),
            span_id: owned(self.span_id),
            parent_span_id: owned(self.parent_span_id),
            name: owned(self.name),
            provider: owned(self.provider),
            request_model: owned(self.request_model),
            response_model: owned(self.response_model),
            finish_reason: owned(self.finish_reason),
            response_id: owned(self.response_id),
            tokens: Tokens { input, output, cache_read, cache_write, reasoning },
            cost: self
                .cost
                .map(|(nano_usd, reported)| Cost { nano_usd, source: if reported { CostSource::Reported } else { CostSource::Computed } }),
            audio: AudioTokens { input: audio_input, output: audio_output },
            tokens_estimated: self.tokens_estimated,
            terms: None,
            told_nano_usd: self.told_nano_usd,
            priced: self.priced.map(|priced| Box::new(priced.into_priced())),
            duration_us: self.duration_us,
            ttft_us: self.ttft_us,
            status: Status::from_code(self.status).ok_or(RecordError::Code("status"))?,
            failure: self.failure.map(|(kind, message)| Failure { kind: owned(kind), message: owned(message) }),
            source: Cow::Owned(self.source.into_owned()),
            body: self.body.to_vec().into(),
        })
    }
}

fn text(value: &Option<String>) -> Text<'_> {
    value.as_deref().map(Cow::Borrowed)
}

fn owned(value: Text<'_>) -> Option<String> {
    value.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use debrief_model::PriceLine;

    use super::*;

    fn full_event() -> Event {
        let mut facts = Facts::new(Kind::Tool, "tool.failed", Timestamp(-5), "agentops");
        facts.key = Some("k\0ü".into());
        facts.ended_at = Some(Timestamp(i64::MAX));
        facts.actor = Some(event::Actor { kind: "user".into(), id: None });
        facts.resource = Some(event::Resource { kind: "agent".into(), id: Some("a".into()) });
        facts.tokens = Tokens { input: Some(0), output: None, cache_read: Some(u64::MAX), cache_write: Some(1), reasoning: None };
        facts.audio = AudioTokens { input: Some(3), output: None };
        facts.tokens_estimated = true;
        facts.cost = Some(Cost { nano_usd: 12, source: CostSource::Computed });
        facts.told_nano_usd = Some(-1);
        facts.terms = Terms::told(Some("flex".into()), None, Some(7));
        let line = PriceLine {
            unit: "input_tokens".into(),
            count: "4".into(),
            price: Some("2.5".into()),
            per: 1_000_000,
            tier: Some(9),
            variant: Some("service_tier=flex".into()),
        };
        facts.priced =
            Some(Box::new(Priced { nano_usd: 12, book: "b 1".into(), entry: "openai/gpt".into(), lines: PriceLine::write(&[line]) }));
        facts.status = Status::Error;
        facts.failure = Some(Failure { kind: Some("E".into()), message: None });
        facts.body = vec![0, 1, 2, 255].into();
        Event {
            tenant: TenantId(7),
            id: EventId(uuid::Uuid::from_u128(99)),
            seq: Seq(3),
            position: Position(2),
            recorded_at: Timestamp(1),
            links: Links { session: Some(SessionNumber(5)), agent: Some(AgentNumber(1)), ..Links::default() },
            facts,
        }
    }

    #[test]
    fn every_field_survives() {
        let record = Record {
            position: Position(9),
            recorded_at: Timestamp(10),
            changes: 4,
            events: vec![full_event(), without_terms()],
            revisions: vec![without_terms(), full_event()],
        };
        assert_eq!(Record::decode(&record.encode()).unwrap(), record);
    }

    fn without_terms() -> Event {
        let full = full_event();
        Event { facts: Facts { terms: None, ..full.facts }, ..full }
    }

    #[test]
    fn a_record_of_a_former_version_is_read() {
        let (events, revisions) = (vec![without_terms()], vec![without_terms()]);
        let record = Record { position: Position(9), recorded_at: Timestamp(10), changes: 2, events, revisions };
        let mut former = record.encode();
        for (version, what) in [(3, "no blocks"), (VERSION_MIN, "no terms")] {
            assert_eq!(former.pop(), Some(0), "{what}");
            former[0] = version;
            assert_eq!(Record::decode(&former).unwrap(), record);
        }
    }

    #[test]
    fn terms_of_an_event_that_is_not_there_are_damage() {
        let record =
            Record { position: Position(9), recorded_at: Timestamp(10), changes: 1, events: vec![without_terms()], revisions: vec![] };
        let mut damaged = record.encode();
        damaged.truncate(damaged.len() - 2);
        damaged.extend([1, 1, 0, 0]);
        assert!(matches!(Record::decode(&damaged), Err(RecordError::Code("event"))));
    }

    #[test]
    fn bodies_that_are_encoded_together_are_stored_once() {
        let raw = |n: usize| format!("{n}: {}", "once upon a time ".repeat(90)).into_bytes();
        let mut together = body::Together::new();
        (0..30).for_each(|n| together.add(&raw(n)));
        let mut events: Vec<Event> = together
            .finish()
            .into_iter()
            .map(|body| {
                let event = without_terms();
                Event { facts: Facts { body, ..event.facts }, ..event }
            })
            .collect();
        let revisions = events.split_off(25);
        // One of them is not recorded.
        events.remove(3);
        events.push(full_event());
        let record = Record { position: Position(9), recorded_at: Timestamp(10), changes: 4, events, revisions };
        let stored = record.encode();
        assert!(stored.len() < 30 * (EVENT_BYTES + 200), "{} bytes", stored.len());
        let read = Record::decode(&stored).unwrap();
        assert_eq!(read, record);
        assert_eq!(body::decode(&read.events[3].facts.body).unwrap(), raw(4));
        assert_eq!(body::decode(&read.revisions[4].facts.body).unwrap(), raw(29));
    }

    #[test]
    fn damage_is_an_error_at_every_length_and_never_a_panic() {
        let bytes = Record { position: Position(9), recorded_at: Timestamp(10), changes: 1, events: vec![full_event()], revisions: vec![] }
            .encode();
        for length in 0..bytes.len() {
            assert!(Record::decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
        }
        let mut other = bytes;
        other[0] = 200;
        assert!(matches!(Record::decode(&other), Err(RecordError::Version(200))));
    }
}
