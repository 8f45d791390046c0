//! Events as rows: one table of columns that creating, appending and selecting share.
//!
//! The order of [`COLUMNS`] is the order of the table, of an appended row and of a selected one; [`read`] takes cells in that order.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use debrief_model::{
    Actor, AgentNumber, AudioTokens, Body, Cost, CostSource, Event, EventId, Facts, Failure, FingerprintNumber, Kind, Links, PersonNumber,
    Position, Priced, Resource, Seq, SessionNumber, Status, TenantId, Terms, Timestamp, Tokens, VersionNumber, span_key,
};
use duckdb::arrow::array::{ArrayRef, BinaryArray, BooleanArray, PrimitiveArray, StringArray, UInt32Array, UInt64Array};
use duckdb::arrow::datatypes::{ArrowPrimitiveType, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type};
use duckdb::arrow::error::ArrowError;
use duckdb::arrow::record_batch::RecordBatch;
use uuid::Uuid;

use crate::bodies::Share;
use crate::cells::{Cells, Unreadable};
use crate::models::Models;
use crate::woven::Woven;
use crate::{bodies, mark, woven};

/// No caller's id.
const UNKEYED: u8 = 0;
/// The caller's id is the text form of our id: most are, and the column stays empty.
const KEYED_BY_ID: u8 = 1;
/// The caller's id is in the column.
const KEYED: u8 = 2;
/// The caller's id is what the event's trace and span are: so it is for spans, and the column stays empty.
const KEYED_BY_SPAN: u8 = 3;

/// Columns which follow from the others and are for finding and summing only.
const MARKS: usize = 4;
/// The same, at the end: those of format 6. Where a file of before says nothing of them, they are 0.
const LATER_MARKS: usize = 2;

/// The formats since the oldest that is read, each with how many columns came with it; they are the last, in this order.
pub(crate) const ADDED: [(u64, usize); 5] = [(3, 8), (4, 5), (5, 1), (6, LATER_MARKS), (7, 2)];

/// A version of an event on its way into a table. Columns read the event through it, and what several of them need is worked out once.
#[derive(Clone, Copy)]
pub(crate) struct Version<'a> {
    event: &'a Event,
    /// The record that produced it.
    pub(crate) applied: Position,
    /// The event whose row holds its body, where that is encoded together with others.
    pub(crate) holder: Option<Seq>,
    keyed: u8,
    woven: Woven,
}

impl<'a> Version<'a> {
    pub(crate) fn new(event: &'a Event, applied: Position, holder: Option<Seq>) -> Self {
        let woven = Woven::of(&event.facts);
        Self { event, applied, holder, keyed: keyed(event, &woven), woven }
    }

    pub(crate) fn event(&self) -> &'a Event {
        self.event
    }
}

impl Deref for Version<'_> {
    type Target = Event;

    fn deref(&self) -> &Event {
        self.event
    }
}

