//! Whether a conversation achieved what it was for.
//!
//! That is another question than whether it was brought to an end ([`crate::lifecycle`]), and one that words alone do not
//! answer. What its client tells holds; else what a judge says; else it is estimated from signals, and often unknown. An
//! estimate must be shown as one: over 200 checked runs of the τ-bench airline task, goodbyes were no better than a coin.

use debrief_model::EventId;

use crate::lifecycle::{State, Verdict};
use crate::patterns::Patterns;
use crate::quote::quote;
use crate::signals::closes_by;
use crate::transcript::Turn;
use crate::turns::{Kind, Signal};

/// Corrections from which a conversation is estimated to have failed.
const CORRECTIONS_MIN: usize = 2;

/// What came of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It achieved what it was for.
    Resolved,
    /// It did not.
    Unresolved,
    /// Nobody knows.
    Unknown,
}

impl Outcome {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Unresolved => "unresolved",
            Self::Unknown => "unknown",
        }
    }

    /// Whether it achieved what it was for; `None` if nobody knows.
    #[must_use]
    pub fn resolved(self) -> Option<bool> {
        match self {
            Self::Resolved => Some(true),
            Self::Unresolved => Some(false),
            Self::Unknown => None,
        }
    }
}

/// How an outcome is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The client told it: an end state, a score, feedback.
    Told,
    /// A judge read the conversation.
    Judged,
    /// It follows from signals.
    Estimated,
}

impl Source {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Judged => "judged",
            Self::Estimated => "estimated",
        }
    }
}

/// An outcome that somebody else states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The outcome.
    pub outcome: Outcome,
    /// The event that states it, where one does.
    pub event: Option<EventId>,
    /// How it was stated, for the evidence: `end_state=Success`, a judge's reason.
    pub words: &'a str,
}

/// Why an outcome is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Somebody stated it.
    Stated,
    /// It was given up.
    Abandoned,
    /// The user corrected the assistant at least twice.
    Corrected,
    /// Something failed in the last turn and was not made up for.
    Failed,
    /// The last thing the assistant said refuses something.
    Refused,
    /// The user said goodbye, and nothing was wrong after that.
    Closed,
}

impl Why {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Abandoned => "abandoned",
            Self::Corrected => "corrected",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Closed => "closed",
        }
    }
}

/// What an outcome is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The reason.
    pub why: Why,
    /// The event that shows it, where there is one.
    pub event: Option<EventId>,
    /// The words that show it, at most [`crate::quote::QUOTE_CHARS_MAX`] characters.
    pub quote: String,
}

/// An outcome, how it is known, and what it is based on. What is unknown has no evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The outcome.
    pub outcome: Outcome,
    /// How it is known.
    pub source: Source,
    /// What it is based on.
    pub evidence: Vec<Evidence>,
}

/// What an outcome is estimated from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course<'c, 't, 'a> {
    pub(crate) verdict: Verdict,
    pub(crate) turns: &'c [Turn<'t, 'a>],
    pub(crate) signals: &'c [Signal],
    pub(crate) patterns: &'c Patterns,
}

/// The first that applies: what is told, unless it is that nobody knows; what is judged, even if the judge does not know;
/// what is estimated.
pub(crate) fn judge(told: Option<Claim<'_>>, judged: Option<Claim<'_>>, course: &Course<'_, '_, '_>) -> Judgement {
    let told = told.filter(|claim| claim.outcome != Outcome::Unknown).map(|claim| (Source::Told, claim));
    match told.or(judged.map(|claim| (Source::Judged, claim))) {
        Some((source, claim)) => {
            let stated = Evidence { why: Why::Stated, event: claim.event, quote: quote(claim.words) };
            Judgement { outcome: claim.outcome, source, evidence: vec![stated] }
        }
        None => estimate(course),
    }
}

/// While a conversation goes on, nobody knows. Of one that is over:
///
/// 1. It is unresolved if it was given up, or the user corrected the assistant at least twice, or something failed in the
///    last turn and was not made up for, or the last thing the assistant said refuses something.
/// 2. Else it is resolved if the user's last message says goodbye and is neither upset nor gives up.
/// 3. Else nobody knows.
fn estimate(course: &Course<'_, '_, '_>) -> Judgement {
    let judgement = |outcome, evidence| Judgement { outcome, source: Source::Estimated, evidence };
    if course.verdict.state == State::InProgress {
        return judgement(Outcome::Unknown, Vec::new());
    }
    let against = against(course);
    if !against.is_empty() {
        return judgement(Outcome::Unresolved, against);
    }
    match goodbye(course) {
        Some(goodbye) => judgement(Outcome::Resolved, vec![goodbye]),
        None => judgement(Outcome::Unknown, Vec::new()),
    }
}

fn against(course: &Course<'_, '_, '_>) -> Vec<Evidence> {
    let mut found = Vec::new();
    if course.verdict.state == State::Abandoned {
        found.push(left_at(course));
    }
    let of = |kind| course.signals.iter().filter(move |signal| signal.kind == kind);
    let shown = |why, signal: &Signal| Evidence { why, event: Some(signal.event), quote: signal.quote.clone() };
    if of(Kind::Correction).count() >= CORRECTIONS_MIN {
        found.extend(of(Kind::Correction).take(CORRECTIONS_MIN).map(|signal| shown(Why::Corrected, signal)));
    }
    let last = course.turns.last().map(|turn| turn.number);
    let open = of(Kind::Error).rfind(|signal| Some(signal.turn) == last && signal.recovered == Some(false));
    found.extend(open.map(|signal| shown(Why::Failed, signal)));
    let said = course.turns.iter().rev().find_map(|turn| turn.answers().next_back());
    let refused = of(Kind::Refusal).rfind(|signal| said.is_some_and(|(event, _)| event == signal.event));
    found.extend(refused.map(|signal| shown(Why::Refused, signal)));
    found
}

/// Where it was given up: what was said last, by whomever, or, if nobody said anything, what happened last.
fn left_at(course: &Course<'_, '_, '_>) -> Evidence {
    let steps = || course.turns.iter().rev().flat_map(|turn| turn.steps.iter().rev());
    let said = steps().find_map(|step| Some((step.event, step.user().or_else(|| step.assistant())?)));
    let (event, words) = said.or_else(|| steps().next().map(|step| (step.event, ""))).unzip();
    Evidence { why: Why::Abandoned, event, quote: words.map(quote).unwrap_or_default() }
}

fn goodbye(course: &Course<'_, '_, '_>) -> Option<Evidence> {
    let turn = course.turns.last()?;
    let (event, text) = turn.user()?;
    let upset = |signal: &Signal| {
        signal.turn == turn.number && matches!(signal.kind, Kind::Frustration | Kind::AbandonPhrase | Kind::Correction | Kind::Filtered)
    };
    let closes = closes_by(course.patterns, text) && !course.signals.iter().any(upset);
    closes.then(|| Evidence { why: Why::Closed, event: Some(event), quote: quote(text) })
}

#[cfg(test)]
mod tests;
