//! LangSmith's export to OpenTelemetry: `gen_ai.*`, a kind, and the caller's ids among the metadata.

use crate::reading::Class::{Embedding, Inference, Prompt, Retrieval, Tool, Workflow};
use crate::table::Source::{Key, NameIf};
use crate::table::Table;

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
    conversation: &[Key("langsmith.metadata.thread_id"), Key("langsmith.metadata.session_id"), Key("langsmith.metadata.conversation_id")],
    person: &[Key("langsmith.metadata.user_id")],
    tool: &[NameIf("langsmith.span.kind", "tool")],
    tags: &[Key("langsmith.span.tags")],
    input: &[Key("gen_ai.prompt")],
    output: &[Key("gen_ai.completion")],
    ..Table::NONE
};
