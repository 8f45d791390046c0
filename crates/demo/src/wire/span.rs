//! Spans, attributes and messages as OTLP/JSON and the conventions for generative AI have them. Knows single spans, no conversations.

use std::fmt::Write as _;

use debrief_model::Timestamp;

use super::json::{list, object, quote, text};
use super::said::Wish;
use crate::conversation::{Failure, Finish, ModelCall};

pub(super) fn answered(attributes: &mut Attributes, call: &ModelCall, id: u64) {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    attributes.text("gen_ai.response.model", call.model.answers_as);
    attributes.text("gen_ai.response.id", &format!("resp_{id:016x}"));
    attributes.raw(
        "gen_ai.response.finish_reasons",
        &format!("{{\"arrayValue\":{{\"values\":[{{\"stringValue\":\"{}\"}}]}}}}", finish(call.finish)),
    );
    attributes.int("gen_ai.usage.input_tokens", count(call.tokens.input));
    attributes.int("gen_ai.usage.output_tokens", count(call.tokens.output));
    for (key, value) in [
        ("gen_ai.usage.cache_read.input_tokens", call.tokens.cache_read),
        ("gen_ai.usage.cache_creation.input_tokens", call.tokens.cache_write),
        ("gen_ai.usage.reasoning.output_tokens", call.tokens.reasoning),
    ] {
        if value > 0 {
            attributes.int(key, count(value));
        }
    }
    if let Some(us) = call.first_token_us {
        attributes.double("gen_ai.response.time_to_first_chunk", us as f64 / 1e6);
    }
}

pub(super) fn finish(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "stop",
        Finish::ToolCalls => "tool_calls",
        Finish::Length => "length",
        Finish::Failed => "error",
    }
}

pub(super) fn message(role: &str, said: &str, finish: Option<&str>) -> String {
    let mut out = format!("{{\"role\":\"{role}\",\"parts\":[{{\"type\":\"text\",\"content\":");
    quote(said, &mut out);
    out.push_str("}]");
    if let Some(finish) = finish {
        write!(out, ",\"finish_reason\":\"{finish}\"").expect("writing to a String cannot fail");
    }
    out.push('}');
    out
}

/// The message in which a model asks for tools, without its closing brace.
pub(super) fn asking(wishes: &[Wish<'_>]) -> String {
    let parts = wishes.iter().map(|wish| {
        let (id, name) = (text(wish.id()), text(wish.name()));
        format!("{{\"type\":\"tool_call\",\"id\":{id},\"name\":{name},\"arguments\":{}}}", wish.arguments())
    });
    format!("{{\"role\":\"assistant\",\"parts\":{}", list(parts))
}

pub(super) fn returned(id: &str, result: &str) -> String {
    format!("{{\"role\":\"tool\",\"parts\":[{{\"type\":\"tool_call_response\",\"id\":{},\"response\":{result}}}]}}", text(id))
}

/// Trace, span, parent.
pub(super) type Ids = (u128, u64, Option<u64>);

pub(super) fn span(
    (trace, id, parent): &Ids,
    name: &str,
    kind: u8,
    (from, to): (Timestamp, Timestamp),
    mut attributes: Attributes,
    failure: Option<&Failure>,
) -> String {
    if let Some(failure) = failure {
        attributes.text("error.type", failure.kind);
    }
    let mut out = String::with_capacity(attributes.0.len() + 400);
    object(&mut out, |span| {
        span.text("traceId", &format!("{trace:032x}"));
        span.text("spanId", &format!("{id:016x}"));
        if let Some(parent) = parent {
            span.text("parentSpanId", &format!("{parent:016x}"));
        }
        span.text("name", name);
        span.number("kind", i64::from(kind));
        span.text("startTimeUnixNano", &format!("{}000", from.0));
        span.text("endTimeUnixNano", &format!("{}000", to.0));
        span.raw("attributes", &attributes.json());
        span.object("status", |status| match failure {
            Some(failure) => {
                status.number("code", 2);
                status.text("message", &failure.message);
            }
            None => status.number("code", 1),
        });
    });
    out
}

/// A list of attributes that is being written.
#[derive(Default)]
pub(super) struct Attributes(String);

impl Attributes {
    pub(super) fn raw(&mut self, key: &str, value: &str) {
        let comma = if self.0.is_empty() { "" } else { "," };
        write!(self.0, "{comma}{{\"key\":\"{key}\",\"value\":{value}}}").expect("writing to a String cannot fail");
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.raw(key, &format!("{{\"stringValue\":{}}}", text(value)));
    }

    pub(super) fn int(&mut self, key: &str, value: i64) {
        self.raw(key, &format!("{{\"intValue\":\"{value}\"}}"));
    }

    pub(super) fn double(&mut self, key: &str, value: f64) {
        self.raw(key, &format!("{{\"doubleValue\":{value}}}"));
    }

    pub(super) fn json(&self) -> String {
        format!("[{}]", self.0)
    }
}
