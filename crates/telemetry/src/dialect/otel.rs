//! OpenTelemetry's own conventions for generative AI, in all four generations, and what any span may say.
//!
//! Up to 1.27 content is in `gen_ai.prompt` and `gen_ai.completion`, from 1.28 in one event for each message, from 1.37
//! in `gen_ai.input.messages` and `gen_ai.output.messages`. `gen_ai.system` became `gen_ai.provider.name`, and the
//! tokens of prompt and completion those of input and output.

use crate::reading::Class::{Agent, Embedding, Evaluator, Inference, Prompt, Rerank, Retrieval, Tool, Workflow};
use crate::table::Source::{If, Json, Key, Resource};
use crate::table::{Table, Talk, Wait};

pub(crate) const TABLE: Table = Table {
    name: "otel-genai",
    prefixes: &["gen_ai.", "mcp."],
    class: &[Key("gen_ai.operation.name"), Key("gen_ai.request.type"), Key("llm.request.type"), Key("mcp.method.name")],
    classes: &[
        ("chat", Inference),
        ("text_completion", Inference),
        ("completion", Inference),
        ("generate_content", Inference),
        ("model_generation", Inference),
        ("embeddings", Embedding),
        ("embedding", Embedding),
        ("rerank", Rerank),
        ("retrieval", Retrieval),
        ("search_memory", Retrieval),
        ("create_memory", Retrieval),
        ("update_memory", Retrieval),
        ("upsert_memory", Retrieval),
        ("delete_memory", Retrieval),
        ("create_memory_store", Retrieval),
        ("delete_memory_store", Retrieval),
        ("create_agent", Agent),
        ("invoke_agent", Agent),
        ("agent_step", Agent),
        ("plan", Agent),
        ("decide", Inference),
        ("invoke_workflow", Workflow),
        ("execute_tool", Tool),
        ("evaluate", Evaluator),
        ("tools/call", Tool),
        ("resources/read", Retrieval),
        ("prompts/get", Prompt),
    ],
    implied: &[
        ("gen_ai.tool.name", Tool),
        ("gen_ai.tool.call.id", Tool),
        ("tool.name", Tool),
        ("gen_ai.request.model", Inference),
        ("gen_ai.response.model", Inference),
    ],
    provider: &[Key("gen_ai.provider.name"), Key("gen_ai.system")],
    request_model: &[Key("gen_ai.request.model")],
    response_model: &[Key("gen_ai.response.model")],
    finish_reason: &[
        Key("gen_ai.response.finish_reasons"),
        Key("gen_ai.response.finish_reason"),
        Key("gen_ai.response.stop_reason"),
        Key("gen_ai.completion.0.finish_reason"),
        Json("gen_ai.output.messages", "finish_reason"),
    ],
    response_id: &[Key("gen_ai.response.id"), Key("gen_ai.completion.0.id")],
    input_tokens: &[Key("gen_ai.usage.input_tokens"), Key("gen_ai.usage.prompt_tokens")],
    output_tokens: &[Key("gen_ai.usage.output_tokens"), Key("gen_ai.usage.completion_tokens")],
    cache_read: &[Key("gen_ai.usage.cache_read.input_tokens"), Key("gen_ai.usage.cache_read_input_tokens")],
    cache_write: &[
        Key("gen_ai.usage.cache_write.input_tokens"),
        Key("gen_ai.usage.cache_creation.input_tokens"),
        Key("gen_ai.usage.cache_creation_input_tokens"),
    ],
    // Anthropic's own SDK for Python, and what others write by its example.
    cache_write_5m: &[
        Key("anthropic.usage.cache_creation.ephemeral_5m_input_tokens"),
        Key("gen_ai.usage.cache_creation.ephemeral_5m_input_tokens"),
    ],
    cache_write_1h: &[
        Key("anthropic.usage.cache_creation.ephemeral_1h_input_tokens"),
        Key("gen_ai.usage.cache_creation.ephemeral_1h_input_tokens"),
    ],
    service_tier: &[
        Key("openai.response.service_tier"),
        Key("gen_ai.openai.response.service_tier"),
        Key("anthropic.response.service_tier"),
        Key("gen_ai.response.service_tier"),
    ],
    service_tier_asked: &[
        Key("openai.request.service_tier"),
        Key("gen_ai.openai.request.service_tier"),
        Key("anthropic.request.service_tier"),
        Key("gen_ai.request.service_tier"),
    ],
    reasoning: &[Key("gen_ai.usage.reasoning.output_tokens"), Key("gen_ai.usage.reasoning_tokens")],
    total_tokens: &[Key("gen_ai.usage.total_tokens"), Key("llm.usage.total_tokens")],
    audio_input: &[Key("gen_ai.usage.audio.input_tokens")],
    audio_output: &[Key("gen_ai.usage.audio.output_tokens")],
    cost: &[Key("gen_ai.usage.cost"), Key("gen_ai.usage.total_cost")],
    conversation: &[Key("gen_ai.conversation.id"), Key("session.id")],
    person: &[Key("user.id"), Key("enduser.id"), Key("gen_ai.user")],
    agent: &[Key("gen_ai.agent.name")],
    agent_id: &[Key("gen_ai.agent.id")],
    agent_version: &[Key("gen_ai.agent.version")],
    tool: &[Key("gen_ai.tool.name"), Key("tool.name")],
    tool_call_id: &[Key("gen_ai.tool.call.id"), Key("tool.call.id")],
    first_token: &[Wait::Seconds("gen_ai.response.time_to_first_chunk"), Wait::Seconds("gen_ai.server.time_to_first_token")],
    title: &[If("gen_ai.operation.name", "invoke_workflow", "gen_ai.workflow.name")],
    instructions: &[Key("gen_ai.system_instructions")],
    history: &[
        Talk::Chat("gen_ai.input.messages"),
        Talk::Event("gen_ai.client.inference.operation.details", "gen_ai.input.messages"),
        Talk::Messages(&[
            ("gen_ai.system.message", "system"),
            ("gen_ai.user.message", "user"),
            ("gen_ai.assistant.message", "assistant"),
            ("gen_ai.tool.message", "tool"),
        ]),
        Talk::Numbered("gen_ai.prompt."),
        Talk::Event("gen_ai.content.prompt", "gen_ai.prompt"),
        Talk::Chat("gen_ai.prompt"),
    ],
    answer: &[
        Talk::Chat("gen_ai.output.messages"),
        Talk::Event("gen_ai.client.inference.operation.details", "gen_ai.output.messages"),
        Talk::Messages(&[("gen_ai.choice", "assistant")]),
        Talk::Numbered("gen_ai.completion."),
        Talk::Event("gen_ai.content.completion", "gen_ai.completion"),
        Talk::Chat("gen_ai.completion"),
    ],
    input: &[Key("gen_ai.tool.call.arguments"), Key("tool.parameters")],
    output: &[Key("gen_ai.tool.call.result"), Key("tool.result")],
    ..PLAIN
};

/// What a span may say that says nothing of agents.
pub(crate) const PLAIN: Table = Table {
    name: "otel",
    conversation: &[Key("session.id")],
    person: &[Key("user.id"), Key("enduser.id")],
    environment: &[
        Key("deployment.environment.name"),
        Key("deployment.environment"),
        Resource("deployment.environment.name"),
        Resource("deployment.environment"),
    ],
    error_kind: &[Key("error.type")],
    error_message: &[Key("error.message")],
    ..Table::NONE
};
