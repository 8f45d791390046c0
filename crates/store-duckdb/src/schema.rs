//! The tables, and the version of their format.

use crate::row::{ADDED, COLUMNS};
use crate::view::Generation;

/// The version of the file's format. A change that older programs cannot read counts it up.
pub(crate) const FORMAT: u64 = 5;

/// The oldest format that this program reads. What came before was in no released version.
pub(crate) const FORMAT_MIN: u64 = 2;

/// The file's tables.
pub(crate) const TABLES: [&str; 4] = ["events", "payloads", "dead", "meta"];

/// Makes the file's tables. `dead` names versions of events that a later amendment replaced: those of `seq` from before `applied`.
/// `meta` says up to which record the file is complete, and changes in the same transaction as the rows.
pub(crate) fn create_settled() -> String {
    format!(
        "CREATE TABLE settled.events ({columns});
         CREATE TABLE settled.payloads (seq UBIGINT, applied UBIGINT, body BLOB USING COMPRESSION uncompressed);
         CREATE TABLE settled.dead (seq UBIGINT, applied UBIGINT);
         CREATE TABLE settled.meta (format UBIGINT, position UBIGINT);
         INSERT INTO settled.meta VALUES ({FORMAT}, 0);",
        columns = columns()
    )
}

/// Makes the tables of a generation: events with their bodies in one, because they are appended and dropped together.
pub(crate) fn create_generation(generation: &Generation) -> String {
    format!(
        "CREATE TABLE {events} ({columns}, body BLOB); CREATE TABLE {dead} (seq UBIGINT, applied UBIGINT);",
        events = generation.events(),
        dead = generation.dead(),
        columns = columns()
    )
}

/// Forgets the tables of a generation.
pub(crate) fn drop_generation(generation: &Generation) -> String {
    format!("DROP TABLE {}; DROP TABLE {};", generation.events(), generation.dead())
}

/// Brings a file from the format `from` to this one: events of then say nothing in the columns that were added.
pub(crate) fn upgrade(from: u64) -> String {
    let count = ADDED.iter().filter(|(format, _)| *format > from).map(|(_, columns)| columns).sum::<usize>();
    let added = COLUMNS[COLUMNS.len() - count..].iter();
    let added = added.map(|column| format!("ALTER TABLE settled.events ADD COLUMN {} {};", column.name, column.sql_type));
    format!("BEGIN; {} UPDATE settled.meta SET format = {FORMAT}; COMMIT", added.collect::<String>())
}

fn columns() -> String {
    COLUMNS.iter().map(|column| format!("{} {}", column.name, column.sql_type)).collect::<Vec<_>>().join(", ")
}
