//! Google's Agent Development Kit: OpenTelemetry, and Gemini's own requests and answers as JSON.

use crate::reading::Class::{Agent, Inference, Tool, Workflow};
use crate::table::Source::{Json, Key, NameWord, Sum};
use crate::table::{Table, Talk};

const ANSWER: &str = "gcp.vertex.agent.llm_response";

pub(crate) const TABLE: Table = Table {
    name: "google-adk",
    prefixes: &["gcp.vertex.agent."],
    scopes: &["gcp.vertex.agent"],
    class: &[NameWord],
    classes: &[("call_llm", Inference), ("execute_tool", Tool), ("agent_run", Agent), ("invoke_agent", Agent), ("invocation", Workflow)],
    request_model: &[Key("gen_ai.request.model"), Json("gcp.vertex.agent.llm_request", "model")],
    finish_reason: &[Json(ANSWER, "finish_reason")],
    input_tokens: &[Key("gen_ai.usage.input_tokens"), Json(ANSWER, "usage_metadata.prompt_token_count")],
    output_tokens: &[
        Key("gen_ai.usage.output_tokens"),
        Sum(ANSWER, &["usage_metadata.candidates_token_count", "usage_metadata.thoughts_token_count"]),
    ],
    cache_read: &[Json(ANSWER, "usage_metadata.cached_content_token_count")],
    service_tier: &[Json(ANSWER, "usage_metadata.traffic_type")],
    reasoning: &[Json(ANSWER, "usage_metadata.thoughts_token_count")],
    total_tokens: &[Json(ANSWER, "usage_metadata.total_token_count")],
    conversation: &[Key("gen_ai.conversation.id"), Key("gcp.vertex.agent.session_id")],
    error_kind: &[Json(ANSWER, "error_code")],
    error_message: &[Json(ANSWER, "error_message")],
    history: &[Talk::Chat("gcp.vertex.agent.llm_request")],
    answer: &[Talk::Candidate(ANSWER)],
    input: &[Key("gcp.vertex.agent.tool_call_args"), Key("gcp.vertex.agent.data")],
    output: &[Key("gcp.vertex.agent.tool_response")],
    ..Table::NONE
};
