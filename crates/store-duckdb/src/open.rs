//! Opening the file, with a clear sentence for everything that can be wrong with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use debrief_model::Position;
use duckdb::{Config, Connection};
use parking_lot::{Mutex, RwLock};

use crate::DuckWarehouse;
use crate::pool::Pool;
use crate::schema;
use crate::settle::Settler;
use crate::view::{Epoch, Generation, View};

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

impl Default for Options {
    fn default() -> Self {
        Self { memory_bytes_max: 256 << 20, threads: 2, fresh_rows_max: 60_000, fresh_bytes_max: 48 << 20, wal_bytes_max: 64 << 20 }
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
        let connection = start(path, options).map_err(|error| classify(path, &error))?;
        let (position, dead) = load(&connection, path)?;
        let first = Arc::new(Generation::new(1));
        let prepared = connection.execute_batch(&schema::create_generation(&first));
        let connections = prepared.and_then(|()| Ok((connection.try_clone()?, connection.try_clone()?)));
        let (writer, settling) = connections.map_err(|error| classify(path, &error))?;
        let mut settler = Settler::new(settling);
        if dead {
            settler.found_dead(position);
        }
        let view = View {
            settled_upto: position,
            settled_dead: dead,
            generations: vec![first],
            applied: position,
            epoch: Arc::new(Epoch),
        };
        Ok(Self {
            options: options.clone(),
            wal: beside(path, ".wal"),
            pool: Pool::new(connection),
            writer: Mutex::new(writer),
            settler: Mutex::new(settler),
            view: RwLock::new(Arc::new(view)),
            durable: AtomicU64::new(position.0),
            settles: AtomicU64::new(0),
            settle_us_last: AtomicU64::new(0),
        })
    }
}

/// Starts an engine whose own database is in memory, and attaches the file to it.
fn start(path: &Path, options: &Options) -> duckdb::Result<Connection> {
    let config = Config::default()
        .max_memory(&format!("{}B", options.memory_bytes_max))?
        .threads(options.threads.max(1).into())?
        .enable_autoload_extension(false)?
        .with("temp_directory", beside(path, ".tmp").to_string_lossy())?
        .with("checkpoint_threshold", "1TB")?;
    let connection = Connection::open_in_memory_with_flags(config)?;
    connection.execute_batch(&format!("ATTACH '{}' AS settled", quoted(path)))?;
    Ok(connection)
}

/// Makes the tables where there are none; else checks the format. Answers the position, and whether replaced versions are left.
fn load(connection: &Connection, path: &Path) -> Result<(Position, bool), OpenError> {
    let tables = "SELECT count(*)::UBIGINT FROM duckdb_tables() WHERE database_name = 'settled'";
    let tables: u64 = connection.query_row(tables, [], |row| row.get(0)).map_err(|error| classify(path, &error))?;
    if tables == 0 {
        let made = connection.execute_batch(&format!("BEGIN; {} COMMIT", schema::create_settled()));
        made.map_err(|error| classify(path, &error))?;
    }
    let meta = connection.query_row("SELECT format, position FROM settled.meta", [], |row| Ok((row.get::<_, u64>(0)?, row.get(1)?)));
    let (format, position) = meta.map_err(|_| OpenError::NotADatabase(path.to_owned()))?;
    if format > schema::FORMAT {
        return Err(OpenError::Newer(path.to_owned()));
    }
    let dead = connection.query_row("SELECT count(*)::UBIGINT FROM settled.dead", [], |row| row.get::<_, u64>(0));
    Ok((Position(position), dead.map_err(|error| classify(path, &error))? > 0))
}

/// What the engine's words mean. Its errors carry no codes.
fn classify(path: &Path, error: &duckdb::Error) -> OpenError {
    let reason = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let path = path.to_owned();
    if says(&["Could not set lock", "Conflicting lock", "already attached"]) {
        OpenError::InUse(path)
    } else if says(&["not a valid DuckDB database file"]) {
        OpenError::NotADatabase(path)
    } else if says(&["we can only read versions", "newer version of DuckDB", "newer DuckDB"]) {
        OpenError::Newer(path)
    } else if says(&["Serialization Error", "Corrupt", "corrupt", "checksum", "Failure while replaying WAL", "INTERNAL Error"]) {
        OpenError::Damaged { path, reason }
    } else {
        OpenError::Refused { path, reason }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn quoted(path: &Path) -> String {
    path.to_string_lossy().replace('\'', "''")
}
