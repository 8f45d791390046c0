//! Figures over the conversations of an agent in a period.
//!
//! Conversations that are in progress are not counted, only told; what is counted is completed or abandoned, as in the
//! sample in Converra's documentation, where 1,089 and 158 make up 1,247. Averages and rates are whole tenths, rounded
//! half away from zero in integers, so that no trace of floating point reaches a reader.
//!
//! * [`Figures`] tells how conversations ended and how long they took,
//! * [`Outcomes`] how many achieved what they were for,
//! * [`Sentiments`] how their users sound.

mod outcomes;
mod sentiment;

use std::collections::BTreeMap;

use debrief_model::Conversation;

use crate::lifecycle::{Reason, State, Verdict};
use crate::statistics::{Proportion, Z_95, z};

pub use outcomes::{Basis, KNOWN_MIN, Outcomes};
pub use sentiment::{Distribution, Sentiments};

const SECOND_US: i128 = 1_000_000;

/// What the conversations of a period add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Conversations that are over and were brought to an end.
    pub completed: u64,
    /// Conversations that are over and were given up.
    pub abandoned: u64,
    /// Of those given up, how many for which reason; no entry is zero.
    pub abandoned_by: BTreeMap<Reason, u64>,
    /// Conversations that go on. They count in nothing else.
    pub in_progress: u64,
    /// Sum of the times that users waited for answers, microseconds.
    pub response_us: i128,
    /// How many times they waited.
    pub responses: u64,
    /// Messages of users and assistants.
    pub messages: u64,
    /// Conversations with any message.
    pub with_messages: u64,
}

impl Figures {
    /// Adds a conversation and what it was judged to be.
    pub fn add(&mut self, conversation: &Conversation, verdict: Verdict) {
        match verdict.state {
            State::InProgress => {
                self.in_progress += 1;
                return;
            }
            State::Completed => self.completed += 1,
            State::Abandoned => {
                self.abandoned += 1;
                if let Some(reason) = verdict.reason {
                    *self.abandoned_by.entry(reason).or_default() += 1;
                }
            }
        }
        let course = &conversation.course;
        self.response_us += i128::from(course.response_us);
        self.responses += u64::from(course.responses);
        let messages = u64::from(course.user_messages) + u64::from(course.assistant_messages);
        self.messages += messages;
        self.with_messages += u64::from(messages > 0);
    }

    /// Conversations that are over.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.completed + self.abandoned
    }

    /// Percent of the counted conversations that were completed, 1 decimal; `None` if none is counted.
    #[must_use]
    pub fn completion_rate(&self) -> Option<f64> {
        percent_tenths(self.proportion()).map(in_ones)
    }

    /// Mean time that users waited for an answer, seconds, 1 decimal, each answer weighing the same; `None` without
    /// answers.
    #[must_use]
    pub fn average_response_s(&self) -> Option<f64> {
        tenths(self.response_us, i128::from(self.responses) * SECOND_US).map(in_ones)
    }

    /// Mean messages of users and assistants in the conversations that have any, 1 decimal; `None` if none has.
    #[must_use]
    pub fn average_messages(&self) -> Option<f64> {
        tenths(self.messages.into(), self.with_messages.into()).map(in_ones)
    }

    /// Those that were completed, of the counted.
    #[must_use]
    pub fn proportion(&self) -> Proportion {
        Proportion { count: self.completed, total: self.counted() }
    }
}

/// How a rate changed against the period before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// The difference of the two rates as they are shown, in percentage points: `+3.2%`, `-1.0%`, `+0.0%`; `n/a` where
    /// one of them is unknown.
    pub change: String,
    /// Whether the difference is more than chance would often bring; `None` where one of the rates is unknown.
    pub significant: Option<bool>,
}

/// Compares the completion rate of a period with that of the one before it.
#[must_use]
pub fn trend(period: &Figures, before: &Figures) -> Trend {
    trend_of(period.proportion(), before.proportion())
}

/// Compares two rates: how many percentage points the first is above the second, and whether the two-proportion z-test
/// calls that significant, two-sided, at the level of 5 %.
#[must_use]
pub fn trend_of(period: Proportion, before: Proportion) -> Trend {
    match (percent_tenths(period), percent_tenths(before), z(before, period)) {
        (Some(rate), Some(former), Some(z)) => Trend { change: points(rate - former), significant: Some(z.abs() >= Z_95) },
        _ => Trend { change: "n/a".to_owned(), significant: None },
    }
}

