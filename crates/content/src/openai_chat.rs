//! OpenAI's Chat Completions, and the many services that speak it.

use crate::chat::{read_message, read_value};
use crate::facts::{CallFacts, Warning, answered_or_asked, read_error};
use crate::lenient::{Json, count, each_item, fields, first_item, name, seconds};
use crate::listener::Listener;

/// `prompt_tokens` includes cached tokens and `completion_tokens` includes reasoning (OpenAI's API reference).
/// Services that only imitate the interface are caught out when a part exceeds its whole.
pub(crate) fn facts(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model, asked_tier] = fields(inputs, ["model", "service_tier"]);
    let [id, model, created, choices, usage, tier, error] =
        fields(output, ["id", "model", "created", "choices", "usage", "service_tier", "error"]);
    let [finish_reason] = fields(first_item(choices), ["finish_reason"]);
    let mut facts = CallFacts {
        provider: Some("openai"),
        request_model: name(request_model),
        response_model: name(model),
        finish_reason: name(finish_reason),
        response_id: name(id),
        service_tier: answered_or_asked(tier, asked_tier),
        created_at_s: seconds(created),
        ..CallFacts::default()
    };
    read_usage(&mut facts, usage);
    read_error(&mut facts, error);
    facts
}

fn read_usage(facts: &mut CallFacts, usage: Option<Json<'_>>) {
    let [prompt, completion, prompt_details, completion_details] =
        fields(usage, ["prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details"]);
    let [cached, written] = fields(prompt_details, ["cached_tokens", "cache_write_tokens"]);
    let [reasoning] = fields(completion_details, ["reasoning_tokens"]);
    facts.input_tokens = count(prompt);
    facts.output_tokens = count(completion);
    facts.cache_read_tokens = count(cached);
    facts.cache_write_tokens = count(written);
    facts.reasoning_tokens = count(reasoning);
    settle_parts(facts);
}

/// Sees to it that no part of the tokens exceeds its whole. A sender with more cached tokens than input, or more
/// reasoning than output, must have counted them apart.
pub(crate) fn settle_parts(facts: &mut CallFacts) {
    let cached = facts.cache_read_tokens.unwrap_or(0).saturating_add(facts.cache_write_tokens.unwrap_or(0));
    if let Some(input) = facts.input_tokens.filter(|input| cached > *input) {
        facts.input_tokens = input.checked_add(cached);
        facts.warnings.push(Warning::CacheOutsideInput);
    }
    let reasoning = facts.reasoning_tokens.unwrap_or(0);
    if let Some(output) = facts.output_tokens.filter(|output| reasoning > *output) {
        facts.output_tokens = output.checked_add(reasoning);
        facts.warnings.push(Warning::ReasoningOutsideOutput);
    }
}

/// The request's `messages`, or the `prompt` of the older completions.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, inputs: Option<Json<'a>>) {
    let [messages, prompt] = fields(inputs, ["messages", "prompt"]);
    read_value(listener, messages.or(prompt), "user");
}

/// One message per choice. A chunk of a stream has a `delta` in place of the message, older completions a `text`.
pub(crate) fn read_output<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [choices] = fields(output, ["choices"]);
    each_item(choices, |choice| read_choice(listener, choice));
}

/// The first choice alone.
pub(crate) fn read_reply<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    let [choices] = fields(output, ["choices"]);
    if let Some(choice) = first_item(choices) {
        read_choice(listener, choice);
    }
}

fn read_choice<'a>(listener: &mut impl Listener<'a>, choice: Json<'a>) {
    let [message, delta, text] = fields(Some(choice), ["message", "delta", "text"]);
    if let Some(message) = message.or(delta).or(text) {
        read_message(listener, message, "assistant");
    }
}
