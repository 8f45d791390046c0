//! Told outcomes: feedback on sessions and scores of events. Each is an event of its own, told once, and in the transaction that records it
//! the session learns whether it achieved what it was for, if that is what was said.
//!
//! What the sender wrote is kept as the event's payload, so that whoever reads it can make more of it later. What it means is
//! [`opinion`](crate::opinion)'s.

use debrief_model::agent::DEFAULT_NAME;
use debrief_model::{
    Actor, Body, Draft, Error, ErrorKind, EventFilter, EventId, Facts, Kind, Mention, Order, Page, Paging, Resolution, Resource, Scan,
    Span, Subject, TimeRange, Timestamp, audit,
};
use uuid::Uuid;

use crate::domain::Once;
use crate::events::{self, EventView, named};
use crate::ingest::event_id;
use crate::offload::blocking;
use crate::opinion::told;
use crate::{App, Ctx, Outcome, Permit, Write, Written, sessions};

/// The type of the event that feedback on a session is.
pub const FEEDBACK: &str = "feedback.received";
/// The type of the event that a score of an event is.
pub const SCORE: &str = "score.recorded";

/// An opinion as a caller tells it, checked for its form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewOpinion {
    /// The caller's id of it; the same id again is the same opinion.
    pub id: Option<String>,
    /// What is scored; `None` for feedback.
    pub name: Option<String>,
    /// When it was said; else now.
    pub occurred_at: Option<Timestamp>,
    /// The person who says so; else the key that tells it.
    pub person: Option<String>,
    /// What it says of the session, if anything.
    pub resolution: Option<Resolution>,
    /// All of it as sent, in [stored form](crate::events::encode_body).
    pub body: Body,
}

/// Records feedback on a session of the caller's tenant, which is named by the caller's id or ours. Answers the event as it was first told.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `NotFound(Session)`; `Conflict` for an id that is another event's, or for another request under the
/// same idempotency key; `Unavailable`.
pub async fn tell_feedback(
    app: &App,
    ctx: &Ctx,
    permit: Permit,
    session: &str,
    new: NewOpinion,
    once: Option<Once>,
) -> crate::Result<(EventView, Written)> {
    let found = sessions::own(app, ctx, session).await?.ok_or_else(|| Error::not_found(Subject::Session(session.to_owned())))?;
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, found.key.clone());
    let is_trace = blocking(move || Ok(ledger.trace(tenant, &key)?.is_some())).await?;
    let mut draft = draft(ctx, FEEDBACK, new);
    draft.facts.resource = Some(Resource { kind: audit::CHAT_THREAD.to_owned(), id: Some(found.id.to_string()) });
    if is_trace {
        // A trace is a session only as long as none of its spans names one: feedback goes where they go.
        belong(&mut draft, found.key, None);
    } else {
        draft.mention.session = Some(found.key);
    }
    let (view, written) = record(app, ctx, permit, draft, once).await?;
    if view.session_id != Some(found.id) {
        // Either the id is that of feedback on another session, or this one has become part of another meanwhile.
        let now = sessions::own(app, ctx, session).await?.map(|now| now.id);
        return if view.session_id == now { Ok((view, written)) } else { Err(taken()) };
    }
    Ok((view, written))
}

/// Records a score of an event, which is named by the caller's id or ours. Answers the score as it was first told.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `NotFound(Event)`; `Conflict` for an id that is another event's, or for another request under the
/// same idempotency key; `Unavailable`.
pub async fn tell_score(
    app: &App,
    ctx: &Ctx,
    permit: Permit,
    event: &str,
    new: NewOpinion,
    once: Option<Once>,
) -> crate::Result<(EventView, Written)> {
    ctx.must_ingest()?;
    let id = event_id(ctx.tenant, event);
    let scored = read(app, ctx, id).await?.ok_or_else(|| Error::not_found(Subject::Event(event.to_owned())))?;
    let mut draft = draft(ctx, SCORE, new);
    draft.facts.causation_id = Some(id.to_string());
    draft.facts.resource = resource(&scored);
    let facts = &scored.event.facts;
    // What belongs to a session or a trace goes on to belong to it, by whatever name that is found later.
    let alone = scored.session.is_none() && facts.trace_id.is_none();
    draft.facts.correlation_id = facts.correlation_id.clone().or_else(|| alone.then(|| id.to_string()));
    match &facts.trace_id {
        Some(trace) => belong(&mut draft, trace.clone(), facts.span_id.clone().or_else(|| facts.parent_span_id.clone())),
        None => {
            // The default agent is that of events that name none, and so does this one.
            let agent = scored.agent.clone().filter(|agent| agent != DEFAULT_NAME);
            let agent_version = scored.agent_version.clone().filter(|_| agent.is_some());
            draft.mention = Mention { session: scored.session.clone(), agent, agent_version, ..Mention::default() };
        }
    }
    let (view, written) = record(app, ctx, permit, draft, once).await?;
    if view.cause() == Some(id) { Ok((view, written)) } else { Err(taken()) }
}

