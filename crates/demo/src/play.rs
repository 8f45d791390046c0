//! Plays a scenario: chooses among its ways, fills its texts, and gives everything its time and its tokens.

use debrief_model::Timestamp;

use crate::calendar::{MINUTE_US, SECOND_US, day_of};
use crate::cast::{Agent, Dialect, Version};
use crate::conversation::{
    Conversation, Failure, Feedback, Finish, Language, ModelCall, Outcome, Person, Step, SubAgent, Tokens, ToolCall, Truth, What,
};
use crate::manner::{cut, session_key, small};
use crate::rng::Rng;
use crate::script::{How, Mark, Node, Scenario, Tool, Trouble, When};
use crate::text::{Filling, Template};
use crate::usage::Usage;

/// What surrounds one conversation.
pub(crate) struct Stage {
    pub(crate) number: u64,
    pub(crate) agent: &'static Agent,
    pub(crate) version: &'static Version,
    pub(crate) scenario: &'static Scenario,
    pub(crate) person: Option<Person>,
    pub(crate) started_at: Timestamp,
    pub(crate) is_outage: bool,
    /// How much longer everything takes than on other days.
    pub(crate) slowness: f64,
}

/// Plays what is on the stage.
pub(crate) fn play(stage: Stage, mut rng: Rng) -> Conversation {
    let session_key = session_key(stage.agent.dialect, &mut rng);
    let types_small = stage.person.is_some() && rng.percent(22);
    let filling = Filling::new(&stage.agent.script().lists, stage.person.as_ref(), day_of(stage.started_at), stage.scenario.language);
    let mut play = Play {
        stage: &stage,
        rng,
        filling,
        types_small,
        at: stage.started_at,
        steps: Vec::with_capacity(24),
        turn: 0,
        within: None,
        usage: Usage::new(stage.agent, stage.version),
        end_state: None,
        feedback: None,
        feedback_at: stage.started_at,
        truth: truth(stage.scenario),
    };
    play.nodes(&stage.scenario.course);
    play.last_words();
    let Play { steps, end_state, feedback, feedback_at, truth, .. } = play;
    let feedback = feedback.map(|(is_up, comment)| Feedback { at: feedback_at, is_up, comment });
    let Stage { number, agent, version, person, .. } = stage;
    Conversation { number, agent, version, person, session_key, steps, end_state, feedback, truth }
}

fn truth(scenario: &'static Scenario) -> Truth {
    Truth {
        scenario: scenario.name,
        outcome: Outcome::Unknown,
        issue: None,
        is_corrected: false,
        is_frustrated: false,
        is_rephrased: false,
        is_refused: false,
        is_handed_off: false,
        is_left: false,
        language: scenario.language,
    }
}

struct Play<'a> {
    stage: &'a Stage,
    rng: Rng,
    filling: Filling<'a>,
    types_small: bool,
    at: Timestamp,
    steps: Vec<Step>,
    turn: usize,
    within: Option<usize>,
    usage: Usage,
    end_state: Option<&'static str>,
    feedback: Option<(bool, Option<String>)>,
    feedback_at: Timestamp,
    truth: Truth,
}

