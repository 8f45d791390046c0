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
