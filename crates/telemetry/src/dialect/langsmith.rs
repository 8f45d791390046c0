//! LangSmith's export to OpenTelemetry: `gen_ai.*`, a kind, and the caller's ids among the metadata. What tokens are made of it says as
//! LangChain does, whose counts of a tier bear its name.

use crate::reading::Class::{Embedding, Inference, Prompt, Retrieval, Tool, Workflow};
use crate::table::Source::{Json, Key, NameIf, Told};
use crate::table::Table;

const INPUT: &str = "gen_ai.usage.input_token_details";
const OUTPUT: &str = "gen_ai.usage.output_token_details";

pub(crate) const TABLE: Table = Table {
    name: "langsmith",
    prefixes: &["langsmith."],
    scopes: &["langsmith"],
    class: &[Key("langsmith.span.kind")],
    classes: &[
        ("llm", Inference),
        ("embedding", Embedding),
        ("retriever", Retrieval),
        ("chain", Workflow),
        ("tool", Tool),
        ("prompt", Prompt),
        ("parser", Workflow),
    ],
    cache_read: &[Json(INPUT, "cache_read"), Json(INPUT, "flex_cache_read"), Json(INPUT, "priority_cache_read")],
    cache_write: &[Json(INPUT, "cache_creation")],
    cache_write_5m: &[Json(INPUT, "ephemeral_5m_input_tokens")],
    cache_write_1h: &[Json(INPUT, "ephemeral_1h_input_tokens")],
    reasoning: &[Json(OUTPUT, "reasoning"), Json(OUTPUT, "flex_reasoning"), Json(OUTPUT, "priority_reasoning")],
    service_tier: &[Key("gen_ai.response.service_tier"), Told(INPUT, "flex", "flex"), Told(INPUT, "priority", "priority")],
    conversation: &[Key("langsmith.metadata.thread_id"), Key("langsmith.metadata.session_id"), Key("langsmith.metadata.conversation_id")],
    person: &[Key("langsmith.metadata.user_id")],
    tool: &[NameIf("langsmith.span.kind", "tool")],
    tags: &[Key("langsmith.span.tags")],
    input: &[Key("gen_ai.prompt")],
    output: &[Key("gen_ai.completion")],
    ..Table::NONE
};
