//! How much is looked at between two moments in which it is seen what else there is to do: less where recording is busy.

use std::time::{Duration, Instant};

/// From so many events a second on, recording is busy, and only a few conversations are looked at now and then.
const BUSY_EVENTS_PER_SECOND: f64 = 10_000.0;
/// Sessions looked at between two notes while it is.
const BUSY_SESSIONS_MAX: usize = 64;
/// How long nothing is looked at between two looks while it is.
const BUSY_PAUSE: Duration = Duration::from_secs(2);
/// Sessions looked at between two notes.
const SESSIONS_MAX: usize = 256;
/// The stretch over which it is judged whether recording is busy, in seconds.
const PACE_SECONDS_MIN: f64 = 0.25;

/// How busy recording is.
pub(super) struct Pace {
    noted_at: Instant,
    /// Events since then.
    events: u64,
    looked_at: Option<Instant>,
    is_busy: bool,
}

impl Pace {
    /// Nothing is known yet.
    pub(super) fn new(now: Instant) -> Self {
        Self { noted_at: now, events: 0, looked_at: None, is_busy: false }
    }

    /// Conversations were looked at.
    pub(super) fn looked(&mut self) {
        self.looked_at = Some(Instant::now());
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

    /// Whether conversations should be left for later.
    pub(super) fn should_rest(&self) -> bool {
        self.is_busy && self.looked_at.is_some_and(|looked_at| looked_at.elapsed() < BUSY_PAUSE)
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
