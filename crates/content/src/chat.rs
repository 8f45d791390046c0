//! Chat messages as most clients write them: a role, content, perhaps tool calls.
//!
//! One reader for OpenAI's and Anthropic's messages and for the `prompt` and `completion` of AgentOps events, which
//! hold either, or a plain string.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::blocks::{flat_text, read_content};
use crate::lenient::{Json, each_item, each_item_with, fields, is_array, is_object, name, string, text};
use crate::listener::Listener;
use crate::message::{Message, ToolCall, arguments_in_text};
use crate::parts;
use crate::transcript::Transcript;

/// What a message may have; a `type` without a role makes it a part of one.
const FIELDS: [&str; 8] = ["role", "type", "content", "refusal", "tool_calls", "function_call", "tool_call_id", "parts"];
type Fields<'a> = [Option<Json<'a>>; 8];

/// Reads chat-like JSON of unknown making: a string, a message, an array of either, `{"messages": …}` (ChatML),
/// `{"message": …}`, or `{"type":"string","string": …}`. What names no role is said by `default_role`.
pub fn chat_messages(value: Option<&RawValue>, default_role: &str) -> Vec<Message> {
    let mut transcript = Transcript::default();
    read_value(&mut transcript, value.map(Json::of), default_role);
    transcript.finish()
}

/// See [`chat_messages`].
pub(crate) fn read_value<'a>(listener: &mut impl Listener<'a>, value: Option<Json<'a>>, default_role: &str) {
    let [messages, message, string] = fields(value, ["messages", "message", "string"]);
    if let Some(messages) = messages.or(message).filter(|messages| is_array(*messages) || is_object(*messages)) {
        return read_messages(listener, Some(messages), default_role);
    }
    read_messages(listener, string.or(value), default_role);
}

/// Reads one message or an array of them. Parts without a role that stand side by side are one message.
pub(crate) fn read_messages<'a>(listener: &mut impl Listener<'a>, value: Option<Json<'a>>, default_role: &str) {
    let Some(value) = value else { return };
    if !is_array(value) {
        return read_message(listener, value, default_role);
    }
    let mut in_parts = false;
    each_item_with(Some(value), FIELDS, |item, found| {
        let [role, kind, ..] = found;
        let part = role.is_none() && kind.is_some();
        if part && !in_parts {
            listener.begin(default_role);
        }
        in_parts = part;
        match part {
            true => read_content(listener, Some(item)),
            false => read_found(listener, item, found, default_role),
        }
    });
}

/// Reads one message; an object with nothing of a message in it is none.
pub(crate) fn read_message<'a>(listener: &mut impl Listener<'a>, message: Json<'a>, default_role: &str) {
    read_found(listener, message, fields(Some(message), FIELDS), default_role);
}

fn read_found<'a>(listener: &mut impl Listener<'a>, message: Json<'a>, found: Fields<'a>, default_role: &str) {
    if let Some(said) = string(Some(message)) {
        listener.begin(default_role);
        listener.say(said);
        return listener.end();
    }
    let [role, _, content, refusal, tool_calls, function_call, tool_call_id, message_parts] = found;
    if [role, content, tool_calls, function_call, message_parts].iter().all(Option::is_none) {
        return;
    }
    let role = role_of(role, default_role);
    if content.is_none() && message_parts.is_some_and(is_array) {
        return parts::read_message(listener, &role, message_parts);
    }
    if role == "tool" && parts::are_results(content) {
        return read_content(listener, content);
    }
    if role == "tool" {
        return listener.result(|| {
            // OpenTelemetry's events call it `id`.
            let [id] = fields(Some(message), ["id"]);
            (name(tool_call_id).or_else(|| name(id)), flat_text(content))
        });
    }
    listener.begin(&role);
    read_content(listener, content);
    if let Some(refusal) = string(refusal) {
        listener.say(refusal);
    }
    each_item(tool_calls, |call| listener.call(|| tool_call(call)));
    if let Some(call) = function_call.filter(|call| is_object(*call)) {
        listener.call(|| function(None, call));
    }
    listener.end();
}

/// The role as named here: Gemini's `model` is an assistant, OpenAI's former `function` a tool, LangChain's `ai` and
/// `human` are the two who talk.
pub(crate) fn role_of<'a>(role: Option<Json<'a>>, default_role: &'a str) -> Cow<'a, str> {
    match text(role).filter(|role| !role.is_empty()) {
        None => Cow::Borrowed(default_role),
        Some(role) => match role.as_ref() {
            "model" | "ai" => Cow::Borrowed("assistant"),
            "human" => Cow::Borrowed("user"),
            "function" => Cow::Borrowed("tool"),
            _ => role,
        },
    }
}

fn tool_call(call: Json<'_>) -> ToolCall {
    let [id, function_body, custom, tool_name] = fields(Some(call), ["id", "function", "custom", "toolName"]);
    if tool_name.is_some() {
        return parts::call(call);
    }
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
