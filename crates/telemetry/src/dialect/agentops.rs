//! AgentOps 0.4. Decorated functions have their input and output under the name of their kind; the root of a session
//! has no parent and says how it ended. Calls of models are numbered attributes under an `openai` or `anthropic` scope.
//!
//! A tool that a model asks for is a span, too, within the call; its run, if it is instrumented, is another one. The package for
//! Node says no word for what a span is: each kind of span has attributes that only it has.

use crate::reading::Class::{Agent, Evaluator, Guardrail, Inference, Other, Tool, Workflow};
use crate::table::Source::{If, Key};
use crate::table::{Parts, Table, Talk, Wait};

pub(crate) const TABLE: Table = Table {
    name: "agentops",
    prefixes: &["agentops."],
    scopes: &["agentops"],
    resources: &["agentops.project.id"],
    class: &[Key("agentops.span.kind"), Key("gen_ai.request.type")],
    classes: &[
        ("session", Workflow),
        ("workflow", Workflow),
        ("task", Workflow),
        ("operation", Workflow),
        ("chain", Workflow),
        ("agent", Agent),
        ("tool", Tool),
        ("llm", Inference),
        ("chat", Inference),
        ("guardrail", Guardrail),
        ("evaluator", Evaluator),
    ],
    named: &[("tool_call.", Other)],
    implied: &[("response.input", Inference), ("function.name", Tool), ("agent.output_type", Agent)],
    cost: &[Key("gen_ai.usage.total_cost")],
    cost_parts: &[Parts::Keys(&["gen_ai.usage.prompt_cost", "gen_ai.usage.completion_cost"])],
    person: &[Key("workflow.user_id")],
    agent: &[
        Key("agent.name"),
        If("agentops.span.kind", "agent", "agentops.entity.name"),
        If("agentops.span.kind", "agent", "operation.name"),
        Key("gen_ai.agent.name"),
    ],
    agent_id: &[Key("agent.id")],
    agent_version: &[If("agentops.span.kind", "agent", "operation.version")],
    response_id: &[Key("response.id")],
    tool: &[
        Key("tool.name"),
        Key("function.name"),
        If("agentops.span.kind", "tool", "agentops.entity.name"),
        If("agentops.span.kind", "tool", "operation.name"),
    ],
    tool_call_id: &[Key("tool.call.id"), Key("tool.id")],
    first_token: &[Wait::Seconds("gen_ai.streaming.time_to_first_token")],
    tags: &[Key("agentops.tags")],
    environment: &[Key("agentops.environment")],
    end_state: &[Key("agentops.session.end_state")],
    title: &[If("agentops.span.kind", "session", "operation.name")],
    failed: &[("tool.status", "error"), ("tool.status", "failed")],
    history: &[Talk::Numbered("gen_ai.prompt.")],
    answer: &[Talk::Numbered("gen_ai.completion.")],
    input: &[
        Key("tool.parameters"),
        Key("function.input"),
        Key("agentops.entity.input"),
        Key("agentops.tool.input"),
        Key("agentops.task.input"),
        Key("agentops.guardrail.input"),
        Key("agentops.workflow.input"),
        Key("agentops.operation.input"),
        Key("agentops.agent.input"),
    ],
    output: &[
        Key("tool.result"),
        Key("function.output"),
        Key("agentops.entity.output"),
        Key("agentops.tool.output"),
        Key("agentops.task.output"),
        Key("agentops.guardrail.output"),
        Key("agentops.workflow.output"),
        Key("agentops.operation.output"),
        Key("agentops.agent.output"),
    ],
    ..Table::NONE
};
