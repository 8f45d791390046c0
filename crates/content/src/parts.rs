//! Messages in parts, as OpenTelemetry writes them: `{"role": …, "parts": [{"type": "text", "content": …}, …]}`. Gemini's
//! messages have parts, too, without a `type`. The AI SDK's calls and results differ from OpenTelemetry's in their
//! names only.

use crate::blocks::{flat_text, read_content};
use crate::gemini;
use crate::lenient::{Json, each_item, fields, first_item, is_object, name, text};
use crate::listener::Listener;
use crate::message::{ToolCall, arguments_in_text};

/// Reads the message that these parts are.
pub(crate) fn read_message<'a>(listener: &mut impl Listener<'a>, role: &str, parts: Option<Json<'a>>) {
    listener.begin(role);
    each_item(parts, |part| {
        let [kind] = fields(Some(part), ["type"]);
        match kind.is_none() && is_object(part) {
            true => gemini::read_part(listener, part),
            false => read_content(listener, Some(part)),
        }
    });
    listener.end();
}

/// Whether the content of a tool's message consists of results that name the calls they answer.
pub(crate) fn are_results(content: Option<Json<'_>>) -> bool {
    let [kind, result, response] = fields(first_item(content), ["type", "toolResult", "toolResponse"]);
    let typed = text(kind).is_some_and(|kind| kind.ends_with("tool-result") || kind.ends_with("tool_result"));
    typed || result.or(response).is_some()
}

/// A call of a tool. Those that the provider runs itself have the arguments under their own name.
pub(crate) fn call(part: Json<'_>) -> ToolCall {
    let [id, tool, arguments, server_call, sdk_id, sdk_tool, input, args] =
        fields(Some(part), ["id", "name", "arguments", "server_tool_call", "toolCallId", "toolName", "input", "args"]);
    ToolCall {
        id: name(id).or_else(|| name(sdk_id)),
        name: name(tool).or_else(|| name(sdk_tool)),
        arguments: arguments_in_text(arguments.or(server_call).or(input).or(args)),
    }
}

/// The call that a result answers, and its text. The specification's schema says `response`, its prose `result`.
pub(crate) fn response(part: Json<'_>) -> (Option<String>, Option<String>) {
    let [id, response, result, server_response, sdk_id, output] =
        fields(Some(part), ["id", "response", "result", "server_tool_call_response", "toolCallId", "output"]);
    let result = response.or(result).or(server_response).or(output);
    let [kind, value] = fields(result, ["type", "value"]);
    let told = value.filter(|_| kind.is_some()).or(result);
    (name(id).or_else(|| name(sdk_id)), flat_text(told))
}

/// Reads a call or a result that is known by its name alone, as Bedrock and Genkit write them. Whether it was one.
pub(crate) fn read_untyped<'a>(listener: &mut impl Listener<'a>, part: Json<'a>) -> bool {
    let [used, result, request, response] = fields(Some(part), ["toolUse", "toolResult", "toolRequest", "toolResponse"]);
    if let Some(used) = used.or(request) {
        listener.call(|| {
            let [id, reference, tool, input] = fields(Some(used), ["toolUseId", "ref", "name", "input"]);
            ToolCall { id: name(id).or_else(|| name(reference)), name: name(tool), arguments: arguments_in_text(input) }
        });
    } else if let Some(result) = result.or(response) {
        listener.result(|| {
            let [id, reference, content, output] = fields(Some(result), ["toolUseId", "ref", "content", "output"]);
            (name(id).or_else(|| name(reference)), flat_text(content.or(output)))
        });
    }
    used.or(result).or(request).or(response).is_some()
}
