//! How often issues occur, and how much they matter.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::key::IssueKey;
use crate::clusters::ClusterId;

/// Conversations that have to have an issue for it to be one: one is an incident.
pub const CONVERSATIONS_MIN: u64 = 2;

/// Issues that are shown.
pub const ISSUES_MAX: usize = 10;

/// Different issues that are counted. Where a client puts something new into each error's class, the rest is only counted
/// together.
pub const KEYS_MAX: usize = 20_000;

/// Bounds of the lift: few conversations must not make an issue look harmless or overwhelming.
const LIFT_MIN: f64 = 0.5;
const LIFT_MAX: f64 = 3.0;

/// Scores from which an issue is of high and of medium impact.
const HIGH_MIN: f64 = 0.15;
const MEDIUM_MIN: f64 = 0.04;

/// The share of conversations from which an issue of the highest severity is of high impact, whatever its score.
const SEVERE_SHARE_MIN: f64 = 0.05;
const SEVERITY_MAX: u8 = 3;

/// How much an issue matters, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Impact {
    /// Little.
    Low,
    /// Something should be done about it.
    Medium,
    /// Something should be done about it first.
    High,
}

impl Impact {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// An issue, counted and weighed.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// What goes wrong.
    pub key: IssueKey,
    /// The same in a sentence without a full stop.
    pub text: String,
    /// Conversations that have it.
    pub frequency: u64,
    /// All conversations.
    pub conversations: u64,
    /// The one divided by the other, 0 to 1.
    pub share: f64,
    /// Those of `frequency` that ended badly: were given up or are known to be unresolved.
    pub ended_badly: u64,
    /// Those of `conversations` that ended badly.
    pub all_ended_badly: u64,
    /// How much likelier a conversation with it ends badly than any, smoothed: 0.5 to 3. For ranking; what was counted is in
    /// the two fields before.
    pub lift: f64,
    /// Severity × share × lift.
    pub score: f64,
    /// How much that is.
    pub impact: Impact,
}

/// Conversations by their issues.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    all: Count,
    of: BTreeMap<IssueKey, Count>,
    left_out: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    conversations: u64,
    ended_badly: u64,
}

impl Count {
    fn add(&mut self, ended_badly: bool) {
        self.conversations += 1;
        self.ended_badly += u64::from(ended_badly);
    }

    /// The chance of a bad end, smoothed by one that ended badly and one that did not (the rule of succession).
    fn chance(self) -> f64 {
        (self.ended_badly as f64 + 1.0) / (self.conversations as f64 + 2.0)
    }

    /// How much larger that chance is here than among all: with p the chance among all, b bad ends of n here,
    /// (b + 2p) / (n + 2) / p, within bounds. Two more conversations that end like all others pull it towards 1; two that
    /// end half and half, as in the rule of succession, would make harmless issues look harmful where bad ends are rare.
    fn lift(self, all: Self) -> f64 {
        let chance = all.chance();
        let lift = (self.ended_badly as f64 + 2.0 * chance) / (self.conversations as f64 + 2.0) / chance;
        lift.clamp(LIFT_MIN, LIFT_MAX)
    }
}

impl Tally {
    /// Adds a conversation: its issues, each once, and whether it ended badly. Those without issues count, too.
    pub fn add(&mut self, keys: &[IssueKey], ended_badly: bool) {
        self.all.add(ended_badly);
        for key in keys {
            let is_full = self.of.len() == KEYS_MAX;
            match self.of.entry(key.clone()) {
                Entry::Occupied(mut count) => count.get_mut().add(ended_badly),
                Entry::Vacant(place) if !is_full => place.insert(Count::default()).add(ended_badly),
                Entry::Vacant(_) => self.left_out += 1,
            }
        }
    }

    /// All conversations.
    #[must_use]
    pub fn conversations(&self) -> u64 {
        self.all.conversations
    }

    /// How many of them have an issue.
    #[must_use]
    pub fn frequency(&self, key: &IssueKey) -> u64 {
        self.of.get(key).map_or(0, |count| count.conversations)
    }

