//! What analysis found, in an SQLite file of its own: its writer holds up no commit, and a crash costs at most what can be found again.

mod read;
mod write;

use std::path::Path;

use debrief_model::{AgentNumber, Position, SessionNumber, TenantId, TimeRange, Timestamp};
use debrief_store::{Again, Drawer, Findings, FindingsFigures, Found, Looked, Outlined, Result, Waiting};
use parking_lot::Mutex;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::open::{OpenError, explain};
use crate::{pool, row};

/// Marks a file as ours: `DBRI`.
const APPLICATION_ID: i64 = 0x4442_5249;
/// A file of another version is made anew.
const VERSION: i64 = 1;
const CACHE_KIB: i64 = 4_096;
/// Pages of the log that are moved into the file at a time.
const LOG_PAGES: i64 = 1_000;
const STATEMENTS_CACHED: usize = 32;

/// The findings in one SQLite file.
pub struct SqliteFindings {
    writer: Mutex<Connection>,
    readers: pool::Pool,
}

impl SqliteFindings {
    /// Opens the file at `path`. It is made where there is none, and made anew where it is damaged or of another version.
    ///
    /// # Errors
    /// When it cannot be read and written.
    pub fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        let opened = prepare(path).or_else(|cause| match cause.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                tracing::warn!("{} is damaged and is made anew: {cause}", path.display());
                remove(path);
                prepare(path)
            }
            _ => Err(cause),
        });
        let writer = Mutex::new(opened.map_err(|cause| explain(path, cause))?);
        Ok(Self { writer, readers: pool::Pool::new(path.into()) })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.readers.with(read).map_err(row::unavailable)
    }

    fn write<T>(&self, write: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut conn = self.writer.lock();
        let written = || {
            let tx = conn.transaction()?;
            let answer = write(&tx)?;
            tx.commit()?;
            Ok(answer)
        };
        written().map_err(row::unavailable)
    }
}

fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if (application, version) != (APPLICATION_ID, VERSION) && version != 0 {
        drop(conn);
        tracing::info!("{} is of another version and is made anew", path.display());
        remove(path);
        conn = Connection::open_with_flags(path, flags)?;
    }
    conn.busy_timeout(crate::open::BUSY_TIMEOUT)?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    // What a power failure takes can be found again; that it takes whole transactions only is enough.
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    if conn.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))? == 0 {
        let tx = conn.transaction()?;
        tx.execute_batch(include_str!("schema.sql"))?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", VERSION)?;
        tx.commit()?;
    }
    Ok(conn)
}

/// The file and what SQLite keeps beside it. What cannot be removed shows when it is opened again.
fn remove(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        drop(std::fs::remove_file(name));
    }
}

impl Findings for SqliteFindings {
    fn noted(&self) -> Result<Position> {
        self.read(read::noted)
    }

    fn note(&self, upto: Position, waiting: &[Waiting]) -> Result<()> {
        self.write(|conn| write::note(conn, upto, waiting))
    }

    fn due(&self, now: Timestamp, at_most: usize) -> Result<Vec<Waiting>> {
        self.read(|conn| read::due(conn, now, at_most))
    }

    fn put(&self, looked: &Looked) -> Result<()> {
        self.write(|conn| write::put(conn, looked))
    }

    fn begin_again(&self, rules: &str, upto: SessionNumber) -> Result<()> {
        self.write(|conn| write::begin_again(conn, rules, upto))
    }

    fn again(&self) -> Result<Option<Again>> {
        self.read(read::again)
    }

    fn go_on_again(&self, done: SessionNumber, waiting: &[Waiting]) -> Result<()> {
        self.write(|conn| write::go_on_again(conn, done, waiting))
    }

    fn outlines(&self, tenant: TenantId, agent: Option<AgentNumber>, began: TimeRange, see: &mut dyn FnMut(&Outlined)) -> Result<()> {
        self.read(|conn| read::outlines(conn, tenant, agent, began, see))
    }

    fn found(&self, tenant: TenantId, session: SessionNumber) -> Result<Option<Found>> {
        self.read(|conn| read::found(conn, tenant, session))
    }

    fn pieces(&self, tenant: TenantId, drawer: Drawer) -> Result<Vec<(u64, Vec<u8>)>> {
        self.read(|conn| read::pieces(conn, tenant, drawer))
    }

    fn piece(&self, tenant: TenantId, drawer: Drawer, id: u64) -> Result<Option<Vec<u8>>> {
        self.read(|conn| read::piece(conn, tenant, drawer, id))
    }

    fn figures(&self, now: Timestamp) -> Result<FindingsFigures> {
        self.read(|conn| read::figures(conn, now))
    }
}

#[cfg(test)]
mod tests;
