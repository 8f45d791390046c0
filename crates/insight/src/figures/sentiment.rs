//! How the users of many conversations sound.

use super::{in_hundredths, percents, rounded};

/// Compound scores from which a conversation sounds positive, and up to which it sounds negative: the thresholds that
/// VADER's authors publish, 0.05.
const POSITIVE_MIN_MILLIONTHS: i64 = 50_000;
const NEGATIVE_MAX_MILLIONTHS: i64 = -50_000;

const MILLION: i128 = 1_000_000;

/// Scores of conversations, added up in whole millionths: the order in which they come changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sentiments {
    /// Conversations that sound positive.
    pub positive: u64,
    /// Conversations that sound neither way.
    pub neutral: u64,
    /// Conversations that sound negative.
    pub negative: u64,
    /// Conversations that could not be read. They count in nothing else.
    pub unknown: u64,
    /// Sum of the compound scores, millionths.
    pub sum_millionths: i128,
}

/// Shares in whole percents, which add up to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// Percent that sound positive.
    pub positive: u8,
    /// Percent that sound neither way.
    pub neutral: u8,
    /// Percent that sound negative.
    pub negative: u8,
}

impl Sentiments {
    /// Adds a conversation by its compound score, −1 to 1; `None` where it could not be read.
    pub fn add(&mut self, compound: Option<f64>) {
        let Some(compound) = compound.filter(|compound| compound.is_finite()) else {
            self.unknown += 1;
            return;
        };
        let millionths = (compound.clamp(-1.0, 1.0) * 1e6).round() as i64;
        self.sum_millionths += i128::from(millionths);
        match millionths {
            POSITIVE_MIN_MILLIONTHS.. => self.positive += 1,
            ..=NEGATIVE_MAX_MILLIONTHS => self.negative += 1,
            _ => self.neutral += 1,
        }
    }

    /// Conversations that could be read.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.positive + self.neutral + self.negative
    }

    /// Mean compound score, −1 to 1, 2 decimals; `None` if no conversation could be read.
    #[must_use]
    pub fn average_compound(&self) -> Option<f64> {
        rounded(self.sum_millionths * 100, i128::from(self.counted()) * MILLION).map(in_hundredths)
    }

    /// The same from 0 to 1, 2 decimals: (mean + 1) / 2, rounded once.
    #[must_use]
    pub fn average(&self) -> Option<f64> {
        let all = i128::from(self.counted()) * MILLION;
        rounded((self.sum_millionths + all) * 100, all * 2).map(in_hundredths)
    }

    /// How the conversations are distributed; `None` if none could be read.
    #[must_use]
    pub fn distribution(&self) -> Option<Distribution> {
        let [positive, neutral, negative] = percents([self.positive, self.neutral, self.negative])?;
        Some(Distribution { positive, neutral, negative })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(scores: &[f64]) -> Sentiments {
        let mut sentiments = Sentiments::default();
        scores.iter().for_each(|score| sentiments.add(Some(*score)));
        sentiments
    }

    #[test]
    fn averages() {
        let check = |scores: &[f64], compound: Option<f64>, average: Option<f64>| {
            let found = of(scores);
            assert_eq!((found.average_compound(), found.average()), (compound, average), "{scores:?}");
        };
        check(&[], None, None);
        check(&[0.44], Some(0.44), Some(0.72));
        check(&[1.0, 1.0], Some(1.0), Some(1.0));
        check(&[-1.0], Some(-1.0), Some(0.0));
        // 0.8215 is rounded once: by way of 0.64 it would be 0.82, too, but 0.645 would not.
        check(&[0.6430], Some(0.64), Some(0.82));
        check(&[0.01], Some(0.01), Some(0.51));
        check(&[-0.005], Some(-0.01), Some(0.5));
    }

    #[test]
    fn classes_begin_at_the_published_thresholds() {
        let found = of(&[0.05, 0.0499, 0.0, -0.0499, -0.05]);
        assert_eq!((found.positive, found.neutral, found.negative), (1, 3, 1));
        assert_eq!(found.distribution(), Some(Distribution { positive: 20, neutral: 60, negative: 20 }));
    }

    #[test]
    fn what_could_not_be_read_does_not_count() {
        let mut found = of(&[0.5]);
        found.add(None);
        found.add(Some(f64::NAN));
        assert_eq!((found.counted(), found.unknown, found.average_compound()), (1, 2, Some(0.5)));
        assert_eq!(Sentiments::default().distribution(), None);
    }

    proptest! {
        #[test]
        fn the_order_changes_nothing(mut scores in prop::collection::vec(-1.0_f64..=1.0, 1..50)) {
            let found = of(&scores);
            scores.reverse();
            prop_assert_eq!(found, of(&scores));
            prop_assert!(found.average().is_some_and(|average| (0.0..=1.0).contains(&average)));
        }
    }
}