/// Tenths of a percentage point, written with sign and percent sign.
fn points(tenths: i128) -> String {
    let sign = if tenths < 0 { '-' } else { '+' };
    format!("{sign}{}.{}%", tenths.abs() / 10, tenths.abs() % 10)
}

/// So many percent of the total, with one decimal; `None` if that is zero.
#[must_use]
pub fn percent(count: u64, total: u64) -> Option<f64> {
    percent_tenths(Proportion { count, total }).map(in_ones)
}

fn percent_tenths(proportion: Proportion) -> Option<i128> {
    tenths(i128::from(proportion.count) * 100, proportion.total.into())
}

/// Whole percents of counts that add up to 100: each is rounded down, and what is left goes to those that lost most by it,
/// of equals to the first (the method of the largest remainder, after Hamilton). `None` if all counts are zero.
#[must_use]
pub fn percents<const N: usize>(counts: [u64; N]) -> Option<[u8; N]> {
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return None;
    }
    let hundredfold = counts.map(|count| u128::from(count) * 100);
    let mut found = hundredfold.map(|share| u8::try_from(share / total).expect("a part of 100"));
    let left = 100 - found.iter().map(|percent| usize::from(*percent)).sum::<usize>();
    let mut by_loss: [usize; N] = std::array::from_fn(|at| at);
    by_loss.sort_by_key(|at| std::cmp::Reverse(hundredfold[*at] % total));
    by_loss.into_iter().take(left).for_each(|at| found[at] += 1);
    Some(found)
}

/// A quotient, rounded half away from zero to a whole number; `None` if the divisor is zero.
fn rounded(dividend: i128, divisor: i128) -> Option<i128> {
    let twice = dividend.checked_mul(2)?;
    (divisor > 0).then(|| (twice + twice.signum() * divisor) / (2 * divisor))
}

/// A quotient in tenths, rounded half away from zero; `None` if the divisor is zero.
fn tenths(dividend: i128, divisor: i128) -> Option<i128> {
    rounded(dividend.checked_mul(10)?, divisor)
}

/// The number nearest to so many tenths, which is the one that is written with a single decimal.
fn in_ones(tenths: i128) -> f64 {
    tenths as f64 / 10.0
}

