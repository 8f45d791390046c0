//! Google's Gemini: `models.generate_content`, as REST has it (`usageMetadata`) and as the Python SDK dumps it
//! (`usage_metadata`).

use crate::chat::role_of;
use crate::facts::{CallFacts, Warning, answered_or_asked, including, read_error};
use crate::lenient::{
    Json, count, each_field, each_item, each_item_with, fields, first_item, is_array, is_object, is_true, name, string, text,
};
use crate::listener::Listener;
use crate::message::ToolCall;
use crate::openai_chat::settle_parts;
use crate::time::rfc3339_s;

/// What a content has.
const FIELDS: [&str; 2] = ["role", "parts"];
type Fields<'a> = [Option<Json<'a>>; 2];

/// See [`read_usage`] for how tokens are counted. A prompt that was blocked has no candidate to name a finish reason;
/// the reason for the block takes its place.
pub(crate) fn facts(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model] = fields(inputs, ["model"]);
    let [candidates, model, id, created, usage, feedback, http, error] = any_case(
        output,
        ["candidates", "model_version", "response_id", "create_time", "usage_metadata", "prompt_feedback", "sdk_http_response", "error"],
    );
    let [finish_reason] = any_case(first_item(candidates), ["finish_reason"]);
    let [block_reason] = any_case(feedback, ["block_reason"]);
    let mut facts = CallFacts {
        provider: Some("gcp.gemini"),
        request_model: name(request_model),
        response_model: name(model),
        finish_reason: name(finish_reason).or_else(|| name(block_reason)),
        response_id: name(id),
        created_at_s: text(created).and_then(|time| rfc3339_s(&time)),
        ..CallFacts::default()
    };
    read_usage(&mut facts, usage);
    facts.service_tier = tier(inputs, usage);
    if facts.input_tokens.is_some() && was_streamed(http) {
        facts.warnings.push(Warning::UsageMaybeSummed);
    }
    read_error(&mut facts, error);
    facts
}

/// The API of Gemini tells the tier in the answer's usage, Vertex the sort of traffic; SDKs ask for a tier in `config`, REST beside
/// `contents`.
fn tier(inputs: Option<Json<'_>>, usage: Option<Json<'_>>) -> Option<String> {
    let [served, traffic] = any_case(usage, ["service_tier", "traffic_type"]);
    let [config, beside] = any_case(inputs, ["config", "service_tier"]);
    let [inside] = any_case(config, ["service_tier"]);
    answered_or_asked(served, traffic).or_else(|| answered_or_asked(inside, beside))
}

/// `prompt_token_count` includes cached content; the prompt of tools and the thoughts are counted apart:
/// "`total_token_count` … is the sum of `prompt_token_count`, `candidates_token_count`,
/// `tool_use_prompt_token_count`, and `thoughts_token_count`" (google-genai 1.62 and 3.4, `types.py`). Some models and
/// gateways counted thoughts among the candidates' tokens; the total tells them apart.
fn read_usage(facts: &mut CallFacts, usage: Option<Json<'_>>) {
    let [prompt, tools, candidates, thoughts, cached, total] = any_case(
        usage,
        [
            "prompt_token_count",
            "tool_use_prompt_token_count",
            "candidates_token_count",
            "thoughts_token_count",
            "cached_content_token_count",
            "total_token_count",
        ],
    );
    facts.input_tokens = including(count(prompt), &[count(tools)]);
    facts.cache_read_tokens = count(cached);
    facts.reasoning_tokens = count(thoughts);
    facts.output_tokens = output_with_thoughts(facts.input_tokens, count(candidates), count(thoughts), count(total));
    settle_parts(facts);
}

/// Output as answer plus thoughts, unless the total shows that the answer's count has them already.
pub(crate) fn output_with_thoughts(input: Option<u64>, answer: Option<u64>, thoughts: Option<u64>, total: Option<u64>) -> Option<u64> {
    match answer {
        None => thoughts,
        Some(_) if total.is_some() && including(input, &[answer]) == total => answer,
        Some(_) => including(answer, &[thoughts]),
    }
}

/// The Voker client adds up the counts of a stream's chunks, which are cumulative already, so that three chunks of a
/// prompt of 24 tokens read as 72. Neither the number of chunks nor the counts of one chunk are recorded, so the true
/// counts cannot be had back; that it was a stream can be seen from the response headers that the SDK keeps.
fn was_streamed(http: Option<Json<'_>>) -> bool {
    let [headers] = fields(http, ["headers"]);
    let [content_type] = fields(headers, ["content-type"]);
    text(content_type).is_some_and(|content_type| content_type.starts_with("text/event-stream"))
}

