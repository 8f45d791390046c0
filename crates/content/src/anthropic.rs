//! Anthropic's Messages, stable and beta.

use crate::blocks::read_content;
use crate::chat::{read_message, read_messages};
use crate::facts::{CallFacts, answered_or_asked, including, read_error};
use crate::lenient::{Json, count, fields, name};
use crate::listener::Listener;
use crate::terms::cache_writes;

/// `input_tokens` leaves out what was read from and written to the cache, so both are added here ("total input tokens
/// in a request is the summation of `input_tokens`, `cache_creation_input_tokens`, and `cache_read_input_tokens`",
/// Anthropic's API reference). `output_tokens` includes thinking. Not included are the tokens of compactions, which
/// the beta reports apart in `usage.iterations`.
pub(crate) fn facts(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model, tier, speed] = fields(inputs, ["model", "service_tier", "speed"]);
    let [id, model, stop_reason, usage, error] = fields(output, ["id", "model", "stop_reason", "usage", "error"]);
    let mut facts = CallFacts {
        provider: Some("anthropic"),
        request_model: name(request_model),
        response_model: name(model),
        finish_reason: name(stop_reason),
        response_id: name(id),
        ..CallFacts::default()
    };
    read_usage(&mut facts, usage);
    read_terms(&mut facts, usage, tier, speed);
    read_error(&mut facts, error);
    facts
}

fn read_usage(facts: &mut CallFacts, usage: Option<Json<'_>>) {
    let [input, output, read, written, creation, details] = fields(
        usage,
        [
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
            "cache_creation",
            "output_tokens_details",
        ],
    );
    let [thinking] = fields(details, ["thinking_tokens"]);
    facts.cache_read_tokens = count(read);
    let [short, long] = fields(creation, ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]);
    (facts.cache_write_tokens, facts.cache_write_1h_tokens) = cache_writes(count(written), count(short), count(long));
    facts.input_tokens = including(count(input), &[facts.cache_read_tokens, facts.cache_write_tokens]);
    facts.output_tokens = count(output);
    facts.reasoning_tokens = count(thinking);
}

/// The answer says how the call was made in its usage; a tier is `standard`, `priority` or `batch`.
fn read_terms(facts: &mut CallFacts, usage: Option<Json<'_>>, asked_tier: Option<Json<'_>>, asked_speed: Option<Json<'_>>) {
    let [tier, speed] = fields(usage, ["service_tier", "speed"]);
    facts.service_tier = answered_or_asked(tier, asked_tier);
    facts.speed = answered_or_asked(speed, asked_speed);
}

/// `system` (text or blocks), then `messages`.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, inputs: Option<Json<'a>>) {
    let [system, messages] = fields(inputs, ["system", "messages"]);
    if system.is_some() {
        listener.begin("system");
        read_content(listener, system);
        listener.end();
    }
    read_messages(listener, messages, "user");
}

/// The answer is one message; results of tools that Anthropic runs stand as `tool` messages inside it.
pub(crate) fn read_output<'a>(listener: &mut impl Listener<'a>, output: Option<Json<'a>>) {
    if let Some(message) = output {
        read_message(listener, message, "assistant");
    }
}
