//! Lists that were flattened to one attribute for each field of each item: `gen_ai.prompt.0.role`,
//! `llm.input_messages.0.message.contents.1.message_content.text`.
//!
//! They are put together as chat-like JSON, so that one reader reads them all. A number in a key is a place to sort by
//! and never one to reserve room up to.

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use serde_json::value::RawValue;

use crate::json;
use crate::keep::{push_string, push_value};
use crate::reading::Warning;

/// Messages of one list.
const MESSAGES_MAX: usize = 1_000;
/// Fields of all messages of one list; also the largest number in a key.
const FIELDS_MAX: usize = 10_001;

/// A message about to be written as JSON.
#[derive(Debug, Default)]
pub(crate) struct Message<'a> {
    pub(crate) role: Option<&'a Value>,
    pub(crate) content: Option<&'a Value>,
    /// Content that is a text, whatever it looks like.
    pub(crate) text: Option<&'a str>,
    pub(crate) parts: Vec<(usize, Part<'a>)>,
    pub(crate) calls: Vec<(usize, Call<'a>)>,
    pub(crate) calls_json: Option<&'a RawValue>,
    pub(crate) tool_call_id: Option<&'a Value>,
}

#[derive(Debug, Default)]
pub(crate) struct Part<'a> {
    kind: Option<&'a Value>,
    text: Option<&'a Value>,
}

#[derive(Debug, Default)]
pub(crate) struct Call<'a> {
    id: Option<&'a Value>,
    name: Option<&'a Value>,
    arguments: Option<&'a Value>,
}

/// The messages in attributes that all begin with this prefix, as a JSON array.
pub(crate) fn chat<'a>(prefix: &str, attributes: &[(&'a str, &'a Value)], warnings: &mut Vec<Warning>) -> Option<Box<RawValue>> {
    let mut fields: Vec<(usize, &str, &Value)> = Vec::with_capacity(attributes.len().min(FIELDS_MAX));
    let mut left_out = false;
    for (key, value) in attributes {
        let Some((number, path)) = number_and_rest(key.get(prefix.len()..).unwrap_or_default()) else { continue };
        match number.filter(|_| fields.len() < FIELDS_MAX) {
            Some(number) => fields.push((number, path, *value)),
            None => left_out = true,
        }
    }
    fields.sort_by_key(|(number, ..)| *number);
    let mut out = String::from("[");
    for (nth, of_one) in fields.chunk_by(|(one, ..), (other, ..)| one == other).enumerate() {
        if nth == MESSAGES_MAX {
            left_out = true;
            break;
        }
        let mut message = Message::default();
        for (_, path, value) in of_one {
            message.take(path.strip_prefix("message.").unwrap_or(path), value);
        }
        if nth > 0 {
            out.push(',');
        }
        message.write(&mut out);
    }
    out.push(']');
    if left_out && !warnings.contains(&Warning::TooManyMessages) {
        warnings.push(Warning::TooManyMessages);
    }
    (!fields.is_empty()).then(|| RawValue::from_string(out).ok())?
}

/// `12.role` as 12 and `role`. A number beyond every bound is none; what begins with no number is nothing at all.
fn number_and_rest(key: &str) -> Option<(Option<usize>, &str)> {
    let (number, rest) = key.split_once('.').unwrap_or((key, ""));
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (number.parse().ok().filter(|number| *number < FIELDS_MAX), rest))
}

impl<'a> Message<'a> {
    fn take(&mut self, path: &str, value: &'a Value) {
        match path {
            "role" => self.role = Some(value),
            "content" | "prompt.text" | "completion.text" => self.content = Some(value),
            "tool_call_id" => self.tool_call_id = Some(value),
            "function_call_name" => entry(&mut self.calls, 0).name = Some(value),
            "function_call_arguments_json" => entry(&mut self.calls, 0).arguments = Some(value),
            _ => self.take_numbered(path, value),
        }
    }

