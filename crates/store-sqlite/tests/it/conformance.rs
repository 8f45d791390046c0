//! SQLite keeps every promise of the ledger.

use crate::fixture::SqliteFixture;

debrief_testkit::ledger_conformance!(SqliteFixture::default());
