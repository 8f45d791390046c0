//! Realistic traffic from a seed: support and coding conversations as the SDKs report them, and what a shop tells besides.
//!
//! The texts are our own sentences over our own word lists, with order numbers, names, times, code and tool results that
//! differ from event to event. One event of Voker or AgentOps, and one span of OTLP on average, is about 1.5 kB; on its own it
//! compresses about 2 to 2.2 times with zstd level 1, as recorded conversations do. Messages and domain events are shorter. Same
//! seed, same bytes. Knows nothing about HTTP.

mod agentops;
mod converra;
mod domain;
mod json;
mod otlp;
mod rng;
mod template;
mod text;
mod voker;
mod words;

#[cfg(test)]
mod tests;

pub use agentops::AgentopsSession;
pub use converra::ConverraRun;
pub use domain::{AUTOMATION, ORDER, Workflow, WorkflowIds};
pub use otlp::{FreshTrace, OtlpConversation, OtlpSpan, OtlpTrace, TRACE_SPANS_MAX, otlp_body, span_id, trace_id, trace_of};
pub use rng::{Rng, mix};
pub use template::{Fresh, SESSION_KEY_BYTES, Slot, Template, event_uuid, response_id, session_key, time_text};
pub use voker::VokerSession;

/// The agents that appear in generated traffic.
pub const AGENTS: &[&str] = &[
    "support-triage",
    "order-desk",
    "refund-helper",
    "returns-bot",
    "travel-planner",
    "billing-assistant",
    "code-reviewer",
    "test-writer",
    "sql-analyst",
    "release-notes",
    "incident-scribe",
    "data-cleaner",
    "onboarding-guide",
    "research-assistant",
    "contract-reader",
    "field-service",
    "pricing-advisor",
    "meeting-notes",
    "migration-pilot",
    "localisation",
];

/// The tags that appear in generated traffic, beside `production`, `staging` and `canary`.
pub const TAGS: &[&str] = &["customer-service", "nightly", "experiment-b", "eu", "us-east", "mobile", "web", "internal", "beta", "partner"];

/// How many people generated Voker traffic talks with.
pub const PEOPLE: u64 = 5_000;

/// The id of person `number`.
pub fn person_id(number: u64) -> String {
    format!("user-{:06x}", mix(number) >> 40)
}

/// An endless, seeded source of sessions.
#[derive(Clone, Debug)]
pub struct Traffic {
    rng: Rng,
}

impl Traffic {
    /// A source that starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Traffic { rng: Rng::new(seed) }
    }

    /// The next conversation of a Voker client that was given this fingerprint id.
    pub fn voker_session(&mut self, fingerprint_id: &str) -> VokerSession {
        voker::session(fingerprint_id, &mut self.rng)
    }

    /// The next session of an AgentOps client, with exactly this many events.
    pub fn agentops_session(&mut self, events: usize) -> AgentopsSession {
        agentops::session(events, &mut self.rng)
    }

    /// The next conversation of an agent that is traced.
    pub fn otlp_conversation(&mut self) -> OtlpConversation {
        otlp::conversation(&mut self.rng)
    }

    /// The next trace of an agent that works on for long, with exactly this many spans.
    pub fn otlp_run(&mut self, spans: usize) -> OtlpTrace {
        otlp::run(spans, &mut self.rng)
    }

    /// The next conversation that is sent whole, with so many messages.
    pub fn converra_run(&mut self, messages: usize) -> ConverraRun {
        converra::run(messages, &mut self.rng)
    }

    /// The next workflow of domain events.
    pub fn workflow(&mut self) -> Workflow {
        domain::workflow(&mut self.rng)
    }

    /// A system prompt, different from all others.
    pub fn prompt(&mut self) -> String {
        let scene = text::Scene::new(&mut self.rng);
        let prompt = scene.system(&mut self.rng);
        scene.fill(&format!("{prompt}\n\nYour desk is {{city}}, your reference {{hex}}."), &mut self.rng)
    }

    /// How many events a session has: most are short conversations, a few are long autonomous runs.
    pub fn session_events(&mut self) -> usize {
        let size = match self.rng.below(100) {
            0..70 => self.rng.between(20, 100),
            70..95 => self.rng.between(100, 500),
            _ => self.rng.between(500, 2_000),
        };
        size as usize
    }
}
