//! What happens beside requests: settling the warehouse, trimming the journal, moving the ledger's log, watching credentials.

use std::sync::Arc;
use std::time::{Duration, Instant};

use debrief_model::Position;
use debrief_store::{Ledger, Warehouse};
use parking_lot::{Condvar, Mutex};

use crate::clock::Clock;
use crate::ingest::KEPT_ANSWER_US;
use crate::keyring::Keyring;
use crate::teller::Teller;

/// How often credentials are looked at: a revocation must work within a second.
const CREDENTIALS_EVERY: Duration = Duration::from_millis(250);
/// How often key uses are written down.
const USES_EVERY: Duration = Duration::from_secs(10);
/// How often the ledger is asked whether its log has grown long.
const CHECKPOINT_ASK_EVERY: Duration = Duration::from_millis(250);
/// The log is moved into the file after this long even when it is short.
const CHECKPOINT_AT_LEAST_EVERY: Duration = Duration::from_secs(2);
/// How often the warehouse is asked whether it wants settling.
const SETTLE_ASK_EVERY: Duration = Duration::from_millis(50);
/// Fresh rows are settled after this long even when they are few.
const SETTLE_AT_LEAST_EVERY: Duration = Duration::from_secs(60);

/// Set once to end the loops.
#[derive(Default)]
pub(crate) struct Stop {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    pub(crate) fn set(&self) {
        *self.stopped.lock() = true;
        self.changed.notify_all();
    }

    /// Whether it is time to end.
    pub(crate) fn is_set(&self) -> bool {
        *self.stopped.lock()
    }

    /// Waits; `true` when it is time to end.
    pub(crate) fn wait(&self, for_: Duration) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.changed.wait_for(&mut stopped, for_);
        }
        *stopped
    }
}

/// Runs `work` every `period` until stopped.
fn every(stop: &Stop, period: Duration, what: &'static str, mut work: impl FnMut() -> crate::Result<()>) {
    while !stop.wait(period) {
        if let Err(error) = work() {
            tracing::error!(cause = error.cause().map(tracing::field::display), "{what} failed: {error}");
        }
    }
}

/// Watches credentials, tells of their changes and of who was turned away, and writes down uses.
pub(crate) fn watch_credentials(stop: &Stop, keyring: &Keyring, teller: &Teller) {
    let mut flushed = Instant::now();
    every(stop, CREDENTIALS_EVERY, "watching credentials", || {
        if keyring.refresh()? {
            teller.take_notices()?;
        }
        teller.tell_of_refusals(keyring)?;
        if flushed.elapsed() >= USES_EVERY {
            flushed = Instant::now();
            // Those that were more than one change takes, and those that came between a look and the next.
            teller.take_waiting_notices()?;
            keyring.flush_uses()?;
        }
        Ok(())
    });
}

/// Moves the ledger's log into its file while there are commits.
pub(crate) fn checkpoint_ledger(stop: &Stop, ledger: &dyn Ledger) {
    let (mut moved, mut seen) = (Instant::now(), Position(0));
    every(stop, CHECKPOINT_ASK_EVERY, "checkpointing the ledger", || {
        let overdue = moved.elapsed() >= CHECKPOINT_AT_LEAST_EVERY;
        if !overdue && !ledger.wants_checkpoint() {
            return Ok(());
        }
        moved = Instant::now();
        let now = ledger.last_position()?;
        if now != seen {
            seen = now;
            ledger.checkpoint()?;
        }
        Ok(())
    });
}

/// Settles the warehouse when it wants it or when fresh rows grow old, then trims the journal.
pub(crate) fn settle_warehouse(stop: &Stop, warehouse: &dyn Warehouse, ledger: &dyn Ledger, clock: &Arc<dyn Clock>, keep: Duration) {
    let mut settled = Instant::now();
    every(stop, SETTLE_ASK_EVERY, "settling the warehouse", || {
        let overdue = settled.elapsed() >= SETTLE_AT_LEAST_EVERY && warehouse.applied() > warehouse.durable();
        if warehouse.wants_settling() || overdue {
            settled = Instant::now();
            warehouse.relieve()?;
            trim(ledger, warehouse.durable(), clock, keep)?;
            while ledger.forget_answers(clock.now().plus_micros(-KEPT_ANSWER_US))? > 0 {}
        }
        Ok(())
    });
}

/// Trims what the warehouse has durably and what is older than the safety margin.
pub(crate) fn trim(ledger: &dyn Ledger, durable: Position, clock: &Arc<dyn Clock>, keep: Duration) -> crate::Result<()> {
    let keep_us = i64::try_from(keep.as_micros()).unwrap_or(i64::MAX);
    let before = clock.now().plus_micros(-keep_us);
    while ledger.trim(durable, before)? > 0 {}
    Ok(())
}

#[cfg(test)]
mod tests;
