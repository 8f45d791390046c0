//! Chat messages as most clients write them: a role, content, perhaps tool calls.
//!
//! One reader for OpenAI's and Anthropic's messages and for the `prompt` and `completion` of AgentOps events, which
//! hold either, or a plain string.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::blocks::{flat_text, read_content};
use crate::lenient::{Json, each_item, fields, is_array, is_object, name, text};
use crate::message::{Message, ToolCall, arguments_in_text};
use crate::transcript::Transcript;

/// Reads chat-like JSON of unknown making: a string, a message, an array of either, `{"messages": …}` (ChatML), or
/// `{"type":"string","string": …}`. What names no role is said by `default_role`.
pub fn chat_messages(value: Option<&RawValue>, default_role: &str) -> Vec<Message> {
    let mut transcript = Transcript::default();
    read_value(&mut transcript, value.map(Json::of), default_role);
    transcript.finish()
}

/// See [`chat_messages`].
pub(crate) fn read_value(transcript: &mut Transcript, value: Option<Json<'_>>, default_role: &str) {
    let [messages, string] = fields(value, ["messages", "string"]);
    if messages.is_some_and(|messages| is_array(messages) || is_object(messages)) {
        return read_messages(transcript, messages, default_role);
    }
    read_messages(transcript, string.or(value), default_role);
}

/// Reads one message or an array of them. Parts without a role that stand side by side are one message.
pub(crate) fn read_messages(transcript: &mut Transcript, value: Option<Json<'_>>, default_role: &str) {
    let Some(value) = value else { return };
    if !is_array(value) {
        return read_message(transcript, value, default_role);
    }
    let mut in_parts = false;
    each_item(Some(value), |item| {
        let [role, kind] = fields(Some(item), ["role", "type"]);
        let part = role.is_none() && kind.is_some();
        if part && !in_parts {
            transcript.begin(default_role);
        }
        in_parts = part;
        match part {
            true => read_content(transcript, Some(item)),
            false => read_message(transcript, item, default_role),
        }
    });
}

/// Reads one message; an object with nothing of a message in it is none.
pub(crate) fn read_message(transcript: &mut Transcript, message: Json<'_>, default_role: &str) {
    if let Some(said) = text(Some(message)) {
        transcript.begin(default_role);
        transcript.say(&said);
        return transcript.end();
    }
    let [role, content, refusal, tool_calls, function_call, tool_call_id] =
        fields(Some(message), ["role", "content", "refusal", "tool_calls", "function_call", "tool_call_id"]);
    if [role, content, tool_calls, function_call].iter().all(Option::is_none) {
        return;
    }
    let role = role_of(role, default_role);
    if role == "tool" {
        return transcript.result(name(tool_call_id), flat_text(content));
    }
    transcript.begin(&role);
    read_content(transcript, content);
    if let Some(refusal) = text(refusal) {
        transcript.say(&refusal);
    }
    each_item(tool_calls, |call| transcript.call(tool_call(call)));
    if let Some(call) = function_call.filter(|call| is_object(*call)) {
        transcript.call(function(None, call));
    }
    transcript.end();
}

/// The role as named here: Gemini's `model` is an assistant, OpenAI's former `function` a tool.
pub(crate) fn role_of<'a>(role: Option<Json<'a>>, default_role: &'a str) -> Cow<'a, str> {
    match text(role).filter(|role| !role.is_empty()) {
        None => Cow::Borrowed(default_role),
        Some(role) => match role.as_ref() {
            "model" => Cow::Borrowed("assistant"),
            "function" => Cow::Borrowed("tool"),
            _ => role,
        },
    }
}

fn tool_call(call: Json<'_>) -> ToolCall {
    let [id, function_body, custom] = fields(Some(call), ["id", "function", "custom"]);
    match (function_body, custom) {
        (None, Some(custom)) => {
            let [tool, input] = fields(Some(custom), ["name", "input"]);
            // The input of a custom tool is free text, even where it looks like JSON.
            ToolCall { id: name(id), name: name(tool), arguments: input.map(Json::to_raw) }
        }
        (body, _) => function(name(id), body.unwrap_or(call)),
    }
}

fn function(id: Option<String>, body: Json<'_>) -> ToolCall {
    let [function_name, arguments] = fields(Some(body), ["name", "arguments"]);
    ToolCall { id, name: name(function_name), arguments: arguments_in_text(arguments) }
}
