//! Pydantic AI and Logfire: OpenTelemetry with additions. The span of an agent's run has the usage of all its calls,
//! under names of its own in newer versions. Logfire also sends spans when they begin, to be replaced at their end.

use crate::reading::Class::{Agent, Tool, Workflow};
use crate::table::Source::Key;
use crate::table::{Table, Talk};

pub(crate) const TABLE: Table = Table {
    name: "pydantic-ai",
    prefixes: &["pydantic_ai.", "logfire.", "gen_ai.aggregated_usage.", "all_messages_events", "model_request_parameters"],
    scopes: &["pydantic-ai", "pydantic_ai", "logfire"],
    class: &[Key("gen_ai.operation.name")],
    // Part of a `chat`, which has its usage.
    classes: &[("decide", Workflow)],
    implied: &[
        ("tool_arguments", Tool),
        ("tool_response", Tool),
        ("pydantic_ai.all_messages", Agent),
        ("all_messages_events", Agent),
        ("agent_name", Agent),
    ],
    request_model: &[Key("gen_ai.request.model"), Key("model_name")],
    input_tokens: &[Key("gen_ai.aggregated_usage.input_tokens")],
    output_tokens: &[Key("gen_ai.aggregated_usage.output_tokens")],
    cache_read: &[
        Key("gen_ai.usage.cache_read.input_tokens"),
        Key("gen_ai.usage.details.cache_read_tokens"),
        Key("gen_ai.usage.details.cache_read_input_tokens"),
        Key("gen_ai.usage.details.cached_tokens"),
        Key("gen_ai.aggregated_usage.cache_read.input_tokens"),
        Key("gen_ai.aggregated_usage.details.cache_read_tokens"),
    ],
    cache_write: &[
        Key("gen_ai.usage.cache_creation.input_tokens"),
        Key("gen_ai.usage.details.cache_write_tokens"),
        Key("gen_ai.usage.details.cache_creation_input_tokens"),
        Key("gen_ai.aggregated_usage.cache_creation.input_tokens"),
        Key("gen_ai.aggregated_usage.details.cache_write_tokens"),
    ],
    cache_write_1h: &[
        Key("gen_ai.usage.details.ephemeral_1h_input_tokens"),
        Key("gen_ai.aggregated_usage.details.ephemeral_1h_input_tokens"),
    ],
    reasoning: &[Key("gen_ai.usage.details.reasoning_tokens"), Key("gen_ai.aggregated_usage.details.reasoning_tokens")],
    audio_input: &[Key("gen_ai.usage.details.input_audio_tokens"), Key("gen_ai.usage.details.audio_tokens")],
    audio_output: &[Key("gen_ai.usage.details.output_audio_tokens")],
    cost: &[Key("operation.cost")],
    agent: &[Key("gen_ai.agent.name"), Key("agent_name")],
    agent_id: &[Key("gen_ai.agent.id"), Key("gen_ai.agent.call.id")],
    tags: &[Key("logfire.tags")],
    pending: &[("logfire.span_type", "pending_span")],
    aggregated: &["gen_ai.aggregated_usage."],
    history: &[
        Talk::Chat("gen_ai.input.messages"),
        Talk::Whole("pydantic_ai.all_messages"),
        Talk::Whole("all_messages_events"),
        Talk::Whole("events"),
    ],
    answer: &[Talk::Chat("gen_ai.output.messages"), Talk::Chat("final_result")],
    input: &[Key("tool_arguments")],
    output: &[Key("tool_response"), Key("final_result")],
    ..Table::NONE
};
