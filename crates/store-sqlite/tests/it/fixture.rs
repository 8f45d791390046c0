//! A ledger file in a directory of its own.

use std::path::PathBuf;
use std::sync::Arc;

use debrief_store::Ledger;
use debrief_store_sqlite::SqliteLedger;
use debrief_testkit::ledger::Fixture;

pub(crate) struct SqliteFixture {
    directory: tempfile::TempDir,
}

impl Default for SqliteFixture {
    fn default() -> Self {
        Self { directory: tempfile::tempdir().expect("a directory") }
    }
}

impl SqliteFixture {
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("ledger.db")
    }
}

impl Fixture for SqliteFixture {
    fn open(&self) -> Arc<dyn Ledger> {
        Arc::new(SqliteLedger::open(&self.path()).expect("opens"))
    }
}
