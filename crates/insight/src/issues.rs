//! What goes wrong in many conversations: each issue with a key that stays the same from day to day, how often it occurs,
//! and how much it matters.
//!
//! * `key` says what issues there are and how they are written.
//! * `ranking` counts them and puts them in order.
//!
//! An issue is a structured signal first (which tool failed, and how), and a cluster of texts second: what clusters are
//! called is told by a closure, and who forms them is not known here.

mod key;
mod ranking;

use std::collections::BTreeSet;

pub use key::{IssueKey, NotAKey};
pub(crate) use ranking::about;
pub use ranking::{CONVERSATIONS_MIN, ISSUES_MAX, Impact, Issue, KEYS_MAX, Tally};

use crate::analysis::Findings;
use crate::clusters::ClusterId;
use crate::lifecycle::State;
use crate::outcome::Outcome;
use crate::turns::{Kind, Signal, Subject};

/// Compound score up to which a conversation sounds negative, as VADER's authors publish it.
pub const NEGATIVE_MAX: f64 = -0.05;

/// The clusters of one conversation's texts. What is missing counts as in no cluster.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clustered<'c> {
    /// The clusters of its intents, in the order of [`Findings::intents`].
    pub intents: &'c [Option<ClusterId>],
    /// The clusters of its corrections, in the order of the corrections among [`Findings::signals`].
    pub corrections: &'c [Option<ClusterId>],
}

/// Whether a conversation was given up or is known not to have achieved what it was for.
#[must_use]
pub fn ended_badly(findings: &Findings, state: State) -> bool {
    state == State::Abandoned || findings.outcome.outcome == Outcome::Unresolved
}

/// The issues of one conversation, each once, in order.
///
/// Errors that were made up for are none. A refusal is of the intent that was asked last before it; so is frustration, and
/// a conversation that sounds negative as a whole counts for its first intent. Rephrases, hand-offs and phrases of giving up
/// are no issues of their own: the first two are often no failure, the last shows in the outcome.
#[must_use]
pub fn keys_of(findings: &Findings, clustered: &Clustered<'_>) -> Vec<IssueKey> {
    let cluster_of = |at: Option<usize>| at.and_then(|at| clustered.intents.get(at).copied().flatten());
    let asked_before = |signal: &Signal| cluster_of(findings.intents.iter().rposition(|intent| intent.turn <= signal.turn));
    let mut corrections = clustered.corrections.iter();
    let mut keys = BTreeSet::new();
    for signal in &findings.signals {
        let key = match signal.kind {
            Kind::Correction => Some(IssueKey::Correction { cluster: corrections.next().copied().flatten() }),
            Kind::Refusal => Some(IssueKey::Refusal { intent: asked_before(signal) }),
            Kind::Frustration => Some(IssueKey::Negative { intent: asked_before(signal) }),
            _ => key_of(signal),
        };
        keys.extend(key);
    }
    if findings.sentiment.is_some_and(|compound| compound <= NEGATIVE_MAX) {
        keys.insert(IssueKey::Negative { intent: cluster_of(Some(0)) });
    }
    keys.extend(unresolved(findings, cluster_of));
    keys.into_iter().collect()
}

/// The issue of a signal that has nothing to do with clusters.
fn key_of(signal: &Signal) -> Option<IssueKey> {
    let is_open = signal.recovered == Some(false);
    match (signal.kind, signal.subject.clone()) {
        (Kind::Error, Some(Subject::ToolError { tool, error_type })) if is_open => Some(IssueKey::ToolError { tool, error_type }),
        (Kind::Error, Some(Subject::ModelError { error_type, .. })) if is_open => Some(IssueKey::LlmError { error_type }),
        (Kind::Error, Some(Subject::OtherError { error_type })) if is_open => Some(IssueKey::OtherError { error_type }),
        (Kind::Unanswered, _) => Some(IssueKey::Unanswered),
        (Kind::Truncated, _) => Some(IssueKey::Truncated),
        (Kind::Filtered, _) => Some(IssueKey::Filtered),
        (Kind::Loop, Some(Subject::Tool(tool))) => Some(IssueKey::Loop { tool: Some(tool) }),
        (Kind::Loop, _) => Some(IssueKey::Loop { tool: None }),
        (Kind::Slow, Some(Subject::Tool(name) | Subject::Model(name))) => Some(IssueKey::Slow { name: Some(name) }),
        (Kind::Slow, _) => Some(IssueKey::Slow { name: None }),
        _ => None,
    }
}

/// Intents that are known not to have been met; of an unresolved conversation without any, that it is so.
fn unresolved(findings: &Findings, cluster_of: impl Fn(Option<usize>) -> Option<ClusterId>) -> Vec<IssueKey> {
    let unmet = findings.intents.iter().enumerate().filter(|(_, intent)| intent.resolved == Some(false));
    let mut keys: Vec<_> = unmet.map(|(at, _)| IssueKey::Unresolved { intent: cluster_of(Some(at)) }).collect();
    if findings.intents.is_empty() && findings.outcome.outcome == Outcome::Unresolved {
        keys.push(IssueKey::Unresolved { intent: None });
    }
    keys
}

#[cfg(test)]
mod tests;
