//! Runs as the AgentOps 0.3 SDK reports them: model calls, tool calls, actions and errors of one session.

use super::AGENTS;
use super::json::{Message, messages, quote, tokens, window};
use super::rng::{Rng, mix};
use super::template::{Slot, Template, event_uuid, write_uuid};
use super::text::{Scene, word};

/// One session of an AgentOps client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentopsSession {
    /// Tags of the session.
    pub tags: Vec<&'static str>,
    /// The agent's id, the same for the same name.
    pub agent_id: String,
    /// The agent's name.
    pub agent: String,
    /// How the session ends: `Success`, `Fail` or `Indeterminate`.
    pub end_state: &'static str,
    /// Event objects in order.
    pub events: Vec<Template>,
}

/// A session of exactly `events` events.
pub(super) fn session(events: usize, rng: &mut Rng) -> AgentopsSession {
    let agent = rng.pick(AGENTS).to_owned();
    let agent_id = agent_uuid(&agent);
    let mut run = Run { scene: Scene::new(rng), history: Vec::new(), agent_id: agent_id.clone() };
    let mut made = Vec::with_capacity(events);
    while made.len() < events {
        // A long run is a chain of separate tasks, each with its own facts.
        if made.len() % 12 == 0 {
            run.scene = Scene::new(rng);
            run.history = vec![Message::system(run.scene.system(rng))];
        }
        made.push(match rng.below(100) {
            0..52 => run.model_call(rng),
            52..80 => run.tool_call(rng),
            80..93 => run.action(rng),
            _ => run.error(rng),
        });
    }
    let tags = pick_tags(rng);
    let end_state = rng.pick(&["Success", "Success", "Success", "Fail", "Indeterminate"]);
    AgentopsSession { tags, agent_id, agent, end_state, events: made }
}

fn pick_tags(rng: &mut Rng) -> Vec<&'static str> {
    let mut tags = vec![rng.pick(&["production", "production", "staging", "canary"])];
    tags.push(rng.pick(super::TAGS));
    tags
}

fn agent_uuid(name: &str) -> String {
    let number = name.bytes().fold(7, |sum, byte| mix(sum ^ u64::from(byte)));
    let mut text = [0; 36];
    write_uuid(event_uuid(number), &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

struct Run {
    scene: Scene,
    history: Vec<Message>,
    agent_id: String,
}

impl Run {
    fn model_call(&mut self, rng: &mut Rng) -> Template {
        let question = self.scene.question(rng);
        let answer = self.scene.answer(&question, rng);
        self.history.push(Message::user(question));
        let (system, rest) = window(&self.history);
        let (prompt, prompt_tokens) = messages(Some(system), rest);
        let (asked, answered) =
            rng.pick(&[("gpt-4o", "gpt-4o-2024-08-06"), ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"), ("o4-mini", "o4-mini-2025-04-16")]);
        let specific = format!(
            "\"params\": {{\"model\": \"{asked}\", \"temperature\": 0.{}, \"user\": \"{}\", \"messages\": {prompt}}}, \
             \"returns\": {{\"id\": \"chatcmpl-{}\", \"object\": \"chat.completion\", \"model\": \"{answered}\", \"system_fingerprint\": \"fp_{}\", \
             \"service_tier\": \"default\"}}, \"prompt\": {prompt}, \"prompt_tokens\": {prompt_tokens}, \
             \"completion\": {{\"role\": \"assistant\", \"content\": {}}}, \"completion_tokens\": {}, \"model\": \"{answered}\"",
            rng.below(10),
            word("mail", rng),
            Slot::ResponseId.mark(),
            word("hex", rng),
            quote(&answer),
            tokens(&answer),
        );
        let duration_us = rng.between(350_000, 9_000_000);
        self.history.push(Message::assistant(answer));
        self.event("llms", &specific, duration_us)
    }

    fn tool_call(&self, rng: &mut Rng) -> Template {
        let (name, arguments, result) = self.scene.tool(rng);
        let (_, _, related) = self.scene.tool(rng);
        let specific = format!(
            "\"params\": {arguments}, \"returns\": {{\"result\": {result}, \"related\": {related}}}, \"name\": \"{name}\", \"logs\": {}",
            quote(&format!("{} rows, cache {} ({})", word("n3", rng), word("percent", rng), word("hex", rng)))
        );
        self.event("tools", &specific, rng.between(2_000, 1_500_000))
    }

    fn action(&self, rng: &mut Rng) -> Template {
        let kind = rng.pick(&["plan", "handover", "summarise", "notify", "approve"]);
        let goal = self.scene.question(rng);
        let specific = format!(
            "\"params\": {{\"goal\": {}, \"budget\": {}}}, \"returns\": {{\"steps\": [{}, {}, {}]}}, \"action_type\": \"{kind}\", \"logs\": {}",
            quote(&goal),
            word("price", rng),
            quote(&self.scene.answer(&goal, rng)),
            quote(&self.scene.answer(&goal, rng)),
            quote(&self.scene.question(rng)),
            quote(&self.scene.fill("{polite}: {ticket} for {name}, {day} {time}. {closing}", rng)),
        );
        self.event("actions", &specific, rng.between(1_000, 400_000))
    }

    fn error(&self, rng: &mut Rng) -> Template {
        let specific = format!(
            "\"params\": null, \"returns\": null, \"error_type\": \"{}\", \"code\": \"E{}\", \"details\": {}, \"logs\": {}",
            word("exception", rng),
            word("n3", rng),
            quote(&self.scene.fill("{detail}; {func} gave up after {n1} attempts on {table}", rng)),
            quote(&self.scene.trace(rng)),
        );
        self.event("errors", &specific, rng.between(10, 900))
    }

    fn event(&self, event_type: &str, specific: &str, duration_us: u64) -> Template {
        let body = format!(
            "{{\"event_type\": \"{event_type}\", {specific}, \"init_timestamp\": \"{}+00:00\", \"end_timestamp\": \"{}+00:00\", \
             \"agent_id\": \"{}\", \"id\": \"{}\"}}",
            Slot::StartedAt.mark(),
            Slot::EndedAt.mark(),
            self.agent_id,
            Slot::EventId.mark(),
        );
        Template::new(body, duration_us as i64)
    }
}
