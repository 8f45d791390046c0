//! How often the model may be asked and what that may cost, and what has been spent: per hour and day of UTC, with a hard stop.
//!
//! What may be spent is set aside, and that is written down, before anything is asked; what was not needed comes back afterwards. So
//! whatever happens in between, the stop holds: a crash only costs what was set aside.

use debrief_model::Timestamp;
use serde::{Deserialize, Serialize};

const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;

/// The bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Requests in an hour, those that are repeated included.
    pub requests_per_hour_max: u32,
    /// Billionths of a US dollar in a day; `None` without such a bound.
    pub nano_usd_per_day_max: Option<i64>,
}

/// What was spent, what is set aside included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    hour: i64,
    requests: u32,
    day: i64,
    nano_usd: i64,
}

/// What is set aside for one conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reserve {
    /// The hour in which it may be used.
    pub(crate) hour: i64,
    /// The day on which it counts.
    day: i64,
    /// Requests.
    pub(crate) requests: u32,
    /// Billionths of a US dollar.
    nano_usd: i64,
}

impl Reserve {
    /// What one of its requests costs at most, billionths of a US dollar.
    pub(crate) fn each_nano_usd(&self) -> i64 {
        self.nano_usd / i64::from(self.requests.max(1))
    }
}

/// The hour that a time is in.
pub(crate) fn hour_of(at: Timestamp) -> i64 {
    at.0.div_euclid(HOUR_US)
}

fn day_of(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY_US)
}

impl Spent {
    /// Requests in the hour of `now`.
    #[must_use]
    pub fn requests_at(&self, now: Timestamp) -> u32 {
        if self.hour == hour_of(now) { self.requests } else { 0 }
    }

    /// Billionths of a US dollar on the day of `now`.
    #[must_use]
    pub fn nano_usd_at(&self, now: Timestamp) -> i64 {
        if self.day == day_of(now) { self.nano_usd } else { 0 }
    }

    /// Sets aside up to `requests`, each of which costs at most so much. `None` when not even one is left.
    pub(crate) fn reserve(&self, bounds: &Bounds, requests: u32, each_nano_usd: i64, now: Timestamp) -> Option<Reserve> {
        let left = bounds.requests_per_hour_max.saturating_sub(self.requests_at(now));
        let affordable = match bounds.nano_usd_per_day_max {
            Some(max) => (max - self.nano_usd_at(now)).max(0).checked_div(each_nano_usd).unwrap_or(i64::MAX),
            None => i64::MAX,
        };
        let requests = requests.min(left).min(u32::try_from(affordable).unwrap_or(u32::MAX));
        let nano_usd = each_nano_usd.saturating_mul(requests.into());
        (requests > 0).then(|| Reserve { hour: hour_of(now), day: day_of(now), requests, nano_usd })
    }

    /// Counts what was set aside as spent.
    pub(crate) fn take(&mut self, reserve: &Reserve) {
        if self.hour != reserve.hour {
            (self.hour, self.requests) = (reserve.hour, 0);
        }
        if self.day != reserve.day {
            (self.day, self.nano_usd) = (reserve.day, 0);
        }
        self.requests = self.requests.saturating_add(reserve.requests);
        self.nano_usd = self.nano_usd.saturating_add(reserve.nano_usd);
    }

    /// Gives back what was set aside and counts what was spent instead, where its hour and day are still those that are counted.
    pub(crate) fn settle(&mut self, reserve: &Reserve, requests: u32, nano_usd: i64) {
        if self.hour == reserve.hour {
            self.requests = self.requests.saturating_sub(reserve.requests).saturating_add(requests);
        }
        if self.day == reserve.day {
            self.nano_usd = self.nano_usd.saturating_sub(reserve.nano_usd).saturating_add(nano_usd);
        }
    }

    /// Adds what somebody else spent: of two hours or days the later one counts.
    pub(crate) fn add(&mut self, other: &Self) {
        match other.hour.cmp(&self.hour) {
            std::cmp::Ordering::Greater => (self.hour, self.requests) = (other.hour, other.requests),
            std::cmp::Ordering::Equal => self.requests = self.requests.saturating_add(other.requests),
            std::cmp::Ordering::Less => {}
        }
        match other.day.cmp(&self.day) {
            std::cmp::Ordering::Greater => (self.day, self.nano_usd) = (other.day, other.nano_usd),
            std::cmp::Ordering::Equal => self.nano_usd = self.nano_usd.saturating_add(other.nano_usd),
            std::cmp::Ordering::Less => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { requests_per_hour_max: 5, nano_usd_per_day_max: Some(1_000) };

    fn at(hours: i64) -> Timestamp {
        Timestamp(1_760_000_000_000_000 / DAY_US * DAY_US + hours * HOUR_US)
    }

    #[test]
    fn nothing_is_asked_beyond_the_hours_requests_or_the_days_money() {
        let mut spent = Spent::default();
        let mut check = |each, hours, expected: Option<u32>| {
            let reserve = spent.reserve(&BOUNDS, 3, each, at(hours));
            assert_eq!(reserve.map(|reserve| reserve.requests), expected);
            reserve.iter().for_each(|reserve| spent.take(reserve));
        };
        check(100, 0, Some(3));
        check(100, 0, Some(2));
        check(100, 0, None);
        check(200, 1, Some(2));
        check(200, 2, None);
        check(100, 2, Some(1));
        check(1, 2, None);
        check(0, 2, Some(3));
        check(100, 24, Some(3));
    }

    #[test]
    fn what_was_not_needed_comes_back_in_its_own_hour_only() {
        let mut spent = Spent::default();
        let reserve = spent.reserve(&BOUNDS, 3, 100, at(0)).unwrap();
        spent.take(&reserve);
        assert_eq!((spent.requests_at(at(0)), spent.nano_usd_at(at(0)), spent.requests_at(at(1))), (3, 300, 0));
        spent.settle(&reserve, 1, 70);
        assert_eq!((spent.requests_at(at(0)), spent.nano_usd_at(at(0))), (1, 70));
        let late = spent.reserve(&BOUNDS, 3, 100, at(0)).unwrap();
        spent.take(&late);
        let next = spent.reserve(&BOUNDS, 3, 100, at(1)).unwrap();
        spent.take(&next);
        spent.settle(&late, 0, 0);
        assert_eq!((spent.requests_at(at(1)), spent.nano_usd_at(at(1))), (3, 370));
    }

    #[test]
    fn without_a_bound_on_money_only_requests_are_bounded() {
        let bounds = Bounds { nano_usd_per_day_max: None, ..BOUNDS };
        assert_eq!(Spent::default().reserve(&bounds, 3, i64::MAX, at(0)).map(|reserve| reserve.requests), Some(3));
    }

    #[test]
    fn what_tenants_spend_counts_together() {
        let of = |hours, requests| {
            let mut spent = Spent::default();
            spent.take(&Reserve { hour: hour_of(at(hours)), day: day_of(at(hours)), requests, nano_usd: 10 });
            spent
        };
        let mut all = of(0, 1);
        [of(1, 2), of(0, 4), of(1, 1)].iter().for_each(|spent| all.add(spent));
        assert_eq!((all.requests_at(at(1)), all.nano_usd_at(at(1))), (3, 40));
    }
}
