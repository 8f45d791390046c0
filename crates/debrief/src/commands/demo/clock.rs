//! The clock of a server that is told a past: while it is filled, it stands where the story is, so that agents, people and changes are as
//! old as they pretend to be.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use debrief_app::clock::{Clock, SystemClock};
use debrief_model::Timestamp;

/// Where the clock stands once the story has reached the present: it goes on by itself.
const PRESENT: i64 = i64::MAX;

/// A clock that somebody moves on, and only on, until it goes by itself.
#[derive(Clone)]
pub(super) struct StoryClock(Arc<AtomicI64>);

impl StoryClock {
    pub(super) fn at(begin: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(begin.0)))
    }

    pub(super) fn of_the_machine() -> Self {
        Self::at(Timestamp(PRESENT))
    }

    pub(super) fn move_on(&self, to: Timestamp) {
        self.0.fetch_max(to.0, Ordering::Relaxed);
    }

    pub(super) fn reach_the_present(&self) {
        self.move_on(Timestamp(PRESENT));
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::Relaxed) {
            PRESENT => SystemClock.now(),
            at => Timestamp(at),
        }
    }
}
