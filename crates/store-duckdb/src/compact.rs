//! Giving room back: the file is copied without its unused blocks and replaced. For closing, when nobody reads any more.
//!
//! Settling rewrites the last, partly filled row group each time, and the engine reuses the blocks this frees only slowly. The copy is
//! written beside the file, made durable, and renamed over it: a crash at any point leaves the old file or the new one.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use duckdb::Connection;

use crate::DuckWarehouse;
use crate::open::{self, beside, quoted};
use crate::schema;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Unused room that is not worth a copy.
const UNUSED_BYTES_MIN: u64 = 16 << 20;
/// Files with more in them are not copied while somebody waits for the server to stop.
const USED_BYTES_MAX: u64 = 2 << 30;

/// Copies the file if that gives back at least a fifth of it. Afterwards nothing can be read any more.
pub(crate) fn compact(warehouse: &DuckWarehouse) -> Result<(), Failure> {
    let settler = warehouse.settler.lock();
    let connection = &settler.connection;
    connection.execute_batch("CHECKPOINT settled")?;
    let sql = "SELECT (used_blocks * block_size)::UBIGINT, (free_blocks * block_size)::UBIGINT FROM pragma_database_size() \
               WHERE database_name = 'settled'";
    let (used, unused): (u64, u64) = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if unused < UNUSED_BYTES_MIN || unused < used / 4 || used > USED_BYTES_MAX {
        return Ok(());
    }
    let copy = beside(&warehouse.path, SUFFIX);
    forget(&copy)?;
    write_copy(connection, &copy).and_then(|()| replace(connection, &copy, &warehouse.path)).inspect_err(|_| {
        if let Err(error) = forget(&copy) {
            tracing::warn!(%error, "an unfinished copy of the warehouse stays until the next start");
        }
    })
}

/// The ending of the copy's name; one left behind by a crash is deleted at the next opening.
pub(crate) const SUFFIX: &str = ".compact";

/// Deletes a copy that is in the way.
pub(crate) fn forget(copy: &Path) -> io::Result<()> {
    for path in [copy.to_owned(), beside(copy, ".wal")] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn write_copy(connection: &Connection, copy: &Path) -> Result<(), Failure> {
    connection.execute_batch(&format!("ATTACH '{}' AS compacted ({})", quoted(copy), open::layout(true)))?;
    connection.execute_batch(&schema::create_settled().replace("settled.", "compacted."))?;
    connection.execute_batch("DELETE FROM compacted.meta")?;
    for table in schema::TABLES {
        // In the order they are in, which reads rely on for skipping.
        connection.execute_batch(&format!("INSERT INTO compacted.{table} SELECT * FROM settled.{table}"))?;
    }
    connection.execute_batch("CHECKPOINT compacted; DETACH compacted;")?;
    File::open(copy)?.sync_all()?;
    Ok(())
}

fn replace(connection: &Connection, copy: &Path, path: &Path) -> Result<(), Failure> {
    connection.execute_batch("DETACH settled")?;
    fs::rename(copy, path)?;
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
