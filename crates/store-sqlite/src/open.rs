//! Opening the file: the cheap checks that tell a healthy database from anything else, and the settings of each connection.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{row, schema};

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const WRITER_CACHE_KIB: i64 = 4_096;
const READER_CACHE_KIB: i64 = 1_024;
const STATEMENTS_CACHED: usize = 96;

/// Why a ledger could not be opened, each in one sentence for whoever started the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is something else.
    #[error("{0} is not a Debrief ledger: it is some other kind of file")]
    Foreign(PathBuf),
    /// The file is damaged.
    #[error("the ledger {path} is damaged ({what}); restore it from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The file was written by a later version of the program.
    #[error(
        "the ledger {path} was written by a newer Debrief (schema {found}, this program knows up to {known}); use that version or a later one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file cannot be read or written.
    #[error("the ledger {path} cannot be opened: {cause}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// Another process holds it too long.
    #[error("the ledger {0} is locked by another process")]
    Locked(PathBuf),
    /// Anything else that SQLite says.
    #[error("the ledger {path} cannot be opened: {cause}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What it says.
        cause: rusqlite::Error,
    },
}

/// Opens the connection that writes, with the schema brought up to date.
pub(crate) fn writer(path: &Path) -> Result<Connection, OpenError> {
    check_magic(path)?;
    prepare(path).map_err(|cause| explain(path, cause))?.map_err(|problem| problem.at(path))
}

/// Opens a connection that only reads.
pub(crate) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&conn, READER_CACHE_KIB)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// Opens the connection that moves the write-ahead log into the file.
pub(crate) fn checkpointer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&conn, READER_CACHE_KIB)?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    Ok(conn)
}

/// Reads the whole file and answers what is wrong with it; empty when nothing is. Takes long on a large file.
///
/// # Errors
/// When the file cannot be opened at all.
pub fn examine(path: &Path) -> Result<Vec<String>, OpenError> {
    check_magic(path)?;
    let read = || -> rusqlite::Result<Vec<String>> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        configure(&conn, WRITER_CACHE_KIB)?;
        let mut statement = conn.prepare("PRAGMA integrity_check(100)")?;
        let found = statement.query_map([], |row| row.get::<_, String>(0))?;
        found.filter(|line| line.as_ref().map_or(true, |line| line != "ok")).collect()
    };
    read().or_else(|cause| match cause.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => Ok(vec![cause.to_string()]),
        _ => Err(explain(path, cause)),
    })
}

enum Problem {
    Foreign,
    Newer(i64),
    Truncated,
}

impl Problem {
    fn at(self, path: &Path) -> OpenError {
        let path = path.to_path_buf();
        match self {
            Self::Foreign => OpenError::Foreign(path),
            Self::Newer(found) => OpenError::Newer { path, found, known: schema::VERSION },
            Self::Truncated => OpenError::Damaged { path, what: "its end is missing".into() },
        }
    }
}

fn prepare(path: &Path) -> rusqlite::Result<Result<Connection, Problem>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags)?;
    configure(&conn, WRITER_CACHE_KIB)?;
    if let Some(problem) = find_problem(&conn, path)? {
        return Ok(Err(problem));
    }
    // Takes effect in a new file only, before anything else is in it: room that trimmed records leave can be given back.
    conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    schema::migrate(&mut conn)?;
    Ok(Ok(conn))
}

fn configure(conn: &Connection, cache_kib: i64) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    conn.pragma_update(None, "cache_size", -cache_kib)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // Else statements over tables with partial indexes are compiled again for every new value. No plan of ours depends on a value.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_CACHED);
    Ok(())
}

/// What a file that SQLite accepts may still be: somebody else's, from the future, or cut off.
fn find_problem(conn: &Connection, path: &Path) -> rusqlite::Result<Option<Problem>> {
    let application: i64 = conn.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version = schema::version(conn)?;
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application != schema::APPLICATION_ID && (application != 0 || version != 0 || tables != 0) {
        return Ok(Some(Problem::Foreign));
    }
    if version > schema::VERSION {
        return Ok(Some(Problem::Newer(version)));
    }
    Ok(is_truncated(conn, path)?.then_some(Problem::Truncated))
}

/// With a write-ahead log beside it the file may rightly be short: its missing pages are in the log.
fn is_truncated(conn: &Connection, path: &Path) -> rusqlite::Result<bool> {
    let length = |path: &Path| path.metadata().map_or(0, |meta| meta.len());
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if length(Path::new(&log)) > 0 {
        return Ok(false);
    }
    let pages = conn.query_row("PRAGMA page_count", [], |row| row::count(row, 0))?;
    let page_bytes = conn.query_row("PRAGMA page_size", [], |row| row::count(row, 0))?;
    let in_header = header_pages(path).unwrap_or(0);
    Ok(length(path) < pages.max(in_header) * page_bytes)
}

/// The number of pages that the file's own header claims: SQLite itself trusts the shorter of it and the file.
fn header_pages(path: &Path) -> io::Result<u64> {
    let mut header = [0; 100];
    File::open(path)?.read_exact(&mut header)?;
    Ok(u64::from(u32::from_be_bytes([header[28], header[29], header[30], header[31]])))
}

/// Refuses what is no SQLite file, before SQLite touches it. A missing or empty file is a new ledger.
fn check_magic(path: &Path) -> Result<(), OpenError> {
    let io = |cause| OpenError::Io { path: path.to_path_buf(), cause };
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(io(error)),
    };
    let length = file.metadata().map_err(io)?.len();
    if length == 0 {
        return Ok(());
    }
    let mut magic = [0; 16];
    let read = file.read(&mut magic).map_err(io)?;
    if magic[..read] != MAGIC[..read] {
        return Err(OpenError::Foreign(path.to_path_buf()));
    }
    if length < 100 {
        return Err(OpenError::Damaged { path: path.to_path_buf(), what: "its end is missing".into() });
    }
    Ok(())
}

pub(crate) fn explain(path: &Path, cause: rusqlite::Error) -> OpenError {
    let path = path.to_path_buf();
    match cause.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign(path),
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, what: cause.to_string() },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(path),
        _ => OpenError::Sqlite { path, cause },
    }
}
