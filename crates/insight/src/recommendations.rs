//! What to do about issues: one rule for each kind, filled with the figures that make the case.
//!
//! A recommendation says what was counted, what it did to users where that is known, and the next step. It is a rule of
//! thumb of people who build agents, not the result of a search for causes: which of its suggestions fits is seen in the
//! conversations that have the issue.

use crate::clusters::ClusterId;
use crate::figures::percent;
use crate::issues::{Impact, Issue, IssueKey, about};

/// Recommendations that are given.
pub const RECOMMENDATIONS_MAX: usize = 5;

/// How many times more often than all conversations those with an issue have to end badly for it to be worth saying.
const WORSE_MIN: f64 = 1.5;

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The issue that it is for.
    pub key: IssueKey,
    /// How much that matters.
    pub impact: Impact,
    /// What to do, and why, in sentences.
    pub text: String,
}

/// What to do about the issues of medium and high impact, in their order. `label` tells what the texts of a cluster are
/// about.
#[must_use]
pub fn recommend(issues: &[Issue], label: &dyn Fn(ClusterId) -> Option<String>) -> Vec<Recommendation> {
    let chosen = issues.iter().filter(|issue| issue.impact >= Impact::Medium).take(RECOMMENDATIONS_MAX);
    let told = chosen.map(|issue| Recommendation { key: issue.key.clone(), impact: issue.impact, text: text(issue, label) });
    told.collect()
}

fn text(issue: &Issue, label: &dyn Fn(ClusterId) -> Option<String>) -> String {
    let observed = observed(&issue.key, &about(&issue.key, label));
    let step = next_step(&issue.key);
    format!("In {}, {observed}.{} {step}", how_many(issue), bad_ends(issue))
}

/// `23 of 500 conversations (4.6%)`.
fn how_many(issue: &Issue) -> String {
    let Issue { frequency, conversations, .. } = issue;
    let share = percent(*frequency, *conversations).map_or(String::new(), |share| format!(" ({share}%)"));
    format!("{frequency} of {conversations} conversations{share}")
}

fn observed(key: &IssueKey, about: &str) -> String {
    let with = |name: &Option<String>| name.as_ref().map_or(String::new(), |name| format!(" with \"{name}\""));
    let tool = |name: &Option<String>| name.as_ref().map_or("a tool".to_owned(), |name| format!("the tool \"{name}\""));
    let error = |name: &Option<String>| name.as_ref().map_or("an error".to_owned(), |name| format!("the error \"{name}\""));
    match key {
        IssueKey::ToolError { tool: name, error_type } => {
            format!("{} failed{} and did not succeed afterwards", tool(name), with(error_type))
        }
        IssueKey::LlmError { error_type } => {
            format!("a call of a model failed{} and none succeeded after it in the turn", with(error_type))
        }
        IssueKey::OtherError { error_type } => format!("the agent reported {}", error(error_type)),
        IssueKey::Unresolved { .. } => format!("a request{about} was not resolved"),
        IssueKey::Unanswered => "the user's last message got no answer".to_owned(),
        IssueKey::Correction { .. } => format!("users corrected the agent{about}"),
        IssueKey::Refusal { .. } => format!("the agent refused a request{about}"),
        IssueKey::Loop { tool: Some(tool) } => format!("the agent called the tool \"{tool}\" over and over within one turn"),
        IssueKey::Loop { tool: None } => "the agent called tools over and over within one turn".to_owned(),
        IssueKey::Truncated => "an answer was cut off at the limit of its length".to_owned(),
        IssueKey::Filtered => "a content filter held an answer back".to_owned(),
        IssueKey::Slow { name: Some(name) } => format!("users waited far longer than usual, most of it for \"{name}\""),
        IssueKey::Slow { name: None } => "users waited far longer than usual".to_owned(),
        IssueKey::Negative { .. } => format!("users were upset{about}"),
    }
}

