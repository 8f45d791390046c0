//! How many conversations achieved what they were for.

use super::{Trend, in_ones, tenths, trend_of};
use crate::outcome::{Judgement, Outcome, Source};
use crate::statistics::Proportion;

/// Conversations of known outcome below which a rate says little.
pub const KNOWN_MIN: u64 = 20;

/// Outcomes of conversations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Those that achieved what they were for.
    pub resolved: u64,
    /// Those that did not.
    pub unresolved: u64,
    /// Those of which nobody knows.
    pub unknown: u64,
    /// Known outcomes that were told.
    pub told: u64,
    /// Known outcomes that were judged.
    pub judged: u64,
    /// Known outcomes that are estimates.
    pub estimated: u64,
}

/// What a rate is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// All known outcomes are known so.
    Only(Source),
    /// They are known in several ways.
    Mixed,
}

impl Basis {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Only(source) => source.word(),
            Self::Mixed => "mixed",
        }
    }
}

impl Outcomes {
    /// Adds a conversation.
    pub fn add(&mut self, judgement: &Judgement) {
        match judgement.outcome {
            Outcome::Resolved => self.resolved += 1,
            Outcome::Unresolved => self.unresolved += 1,
            Outcome::Unknown => {
                self.unknown += 1;
                return;
            }
        }
        match judgement.source {
            Source::Told => self.told += 1,
            Source::Judged => self.judged += 1,
            Source::Estimated => self.estimated += 1,
        }
    }

    /// Conversations of known outcome.
    #[must_use]
    pub fn known(&self) -> u64 {
        self.resolved + self.unresolved
    }

    /// Those that achieved what they were for, of those of which that is known.
    #[must_use]
    pub fn proportion(&self) -> Proportion {
        Proportion { count: self.resolved, total: self.known() }
    }

    /// Task completion: percent of the conversations of known outcome that achieved what they were for, 1 decimal; `None` if
    /// none is known.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        tenths(i128::from(self.resolved) * 100, self.known().into()).map(in_ones)
    }

    /// Percent of all conversations whose outcome is known, 1 decimal; `None` without conversations.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        tenths(i128::from(self.known()) * 100, i128::from(self.known()) + i128::from(self.unknown)).map(in_ones)
    }

    /// How the outcomes are known; `None` if none is.
    #[must_use]
    pub fn basis(&self) -> Option<Basis> {
        let sources = [(Source::Told, self.told), (Source::Judged, self.judged), (Source::Estimated, self.estimated)];
        let mut used = sources.into_iter().filter(|(_, count)| *count > 0).map(|(source, _)| source);
        let first = used.next()?;
        Some(if used.next().is_some() { Basis::Mixed } else { Basis::Only(first) })
    }

    /// Whether so few outcomes are known that the rate says little: fewer than [`KNOWN_MIN`].
    #[must_use]
    pub fn has_low_confidence(&self) -> bool {
        self.known() < KNOWN_MIN
    }

    /// How the rate changed against the period before.
    #[must_use]
    pub fn trend(&self, before: &Self) -> Trend {
        trend_of(self.proportion(), before.proportion())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(u64, Outcome, Source)]) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for (times, outcome, source) in rows {
            let judgement = Judgement { outcome: *outcome, source: *source, evidence: Vec::new() };
            (0..*times).for_each(|_| outcomes.add(&judgement));
        }
        outcomes
    }

    #[test]
    fn rates_coverage_and_basis() {
        use Outcome::{Resolved, Unknown, Unresolved};
        use Source::{Estimated, Judged, Told};
        let check = |rows: &[(u64, Outcome, Source)], rate: Option<f64>, coverage: Option<f64>, basis: &str, low: bool| {
            let found = of(rows);
            assert_eq!((found.rate(), found.coverage(), found.has_low_confidence()), (rate, coverage, low), "{rows:?}");
            assert_eq!(found.basis().map_or("none", Basis::word), basis, "{rows:?}");
        };
        check(&[], None, None, "none", true);
        check(&[(7, Unknown, Estimated)], None, Some(0.0), "none", true);
        check(&[(2, Resolved, Told), (1, Unresolved, Told)], Some(66.7), Some(100.0), "told", true);
        check(&[(15, Resolved, Estimated), (5, Unresolved, Estimated), (40, Unknown, Judged)], Some(75.0), Some(33.3), "estimated", false);
        check(&[(19, Resolved, Judged)], Some(100.0), Some(100.0), "judged", true);
        check(&[(19, Resolved, Judged), (1, Unresolved, Told)], Some(95.0), Some(100.0), "mixed", false);
    }

    #[test]
    fn trends_are_of_known_outcomes() {
        let known = |resolved, unresolved| Outcomes { resolved, unresolved, unknown: 1_000, ..Outcomes::default() };
        let check = |period, before, change: &str, significant| {
            assert_eq!(known_trend(period, before), (change.to_owned(), significant));
        };
        fn known_trend(period: Outcomes, before: Outcomes) -> (String, Option<bool>) {
            let Trend { change, significant } = period.trend(&before);
            (change, significant)
        }
        check(known(873, 127), known(841, 159), "+3.2%", Some(true));
        check(known(8, 2), known(9, 1), "-10.0%", Some(false));
        check(known(8, 2), known(0, 0), "n/a", None);
    }
}
