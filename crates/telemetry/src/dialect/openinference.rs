//! OpenInference, of Arize Phoenix: lists flattened to numbered attributes, kinds in capitals.

use crate::reading::Class::{Agent, Embedding, Evaluator, Guardrail, Inference, Prompt, Rerank, Retrieval, Tool, Workflow};
use crate::table::Source::{If, Json, Key, NameIf};
use crate::table::{Parts, Table, Talk};

pub(crate) const TABLE: Table = Table {
    name: "openinference",
    prefixes: &[
        "openinference.",
        "llm.input_messages.",
        "llm.output_messages.",
        "llm.token_count.",
        "llm.model_name",
        "evaluations.0.evaluation.",
        "annotations.0.annotation.",
        "trace.evaluations.0.evaluation.",
        "trace.annotations.0.annotation.",
        "session.evaluations.0.evaluation.",
        "session.annotations.0.annotation.",
    ],
    scopes: &["openinference"],
    class: &[Key("openinference.span.kind")],
    classes: &[
        ("LLM", Inference),
        ("EMBEDDING", Embedding),
        ("RERANKER", Rerank),
        ("RETRIEVER", Retrieval),
        ("AGENT", Agent),
        ("DECISION", Agent),
        ("CHAIN", Workflow),
        ("TOOL", Tool),
        ("GUARDRAIL", Guardrail),
        ("EVALUATOR", Evaluator),
        ("PROMPT", Prompt),
    ],
    implied: &[("llm.model_name", Inference), ("embedding.model_name", Embedding)],
    provider: &[Key("llm.provider"), Key("llm.system")],
    request_model: &[
        Key("llm.request.model_name"),
        Json("llm.invocation_parameters", "model"),
        Key("llm.model_name"),
        Key("embedding.model_name"),
        Key("reranker.model_name"),
    ],
    // Once the answer is there, its instrumentations write the model that answered in the place of the one that was asked for.
    response_model: &[Key("llm.response.model_name"), Key("llm.model_name")],
    finish_reason: &[Key("llm.finish_reason")],
    input_tokens: &[Key("llm.token_count.prompt")],
    output_tokens: &[Key("llm.token_count.completion")],
    cache_read: &[Key("llm.token_count.prompt_details.cache_read"), Key("llm.token_count.prompt_details.cache_input")],
    cache_write: &[Key("llm.token_count.prompt_details.cache_write")],
    // The answer as the provider gave it.
    cache_write_5m: &[Json("output.value", "usage.cache_creation.ephemeral_5m_input_tokens")],
    cache_write_1h: &[Json("output.value", "usage.cache_creation.ephemeral_1h_input_tokens")],
    service_tier: &[Json("output.value", "service_tier"), Json("output.value", "usage.service_tier")],
    service_tier_asked: &[Json("llm.invocation_parameters", "service_tier")],
    speed: &[Json("output.value", "usage.speed")],
    reasoning: &[Key("llm.token_count.completion_details.reasoning")],
    total_tokens: &[Key("llm.token_count.total")],
    audio_input: &[Key("llm.token_count.prompt_details.audio")],
    audio_output: &[Key("llm.token_count.completion_details.audio")],
    cost: &[Key("llm.cost.total")],
    cost_parts: &[Parts::Keys(&["llm.cost.prompt", "llm.cost.completion"])],
    agent: &[Key("agent.name"), If("openinference.span.kind", "AGENT", "graph.node.name"), NameIf("openinference.span.kind", "AGENT")],
    tool: &[Key("tool.name"), Key("tool_call.function.name")],
    tool_call_id: &[Key("tool.id"), Key("tool_call.id")],
    tags: &[Key("tag.tags")],
    history: &[Talk::Numbered("llm.input_messages."), Talk::Numbered("llm.prompts."), Talk::Chat("input.value")],
    answer: &[Talk::Numbered("llm.output_messages."), Talk::Numbered("llm.choices."), Talk::Chat("output.value")],
    // The same judgements go by two names; those of a trace or session stand on any span of it.
    evaluations: &[
        ("evaluations.", "evaluation."),
        ("annotations.", "annotation."),
        ("trace.evaluations.", "evaluation."),
        ("trace.annotations.", "annotation."),
        ("session.evaluations.", "evaluation."),
        ("session.annotations.", "annotation."),
    ],
    input: &[Key("input.value"), Key("tool.parameters"), Key("tool_call.function.arguments")],
    output: &[Key("output.value")],
    ..Table::NONE
};
