//! Reads. Each takes a connection, so that the writer can ask within its transaction what readers ask outside.

pub(crate) mod agents;
pub(crate) mod answers;
pub(crate) mod journal;
pub(crate) mod names;
pub(crate) mod people;
pub(crate) mod sessions;
pub(crate) mod traces;

use rusqlite::{CachedStatement, Params, Row};

/// All rows of a statement.
fn all<T>(
    mut statement: CachedStatement<'_>,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    statement.query_map(values, read)?.collect()
}

fn select(columns: &str, rest: &str) -> String {
    format!("SELECT {columns} FROM {rest}")
}
