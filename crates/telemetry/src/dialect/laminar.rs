//! Laminar, whose spans of models are OpenLLMetry's with a type, an input and an output of its own.

use crate::reading::Class::{Evaluator, Inference, Tool, Workflow};
use crate::table::Source::Key;
use crate::table::{Table, Talk};

pub(crate) const TABLE: Table = Table {
    name: "laminar",
    prefixes: &["lmnr."],
    scopes: &["lmnr"],
    class: &[Key("lmnr.span.type")],
    // A `DEFAULT` span may be anything.
    classes: &[
        ("LLM", Inference),
        ("CACHED", Inference),
        ("TOOL", Tool),
        ("PIPELINE", Workflow),
        ("EXECUTOR", Workflow),
        ("EVALUATION", Workflow),
        ("EVALUATOR", Evaluator),
        ("HUMAN_EVALUATOR", Evaluator),
    ],
    conversation: &[Key("lmnr.association.properties.session_id")],
    person: &[Key("lmnr.association.properties.user_id")],
    tags: &[Key("lmnr.association.properties.tags")],
    agent: &[Key("gen_ai.agent.name"), Key("lmnr.association.properties.metadata.agent_name")],
    history: &[Talk::Chat("gen_ai.input.messages"), Talk::Numbered("gen_ai.prompt."), Talk::Chat("lmnr.span.input")],
    answer: &[Talk::Chat("gen_ai.output.messages"), Talk::Numbered("gen_ai.completion."), Talk::Chat("lmnr.span.output")],
    input: &[Key("lmnr.span.input")],
    output: &[Key("lmnr.span.output")],
    ..Table::NONE
};
