//! Keeps work that takes the processor or the disk for long away from the asynchronous threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use debrief_model::Error;

/// Bodies up to this size are translated where they arrived: handing them over would cost more than doing it.
const INLINE_BYTES_MAX: usize = 16 << 10;

/// Runs `work` on `bytes` of input: at once when that is little, else on a thread for blocking work.
///
/// # Errors
/// What `work` answers; `Internal` when it panicked.
pub async fn translate<T, F>(bytes: usize, work: F) -> crate::Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> crate::Result<T> + Send + 'static,
{
    if bytes <= INLINE_BYTES_MAX { work() } else { blocking(work).await }
}

/// Runs `work` on a thread for blocking work.
///
/// # Errors
/// What `work` answers; `Internal` when it panicked.
pub async fn blocking<T, F>(work: F) -> crate::Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> crate::Result<T> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

/// Threads that read the warehouse: as many as it has connections for readers.
const READERS_MAX: usize = 6;

/// For so long after a read more reads are expected.
const LATELY: Duration = Duration::from_secs(1);

/// Whether somebody reads.
pub(crate) struct Reads {
    since: Instant,
    going_on: AtomicUsize,
    /// When the last one ended, milliseconds.
    ended_ms: AtomicU64,
}

impl Reads {
    fn new() -> Self {
        Self { since: Instant::now(), going_on: AtomicUsize::new(0), ended_ms: AtomicU64::new(u64::MAX) }
    }

    /// Whether somebody reads, or did a moment ago.
    pub(crate) fn lately(&self) -> bool {
        let ended = Duration::from_millis(self.ended_ms.load(Ordering::Relaxed));
        self.going_on.load(Ordering::Relaxed) > 0 || self.since.elapsed().checked_sub(ended).is_some_and(|since| since < LATELY)
    }

    fn begin(self: &Arc<Self>) -> ReadGoesOn {
        self.going_on.fetch_add(1, Ordering::Relaxed);
        ReadGoesOn(Arc::clone(self))
    }
}

/// A read that has not ended.
struct ReadGoesOn(Arc<Reads>);

impl Drop for ReadGoesOn {
    fn drop(&mut self) {
        let Self(reads) = self;
        reads.ended_ms.store(u64::try_from(reads.since.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        reads.going_on.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Threads of their own for reads that may take long, so that they can be made to give way to recording, and however many come, only
/// a few run at a time.
pub(crate) struct Readers {
    threads: Option<tokio::runtime::Runtime>,
    reads: Arc<Reads>,
}

impl Readers {
    /// Each thread does `prepare` first.
    pub(crate) fn new(prepare: fn()) -> crate::Result<Self> {
        // Only its threads for blocking work are used.
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.thread_name("debrief-reader").max_blocking_threads(READERS_MAX).on_thread_start(prepare);
        Ok(Self { threads: Some(builder.build().map_err(Error::internal)?), reads: Arc::new(Reads::new()) })
    }

    /// Whether somebody reads.
    pub(crate) fn reads(&self) -> Arc<Reads> {
        Arc::clone(&self.reads)
    }

    /// Runs `work` on one of the threads.
    ///
    /// # Errors
    /// What `work` answers; `Internal` when it panicked.
    pub(crate) async fn run<T, F>(&self, work: F) -> crate::Result<T>
    where
        T: Send + 'static,
        F: FnOnce() -> crate::Result<T> + Send + 'static,
    {
        let threads = self.threads.as_ref().ok_or_else(|| Error::internal("the readers are gone"))?;
        let _goes_on = self.reads.begin();
        threads.spawn_blocking(work).await.map_err(Error::internal)?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            // Does not wait: the last reference may go where nothing may wait.
            threads.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_lately_while_it_goes_on_and_a_moment_longer() {
        let reads = Arc::new(Reads::new());
        assert!(!reads.lately());
        let goes_on = [reads.begin(), reads.begin()];
        assert!(reads.lately());
        drop(goes_on);
        assert!(reads.lately());
        let reads = Reads { since: Instant::now().checked_sub(LATELY * 2).expect("the machine runs for longer"), ..Reads::new() };
        reads.ended_ms.store(0, Ordering::Relaxed);
        assert!(!reads.lately());
    }
}
