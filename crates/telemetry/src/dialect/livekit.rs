//! LiveKit Agents: a session of turns, in which models listen, think and speak. Where content counts as personal its
//! keys begin with `lk.pii.`.

use crate::reading::Class::{Agent, Inference, Tool, Workflow};
use crate::table::Source::{Json, Key, NameWord};
use crate::table::{Table, Talk, Wait};

pub(crate) const TABLE: Table = Table {
    name: "livekit",
    prefixes: &["lk."],
    scopes: &["livekit"],
    class: &[NameWord, Key("gen_ai.operation.name")],
    // `llm_node` contains the `llm_request` that is the call itself.
    classes: &[
        ("llm_request", Inference),
        ("chat", Inference),
        ("function_tool", Tool),
        ("agent_session", Workflow),
        ("job_entrypoint", Workflow),
        ("user_turn", Workflow),
        ("llm_node", Workflow),
        ("agent_turn", Agent),
        ("invoke_agent", Agent),
    ],
    implied: &[("lk.function_tool.name", Tool)],
    input_tokens: &[Key("gen_ai.usage.input_tokens"), Json("lk.llm_metrics", "prompt_tokens")],
    output_tokens: &[Key("gen_ai.usage.output_tokens"), Json("lk.llm_metrics", "completion_tokens")],
    cache_read: &[Json("lk.llm_metrics", "prompt_cached_tokens")],
    total_tokens: &[Json("lk.llm_metrics", "total_tokens")],
    conversation: &[Key("gen_ai.conversation.id"), Key("session.id"), Key("lk.room_name"), Key("lk.job_id")],
    person: &[Key("user.id"), Key("lk.participant_identity")],
    agent: &[Key("gen_ai.agent.name"), Key("lk.agent_label"), Key("lk.agent_name")],
    tool: &[Key("lk.function_tool.name")],
    tool_call_id: &[Key("lk.function_tool.id")],
    first_token: &[Wait::Seconds("lk.response.ttft")],
    failed: &[("lk.function_tool.is_error", "true")],
    history: &[Talk::Chat("lk.chat_ctx"), Talk::Chat("lk.pii.chat_ctx"), Talk::Chat("lk.user_input"), Talk::Chat("lk.pii.user_input")],
    answer: &[
        Talk::Answer("lk.response.text", "lk.response.function_calls"),
        Talk::Answer("lk.pii.response.text", "lk.pii.response.function_calls"),
    ],
    input: &[
        Key("lk.function_tool.arguments"),
        Key("lk.pii.function_tool.arguments"),
        Key("lk.user_input"),
        Key("lk.user_transcript"),
        Key("lk.pii.user_transcript"),
        Key("lk.input_text"),
    ],
    output: &[Key("lk.function_tool.output"), Key("lk.pii.function_tool.output"), Key("lk.response.text"), Key("lk.pii.response.text")],
    ..Table::NONE
};
