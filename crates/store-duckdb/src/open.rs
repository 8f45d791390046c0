//! Opening the file, with a clear sentence for everything that can be wrong with it.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use debrief_model::{Position, Seq};
use duckdb::{Config, Connection};
use parking_lot::{Mutex, RwLock};

use crate::DuckWarehouse;
use crate::apply::{Waiting, in_transaction};
use crate::draft;
use crate::extent::{self, CutOff, Extent, Incomplete};
use crate::models::Models;
use crate::pool::Pool;
use crate::schema;
use crate::settle::Settler;
use crate::view::{Epoch, Generation, View};

/// Rows that the file keeps together. A twelfth of the engine's default: a checkpoint writes the last, partly filled group anew, bodies
/// included, and look-ups read fewer rows to find one (docs/performance.md).
pub(crate) const ROW_GROUP_ROWS: u32 = 10_240;

/// Size of a block of a new file: a quarter of the engine's default. A body is read with the whole block that it is in
/// (docs/performance.md).
const BLOCK_BYTES: u32 = 64 << 10;

/// How much of the machine the warehouse may use.
#[derive(Clone, Debug)]
pub struct Options {
    /// Memory of the engine; beyond it, it spills to disk.
    pub memory_bytes_max: u64,
    /// Threads of one query.
    pub threads: u32,
    /// Fresh rows after which [`wants_settling`](debrief_store::Warehouse::wants_settling) says yes.
    pub fresh_rows_max: u64,
    /// Fresh bytes after which it does, too.
    pub fresh_bytes_max: u64,
    /// Size of the file's write-ahead log after which a settle checkpoints.
    pub wal_bytes_max: u64,
}

/// The part of the engine's memory that fresh rows may fill: an eighth. They take three times what is counted of them, twice that while
/// half of them moves into the file, and what does not fit is written to disk and read back.
const FRESH_SHARE: u64 = 8;

impl Options {
    /// The usual ones, where the engine may use so much memory.
    #[must_use]
    pub fn with_memory(bytes: u64) -> Self {
        Self { memory_bytes_max: bytes, threads: 2, fresh_rows_max: 20_000, fresh_bytes_max: bytes / FRESH_SHARE, wal_bytes_max: 64 << 20 }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::with_memory(128 << 20)
    }
}

/// Why the warehouse does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Some other file.
    #[error("{0} is not a warehouse database of Debrief")]
    NotADatabase(PathBuf),
    /// Damaged.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the engine says.
        reason: String,
    },
    /// Written by a newer program.
    #[error("{0} was written by a newer version of Debrief; this version cannot read it")]
    Newer(PathBuf),
    /// Written by a program from before the first release.
    #[error("{0} was written by a version of Debrief from before its first release; this version cannot read it")]
    Older(PathBuf),
    /// In use.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// The disk refuses, or the file may not be read or written.
    #[error("{path} cannot be opened: {reason}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the engine or the system says.
        reason: String,
    },
}

impl DuckWarehouse {
    /// Opens the warehouse at `path`; a missing file is made.
    ///
    /// # Errors
    /// When the file is not what it should be, or in use.
    pub fn open(path: &Path, options: &Options) -> Result<Self, OpenError> {
        draft::forget(path).map_err(|error| refused(path, &error))?;
        let extent = extent::at_checkpoint(path);
        let connection = start(path, options)?;
        let Loaded { position, newest_seq, dead, models } =
            whole(&connection, path, extent).and_then(|()| load(&connection, path)).inspect_err(|_| leave_alone(&connection))?;
        let first = Arc::new(Generation::new(1));
        let prepared = connection.execute_batch(&schema::create_generation(&first));
        let connections = prepared.and_then(|()| Ok((connection.try_clone()?, connection.try_clone()?)));
        let (writer, settling) = connections.map_err(|error| classify(path, &error))?;
        let mut settler = Settler::new(settling, models.count());
        if dead {
            settler.found_dead(position);
        }
        let view = View {
            settled_upto: position,
            settled_dead: dead,
            generations: vec![first],
            applied: position,
            newest_seq,
            epoch: Arc::new(Epoch),
        };
        Ok(Self {
            options: options.clone(),
            path: path.to_owned(),
            wal: log(path),
            pool: Pool::new(connection),
            waiting: Mutex::new(Waiting::after(position)),
            writer: Mutex::new(writer),
            settler: Mutex::new(settler),
            view: RwLock::new(Arc::new(view)),
            models,
            durable: AtomicU64::new(position.0),
            opened: Instant::now(),
            read_at_ms: AtomicU64::new(0),
            settles: AtomicU64::new(0),
            settle_us_last: AtomicU64::new(0),
        })
    }
}

/// Starts an engine whose own database is in memory, and attaches the file to it.
fn start(path: &Path, options: &Options) -> Result<Connection, OpenError> {
    let connection = engine(path, options).map_err(|error| classify(path, &error))?;
    match path.symlink_metadata() {
        Ok(_) => {}
        // Not where a link leads nowhere: what it led to may come back.
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(&connection, path).map_err(|failure| match failure {
            draft::Failure::Engine(error) => classify(path, &error),
            draft::Failure::Disk(error) => refused(path, &error),
        })?,
        Err(error) => return Err(refused(path, &error)),
    }
    let attached = connection.execute_batch(&format!("ATTACH '{}' AS settled ({})", quoted(path), layout()));
    attached.map_err(|error| classify(path, &error))?;
    Ok(connection)
}

