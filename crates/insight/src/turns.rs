//! What can be told of each turn of a conversation without understanding it: signals, each with the words it is based on.
//!
//! * `said` looks at what the user and the assistant say, with the lists of [`crate::patterns`].
//! * `calls` looks at what models and tools did.
//!
//! A signal is an observation and no verdict: a hand-off to a person is often the right answer. What follows from signals
//! is told by [`crate::outcome`] and [`crate::issues`].

mod calls;
mod said;

use debrief_model::EventId;

use crate::lifecycle::{Reason, Verdict};
use crate::patterns::Patterns;
use crate::quote::quote;
use crate::transcript::{Turn, What};

pub(crate) use calls::Giving;
pub(crate) use said::Earlier;
pub use said::{is_correction, is_correction_by};

/// Characters of a message that are looked at, from its beginning.
pub const MESSAGE_CHARS_MAX: usize = 4_000;

/// Characters of the name of a tool or model, or the class of an error, in a signal.
pub const SUBJECT_CHARS_MAX: usize = 120;

/// An answer that takes no longer than this is never slow, microseconds: 10 seconds, about as long as people keep their
/// attention on a machine that does not answer (R. B. Miller 1968; J. Nielsen 1993).
pub const SLOW_US_MIN: i64 = 10_000_000;

/// How many times the agent's median an answer takes that is slow.
const SLOW_MEDIANS: i64 = 3;

/// What sort of signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The user puts right what the assistant said.
    Correction,
    /// The user says again what they said before.
    Rephrase,
    /// The user is upset.
    Frustration,
    /// The user gives up.
    AbandonPhrase,
    /// The assistant does not do what it was asked.
    Refusal,
    /// The conversation is handed to people. No failure.
    HandOff,
    /// A call of a model or tool failed, or an error was reported.
    Error,
    /// The model stopped because its answer became too long.
    Truncated,
    /// The model's answer was held back by a filter.
    Filtered,
    /// The agent goes round in circles.
    Loop,
    /// The user waited long for an answer.
    Slow,
    /// The user got no answer.
    Unanswered,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Correction,
        Self::Rephrase,
        Self::Frustration,
        Self::AbandonPhrase,
        Self::Refusal,
        Self::HandOff,
        Self::Error,
        Self::Truncated,
        Self::Filtered,
        Self::Loop,
        Self::Slow,
        Self::Unanswered,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Correction => "correction",
            Self::Rephrase => "rephrase",
            Self::Frustration => "frustration",
            Self::AbandonPhrase => "abandon_phrase",
            Self::Refusal => "refusal",
            Self::HandOff => "hand_off",
            Self::Error => "error",
            Self::Truncated => "truncated",
            Self::Filtered => "filtered",
            Self::Loop => "loop",
            Self::Slow => "slow",
            Self::Unanswered => "unanswered",
        }
    }
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What sort of observation.
    pub kind: Kind,
    /// The turn it is of.
    pub turn: u32,
    /// The event it is based on.
    pub event: EventId,
    /// The words it is based on, at most [`crate::quote::QUOTE_CHARS_MAX`] characters; empty where there are none.
    pub quote: String,
    /// What it is about, where it is about something that has a name.
    pub subject: Option<Subject>,
    /// Whether it is an error that was made up for in the same turn: a failed call of a tool by a later one of the same
    /// tool that did not fail, any other error by a later call of a model that did not. `None` for what is no error.
    pub recovered: Option<bool>,
}

/// What a signal is about. Names are cut to [`SUBJECT_CHARS_MAX`] characters; unknown is `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A tool.
    Tool(String),
    /// A model.
    Model(String),
    /// Why a model stopped.
    FinishReason(String),
    /// A failed call of a tool.
    ToolError {
        /// The tool.
        tool: Option<String>,
        /// The class or code of the error.
        error_type: Option<String>,
    },
    /// A failed call of a model.
    ModelError {
        /// The model.
        model: Option<String>,
        /// The class or code of the error.
        error_type: Option<String>,
    },
    /// An error that was reported on its own.
    OtherError {
        /// The class or code of the error.
        error_type: Option<String>,
    },
}

