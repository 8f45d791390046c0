//! How much is looked at between two moments in which it is seen what else there is to do: less where recording is busy, or where
//! somebody reads, who would have to share what of the processor recording leaves.

use std::time::{Duration, Instant};

/// From so many events a second on, recording is busy, and only a few conversations are looked at now and then.
const BUSY_EVENTS_PER_SECOND: f64 = 10_000.0;
/// Sessions looked at between two notes while it is.
const BUSY_SESSIONS_MAX: usize = 64;
/// How long nothing is looked at between two looks while it is.
const BUSY_PAUSE: Duration = Duration::from_secs(2);
/// How long if somebody reads meanwhile: at least so long,
const BUSY_READ_PAUSE: Duration = Duration::from_secs(10);
/// and so many times as long as the look took.
const BUSY_READ_TIMES: u32 = 20;
/// Sessions looked at between two notes.
const SESSIONS_MAX: usize = 256;
/// The stretch over which it is judged whether recording is busy, in seconds.
const PACE_SECONDS_MIN: f64 = 0.25;

/// How busy recording is.
pub(super) struct Pace {
    noted_at: Instant,
    /// Events since then.
    events: u64,
    looked: Option<Looked>,
    is_busy: bool,
}

/// When conversations were looked at last.
struct Looked {
    until: Instant,
    took: Duration,
}

impl Pace {
    /// Nothing is known yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { noted_at: now, events: 0, looked: None, is_busy: false }
    }

    /// Conversations were looked at from then until now.
    pub(super) fn looked(&mut self, from: Instant, until: Instant) {
        self.looked = Some(Looked { until, took: until.duration_since(from) });
    }

    /// Takes in that so many events came since this was last called.
    pub(super) fn hear(&mut self, events: u64, now: Instant) {
        self.events += events;
        let seconds = now.duration_since(self.noted_at).as_secs_f64();
        // Over shorter stretches a single large request looks like many.
        if seconds >= PACE_SECONDS_MIN || self.events as f64 >= BUSY_EVENTS_PER_SECOND {
            self.is_busy = self.events as f64 / seconds.max(PACE_SECONDS_MIN) >= BUSY_EVENTS_PER_SECOND;
            (self.noted_at, self.events) = (now, 0);
        }
    }

    /// How many conversations may be looked at before it is seen again what else there is to do.
    pub(super) fn sessions_max(&self) -> usize {
        if self.is_busy { BUSY_SESSIONS_MAX } else { SESSIONS_MAX }
    }

    /// How long conversations should be left alone from now on, while somebody reads or nobody.
    pub(super) fn rest(&self, is_read: bool, now: Instant) -> Duration {
        let Some(Looked { until, took }) = self.looked else { return Duration::ZERO };
        let pause = match (self.is_busy, is_read) {
            (true, true) => BUSY_READ_PAUSE.max(took * BUSY_READ_TIMES),
            (true, false) => BUSY_PAUSE,
            // At most half of the time.
            (false, true) => took,
            (false, false) => Duration::ZERO,
        };
        pause.saturating_sub(now.duration_since(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many conversations are looked at, after so many events every so many milliseconds.
    fn check(events: u64, every_ms: u64, expected: usize) {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        (1..=20).for_each(|time| pace.hear(events, start + Duration::from_millis(every_ms * time)));
        assert_eq!(pace.sessions_max(), expected, "{events} every {every_ms} ms");
    }

    /// How many milliseconds nothing is looked at after a look that took so many.
    fn check_rest(is_busy: bool, is_read: bool, took: u64, expected: u64) {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace { is_busy, ..Pace::new(start) };
        assert_eq!(pace.rest(is_read, start), Duration::ZERO, "the first look is at once");
        pace.looked(start, at(took));
        assert_eq!(pace.rest(is_read, at(took)), Duration::from_millis(expected), "busy {is_busy}, read {is_read}");
        assert_eq!(pace.rest(is_read, at(took + expected)), Duration::ZERO, "busy {is_busy}, read {is_read}");
    }

    #[test]
    fn looking_gives_way_to_recording_and_to_reading() {
        check_rest(false, false, 100, 0);
        check_rest(false, true, 100, 100);
        check_rest(true, false, 100, 2_000);
        check_rest(true, true, 100, 10_000);
        check_rest(true, true, 1_000, 20_000);
    }

    #[test]
    fn recording_is_busy_however_often_that_is_asked() {
        check(6_000, 500, BUSY_SESSIONS_MAX);
        check(1_200, 100, BUSY_SESSIONS_MAX);
        check(240, 20, BUSY_SESSIONS_MAX);
        check(4_000, 500, SESSIONS_MAX);
        check(800, 100, SESSIONS_MAX);
        check(0, 500, SESSIONS_MAX);
    }
}
