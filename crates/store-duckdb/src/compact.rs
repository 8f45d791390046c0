//! Giving room back: the file is copied without its unused blocks and replaced. For closing, when nobody reads any more.
//!
//! Settling rewrites the last, partly filled row group each time, and the engine reuses the blocks this frees only slowly. The copy is a
//! [draft], which takes the file's place.

use std::path::Path;

use duckdb::Connection;

use crate::DuckWarehouse;
use crate::draft::{self, Failure};
use crate::schema;

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
    let path = &warehouse.path;
    draft::write(connection, path, || copy(connection)).and_then(|()| replace(connection, path)).inspect_err(|_| {
        if let Err(error) = draft::forget(path) {
            tracing::warn!(%error, "an unfinished copy of the warehouse stays until the next start");
        }
    })
}

fn copy(connection: &Connection) -> duckdb::Result<()> {
    let draft = draft::DATABASE;
    connection.execute_batch(&format!("DELETE FROM {draft}.meta"))?;
    for table in schema::TABLES {
        // In the order they are in, which reads rely on for skipping.
        connection.execute_batch(&format!("INSERT INTO {draft}.{table} SELECT * FROM settled.{table}"))?;
    }
    Ok(())
}

fn replace(connection: &Connection, path: &Path) -> Result<(), Failure> {
    connection.execute_batch("DETACH settled")?;
    Ok(draft::put(path)?)
}
