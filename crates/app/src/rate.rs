//! How much one key may read in a minute, where the operator has set a limit. Recording is never limited: no client comes again with
//! what was refused, so it would be lost.
//!
//! Windows are the minutes of the clock. All keys begin anew at the same moment, so that one small table, emptied each minute, is all
//! there is to keep.

use std::collections::HashMap;

use debrief_model::limit::METERED_KEYS_MAX;
use debrief_model::{Error, ErrorKind, KeyId, Timestamp};
use parking_lot::Mutex;

use crate::{App, Ctx};

const WINDOW_US: i64 = 60_000_000;

/// What a key may still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Reads in a minute.
    pub limit: u32,
    /// Reads left in this one.
    pub remaining: u32,
    /// When the next minute begins.
    pub resets_at: Timestamp,
}

/// Counts a read of the caller and answers what is left; `None` where there is no limit.
///
/// # Errors
/// `RateLimited` when nothing was left.
pub fn check(app: &App, ctx: &Ctx) -> crate::Result<Option<Budget>> {
    let Some(limit) = app.settings().reads_per_minute_max else { return Ok(None) };
    let reads = app.meter.count(ctx.key, ctx.now);
    if reads > limit {
        let sentence = format!("This API key may make {limit} reads a minute (setting reads_per_minute_max)");
        return Err(Error::new(ErrorKind::RateLimited, sentence));
    }
    Ok(Some(Budget { limit, remaining: limit - reads, resets_at: resets_at(ctx.now) }))
}

/// What a key has left when [`check`] has refused it.
#[must_use]
pub fn used_up(app: &App, ctx: &Ctx) -> Option<Budget> {
    let limit = app.settings().reads_per_minute_max?;
    Some(Budget { limit, remaining: 0, resets_at: resets_at(ctx.now) })
}

/// When the minute that `now` is in ends.
#[must_use]
pub fn resets_at(now: Timestamp) -> Timestamp {
    Timestamp(now.0.div_euclid(WINDOW_US).saturating_add(1).saturating_mul(WINDOW_US))
}

/// Counts the reads of each key in the present minute.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Window>);

#[derive(Debug, Default)]
struct Window {
    minute: i64,
    reads: HashMap<KeyId, u32>,
}

impl Meter {
    /// Counts one read; answers how many there were with it. Keys beyond the table's size are not counted.
    fn count(&self, key: KeyId, now: Timestamp) -> u32 {
        let minute = now.0.div_euclid(WINDOW_US);
        let mut window = self.0.lock();
        // A request that arrived just before the minute's end may come here just after it. A clock that was set back is another thing.
        if minute > window.minute || minute < window.minute - 1 {
            *window = Window { minute, reads: HashMap::new() };
        }
        if window.reads.len() >= METERED_KEYS_MAX && !window.reads.contains_key(&key) {
            return 1;
        }
        let reads = window.reads.entry(key).or_default();
        *reads = reads.saturating_add(1);
        *reads
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const MINUTE: i64 = WINDOW_US;

    fn key(number: u128) -> KeyId {
        KeyId(Uuid::from_u128(number))
    }

    #[test]
    fn each_key_counts_for_itself_and_anew_each_minute() {
        let meter = Meter::default();
        let at = |us| Timestamp(10 * MINUTE + us);
        assert_eq!([1, 1, 2, 1].map(|number| meter.count(key(number), at(0))), [1, 2, 1, 3]);
        assert_eq!(meter.count(key(1), at(MINUTE - 1)), 4);
        assert_eq!(meter.count(key(1), at(MINUTE)), 1);
        assert_eq!(meter.count(key(1), at(MINUTE - 1)), 2, "who was late counts in the minute that has begun");
    }

    #[test]
    fn a_clock_that_is_set_back_begins_anew() {
        let meter = Meter::default();
        assert_eq!(meter.count(key(1), Timestamp(1_000 * MINUTE)), 1);
        assert_eq!(meter.count(key(1), Timestamp(5 * MINUTE)), 1);
        assert_eq!(meter.count(key(1), Timestamp(5 * MINUTE)), 2);
    }

    #[test]
    fn the_table_does_not_grow_without_end() {
        let meter = Meter::default();
        for number in 0..METERED_KEYS_MAX as u128 + 10 {
            meter.count(key(number), Timestamp(0));
        }
        assert_eq!(meter.0.lock().reads.len(), METERED_KEYS_MAX);
        assert_eq!(meter.count(key(0), Timestamp(0)), 2);
    }

    #[test]
    fn a_window_ends_with_its_minute() {
        let check = |now: i64, expected: i64| assert_eq!(resets_at(Timestamp(now)), Timestamp(expected));
        check(0, MINUTE);
        check(MINUTE - 1, MINUTE);
        check(MINUTE, 2 * MINUTE);
        check(-1, 0);
    }
}
