//! The newest journal records in memory, on their way from the committer to the applier.

use std::collections::VecDeque;
use std::sync::Arc;

use debrief_model::Position;
use debrief_store::Record;
use parking_lot::{Condvar, Mutex};

/// Events handed out at a time, at least one record: what is handed out no longer counts here, but is still in memory.
const STEP_EVENTS: usize = 8_192;
/// Events that may wait here before the committer waits too.
const EVENTS_MAX: usize = 24_000;

#[derive(Default)]
pub(crate) struct Tail {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Default)]
struct Inner {
    records: VecDeque<Arc<Record>>,
    events: usize,
    committed: Position,
    closed: bool,
}

impl Inner {
    fn take(&mut self, record: Arc<Record>) {
        self.committed = record.position;
        self.events += weight(&record);
        self.records.push_back(record);
    }

    fn give(&mut self) -> Option<Arc<Record>> {
        let record = self.records.pop_front()?;
        self.events -= weight(&record);
        Some(record)
    }
}

fn weight(record: &Record) -> usize {
    record.events.len() + record.revisions.len() + 1
}

/// What the applier should do next.
pub(crate) enum Next {
    /// Apply these.
    Records(Vec<Arc<Record>>),
    /// Read on from the journal: the records wanted are not in memory.
    Journal,
    /// Nothing more will come.
    Closed,
}

impl Tail {
    /// Takes the record if there is room for it, else hands it back.
    pub(crate) fn offer(&self, record: Arc<Record>) -> Option<Arc<Record>> {
        let mut inner = self.inner.lock();
        if inner.events > EVENTS_MAX {
            return Some(record);
        }
        inner.take(record);
        self.changed.notify_all();
        None
    }

    /// Takes the record as soon as there is room for it. This is what slows writers down when the warehouse cannot follow.
    pub(crate) fn push(&self, record: Arc<Record>) {
        let mut inner = self.inner.lock();
        while inner.events > EVENTS_MAX && !inner.closed {
            self.changed.wait(&mut inner);
        }
        inner.take(record);
        self.changed.notify_all();
    }

    /// Tells how far the journal reaches that was written before this process.
    pub(crate) fn start_at(&self, committed: Position) {
        self.inner.lock().committed = committed;
        self.changed.notify_all();
    }

    /// What follows `after`; blocks until something does.
    pub(crate) fn next(&self, after: Position) -> Next {
        let mut inner = self.inner.lock();
        loop {
            while inner.records.front().is_some_and(|record| record.position <= after) {
                inner.give();
                // That made room, and somebody may be waiting for it.
                self.changed.notify_all();
            }
            if inner.records.front().is_some_and(|record| record.position.0 == after.0 + 1) {
                let records = consecutive(&mut inner, after);
                self.changed.notify_all();
                return Next::Records(records);
            }
            if inner.committed > after {
                return Next::Journal;
            }
            if inner.closed {
                return Next::Closed;
            }
            self.changed.wait(&mut inner);
        }
    }

    pub(crate) fn close(&self) {
        self.inner.lock().closed = true;
        self.changed.notify_all();
    }
}

fn consecutive(inner: &mut Inner, after: Position) -> Vec<Arc<Record>> {
    let (mut taken, waiting) = (Vec::new(), inner.events);
    while waiting - inner.events < STEP_EVENTS
        && inner.records.front().is_some_and(|record| record.position.0 == after.0 + 1 + taken.len() as u64)
    {
        taken.extend(inner.give());
    }
    taken
}

#[cfg(test)]
mod tests;
