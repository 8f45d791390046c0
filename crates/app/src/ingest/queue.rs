//! The queue between requests and the committer, bounded by the bytes of the requests on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use debrief_model::{Error, ErrorKind};
use parking_lot::{Condvar, Mutex};

use super::Pending;

/// Where writes wait for the committer.
pub(crate) struct Queue {
    admitted: Arc<Admitted>,
    inner: Mutex<Inner>,
    arrived: Condvar,
}

#[derive(Default)]
struct Inner {
    waiting: Vec<Pending>,
    closed: bool,
    abandoned: bool,
}

struct Admitted {
    bytes: AtomicUsize,
    bytes_max: usize,
    refused: AtomicUsize,
}

/// How full the queue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFigures {
    /// Bytes of requests being read or waiting.
    pub bytes: usize,
    /// Its bound.
    pub bytes_max: usize,
    /// Requests refused because it was full.
    pub refused: usize,
}

/// The right to hold some bytes of the queue; given back when dropped.
pub struct Permit {
    admitted: Arc<Admitted>,
    bytes: usize,
}

impl std::fmt::Debug for Permit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Permit").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Permit {
    /// Takes `bytes` more under the same bound.
    ///
    /// # Errors
    /// `Overloaded` when they do not fit now.
    pub fn grow(&mut self, bytes: usize) -> crate::Result<()> {
        take(&self.admitted, bytes)?;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.admitted.bytes.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

fn take(admitted: &Admitted, bytes: usize) -> crate::Result<()> {
    let taken = admitted
        .bytes
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, |held| held.checked_add(bytes).filter(|sum| *sum <= admitted.bytes_max));
    if taken.is_err() {
        admitted.refused.fetch_add(1, Ordering::Relaxed);
        return Err(Error::new(ErrorKind::Overloaded, "The ingest queue is full; try again (limit queue_bytes_max)"));
    }
    Ok(())
}

impl Queue {
    pub(crate) fn new(bytes_max: usize) -> Self {
        let admitted = Arc::new(Admitted { bytes: AtomicUsize::new(0), bytes_max, refused: AtomicUsize::new(0) });
        Self { admitted, inner: Mutex::default(), arrived: Condvar::new() }
    }

    /// Room for a request of `bytes`, at once or not at all.
    pub(crate) fn admit(&self, bytes: usize) -> crate::Result<Permit> {
        take(&self.admitted, bytes)?;
        Ok(Permit { admitted: self.admitted.clone(), bytes })
    }

    pub(crate) fn push(&self, pending: Pending) -> crate::Result<()> {
        let mut inner = self.inner.lock();
        if inner.closed {
            return Err(Error::new(ErrorKind::Unavailable, "The server is shutting down"));
        }
        inner.waiting.push(pending);
        if inner.waiting.len() == 1 {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Everything that waits; blocks while nothing does. `None` once closed and empty.
    pub(crate) fn take_all(&self) -> Option<Vec<Pending>> {
        let mut inner = self.inner.lock();
        while inner.waiting.is_empty() {
            if inner.closed {
                return None;
            }
            self.arrived.wait(&mut inner);
        }
        Some(std::mem::take(&mut inner.waiting))
    }

    /// Refuses further writes; what waits is still taken.
    pub(crate) fn close(&self) {
        self.inner.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Refuses further writes and everything that waits: nobody is left to commit it.
    pub(crate) fn abandon(&self) {
        let refused = {
            let mut inner = self.inner.lock();
            inner.closed = true;
            inner.abandoned = true;
            std::mem::take(&mut inner.waiting)
        };
        // Callers learn it from their reply being dropped.
        drop(refused);
        self.arrived.notify_all();
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.inner.lock().abandoned
    }

    pub(crate) fn figures(&self) -> QueueFigures {
        let Admitted { bytes, bytes_max, refused } = self.admitted.as_ref();
        QueueFigures { bytes: bytes.load(Ordering::Relaxed), bytes_max: *bytes_max, refused: refused.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests;
