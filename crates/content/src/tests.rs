//! Tests over recorded and composed calls (`tests/data`), and over values nobody should send.

mod chat;
mod exchange;
mod facts;
mod hostile;
mod labelled;
mod messages;
mod said;
mod text;
mod thread;

use serde_json::value::RawValue;

use crate::lenient::{Json, fields};
use crate::{Format, Message, ToolCall, format_of};

/// A recorded call, taken apart as the dialects do it.
struct Call {
    format: Option<Format>,
    inputs: Box<RawValue>,
    output: Box<RawValue>,
}

macro_rules! data {
    ($name:literal) => {
        include_str!(concat!("../../tests/data/", $name, ".json"))
    };
}
use data;

fn call(json: &str) -> Call {
    let field = |name| fields(Some(Json::of(&raw(json))), [name])[0].map(Json::to_raw);
    let (inputs, output) = (field("inputs").expect("inputs"), field("output").expect("output"));
    let api = field("api").map(|api| serde_json::from_str::<String>(api.get()).expect("a word"));
    Call { format: format_of(api.as_deref(), Some(&inputs), Some(&output)), inputs, output }
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("a test writes valid JSON")
}

/// Messages as lines: `role#answered call: "text" name#id(arguments)`.
fn show(messages: &[Message]) -> Vec<String> {
    messages.iter().map(show_message).collect()
}

fn show_message(message: &Message) -> String {
    let id = message.tool_call_id.as_ref().map(|id| format!("#{id}")).unwrap_or_default();
    let text = message.text.as_ref().map(|text| format!(" {text:?}")).unwrap_or_default();
    let calls: String = message.tool_calls.iter().map(show_call).collect();
    format!("{}{id}:{text}{calls}", message.role)
}

fn show_call(call: &ToolCall) -> String {
    let arguments = call.arguments.as_ref().map(|json| json.get().split_whitespace().collect::<String>()).unwrap_or_default();
    let id = call.id.as_ref().map(|id| format!("#{id}")).unwrap_or_default();
    format!(" {}{id}({arguments})", call.name.as_deref().unwrap_or("?"))
}
