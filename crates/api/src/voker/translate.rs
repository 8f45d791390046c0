//! Voker's shapes to the domain's. Pure: no I/O, no clock.
//!
//! Lenient where nothing is lost by it: a name that is a number becomes text, one of any other type counts as not given. Strict about what
//! an event cannot be recorded without.

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_app::{Outcome, events, turns};
use debrief_content::{CallFacts, call_facts, format_of, repair_json, said};
use debrief_model::limit::{COLUMN_CHARS_MAX, KEY_CHARS_MAX, MESSAGE_CHARS_MAX};
use debrief_model::{Draft, Error, Facts, Failure, FingerprintId, Kind, Mention, Runtime, Status, Subject, Terms, Timestamp, Tokens, Turn};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::wire;
use crate::edge::call::Call;
use crate::edge::json;

const SOURCE: &str = "voker";

/// What a body that should be an event is.
pub(super) enum Body {
    /// A model call.
    Call(Box<Draft>),
    /// A domain event, or several: its text.
    Foreign(String),
}

/// The event in a body that arrived at `now`. Voker's clients send no time of their own, and the provider's has whole seconds only, so
/// the time of arrival is the one that keeps calls in order.
///
/// # Errors
/// `Invalid`; `Invalid` about a session for an empty session id; `NotFound(Fingerprint)` for an id that cannot be one.
pub(super) fn event(text: String, now: Timestamp) -> Result<Body, Error> {
    let text = repair_json(&text).unwrap_or(text);
    let wire = wire::Event::read(&text).map_err(|error| json::invalid(&error))?;
    match word(wire.event_name) {
        None if is_foreign(&wire) => return Ok(Body::Foreign(text)),
        None => {}
        Some(name) if name == "llm" => {}
        Some(_) => return Err(wrong("event_name", "must be \"llm\", the only event that is supported")),
    }
    let properties = wire.properties.filter(|raw| !is_null(raw)).ok_or_else(|| absent(&["properties"]))?;
    if !is_object(properties) {
        return Err(wrong("properties", "must be an object"));
    }
    let mention = mention(&wire)?;
    let (facts, turn) = facts(properties, now)?;
    Ok(Body::Call(Box::new(Draft { turn, ..Draft::new(facts, mention) })))
}

/// Whether it has what only domain events have.
fn is_foreign(wire: &wire::Event<'_>) -> bool {
    wire.event_type.is_some() || wire.events.is_some_and(|raw| raw.get().starts_with('['))
}

fn mention(wire: &wire::Event<'_>) -> Result<Mention, Error> {
    let fingerprint = word(wire.fingerprint_id).ok_or_else(|| absent(&["fingerprint_id"]))?;
    let session = word(wire.session);
    if session.as_deref() == Some("") {
        return Err(Error::invalid("The session id is empty").about(Subject::Session(String::new())));
    }
    let fingerprint = Uuid::try_parse(&fingerprint).map_err(|_| Error::not_found(Subject::Fingerprint(fingerprint)))?;
    Ok(Mention {
        session: name("session", session)?,
        agent: name("agent", word(wire.agent))?,
        agent_alias: None,
        agent_version: name("agent_version", word(wire.agent_version))?,
        person: name("person", word(wire.person))?,
        fingerprint: Some(FingerprintId(fingerprint)),
    })
}

fn facts(properties: &RawValue, now: Timestamp) -> Result<(Facts, Option<Turn>), Error> {
    let parts = wire::Properties::read(properties.get()).map_err(|error| json::invalid(&error))?;
    let api = word(parts.api);
    let format = format_of(api.as_deref(), parts.inputs, parts.output);
    // The client says nothing of how long a call took.
    let turn = turns::of_call(&said(format, parts.inputs, parts.output), None);
    let CallFacts {
        provider,
        request_model,
        response_model,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens,
        cache_write_1h_tokens,
        reasoning_tokens,
        service_tier,
        speed,
        finish_reason,
        response_id,
        created_at_s: _,
        error_type,
        error_message,
        warnings: _,
    } = call_facts(format, parts.inputs, parts.output);
    let failed = error_type.is_some() || error_message.is_some();
    let answered = parts.output.is_some_and(|raw| !is_null(raw));
    let facts = Facts {
        provider: provider.map(str::to_owned),
        request_model: column(request_model),
        response_model: column(response_model),
        finish_reason: column(finish_reason),
        response_id: column(response_id),
        tokens: Tokens {
            input: input_tokens,
            output: output_tokens,
            cache_read: cache_read_tokens,
            cache_write: cache_write_tokens,
            reasoning: reasoning_tokens,
        },
        terms: Terms::told(service_tier, speed, cache_write_1h_tokens),
        status: match (failed, answered) {
            (true, _) => Status::Error,
            (false, true) => Status::Ok,
            (false, false) => Status::Unset,
        },
        failure: failed.then(|| Failure { kind: column(error_type), message: error_message.map(|text| cut(text, MESSAGE_CHARS_MAX)) }),
        body: events::encode_body(properties.get()),
        ..Facts::new(Kind::Llm, if failed { "llm.failed" } else { "llm.completed" }, now, SOURCE)
    };
    Ok((facts, turn))
}

/// A person's id and properties; `None` where none are given.
///
/// # Errors
/// `Invalid`.
pub(super) fn person(text: &str) -> Result<(String, Option<String>), Error> {
    let text = repaired(text);
    let [person_id, properties] = read(&text, ["person_id", "properties"])?;
    Ok((required("person_id", person_id)?, object("properties", properties)?))
}

