//! Whether one version of an agent does better than another.
//!
//! Versions are compared by the conversations that each led. Nobody was assigned to them by lot: a version that came later
//! also met other users, other days and other models, and a difference that is more than chance need not be the version's.

use std::collections::BTreeSet;

use crate::issues::{CONVERSATIONS_MIN, IssueKey, Tally};
use crate::statistics::{Difference, Proportion, Sample, of_means, of_proportions};

/// Issues that came or went, of each sort, that are told: the most frequent.
pub const CHANGES_MAX: usize = 20;

/// What is known of the conversations of one version.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Those that achieved what they were for, of those of which that is known.
    pub resolved: Proportion,
    /// Those that were brought to an end, of those that are over.
    pub completed: Proportion,
    /// How their users sound: a compound score per conversation, −1 to 1.
    pub sentiment: Sample,
    /// Those in which the user put the agent right.
    pub corrected: Proportion,
    /// What they cost: US dollars per conversation, of those of which that is known.
    pub cost_usd: Sample,
    /// How long users waited: seconds per conversation, the mean or median of its answers.
    pub response_s: Sample,
    /// What went wrong.
    pub issues: Tally,
}

/// How the second version differs from the first. What too few conversations tell is `None`, see
/// [`crate::statistics::OBSERVATIONS_MIN`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Share of conversations that achieved what they were for.
    pub resolved: Option<Difference>,
    /// Share of conversations that were brought to an end.
    pub completed: Option<Difference>,
    /// Compound score.
    pub sentiment: Option<Difference>,
    /// Share of conversations in which the user put the agent right.
    pub corrected: Option<Difference>,
    /// US dollars per conversation.
    pub cost_usd: Option<Difference>,
    /// Seconds that users waited.
    pub response_s: Option<Difference>,
    /// Issues that only the second has.
    pub appeared: Vec<Change>,
    /// Issues that only the first has.
    pub vanished: Vec<Change>,
}

/// An issue that one version has in at least two conversations, and the other in none.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The issue.
    pub key: IssueKey,
    /// Conversations of the first version that have it.
    pub first: Proportion,
    /// Conversations of the second version that have it.
    pub second: Proportion,
    /// The difference of the two shares; `None` where there are too few conversations. An issue of two conversations out of
    /// few is often gone by chance: whether it is, [`Difference::is_significant`] says.
    pub difference: Option<Difference>,
}

/// Compares two versions.
#[must_use]
pub fn compare(first: &Side, second: &Side) -> Comparison {
    let changes: Vec<_> = changes(&first.issues, &second.issues);
    let (appeared, vanished) = changes.into_iter().partition(|change| change.first.count == 0);
    Comparison {
        resolved: of_proportions(first.resolved, second.resolved),
        completed: of_proportions(first.completed, second.completed),
        sentiment: of_means(&first.sentiment, &second.sentiment),
        corrected: of_proportions(first.corrected, second.corrected),
        cost_usd: of_means(&first.cost_usd, &second.cost_usd),
        response_s: of_means(&first.response_s, &second.response_s),
        appeared: most_frequent(appeared),
        vanished: most_frequent(vanished),
    }
}

fn changes(first: &Tally, second: &Tally) -> Vec<Change> {
    let proportion = |tally: &Tally, key: &IssueKey| Proportion { count: tally.frequency(key), total: tally.conversations() };
    let keys: BTreeSet<&IssueKey> = first.keys().chain(second.keys()).collect();
    let found = keys.into_iter().filter_map(|key| {
        let (first, second) = (proportion(first, key), proportion(second, key));
        let is_change = first.count.min(second.count) == 0 && first.count.max(second.count) >= CONVERSATIONS_MIN;
        is_change.then(|| Change { key: key.clone(), first, second, difference: of_proportions(first, second) })
    });
    found.collect()
}

/// The most frequent first, those as frequent in the order of their keys, in which they come.
fn most_frequent(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by_key(|change| std::cmp::Reverse(change.first.count.max(change.second.count)));
    changes.truncate(CHANGES_MAX);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(rows: &[(u64, &str)]) -> Side {
        let mut issues = Tally::default();
        for (times, key) in rows {
            let keys: Vec<IssueKey> = key.split_whitespace().map(|key| key.parse().expect("a key")).collect();
            (0..*times).for_each(|_| issues.add(&keys, false));
        }
        Side { issues, ..Side::default() }
    }

    #[test]
    fn issues_come_and_go() {
        let first = side(&[(20, "truncated"), (2, "loop:find"), (1, "filtered"), (9, "unanswered"), (68, "")]);
        let second = side(&[(3, "unanswered"), (2, "slow:m"), (1, "slow:n"), (4, "negative:1"), (90, "")]);
        let found = compare(&first, &second);
        let told = |changes: &[Change]| {
            let told = changes.iter().map(|change| {
                let significant = change.difference.expect("enough").is_significant();
                format!("{} {} {} {significant}", change.key, change.first.count, change.second.count)
            });
            told.collect::<Vec<_>>()
        };
        assert_eq!(told(&found.vanished), ["truncated 20 0 true", "loop:find 2 0 false"]);
        assert_eq!(told(&found.appeared), ["negative:1 0 4 true", "slow:m 0 2 false"]);
    }

    #[test]
    fn changes_are_bounded() {
        let keys: Vec<String> = (0..50).map(|number| format!("loop:tool{number}")).collect();
        let many = side(&keys.iter().map(|key| (2, key.as_str())).collect::<Vec<_>>());
        let found = compare(&Side::default(), &many);
        assert_eq!((found.appeared.len(), found.vanished.len()), (CHANGES_MAX, 0));
        assert_eq!(found.appeared[0].difference, None, "the first version led no conversation");
    }

    #[test]
    fn figures_are_compared_second_less_first() {
        let of = |count, seconds: f64| Side {
            resolved: Proportion { count, total: 100 },
            completed: Proportion { count: 1, total: 2 },
            sentiment: [0.1, 0.2, 0.3, 0.4, 0.5].into_iter().collect(),
            response_s: [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(|second| second + seconds).into_iter().collect(),
            ..Side::default()
        };
        let found = compare(&of(40, 0.0), &of(60, 10.0));
        let resolved = found.resolved.expect("enough");
        assert!((resolved.estimate - 0.2).abs() < 1e-12 && resolved.is_significant() && resolved.low > 0.0);
        assert_eq!(found.completed, None);
        assert!(found.sentiment.is_some_and(|difference| difference.estimate == 0.0 && !difference.is_significant()));
        assert!(found.response_s.is_some_and(|difference| (difference.estimate - 10.0).abs() < 1e-9 && difference.is_significant()));
    }

    #[test]
    fn nothing_compares_to_nothing() {
        assert_eq!(compare(&Side::default(), &Side::default()), Comparison::default());
    }
}
