//! One conversion from the engine's errors to the domain's.

use debrief_model::{Error, ErrorKind};
use duckdb::arrow::error::ArrowError;

use crate::cells::Unreadable;

/// What anything in this crate may fail with.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Trouble(#[from] Unreadable);

impl From<duckdb::Error> for Trouble {
    fn from(error: duckdb::Error) -> Self {
        Self(error.into())
    }
}

impl From<ArrowError> for Trouble {
    fn from(error: ArrowError) -> Self {
        Self(error.into())
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        Self::new(ErrorKind::Unavailable, "The event store cannot answer now").because(trouble.0)
    }
}
