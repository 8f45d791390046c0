//! A conversation as OTLP/JSON: one trace for each turn, with the agent's span around those of models, tools and sub-agents, in the
//! attributes of OpenTelemetry's conventions for generative AI.

use super::json::{list, text};
use super::said::{Answer, answer};
use super::span::{Attributes, answered, asking, finish, message, returned, span};
use crate::conversation::{Conversation, Failure, ModelCall, Step, SubAgent, ToolCall, What};
use crate::rng::mix;

/// The body of `POST /v1/traces`.
pub(super) fn export(of: &Conversation) -> String {
    let spans = list(Spans::of(of));
    let mut resource = Attributes::default();
    resource.text("service.name", of.agent.name);
    resource.text("service.version", of.version.name);
    resource.text("deployment.environment.name", "production");
    resource.text("telemetry.sdk.name", "opentelemetry");
    resource.text("telemetry.sdk.language", "python");
    resource.text("telemetry.sdk.version", "1.39.1");
    format!(
        "{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":{}}},\"scopeSpans\":[{{\"scope\":{{\"name\":{}}},\"spans\":{spans}}}]}}]}}",
        resource.json(),
        text(of.agent.name)
    )
}

/// What is written of one agent, or sub-agent, while its steps are gone through.
#[derive(Default)]
struct Heard {
    /// The messages so far, as JSON, with commas between.
    messages: String,
}

impl Heard {
    fn add(&mut self, message: &str) {
        if !self.messages.is_empty() {
            self.messages.push(',');
        }
        self.messages.push_str(message);
    }
}

struct Spans<'a> {
    of: &'a Conversation,
    seed: u64,
    out: Vec<String>,
    main: Heard,
    sub: Heard,
}

impl<'a> Spans<'a> {
    fn of(of: &'a Conversation) -> Vec<String> {
        let seed = of.session_key.bytes().fold(17, |sum, byte| mix(sum ^ u64::from(byte)));
        let mut spans = Self { of, seed, out: Vec::with_capacity(of.steps.len()), main: Heard::default(), sub: Heard::default() };
        let mut first = 0;
        for turn in of.steps.chunk_by(|a, b| a.turn == b.turn) {
            for (index, step) in turn.iter().enumerate() {
                spans.step(first + index, step);
            }
            spans.turn(turn);
            first += turn.len();
        }
        spans.out
    }

    fn step(&mut self, at: usize, step: &Step) {
        match &step.what {
            What::User(said) => self.main.add(&message("user", said, None)),
            What::Model(call) => self.model(at, step, call),
            What::Tool(call) => self.tool(at, step, call),
            What::Assistant(said) => self.heard(step).add(&message("assistant", said, None)),
            What::SubAgent(asked) => self.sub_agent(at, step, asked),
        }
    }

    fn heard(&mut self, step: &Step) -> &mut Heard {
        if step.within.is_some() { &mut self.sub } else { &mut self.main }
    }

    fn model(&mut self, at: usize, step: &Step, call: &ModelCall) {
        let mut attributes = self.common("chat", step);
        attributes.text("gen_ai.provider.name", call.model.provider);
        attributes.text("gen_ai.request.model", call.model.name);
        attributes.double("gen_ai.request.temperature", self.of.version.temperature);
        attributes
            .text("gen_ai.system_instructions", &format!("[{{\"type\":\"text\",\"content\":{}}}]", text(self.of.version.prompt.trim())));
        attributes.text("gen_ai.input.messages", &format!("[{}]", self.heard(step).messages));
        let failure = call.failure.as_ref();
        if failure.is_none() {
            answered(&mut attributes, call, self.number(at, 3));
        }
        let said = match answer(self.of, at) {
            Answer::Text(said) => Some(message("assistant", said, Some(finish(call.finish)))),
            Answer::Wishes(wishes) => {
                let asking = asking(&wishes);
                self.heard(step).add(&format!("{asking}}}"));
                Some(format!("{asking},\"finish_reason\":\"tool_call\"}}"))
            }
            Answer::Nothing => None,
        };
        if let Some(said) = said {
            attributes.text("gen_ai.output.messages", &format!("[{said}]"));
        }
        self.span(at, step, &format!("chat {}", call.model.name), 3, attributes, failure);
    }

