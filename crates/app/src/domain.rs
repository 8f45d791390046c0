//! Domain events: what a caller's own system tells, beside what its agents do. Told once and never changed.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use debrief_model::limit::CAUSE_CHAIN_MAX;
use debrief_model::{Actor, Body, Draft, Error, EventId, Facts, Failure, Kind, Mention, Resource, Status, TimeRange, Timestamp};
use uuid::Uuid;

use crate::events::{EventView, named};
use crate::ingest::event_id;
use crate::{App, Ctx, Outcome, Permit, Write, Written};

/// A domain event as a caller tells it, checked for its form.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewEvent {
    /// The caller's id of it; the same id again is the same event.
    pub id: Option<String>,
    /// Dotted type, `noun.verb_past`.
    pub event_type: String,
    /// When it happened; else now.
    pub occurred_at: Option<Timestamp>,
    /// Who did it; else the key that tells it.
    pub actor: Option<Actor>,
    /// What it was done to.
    pub resource: Option<Resource>,
    /// The workflow it belongs to; else its cause's, else its session, else itself.
    pub correlation_id: Option<String>,
    /// The event that directly caused it.
    pub causation_id: Option<String>,
    /// How it came out, if the caller says so.
    pub outcome: Option<Status>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The session it happened in.
    pub session: Option<String>,
    /// The agent it concerns.
    pub agent: Option<String>,
    /// The person it concerns.
    pub person: Option<String>,
    /// Anything else, as sent, in [stored form](crate::events::encode_body); empty where there is nothing else.
    pub body: Body,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its id.
    pub id: EventId,
    /// Its dotted type.
    pub event_type: String,
    /// The workflow it belongs to.
    pub correlation_id: String,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// How a request is recognised when it comes again.
#[derive(Clone, Debug)]
pub struct Once {
    /// The caller's key.
    pub key: String,
    /// Hash of the request.
    pub digest: [u8; 32],
}

impl Once {
    /// For a request with domain events: the caller's key, in what form the body is to be read, and the body.
    #[must_use]
    pub fn of(key: &str, form: &str, body: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        // The length keeps the two apart.
        hasher.update(&(form.len() as u64).to_le_bytes()).update(form.as_bytes()).update(body.as_bytes());
        // The same table remembers other requests too.
        Self { key: format!("event:{key}"), digest: *hasher.finalize().as_bytes() }
    }
}

/// Records events, all or none; `answer` makes what the caller is told out of what became of them.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `Invalid` for an event that would be its own cause, directly or over others, with the field given as
/// `events.N.causationId`; `Conflict` for another request under the same idempotency key; `Unavailable`.
pub async fn record(
    app: &App,
    ctx: &Ctx,
    permit: Permit,
    events: Vec<NewEvent>,
    once: Option<Once>,
    answer: impl FnOnce(&[Told]) -> Vec<u8>,
) -> crate::Result<(Written, Vec<u8>)> {
    ctx.must_ingest()?;
    let ids: Vec<EventId> = events.iter().map(|event| id_of(ctx, event)).collect();
    // Whoever names both its own id and a cause could close a circle together with somebody who does the same now.
    let _alone = match events.iter().any(|event| event.id.is_some() && event.causation_id.is_some()) {
        true => Some(app.causes.lock().await),
        false => None,
    };
    let correlations = correlations(app, ctx, &events, &ids).await?;
    let mut drafts = Vec::with_capacity(events.len());
    let mut told = Vec::with_capacity(events.len());
    for (event, id) in events.into_iter().zip(ids) {
        let draft = draft(ctx, event, id, &correlations);
        told.push(Told {
            id,
            event_type: draft.facts.event_type.to_string(),
            correlation_id: correlation_of(&draft.facts, draft.mention.session.as_deref(), id),
            occurred_at: draft.facts.occurred_at,
        });
        drafts.push(draft);
    }
    let answer = answer(&told);
    let mut write = Write::Events { tenant: ctx.tenant, drafts };
    if let Some(Once { key, digest }) = once {
        write = Write::Once { tenant: ctx.tenant, key, digest, answer: answer.clone(), write: Box::new(write) };
    }
    let written = app.write(ctx, permit, write).await?;
    match written.outcome {
        Outcome::Kept(ref former) => {
            let former = former.clone();
            Ok((written, former))
        }
        _ => Ok((written, answer)),
    }
}

fn id_of(ctx: &Ctx, event: &NewEvent) -> EventId {
    event.id.as_deref().map_or_else(|| EventId(Uuid::now_v7()), |key| event_id(ctx.tenant, key))
}

fn draft(ctx: &Ctx, event: NewEvent, id: EventId, correlations: &HashMap<EventId, String>) -> Draft {
    let NewEvent {
        id: key,
        event_type,
        occurred_at,
        actor,
        resource,
        correlation_id,
        causation_id,
        outcome,
        failure,
        session,
        agent,
        person,
        body,
    } = event;
    let inherited = || cause_of(ctx, causation_id.as_deref()).and_then(|cause| correlations.get(&cause).cloned());
    let facts = Facts {
        key,
        event_type: event_type.into(),
        actor: Some(actor.unwrap_or_else(|| ctx.actor())),
        resource,
        correlation_id: correlation_id.or_else(inherited),
        causation_id: causation_id.map(canonical),
        status: outcome.unwrap_or_default(),
        failure,
        body,
        ..Facts::new(Kind::Domain, "", occurred_at.unwrap_or(ctx.now), ctx.source)
    };
    Draft { id: Some(id), ..Draft::new(facts, Mention { session, agent, person, ..Mention::default() }) }
}

