//! Domain events as callers write them to the domain's. Pure: no I/O, no clock. Strict: see [`super::fields`].
//!
//! [`super::cloud_events`] reads the same events in the envelope of CloudEvents.

pub(super) mod opinion;

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_app::domain::NewEvent;
use debrief_app::events::encode_body;
use debrief_content::repair_json;
use debrief_model::limit::{
    COLUMN_CHARS_MAX, EVENT_PAYLOAD_BYTES_MAX, EVENT_TYPE_CHARS_MAX, KEY_CHARS_MAX, MESSAGE_CHARS_MAX, ROLE_CHARS_MAX,
};
use debrief_model::{Actor, Body, Error, ErrorKind, Failure, Resource, Status, audit};
use serde_json::value::RawValue;

use super::cloud_events;
use super::fields::{Fields, Problems};
use crate::edge::json;

/// How a body tells domain events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In our own words, one or a batch: `{"eventType":…}` or `{"events":[…]}`.
    Ours,
    /// One CloudEvent.
    Cloud,
    /// An array of CloudEvents.
    CloudBatch,
}

impl Form {
    /// A name that stays: requests are recognised by it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Cloud => "cloudevent",
            Self::CloudBatch => "cloudevents",
        }
    }
}

/// The events of a body, and whether they are answered as a batch.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) list: Vec<NewEvent>,
    pub(super) is_batch: bool,
}

/// Reads a body with at most so many events.
///
/// # Errors
/// `Invalid` with everything that is wrong; `TooLarge` for more events.
pub(super) fn events(text: &str, form: Form, events_max: usize) -> Result<Events, Error> {
    let text = repair_json(text).map_or(Cow::Borrowed(text), Cow::Owned);
    let body: &RawValue = serde_json::from_str(&text).map_err(|error| json::invalid(&error))?;
    let mut problems = Problems::default();
    let events = match form {
        Form::Ours => ours(body, events_max, &mut problems)?,
        Form::Cloud => Events { list: cloud_events::event(body, "", &mut problems).into_iter().collect(), is_batch: false },
        Form::CloudBatch => batch(body, "", events_max, &mut problems, cloud_events::event)?,
    };
    problems.unless_any(events)
}

fn ours(body: &RawValue, events_max: usize, problems: &mut Problems) -> Result<Events, Error> {
    let Some(mut fields) = Fields::of(body, String::new(), problems) else { return Ok(Events { list: Vec::new(), is_batch: false }) };
    if !fields.names().any(|name| name == "events") {
        return Ok(Events { list: event_of(fields).into_iter().collect(), is_batch: false });
    }
    let list = fields.take("events");
    if list.is_none() {
        fields.wrong("events", "type", "must be an array");
    }
    fields.nothing_else();
    match list {
        Some(list) => batch(list, "events", events_max, problems, event),
        None => Ok(Events { list: Vec::new(), is_batch: true }),
    }
}

type ReadOne = fn(&RawValue, &str, &mut Problems) -> Option<NewEvent>;

/// The events of an array that stands at `at`.
fn batch(raw: &RawValue, at: &str, events_max: usize, problems: &mut Problems, read: ReadOne) -> Result<Events, Error> {
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
        problems.add(at.to_owned(), "type", "must be an array".to_owned());
        return Ok(Events { list: Vec::new(), is_batch: true });
    };
    if list.len() > events_max {
        let sentence = format!("A request may tell at most {events_max} events (limit batch_events_max)");
        return Err(Error::new(ErrorKind::TooLarge, sentence.clone()).with("body", at, "too_long", sentence));
    }
    let dot = if at.is_empty() { "" } else { "." };
    let events = list.into_iter().enumerate().filter_map(|(place, raw)| read(raw, &format!("{at}{dot}{place}."), problems));
    Ok(Events { list: events.collect(), is_batch: true })
}

fn event(raw: &RawValue, at: &str, problems: &mut Problems) -> Option<NewEvent> {
    event_of(Fields::of(raw, at.to_owned(), problems)?)
}

