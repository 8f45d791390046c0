//! The typed parts that OpenAI, Anthropic, OpenTelemetry and the AI SDK build message content from.

use crate::lenient::{Json, each_item, each_item_with, fields, is_array, is_object, is_string, name, string, text};
use crate::listener::Listener;
use crate::message::{ToolCall, arguments_in_text};
use crate::parts;

/// What tells a part's kind.
const FIELDS: [&str; 3] = ["type", "text", "content"];

/// Content of a message: a string, one part, or an array of parts.
pub(crate) fn read_content<'a>(listener: &mut impl Listener<'a>, content: Option<Json<'a>>) {
    match content {
        Some(parts) if is_array(parts) => each_item_with(content, FIELDS, |part, found| read_part(listener, part, found)),
        Some(part) => read_part(listener, part, fields(content, FIELDS)),
        None => {}
    }
}

fn read_part<'a>(listener: &mut impl Listener<'a>, part: Json<'a>, [kind, said, content]: [Option<Json<'a>>; 3]) {
    if let Some(said) = string(Some(part)) {
        return listener.say(said);
    }
    let kind = text(kind).unwrap_or_default();
    // OpenTelemetry calls the text of a text part its content.
    let said = string(said).or_else(|| string(content).filter(|_| kind == "text"));
    match (kind.as_ref(), said) {
        ("text" | "input_text" | "output_text" | "", Some(said)) => listener.say(said),
        ("tool_call" | "server_tool_call" | "tool-call", _) => listener.call(|| parts::call(part)),
        ("tool_call_response" | "server_tool_call_response" | "tool-result", _) => listener.result(|| parts::response(part)),
        ("refusal", _) => read_refusal(listener, part),
        (kind, _) if kind.ends_with("tool_use") => listener.call(|| tool_use(kind, part)),
        (kind, _) if kind.ends_with("tool_result") => {
            let [id, result] = fields(Some(part), ["tool_use_id", "content"]);
            listener.result(|| (name(id), flat_text(result)));
        }
        ("", None) if parts::read_untyped(listener, part) => {}
        // Reasoning, images, audio, files, and whatever comes next: there, but not text.
        _ if is_object(part) => listener.attach(),
        _ => {}
    }
}

fn read_refusal<'a>(listener: &mut impl Listener<'a>, part: Json<'a>) {
    let [refusal] = fields(Some(part), ["refusal"]);
    if let Some(refusal) = string(refusal) {
        listener.say(refusal);
    }
}

fn tool_use(kind: &str, part: Json<'_>) -> ToolCall {
    let [id, tool, input] = fields(Some(part), ["id", "name", "input"]);
    ToolCall { id: name(id), name: name(tool).or_else(|| Some(kind.to_owned())), arguments: arguments_in_text(input) }
}

/// A tool's result as text: a string itself, the text parts of an array joined, an object as the JSON it is.
pub(crate) fn flat_text(raw: Option<Json<'_>>) -> Option<String> {
    let raw = raw?;
    if is_string(raw) {
        return text(Some(raw)).map(Into::into);
    }
    if !is_array(raw) {
        return Some(raw.get().to_owned());
    }
    let mut joined: Option<String> = None;
    each_item(Some(raw), |part| {
        let [said] = fields(Some(part), ["text"]);
        if let Some(said) = text(Some(part)).or_else(|| text(said)) {
            joined.get_or_insert_default().push_str(&said);
        }
    });
    joined
}
