//! Moving the write-ahead log into the database file, on a connection of its own so that commits and reads go on meanwhile.

use std::path::PathBuf;

use parking_lot::Mutex;
use rusqlite::Connection;

use crate::open;

/// A log larger than this is emptied even if commits must wait for it.
const LOG_BYTES_MAX: i64 = 256 << 20;

pub(crate) struct Checkpoints {
    path: PathBuf,
    conn: Mutex<Option<Connection>>,
}

impl Checkpoints {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, conn: Mutex::new(None) }
    }

    pub(crate) fn run(&self) -> rusqlite::Result<()> {
        let mut slot = self.conn.lock();
        let conn = match &mut *slot {
            Some(conn) => conn,
            None => slot.insert(open::checkpointer(&self.path)?),
        };
        let pages = move_log(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
        let page_bytes: i64 = conn.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        if pages * page_bytes > LOG_BYTES_MAX {
            tracing::info!(pages, "the write-ahead log is large: emptying it");
            move_log(conn, "PRAGMA wal_checkpoint(TRUNCATE)")?;
        }
        Ok(())
    }
}

/// Answers how many pages the log had. A reader or writer in the way is no error: the next call goes on where this one stopped.
fn move_log(conn: &Connection, sql: &str) -> rusqlite::Result<i64> {
    conn.query_row(sql, [], |row| row.get(1))
}