/// The event that the members tell, as far as they make sense.
fn event_of(mut fields: Fields<'_, '_>) -> Option<NewEvent> {
    let event_type = fields.required("eventType", EVENT_TYPE_CHARS_MAX);
    if event_type.as_ref().is_some_and(|text| !is_event_type(text)) {
        fields.wrong("eventType", "pattern", "must be lower-case words joined by dots, as in order.paid");
    }
    let payload = fields.object("payload", EVENT_PAYLOAD_BYTES_MAX);
    let failure = failure(&mut fields);
    let told = outcome(&mut fields);
    let event = NewEvent {
        id: fields.text("id", KEY_CHARS_MAX),
        event_type: event_type.unwrap_or_default(),
        occurred_at: fields.time("occurredAt"),
        actor: role(&mut fields, ["actor", "actorType", "actorId"]).map(|(kind, id)| Actor { kind, id }),
        resource: role(&mut fields, ["resource", "resourceType", "resourceId"]).map(|(kind, id)| Resource { kind, id }),
        correlation_id: fields.text("correlationId", KEY_CHARS_MAX),
        causation_id: fields.text("causationId", KEY_CHARS_MAX),
        outcome: told.or_else(|| failure.is_some().then_some(Status::Error)).or_else(|| outcome_in(payload)),
        failure,
        session: fields.text("sessionId", KEY_CHARS_MAX),
        agent: fields.text("agent", KEY_CHARS_MAX),
        person: fields.text("person", KEY_CHARS_MAX),
        body: payload.map_or(Body::NONE, |raw| encode_body(raw.get())),
    };
    fields.nothing_else();
    Some(event)
}

/// Whether it is `^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`, and not too long.
pub(super) fn is_event_type(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.len() <= EVENT_TYPE_CHARS_MAX && text.contains('.') && text.split('.').all(is_word)
}

/// Type and id of an actor or a resource, which can be told in two ways.
fn role(fields: &mut Fields<'_, '_>, [nested, kind, id]: [&'static str; 3]) -> Option<(String, Option<String>)> {
    let flat = (fields.text(kind, ROLE_CHARS_MAX), fields.text(id, KEY_CHARS_MAX));
    let inner = fields.inner(nested).map(|mut inner| {
        let told = (inner.required("type", ROLE_CHARS_MAX), inner.text("id", KEY_CHARS_MAX));
        inner.nothing_else();
        told
    });
    match (flat, inner) {
        ((None, None), Some((kind, id))) => kind.map(|kind| (kind, id)),
        ((Some(_), _) | (_, Some(_)), Some(_)) => {
            fields.wrong(nested, "conflict", format!("says the same as {kind} and {id}: give one of the two"));
            None
        }
        ((None, Some(_)), None) => {
            fields.wrong(kind, "missing", format!("is required where {id} is given"));
            None
        }
        ((kind, id), None) => kind.map(|kind| (kind, id)),
    }
}

fn failure(fields: &mut Fields<'_, '_>) -> Option<Failure> {
    let mut inner = fields.inner("error")?;
    let failure = Failure { kind: inner.text("type", COLUMN_CHARS_MAX), message: inner.text("message", MESSAGE_CHARS_MAX) };
    inner.nothing_else();
    Some(failure)
}

fn outcome(fields: &mut Fields<'_, '_>) -> Option<Status> {
    let word = fields.text("outcome", ROLE_CHARS_MAX)?;
    match word.as_str() {
        "success" => Some(Status::Ok),
        "failure" => Some(Status::Error),
        "unknown" => Some(Status::Unset),
        _ => {
            fields.wrong("outcome", "enum", "must be success, failure or unknown");
            None
        }
    }
}

/// What the payload says of the outcome, in `success` or `status`, as a truth value or a word.
pub(super) fn outcome_in(payload: Option<&RawValue>) -> Option<Status> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(payload?.get()).ok()?;
    ["success", "status"].into_iter().find_map(|name| outcome_of(members.get(name)?))
}

fn outcome_of(raw: &RawValue) -> Option<Status> {
    let good = match raw.get() {
        "true" => true,
        "false" => false,
        text => {
            let word = serde_json::from_str::<String>(text).ok()?.to_ascii_lowercase();
            match word.as_str() {
                "true" | "ok" => true,
                "false" | "failure" => false,
                word => audit::is_good(word)?,
            }
        }
    };
    Some(if good { Status::Ok } else { Status::Error })
}

/// What a refusal of the use case is to somebody who wrote the body in this form: it names fields as those of a batch of ours.
pub(super) fn worded(mut error: Error, form: Form, is_batch: bool) -> Error {
    for problem in &mut error.problems {
        let Some(rest) = problem.field.strip_prefix("events.") else { continue };
        let Some((place, name)) = rest.split_once('.') else { continue };
        problem.field = match (form, is_batch) {
            (Form::Ours, true) => continue,
            (Form::Ours, false) => name.to_owned(),
            (Form::Cloud, _) => name.to_ascii_lowercase(),
            (Form::CloudBatch, _) => format!("{place}.{}", name.to_ascii_lowercase()),
        };
    }
    error
}

#[cfg(test)]
mod tests;