    fn take_numbered(&mut self, path: &str, value: &'a Value) {
        let (list, rest) = path.split_once('.').unwrap_or((path, ""));
        let Some((Some(number), field)) = number_and_rest(rest) else { return };
        let field = field.strip_prefix("tool_call.").or_else(|| field.strip_prefix("message_content.")).unwrap_or(field);
        match (list, field) {
            ("tool_calls", "id") => entry(&mut self.calls, number).id = Some(value),
            ("tool_calls", "name" | "function.name") => entry(&mut self.calls, number).name = Some(value),
            ("tool_calls", "arguments" | "function.arguments") => entry(&mut self.calls, number).arguments = Some(value),
            ("contents", "type") => entry(&mut self.parts, number).kind = Some(value),
            ("contents", "text") => entry(&mut self.parts, number).text = Some(value),
            ("contents", _) => {
                entry(&mut self.parts, number);
            }
            _ => {}
        }
    }

    /// The message alone.
    pub(crate) fn json(self) -> Option<Box<RawValue>> {
        let mut out = String::new();
        self.write(&mut out);
        RawValue::from_string(out).ok()
    }

    fn write(mut self, out: &mut String) {
        out.push_str("{\"content\":");
        if !self.parts.is_empty() && self.content.is_none() {
            self.parts.sort_by_key(|(number, _)| *number);
            push_list(out, &self.parts, Part::write);
        } else if let Some(text) = self.text {
            push_string(out, text);
        } else {
            push_content(out, self.content);
        }
        for (name, value) in [("role", self.role), ("tool_call_id", self.tool_call_id)] {
            push_field(out, name, value);
        }
        if let Some(calls) = self.calls_json {
            out.push_str(",\"tool_calls\":");
            out.push_str(calls.get());
        } else if !self.calls.is_empty() {
            self.calls.sort_by_key(|(number, _)| *number);
            out.push_str(",\"tool_calls\":");
            push_list(out, &self.calls, Call::write);
        }
        out.push('}');
    }
}

impl Part<'_> {
    fn write(&self, out: &mut String) {
        out.push_str("{\"part\":true");
        push_field(out, "type", self.kind);
        push_field(out, "text", self.text);
        out.push('}');
    }
}

impl Call<'_> {
    fn write(&self, out: &mut String) {
        out.push_str("{\"type\":\"function\"");
        push_field(out, "id", self.id);
        push_field(out, "name", self.name);
        push_field(out, "arguments", self.arguments);
        out.push('}');
    }
}

/// The item with this number, which is the last one as long as keys come in order.
fn entry<T: Default>(list: &mut Vec<(usize, T)>, number: usize) -> &mut T {
    if list.last().is_none_or(|(last, _)| *last != number) {
        list.push((number, T::default()));
    }
    &mut list.last_mut().expect("there is one by now").1
}

fn push_list<T>(out: &mut String, list: &[(usize, T)], write: impl Fn(&T, &mut String)) {
    out.push('[');
    for (nth, (_, item)) in list.iter().enumerate() {
        if nth > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

fn push_field(out: &mut String, name: &str, value: Option<&Value>) {
    let Some(value) = value else { return };
    out.push(',');
    push_string(out, name);
    out.push(':');
    push_value(out, value);
}

/// Content may be a list of typed parts, as JSON in a text.
fn push_content(out: &mut String, content: Option<&Value>) {
    match content {
        Some(parts @ Value::StringValue(text)) if are_parts(parts) => out.push_str(text),
        Some(value) => push_value(out, value),
        None => out.push_str("null"),
    }
}

/// Whether a value is a text that is a JSON list of parts of content.
pub(crate) fn are_parts(value: &Value) -> bool {
    const MARKS: [&str; 4] = ["type", "text", "toolUse", "toolResult"];
    let Value::StringValue(text) = value else { return false };
    let first = || json::members(json::items(text)?.first()?.get());
    text.starts_with("[{")
        && first().is_some_and(|members| {
            members.iter().any(|(name, _)| MARKS.contains(&&**name)) && members.iter().all(|(name, _)| name != "role")
        })
}