/// How these conversations ended, where that is not what the issue itself says, and clearly worse than all.
fn bad_ends(issue: &Issue) -> String {
    let says_so_itself = matches!(issue.key, IssueKey::Unresolved { .. } | IssueKey::Unanswered);
    let all = percent(issue.all_ended_badly, issue.conversations).filter(|_| !says_so_itself);
    let here = percent(issue.ended_badly, issue.frequency);
    match (here, all) {
        (Some(here), Some(all)) if here >= all * WORSE_MIN && issue.lift > 1.0 => {
            format!(" {} of these stayed unresolved or were given up ({here}%), against {all}% of all.", issue.ended_badly)
        }
        _ => String::new(),
    }
}

fn next_step(key: &IssueKey) -> &'static str {
    match key {
        IssueKey::ToolError { .. } => {
            "Look at the arguments of the failed calls; then fix the tool or its description, or tell the agent what to do when it fails."
        }
        IssueKey::LlmError { .. } => "Check the provider's limits and status, and let the agent retry or fall back to another model.",
        IssueKey::OtherError { .. } => "Look at what was going on when it was reported, and handle that case.",
        IssueKey::Unresolved { .. } => {
            "Read a few of them to see what is missing: a tool, a piece of knowledge, or a way to hand over to people."
        }
        IssueKey::Unanswered => "Check that the agent is called for every message, and what it was doing when it stayed silent.",
        IssueKey::Correction { .. } => "State the rule in the prompt, or add it to the knowledge base.",
        IssueKey::Refusal { .. } => {
            "If the agent should do this, say so in the prompt and give it a tool for it; if not, let it say where to go instead."
        }
        IssueKey::Loop { .. } => {
            "Let results of tools say clearly when there is nothing more to get, and limit the calls that the agent may make in a turn."
        }
        IssueKey::Truncated => "Raise the limit of output tokens, or ask for shorter answers in the prompt.",
        IssueKey::Filtered => "Read what was asked: either the filter is too strict for this use, or the prompt leads the model to it.",
        IssueKey::Slow { .. } => "Find out what takes the time; stream answers, or tell users that it will take a while.",
        IssueKey::Negative { .. } => {
            "Read a few of them from the first upset message backwards: what came just before it is what to change."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::issues::Tally;

    fn told(rows: &[(u64, &str, bool)]) -> Vec<Recommendation> {
        let mut tally = Tally::default();
        for (times, key, ended_badly) in rows {
            let keys: Vec<IssueKey> = key.split_whitespace().map(|key| key.parse().expect("a key")).collect();
            (0..*times).for_each(|_| tally.add(&keys, *ended_badly));
        }
        let label = |cluster: ClusterId| (cluster.0 == 1).then(|| "refund policy".to_owned());
        recommend(&tally.ranked(&label), &label)
    }

    #[test]
    fn only_what_matters_is_recommended() {
        assert_eq!(told(&[(3, "truncated", false), (997, "", false)]), []);
        let many: Vec<String> = (0..9).map(|number| format!("unresolved:{number}")).collect();
        let found = told(&many.iter().map(|key| (5, key.as_str(), true)).collect::<Vec<_>>());
        assert_eq!(found.len(), RECOMMENDATIONS_MAX);
        assert_eq!(found[0].key.to_string(), "unresolved:0");
    }

    #[test]
    fn recommendations_as_they_are_read() {
        let snapshot = include_str!("recommendations/snapshot.txt");
        let mut found = String::new();
        for key in snapshot.lines().filter_map(|line| line.strip_prefix("# ")) {
            let of_key = told(&[(60, key, false), (20, "", true), (420, "", false)]);
            let ends_badly = told(&[(40, key, true), (20, key, false), (20, "", true), (420, "", false)]);
            let [one, other] = [of_key, ends_badly].map(|told| told.first().map_or("nothing".to_owned(), |told| told.text.clone()));
            found += &format!("# {key}\n{one}\n{other}\n\n");
        }
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/recommendations/snapshot.txt"), &found).expect("writable");
        }
        assert_eq!(found, snapshot);
    }
}
