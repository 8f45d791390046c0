//! The journal, as it was written.

use std::sync::Arc;

use debrief_model::{Error, ErrorKind, Position};
use debrief_store::Record;
use rusqlite::Connection;

use crate::row;

/// A stored record as bytes; `None` when it was trimmed.
type Stored = Option<Vec<u8>>;

pub(crate) fn last_position(conn: &Connection) -> rusqlite::Result<Position> {
    let sql = "SELECT coalesce(max(position), 0) FROM journal";
    Ok(Position(conn.prepare_cached(sql)?.query_row([], |row| row::count(row, 0))?))
}

/// Records after `after` up to the first trimmed one, about `bytes_max` bytes of them; a trimmed one only in first place.
pub(crate) fn after(conn: &Connection, after: Position, bytes_max: usize) -> rusqlite::Result<Vec<Stored>> {
    let sql = "SELECT record FROM journal LEFT JOIN journal_records USING (position) WHERE position > ?1 ORDER BY position";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([row::clamped(after.0)])?;
    let mut found: Vec<Stored> = Vec::new();
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let stored: Stored = row.get(0)?;
        bytes += stored.as_ref().map_or(0, Vec::len);
        if stored.is_none() && !found.is_empty() {
            break;
        }
        let trimmed = stored.is_none();
        found.push(stored);
        if trimmed || bytes >= bytes_max {
            break;
        }
    }
    Ok(found)
}

/// What [`after`] found, as records.
pub(crate) fn decode(stored: Vec<Stored>) -> debrief_store::Result<Vec<Arc<Record>>> {
    let record = |stored: Stored| {
        let bytes = stored.ok_or_else(|| Error::new(ErrorKind::Unavailable, "These records were trimmed from the journal"))?;
        Record::decode(&bytes).map(Arc::new).map_err(|error| Error::new(ErrorKind::Unavailable, "The journal is damaged").because(error))
    };
    stored.into_iter().map(record).collect()
}

/// The hash kept of each record, trimmed ones too, oldest first.
pub(crate) fn hashes(conn: &Connection) -> rusqlite::Result<Vec<(Position, [u8; 32])>> {
    let sql = "SELECT position, hash FROM journal ORDER BY position";
    super::all(conn.prepare_cached(sql)?, [], |row| Ok((Position(row::count(row, 0)?), row.get(1)?)))
}
