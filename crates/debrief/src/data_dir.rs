//! The data directory: one process serves it at a time.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use debrief_store_duckdb::DuckWarehouse;
use debrief_store_sqlite::{SqliteFindings, SqliteLedger};
use rustix::fs::{FlockOperation, flock};

use crate::cli::Serve;

const LEDGER: &str = "ledger.sqlite";
const WAREHOUSE: &str = "warehouse.duckdb";
const FINDINGS: &str = "insights.sqlite";
const LOCK: &str = "lock";
/// Prices of one's own.
pub(crate) const PRICES: &str = "prices.json";

/// An existing or new data directory.
pub(crate) struct DataDir {
    path: PathBuf,
}

/// Held by the process that serves the directory; the system lets go of it however the process ends.
pub(crate) struct Lock(#[expect(dead_code, reason = "held, never used: the lock lives as long as the file is open")] File);

impl DataDir {
    /// The directory, made where it does not exist.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, String> {
        fs::create_dir_all(path).map_err(|error| format!("cannot make the data directory {}: {error}", path.display()))?;
        Self::readable(path)
    }

    /// The directory, which must hold data already.
    pub(crate) fn open_existing(path: &Path) -> Result<Self, String> {
        if !path.join(LEDGER).is_file() {
            return Err(format!(
                "{} holds no Debrief data; start the server on it first, or name another directory with --data",
                path.display()
            ));
        }
        Self::readable(path)
    }

    fn readable(path: &Path) -> Result<Self, String> {
        fs::read_dir(path).map_err(|error| format!("cannot read the data directory {}: {error}", path.display()))?;
        Ok(Self { path: path.to_owned() })
    }

    /// Takes the directory for this process.
    pub(crate) fn lock(&self) -> Result<Lock, String> {
        let path = self.path.join(LOCK);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|error| format!("cannot write to the data directory {}: {error}", self.path.display()))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| format!("the data directory {} is in use by another debrief process", self.path.display()))?;
        Ok(Lock(file))
    }

    /// The ledger in it.
    pub(crate) fn ledger(&self) -> Result<Arc<SqliteLedger>, String> {
        let path = self.path.join(LEDGER);
        SqliteLedger::open(&path).map(Arc::new).map_err(|error| format!("cannot open {}: {error}", path.display()))
    }

    /// What is wrong with the ledger's file; empty when nothing is.
    pub(crate) fn examine_ledger(&self) -> Result<Vec<String>, String> {
        debrief_store_sqlite::examine(&self.path.join(LEDGER)).map_err(|error| error.to_string())
    }

    /// What analysis found, in it.
    pub(crate) fn findings(&self) -> Result<Arc<SqliteFindings>, String> {
        let path = self.path.join(FINDINGS);
        let opened = SqliteFindings::open(&path).map(Arc::new);
        opened.map_err(|error| format!("cannot open {}: {error} (it can be removed: it is made anew)", path.display()))
    }

    /// Keeps prices in it. They are there whole or not at all.
    pub(crate) fn keep_prices(&self, text: &[u8]) -> Result<(), String> {
        let (path, fresh) = (self.path.join(PRICES), self.path.join(format!("{PRICES}.new")));
        let write = || -> std::io::Result<()> {
            fs::write(&fresh, text)?;
            File::open(&fresh)?.sync_all()?;
            fs::rename(&fresh, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    /// The warehouse in it, as the server's flags want it.
    pub(crate) fn warehouse(&self, flags: &Serve) -> Result<Arc<DuckWarehouse>, String> {
        let options = debrief_store_duckdb::Options::with_memory(flags.duckdb_memory_mb << 20);
        self.warehouse_with(&debrief_store_duckdb::Options { fresh_rows_max: flags.fresh_rows_max, ..options })
    }

    /// The warehouse in it.
    pub(crate) fn warehouse_with(&self, options: &debrief_store_duckdb::Options) -> Result<Arc<DuckWarehouse>, String> {
        let path = self.path.join(WAREHOUSE);
        DuckWarehouse::open(&path, options).map(Arc::new).map_err(|error| {
            format!(
                "cannot open {}: {error} (it can be rebuilt while the journal keeps its records: see docs/operating.md)",
                path.display()
            )
        })
    }
}
