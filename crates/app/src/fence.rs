//! The promise that a read sees everything acknowledged before it started: it waits for the warehouse to reach the ledger.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use debrief_model::{Error, ErrorKind, Position};
use tokio::sync::watch;

/// How far the ledger has committed and the warehouse has applied.
#[derive(Debug)]
pub struct Fence {
    committed: AtomicU64,
    applied: watch::Sender<u64>,
    patience: Duration,
}

impl Fence {
    /// A fence over a store at these positions; reads wait at most `patience`.
    #[must_use]
    pub fn new(committed: Position, applied: Position, patience: Duration) -> Self {
        Self { committed: AtomicU64::new(committed.0), applied: watch::Sender::new(applied.0), patience }
    }

    /// The newest position that is durable in the ledger.
    #[must_use]
    pub fn committed(&self) -> Position {
        Position(self.committed.load(Ordering::Acquire))
    }

    /// The newest position that reads of the warehouse see.
    #[must_use]
    pub fn applied(&self) -> Position {
        Position(*self.applied.borrow())
    }

    pub(crate) fn advance_committed(&self, to: Position) {
        self.committed.store(to.0, Ordering::Release);
    }

    pub(crate) fn advance_applied(&self, to: Position) {
        self.applied.send_replace(to.0);
    }

    /// Waits until the warehouse shows everything that was committed when this was called.
    ///
    /// # Errors
    /// `Unavailable` when it takes longer than the limit.
    pub async fn pass(&self) -> crate::Result<()> {
        let target = self.committed().0;
        if *self.applied.borrow() >= target {
            return Ok(());
        }
        let mut applied = self.applied.subscribe();
        let arrived = tokio::time::timeout(self.patience, applied.wait_for(|at| *at >= target)).await;
        match arrived {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Error::new(ErrorKind::Unavailable, "Reads are behind writes; try again (limit fence_seconds_max)")),
        }
    }

    /// How long reads wait at most.
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// The same for threads that may block; `false` when it takes longer than `at_most`.
    pub(crate) fn wait_blocking(&self, target: Position, at_most: Duration, runtime: &tokio::runtime::Handle) -> bool {
        let mut applied = self.applied.subscribe();
        runtime.block_on(async { matches!(tokio::time::timeout(at_most, applied.wait_for(|at| *at >= target.0)).await, Ok(Ok(_))) })
    }
}

#[cfg(test)]
mod tests;
