//! What is kept of judging, in the drawer of its own: a piece per session under the session's number, and one per tenant for what was
//! spent. Postcard behind a version byte.

use debrief_insight::outcome::Outcome;
use debrief_insight::transcript::{Step, Transcript};
use debrief_model::{EventId, Timestamp};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Ruling};
use super::sheet::even;

const VERSION: u8 = 1;

/// Where judging stands with a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Kept {
    /// The model is to be asked, or is being asked.
    Asked(Key),
    /// It was asked, and nothing came of it.
    Failed(Key, Failure),
    /// It has answered.
    Judged(Box<Opinion>),
}

/// What an answer depends on: the version of the prompt, the model, the conversation as it is sent.
pub(crate) type Key = [u8; 32];

/// What a model said of a conversation, and what that took.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// What the answer depends on.
    pub key: [u8; 32],
    /// The model.
    pub model: String,
    /// The version of what it was told.
    pub prompt_version: u32,
    /// When it answered, microseconds since 1970.
    pub judged_at_us: i64,
    /// How long that took, milliseconds, retries included.
    pub latency_ms: u64,
    /// Tokens that were read; `None` where nobody says.
    pub input_tokens: Option<u64>,
    /// Tokens that were written; `None` where nobody says.
    pub output_tokens: Option<u64>,
    /// What that cost, billionths of a US dollar; `None` where the model has no price.
    pub nano_usd: Option<i64>,
    /// What it said, as far as that holds.
    pub answer: Answer,
    /// Whether the conversation was told to be resolved, as of when it was last looked at.
    pub told: Option<bool>,
    /// Whether it was looked at since.
    pub seen: bool,
}

/// Why nothing came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Failure {
    /// It had too much to do, for longer than anybody waits.
    Busy,
    /// It could not be reached.
    Unreachable,
    /// It took too long.
    Timeout,
    /// It refused.
    Refused,
    /// It failed.
    Broken,
    /// It said more than anybody wants to hear.
    TooLarge,
    /// What it said could not be used, twice.
    BadAnswer,
    /// We failed.
    Internal,
}

impl Failure {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Busy, Self::Unreachable, Self::Timeout, Self::Refused, Self::Broken, Self::TooLarge, Self::BadAnswer, Self::Internal];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Unreachable => "unreachable",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Broken => "broken",
            Self::TooLarge => "too_large",
            Self::BadAnswer => "bad_answer",
            Self::Internal => "internal",
        }
    }
}

impl Opinion {
    /// When it was given.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp(self.judged_at_us)
    }

    /// The outcome, as analysis has it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.answer.outcome {
            Ruling::Resolved => Outcome::Resolved,
            Ruling::Unresolved => Outcome::Unresolved,
            Ruling::Unclear => Outcome::Unknown,
        }
    }

    /// The event with the words that it rests on; where they are of several, the one that the turn begins with.
    pub(crate) fn event(&self, transcript: &Transcript<'_>) -> Option<EventId> {
        let evidence = self.answer.evidence.as_ref()?;
        let turns = transcript.turns();
        let turn = turns.iter().find(|turn| turn.number == evidence.turn)?;
        let says = |step: &&Step<'_>| step.user().or_else(|| step.assistant()).is_some_and(|text| even(text).contains(&evidence.quote));
        turn.steps.iter().find(says).or_else(|| turn.steps.first()).map(|step| step.event)
    }

    /// The words that it rests on.
    #[must_use]
    pub fn words(&self) -> &str {
        self.answer.evidence.as_ref().map_or("unclear", |evidence| evidence.quote.as_str())
    }
}

/// The stored form.
pub(crate) fn encode(row: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(row, vec![VERSION]).expect("writing to memory cannot fail and every part is serialisable")
}

/// Reads the stored form; `None` where another version of the program wrote it, which will be replaced.
pub(crate) fn decode<T: for<'a> Deserialize<'a>>(stored: &[u8]) -> Option<T> {
    let (version, rest) = stored.split_first()?;
    (*version == VERSION).then(|| postcard::from_bytes(rest).ok()).flatten()
}
