//! OpenLLMetry, of Traceloop, 0.4 and 0.5: numbered prompts and completions, and one's own ids among the association
//! properties.

use crate::reading::Class::{Agent, Embedding, Inference, Rerank, Tool, Workflow};
use crate::table::Source::{If, Key};
use crate::table::{Table, Talk, Wait};

pub(crate) const TABLE: Table = Table {
    name: "traceloop",
    prefixes: &["traceloop.", "gen_ai.prompt.0.", "gen_ai.completion.0.", "llm.request.type", "llm.usage."],
    scopes: &["traceloop"],
    class: &[Key("traceloop.span.kind"), Key("llm.request.type")],
    classes: &[
        ("workflow", Workflow),
        ("task", Workflow),
        ("agent", Agent),
        ("tool", Tool),
        ("chat", Inference),
        ("completion", Inference),
        ("embedding", Embedding),
        ("rerank", Rerank),
    ],
    finish_reason: &[Key("gen_ai.completion.0.finish_reason"), Key("llm.response.finish_reason"), Key("llm.response.stop_reason")],
    cache_read: &[Key("gen_ai.usage.cache_read_input_tokens")],
    cache_write: &[Key("gen_ai.usage.cache_creation_input_tokens")],
    reasoning: &[Key("gen_ai.usage.reasoning_tokens"), Key("llm.usage.reasoning_tokens")],
    total_tokens: &[Key("llm.usage.total_tokens"), Key("gen_ai.usage.total_tokens")],
    conversation: &[
        Key("traceloop.association.properties.session_id"),
        Key("traceloop.association.properties.session.id"),
        Key("traceloop.association.properties.chat_id"),
        Key("traceloop.association.properties.thread_id"),
        Key("traceloop.association.properties.conversation_id"),
    ],
    person: &[Key("traceloop.association.properties.user_id"), Key("traceloop.association.properties.user.id"), Key("llm.user")],
    agent: &[If("traceloop.span.kind", "agent", "traceloop.entity.name"), Key("gen_ai.agent.name"), Key("traceloop.workflow.name")],
    agent_version: &[Key("gen_ai.agent.version"), If("traceloop.span.kind", "agent", "traceloop.entity.version")],
    tool: &[If("traceloop.span.kind", "tool", "traceloop.entity.name")],
    first_token: &[Wait::Seconds("llm.response.time_to_first_token")],
    history: &[Talk::Numbered("gen_ai.prompt.")],
    answer: &[Talk::Numbered("gen_ai.completion.")],
    input: &[Key("traceloop.entity.input")],
    output: &[Key("traceloop.entity.output")],
    ..Table::NONE
};
