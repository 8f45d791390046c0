//! Files of the engine that are written beside their place and put there whole: a crash at any point leaves what was there before, or all
//! of the new. The engine itself makes a new file step by step, and one that it was killed over is refused afterwards.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use duckdb::Connection;

use crate::open::{self, beside, quoted};
use crate::schema;

/// What the engine calls the file while it is written.
pub(crate) const DATABASE: &str = "draft";

/// Why a file was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Engine(#[from] duckdb::Error),
    #[error(transparent)]
    Disk(#[from] io::Error),
}

/// Deletes what a crash left behind of a file on its way to `place`.
pub(crate) fn forget(place: &Path) -> io::Result<()> {
    // The second is what versions with format 5 and before called a compacted file.
    [name(place), beside(place, ".compact")].iter().try_for_each(|draft| {
        remove(draft)?;
        remove(&open::log(draft))
    })
}

/// Writes a file with the tables and what `fill` puts into them, closes it, and has it on disk.
pub(crate) fn write(connection: &Connection, place: &Path, fill: impl FnOnce() -> duckdb::Result<()>) -> Result<(), Failure> {
    forget(place)?;
    let draft = name(place);
    connection.execute_batch(&format!("ATTACH '{}' AS {DATABASE} ({})", quoted(&draft), open::layout_of_new()))?;
    connection.execute_batch(&schema::create_tables(DATABASE))?;
    fill()?;
    connection.execute_batch(&format!("CHECKPOINT {DATABASE}; DETACH {DATABASE};"))?;
    Ok(File::open(draft)?.sync_all()?)
}

/// Puts the written file in its place.
pub(crate) fn put(place: &Path) -> io::Result<()> {
    fs::rename(name(place), place)?;
    let directory = place.parent().filter(|directory| !directory.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

/// Deletes a file that may not be there.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn name(place: &Path) -> PathBuf {
    beside(place, ".new")
}
