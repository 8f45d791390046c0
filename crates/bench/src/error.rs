//! What can stop a measurement. A slow or wrong server does not: that is a finding, and is reported as one.

use std::io;

/// Why a benchmark could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something the operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// A server that did not do what a measurement needs.
    #[error("{0}")]
    Server(String),
    /// An argument that makes no sense.
    #[error("{0}")]
    Usage(String),
}

/// Turns an I/O error into one that says what was tried.
pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let what = what.into();
    move |source| Error::Io { what, source }
}
