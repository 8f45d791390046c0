//! Reads what was kept, by making of it the span or log record again that it was written from.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::attributes::Attributes;
use crate::exchange::{self, Exchange};
use crate::keep::{CODES, KINDS};
use crate::reading::{Around, LogReading, Reading};
use crate::subject::Subject;
use crate::{json, log, read};

/// Levels that values may nest.
const DEPTH_MAX: usize = 130;

/// Reads the document of a span again. `None` if it is none.
#[must_use]
pub fn reread(kept: &str) -> Option<Reading> {
    let kept = Kept::of(kept)?;
    let (resource, scope_attributes) = kept.surroundings();
    Some(read::read_span(&kept.around(&resource, &scope_attributes), &kept.span()))
}

/// Reads the document of a log record again. `None` if it is none.
#[must_use]
pub fn reread_log(kept: &str) -> Option<LogReading> {
    let kept = Kept::of(kept)?;
    let (resource, scope_attributes) = kept.surroundings();
    Some(log::read_log(&kept.around(&resource, &scope_attributes), &kept.record()))
}

/// What went into a span or an inference event, and what came out, by its document. `None` if it is none.
#[must_use]
pub fn reread_messages(kept: &str) -> Option<Exchange> {
    let kept = Kept::of(kept)?;
    let (resource, scope_attributes) = kept.surroundings();
    let around = kept.around(&resource, &scope_attributes);
    let span = kept.span();
    let reading = read::read_span(&around, &span);
    let attributes = Attributes::of(&span.attributes);
    let subject = Subject::new(&around, &span.name, attributes, &span.events, span.start_time_unix_nano);
    Some(exchange::messages(&subject, &reading))
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Kept<'a> {
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
    #[serde(borrow)]
    scope: Scope<'a>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    event_name: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    start_time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    end_time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    events: Vec<KeptEvent<'a>>,
    #[serde(borrow)]
    status: KeptStatus<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Scope<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct KeptEvent<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct KeptStatus<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

impl<'a> Kept<'a> {
    fn of(kept: &'a str) -> Option<Self> {
        kept.starts_with('{').then(|| serde_json::from_str(kept).ok())?
    }

    fn surroundings(&self) -> (Vec<KeyValue>, Vec<KeyValue>) {
        (attributes(self.resource), attributes(self.scope.attributes))
    }

    fn around<'b>(&'b self, resource: &'b [KeyValue], scope_attributes: &'b [KeyValue]) -> Around<'b> {
        Around { resource, scope_name: &self.scope.name, scope_version: &self.scope.version, scope_attributes }
    }

    fn span(&self) -> Span {
        let event = |event: &KeptEvent<'_>| Event {
            name: event.name.clone().into_owned(),
            attributes: attributes(event.attributes),
            time_unix_nano: event.time_unix_nano.parse().unwrap_or(0),
            ..Event::default()
        };
        Span {
            name: self.name.clone().into_owned(),
            kind: code(&KINDS, &self.kind),
            start_time_unix_nano: self.start_time_unix_nano.parse().unwrap_or(0),
            end_time_unix_nano: self.end_time_unix_nano.parse().unwrap_or(0),
            attributes: attributes(self.attributes),
            events: self.events.iter().map(event).collect(),
            status: Some(Status { code: code(&CODES, &self.status.code), message: self.status.message.clone().into_owned() }),
            ..Span::default()
        }
    }

    fn record(&self) -> LogRecord {
        LogRecord {
            event_name: self.event_name.clone().into_owned(),
            time_unix_nano: self.time_unix_nano.parse().unwrap_or(0),
            attributes: attributes(self.attributes),
            body: self.body.map(|body| AnyValue { value: value(body, 0) }),
            ..LogRecord::default()
        }
    }
}

fn code(words: &[&str], word: &str) -> i32 {
    let at = words.iter().position(|known| *known == word);
    at.and_then(|at| i32::try_from(at).ok()).unwrap_or(0)
}

fn attributes(kept: Option<&RawValue>) -> Vec<KeyValue> {
    kept.map(|kept| nested(kept.get(), 0)).unwrap_or_default()
}

fn nested(object: &str, depth: usize) -> Vec<KeyValue> {
    let members = json::members(object).unwrap_or_default().into_iter();
    let attribute = |(key, json): (Cow<'_, str>, &RawValue)| KeyValue {
        key: key.into_owned(),
        value: Some(AnyValue { value: value(json, depth + 1) }),
        ..KeyValue::default()
    };
    members.map(attribute).collect()
}

fn value(json: &RawValue, depth: usize) -> Option<Value> {
    let text = json.get();
    match text.as_bytes().first()? {
        b'"' => serde_json::from_str(text).ok().map(Value::StringValue),
        b't' => Some(Value::BoolValue(true)),
        b'f' => Some(Value::BoolValue(false)),
        b'[' | b'{' if depth > DEPTH_MAX => None,
        b'[' => {
            let items = json::items(text)?.into_iter();
            let values = items.map(|item| AnyValue { value: value(item, depth + 1) }).collect();
            Some(Value::ArrayValue(ArrayValue { values }))
        }
        b'{' => Some(Value::KvlistValue(KeyValueList { values: nested(text, depth) })),
        b'n' => None,
        _ => number(text),
    }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse().ok().map(Value::IntValue);
    whole.or_else(|| text.parse().ok().map(Value::DoubleValue))
}
