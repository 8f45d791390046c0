//! What was found in one conversation, in the form in which it is kept: postcard behind a version byte, compressed.

use debrief_insight::analysis::{Findings, TurnFinding};
use debrief_insight::clusters::ClusterId;
use debrief_insight::intents::Intent as Asked;
use debrief_insight::lifecycle::Verdict;
use debrief_insight::outcome::Evidence as Shown;
use debrief_insight::turns::{Signal as Seen, Subject};
use debrief_model::EventId;
use debrief_store::body;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const VERSION: u8 = 1;

/// What was found in one conversation. Words are those of the insight crate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Detail {
    /// By which rules.
    pub rules: String,
    /// Whether it was over then, and how.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
    /// What came of it, as far as that is not told.
    pub outcome: String,
    /// How that is known.
    pub outcome_source: String,
    /// What that is based on.
    pub evidence: Vec<Evidence>,
    /// Mean sentiment, −1…1.
    pub sentiment: Option<f64>,
    /// Messages of the user that could not be read.
    pub unsupported_messages: u32,
    /// Turn by turn.
    pub turns: Vec<Turn>,
    /// What was observed.
    pub signals: Vec<Signal>,
    /// Signals beyond those.
    pub signals_left_out: u64,
    /// Steps before those that were looked at.
    pub steps_left_out: u64,
    /// What the user wanted.
    pub intents: Vec<Intent>,
}

/// What an outcome is based on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The reason.
    pub why: String,
    /// The event that shows it.
    pub event: Option<u128>,
    /// The words that show it.
    pub quote: String,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// Its number; 0 for what precedes the user's first message.
    pub number: u32,
    /// The event with the user's message.
    pub user: Option<u128>,
    /// The event with the last message of the assistant.
    pub assistant: Option<u128>,
    /// How the user's message sounds, −1…1.
    pub sentiment: Option<f64>,
    /// How long the user waited, microseconds.
    pub response_us: Option<i64>,
    /// Calls of models in it.
    pub inferences: u32,
    /// Calls of tools in it.
    pub tool_calls: u32,
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// What sort of.
    pub kind: String,
    /// The turn it is of.
    pub turn: u32,
    /// The event it is based on.
    pub event: u128,
    /// The words it is based on.
    pub quote: String,
    /// The tool it is about.
    pub tool: Option<String>,
    /// The model it is about.
    pub model: Option<String>,
    /// The class or code of the error.
    pub error_type: Option<String>,
    /// Why a model stopped.
    pub finish_reason: Option<String>,
    /// Whether an error was made up for.
    pub recovered: Option<bool>,
    /// The cluster of a correction.
    pub cluster: Option<u64>,
}

/// Something that the user wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The turn in which it was asked.
    pub turn: u32,
    /// The event with the words.
    pub event: u128,
    /// The words.
    pub text: String,
    /// Whether it was met.
    pub resolved: Option<bool>,
    /// What it is about.
    pub cluster: Option<u64>,
}

impl Detail {
    /// What was found. Clusters come in the order of the intents and of the corrections among the signals.
    pub(crate) fn of(
        found: &Findings,
        verdict: Verdict,
        rules: &str,
        intents: &[Option<ClusterId>],
        corrections: &[Option<ClusterId>],
    ) -> Self {
        let mut corrections = corrections.iter();
        let mut cluster_of = |seen: &Seen| match seen.kind {
            debrief_insight::turns::Kind::Correction => corrections.next().copied().flatten(),
            _ => None,
        };
        Self {
            rules: rules.to_owned(),
            state: verdict.state.word().to_owned(),
            reason: verdict.reason.map(|reason| reason.word().to_owned()),
            outcome: found.outcome.outcome.word().to_owned(),
            outcome_source: found.outcome.source.word().to_owned(),
            evidence: found.outcome.evidence.iter().map(evidence).collect(),
            sentiment: found.sentiment,
            unsupported_messages: found.unsupported_messages,
            turns: found.turns.iter().map(turn).collect(),
            signals: found.signals.iter().map(|seen| signal(seen, cluster_of(seen))).collect(),
            signals_left_out: found.signals_left_out as u64,
            steps_left_out: found.steps_left_out as u64,
            intents: found.intents.iter().zip(intents).map(|(asked, cluster)| intent(asked, *cluster)).collect(),
        }
    }

    /// The stored form.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let plain = postcard::to_extend(self, vec![VERSION]).expect("writing to memory cannot fail and every part is serialisable");
        body::encode_bytes(&plain)
    }

    /// Reads the stored form; `None` where another version of the program wrote it, which will be replaced.
    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        let plain = body::decode_bytes(stored).ok()?;
        let (version, rest) = plain.split_first()?;
        (*version == VERSION).then(|| postcard::from_bytes(rest).ok()).flatten()
    }
}

/// An event's id as it is kept here.
#[must_use]
pub fn event_id(kept: u128) -> EventId {
    EventId(Uuid::from_u128(kept))
}

fn kept(event: EventId) -> u128 {
    event.0.as_u128()
}

fn evidence(shown: &Shown) -> Evidence {
    let Shown { why, event, quote } = shown;
    Evidence { why: why.word().to_owned(), event: event.map(kept), quote: quote.clone() }
}

fn turn(found: &TurnFinding) -> Turn {
    let TurnFinding { number, user, assistant, sentiment, response_us, inferences, tool_calls } = *found;
    Turn { number, user: user.map(kept), assistant: assistant.map(kept), sentiment, response_us, inferences, tool_calls }
}

fn signal(seen: &Seen, cluster: Option<ClusterId>) -> Signal {
    let Seen { kind, turn, event, quote, subject, recovered } = seen;
    let (mut tool, mut model, mut error_type, mut finish_reason) = (None, None, None, None);
    match subject.clone() {
        Some(Subject::Tool(name)) => tool = Some(name),
        Some(Subject::Model(name)) => model = Some(name),
        Some(Subject::FinishReason(reason)) => finish_reason = Some(reason),
        Some(Subject::ToolError { tool: name, error_type: class }) => (tool, error_type) = (name, class),
        Some(Subject::ModelError { model: name, error_type: class }) => (model, error_type) = (name, class),
        Some(Subject::OtherError { error_type: class }) => error_type = class,
        None => {}
    }
    Signal {
        kind: kind.word().to_owned(),
        turn: *turn,
        event: kept(*event),
        quote: quote.clone(),
        tool,
        model,
        error_type,
        finish_reason,
        recovered: *recovered,
        cluster: cluster.map(|cluster| cluster.0),
    }
}

fn intent(asked: &Asked, cluster: Option<ClusterId>) -> Intent {
    let Asked { turn, event, text, resolved } = asked;
    Intent { turn: *turn, event: kept(*event), text: text.clone(), resolved: *resolved, cluster: cluster.map(|cluster| cluster.0) }
}
