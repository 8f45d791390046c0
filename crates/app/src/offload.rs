//! Keeps work that takes the processor or the disk for long away from the asynchronous threads.

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

/// Threads of their own for reads that may take long, so that they can be made to give way to recording, and however many come, only
/// a few run at a time.
pub(crate) struct Readers(Option<tokio::runtime::Runtime>);

impl Readers {
    /// Each thread does `prepare` first.
    pub(crate) fn new(prepare: fn()) -> crate::Result<Self> {
        // Only its threads for blocking work are used.
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.thread_name("debrief-reader").max_blocking_threads(READERS_MAX).on_thread_start(prepare);
        Ok(Self(Some(builder.build().map_err(Error::internal)?)))
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
        let threads = self.0.as_ref().ok_or_else(|| Error::internal("the readers are gone"))?;
        threads.spawn_blocking(work).await.map_err(Error::internal)?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        if let Some(threads) = self.0.take() {
            // Does not wait: the last reference may go where nothing may wait.
            threads.shutdown_background();
        }
    }
}