/// The number nearest to so many hundredths.
fn in_hundredths(hundredths: i128) -> f64 {
    hundredths as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use debrief_model::{Course, SessionNumber, Timestamp};
    use proptest::prelude::*;

    use super::*;

    fn over(completed: u64, abandoned: u64) -> Figures {
        Figures { completed, abandoned, ..Figures::default() }
    }

    fn written(value: Option<f64>) -> String {
        value.map_or("none".to_owned(), |value| value.to_string())
    }

    fn conversation(course: Course) -> Conversation {
        let at = Timestamp(0);
        Conversation {
            session: SessionNumber(1),
            agent_version: None,
            started_at: at,
            last_activity_at: at,
            told: None,
            resolution: None,
            course,
        }
    }

    #[test]
    fn rates() {
        let check = |completed, abandoned, expected: &str| {
            assert_eq!(written(over(completed, abandoned).completion_rate()), expected, "{completed} {abandoned}");
        };
        check(1_089, 158, "87.3");
        check(0, 0, "none");
        check(0, 3, "0");
        check(3, 0, "100");
        check(2, 1, "66.7");
        // 5.25 and 0.05 lie half way.
        check(21, 379, "5.3");
        check(1, 1_999, "0.1");
        check(u64::MAX / 2, u64::MAX / 2, "50");
    }

    #[test]
    fn the_documented_sample_adds_up() {
        assert_eq!(over(1_089, 158).counted(), 1_247);
    }

    #[test]
    fn averages() {
        let check = |figures: Figures, response: &str, messages: &str| {
            assert_eq!(written(figures.average_response_s()), response);
            assert_eq!(written(figures.average_messages()), messages);
        };
        check(Figures::default(), "none", "none");
        check(Figures { response_us: 4_250_000, responses: 1, messages: 7, with_messages: 2, ..Figures::default() }, "4.3", "3.5");
        check(Figures { response_us: -150_000, responses: 3, messages: 1, with_messages: 3, ..Figures::default() }, "-0.1", "0.3");
        check(Figures { response_us: 49_999, responses: 1, ..Figures::default() }, "0", "none");
    }

    #[test]
    fn what_is_over_counts_and_what_goes_on_is_told_apart() {
        let mut figures = Figures::default();
        let course = Course { user_messages: 2, assistant_messages: 1, response_us: 10, responses: 2, ..Course::default() };
        let abandoned = |reason| Verdict { state: State::Abandoned, reason: Some(reason) };
        figures.add(&conversation(course), Verdict { state: State::Completed, reason: Some(Reason::Idle) });
        figures.add(&conversation(course), abandoned(Reason::NoReply));
        figures.add(&conversation(Course::default()), abandoned(Reason::NoReply));
        figures.add(&conversation(Course::default()), abandoned(Reason::Told));
        figures.add(&conversation(course), Verdict { state: State::InProgress, reason: None });
        let expected = Figures {
            completed: 1,
            abandoned: 3,
            abandoned_by: BTreeMap::from([(Reason::Told, 1), (Reason::NoReply, 2)]),
            in_progress: 1,
            response_us: 20,
            responses: 4,
            messages: 6,
            with_messages: 2,
        };
        assert_eq!(figures, expected);
    }

    #[test]
    fn trends() {
        let check = |period: (u64, u64), before: (u64, u64), change: &str, significant: Option<bool>| {
            let found = trend(&over(period.0, period.1), &over(before.0, before.1));
            assert_eq!((found.change.as_str(), found.significant), (change, significant), "{period:?} {before:?}");
        };
        check((873, 127), (841, 159), "+3.2%", Some(true));
        check((80, 20), (81, 19), "-1.0%", Some(false));
        check((80, 20), (80, 20), "+0.0%", Some(false));
        check((80, 20), (0, 0), "n/a", None);
        check((0, 0), (80, 20), "n/a", None);
        check((10, 0), (10, 0), "+0.0%", Some(false));
        check((0, 10), (0, 10), "+0.0%", Some(false));
        check((10, 0), (0, 10), "+100.0%", Some(true));
        check((0, 10), (10, 0), "-100.0%", Some(true));
        // 66.7 against 66.6: what is shown differs by a tenth, what was counted by less.
        check((6_667, 3_333), (6_664, 3_336), "+0.1%", Some(false));
    }

    #[test]
    fn percents_add_up() {
        let check = |counts: [u64; 3], expected: Option<[u8; 3]>| assert_eq!(percents(counts), expected, "{counts:?}");
        check([0, 0, 0], None);
        check([1, 1, 1], Some([34, 33, 33]));
        check([1, 0, 0], Some([100, 0, 0]));
        check([2, 3, 3], Some([25, 38, 37]));
        check([1, 1, 198], Some([1, 0, 99]));
        check([u64::MAX, u64::MAX, u64::MAX], Some([34, 33, 33]));
    }

    proptest! {
        #[test]
        fn averages_have_one_decimal_at_most(dividend in -1_000_000_000_i64..1_000_000_000, divisor in 1_i64..1_000_000) {
            let tenths = tenths(dividend.into(), divisor.into()).expect("a divisor");
            prop_assert!(in_ones(tenths).to_string().split_once('.').is_none_or(|(_, decimals)| decimals.len() == 1));
            prop_assert!((2 * (tenths * i128::from(divisor) - 10 * i128::from(dividend))).abs() <= i128::from(divisor));
        }

        #[test]
        fn percents_are_near_their_shares(counts in prop::array::uniform4(0_u64..1_000)) {
            if let Some(found) = percents(counts) {
                let total: u64 = counts.iter().sum();
                prop_assert_eq!(found.iter().map(|percent| u32::from(*percent)).sum::<u32>(), 100);
                prop_assert!(found.iter().zip(counts).all(|(percent, count)| (f64::from(*percent) - 100.0 * count as f64 / total as f64).abs() < 1.0));
            }
        }
    }
}