/// Makes a draft a part of a trace: it belongs to whatever the span does that is around it.
fn belong(draft: &mut Draft, trace: String, span: Option<String>) {
    draft.facts.trace_id = Some(trace);
    draft.facts.parent_span_id = span;
    draft.span = Some(Span::Leaf);
}

fn resource(scored: &EventView) -> Option<Resource> {
    let (kind, id) = scored.resource();
    kind.map(|kind| Resource { kind: kind.to_owned(), id })
}

fn draft(ctx: &Ctx, event_type: &'static str, new: NewOpinion) -> Draft {
    let NewOpinion { id, name, occurred_at, person, resolution, body } = new;
    let person = person.map(|id| Actor { kind: audit::USER.to_owned(), id: Some(id) });
    let facts = Facts {
        // What is part of a trace is known by a key, also where the caller gives none.
        key: Some(id.unwrap_or_else(|| Uuid::now_v7().to_string())),
        actor: Some(person.unwrap_or_else(|| ctx.actor())),
        name,
        body,
        ..Facts::new(Kind::Domain, event_type, occurred_at.unwrap_or(ctx.now), ctx.source)
    };
    Draft { set: told(resolution), ..Draft::new(facts, Mention::default()) }
}

/// Records the draft and answers what is recorded under its id, which must be an event of its type.
async fn record(app: &App, ctx: &Ctx, permit: Permit, draft: Draft, once: Option<Once>) -> crate::Result<(EventView, Written)> {
    let event_type = draft.facts.event_type.clone();
    let key = draft.facts.key.clone().expect("every opinion has a key");
    let mut write = Write::Events { tenant: ctx.tenant, drafts: vec![draft] };
    if let Some(Once { key: once, digest }) = once {
        write = Write::Once { tenant: ctx.tenant, key: once, digest, answer: key.clone().into_bytes(), write: Box::new(write) };
    }
    let written = app.write(ctx, permit, write).await?;
    let key = match &written.outcome {
        Outcome::Kept(former) => String::from_utf8_lossy(former).into_owned(),
        _ => key,
    };
    let view =
        read(app, ctx, event_id(ctx.tenant, &key)).await?.ok_or_else(|| Error::internal("an opinion was recorded and is not there"))?;
    if view.event.facts.event_type == event_type { Ok((view, written)) } else { Err(taken()) }
}

fn taken() -> Error {
    Error::new(ErrorKind::Conflict, "That id is another event's").with("body", "id", "taken", "is another event's")
}

async fn read(app: &App, ctx: &Ctx, id: EventId) -> crate::Result<Option<EventView>> {
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    let found = move || Ok(named(ledger.as_ref(), tenant, warehouse.events(tenant, &[id], TimeRange::default())?)?.pop());
    app.readers.run(found).await
}

/// The feedback on a session, newest first.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`; `Unavailable` when reads lag too far behind writes.
pub async fn feedback(app: &App, ctx: &Ctx, session: &str, paging: Paging) -> crate::Result<Page<EventView>> {
    let filter = EventFilter { event_type: Some(FEEDBACK.to_owned()), ..EventFilter::default() };
    events::in_session(app, ctx, session, filter, Order::Descending, paging).await
}

/// The scores of an event, newest first: those that were told, and the evaluations that came over OpenTelemetry.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Event)`; `Unavailable` when reads lag too far behind writes.
pub async fn scores(app: &App, ctx: &Ctx, event: &str, paging: Paging) -> crate::Result<Page<EventView>> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant, key) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant, event.to_owned());
    app.readers
        .run(move || {
            let found = warehouse.events(tenant, &[event_id(tenant, &key)], TimeRange::default())?.pop();
            let scored = found.ok_or_else(|| Error::not_found(Subject::Event(key)))?;
            let names = [Some(scored.id.to_string()), scored.facts.key];
            let (caused_by, event_type) = (names.into_iter().flatten().collect(), Some(SCORE.to_owned()));
            let filter = EventFilter { event_type, caused_by, ..EventFilter::default() };
            let page = warehouse.scan(tenant, &Scan { filter, order: Order::Descending, paging, bodies: true })?;
            Ok(Page { total: page.total, rows: named(ledger.as_ref(), tenant, page.rows)? })
        })
        .await
}