/// As [`debrief_model::audit::is_part_of`] reads it.
fn correlation_of(facts: &Facts, session: Option<&str>, id: EventId) -> String {
    let told = facts.correlation_id.as_deref().or(session).or(facts.trace_id.as_deref());
    told.map_or_else(|| id.to_string(), str::to_owned)
}

/// Ids are compared as text where effects are looked for, so that a UUID has one spelling.
fn canonical(key: String) -> String {
    Uuid::try_parse(&key).map_or(key, |uuid| uuid.hyphenated().to_string())
}

fn cause_of(ctx: &Ctx, causation_id: Option<&str>) -> Option<EventId> {
    causation_id.map(|key| event_id(ctx.tenant, key))
}

/// Looks at the causes that the events name, among themselves and in the store, and refuses circles. Answers the workflows that the
/// events and their causes belong to.
async fn correlations(app: &App, ctx: &Ctx, events: &[NewEvent], ids: &[EventId]) -> crate::Result<HashMap<EventId, String>> {
    let mut places = HashMap::with_capacity(ids.len());
    let mut causes = HashMap::new();
    // Of an event that is told twice the first telling counts.
    for (place, id) in ids.iter().enumerate() {
        if let Entry::Vacant(vacant) = places.entry(*id) {
            vacant.insert(place);
            causes.extend(cause_of(ctx, events[place].causation_id.as_deref()).map(|cause| (*id, cause)));
        }
    }
    // Only an event whose id was known before it was told can be an ancestor of its own cause.
    let could_close = events.iter().any(|event| event.id.is_some());
    let mut correlations = HashMap::new();
    let mut wanted: Vec<EventId> = causes.values().copied().filter(|cause| !places.contains_key(cause)).collect();
    let mut steps = 0;
    while !wanted.is_empty() {
        if steps == CAUSE_CHAIN_MAX {
            let sentence = format!("The chain of causes is longer than {CAUSE_CHAIN_MAX} events (limit CAUSE_CHAIN_MAX)");
            return Err(Error::invalid(sentence.clone()).with("body", "events.0.causationId", "too_long", sentence));
        }
        steps += 1;
        wanted.sort_unstable();
        wanted.dedup();
        for EventView { event, session, .. } in stored(app, ctx, std::mem::take(&mut wanted)).await? {
            correlations.insert(event.id, correlation_of(&event.facts, session.as_deref(), event.id));
            let further = cause_of(ctx, event.facts.causation_id.as_deref()).filter(|_| could_close);
            if let Some(cause) = further
                && causes.insert(event.id, cause).is_none()
                && !places.contains_key(&cause)
                && !correlations.contains_key(&cause)
            {
                wanted.push(cause);
            }
        }
    }
    if let Some(place) = first_in_circle(ids, &causes) {
        return Err(circle(place));
    }
    inherit(ctx, events, ids, &places, &mut correlations);
    Ok(correlations)
}

async fn stored(app: &App, ctx: &Ctx, ids: Vec<EventId>) -> crate::Result<Vec<EventView>> {
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers.run(move || named(ledger.as_ref(), tenant, warehouse.events(tenant, &ids, TimeRange::default())?)).await
}

/// Adds the workflows of the events themselves: their own, else their cause's, which may be another of them, told before or after.
fn inherit(ctx: &Ctx, events: &[NewEvent], ids: &[EventId], places: &HashMap<EventId, usize>, correlations: &mut HashMap<EventId, String>) {
    for start in 0..events.len() {
        let (mut at, mut heirs) = (start, Vec::new());
        let correlation = loop {
            let event = &events[at];
            let cause = cause_of(ctx, event.causation_id.as_deref());
            let told = event.correlation_id.as_ref().or_else(|| correlations.get(&ids[at])).or_else(|| correlations.get(&cause?));
            if let Some(told) = told {
                break told.clone();
            }
            match cause.and_then(|cause| places.get(&cause)) {
                // Ends, because there are no circles.
                Some(next) => {
                    heirs.push(ids[at]);
                    at = *next;
                }
                None => break event.session.clone().unwrap_or_else(|| ids[at].to_string()),
            }
        };
        heirs.push(ids[at]);
        for heir in heirs {
            correlations.entry(heir).or_insert_with(|| correlation.clone());
        }
    }
}

/// The first of `ids` from which following the causes leads back to it. Looks at each event once.
fn first_in_circle(ids: &[EventId], causes: &HashMap<EventId, EventId>) -> Option<usize> {
    let mut walks = HashMap::new();
    for (walk, start) in ids.iter().enumerate() {
        let mut at = *start;
        loop {
            match walks.entry(at) {
                Entry::Occupied(seen) if *seen.get() == walk => return Some(first_of(ids, at, causes)),
                Entry::Occupied(_) => break,
                Entry::Vacant(vacant) => vacant.insert(walk),
            };
            let Some(next) = causes.get(&at) else { break };
            at = *next;
        }
    }
    None
}

/// The first of `ids` on the circle that `on` is on.
fn first_of(ids: &[EventId], on: EventId, causes: &HashMap<EventId, EventId>) -> usize {
    let round = std::iter::successors(causes.get(&on), |at| causes.get(at).filter(|_| **at != on));
    let circle: HashSet<_> = round.copied().collect();
    ids.iter().position(|id| circle.contains(id)).unwrap_or_default()
}

fn circle(place: usize) -> Error {
    let sentence = "An event cannot be its own cause, directly or over others";
    Error::invalid(sentence).with("body", format!("events.{place}.causationId"), "cycle", sentence)
}

#[cfg(test)]
mod tests;
