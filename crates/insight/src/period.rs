//! Which days a question is about: whole days in UTC, up to and including today.

use debrief_model::{TimeRange, Timestamp};

/// A day of UTC, which has no leap seconds in Unix time.
const DAY_US: i64 = 86_400_000_000;
const SECOND_US: i64 = 1_000_000;

/// How far back a question reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Span {
    /// The last 7 days and today.
    Days7,
    /// The last 30 days and today.
    #[default]
    Days30,
    /// The last 90 days and today.
    Days90,
    /// Everything until the end of today.
    All,
}

impl Span {
    /// The span that callers call so: `7`, `30`, `90` or `all`.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Days7, Self::Days30, Self::Days90, Self::All].into_iter().find(|span| span.word() == word)
    }

    /// What callers call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Days7 => "7",
            Self::Days30 => "30",
            Self::Days90 => "90",
            Self::All => "all",
        }
    }

    /// The days before today that it reaches back; `None` for all of them.
    #[must_use]
    pub fn days(self) -> Option<u32> {
        match self {
            Self::Days7 => Some(7),
            Self::Days30 => Some(30),
            Self::Days90 => Some(90),
            Self::All => None,
        }
    }

    /// The range from midnight that many days ago to the midnight that ends today, in UTC. As today counts besides, 30
    /// days are 31 dates: the sample in Converra's documentation goes from 21 December to 20 January. For all days the
    /// range has no beginning.
    #[must_use]
    pub fn ending(self, now: Timestamp) -> TimeRange {
        let midnight = Timestamp(now.0.div_euclid(DAY_US).saturating_mul(DAY_US));
        let from = self.days().map(|days| midnight.plus_micros(-i64::from(days) * DAY_US));
        TimeRange { from, to: Some(midnight.plus_micros(DAY_US)) }
    }
}

/// The range of equal length that ends where this one begins; `None` where it is open.
#[must_use]
pub fn preceding(range: TimeRange) -> Option<TimeRange> {
    let (from, to) = (range.from?, range.to?);
    Some(TimeRange { from: Some(from.plus_micros(from.micros_since(to))), to: Some(from) })
}

/// The end as people write it: the last full second before it, 23:59:59 of the last day. `None` where it is open.
#[must_use]
pub fn last_second(range: TimeRange) -> Option<Timestamp> {
    range.to.map(|to| to.plus_micros(-SECOND_US))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2025-01-20T00:00:00Z.
    const MIDNIGHT_US: i64 = 1_737_331_200_000_000;

    fn check(span: Span, now_us: i64, days: Option<(i64, i64)>) {
        let range = span.ending(Timestamp(now_us));
        let day = |days: i64| Timestamp(MIDNIGHT_US + days * DAY_US);
        let expected = TimeRange { from: days.map(|(from, _)| day(from)), to: Some(day(days.map_or(1, |(_, to)| to))) };
        assert_eq!(range, expected, "{span:?}");
    }

    #[test]
    fn whole_days_up_to_today() {
        check(Span::Days30, MIDNIGHT_US, Some((-30, 1)));
        check(Span::Days30, MIDNIGHT_US + 43_200_000_000, Some((-30, 1)));
        check(Span::Days30, MIDNIGHT_US + DAY_US - 1, Some((-30, 1)));
        check(Span::Days30, MIDNIGHT_US - 1, Some((-31, 0)));
        check(Span::Days7, MIDNIGHT_US, Some((-7, 1)));
        check(Span::Days90, MIDNIGHT_US, Some((-90, 1)));
        check(Span::All, MIDNIGHT_US, None);
    }

    #[test]
    fn the_documented_sample() {
        // 2024-12-21T00:00:00Z … 2025-01-20T23:59:59Z
        let range = Span::Days30.ending(Timestamp(MIDNIGHT_US + 1));
        assert_eq!(range.from, Some(Timestamp(1_734_739_200_000_000)));
        assert_eq!(last_second(range), Some(Timestamp(1_737_417_599_000_000)));
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_where_this_one_begins() {
        let range = Span::Days7.ending(Timestamp(MIDNIGHT_US));
        let before = preceding(range).expect("closed");
        assert_eq!(before.to, range.from);
        assert_eq!(before.from, Some(Timestamp(MIDNIGHT_US - 15 * DAY_US)));
        assert_eq!(preceding(Span::All.ending(Timestamp(MIDNIGHT_US))), None);
    }

    #[test]
    fn times_before_1970_and_at_the_ends_of_time() {
        assert_eq!(Span::Days7.ending(Timestamp(-1)).to, Some(Timestamp(0)));
        for now in [i64::MIN, i64::MAX] {
            for span in ["7", "30", "90", "all"] {
                let range = Span::of(span).expect("a span").ending(Timestamp(now));
                assert!(preceding(range).is_none_or(|before| before.from <= before.to));
                assert!(last_second(range) <= range.to);
            }
        }
    }

    #[test]
    fn words() {
        for span in [Span::Days7, Span::Days30, Span::Days90, Span::All] {
            assert_eq!(Span::of(span.word()), Some(span));
        }
        for wrong in ["", "0", "07", "31", "ALL"] {
            assert_eq!(Span::of(wrong), None);
        }
    }
}
