//! Writes down everything that a span or a log record says, as JSON, so that it can be read again and shown as sent.
//!
//! Whole numbers stay whole, other numbers keep a point or an exponent, what is no number is a text, and bytes are
//! `{"bytes": <base64>}`. Of equal keys only the last is kept, because only it counts.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use debrief_content::plain_bytes;
use debrief_model::hex;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;
use opentelemetry_proto::tonic::trace::v1::{Span, span};

use crate::reading::Around;

/// Levels that values may nest. Protobuf's decoder allows a hundred.
const DEPTH_MAX: usize = 128;
/// Up to so many keys are compared each with each.
const FEW_KEYS: usize = 40;

/// The words for a span's kind, by its number.
pub(crate) const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];
/// The words for a status, by its number.
pub(crate) const CODES: [&str; 3] = ["unset", "ok", "error"];

/// Writes documents of spans and log records that have the same surroundings, which are written down once.
#[derive(Debug)]
pub struct Keeper {
    /// A document that says nothing else.
    around: String,
}

impl Keeper {
    /// For what has these surroundings.
    #[must_use]
    pub fn of(around: &Around<'_>) -> Self {
        let mut document = Document { out: String::with_capacity(64 + room(around.resource) + room(around.scope_attributes)) };
        document.out.push('{');
        document.attributes("resource", around.resource);
        let has_scope = !around.scope_name.is_empty() || !around.scope_version.is_empty() || !around.scope_attributes.is_empty();
        if has_scope {
            document.object("scope", |document| {
                document.text("name", around.scope_name);
                document.text("version", around.scope_version);
                document.attributes("attributes", around.scope_attributes);
            });
        }
        Self { around: document.out }
    }

    /// The document that is kept of a span. Its ids are not in it: they are the caller's.
    #[must_use]
    pub fn span(&self, span: &Span) -> String {
        let mut document = self.begin(256 + room(&span.attributes));
        document.text("name", &span.name);
        document.word("kind", &KINDS, span.kind);
        document.long("startTimeUnixNano", span.start_time_unix_nano);
        document.long("endTimeUnixNano", span.end_time_unix_nano);
        document.text("traceState", &span.trace_state);
        document.number("flags", span.flags);
        document.attributes("attributes", &span.attributes);
        document.number("droppedAttributesCount", span.dropped_attributes_count);
        document.list("events", &span.events, write_event);
        document.number("droppedEventsCount", span.dropped_events_count);
        document.list("links", &span.links, write_link);
        document.number("droppedLinksCount", span.dropped_links_count);
        if let Some(status) = span.status.as_ref().filter(|status| status.code != 0 || !status.message.is_empty()) {
            document.object("status", |document| {
                document.word("code", &CODES, status.code);
                document.text("message", &status.message);
            });
        }
        document.finish()
    }

    /// The document that is kept of a log record.
    #[must_use]
    pub fn log(&self, record: &LogRecord) -> String {
        let mut document = self.begin(768);
        document.text("eventName", &record.event_name);
        document.long("timeUnixNano", record.time_unix_nano);
        document.long("observedTimeUnixNano", record.observed_time_unix_nano);
        document.number("severityNumber", u32::try_from(record.severity_number).unwrap_or(0));
        document.text("severityText", &record.severity_text);
        document.number("flags", record.flags);
        if let Some(AnyValue { value: Some(body) }) = &record.body {
            document.key("body");
            push_value(&mut document.out, body);
        }
        document.attributes("attributes", &record.attributes);
        document.number("droppedAttributesCount", record.dropped_attributes_count);
        document.finish()
    }

    /// A document that says what is around, with room for so many bytes more.
    fn begin(&self, bytes: usize) -> Document {
        let mut out = String::with_capacity(self.around.len() + bytes);
        out.push_str(&self.around);
        Document { out }
    }
}

/// Bytes that these attributes will take, about: texts may have some letters that are escaped.
fn room(attributes: &[KeyValue]) -> usize {
    let value = |attribute: &KeyValue| match &attribute.value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => text.len() + text.len() / 8,
        _ => 24,
    };
    attributes.iter().map(|attribute| attribute.key.len() + value(attribute) + 8).sum()
}

fn write_event(document: &mut Document, event: &span::Event) {
    document.text("name", &event.name);
    document.long("timeUnixNano", event.time_unix_nano);
    document.attributes("attributes", &event.attributes);
    document.number("droppedAttributesCount", event.dropped_attributes_count);
}

fn write_link(document: &mut Document, link: &span::Link) {
    document.text("traceId", &hex(&link.trace_id));
    document.text("spanId", &hex(&link.span_id));
    document.text("traceState", &link.trace_state);
    document.number("flags", link.flags);
    document.attributes("attributes", &link.attributes);
    document.number("droppedAttributesCount", link.dropped_attributes_count);
}

/// A JSON object being written. What is empty or zero is left out.
struct Document {
    out: String,
}