impl Play<'_> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::User(texts) => self.user(texts),
                Node::Assistant(texts, how) => self.assistant(texts, *how),
                Node::Tool(tool) => self.tool(tool),
                Node::Fault(trouble) => self.fault(trouble),
                Node::SubAgent { name, task, work, answer } => self.sub_agent(name, task, work, answer),
                Node::Wait(minutes) => self.at = self.at.plus_micros(minutes * MINUTE_US),
                Node::Mark(mark) => self.mark(mark),
                Node::Either { when, then, otherwise } => {
                    let branch = if self.holds(*when) { then } else { otherwise };
                    self.nodes(branch);
                }
            }
        }
    }

    fn holds(&mut self, when: When) -> bool {
        match when {
            When::Percent(chance) => self.rng.percent(chance),
            When::Versions(from, to) => (from..=to).contains(&self.stage.version.number),
            When::Outage => self.stage.is_outage,
        }
    }

    fn fill(&mut self, template: &Template) -> String {
        self.filling.fill(template, &mut self.rng)
    }

    fn fill_one(&mut self, of: &[Template]) -> String {
        let at = self.rng.index(of.len());
        self.fill(&of[at])
    }

    fn push(&mut self, took_us: i64, what: What) {
        let ended_at = self.at.plus_micros(took_us);
        self.steps.push(Step { at: self.at, ended_at, turn: self.turn, within: self.within, what });
        self.at = ended_at;
    }

    /// The person reads, thinks and types.
    fn user(&mut self, texts: &[Template]) {
        let mut text = self.fill_one(texts);
        if !self.steps.is_empty() {
            let typing_us = text.len() as i64 * 110_000;
            self.at = self.at.plus_micros(((12 * SECOND_US + typing_us) as f64 * self.rng.stretch()) as i64);
            self.turn += 1;
        }
        if self.types_small && self.stage.scenario.language == Language::English {
            text = small(&text);
        }
        self.usage.heard(&text);
        self.push(0, What::User(text));
    }

    fn assistant(&mut self, texts: &[Template], how: How) {
        let mut text = self.fill_one(texts);
        let finish = if how == How::Truncated { Finish::Length } else { Finish::Stop };
        if how == How::Truncated {
            text = cut(&text);
        }
        self.truth.is_refused |= how == How::Refused;
        self.call(text.len(), finish);
        self.usage.heard(&text);
        self.push(0, What::Assistant(text));
    }

    /// One call of the model that says, or asks for, so many bytes.
    fn call(&mut self, said_bytes: usize, finish: Finish) {
        let model = self.stage.version.model;
        let tokens = self.usage.call(said_bytes, self.at, &mut self.rng);
        let slow = self.stage.slowness * self.rng.stretch();
        let thinking_ms = tokens.reasoning as f64 / model.tokens_per_second * 1e3;
        let first_token_us = ((model.first_token_ms + thinking_ms) * slow * 1e3) as i64;
        let rest_us = ((tokens.output - tokens.reasoning) as f64 / model.tokens_per_second * slow.min(2.0) * 1e6) as i64;
        let call = ModelCall { model, tokens, first_token_us: Some(first_token_us), finish, failure: None };
        self.push(first_token_us + rest_us, What::Model(call));
    }

    fn fault(&mut self, trouble: &Trouble) {
        let failure = self.failure(trouble);
        let took_us = if is_timeout(trouble) { 30 * SECOND_US } else { self.rng.between(180_000, 2_200_000) };
        let call = ModelCall {
            model: self.stage.version.model,
            tokens: Tokens::default(),
            first_token_us: None,
            finish: Finish::Failed,
            failure: Some(failure),
        };
        self.push(took_us, What::Model(call));
        self.at = self.at.plus_micros(SECOND_US);
    }

    fn failure(&mut self, trouble: &Trouble) -> Failure {
        Failure { kind: trouble.kind, message: self.fill(&trouble.message) }
    }

    fn tool(&mut self, tool: &Tool) {
        let arguments = self.fill(&tool.arguments);
        // Work that nobody watches is driven by a program, which needs no model to call its tools.
        if !tool.is_beside && self.stage.agent.audience.is_some() {
            self.call(arguments.len() + tool.name.len(), Finish::ToolCalls);
        }
        let (result, failure) = match &tool.result {
            Ok(result) => (self.fill(result), None),
            Err(trouble) => ("null".to_owned(), Some(self.failure(trouble))),
        };
        self.usage.heard(&arguments);
        self.usage.heard(&result);
        let typical_ms = self.stage.agent.script().tools.iter().find(|(name, _)| *name == tool.name).map_or(180, |(_, ms)| *ms);
        let took_us = match &tool.result {
            Err(trouble) if is_timeout(trouble) => 20 * SECOND_US + self.rng.between(1_000, 90_000),
            _ => (typical_ms as f64 * 1e3 * self.rng.stretch()) as i64,
        };
        let id = self.call_id();
        self.push(took_us, What::Tool(ToolCall { id, name: tool.name, arguments, result, failure, is_beside: tool.is_beside }));
    }

    fn call_id(&mut self) -> String {
        format!("call_{:014x}", self.rng.next() >> 8)
    }

    fn sub_agent(&mut self, name: &'static str, task: &Template, work: &[Node], answer: &Template) {
        let task = self.fill(task);
        self.call(task.len() + name.len(), Finish::ToolCalls);
        let (id, at, outer) = (self.call_id(), self.steps.len(), self.within);
        self.push(0, What::SubAgent(SubAgent { id, name, task: task.clone(), answer: String::new() }));
        self.within = Some(at);
        let usage = std::mem::replace(&mut self.usage, Usage::new(self.stage.agent, self.stage.version));
        self.usage.heard(&task);
        self.nodes(work);
        let said = self.fill(answer);
        self.call(said.len(), Finish::Stop);
        self.push(0, What::Assistant(said.clone()));
        (self.within, self.usage) = (outer, usage);
        self.usage.heard(&said);
        self.steps[at].ended_at = self.at;
        if let What::SubAgent(asked) = &mut self.steps[at].what {
            asked.answer = said;
        }
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Outcome(outcome) => self.truth.outcome = *outcome,
            Mark::Issue(issue) => self.truth.issue = Some(issue),
            Mark::Corrected => self.truth.is_corrected = true,
            Mark::Frustrated => self.truth.is_frustrated = true,
            Mark::Rephrased => self.truth.is_rephrased = true,
            Mark::HandedOff => self.truth.is_handed_off = true,
            Mark::Left => self.truth.is_left = true,
            Mark::End(state) => self.end_state = Some(state),
            Mark::Feedback(is_up, comment) => {
                let comment = comment.as_ref().map(|comment| self.fill(comment));
                self.feedback = Some((*is_up, comment));
            }
        }
    }

    /// What the client's system and the person say once it is over; most say nothing.
    fn last_words(&mut self) {
        let outcome = self.truth.outcome;
        if self.end_state.is_none() {
            self.end_state = match (self.stage.agent.dialect, outcome) {
                (Dialect::Otlp, _) => None,
                (Dialect::Converra, _) if self.truth.is_left => self.rng.percent(30).then_some("abandoned"),
                (Dialect::Converra, Outcome::Resolved) => self.rng.percent(65).then_some("completed"),
                (Dialect::Converra, _) => None,
                (Dialect::Agentops, _) if self.rng.percent(6) => None,
                (Dialect::Agentops, Outcome::Resolved) => Some("Success"),
                (Dialect::Agentops, Outcome::Unresolved) => Some("Fail"),
                (Dialect::Agentops, Outcome::Unknown) => Some("Indeterminate"),
            };
        }
        if self.feedback.is_none() && self.stage.person.is_some() {
            self.feedback = match outcome {
                Outcome::Resolved => self.rng.percent(9).then_some((true, None)),
                Outcome::Unresolved => self.rng.percent(12).then_some((false, None)),
                Outcome::Unknown => None,
            };
        }
        let at = self.at.plus_micros(self.rng.between(SECOND_US * 20, MINUTE_US * 12));
        self.feedback_at = at;
    }
}

fn is_timeout(trouble: &Trouble) -> bool {
    trouble.kind.contains("timeout")
}