    fn tool(&mut self, at: usize, step: &Step, call: &ToolCall) {
        let mut attributes = self.common("execute_tool", step);
        attributes.text("gen_ai.tool.name", call.name);
        attributes.text("gen_ai.tool.call.id", &call.id);
        attributes.text("gen_ai.tool.type", "function");
        attributes.text("gen_ai.tool.call.arguments", &call.arguments);
        if call.failure.is_none() {
            attributes.text("gen_ai.tool.call.result", &call.result);
        }
        self.span(at, step, &format!("execute_tool {}", call.name), 1, attributes, call.failure.as_ref());
        let result =
            call.failure.as_ref().map_or_else(|| call.result.clone(), |failure| format!("{{\"error\":{}}}", text(&failure.message)));
        self.heard(step).add(&returned(&call.id, &result));
    }

    fn sub_agent(&mut self, at: usize, step: &Step, asked: &SubAgent) {
        let mut attributes = Attributes::default();
        attributes.text("gen_ai.operation.name", "invoke_agent");
        attributes.text("gen_ai.agent.name", asked.name);
        attributes.text("gen_ai.conversation.id", &self.of.session_key);
        attributes.text("gen_ai.input.messages", &format!("[{}]", message("user", &asked.task, None)));
        attributes.text("gen_ai.output.messages", &format!("[{}]", message("assistant", &asked.answer, None)));
        self.span(at, step, &format!("invoke_agent {}", asked.name), 1, attributes, None);
        self.main.add(&returned(&asked.id, &text(&asked.answer)));
        self.sub = Heard { messages: message("user", &asked.task, None) };
    }

    /// The agent's own span: what the user asked and what was answered in the end.
    fn turn(&mut self, steps: &[Step]) {
        let (Some(first), Some(ended_at)) = (steps.first(), steps.iter().map(|step| step.ended_at).max()) else { return };
        let mut attributes = self.common("invoke_agent", first);
        let own = || steps.iter().filter(|step| step.within.is_none());
        if let Some(asked) = own().find_map(|step| if let What::User(said) = &step.what { Some(said) } else { None }) {
            attributes.text("gen_ai.input.messages", &format!("[{}]", message("user", asked, None)));
        }
        let last = own().next_back().map(|step| &step.what);
        if let Some(What::Assistant(said)) = last {
            attributes.text("gen_ai.output.messages", &format!("[{}]", message("assistant", said, None)));
        }
        let failure = match last {
            Some(What::Model(call)) => call.failure.as_ref(),
            _ => None,
        };
        let name = format!("invoke_agent {}", self.of.agent.name);
        let ids = (self.trace_id(first.turn), self.root_id(first.turn), None);
        self.out.push(span(&ids, &name, 1, (first.at, ended_at), attributes, failure));
    }

    /// What all spans of an agent say.
    fn common(&self, operation: &str, step: &Step) -> Attributes {
        let mut attributes = Attributes::default();
        attributes.text("gen_ai.operation.name", operation);
        attributes.text("gen_ai.conversation.id", &self.of.session_key);
        match step.within.map(|at| &self.of.steps[at].what) {
            Some(What::SubAgent(asked)) => attributes.text("gen_ai.agent.name", asked.name),
            _ => {
                attributes.text("gen_ai.agent.name", self.of.agent.name);
                attributes.text("gen_ai.agent.version", self.of.version.name);
            }
        }
        if let Some(person) = &self.of.person {
            attributes.text("user.id", &person.id);
        }
        attributes
    }

    fn span(&mut self, at: usize, step: &Step, name: &str, kind: u8, attributes: Attributes, failure: Option<&Failure>) {
        let parent = step.within.map_or_else(|| self.root_id(step.turn), |parent| self.number(parent, 2));
        let ids = (self.trace_id(step.turn), self.number(at, 2), Some(parent));
        self.out.push(span(&ids, name, kind, (step.at, step.ended_at), attributes, failure));
    }

    /// A number that nothing else has: of a step, or of a turn.
    fn number(&self, of: usize, salt: u64) -> u64 {
        mix(self.seed ^ (of as u64) << 8 ^ salt).max(1)
    }

    fn trace_id(&self, turn: usize) -> u128 {
        u128::from(self.number(turn, 4)) << 64 | u128::from(self.number(turn, 5))
    }

    fn root_id(&self, turn: usize) -> u64 {
        self.number(turn, 1)
    }
}
