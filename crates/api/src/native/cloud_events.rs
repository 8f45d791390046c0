//! CloudEvents 1.0 in their JSON format to the domain's events. Pure: no I/O, no clock.
//!
//! Contract: the CloudEvents specification 1.0.2 and its JSON event format. The whole envelope is kept as the payload, as sent: nothing of
//! it is lost, extensions that nobody knows included. `source` and `id` together are the event's identity, as the specification says.
//! `type` becomes the event type, in our alphabet where it has another. `subject` is the resource's id where no `resourceid` is given.

use debrief_app::domain::NewEvent;
use debrief_app::events::encode_body;
use debrief_model::limit::{EVENT_PAYLOAD_BYTES_MAX, EVENT_TYPE_CHARS_MAX, KEY_CHARS_MAX, ROLE_CHARS_MAX};
use debrief_model::{Actor, Resource};
use serde_json::value::RawValue;

use super::fields::{Fields, Problems};
use super::translate::{Form, is_event_type, outcome_in};

/// Characters of a CloudEvent's source, its id and its type.
const ATTRIBUTE_CHARS_MAX: usize = 1_024;

/// The form that a content type announces.
pub(super) fn form_of(content_type: &str) -> Option<Form> {
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/cloudevents+json") {
        return Some(Form::Cloud);
    }
    media_type.eq_ignore_ascii_case("application/cloudevents-batch+json").then_some(Form::CloudBatch)
}

/// One event.
pub(super) fn event(raw: &RawValue, at: &str, problems: &mut Problems) -> Option<NewEvent> {
    let mut fields = Fields::of(raw, at.to_owned(), problems)?;
    if raw.get().len() > EVENT_PAYLOAD_BYTES_MAX {
        fields.wrong("data", "length", format!("must leave the event at most {EVENT_PAYLOAD_BYTES_MAX} bytes"));
    }
    if fields.required("specversion", ROLE_CHARS_MAX).is_some_and(|version| version != "1.0") {
        fields.wrong("specversion", "enum", "must be 1.0");
    }
    let id = fields.required("id", ATTRIBUTE_CHARS_MAX);
    let source = fields.required("source", ATTRIBUTE_CHARS_MAX);
    if source.as_ref().is_some_and(|source| source.contains(char::is_whitespace)) {
        fields.wrong("source", "uri", "must be a URI reference, without spaces");
    }
    let event_type = fields.required("type", ATTRIBUTE_CHARS_MAX).map(|text| event_type(&text));
    for name in ["datacontenttype", "dataschema"] {
        fields.text(name, KEY_CHARS_MAX);
    }
    let data = data(&mut fields);
    let actor = (fields.text("actortype", ROLE_CHARS_MAX), fields.text("actorid", KEY_CHARS_MAX));
    if let (None, Some(_)) = actor {
        fields.wrong("actortype", "missing", "is required where actorid is given");
    }
    let event_type = event_type.unwrap_or_default();
    Some(NewEvent {
        resource: resource(&mut fields, &event_type),
        event_type,
        // No source has a space in it, so that no two pairs make the same key.
        id: source.zip(id).map(|(source, id)| format!("{source} {id}")),
        occurred_at: fields.time("time"),
        actor: actor.0.map(|kind| Actor { kind, id: actor.1 }),
        correlation_id: fields.text("correlationid", KEY_CHARS_MAX),
        causation_id: fields.text("causationid", KEY_CHARS_MAX),
        outcome: outcome_in(data),
        body: encode_body(raw.get()),
        ..NewEvent::default()
    })
}

/// The data, where it is JSON; the envelope keeps it whichever way it is written.
fn data<'a>(fields: &mut Fields<'a, '_>) -> Option<&'a RawValue> {
    let (data, base64) = (fields.take("data"), fields.take("data_base64"));
    if base64.is_some_and(|raw| !raw.get().starts_with('"')) {
        fields.wrong("data_base64", "type", "must be a text");
    }
    if data.is_some() && base64.is_some() {
        fields.wrong("data_base64", "conflict", "must not be given beside data");
    }
    data
}

/// The thing that it is about. Its type, where nobody says, is the noun of the event type: the `order` of `com.example.order.paid`.
fn resource(fields: &mut Fields<'_, '_>, event_type: &str) -> Option<Resource> {
    let kind = fields.text("resourcetype", ROLE_CHARS_MAX);
    let subject = fields.text("subject", KEY_CHARS_MAX);
    let id = fields.text("resourceid", KEY_CHARS_MAX).or(subject);
    let noun = || event_type.rsplit('.').nth(1).map(str::to_owned);
    let kind = kind.or_else(|| id.as_ref().and_then(|_| noun()))?;
    Some(Resource { kind, id })
}

/// A CloudEvent's type as an event type of ours: in lower case, with `_` for every other character, and `event` before what has no dot.
fn event_type(text: &str) -> String {
    if is_event_type(text) {
        return text.to_owned();
    }
    let mut words = Vec::new();
    for word in text.split(['.', '/', ':']) {
        let plain = word.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
        let word: String = plain.collect::<String>().trim_matches('_').to_owned();
        match word.chars().next() {
            None => {}
            Some('a'..='z') => words.push(word),
            Some(_) => words.push(format!("n{word}")),
        }
    }
    if words.len() < 2 {
        words.insert(0, "event".to_owned());
    }
    if words.len() < 2 {
        words.push("told".to_owned());
    }
    let mut joined = words.join(".");
    // All of it is ASCII. The end says most, so that it is the beginning that goes.
    if joined.len() > EVENT_TYPE_CHARS_MAX {
        joined = joined.split_off(joined.len() - EVENT_TYPE_CHARS_MAX);
        joined = joined.trim_start_matches(|c: char| !c.is_ascii_lowercase()).to_owned();
    }
    if joined.contains('.') { joined } else { format!("event.{}", &joined[..joined.len().min(EVENT_TYPE_CHARS_MAX - 6)]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_come_into_our_alphabet() {
        let check = |text: &str, expected: &str| {
            assert_eq!(event_type(text), expected, "{text}");
            assert!(is_event_type(expected), "{expected}");
        };
        check("order.paid", "order.paid");
        check("com.github.pull_request.opened", "com.github.pull_request.opened");
        check("com.example.someEvent", "com.example.someevent");
        check("com.example/Order-Paid", "com.example.order_paid");
        check("Ping", "event.ping");
        check("...", "event.told");
        check("é", "event.told");
        check("v1.2", "v1.n2");
        check(&format!("{}.paid", "x".repeat(200)), &format!("{}.paid", "x".repeat(123)));
        check(&"x".repeat(200), &format!("event.{}", "x".repeat(122)));
    }

    #[test]
    fn content_types_announce_the_form() {
        assert_eq!(form_of("application/cloudevents+json; charset=UTF-8"), Some(Form::Cloud));
        assert_eq!(form_of("Application/CloudEvents-Batch+JSON"), Some(Form::CloudBatch));
        assert_eq!(form_of("application/json"), None);
        assert_eq!(form_of("application/cloudevents+xml"), None);
    }
}