    /// The issues that were counted, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &IssueKey> {
        self.of.keys()
    }

    /// How many times an issue was found that is not counted, because there were more than [`KEYS_MAX`] different ones.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The issues that matter most, at most [`ISSUES_MAX`]: by score, then frequency, then key. `label` tells what the texts
    /// of a cluster are about.
    #[must_use]
    pub fn ranked(&self, label: &dyn Fn(ClusterId) -> Option<String>) -> Vec<Issue> {
        let counted = self.of.iter().filter(|(_, count)| count.conversations >= CONVERSATIONS_MIN);
        let mut found: Vec<_> = counted.map(|(key, count)| self.weighed(key, *count)).collect();
        let order = |a: &Issue, b: &Issue| b.score.total_cmp(&a.score).then(b.frequency.cmp(&a.frequency)).then_with(|| a.key.cmp(&b.key));
        found.sort_by(order);
        found.truncate(ISSUES_MAX);
        found.iter_mut().for_each(|issue| issue.text = text(&issue.key, label));
        found
    }

    fn weighed(&self, key: &IssueKey, count: Count) -> Issue {
        let share = count.conversations as f64 / self.all.conversations as f64;
        let lift = count.lift(self.all);
        let score = f64::from(key.severity()) * share * lift;
        let is_severe = key.severity() == SEVERITY_MAX && share >= SEVERE_SHARE_MIN;
        let impact = match score {
            score if score >= HIGH_MIN || is_severe => Impact::High,
            score if score >= MEDIUM_MIN => Impact::Medium,
            _ => Impact::Low,
        };
        Issue {
            key: key.clone(),
            text: String::new(),
            frequency: count.conversations,
            conversations: self.all.conversations,
            share,
            ended_badly: count.ended_badly,
            all_ended_badly: self.all.ended_badly,
            lift,
            score,
            impact,
        }
    }
}

/// An issue in a sentence without a full stop.
fn text(key: &IssueKey, label: &dyn Fn(ClusterId) -> Option<String>) -> String {
    let with = |name: &Option<String>| name.as_ref().map_or(String::new(), |name| format!(" with \"{name}\""));
    let about = about(key, label);
    match key {
        IssueKey::ToolError { tool: Some(tool), error_type } => format!("The tool \"{tool}\" fails{}", with(error_type)),
        IssueKey::ToolError { tool: None, error_type } => format!("A tool fails{}", with(error_type)),
        IssueKey::LlmError { error_type } => format!("Calls of models fail{}", with(error_type)),
        IssueKey::OtherError { error_type: Some(error_type) } => format!("The agent reports errors of the class \"{error_type}\""),
        IssueKey::OtherError { error_type: None } => "The agent reports errors".to_owned(),
        IssueKey::Unresolved { .. } => format!("Requests{about} are not resolved"),
        IssueKey::Unanswered => "Users get no answer to their last message".to_owned(),
        IssueKey::Correction { .. } => format!("Users correct the agent{about}"),
        IssueKey::Refusal { .. } => format!("The agent refuses requests{about}"),
        IssueKey::Loop { tool: Some(tool) } => format!("The agent calls the tool \"{tool}\" over and over"),
        IssueKey::Loop { tool: None } => "The agent calls tools over and over".to_owned(),
        IssueKey::Truncated => "Answers are cut off because they become too long".to_owned(),
        IssueKey::Filtered => "Answers are held back by a content filter".to_owned(),
        IssueKey::Slow { name: Some(name) } => format!("Users wait long for answers, most of it for \"{name}\""),
        IssueKey::Slow { name: None } => "Users wait long for answers".to_owned(),
        IssueKey::Negative { .. } => format!("Users are upset{about}"),
    }
}

/// What an issue is about, as far as its cluster has a name: ` about "…"`.
pub(crate) fn about(key: &IssueKey, label: &dyn Fn(ClusterId) -> Option<String>) -> String {
    key.cluster().and_then(label).map_or(String::new(), |label| format!(" about \"{label}\""))
}
