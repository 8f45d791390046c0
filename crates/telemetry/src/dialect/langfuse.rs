//! Langfuse, whose SDKs describe observations in `langfuse.*`, mostly as JSON texts. Its usage details count every
//! token once: what was read from a cache is not in `input`, reasoning not in `output`. Its handler for LangChain passes on
//! what LangChain counts: the tokens of a tier under its name, and those written to a cache by how long that keeps them.

use crate::reading::Class::{Agent, Embedding, Evaluator, Guardrail, Inference, Retrieval, Tool, Workflow};
use crate::table::Source::{Json, Key, NameIf, Resource, Sum, SumWith, Told};
use crate::table::{Parts, Source, Table, Talk, Wait, Writes};

const USAGE: &str = "langfuse.observation.usage_details";

const WRITTEN: Source = Source::Writes(
    USAGE,
    &Writes {
        all: &["input_cache_creation", "cache_creation_input_tokens", "input_cache_write", "cache_write"],
        short: &["input_cache_creation_5m", "input_ephemeral_5m_input_tokens", "cache_creation_ephemeral_5m_input_tokens"],
        long: &["input_cache_creation_1h", "input_ephemeral_1h_input_tokens", "cache_creation_ephemeral_1h_input_tokens"],
    },
);

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
        SumWith(
            USAGE,
            &[
                "input",
                "input_cached_tokens",
                "cache_read_input_tokens",
                "input_cache_read",
                "cache_read",
                "input_audio_tokens",
                "input_flex",
                "input_flex_cache_read",
            ],
            &WRITTEN,
        ),
        Json(USAGE, "prompt_tokens"),
        Json(USAGE, "input_tokens"),
    ],
    output_tokens: &[
        Sum(
            USAGE,
            &["output", "output_reasoning_tokens", "output_reasoning", "output_audio_tokens", "output_flex", "output_flex_reasoning"],
        ),
        Json(USAGE, "completion_tokens"),
        Json(USAGE, "output_tokens"),
    ],
    cache_read: &[
        Json(USAGE, "input_cached_tokens"),
        Json(USAGE, "cache_read_input_tokens"),
        Json(USAGE, "input_cache_read"),
        Json(USAGE, "cache_read"),
        Json(USAGE, "input_flex_cache_read"),
        Json(USAGE, "input_priority_cache_read"),
    ],
    cache_write: &[WRITTEN],
    cache_write_1h: &[
        Json(USAGE, "input_cache_creation_1h"),
        Json(USAGE, "input_ephemeral_1h_input_tokens"),
        Json(USAGE, "cache_creation_ephemeral_1h_input_tokens"),
    ],
    reasoning: &[
        Json(USAGE, "output_reasoning_tokens"),
        Json(USAGE, "output_reasoning"),
        Json(USAGE, "output_flex_reasoning"),
        Json(USAGE, "output_priority_reasoning"),
    ],
    service_tier: &[Told(USAGE, "input_flex", "flex"), Told(USAGE, "input_priority", "priority")],
    // Its wrapper of OpenAI's client puts the answer's in the place of the one that was asked for.
    service_tier_asked: &[Json("langfuse.observation.model.parameters", "service_tier")],
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
