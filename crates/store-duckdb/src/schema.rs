//! The tables, and the version of their format.

use crate::mark::USE;
use crate::models::{BYTES_MAX, NAME_BYTES, NONE, OTHER};
use crate::row::{ADDED, COLUMNS};
use crate::sql;
use crate::view::Generation;

/// The version of the file's format. A change that older programs cannot read counts it up.
pub(crate) const FORMAT: u64 = 7;

/// The oldest format that this program reads. What came before was in no released version.
pub(crate) const FORMAT_MIN: u64 = 2;

/// The file's tables.
pub(crate) const TABLES: [&str; 5] = ["events", "payloads", "dead", "models", "meta"];

/// Makes the tables of a file that the engine calls `database`. `dead` names versions of events that a later amendment replaced: those
/// of `seq` from before `applied`. `meta` says up to which record the file is complete, and changes in the same transaction as the rows.
pub(crate) fn create_tables(database: &str) -> String {
    format!(
        "CREATE TABLE {database}.events ({columns});
         CREATE TABLE {database}.payloads (seq UBIGINT, applied UBIGINT, body BLOB USING COMPRESSION uncompressed);
         CREATE TABLE {database}.dead (seq UBIGINT, applied UBIGINT);
         {models};
         CREATE TABLE {database}.meta (format UBIGINT, position UBIGINT);
         INSERT INTO {database}.meta VALUES ({FORMAT}, 0);",
        columns = columns(),
        models = create_models(database)
    )
}

/// Makes the table of the names that numbers in `events.model` stand for.
fn create_models(database: &str) -> String {
    format!("CREATE TABLE {database}.models (number UINTEGER, name VARCHAR)")
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

/// Brings a file from the format `from` to this one, in a transaction: events of then say nothing in the columns that were added, but what
/// follows from the others.
pub(crate) fn upgrade(from: u64) -> String {
    let count = ADDED.iter().filter(|(format, _)| *format > from).map(|(_, columns)| columns).sum::<usize>();
    let added = COLUMNS[COLUMNS.len() - count..].iter();
    let added = added.map(|column| format!("ALTER TABLE settled.events ADD COLUMN {} {};", column.name, column.sql_type));
    let numbered = if from < 6 { number_models() } else { String::new() };
    format!("{} {numbered} UPDATE settled.meta SET format = {FORMAT};", added.collect::<String>())
}

/// What format 6 says of the events of an older one. Only what says something is updated: an update takes room in the log.
fn number_models() -> String {
    format!(
        "{create};
         INSERT INTO settled.models SELECT number, name FROM (
             SELECT row_number() OVER by_name AS number, name, sum(octet_length(encode(name)) + {NAME_BYTES}) OVER by_name AS bytes
             FROM (SELECT DISTINCT {model} AS name FROM settled.events) WHERE name IS NOT NULL WINDOW by_name AS (ORDER BY name)
         ) WHERE bytes <= {BYTES_MAX};
         UPDATE settled.events SET use_mark = {USE} WHERE {says_use};
         UPDATE settled.events SET model = m.number FROM settled.models AS m WHERE m.name = {model};
         UPDATE settled.events SET model = {OTHER} WHERE model = {NONE} AND {model} IS NOT NULL;",
        create = create_models("settled"),
        model = sql::MODEL,
        says_use = sql::says_use(),
    )
}

fn columns() -> String {
    COLUMNS.iter().map(|column| format!("{} {}", column.name, column.sql_type)).collect::<Vec<_>>().join(", ")
}