fn engine(path: &Path, options: &Options) -> duckdb::Result<Connection> {
    let config = Config::default()
        .max_memory(&format!("{}B", options.memory_bytes_max))?
        .threads(options.threads.max(1).into())?
        .enable_autoload_extension(false)?
        .with("temp_directory", beside(path, ".tmp").to_string_lossy())?
        .with("checkpoint_threshold", "1TB")?;
    Connection::open_in_memory_with_flags(config)
}

/// Makes the file, with nothing in it.
fn make(connection: &Connection, path: &Path) -> Result<(), draft::Failure> {
    // The log of a file that was taken away would be read as this one's.
    draft::remove(&log(path))?;
    draft::write(connection, path, || Ok(()))?;
    Ok(draft::put(path)?)
}

/// How the engine is to lay a file out. A file that is there keeps the size of its blocks.
fn layout() -> String {
    format!("ROW_GROUP_SIZE {ROW_GROUP_ROWS}")
}

/// The same for a new file.
pub(crate) fn layout_of_new() -> String {
    format!("{}, BLOCK_SIZE {BLOCK_BYTES}", layout())
}

/// Refuses a file that ends before what it holds.
fn whole(connection: &Connection, path: &Path, extent: Result<Option<Extent>, CutOff>) -> Result<(), OpenError> {
    let cut_off = |cut: CutOff| OpenError::Damaged { path: path.to_owned(), reason: cut.to_string() };
    let Some(extent) = extent.map_err(cut_off)? else { return Ok(()) };
    extent::with_log(connection, path, extent, &schema::TABLES).map_err(|incomplete| match incomplete {
        Incomplete::CutOff(cut) => cut_off(cut),
        Incomplete::Engine(error) => classify(path, &error),
    })
}

/// Keeps the engine from writing to a file that was refused: what it would add could hide what is missing.
fn leave_alone(connection: &Connection) {
    if let Err(error) = connection.execute_batch("PRAGMA disable_checkpoint_on_shutdown") {
        tracing::warn!(%error, "closing may change the warehouse that was refused");
    }
}

/// What the file says of itself.
struct Loaded {
    position: Position,
    newest_seq: Seq,
    /// Whether replaced versions are left.
    dead: bool,
    models: Models,
}

/// Checks the format, and reads what there is to know. Tables are made where there are none: the first version of this program was killed
/// before it had made them.
fn load(connection: &Connection, path: &Path) -> Result<Loaded, OpenError> {
    let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
    let tables = ask("SELECT count(*)::UBIGINT FROM duckdb_tables() WHERE database_name = 'settled'");
    if tables.map_err(|error| classify(path, &error))? == 0 {
        let made = in_transaction(connection, |connection| Ok(connection.execute_batch(&schema::create_tables("settled"))?));
        made.map_err(|error| classify(path, &error))?;
    }
    let format = ask("SELECT format FROM settled.meta").map_err(|_| OpenError::NotADatabase(path.to_owned()))?;
    if format > schema::FORMAT {
        return Err(OpenError::Newer(path.to_owned()));
    }
    if format < schema::FORMAT_MIN {
        return Err(OpenError::Older(path.to_owned()));
    }
    if format < schema::FORMAT {
        let upgraded = in_transaction(connection, |connection| Ok(connection.execute_batch(&schema::upgrade(format))?));
        // Until then what an update wrote is read beside the columns, many times slower.
        let written = upgraded.and_then(|()| Ok(connection.execute_batch("CHECKPOINT settled")?));
        written.map_err(|error| classify(path, &error))?;
    }
    let read = || -> duckdb::Result<Loaded> {
        Ok(Loaded {
            position: Position(ask("SELECT position FROM settled.meta")?),
            newest_seq: Seq(ask("SELECT coalesce(max(seq), 0)::UBIGINT FROM settled.events")?),
            dead: ask("SELECT count(*)::UBIGINT FROM settled.dead")? > 0,
            models: Models::load(connection)?,
        })
    };
    read().map_err(|error| classify(path, &error))
}

/// What the engine's words mean. Its errors carry no codes.
fn classify(path: &Path, error: &impl Display) -> OpenError {
    let reason = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let path = path.to_owned();
    if says(&["Could not set lock", "Conflicting lock", "already attached"]) {
        OpenError::InUse(path)
    } else if says(&["not a valid DuckDB database file"]) {
        OpenError::NotADatabase(path)
    } else if says(&["we can only read versions", "newer version of DuckDB", "newer DuckDB"]) {
        OpenError::Newer(path)
    } else if says(&[
        "Serialization Error",
        "Could not read enough bytes",
        "Corrupt",
        "corrupt",
        "checksum",
        "Failure while replaying WAL",
        "INTERNAL Error",
    ]) {
        OpenError::Damaged { path, reason }
    } else {
        OpenError::Refused { path, reason }
    }
}

fn refused(path: &Path, error: &io::Error) -> OpenError {
    OpenError::Refused { path: path.to_owned(), reason: error.to_string() }
}

/// The engine's log of a file.
pub(crate) fn log(path: &Path) -> PathBuf {
    beside(path, ".wal")
}

pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn quoted(path: &Path) -> String {
    path.to_string_lossy().replace('\'', "''")
}
