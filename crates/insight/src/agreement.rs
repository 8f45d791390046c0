//! How far a judge agrees with what was told: counts, accuracy, and Cohen's κ, which leaves out what chance alone would give.
//!
//! It must not know who judges.

use crate::outcome::Outcome;

/// Conversations below which agreement says too little to rely on.
pub const CONVERSATIONS_MIN: u64 = 20;

/// κ from which a judge may stand for what is not told: what Landis and Koch (*Biometrics* 33, 1977) call moderate.
pub const KAPPA_MIN: f64 = 0.4;

/// What was told against what was judged, conversation by conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Of those told to be resolved.
    pub resolved: Judged,
    /// Of those told to be unresolved.
    pub unresolved: Judged,
}

/// How conversations were judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Judged {
    /// As resolved.
    pub resolved: u64,
    /// As unresolved.
    pub unresolved: u64,
    /// The judge could not tell.
    pub unclear: u64,
}

impl Judged {
    fn count(&mut self, judged: Outcome) -> &mut u64 {
        match judged {
            Outcome::Resolved => &mut self.resolved,
            Outcome::Unresolved => &mut self.unresolved,
            Outcome::Unknown => &mut self.unclear,
        }
    }

    fn decided(&self) -> u64 {
        self.resolved + self.unresolved
    }
}

impl Agreement {
    /// Adds a conversation. One of which nobody told anything does not count.
    pub fn add(&mut self, told: Option<bool>, judged: Outcome) {
        if let Some(count) = self.cell(told, judged) {
            *count += 1;
        }
    }

    /// Takes away one that was added.
    pub fn take_away(&mut self, told: Option<bool>, judged: Outcome) {
        if let Some(count) = self.cell(told, judged) {
            *count = count.saturating_sub(1);
        }
    }

    fn cell(&mut self, told: Option<bool>, judged: Outcome) -> Option<&mut u64> {
        told.map(|told| if told { self.resolved.count(judged) } else { self.unresolved.count(judged) })
    }

    /// Conversations of which both are known: the judge said one of the two things that can be told.
    #[must_use]
    pub fn conversations(&self) -> u64 {
        self.resolved.decided() + self.unresolved.decided()
    }

    /// The part of them in which the judge says what was told, 0 to 1.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        let agreed = self.resolved.resolved + self.unresolved.unresolved;
        (self.conversations() > 0).then(|| agreed as f64 / self.conversations() as f64)
    }

    /// Cohen's κ = (p − e) / (1 − e), with the accuracy p and what chance would give, e = the sum over both outcomes of how often it is told
    /// times how often it is judged (J. Cohen, *Educational and Psychological Measurement* 20, 1960). `None` without conversations, and
    /// where both always say the same one thing, because then chance alone explains it all.
    #[must_use]
    pub fn kappa(&self) -> Option<f64> {
        let (n, agreed) = (self.conversations() as f64, self.accuracy()?);
        let told = self.resolved.decided() as f64 / n;
        let judged = (self.resolved.resolved + self.unresolved.resolved) as f64 / n;
        let chance = told * judged + (1.0 - told) * (1.0 - judged);
        (chance < 1.0).then(|| (agreed - chance) / (1.0 - chance))
    }

    /// Whether what is judged may be shown as a rate: κ is known over at least [`CONVERSATIONS_MIN`] conversations and at least
    /// [`KAPPA_MIN`].
    #[must_use]
    pub fn is_enough(&self) -> bool {
        self.conversations() >= CONVERSATIONS_MIN && self.kappa().is_some_and(|kappa| kappa >= KAPPA_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Told resolved and judged (resolved, unresolved, unclear), told unresolved and judged the same.
    fn table(cells: [u64; 6]) -> Agreement {
        let [a, b, c, d, e, f] = cells;
        Agreement {
            resolved: Judged { resolved: a, unresolved: b, unclear: c },
            unresolved: Judged { resolved: d, unresolved: e, unclear: f },
        }
    }

    #[test]
    fn kappa_is_what_is_left_when_chance_is_taken_away() {
        let check = |cells, expected: Option<f64>| match (table(cells).kappa(), expected) {
            (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-9, "{cells:?}: {found}"),
            (found, expected) => assert_eq!(found, expected, "{cells:?}"),
        };
        // The example of Wikipedia's article on Cohen's kappa: 20, 5, 10, 15.
        check([20, 5, 0, 10, 15, 0], Some(0.4));
        check([10, 0, 0, 0, 10, 0], Some(1.0));
        check([5, 5, 0, 5, 5, 0], Some(0.0));
        check([0, 10, 0, 10, 0, 0], Some(-1.0));
        check([9, 0, 7, 0, 1, 8], Some(1.0));
        check([10, 0, 0, 0, 0, 0], None);
        check([0, 0, 3, 0, 0, 3], None);
    }

    #[test]
    fn a_judge_counts_only_after_twenty_conversations_and_from_moderate_agreement_on() {
        let check = |cells, expected| assert_eq!(table(cells).is_enough(), expected, "{cells:?}");
        check([10, 0, 0, 0, 10, 0], true);
        check([10, 0, 0, 0, 9, 0], false);
        check([10, 0, 9, 0, 9, 9], false);
        check([21, 4, 0, 10, 15, 0], true);
        check([20, 6, 0, 10, 14, 0], false);
        check([40, 0, 0, 0, 0, 0], false);
    }

    #[test]
    fn what_is_taken_away_was_never_there() {
        let mut agreement = Agreement::default();
        for judged in [Outcome::Resolved, Outcome::Unresolved, Outcome::Unknown] {
            [None, Some(true), Some(false)].into_iter().for_each(|told| agreement.add(told, judged));
        }
        assert_eq!((agreement, agreement.accuracy()), (table([1; 6]), Some(0.5)));
        for judged in [Outcome::Resolved, Outcome::Unresolved, Outcome::Unknown] {
            [None, Some(true), Some(false)].into_iter().for_each(|told| agreement.take_away(told, judged));
        }
        assert_eq!((agreement, agreement.accuracy()), (Agreement::default(), None));
    }
}
