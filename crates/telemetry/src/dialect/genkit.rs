//! Firebase Genkit: kind and subtype of an action, its input and output as JSON, tokens inside the output.

use crate::reading::Class::{Agent, Embedding, Evaluator, Inference, Prompt, Rerank, Retrieval, Tool, Workflow};
use crate::table::Source::{Json, Key, NameIf};
use crate::table::{Table, Talk};

pub(crate) const TABLE: Table = Table {
    name: "genkit",
    prefixes: &["genkit:"],
    class: &[Key("genkit:metadata:subtype"), Key("genkit:type")],
    classes: &[
        ("model", Inference),
        ("background-model", Inference),
        ("embedder", Embedding),
        ("reranker", Rerank),
        ("retriever", Retrieval),
        ("agent", Agent),
        ("flow", Workflow),
        ("flowStep", Workflow),
        ("util", Workflow),
        ("tool", Tool),
        ("tool.v2", Tool),
        ("prompt", Prompt),
        ("executable-prompt", Prompt),
        ("promptTemplate", Prompt),
        ("evaluator", Evaluator),
    ],
    request_model: &[NameIf("genkit:metadata:subtype", "model")],
    finish_reason: &[Json("genkit:output", "finishReason")],
    input_tokens: &[Json("genkit:output", "usage.inputTokens")],
    output_tokens: &[Json("genkit:output", "usage.outputTokens")],
    cache_read: &[Json("genkit:output", "usage.cachedContentTokens")],
    reasoning: &[Json("genkit:output", "usage.thoughtsTokens")],
    total_tokens: &[Json("genkit:output", "usage.totalTokens")],
    conversation: &[Key("genkit:sessionId"), Key("genkit:metadata:session:id")],
    agent: &[NameIf("genkit:metadata:subtype", "agent"), Key("genkit:metadata:flow:name")],
    tool: &[Key("genkit:name")],
    failed: &[("genkit:state", "error")],
    history: &[Talk::Chat("genkit:input")],
    answer: &[Talk::Chat("genkit:output")],
    input: &[Key("genkit:input")],
    output: &[Key("genkit:output")],
    ..Table::NONE
};
