//! The conformance suite and the differential test, on this engine.

use std::sync::Arc;

use debrief_store::Warehouse;
use debrief_store_duckdb::{DuckWarehouse, Options};
use debrief_testkit::warehouse::{Fixture, differential};
use tempfile::TempDir;

struct Directory(TempDir);

fn directory() -> Directory {
    Directory(tempfile::tempdir().unwrap())
}

impl Fixture for Directory {
    fn open(&self) -> Arc<dyn Warehouse> {
        Arc::new(DuckWarehouse::open(&self.0.path().join("warehouse.duckdb"), &Options::default()).unwrap())
    }
}

debrief_testkit::warehouse_conformance!(directory());

/// The same with a checkpoint after every settle.
mod checkpointing {
    use super::*;

    struct Checkpointing(Directory);

    impl Fixture for Checkpointing {
        fn open(&self) -> Arc<dyn Warehouse> {
            let options = Options { wal_bytes_max: 0, ..Options::default() };
            Arc::new(DuckWarehouse::open(&self.0.0.path().join("warehouse.duckdb"), &options).unwrap())
        }
    }

    debrief_testkit::warehouse_conformance!(Checkpointing(directory()));

    #[test]
    fn equals_the_reference() {
        differential::run(|| Checkpointing(directory()));
    }
}

#[test]
fn equals_the_reference() {
    differential::run(directory);
}