/// What is known besides the turn itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'c> {
    pub(crate) patterns: &'c Patterns,
    /// What the assistant said last before the turn.
    pub(crate) assistant: Option<&'c str>,
    /// The two turns before this one.
    pub(crate) earlier: &'c [Earlier],
    /// The words of the user's message that tell what it is about.
    pub(crate) tokens: &'c [String],
    /// How the user's message sounds.
    pub(crate) sentiment: Option<f64>,
    pub(crate) response_us_median: Option<i64>,
    pub(crate) giving: &'c Giving<'c>,
}

/// The signals of one turn: those of the user's message first, then those of what happened, in its order.
pub(crate) fn signals(turn: &Turn<'_, '_>, context: &Context<'_>) -> Vec<Signal> {
    let mut found = said::by_user(turn, context);
    found.extend(said::by_assistant(turn, context.patterns));
    found.extend(calls::signals(turn, context.patterns, context.giving));
    let handed_off = found.iter().any(|signal| signal.kind == Kind::HandOff);
    found.extend(slow(turn, context.response_us_median).filter(|_| !handed_off));
    found
}

/// The signal that the last turn was left without an answer, as [`crate::lifecycle`] says.
pub(crate) fn unanswered(last: &Turn<'_, '_>, verdict: Verdict) -> Option<Signal> {
    let (event, text) = last.user()?;
    (verdict.reason == Some(Reason::NoReply)).then(|| Signal::new(Kind::Unanswered, last, event, text))
}

/// An answer is slow if it takes more than 10 seconds and more than three times what answers of the agent usually take.
/// Where nobody knows what they usually take, none is: half a minute is slow for a chat and quick for research.
fn slow(turn: &Turn<'_, '_>, median_us: Option<i64>) -> Option<Signal> {
    let (event, text) = turn.user()?;
    let limit_us = SLOW_US_MIN.max(median_us?.saturating_mul(SLOW_MEDIANS));
    let is_slow = turn.response_us()? > limit_us;
    is_slow.then(|| Signal { subject: longest(turn), ..Signal::new(Kind::Slow, turn, event, text) })
}

/// The model or tool that took longest, of those whose end is known; of equals the first.
fn longest(turn: &Turn<'_, '_>) -> Option<Subject> {
    let calls = turn.steps.iter().filter_map(|step| {
        let subject = match step.what {
            What::Inference { model, .. } => Subject::Model(name(model?)),
            What::Tool { name: tool, .. } => Subject::Tool(name(tool?)),
            What::User { .. } | What::Assistant { .. } | What::Error { .. } => return None,
        };
        Some((step.ended_at?.micros_since(step.at), subject))
    });
    calls.reduce(|longest, call| if call.0 > longest.0 { call } else { longest }).map(|(_, subject)| subject)
}

/// A name as it is kept.
fn name(name: &str) -> String {
    name.chars().take(SUBJECT_CHARS_MAX).collect()
}

impl Signal {
    fn new(kind: Kind, turn: &Turn<'_, '_>, event: EventId, text: &str) -> Self {
        Self { kind, turn: turn.number, event, quote: quote(text), subject: None, recovered: None }
    }
}

/// Single rules by the built-in lists, for the examples of the lists.
#[cfg(test)]
pub(crate) mod probe {
    use super::{Patterns, said};

    pub(crate) use super::calls::words_of_name;

    pub(crate) fn gives_up(text: &str) -> bool {
        said::gives_up(Patterns::built_in(), text)
    }

    pub(crate) fn refuses(text: &str) -> bool {
        said::refusal(Patterns::built_in(), text).is_some()
    }

    pub(crate) fn hands_off(text: &str) -> bool {
        said::hand_off(Patterns::built_in(), text).is_some()
    }
}

#[cfg(test)]
mod tests;
