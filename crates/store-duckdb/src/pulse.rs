//! How often somebody reads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Reads that are counted together.
const WINDOW_MS: u64 = 1_000;

/// Counts reads in windows of a second. Two threads that begin a window at once may lose a read: it is a measure, no account.
#[derive(Debug)]
pub(crate) struct Pulse {
    since: Instant,
    /// The number of the newest window that had a read, from 1.
    window: AtomicU64,
    reads: AtomicU64,
    /// Reads of the window just before it.
    reads_before: AtomicU64,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self { since: Instant::now(), window: AtomicU64::new(0), reads: AtomicU64::new(0), reads_before: AtomicU64::new(0) }
    }

    /// Notes a read.
    pub(crate) fn beat(&self) {
        self.beat_in(self.now());
    }

    /// Reads within a second lately: those of this second or the last one, whichever are more.
    pub(crate) fn rate(&self) -> u64 {
        self.rate_in(self.now())
    }

    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX) / WINDOW_MS + 1
    }

    fn beat_in(&self, now: u64) {
        let window = self.window.swap(now, Ordering::Relaxed);
        if window == now {
            self.reads.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let reads = self.reads.swap(1, Ordering::Relaxed);
        self.reads_before.store(if window + 1 == now { reads } else { 0 }, Ordering::Relaxed);
    }

    fn rate_in(&self, now: u64) -> u64 {
        let (reads, before) = (self.reads.load(Ordering::Relaxed), self.reads_before.load(Ordering::Relaxed));
        match now.saturating_sub(self.window.load(Ordering::Relaxed)) {
            0 => reads.max(before),
            1 => reads,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pulse;

    #[test]
    fn a_rate_is_that_of_this_second_or_the_last() {
        let pulse = Pulse::new();
        let beat = |window: u64, times: usize| (0..times).for_each(|_| pulse.beat_in(window));
        assert_eq!(pulse.rate_in(1), 0);
        beat(3, 5);
        assert_eq!([3, 4, 5].map(|now| pulse.rate_in(now)), [5, 5, 0]);
        beat(4, 2);
        assert_eq!([4, 5, 6].map(|now| pulse.rate_in(now)), [5, 2, 0]);
        beat(5, 9);
        assert_eq!(pulse.rate_in(5), 9);
        beat(8, 1);
        assert_eq!(pulse.rate_in(8), 1);
    }

    #[test]
    fn it_beats_by_the_clock() {
        let pulse = Pulse::new();
        (0..4).for_each(|_| pulse.beat());
        // The clock may have gone on to the next second between any two.
        assert!((1..=4).contains(&pulse.rate()));
    }
}
