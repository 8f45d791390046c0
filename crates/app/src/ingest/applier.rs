//! The applier: one thread that feeds the warehouse from the tail, or from the journal where the tail has a gap.

use std::sync::Arc;
use std::time::Duration;

use debrief_store::{Ledger, Record, Warehouse};

use super::tail::{Next, Tail};
use crate::analysis::noting::Noting;
use crate::fence::Fence;

/// Bytes of journal read at a time when catching up.
const JOURNAL_BYTES: usize = 8 << 20;
/// Events applied in one step when many wait, so that the fence moves on while catching up.
const STEP_EVENTS: usize = 8_192;
/// Rows the warehouse may hold in memory only before the applier lets it settle first. Then the tail fills up and slows the committer:
/// writers wait rather than memory growing without bound.
const FRESH_ROWS_MAX: u64 = 60_000;
/// How often a held-up applier looks again.
const HOLD: Duration = Duration::from_millis(5);

pub(crate) struct Applier {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) warehouse: Arc<dyn Warehouse>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) fence: Arc<Fence>,
    /// Who wants to know which sessions records are about.
    pub(crate) noting: Option<Arc<Noting>>,
    pub(crate) idle_us: i64,
}

impl Applier {
    /// Runs until the tail is closed and everything in it is applied.
    pub(crate) fn run(&self) -> crate::Result<()> {
        loop {
            let after = self.warehouse.applied();
            match self.tail.next(after) {
                Next::Records(records) => self.apply(&records)?,
                Next::Journal => self.apply(&self.ledger.journal(after, JOURNAL_BYTES)?)?,
                Next::Closed => return Ok(()),
            }
        }
    }

    fn apply(&self, records: &[Arc<Record>]) -> crate::Result<()> {
        for step in steps(records) {
            while self.warehouse.figures().fresh_rows > FRESH_ROWS_MAX {
                std::thread::sleep(HOLD);
            }
            self.warehouse.apply(step)?;
            // Who has passed the fence may ask for what is noted.
            if let Some(noting) = &self.noting {
                noting.hear(step, self.idle_us);
            }
            self.fence.advance_applied(self.warehouse.applied());
        }
        Ok(())
    }
}

fn steps(records: &[Arc<Record>]) -> impl Iterator<Item = &[Arc<Record>]> {
    let mut rest = records;
    std::iter::from_fn(move || {
        let mut events = 0;
        let full = rest.iter().position(|record| {
            events += record.events.len();
            events >= STEP_EVENTS
        });
        let (step, later) = rest.split_at(full.map_or(rest.len(), |last| last + 1));
        rest = later;
        (!step.is_empty()).then_some(step)
    })
}
