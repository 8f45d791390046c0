//! Where time comes from. It enters at the edge (in [`crate::Ctx`]) and at the committer, nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use debrief_model::Timestamp;

/// A source of the present.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}
