//! Everything that one conversation tells: from a transcript to findings.
//!
//! It is a function of its arguments and of nothing else: the same transcript and lists lead to the same findings, byte for
//! byte, and findings carry no more of the texts than short quotes.

use debrief_model::EventId;

use crate::heard;
use crate::intents::{self, Intent};
use crate::lifecycle::Verdict;
use crate::outcome::{self, Claim, Judgement};
use crate::patterns::Patterns;
use crate::text::start_of;
use crate::transcript::{Transcript, Turn, What, turns_of};
use crate::turns::{self, Earlier, Giving, MESSAGE_CHARS_MAX, Signal};

/// Steps of a conversation that are looked at: the latest.
pub const STEPS_MAX: usize = 10_000;

/// Signals of a conversation that are kept: the first.
pub const SIGNALS_MAX: usize = 1_000;

/// Earlier turns that a message is compared with.
const EARLIER_MAX: usize = 2;

/// What is known of a conversation besides what happened in it.
#[derive(Clone, Copy, Debug)]
pub struct Given<'g> {
    /// Whether it is over, and how.
    pub verdict: Verdict,
    /// The outcome that its client told.
    pub told: Option<Claim<'g>>,
    /// The outcome that a judge found.
    pub judged: Option<Claim<'g>>,
    /// How long answers of the agent usually take: the median, microseconds.
    pub response_us_median: Option<i64>,
    /// The lists of phrases.
    pub patterns: &'g Patterns,
}

impl Given<'_> {
    /// Only the verdict is known; the lists are the built-in ones.
    #[must_use]
    pub fn of(verdict: Verdict) -> Self {
        Self { verdict, told: None, judged: None, response_us_median: None, patterns: Patterns::built_in() }
    }
}

/// What a conversation tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// Its turns, in order.
    pub turns: Vec<TurnFinding>,
    /// How its user sounds, −1 to 1; `None` where no message could be read.
    pub sentiment: Option<f64>,
    /// Messages of the user that have letters and could not be read, because their language is not known.
    pub unsupported_messages: u32,
    /// What was observed, turn by turn; at most [`SIGNALS_MAX`].
    pub signals: Vec<Signal>,
    /// Signals beyond those.
    pub signals_left_out: usize,
    /// Steps before those that were looked at.
    pub steps_left_out: usize,
    /// What the user wanted.
    pub intents: Vec<Intent>,
    /// What came of it.
    pub outcome: Judgement,
}

/// What one turn tells, but for its signals.
#[derive(Clone, Debug, PartialEq)]
pub struct TurnFinding {
    /// Its number.
    pub number: u32,
    /// The event with the user's message.
    pub user: Option<EventId>,
    /// The event with the last message of the assistant.
    pub assistant: Option<EventId>,
    /// How the user's message sounds, −1 to 1; `None` where it cannot be read.
    pub sentiment: Option<f64>,
    /// How long the user waited, microseconds; see [`Turn::response_us`].
    pub response_us: Option<i64>,
    /// Calls of models in it.
    pub inferences: u32,
    /// Calls of tools in it.
    pub tool_calls: u32,
}

/// Analyses one conversation.
#[must_use]
pub fn analyse(transcript: &Transcript<'_>, given: &Given<'_>) -> Findings {
    let steps_left_out = transcript.steps.len().saturating_sub(STEPS_MAX);
    let turns = turns_of(&transcript.steps[steps_left_out..]);
    let giving = Giving::of(&transcript.steps[steps_left_out..]);
    let (found, mut signals) = read(&turns, given, &giving);
    signals.extend(turns.last().and_then(|last| turns::unanswered(last, given.verdict)));
    let course = outcome::Course { verdict: given.verdict, turns: &turns, signals: &signals, patterns: given.patterns };
    let outcome = outcome::judge(given.told, given.judged, &course);
    let intents = intents::find(&turns, &signals, outcome.outcome, given.patterns);
    let signals_left_out = signals.len().saturating_sub(SIGNALS_MAX);
    signals.truncate(SIGNALS_MAX);
    let sentiments: Vec<_> = found.iter().filter(|turn| turn.user.is_some()).map(|turn| turn.sentiment).collect();
    Findings {
        sentiment: heard::of_conversation(&sentiments),
        unsupported_messages: unsupported(&turns, &found),
        turns: found,
        signals,
        signals_left_out,
        steps_left_out,
        intents,
        outcome,
    }
}

/// Reads turn by turn, as what a message means depends on those before it.
fn read(turns: &[Turn<'_, '_>], given: &Given<'_>, giving: &Giving<'_>) -> (Vec<TurnFinding>, Vec<Signal>) {
    let (mut found, mut signals) = (Vec::new(), Vec::new());
    let mut earlier: Vec<Earlier> = Vec::new();
    let mut assistant = None;
    for turn in turns {
        let text = turn.user().map(|(_, text)| start_of(text, MESSAGE_CHARS_MAX));
        let sentiment = text.and_then(heard::sentiment);
        let tokens = text.map(heard::tokens).unwrap_or_default();
        let (patterns, response_us_median) = (given.patterns, given.response_us_median);
        let context = turns::Context { patterns, assistant, earlier: &earlier, tokens: &tokens, sentiment, response_us_median, giving };
        signals.extend(turns::signals(turn, &context));
        let last = turn.answers().next_back();
        earlier.iter_mut().for_each(|earlier| earlier.answered |= last.is_some());
        earlier.insert(0, Earlier { tokens, answered: last.is_some() });
        earlier.truncate(EARLIER_MAX);
        assistant = last.map(|(_, text)| text).or(assistant);
        found.push(finding(turn, sentiment));
    }
    (found, signals)
}

fn finding(turn: &Turn<'_, '_>, sentiment: Option<f64>) -> TurnFinding {
    let count = |is: fn(&What<'_>) -> bool| u32::try_from(turn.steps.iter().filter(|step| is(&step.what)).count()).unwrap_or(u32::MAX);
    TurnFinding {
        number: turn.number,
        user: turn.user().map(|(event, _)| event),
        assistant: turn.answers().next_back().map(|(event, _)| event),
        sentiment,
        response_us: turn.response_us(),
        inferences: count(|what| matches!(what, What::Inference { .. })),
        tool_calls: count(|what| matches!(what, What::Tool { .. })),
    }
}

fn unsupported(turns: &[Turn<'_, '_>], found: &[TurnFinding]) -> u32 {
    let has_letters = |turn: &Turn<'_, '_>| turn.user().is_some_and(|(_, text)| text.contains(char::is_alphabetic));
    let unread = turns.iter().zip(found).filter(|(turn, found)| found.sentiment.is_none() && has_letters(turn));
    u32::try_from(unread.count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
