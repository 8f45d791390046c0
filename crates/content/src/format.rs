//! Which provider's interface a recorded call used.

use serde_json::value::RawValue;

use crate::lenient::{Json, fields, is_array, is_object, open_json_string, text};

/// The interfaces whose requests and responses can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// OpenAI Chat Completions, and services that imitate it.
    OpenAiChat,
    /// OpenAI Responses.
    OpenAiResponses,
    /// Anthropic Messages, stable and beta.
    AnthropicMessages,
    /// Gemini `generateContent`.
    GeminiModels,
    /// Gemini Interactions.
    GeminiInteractions,
}

/// The format of a call. `api` is the word of the Voker client and decides where it is known; otherwise the shape of
/// the output does, then that of the inputs. `None` where nothing gives it away.
pub fn format_of(api: Option<&str>, inputs: Option<&RawValue>, output: Option<&RawValue>) -> Option<Format> {
    api.and_then(by_api).or_else(|| {
        let (inputs, output) = (inputs.map(Json::of), output.map(Json::of));
        let (opened_inputs, opened_output) = (open_json_string(inputs), open_json_string(output));
        by_shape(opened_inputs.as_deref().map(Json::of).or(inputs), opened_output.as_deref().map(Json::of).or(output))
    })
}

/// The format by shape alone: the output's, then the inputs'.
pub(crate) fn by_shape(inputs: Option<Json<'_>>, output: Option<Json<'_>>) -> Option<Format> {
    by_output(output).or_else(|| by_inputs(inputs))
}

fn by_api(api: &str) -> Option<Format> {
    match api {
        "openai-chat-completions" => Some(Format::OpenAiChat),
        "openai-responses" => Some(Format::OpenAiResponses),
        "anthropic-messages" | "anthropic-beta-messages" => Some(Format::AnthropicMessages),
        "gemini-models" => Some(Format::GeminiModels),
        "gemini-interactions" => Some(Format::GeminiInteractions),
        _ => None,
    }
}

fn by_output(output: Option<Json<'_>>) -> Option<Format> {
    let [object, kind, role, choices, content, candidates, usage_snake, usage_camel, items, outputs, steps] = fields(
        output,
        ["object", "type", "role", "choices", "content", "candidates", "usage_metadata", "usageMetadata", "output", "outputs", "steps"],
    );
    let is_list = |raw: Option<Json<'_>>| raw.is_some_and(is_array);
    let object = text(object).unwrap_or_default();
    if object.starts_with("chat.completion") || is_list(choices) {
        Some(Format::OpenAiChat)
    } else if object == "response" || is_list(items) {
        Some(Format::OpenAiResponses)
    } else if is_list(candidates) || usage_snake.or(usage_camel).is_some_and(is_object) {
        Some(Format::GeminiModels)
    } else if object == "interaction" || is_list(outputs) || is_list(steps) {
        Some(Format::GeminiInteractions)
    } else if is_list(content) && (role.is_some() || text(kind).is_some_and(|kind| kind == "message")) {
        Some(Format::AnthropicMessages)
    } else {
        None
    }
}

fn by_inputs(inputs: Option<Json<'_>>) -> Option<Format> {
    let [model, messages, system, contents, input, system_instruction, generation_config] =
        fields(inputs, ["model", "messages", "system", "contents", "input", "system_instruction", "generation_config"]);
    let model = text(model).unwrap_or_default();
    if contents.is_some() {
        Some(Format::GeminiModels)
    } else if messages.is_some_and(is_array) {
        let anthropic = system.is_some() || model.starts_with("claude");
        Some(if anthropic { Format::AnthropicMessages } else { Format::OpenAiChat })
    } else if input.is_some() {
        let google = system_instruction.or(generation_config).is_some() || model.starts_with("gemini");
        Some(if google { Format::GeminiInteractions } else { Format::OpenAiResponses })
    } else {
        None
    }
}