/// The properties that replace a person's; `None` where they are null, which takes them away.
///
/// # Errors
/// `Invalid`.
pub(super) fn new_properties(text: &str) -> Result<Option<String>, Error> {
    let text = repaired(text);
    let [properties] = read(&text, ["properties"])?;
    if properties.is_none() {
        return Err(absent(&["properties"]));
    }
    object("properties", properties)
}

/// An agent's name and description.
///
/// # Errors
/// `Invalid`.
pub(super) fn agent(text: &str) -> Result<(String, Option<String>), Error> {
    described(text, "agent_name")
}

/// A version's name and description.
///
/// # Errors
/// `Invalid`.
pub(super) fn version(text: &str) -> Result<(String, Option<String>), Error> {
    described(text, "agent_version_name")
}

fn described(text: &str, field: &'static str) -> Result<(String, Option<String>), Error> {
    let text = repaired(text);
    let [name, description] = read(&text, [field, "description"])?;
    Ok((required(field, name)?, word(description).map(without_nul)))
}

/// A client's runtime.
///
/// # Errors
/// `Invalid`.
pub(super) fn runtime(text: &str) -> Result<Runtime, Error> {
    let text = repaired(text);
    let fields = ["language", "language_version", "system"];
    let found = read(&text, fields)?.map(|raw| word(raw).filter(|text| !text.is_empty()));
    let [Some(language), Some(language_version), Some(system)] = found else {
        let missing: Vec<_> = fields.into_iter().zip(&found).filter(|(_, value)| value.is_none()).map(|(field, _)| field).collect();
        return Err(absent(&missing));
    };
    let mut details: BTreeMap<String, &RawValue> = serde_json::from_str(&text).map_err(|error| json::invalid(&error))?;
    details.retain(|name, value| !fields.contains(&name.as_str()) && !is_null(value));
    let [language, language_version, system] = [language, language_version, system].map(without_nul);
    Ok(Runtime { language, language_version, system, details: in_order(&details)? })
}

/// The object with its members in order of name, and those of its members that are objects likewise, so that clients that list the same
/// packages in another order are the same runtime. What lies deeper is kept as sent.
fn in_order(details: &BTreeMap<String, &RawValue>) -> Result<String, Error> {
    let sorted = |raw: &RawValue| -> serde_json::Result<Box<RawValue>> {
        if !is_object(raw) {
            return Ok(raw.to_owned());
        }
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(raw.get())?;
        serde_json::value::to_raw_value(&members)
    };
    let sorted = details.iter().map(|(name, raw)| Ok((name, sorted(raw)?))).collect::<serde_json::Result<BTreeMap<_, _>>>();
    sorted.and_then(|details| serde_json::to_string(&details)).map_err(|error| json::invalid(&error))
}

/// A name in the path, under the same rules as one in a body.
///
/// # Errors
/// `Invalid` when it is too long.
pub(super) fn path_name(call: &Call, field: &'static str) -> Result<String, Error> {
    Ok(name(field, Some(call.path(field).to_owned()))?.unwrap_or_default())
}

/// For an outcome that no write of this kind has.
pub(super) fn unexpected(outcome: &Outcome) -> Error {
    Error::internal(format!("the ledger answered a write with another kind of outcome: {outcome:?}"))
}

/// The text with halves of characters replaced: they would be handed out again to clients that refuse the whole document for them.
fn repaired(text: &str) -> Cow<'_, str> {
    repair_json(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn read<'a, const N: usize>(text: &'a str, names: [&'static str; N]) -> Result<[Option<&'a RawValue>; N], Error> {
    wire::members(text, names).map_err(|error| json::invalid(&error))
}

/// A text, or a number or truth value written as one; `None` for anything else.
fn word(raw: Option<&RawValue>) -> Option<String> {
    let text = raw?.get();
    match text.as_bytes() {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Some(text[1..text.len() - 1].to_owned()),
        [b'"', ..] => serde_json::from_str(text).ok(),
        [b'{' | b'[', ..] | b"null" => None,
        _ => Some(text.to_owned()),
    }
}

/// A name that may be stored: not empty (else `None`), not too long, without NUL, which no engine keeps in text.
fn name(field: &'static str, text: Option<String>) -> Result<Option<String>, Error> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    // A text of so few bytes cannot have more characters; counting is only for the others.
    if text.len() > KEY_CHARS_MAX && text.chars().count() > KEY_CHARS_MAX {
        return Err(wrong(field, &format!("is longer than {KEY_CHARS_MAX} characters (limit KEY_CHARS_MAX)")));
    }
    Ok(Some(without_nul(text)))
}

fn required(field: &'static str, raw: Option<&RawValue>) -> Result<String, Error> {
    name(field, word(raw))?.ok_or_else(|| absent(&[field]))
}

fn object(field: &'static str, raw: Option<&RawValue>) -> Result<Option<String>, Error> {
    match raw.filter(|raw| !is_null(raw)) {
        None => Ok(None),
        Some(raw) if is_object(raw) => Ok(Some(raw.get().to_owned())),
        Some(_) => Err(wrong(field, "must be an object or null")),
    }
}

fn column(text: Option<String>) -> Option<String> {
    text.map(|text| cut(text, COLUMN_CHARS_MAX))
}

fn cut(mut text: String, chars_max: usize) -> String {
    if text.len() > chars_max
        && let Some((end, _)) = text.char_indices().nth(chars_max)
    {
        text.truncate(end);
    }
    without_nul(text)
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

fn absent(fields: &[&str]) -> Error {
    let error = Error::invalid(format!("Required and missing or empty: {}", fields.join(", ")));
    fields.iter().fold(error, |error, field| error.with("body", *field, "missing", "is required"))
}

fn wrong(field: &str, what: &str) -> Error {
    Error::invalid(format!("'{field}' {what}")).with("body", field, "invalid", what)
}
