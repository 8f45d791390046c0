//! The journal: one row per group, each hash covering the one before, and where every count stood at the last row.

use debrief_model::{Position, Seq, Timestamp};
use debrief_store::Record;
use rusqlite::{Connection, OptionalExtension, params};

use super::Counters;
use crate::row;

/// Bounds of one call of [`trim`], so that commits wait only briefly for it.
const TRIM_RECORDS_MAX: usize = 1_000;
const TRIM_BYTES_MAX: u64 = 4 << 20;

/// The counts as the tables imply them.
pub(super) fn counters(conn: &Connection) -> rusqlite::Result<Counters> {
    let sql = "SELECT position, hash, seq_first + events - 1 FROM journal ORDER BY position DESC LIMIT 1";
    let last = conn.query_row(sql, [], |row| Ok((row::count(row, 0)?, row.get(1)?, row::count(row, 2)?))).optional()?;
    let (position, hash, seq) = last.unwrap_or((0, [0; 32], 0));
    let highest = |table| conn.query_row(&format!("SELECT coalesce(max(number), 0) FROM {table}"), [], |row| row::count(row, 0));
    Ok(Counters {
        position: Position(position),
        hash,
        seq: Seq(seq),
        session: highest("sessions")?,
        person: highest("people")?,
        fingerprint: highest("fingerprints")?,
    })
}

/// Writes the record and moves the counts past it.
pub(super) fn append(conn: &Connection, counters: &mut Counters, record: &Record) -> rusqlite::Result<()> {
    let bytes = record.encode();
    let hash = *blake3::Hasher::new().update(&counters.hash).update(&bytes).finalize().as_bytes();
    let events = record.events.len() as u64;
    let sql = "INSERT INTO journal (position, recorded_at, changes, seq_first, events, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    conn.prepare_cached(sql)?.execute(params![
        row::clamped(record.position.0),
        record.recorded_at.0,
        record.changes,
        row::clamped(counters.seq.0 + 1 - events),
        row::clamped(events),
        hash,
    ])?;
    let sql = "INSERT INTO journal_records (position, record) VALUES (?1, ?2)";
    conn.prepare_cached(sql)?.execute(params![row::clamped(record.position.0), bytes])?;
    counters.position = record.position;
    counters.hash = hash;
    Ok(())
}

/// Forgets record contents, oldest first. Everything up to `trimmed_upto` is already gone, so that each call starts where work is left.
pub(crate) fn trim(conn: &mut Connection, upto: Position, before: Timestamp) -> rusqlite::Result<u64> {
    let tx = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let start: i64 = tx.query_row("SELECT value FROM meta WHERE name = 'trimmed_upto'", [], |row| row.get(0))?;
    let doomed = doomed(&tx, start, upto, before)?;
    for position in &doomed {
        tx.prepare_cached("DELETE FROM journal_records WHERE position = ?1")?.execute([position])?;
    }
    let sql = "SELECT coalesce(min(position) - 1, ?2) FROM journal_records WHERE position > ?1";
    let reached: i64 = tx.query_row(sql, params![start, row::clamped(upto.0)], |row| row.get(0))?;
    tx.execute("UPDATE meta SET value = ?1 WHERE name = 'trimmed_upto' AND value < ?1", [reached])?;
    tx.commit()?;
    Ok(doomed.len() as u64)
}

fn doomed(conn: &Connection, start: i64, upto: Position, before: Timestamp) -> rusqlite::Result<Vec<i64>> {
    let sql = "SELECT position, length(record) FROM journal_records CROSS JOIN journal USING (position) \
               WHERE position > ?1 AND position <= ?2 AND recorded_at < ?3 ORDER BY position";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params![start, row::clamped(upto.0), before.0])?;
    let mut doomed = Vec::new();
    let mut bytes = 0;
    while doomed.len() < TRIM_RECORDS_MAX && bytes < TRIM_BYTES_MAX {
        let Some(found) = rows.next()? else { break };
        doomed.push(found.get(0)?);
        bytes += row::count(found, 1)?;
    }
    Ok(doomed)
}
