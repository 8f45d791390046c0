//! Google's Interactions. The first SDKs list what the model produced in `outputs`, later ones in `steps`.

use crate::blocks::flat_text;
use crate::chat::role_of;
use crate::facts::{CallFacts, including, read_error};
use crate::gemini::output_with_thoughts;
use crate::lenient::{Json, count, each_item_with, fields, first_item, is_array, is_object, name, seconds, string, text};
use crate::listener::Listener;
use crate::message::ToolCall;
use crate::openai_chat::settle_parts;
use crate::time::rfc3339_s;

/// What tells the kind of an item, a content, a turn or a step, and what it says.
const FIELDS: [&str; 4] = ["type", "role", "content", "text"];
type Fields<'a> = [Option<Json<'a>>; 4];

/// Interactions have no finish reason; their `status` says how far they came. A call of an agent names no model.
pub(crate) fn facts(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model] = fields(inputs, ["model"]);
    let [id, model, created, status, usage, error, errors] =
        fields(output, ["id", "model", "created", "status", "usage", "error", "errors"]);
    let mut facts = CallFacts {
        provider: Some("gcp.gemini"),
        request_model: name(request_model),
        response_model: name(model),
        finish_reason: name(status),
        response_id: name(id),
        created_at_s: text(created).and_then(|time| rfc3339_s(&time)).or_else(|| seconds(created)),
        ..CallFacts::default()
    };
    read_usage(&mut facts, usage);
    let failed = text(status).is_some_and(|status| status == "failed");
    // `errors` lists diagnostics also of interactions that went well.
    read_error(&mut facts, error.or_else(|| first_item(errors).filter(|_| failed)));
    if facts.error_type.is_none() && failed {
        facts.error_type = Some("failed".to_owned());
    }
    facts
}

/// The same algebra as Gemini's: cached tokens are part of the input; thoughts and the prompts of tools are apart
/// ("prompt + responses + other internal tokens", google-genai 1.62 and 3.4, and the latter's tests).
fn read_usage(facts: &mut CallFacts, usage: Option<Json<'_>>) {
    let [input, tools, answer, thoughts, cached, total] = fields(
        usage,
        [
            "total_input_tokens",
            "total_tool_use_tokens",
            "total_output_tokens",
            "total_thought_tokens",
            "total_cached_tokens",
            "total_tokens",
        ],
    );
    facts.input_tokens = including(count(input), &[count(tools)]);
    facts.cache_read_tokens = count(cached);
    facts.reasoning_tokens = count(thoughts);
    facts.output_tokens = output_with_thoughts(facts.input_tokens, count(answer), count(thoughts), count(total));
    settle_parts(facts);
}

/// `system_instruction`, then `input`: a text, a content, or an array of contents, turns or steps. What was said before
/// may be kept by the provider, under the id of the previous interaction.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, inputs: Option<Json<'a>>) {
    let [system, input, previous] = fields(inputs, ["system_instruction", "input", "previous_interaction_id"]);
    if previous.is_some() {
        listener.go_on();
    }
    if let Some(system) = system {
        read_list(listener, system, "system");
    }
    if let Some(input) = input {
        read_list(listener, input, "user");
    }
}

/// What the model produced, as one message, unless tools that Google runs put results in between.
pub(crate) fn read_output<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [outputs, steps] = fields(output, ["outputs", "steps"]);
    if let Some(produced) = outputs.or(steps) {
        listener.begin("assistant");
        each_item_with(Some(produced), FIELDS, |item, found| {
            // Steps of a stored interaction begin with what was asked.
            if text(found[0]).is_none_or(|kind| kind != "user_input") {
                read_item(listener, item, found);
            }
        });
        listener.end();
    }
}

fn read_list<'a>(listener: &mut impl Listener<'a>, list: Json<'a>, role: &str) {
    listener.begin(role);
    match is_array(list) {
        true => each_item_with(Some(list), FIELDS, |item, found| read_item(listener, item, found)),
        false => read_item(listener, list, fields(Some(list), FIELDS)),
    }
}

/// A text, a content, a turn, or a step.
fn read_item<'a>(listener: &mut impl Listener<'a>, item: Json<'a>, [kind, role, content, said]: Fields<'a>) {
    if let Some(said) = string(Some(item)) {
        return listener.say(said);
    }
    let kind = text(kind).unwrap_or_default();
    match kind.as_ref() {
        "text" | "" if said.is_some() => match string(said) {
            Some(said) => listener.say(said),
            None => listener.attach(),
        },
        "user_input" => read_turn(listener, content, "user"),
        // Not ended: calls that follow are part of what the model does in this turn.
        "model_output" => {
            listener.speak_as("assistant");
            read_contents(listener, content);
        }
        kind if kind.ends_with("_call") => read_call(listener, kind, item),
        kind if kind.ends_with("_result") => {
            listener.result(|| {
                let [call_id, result] = fields(Some(item), ["call_id", "result"]);
                (name(call_id), result_text(result))
            });
        }
        "" if role.is_some() => read_turn(listener, content, &role_of(role, "user")),
        "thought" => {
            listener.speak_as("assistant");
            listener.attach();
        }
        _ if is_object(item) => listener.attach(),
        _ => {}
    }
}

fn read_turn<'a>(listener: &mut impl Listener<'a>, content: Option<Json<'a>>, role: &str) {
    listener.begin(role);
    read_contents(listener, content);
    listener.end();
}

/// The contents of a turn, which are never turns themselves.
fn read_contents<'a>(listener: &mut impl Listener<'a>, content: Option<Json<'a>>) {
    match content {
        Some(list) if is_array(list) => each_item_with(content, FIELDS, |item, found| read_content(listener, item, found)),
        Some(one) => read_content(listener, one, fields(content, FIELDS)),
        None => {}
    }
}

fn read_content<'a>(listener: &mut impl Listener<'a>, content: Json<'a>, found: Fields<'a>) {
    let [kind, _, _, said] = found;
    match text(kind).as_deref() {
        None | Some("user_input" | "model_output") => match string(Some(content)).or_else(|| string(said)) {
            Some(said) => listener.say(said),
            None => listener.attach(),
        },
        Some(_) => read_item(listener, content, found),
    }
}

fn read_call<'a>(listener: &mut impl Listener<'a>, kind: &str, item: Json<'a>) {
    listener.speak_as("assistant");
    listener.call(|| {
        let [id, function, arguments] = fields(Some(item), ["id", "name", "arguments"]);
        ToolCall { id: name(id), name: name(function).or_else(|| Some(kind.to_owned())), arguments: arguments.map(Json::to_raw) }
    });
}

/// `{"items": […]}`, an array, a text, or any JSON.
fn result_text(result: Option<Json<'_>>) -> Option<String> {
    let [items] = fields(result, ["items"]);
    flat_text(items.filter(|items| is_array(*items)).or(result))
}
