//! Conversations in one shape, whichever provider they were held with.

use serde_json::value::RawValue;

use crate::depth::json_depth_exceeds;
use crate::format::{Format, by_shape};
use crate::lenient::Json;
use crate::listener::Listener;
use crate::transcript::Transcript;
use crate::{anthropic, chat, gemini, interactions, lenient, openai_chat, openai_responses};

/// How deep arguments sent as a string may nest and still be shown as JSON. The limit on request bodies cannot see
/// into strings, so what is unfolded here needs its own.
const ARGUMENTS_DEPTH_MAX: usize = 64;

/// One message: what one party said at one moment.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// `system`, `user`, `assistant`, `tool`, or whatever else the client sent.
    pub role: String,
    /// The text parts, joined without a separator: providers and streams split one text into parts anywhere, and a
    /// text must read the same in an answer and in the history of the next call. Reasoning is not part of it, nor are
    /// images, audio and files, which stay in the recorded payload. `None` when there is no text at all.
    pub text: Option<String>,
    /// The tool calls the message makes, those of tools that the provider runs itself included.
    pub tool_calls: Vec<ToolCall>,
    /// For a `tool` message: the call it answers.
    pub tool_call_id: Option<String>,
}

/// One call of a tool.
#[derive(Debug, Clone, Default)]
pub struct ToolCall {
    /// The provider's id of the call; Gemini often gives none.
    pub id: Option<String>,
    /// The function's name; for tools without one that the provider runs, their type (`web_search_call`).
    pub name: Option<String>,
    /// The arguments. Where the provider writes them as JSON text they are JSON here, if they parse; if not, the text.
    pub arguments: Option<Box<RawValue>>,
}

/// What the caller sent: the system's instructions first, then the history, tool results as `tool` messages.
/// Without a format it is found from the shape.
pub fn input_messages(format: Option<Format>, inputs: Option<&RawValue>) -> Vec<Message> {
    let inputs = inputs.map(Json::of);
    let opened = lenient::open_json_string(inputs);
    let inputs = opened.as_deref().map(Json::of).or(inputs);
    let mut transcript = Transcript::default();
    read_inputs(&mut transcript, format.or_else(|| by_shape(inputs, None)), inputs);
    transcript.finish()
}

/// What the model answered: one message per choice, in the order of the choices.
/// Without a format it is found from the shape.
pub fn output_messages(format: Option<Format>, output: Option<&RawValue>) -> Vec<Message> {
    let output = output.map(Json::of);
    let opened = lenient::open_json_string(output);
    let output = opened.as_deref().map(Json::of).or(output);
    let mut transcript = Transcript::default();
    match format.or_else(|| by_shape(None, output)) {
        Some(Format::OpenAiChat) => openai_chat::read_output(&mut transcript, output),
        Some(Format::GeminiModels) => gemini::read_output(&mut transcript, output),
        without_choices => read_reply(&mut transcript, without_choices, output),
    }
    transcript.finish()
}

/// Reads a request; without a format, as a chat-like `prompt`.
pub(crate) fn read_inputs<'a>(listener: &mut impl Listener<'a>, format: Option<Format>, inputs: Option<Json<'a>>) {
    match format {
        Some(Format::OpenAiChat) => openai_chat::read_inputs(listener, inputs),
        Some(Format::OpenAiResponses) => openai_responses::read_inputs(listener, inputs),
        Some(Format::AnthropicMessages) => anthropic::read_inputs(listener, inputs),
        Some(Format::GeminiModels) => gemini::read_inputs(listener, inputs),
        Some(Format::GeminiInteractions) => interactions::read_inputs(listener, inputs),
        None => {
            let [prompt] = lenient::fields(inputs, ["prompt"]);
            chat::read_value(listener, prompt, "user");
        }
    }
}

/// Reads the answer that was given: of several choices the first.
pub(crate) fn read_reply<'a>(listener: &mut impl Listener<'a>, format: Option<Format>, output: Option<Json<'a>>) {
    match format {
        Some(Format::OpenAiChat) => openai_chat::read_reply(listener, output),
        Some(Format::OpenAiResponses) => openai_responses::read_output(listener, output),
        Some(Format::AnthropicMessages) => anthropic::read_output(listener, output),
        Some(Format::GeminiModels) => gemini::read_reply(listener, output),
        Some(Format::GeminiInteractions) => interactions::read_output(listener, output),
        None => chat::read_value(listener, output, "assistant"),
    }
}

/// Arguments that the provider writes as JSON text.
pub(crate) fn arguments_in_text(raw: Option<Json<'_>>) -> Option<Box<RawValue>> {
    let unfold = || {
        let text = lenient::text(raw)?;
        let shallow = !json_depth_exceeds(text.as_bytes(), ARGUMENTS_DEPTH_MAX);
        shallow.then(|| RawValue::from_string(text.into_owned()).ok())?
    };
    unfold().or_else(|| raw.map(Json::to_raw))
}
