//! Moving the write-ahead log into the database file, on a connection of its own so that commits and reads go on meanwhile.
//!
//! The log can be begun anew only when all of it is in the file and nobody adds to it, which under load is never so by itself: while
//! one stretch is moved the next one grows. So once the log is large, commits are held up for a moment. What makes that moment long is
//! the rest that has to be moved and synced within it; therefore stretches are moved without holding anybody up until the
//! rest is small. The log keeps its length and is written over from its beginning: cutting it off, and growing it again, costs more.

use std::path::PathBuf;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::Connection;

use crate::open;

/// A log larger than this is begun anew even if commits must wait for it.
const LOG_BYTES_MAX: i64 = 64 << 20;
/// A rest of the log that is moved quickly enough for commits to wait for it.
const REST_PAGES_MAX: i64 = 128;
/// Stretches moved at most before that.
const STRETCHES_MAX: usize = 12;
/// How long it may wait for readers while commits wait for it. The next call tries again.
const PATIENCE: Duration = Duration::from_millis(5);

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
        let mut pages = move_log(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
        let page_bytes: i64 = conn.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        if pages * page_bytes <= LOG_BYTES_MAX {
            return Ok(());
        }
        for _ in 0..STRETCHES_MAX {
            let before = pages;
            pages = move_log(conn, "PRAGMA wal_checkpoint(PASSIVE)")?;
            if pages - before <= REST_PAGES_MAX {
                break;
            }
        }
        conn.busy_timeout(PATIENCE)?;
        move_log(conn, "PRAGMA wal_checkpoint(RESTART)")?;
        conn.busy_timeout(open::BUSY_TIMEOUT)
    }
}

/// Answers how many pages the log had. A reader or writer in the way is no error: the next call goes on where this one stopped.
fn move_log(conn: &Connection, sql: &str) -> rusqlite::Result<i64> {
    conn.query_row(sql, [], |row| row.get(1))
}