/// One column of an event.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) sql_type: &'static str,
    /// The column's part of some versions.
    pub(crate) write: fn(&[Version<'_>], &Models) -> ArrayRef,
}

/// A column whose values are what an expression says of each event, which may be nothing.
macro_rules! column {
    ($name:literal, UTINYINT, $($read:tt)+) => { column!(@ $name, "UTINYINT", numbers::<UInt8Type>, $($read)+) };
    ($name:literal, USMALLINT, $($read:tt)+) => { column!(@ $name, "USMALLINT", numbers::<UInt16Type>, $($read)+) };
    ($name:literal, UINTEGER, $($read:tt)+) => { column!(@ $name, "UINTEGER", numbers::<UInt32Type>, $($read)+) };
    ($name:literal, UBIGINT, $($read:tt)+) => { column!(@ $name, "UBIGINT", numbers::<UInt64Type>, $($read)+) };
    ($name:literal, BIGINT, $($read:tt)+) => { column!(@ $name, "BIGINT", numbers::<Int64Type>, $($read)+) };
    ($name:literal, BOOLEAN, $($read:tt)+) => { column!(@ $name, "BOOLEAN", flags, $($read)+) };
    ($name:literal, VARCHAR, $($read:tt)+) => { column!(@ $name, "VARCHAR", texts, $($read)+) };
    (@ $name:literal, $sql_type:literal, $write:expr, |$event:ident| $value:expr) => {
        Column { name: $name, sql_type: $sql_type, write: |versions, _| $write(versions, |$event| Option::from($value)) }
    };
}

/// Every column but the body. An id is two halves: both pack well, and a look-up reads one of them. `applied` is the record that
/// produced this version of the event; `position` the one that first recorded it.
#[rustfmt::skip]
pub(crate) const COLUMNS: &[Column] = &[
    column!("tenant", UINTEGER, |e| e.tenant.0),
    column!("id_hi", UBIGINT, |e| e.id.0.as_u64_pair().0),
    column!("id_lo", UBIGINT, |e| e.id.0.as_u64_pair().1),
    column!("seq", UBIGINT, |e| e.seq.0),
    column!("position", UBIGINT, |e| e.position.0),
    Column { name: "applied", sql_type: "UBIGINT", write: |versions, _| Arc::new(versions.iter().map(|version| version.applied.0).collect::<UInt64Array>()) },
    column!("recorded_at", BIGINT, |e| e.recorded_at.0),
    column!("session", UBIGINT, |e| e.links.session.map(|n| n.0)),
    column!("agent", UINTEGER, |e| e.links.agent.map(|n| n.0)),
    column!("agent_version", UINTEGER, |e| e.links.agent_version.map(|n| n.0)),
    column!("person", UBIGINT, |e| e.links.person.map(|n| n.0)),
    column!("fingerprint", UBIGINT, |e| e.links.fingerprint.map(|n| n.0)),
    column!("keyed", UTINYINT, |e| e.keyed),
    column!("key", VARCHAR, |e| e.facts.key.as_deref().filter(|_| e.keyed == KEYED)),
    column!("kind", UTINYINT, |e| e.facts.kind.code()),
    column!("event_type", VARCHAR, |e| &*e.facts.event_type),
    column!("occurred_at", BIGINT, |e| e.facts.occurred_at.0),
    column!("ended_at", BIGINT, |e| e.facts.ended_at.map(|at| at.0)),
    column!("actor_type", VARCHAR, |e| e.facts.actor.as_ref().map(|actor| actor.kind.as_str())),
    column!("actor_id", VARCHAR, |e| e.facts.actor.as_ref().and_then(|actor| actor.id.as_deref())),
    column!("resource_type", VARCHAR, |e| e.facts.resource.as_ref().map(|resource| resource.kind.as_str())),
    column!("resource_id", VARCHAR, |e| e.facts.resource.as_ref().and_then(|resource| resource.id.as_deref())),
    column!("correlation_id", VARCHAR, |e| e.facts.correlation_id.as_deref()),
    column!("causation_id", VARCHAR, |e| e.facts.causation_id.as_deref().filter(|_| !e.woven.is_caused_by_parent)),
    column!("trace_id", VARCHAR, |e| e.facts.trace_id.as_deref().filter(|_| e.woven.trace.is_none())),
    column!("span_id", VARCHAR, |e| e.facts.span_id.as_deref().filter(|_| e.woven.span.is_none())),
    column!("parent_span_id", VARCHAR, |e| e.facts.parent_span_id.as_deref().filter(|_| e.woven.parent.is_none())),
    column!("name", VARCHAR, |e| e.facts.name.as_deref()),
    column!("provider", VARCHAR, |e| e.facts.provider.as_deref()),
    column!("request_model", VARCHAR, |e| e.facts.request_model.as_deref()),
    column!("response_model", VARCHAR, |e| e.facts.response_model.as_deref()),
    column!("finish_reason", VARCHAR, |e| e.facts.finish_reason.as_deref()),
    column!("response_id", VARCHAR, |e| e.facts.response_id.as_deref()),
    column!("input_tokens", UBIGINT, |e| e.facts.tokens.input),
    column!("output_tokens", UBIGINT, |e| e.facts.tokens.output),
    column!("cache_read_tokens", UBIGINT, |e| e.facts.tokens.cache_read),
    column!("cache_write_tokens", UBIGINT, |e| e.facts.tokens.cache_write),
    column!("reasoning_tokens", UBIGINT, |e| e.facts.tokens.reasoning),
    column!("cost_nano_usd", BIGINT, |e| e.facts.cost.map(|cost| cost.nano_usd)),
    column!("cost_reported", BOOLEAN, |e| e.facts.cost.map(|cost| cost.source == CostSource::Reported)),
    column!("duration_us", BIGINT, |e| e.facts.duration_us),
    column!("ttft_us", BIGINT, |e| e.facts.ttft_us),
    column!("status", UTINYINT, |e| e.facts.status.code()),
    column!("explained", BOOLEAN, |e| e.facts.failure.is_some()),
    column!("error_type", VARCHAR, |e| e.facts.failure.as_ref().and_then(|failure| failure.kind.as_deref())),
    column!("error_message", VARCHAR, |e| e.facts.failure.as_ref().and_then(|failure| failure.message.as_deref())),
    column!("source", VARCHAR, |e| &*e.facts.source),
    column!("workflow_mark", USMALLINT, |e| mark::of_workflow(e)),
    column!("resource_mark", USMALLINT, |e| mark::of_resource(e)),
    column!("resource_type_mark", UTINYINT, |e| mark::of_resource_type(e)),
    column!("event_type_mark", USMALLINT, |e| mark::mark(&e.facts.event_type)),
    column!("input_audio_tokens", UBIGINT, |e| e.facts.audio.input),
    column!("output_audio_tokens", UBIGINT, |e| e.facts.audio.output),
    column!("tokens_estimated", BOOLEAN, |e| e.facts.tokens_estimated),
    column!("told_nano_usd", BIGINT, |e| e.facts.told_nano_usd),
    column!("priced_nano_usd", BIGINT, |e| e.facts.priced.as_ref().map(|priced| priced.nano_usd)),
    column!("price_book", VARCHAR, |e| e.facts.priced.as_ref().map(|priced| priced.book.as_str())),
    column!("price_entry", VARCHAR, |e| e.facts.priced.as_ref().map(|priced| priced.entry.as_str())),
    column!("price_lines", VARCHAR, |e| e.facts.priced.as_ref().map(|priced| priced.lines.as_str())),
    column!("trace_hi", UBIGINT, |e| e.woven.trace.map(|(high, _)| high)),
    column!("trace_lo", UBIGINT, |e| e.woven.trace.map(|(_, low)| low)),
    column!("span", UBIGINT, |e| e.woven.span),
    column!("parent_span", UBIGINT, |e| e.woven.parent),
    column!("caused_by_parent", BOOLEAN, |e| e.woven.is_caused_by_parent),
    Column { name: "terms", sql_type: "VARCHAR", write: |versions, _| terms(versions) },
    Column { name: "use_mark", sql_type: "UTINYINT DEFAULT 0", write: |versions, _| uses(versions) },
    Column { name: "model", sql_type: "UINTEGER DEFAULT 0", write: numbered },
    Column { name: "body_holder", sql_type: "UBIGINT", write: |versions, _| Arc::new(versions.iter().map(|version| version.holder.map(|seq| seq.0)).collect::<UInt64Array>()) },
    column!("body_part", UINTEGER, |e| part(e)),
];

/// Versions of events, column by column, with the bodies last: as the engine takes them fastest.
pub(crate) fn batch(versions: &[Version<'_>], models: &Models) -> Result<RecordBatch, ArrowError> {
    let bodies = versions.iter().map(|version| Some(bodies::in_row(version))).collect::<BinaryArray>();
    RecordBatch::try_from_iter(columns(versions, models).chain([("body", Arc::new(bodies) as ArrayRef)]))
}

/// The same for the file, which keeps bodies in a table of their own.
pub(crate) fn settled_batch(versions: &[Version<'_>], models: &Models) -> Result<RecordBatch, ArrowError> {
    RecordBatch::try_from_iter(columns(versions, models))
}

/// The bodies of those versions that have one, as the file keeps them.
pub(crate) fn bodies(versions: &[Version<'_>]) -> Result<RecordBatch, ArrowError> {
    let with_body = || versions.iter().filter(|version| !version.facts.body.is_none());
    let seqs = with_body().map(|version| version.seq.0).collect::<UInt64Array>();
    let applied = with_body().map(|version| version.applied.0).collect::<UInt64Array>();
    let bodies = with_body().map(|version| Some(bodies::in_row(version))).collect::<BinaryArray>();
    RecordBatch::try_from_iter([("seq", Arc::new(seqs) as ArrayRef), ("applied", Arc::new(applied)), ("body", Arc::new(bodies))])
}

fn columns(versions: &[Version<'_>], models: &Models) -> impl Iterator<Item = (&'static str, ArrayRef)> {
    COLUMNS.iter().map(move |column| (column.name, (column.write)(versions, models)))
}

/// Column names, comma separated.
pub(crate) fn names() -> String {
    COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// Reads an event whose cells begin at the cursor, without its body; answers also which record produced this version, and its share of a block.
pub(crate) fn read(cells: &mut Cells<'_, '_>) -> Result<(Event, Position, Option<Share>), Unreadable> {
    let tenant = TenantId(cells.u32()?);
    let id = EventId(Uuid::from_u64_pair(cells.u64()?, cells.u64()?));
    let seq = Seq(cells.u64()?);
    let position = Position(cells.u64()?);
    let applied = Position(cells.u64()?);
    let recorded_at = Timestamp(cells.i64()?);
    let links = links(cells)?;
    let keyed = cells.u8()?;
    let mut facts = facts(cells, id, keyed)?;
    cells.skip(MARKS);
    facts.audio = AudioTokens { input: cells.u64_if()?, output: cells.u64_if()? };
    facts.tokens_estimated = cells.bool_if()?.unwrap_or_default();
    facts.told_nano_usd = cells.i64_if()?;
    facts.priced = priced(cells)?.map(Box::new);
    weave(cells, keyed, &mut facts)?;
    facts.terms = cells.text_if()?.map(|terms| Box::new(Terms::read(&terms)));
    cells.skip(LATER_MARKS);
    let share = cells.u64_if()?.zip(cells.u32_if()?).map(|(holder, part)| Share { holder: Seq(holder), part });
    Ok((Event { tenant, id, seq, position, recorded_at, links, facts }, applied, share))
}

fn links(cells: &mut Cells<'_, '_>) -> Result<Links, Unreadable> {
    Ok(Links {
        session: cells.u64_if()?.map(SessionNumber),
        agent: cells.u32_if()?.map(AgentNumber),
        agent_version: cells.u32_if()?.map(VersionNumber),
        person: cells.u64_if()?.map(PersonNumber),
        fingerprint: cells.u64_if()?.map(FingerprintNumber),
    })
}

fn facts(cells: &mut Cells<'_, '_>, id: EventId, keyed: u8) -> Result<Facts, Unreadable> {
    Ok(Facts {
        key: key(cells, id, keyed)?,
        kind: Kind::from_code(cells.u8()?).ok_or(Unreadable::Code("kind"))?,
        event_type: Cow::Owned(cells.text()?),
        occurred_at: Timestamp(cells.i64()?),
        ended_at: cells.i64_if()?.map(Timestamp),
        actor: pair(cells)?.map(|(kind, id)| Actor { kind, id }),
        resource: pair(cells)?.map(|(kind, id)| Resource { kind, id }),
        correlation_id: cells.text_if()?,
        causation_id: cells.text_if()?,
        trace_id: cells.text_if()?,
        span_id: cells.text_if()?,
        parent_span_id: cells.text_if()?,
        name: cells.text_if()?,
        provider: cells.text_if()?,
        request_model: cells.text_if()?,
        response_model: cells.text_if()?,
        finish_reason: cells.text_if()?,
        response_id: cells.text_if()?,
        tokens: tokens(cells)?,
        audio: AudioTokens::default(),
        tokens_estimated: false,
        terms: None,
        cost: cost(cells)?,
        told_nano_usd: None,
        priced: None,
        duration_us: cells.i64_if()?,
        ttft_us: cells.i64_if()?,
        status: Status::from_code(cells.u8()?).ok_or(Unreadable::Code("status"))?,
        failure: failure(cells)?,
        source: Cow::Owned(cells.text()?),
        body: Body::NONE,
    })
}

fn key(cells: &mut Cells<'_, '_>, id: EventId, keyed: u8) -> Result<Option<String>, Unreadable> {
    let text = cells.text_if()?;
    match keyed {
        // The latter's is known once the rest of the row is read.
        UNKEYED | KEYED_BY_SPAN => Ok(None),
        KEYED_BY_ID => Ok(Some(id.0.hyphenated().to_string())),
        KEYED => Ok(Some(text.ok_or(Unreadable::Missing)?)),
        _ => Err(Unreadable::Code("key")),
    }
}

/// Tells ids that are kept as numbers, and what repeats them.
fn weave(cells: &mut Cells<'_, '_>, keyed: u8, facts: &mut Facts) -> Result<(), Unreadable> {
    let trace = cells.u64_if()?.zip(cells.u64_if()?);
    let (span, parent) = (cells.u64_if()?, cells.u64_if()?);
    let is_caused_by_parent = cells.bool_if()?.unwrap_or_default();
    facts.trace_id = facts.trace_id.take().or_else(|| trace.map(woven::trace_text));
    facts.span_id = facts.span_id.take().or_else(|| span.map(woven::span_text));
    facts.parent_span_id = facts.parent_span_id.take().or_else(|| parent.map(woven::span_text));
    let key = |span: &Option<String>| Some(span_key(facts.trace_id.as_deref()?, span.as_deref()?));
    if keyed == KEYED_BY_SPAN {
        facts.key = Some(key(&facts.span_id).ok_or(Unreadable::Missing)?);
    }
    if is_caused_by_parent {
        facts.causation_id = Some(key(&facts.parent_span_id).ok_or(Unreadable::Missing)?);
    }
    Ok(())
}

fn pair(cells: &mut Cells<'_, '_>) -> Result<Option<(String, Option<String>)>, Unreadable> {
    let kind = cells.text_if()?;
    let id = cells.text_if()?;
    Ok(kind.map(|kind| (kind, id)))
}

fn tokens(cells: &mut Cells<'_, '_>) -> Result<Tokens, Unreadable> {
    Ok(Tokens {
        input: cells.u64_if()?,
        output: cells.u64_if()?,
        cache_read: cells.u64_if()?,
        cache_write: cells.u64_if()?,
        reasoning: cells.u64_if()?,
    })
}

fn cost(cells: &mut Cells<'_, '_>) -> Result<Option<Cost>, Unreadable> {
    let nano_usd = cells.i64_if()?;
    let source = if cells.bool_if()?.unwrap_or_default() { CostSource::Reported } else { CostSource::Computed };
    Ok(nano_usd.map(|nano_usd| Cost { nano_usd, source }))
}

fn priced(cells: &mut Cells<'_, '_>) -> Result<Option<Priced>, Unreadable> {
    let nano_usd = cells.i64_if()?;
    let (book, entry, lines) = (cells.text_if()?, cells.text_if()?, cells.text_if()?);
    let (book, entry, lines) = (book.unwrap_or_default(), entry.unwrap_or_default(), lines.unwrap_or_default());
    Ok(nano_usd.map(|nano_usd| Priced { nano_usd, book, entry, lines }))
}

fn failure(cells: &mut Cells<'_, '_>) -> Result<Option<Failure>, Unreadable> {
    let explained = cells.bool_if()?.unwrap_or_default();
    let failure = Failure { kind: cells.text_if()?, message: cells.text_if()? };
    Ok(explained.then_some(failure))
}

fn keyed(event: &Event, woven: &Woven) -> u8 {
    match &event.facts.key {
        None => UNKEYED,
        Some(key) if is_text_of(key, event.id) => KEYED_BY_ID,
        Some(_) if woven.is_known_by_span => KEYED_BY_SPAN,
        Some(_) => KEYED,
    }
}

/// Answering model, else requested model.
fn model(event: &Event) -> Option<&str> {
    event.facts.response_model.as_deref().or(event.facts.request_model.as_deref())
}

/// Its place among the bodies that its own is encoded together with.
fn part(event: &Event) -> Option<u32> {
    match event.facts.body {
        Body::Own(_) => None,
        Body::Part(_, at) => Some(at),
    }
}

fn is_text_of(key: &str, id: EventId) -> bool {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    key == id.0.hyphenated().encode_lower(&mut text)
}

fn numbers<T: ArrowPrimitiveType>(versions: &[Version<'_>], read: fn(&Version<'_>) -> Option<T::Native>) -> ArrayRef {
    Arc::new(versions.iter().map(read).collect::<PrimitiveArray<T>>())
}

fn flags(versions: &[Version<'_>], read: fn(&Version<'_>) -> Option<bool>) -> ArrayRef {
    Arc::new(versions.iter().map(read).collect::<BooleanArray>())
}

/// Few events have terms, so their column is a text that is made where it is needed.
fn terms(versions: &[Version<'_>]) -> ArrayRef {
    Arc::new(versions.iter().map(|version| version.facts.terms.as_ref().map(|terms| terms.write())).collect::<StringArray>())
}

fn uses(versions: &[Version<'_>]) -> ArrayRef {
    numbers::<UInt8Type>(versions, |event| Some(mark::of_use(event)))
}

fn numbered(versions: &[Version<'_>], models: &Models) -> ArrayRef {
    Arc::new(models.numbers::<UInt32Array>(versions.iter().map(|version| model(version.event))))
}

fn texts(versions: &[Version<'_>], read: for<'v> fn(&'v Version<'_>) -> Option<&'v str>) -> ArrayRef {
    Arc::new(versions.iter().map(read).collect::<StringArray>())
}
