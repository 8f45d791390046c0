//! Google's Interactions. The first SDKs list what the model produced in `outputs`, later ones in `steps`.

use crate::blocks::flat_text;
use crate::chat::role_of;
use crate::facts::{CallFacts, including, read_error};
use crate::gemini::output_with_thoughts;
use crate::lenient::{Json, count, each_item, fields, first_item, is_array, is_object, name, seconds, text};
use crate::message::ToolCall;
use crate::openai_chat::settle_parts;
use crate::time::rfc3339_s;
use crate::transcript::Transcript;

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

/// `system_instruction`, then `input`: a text, a content, or an array of contents, turns or steps.
pub(crate) fn read_inputs(transcript: &mut Transcript, inputs: Option<Json<'_>>) {
    let [system, input] = fields(inputs, ["system_instruction", "input"]);
    if let Some(system) = system {
        read_list(transcript, system, "system");
    }
    if let Some(input) = input {
        read_list(transcript, input, "user");
    }
}

/// What the model produced, as one message, unless tools that Google runs put results in between.
pub(crate) fn read_output(transcript: &mut Transcript, output: Option<Json<'_>>) {
    let [outputs, steps] = fields(output, ["outputs", "steps"]);
    if let Some(produced) = outputs.or(steps) {
        transcript.begin("assistant");
        each_item(Some(produced), |item| {
            let [kind] = fields(Some(item), ["type"]);
            // Steps of a stored interaction begin with what was asked.
            if text(kind).is_none_or(|kind| kind != "user_input") {
                read_item(transcript, item);
            }
        });
        transcript.end();
    }
}

fn read_list(transcript: &mut Transcript, list: Json<'_>, role: &str) {
    transcript.begin(role);
    match is_array(list) {
        true => each_item(Some(list), |item| read_item(transcript, item)),
        false => read_item(transcript, list),
    }
}

/// A text, a content, a turn, or a step.
fn read_item(transcript: &mut Transcript, item: Json<'_>) {
    if let Some(said) = text(Some(item)) {
        return transcript.say(&said);
    }
    let [kind, role, content, said] = fields(Some(item), ["type", "role", "content", "text"]);
    let kind = text(kind).unwrap_or_default();
    match kind.as_ref() {
        "text" | "" if said.is_some() => transcript.say(&text(said).unwrap_or_default()),
        "user_input" => read_turn(transcript, content, "user"),
        // Not ended: calls that follow are part of what the model does in this turn.
        "model_output" => {
            transcript.speak_as("assistant");
            read_contents(transcript, content);
        }
        kind if kind.ends_with("_call") => read_call(transcript, kind, item),
        kind if kind.ends_with("_result") => {
            let [call_id, result] = fields(Some(item), ["call_id", "result"]);
            transcript.result(name(call_id), result_text(result));
        }
        "" if role.is_some() => read_turn(transcript, content, &role_of(role, "user")),
        "thought" => {
            transcript.speak_as("assistant");
            transcript.attach();
        }
        _ if is_object(item) => transcript.attach(),
        _ => {}
    }
}

fn read_turn(transcript: &mut Transcript, content: Option<Json<'_>>, role: &str) {
    transcript.begin(role);
    read_contents(transcript, content);
    transcript.end();
}

/// The contents of a turn, which are never turns themselves.
fn read_contents(transcript: &mut Transcript, content: Option<Json<'_>>) {
    match content {
        Some(list) if is_array(list) => each_item(content, |item| read_content(transcript, item)),
        Some(one) => read_content(transcript, one),
        None => {}
    }
}

fn read_content(transcript: &mut Transcript, content: Json<'_>) {
    let [kind] = fields(Some(content), ["type"]);
    match text(kind).as_deref() {
        None | Some("user_input" | "model_output") => {
            let [said] = fields(Some(content), ["text"]);
            match text(Some(content)).or_else(|| text(said)) {
                Some(said) => transcript.say(&said),
                None => transcript.attach(),
            }
        }
        Some(_) => read_item(transcript, content),
    }
}

fn read_call(transcript: &mut Transcript, kind: &str, item: Json<'_>) {
    let [id, function, arguments] = fields(Some(item), ["id", "name", "arguments"]);
    transcript.speak_as("assistant");
    transcript.call(ToolCall {
        id: name(id),
        name: name(function).or_else(|| Some(kind.to_owned())),
        arguments: arguments.map(Json::to_raw),
    });
}

/// `{"items": […]}`, an array, a text, or any JSON.
fn result_text(result: Option<Json<'_>>) -> Option<String> {
    let [items] = fields(result, ["items"]);
    flat_text(items.filter(|items| is_array(*items)).or(result))
}