impl Document {
    fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }

    fn key(&mut self, key: &str) {
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.key(key);
            push_string(&mut self.out, text);
        }
    }

    fn word(&mut self, key: &str, words: &[&str], code: i32) {
        if let Some(word) = usize::try_from(code).ok().filter(|code| *code > 0).and_then(|code| words.get(code)) {
            self.text(key, word);
        }
    }

    fn number(&mut self, key: &str, number: u32) {
        if number != 0 {
            self.key(key);
            let _ = write!(self.out, "{number}");
        }
    }

    /// As a text, because readers of JSON lose digits of long numbers.
    fn long(&mut self, key: &str, number: u64) {
        if number != 0 {
            self.key(key);
            let _ = write!(self.out, "\"{number}\"");
        }
    }

    fn object(&mut self, key: &str, write: impl FnOnce(&mut Self)) {
        self.key(key);
        self.out.push('{');
        write(self);
        self.out.push('}');
    }

    fn attributes(&mut self, key: &str, attributes: &[KeyValue]) {
        if !attributes.is_empty() {
            self.key(key);
            push_attributes(&mut self.out, attributes, 0);
        }
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        self.out.push('[');
        for (nth, item) in items.iter().enumerate() {
            self.out.push_str(if nth > 0 { ",{" } else { "{" });
            write(self, item);
            self.out.push('}');
        }
        self.out.push(']');
    }
}

/// A value as JSON.
pub(crate) fn value_json(value: &Value) -> String {
    let mut out = String::new();
    push_value(&mut out, value);
    out
}

/// A text as a JSON string.
pub(crate) fn string_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_string(&mut out, text);
    out
}

/// A number as JSON, with a point or an exponent; a word for what is none.
pub(crate) fn double(number: f64) -> String {
    match number {
        _ if number.is_finite() => format!("{number:?}"),
        _ if number.is_nan() => "NaN".to_owned(),
        _ if number > 0.0 => "Infinity".to_owned(),
        _ => "-Infinity".to_owned(),
    }
}

pub(crate) fn push_value(out: &mut String, value: &Value) {
    push_nested(out, value, 0);
}

fn push_nested(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::StringValue(text) => push_string(out, text),
        Value::BoolValue(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::IntValue(number) => {
            let _ = write!(out, "{number}");
        }
        Value::DoubleValue(number) if number.is_finite() => out.push_str(&double(*number)),
        Value::DoubleValue(number) => push_string(out, &double(*number)),
        Value::ArrayValue(_) | Value::KvlistValue(_) if depth == DEPTH_MAX => out.push_str("null"),
        Value::ArrayValue(list) => {
            out.push('[');
            for (nth, item) in list.values.iter().enumerate() {
                if nth > 0 {
                    out.push(',');
                }
                push_any(out, Some(item), depth + 1);
            }
            out.push(']');
        }
        Value::KvlistValue(list) => push_attributes(out, &list.values, depth + 1),
        Value::BytesValue(bytes) => {
            let _ = write!(out, "{{\"bytes\":\"{}\"}}", STANDARD.encode(bytes));
        }
        Value::StringValueStrindex(_) => out.push_str("null"),
    }
}

fn push_any(out: &mut String, value: Option<&AnyValue>, depth: usize) {
    match value {
        Some(AnyValue { value: Some(value) }) => push_nested(out, value, depth),
        _ => out.push_str("null"),
    }
}

fn push_attributes(out: &mut String, attributes: &[KeyValue], depth: usize) {
    out.push('{');
    let mut first = true;
    let replaced = replaced(attributes);
    for (at, attribute) in attributes.iter().enumerate() {
        if replaced.as_ref().is_some_and(|replaced| replaced[at]) {
            continue;
        }
        if !first {
            out.push(',');
        }
        first = false;
        push_string(out, &attribute.key);
        out.push(':');
        push_any(out, attribute.value.as_ref(), depth);
    }
    out.push('}');
}

/// Which attributes are replaced by later ones of the same key; `None` where none is.
fn replaced(attributes: &[KeyValue]) -> Option<Vec<bool>> {
    let key = |at: usize| attributes[at].key.as_str();
    if attributes.len() <= FEW_KEYS {
        let twice = |at: usize| attributes[at + 1..].iter().any(|later| later.key == attributes[at].key);
        let any = (0..attributes.len()).any(twice);
        return any.then(|| (0..attributes.len()).map(twice).collect());
    }
    let mut order: Vec<usize> = (0..attributes.len()).collect();
    order.sort_unstable_by(|one, other| key(*one).cmp(key(*other)).then(one.cmp(other)));
    let mut replaced = vec![false; attributes.len()];
    for pair in order.windows(2) {
        replaced[pair[0]] = key(pair[0]) == key(pair[1]);
    }
    replaced.contains(&true).then_some(replaced)
}

/// Writes a JSON string.
pub(crate) fn push_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let (plain, from_escaped) = rest.split_at(plain_bytes(rest.as_bytes()));
        out.push_str(plain);
        let Some(byte) = from_escaped.bytes().next() else { break };
        rest = &from_escaped[1..];
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            other => {
                let _ = write!(out, "\\u{other:04x}");
            }
        }
    }
    out.push('"');
}
