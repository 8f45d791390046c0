//! MLflow, which writes every value as JSON: words have their quotes with them.

use crate::reading::Class::{Agent, Embedding, Evaluator, Guardrail, Inference, Rerank, Retrieval, Tool, Workflow};
use crate::table::Source::{Json, Key, NameIf, Quoted};
use crate::table::{Parts, Table, Talk};

const USAGE: &str = "mlflow.chat.tokenUsage";

pub(crate) const TABLE: Table = Table {
    name: "mlflow",
    prefixes: &["mlflow."],
    class: &[Key("mlflow.spanType")],
    classes: &[
        ("LLM", Inference),
        ("CHAT_MODEL", Inference),
        ("EMBEDDING", Embedding),
        ("RERANKER", Rerank),
        ("RETRIEVER", Retrieval),
        ("MEMORY", Retrieval),
        ("AGENT", Agent),
        ("CHAIN", Workflow),
        ("WORKFLOW", Workflow),
        ("TASK", Workflow),
        ("TOOL", Tool),
        ("GUARDRAIL", Guardrail),
        ("EVALUATOR", Evaluator),
    ],
    provider: &[Quoted("mlflow.llm.provider")],
    request_model: &[Quoted("mlflow.llm.model"), Json("mlflow.spanInputs", "model")],
    response_model: &[Json("mlflow.spanOutputs", "model")],
    input_tokens: &[Json(USAGE, "input_tokens")],
    output_tokens: &[Json(USAGE, "output_tokens")],
    cache_read: &[Json(USAGE, "cache_read_input_tokens")],
    cache_write: &[Json(USAGE, "cache_creation_input_tokens")],
    total_tokens: &[Json(USAGE, "total_tokens")],
    cost: &[Json("mlflow.llm.cost", "total_cost")],
    cost_parts: &[Parts::Members("mlflow.llm.cost")],
    conversation: &[Quoted("mlflow.trace.session")],
    person: &[Quoted("mlflow.trace.user")],
    agent: &[NameIf("mlflow.spanType", "AGENT")],
    tool: &[NameIf("mlflow.spanType", "TOOL")],
    history: &[Talk::Chat("mlflow.spanInputs")],
    answer: &[Talk::Chat("mlflow.spanOutputs")],
    input: &[Key("mlflow.spanInputs")],
    output: &[Key("mlflow.spanOutputs")],
    ..Table::NONE
};
