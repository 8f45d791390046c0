//! Conversations as Converra's clients send them: whole, after the fact, with the times at which things were said.

use super::json::quote;
use super::person_id;
use super::rng::Rng;
use super::template::time_text;
use super::text::Scene;

/// One conversation that is sent whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConverraRun {
    person: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    role: &'static str,
    text: String,
    /// Microseconds since the conversation began.
    after_us: i64,
}

/// A conversation of so many short messages, the person's first.
pub(super) fn run(messages: usize, rng: &mut Rng) -> ConverraRun {
    let scene = Scene::new(rng);
    let mut after_us = 0;
    let mut question = String::new();
    let messages = (0..messages).map(|index| {
        let (role, text) = if index % 2 == 0 {
            question = scene.question(rng);
            ("user", question.clone())
        } else {
            ("assistant", scene.answer(&question, rng))
        };
        let message = Message { role, text, after_us };
        after_us += rng.between(800_000, 40_000_000) as i64;
        message
    });
    let messages = messages.collect();
    let status = match rng.below(100) {
        0..80 => "completed",
        80..92 => "abandoned",
        92..96 => "failed",
        _ => "active",
    };
    ConverraRun { person: person_id(rng.below(super::PEOPLE)), status, messages }
}

impl ConverraRun {
    /// The body of `POST /api/v1/runs` for a conversation that this agent led from then on.
    pub fn body(&self, agent: &str, started_us: i64) -> String {
        let message = |Message { role, text, after_us }: &Message| {
            let at = time_text(started_us + after_us);
            format!("{{\"role\": \"{role}\", \"content\": {}, \"timestamp\": \"{at}\"}}", quote(text))
        };
        let messages: Vec<String> = self.messages.iter().map(message).collect();
        format!(
            "{{\"agentName\": {}, \"userId\": \"{}\", \"status\": \"{}\", \"messages\": [{}]}}",
            quote(agent),
            self.person,
            self.status,
            messages.join(", ")
        )
    }
}
