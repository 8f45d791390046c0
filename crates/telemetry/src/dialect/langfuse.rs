//! Langfuse, whose SDKs describe observations in `langfuse.*`, mostly as JSON texts. Its usage details count every
//! token once: what was read from a cache is not in `input`, reasoning not in `output`.

use crate::reading::Class::{Agent, Embedding, Evaluator, Guardrail, Inference, Retrieval, Tool, Workflow};
use crate::table::Source::{Json, Key, NameIf, Resource, Sum};
use crate::table::{Parts, Table, Talk, Wait};

const USAGE: &str = "langfuse.observation.usage_details";

pub(crate) const TABLE: Table = Table {
    name: "langfuse",
    prefixes: &["langfuse."],
    scopes: &["langfuse-sdk"],
    class: &[Key("langfuse.observation.type")],
    // A `span` or an `event` may be anything: whatever else is known of it says more.
    classes: &[
        ("generation", Inference),
        ("embedding", Embedding),
        ("retriever", Retrieval),
        ("agent", Agent),
        ("chain", Workflow),
        ("tool", Tool),
        ("guardrail", Guardrail),
        ("evaluator", Evaluator),
    ],
    request_model: &[Key("langfuse.observation.model.name")],
    input_tokens: &[
        Sum(
            USAGE,
            &[
                "input",
                "input_cached_tokens",
                "cache_read_input_tokens",
                "input_cache_read",
                "cache_read",
                "input_cache_creation",
                "cache_creation_input_tokens",
                "input_cache_write",
                "cache_write",
                "input_audio_tokens",
            ],
        ),
        Json(USAGE, "prompt_tokens"),
        Json(USAGE, "input_tokens"),
    ],
    output_tokens: &[
        Sum(USAGE, &["output", "output_reasoning_tokens", "output_reasoning", "output_audio_tokens"]),
        Json(USAGE, "completion_tokens"),
        Json(USAGE, "output_tokens"),
    ],
    cache_read: &[
        Json(USAGE, "input_cached_tokens"),
        Json(USAGE, "cache_read_input_tokens"),
        Json(USAGE, "input_cache_read"),
        Json(USAGE, "cache_read"),
    ],
    cache_write: &[
        Json(USAGE, "input_cache_creation"),
        Json(USAGE, "cache_creation_input_tokens"),
        Json(USAGE, "input_cache_write"),
        Json(USAGE, "cache_write"),
    ],
    reasoning: &[Json(USAGE, "output_reasoning_tokens"), Json(USAGE, "output_reasoning")],
    total_tokens: &[Json(USAGE, "total"), Json(USAGE, "total_tokens")],
    audio_input: &[Json(USAGE, "input_audio_tokens")],
    audio_output: &[Json(USAGE, "output_audio_tokens")],
    cost: &[Json("langfuse.observation.cost_details", "total")],
    cost_parts: &[Parts::Members("langfuse.observation.cost_details")],
    conversation: &[Key("langfuse.session.id"), Key("session.id")],
    person: &[Key("langfuse.user.id"), Key("user.id")],
    agent: &[Key("gen_ai.agent.name"), Key("agent.name"), NameIf("langfuse.observation.type", "agent"), Key("langfuse.trace.name")],
    agent_version: &[
        Key("gen_ai.agent.version"),
        Key("langfuse.version"),
        Key("langfuse.observation.version"),
        Key("langfuse.release"),
        Resource("langfuse.release"),
    ],
    tool: &[Key("gen_ai.tool.name"), NameIf("langfuse.observation.type", "tool")],
    first_token: &[Wait::Moment("langfuse.observation.completion_start_time")],
    tags: &[Key("langfuse.trace.tags"), Key("langfuse.tags")],
    environment: &[Key("langfuse.environment"), Resource("langfuse.environment")],
    title: &[Key("langfuse.trace.name")],
    error_message: &[Key("langfuse.observation.status_message")],
    failed: &[("langfuse.observation.level", "ERROR")],
    history: &[Talk::Chat("langfuse.observation.input")],
    answer: &[Talk::Chat("langfuse.observation.output")],
    input: &[Key("langfuse.observation.input"), Key("langfuse.trace.input")],
    output: &[Key("langfuse.observation.output"), Key("langfuse.trace.output")],
    ..Table::NONE
};
