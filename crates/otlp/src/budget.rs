//! A bound on memory: how large a request may become when it is read.
//!
//! An empty span is two bytes of protobuf or three of JSON, and hundreds of bytes in memory, so that a limit on bodies
//! alone would let a small body fill the machine. What counts is the elements of lists, as all else takes no more room
//! than it had in the body, or three times that where texts had to be mended.

use std::cell::Cell;

/// Bytes of memory that each byte of a body may become. The densest thing that somebody could mean, protobuf of log
/// records that are one letter each and have no time, needs 27; requests of SDKs need less than 4.
const EXPANSION_MAX: usize = 28;

/// What a body may become however small it is: a few empty parts do no harm.
const REQUEST_BYTES_MIN: usize = 64 * 1024;

/// The memory that a body may still become; `None` once it wanted more.
pub(crate) struct Budget(Cell<Option<usize>>);

impl Budget {
    /// What a body of this many bytes may become.
    pub(crate) fn of_body(bytes: usize) -> Self {
        Self(Cell::new(Some(bytes.saturating_mul(EXPANSION_MAX).max(REQUEST_BYTES_MIN))))
    }

    /// Whether there was still room for this many bytes.
    pub(crate) fn spend(&self, bytes: usize) -> bool {
        let left = self.0.get().and_then(|left| left.checked_sub(bytes));
        self.0.set(left);
        left.is_some()
    }

    /// Whether the body wanted more than it may.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.0.get().is_none()
    }

    /// What is left.
    #[cfg(test)]
    pub(crate) fn left(&self) -> Option<usize> {
        self.0.get()
    }
}