/// The system's instruction, which SDKs keep in `config` and REST beside `contents`; then `contents`.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, inputs: Option<Json<'a>>) {
    let [contents, config, beside] = any_case(inputs, ["contents", "config", "system_instruction"]);
    let [inside] = any_case(config, ["system_instruction"]);
    if let Some(system) = inside.or(beside) {
        read_contents(listener, system, "system");
    }
    if let Some(contents) = contents {
        read_contents(listener, contents, "user");
    }
}

/// One message per candidate.
pub(crate) fn read_output<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [candidates] = fields(output, ["candidates"]);
    each_item(candidates, |candidate| read_candidate(listener, candidate));
}

/// The first candidate alone.
pub(crate) fn read_reply<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [candidates] = fields(output, ["candidates"]);
    if let Some(candidate) = first_item(candidates) {
        read_candidate(listener, candidate);
    }
}

fn read_candidate<'a>(listener: &mut impl Listener<'a>, candidate: Json<'a>) {
    let [content] = fields(Some(candidate), ["content"]);
    listener.begin("assistant");
    match content {
        Some(_) => read_turn(listener, fields(content, FIELDS), "assistant"),
        None => listener.end(),
    }
}

/// A string, a part, a content, or an array of any of them. Parts that stand side by side are one message.
fn read_contents<'a>(listener: &mut impl Listener<'a>, contents: Json<'a>, default_role: &str) {
    listener.begin(default_role);
    if !is_array(contents) {
        return read_either(listener, contents, fields(Some(contents), FIELDS), default_role);
    }
    each_item_with(Some(contents), FIELDS, |item, found| read_either(listener, item, found, default_role));
}

fn read_either<'a>(listener: &mut impl Listener<'a>, item: Json<'a>, found: Fields<'a>, default_role: &str) {
    if found.iter().any(Option::is_some) {
        read_turn(listener, found, default_role);
        // Loose parts after a whole turn are a new one.
        return listener.begin(default_role);
    }
    read_part(listener, item);
}

fn read_turn<'a>(listener: &mut impl Listener<'a>, [role, parts]: Fields<'a>, default_role: &str) {
    // An instruction is the system's, whatever role its content carries.
    let role = if default_role == "system" { default_role.into() } else { role_of(role, default_role) };
    listener.begin(&role);
    match parts {
        Some(list) if is_array(list) => each_item(parts, |part| read_part(listener, part)),
        Some(part) => read_part(listener, part),
        None => {}
    }
    listener.end();
}

pub(crate) fn read_part<'a>(listener: &mut impl Listener<'a>, part: Json<'a>) {
    if let Some(said) = string(Some(part)) {
        return listener.say(said);
    }
    let [said, thought, call, response, code, code_result] =
        any_case(Some(part), ["text", "thought", "function_call", "function_response", "executable_code", "code_execution_result"]);
    if let Some(call) = call {
        listener.call(|| function_call(call));
    } else if let Some(response) = response {
        listener.result(|| {
            let [id, result] = fields(Some(response), ["id", "response"]);
            (name(id), result.map(|result| result.get().to_owned()))
        });
    } else if let Some(code) = code {
        listener.call(|| ToolCall { id: None, name: Some("executable_code".to_owned()), arguments: Some(code.to_raw()) });
    } else if let Some(result) = code_result {
        let [output] = fields(Some(result), ["output"]);
        listener.result(|| (None, name(output)));
    } else if let Some(said) = string(said).filter(|_| !is_true(thought)) {
        listener.say(said);
    } else if is_object(part) {
        listener.attach();
    }
}

fn function_call(call: Json<'_>) -> ToolCall {
    let [id, function, args] = fields(Some(call), ["id", "name", "args"]);
    ToolCall { id: name(id), name: name(function), arguments: args.map(Json::to_raw) }
}

/// Like [`fields`], for names in snake case that may also come in camel case.
fn any_case<'a, const N: usize>(raw: Option<Json<'a>>, names: [&str; N]) -> [Option<Json<'a>>; N] {
    let mut found = [None; N];
    each_field(raw, |key, value| {
        if let Some(at) = names.iter().position(|snake| is_either_case(key, snake)) {
            found[at] = Some(value).filter(|value| value.get() != "null");
        }
    });
    found
}

fn is_either_case(key: &str, snake: &str) -> bool {
    if key.len() > snake.len() || key.as_bytes().first() != snake.as_bytes().first() {
        return false;
    }
    let mut rest = key.bytes();
    let camel = snake.split('_').enumerate().all(|(nth, word)| {
        word.bytes().enumerate().all(|(at, byte)| {
            let expected = if nth > 0 && at == 0 { byte.to_ascii_uppercase() } else { byte };
            rest.next() == Some(expected)
        })
    });
    key == snake || camel && rest.next().is_none()
}
