//! The facts of a model call, found on its way in.

use serde_json::value::RawValue;

use crate::format::{Format, by_shape};
use crate::lenient::{Json, fields, name, open_json_string, text, word};
use crate::terms::service_tier;
use crate::{anthropic, gemini, interactions, openai_chat, openai_responses};

/// What a recorded call says about itself. `None` is unknown; a zero was reported as zero.
///
/// Tokens follow OpenTelemetry: input includes what was read from and written to caches, output includes reasoning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFacts {
    /// OpenTelemetry's name of the provider: `openai`, `anthropic`, `gcp.gemini`.
    pub provider: Option<&'static str>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// The model that answered, as the provider names it.
    pub response_model: Option<String>,
    /// Tokens of the prompt, cached ones included.
    pub input_tokens: Option<u64>,
    /// Tokens of the answer, reasoning included.
    pub output_tokens: Option<u64>,
    /// Of the input: tokens read from a cache.
    pub cache_read_tokens: Option<u64>,
    /// Of the input: tokens written to a cache.
    pub cache_write_tokens: Option<u64>,
    /// Of the tokens written to a cache: those that it keeps for an hour.
    pub cache_write_1h_tokens: Option<u64>,
    /// Of the output: tokens of reasoning.
    pub reasoning_tokens: Option<u64>,
    /// The tier that served the call, else the one that was asked for, in the words of [`service_tier`].
    pub service_tier: Option<String>,
    /// How fast it was served, in the same manner.
    pub speed: Option<String>,
    /// Why the first choice ended, in the provider's own word; for interfaces without one, the status.
    pub finish_reason: Option<String>,
    /// The provider's id of the response.
    pub response_id: Option<String>,
    /// When the provider says it began to answer, in seconds since 1970.
    pub created_at_s: Option<i64>,
    /// What kind of error the response carries, in the provider's word.
    pub error_type: Option<String>,
    /// The error in words.
    pub error_message: Option<String>,
    /// Doubts about the above.
    pub warnings: Vec<Warning>,
}

/// Something about the token counts that whoever relies on them should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// More cached tokens than input: the sender counted them apart, so they were added to the input.
    CacheOutsideInput,
    /// More reasoning than output: the sender counted it apart, so it was added to the output.
    ReasoningOutsideOutput,
    /// Recorded from a Gemini stream by a client known to add up cumulative counts: they are kept as sent and may be
    /// too high, by a factor of up to the number of chunks.
    UsageMaybeSummed,
}

/// Finds the facts of a call in its request and response. Without a format it is found from their shape; where that
/// fails too, only the models' names are read. Either may also be the JSON text of the structure, as AgentOps sends it.
pub fn call_facts(format: Option<Format>, inputs: Option<&RawValue>, output: Option<&RawValue>) -> CallFacts {
    let (inputs, output) = (inputs.map(Json::of), output.map(Json::of));
    let (opened_inputs, opened_output) = (open_json_string(inputs), open_json_string(output));
    let inputs = opened_inputs.as_deref().map(Json::of).or(inputs);
    let output = opened_output.as_deref().map(Json::of).or(output);
    match format.or_else(|| by_shape(inputs, output)) {
        Some(Format::OpenAiChat) => openai_chat::facts(inputs, output),
        Some(Format::OpenAiResponses) => openai_responses::facts(inputs, output),
        Some(Format::AnthropicMessages) => anthropic::facts(inputs, output),
        Some(Format::GeminiModels) => gemini::facts(inputs, output),
        Some(Format::GeminiInteractions) => interactions::facts(inputs, output),
        None => unknown_format(inputs, output),
    }
}

fn unknown_format(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> CallFacts {
    let [request_model] = fields(inputs, ["model"]);
    let [response_model, error] = fields(output, ["model", "error"]);
    let mut facts = CallFacts { request_model: name(request_model), response_model: name(response_model), ..CallFacts::default() };
    read_error(&mut facts, error);
    facts
}

/// An error as all providers write it, give or take: `{"type" or "status", "code", "message"}`, or just a text.
/// Its type is the most telling word: a named code rather than a class, a class rather than a number.
pub(crate) fn read_error(facts: &mut CallFacts, error: Option<Json<'_>>) {
    let Some(_) = error else { return };
    let [kind, status, code, message] = fields(error, ["type", "status", "code", "message"]);
    facts.error_type = name(code).or_else(|| name(status)).or_else(|| name(kind)).or_else(|| word(code));
    facts.error_message = name(message).or_else(|| text(error).map(Into::into));
    if facts.error_type.is_none() && facts.error_message.is_some() {
        facts.error_type = Some("error".to_owned());
    }
}

/// A tier or a speed: what the answer says, else what was asked for.
pub(crate) fn answered_or_asked(answered: Option<Json<'_>>, asked: Option<Json<'_>>) -> Option<String> {
    [answered, asked].into_iter().find_map(|told| service_tier(&text(told)?))
}

/// A count and what must be added to it. Unknown without the count itself; what is unknown of the rest adds nothing.
pub(crate) fn including(count: Option<u64>, added: &[Option<u64>]) -> Option<u64> {
    added.iter().flatten().try_fold(count?, |sum, part| sum.checked_add(*part))
}
