//! Reads log records: the events that OpenTelemetry's second generation carries messages in, whole calls of models,
//! judgements and errors.

use std::borrow::Cow;

use debrief_content::{Message, Piece, answer_in};
use debrief_model::Failure;
use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use crate::attributes::Attributes;
use crate::reading::{Around, LogClass, LogReading};
use crate::subject::Subject;
use crate::{evaluations, numbered, read, value};

/// Reads a log record.
#[must_use]
pub fn read_log(around: &Around<'_>, record: &LogRecord) -> LogReading {
    let attributes = Attributes::of(&record.attributes);
    let named = Some(record.event_name.clone()).filter(|name| !name.is_empty());
    let event_name = named.or_else(|| text(&attributes, "event.name"));
    let name = event_name.as_deref().unwrap_or_default();
    let subject = Subject::new(around, name, attributes, &[], record.time_unix_nano);
    let body = record.body.as_ref().and_then(|AnyValue { value }| value.as_ref());
    let dialect = match subject.tables.first().map_or("otel", |table| table.name) {
        "otel" if name.starts_with("gen_ai.") => "otel-genai",
        dialect => dialect,
    };
    let role = role(name);
    let class = class(&subject, name);
    let speaks = matches!(class, LogClass::Message | LogClass::Choice);
    let message = role.filter(|_| speaks).and_then(|role| message(&subject.attributes, body, role));
    let finish_reason = body.filter(|_| matches!(class, LogClass::Choice)).and_then(finish_reason);
    let finish_reason = finish_reason.or_else(|| text(&subject.attributes, "finish_reason").filter(|_| speaks));
    let conversation = subject.text(|table| table.conversation);
    LogReading { event_name: event_name.clone(), dialect, class, role, message, finish_reason, conversation }
}

fn role(name: &str) -> Option<&'static str> {
    match name {
        "gen_ai.system.message" => Some("system"),
        "gen_ai.user.message" => Some("user"),
        "gen_ai.assistant.message" | "gen_ai.choice" => Some("assistant"),
        "gen_ai.tool.message" => Some("tool"),
        _ => None,
    }
}

fn class(subject: &Subject<'_>, name: &str) -> LogClass {
    match name {
        "gen_ai.choice" => LogClass::Choice,
        _ if role(name).is_some() => LogClass::Message,
        "gen_ai.client.inference.operation.details" => LogClass::Inference(Box::new(read::read(subject, None, false))),
        evaluations::RESULT => LogClass::Evaluation(evaluations::of_event(|key| subject.attributes.get(key), subject.began_nanos)),
        _ => failure(&subject.attributes).map_or(LogClass::Other, LogClass::Exception),
    }
}

fn failure(attributes: &Attributes<'_>) -> Option<Failure> {
    let (kind, message) = (text(attributes, "exception.type"), text(attributes, "exception.message"));
    (kind.is_some() || message.is_some()).then_some(Failure { kind, message })
}

/// The message in the body; some senders put its fields among the attributes.
fn message(attributes: &Attributes<'_>, body: Option<&Value>, role: &'static str) -> Option<Message> {
    let in_body = body.and_then(value::structure);
    let json = in_body.or_else(|| {
        let calls = attributes.get("tool_calls").and_then(value::structure);
        let message = numbered::Message {
            role: attributes.get("role"),
            content: attributes.get("content"),
            tool_call_id: attributes.get("id"),
            calls_json: calls.as_deref(),
            ..numbered::Message::default()
        };
        message.json().map(Cow::Owned)
    })?;
    answer_in(&[Piece { json: &json, role }]).into_iter().next()
}

fn finish_reason(body: &Value) -> Option<String> {
    let found = value::member(body, "finish_reason")?;
    value::text(&found).map(Cow::into_owned)
}

fn text(attributes: &Attributes<'_>, key: &str) -> Option<String> {
    attributes.get(key).and_then(value::text).map(Cow::into_owned)
}
