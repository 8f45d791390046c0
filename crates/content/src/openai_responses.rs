//! OpenAI's Responses: a flat list of items in, a flat list of items out.

use crate::blocks::{flat_text, read_content};
use crate::chat::{read_message, role_of};
use crate::facts::{CallFacts, answered_or_asked, read_error};
use crate::lenient::{Json, count, each_item_with, fields, is_array, name, seconds, text};
use crate::listener::Listener;
use crate::message::{ToolCall, arguments_in_text};
use crate::openai_chat::settle_parts;

/// What tells an item's kind, and what a message says.
const FIELDS: [&str; 3] = ["type", "role", "content"];
type Fields<'a> = [Option<Json<'a>>; 3];

/// `input_tokens` includes cached tokens and `output_tokens` includes reasoning (OpenAI's API reference). An answer
/// that was cut short is not an error, as in Chat Completions: the reason is its finish reason.
pub(crate) fn facts(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model, asked_tier] = fields(inputs, ["model", "service_tier"]);
    let [id, model, created_at, status, incomplete, usage, tier, error] =
        fields(output, ["id", "model", "created_at", "status", "incomplete_details", "usage", "service_tier", "error"]);
    let [reason] = fields(incomplete, ["reason"]);
    let mut facts = CallFacts {
        provider: Some("openai"),
        request_model: name(request_model),
        response_model: name(model),
        finish_reason: name(reason).or_else(|| name(status)),
        response_id: name(id),
        service_tier: answered_or_asked(tier, asked_tier),
        created_at_s: seconds(created_at),
        ..CallFacts::default()
    };
    read_usage(&mut facts, usage);
    read_error(&mut facts, error);
    if facts.error_type.is_none() && text(status).is_some_and(|status| status == "failed") {
        facts.error_type = Some("failed".to_owned());
    }
    facts
}

fn read_usage(facts: &mut CallFacts, usage: Option<Json<'_>>) {
    let [input, output, input_details, output_details] =
        fields(usage, ["input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"]);
    let [cached, written] = fields(input_details, ["cached_tokens", "cache_write_tokens"]);
    let [reasoning] = fields(output_details, ["reasoning_tokens"]);
    facts.input_tokens = count(input);
    facts.output_tokens = count(output);
    facts.cache_read_tokens = count(cached);
    facts.cache_write_tokens = count(written);
    facts.reasoning_tokens = count(reasoning);
    settle_parts(facts);
}

/// `instructions`, then `input`, which is the user's text or a list of items. What was said before may be kept by the
/// provider, under the id of the previous response or of a conversation.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, inputs: Option<Json<'a>>) {
    let [instructions, input, previous, conversation] = fields(inputs, ["instructions", "input", "previous_response_id", "conversation"]);
    if previous.or(conversation).is_some() {
        listener.go_on();
    }
    read_either(listener, instructions, "system");
    read_either(listener, input, "user");
}

/// The items of `output`. A call belongs to the message before it, unless something else came between.
pub(crate) fn read_output<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [items] = fields(output, ["output"]);
    listener.begin("assistant");
    each_item_with(items, FIELDS, |item, found| read_item(listener, item, found, "assistant"));
}

fn read_either<'a>(listener: &mut impl Listener<'a>, value: Option<Json<'a>>, role: &str) {
    match value {
        Some(items) if is_array(items) => {
            listener.begin(role);
            each_item_with(value, FIELDS, |item, found| read_item(listener, item, found, role));
        }
        Some(text) => read_message(listener, text, role),
        None => {}
    }
}

fn read_item<'a>(listener: &mut impl Listener<'a>, item: Json<'a>, found: Fields<'a>, default_role: &str) {
    let [kind, role, content] = found;
    let kind = text(kind).unwrap_or_default();
    if kind.ends_with("_call") {
        read_call(listener, &kind, item);
    } else if kind.ends_with("_call_output") {
        listener.result(|| {
            let [call_id, id, output] = fields(Some(item), ["call_id", "id", "output"]);
            (name(call_id).or_else(|| name(id)), flat_text(output))
        });
    } else if role.is_some() || kind == "message" {
        // Not ended: calls that follow are part of what this message does.
        listener.begin(&role_of(role, default_role));
        read_content(listener, content);
        listener.attach();
    }
    // Other items (reasoning, lists of tools, approvals) are neither messages nor calls.
}

fn read_call<'a>(listener: &mut impl Listener<'a>, kind: &str, item: Json<'a>) {
    listener.speak_as("assistant");
    listener.call(|| call(kind, item));
    // Tools of MCP servers, run by the provider: call and result are one item.
    let [call_id, id, output] = fields(Some(item), ["call_id", "id", "output"]);
    if output.is_some() {
        listener.result(|| (name(call_id).or_else(|| name(id)), flat_text(output)));
    }
}

fn call(kind: &str, item: Json<'_>) -> ToolCall {
    let [call_id, id, tool, arguments, input, action, actions, operation, code, queries] =
        fields(Some(item), ["call_id", "id", "name", "arguments", "input", "action", "actions", "operation", "code", "queries"]);
    // Only `arguments` is JSON text; a custom tool's input is free text, the others are JSON as they are.
    let as_sent = [input, action, actions, operation, code, queries].into_iter().flatten().next();
    ToolCall {
        id: name(call_id).or_else(|| name(id)),
        name: name(tool).or_else(|| Some(kind.to_owned())),
        arguments: arguments.map_or_else(|| as_sent.map(Json::to_raw), |_| arguments_in_text(arguments)),
    }
}
