//! Applying journal records: they wait in memory as they are, and become rows in batches or when somebody reads.
//!
//! A transaction of the engine costs about a millisecond however few its rows are, and a few microseconds for each. So applying
//! a record only queues it; the queue is turned into rows once it holds [`WAITING_ROWS_MAX`] that have waited for a while (while
//! somebody reads, fewer and at once, so that no read has much to do first), and before every read that cannot do without them. Under
//! heavy load a settle comes before that, and moves what waits into the file directly.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use debrief_model::{Error, ErrorKind, Event, Position, Seq};
use debrief_store::Record;
use duckdb::{Connection, params};
use hashbrown::HashMap;

use crate::DuckWarehouse;
use crate::bodies::Holders;
use crate::error::Trouble;
use crate::models::Models;
use crate::row::{self, Version};
use crate::view::{Generation, View};

/// Rows that wait at most while nobody reads: what the engine takes in one piece.
const WAITING_ROWS_MAX: u64 = BATCH_ROWS_MAX as u64;
/// Rows that wait at most while somebody does: what a read may have to append before it begins.
const WAITING_ROWS_MAX_READ: u64 = 1_024;
/// For so long after a read the next one is expected at any moment: as often as pages that refresh themselves ask, and longer than any
/// answer takes. Were it shorter, each read would find much to append, and while it did that more would gather for the next.
pub(crate) const READ_LATELY_MS: u64 = 10_000;
/// So long they wait while nobody reads, if they can be moved into the file directly: long enough for what fills groups of rows there to
/// gather (4,000 a second). Whoever reads then waits for their rows.
const WAITING_AT_MOST: Duration = Duration::from_secs(5);
/// Bytes of a row beside its body: measured, for deciding when to settle.
const ROW_BYTES: u64 = 400;

/// Rows that are handed to the engine at a time, which takes so many in one piece.
const BATCH_ROWS_MAX: usize = 2_048;

/// Rows that the engine is given before it moves them on: it plans that anew each time, and keeps them twice meanwhile.
const FLUSHED_ROWS_MAX: usize = 5 * BATCH_ROWS_MAX;

/// Records that are applied and not yet rows.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) applied: Position,
    records: Vec<Arc<Record>>,
    pub(crate) rows: u64,
    /// Bytes of those rows, about.
    pub(crate) bytes: u64,
    /// Since when the first of them waits, about.
    since: Option<Instant>,
}

impl Waiting {
    pub(crate) fn after(applied: Position) -> Self {
        Self { applied, ..Self::default() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether an event that is older may read differently because of them.
    pub(crate) fn revise(&self) -> bool {
        self.records.iter().any(|record| !record.revisions.is_empty())
    }

    /// The wanted events of the records after one, where nothing of them is revised.
    pub(crate) fn pick(&self, after: Position, wanted: impl Fn(&Event) -> bool) -> Option<Vec<Event>> {
        let records = || self.records.iter().filter(|record| record.position > after);
        let events = || records().flat_map(|record| &record.events).filter(|event| wanted(event)).cloned();
        records().all(|record| record.revisions.is_empty()).then(|| events().collect())
    }

    /// The first of them, as many as have at most so many rows, one at least.
    pub(crate) fn first(&self, rows_max: u64) -> Vec<Arc<Record>> {
        let upto = self.records.iter().scan(0, |rows, record| {
            *rows += rows_of(std::slice::from_ref(record));
            Some(*rows)
        });
        let fitting = upto.take_while(|rows| *rows <= rows_max).count();
        self.records[..fitting.max(1).min(self.records.len())].to_vec()
    }

    /// Forgets those up to a record.
    pub(crate) fn leave(&mut self, upto: Position) {
        let gone = self.records.iter().take_while(|record| record.position <= upto).count();
        let gone = self.records.drain(..gone).collect::<Vec<_>>();
        self.rows -= rows_of(&gone);
        self.bytes -= bytes_of(&gone);
        self.since = (!self.records.is_empty()).then(Instant::now);
    }

    /// Whether they should become rows now. Not while a settle goes on and nobody reads: it may be moving them, and the next one finds more
    /// to move.
    fn are_due(&self, is_read: bool, is_settling: bool) -> bool {
        if is_read {
            return self.rows >= WAITING_ROWS_MAX_READ;
        }
        if is_settling {
            return false;
        }
        let long = || self.since.is_some_and(|since| since.elapsed() >= WAITING_AT_MOST);
        self.rows >= WAITING_ROWS_MAX && (long() || self.revise())
    }
}

/// What was appended.
#[derive(Default)]
struct Appended {
    rows: u64,
    bytes: u64,
    revisions: u64,
}

/// Applies what is new of `records`.
pub(crate) fn apply(warehouse: &DuckWarehouse, records: &[Arc<Record>]) -> debrief_store::Result<()> {
    let due = {
        let mut waiting = warehouse.waiting.lock();
        queue(&mut waiting, records)?;
        waiting.are_due(warehouse.is_read(), warehouse.settler.is_locked())
    };
    if due {
        flush(warehouse)?;
    }
    Ok(())
}

fn queue(waiting: &mut Waiting, records: &[Arc<Record>]) -> debrief_store::Result<()> {
    let records = fresh(records, waiting.applied)?;
    if let Some(newest) = records.last() {
        waiting.applied = newest.position;
        waiting.rows += rows_of(records);
        waiting.bytes += bytes_of(records);
        waiting.records.extend_from_slice(records);
        waiting.since.get_or_insert_with(Instant::now);
    }
    Ok(())
}

fn bytes_of(records: &[Arc<Record>]) -> u64 {
    records.iter().flat_map(|record| record.events.iter().chain(&record.revisions)).map(row_bytes).sum()
}

fn row_bytes(event: &Event) -> u64 {
    ROW_BYTES + event.facts.body.bytes() as u64
}

fn rows_of(records: &[Arc<Record>]) -> u64 {
    records.iter().map(|record| (record.events.len() + record.revisions.len()) as u64).sum()
}

/// Turns all that waits into rows, and publishes a view that has them.
pub(crate) fn flush(warehouse: &DuckWarehouse) -> Result<(), Trouble> {
    let writer = warehouse.writer.lock();
    let records = warehouse.waiting.lock().records.clone();
    let Some(newest) = records.last() else {
        return Ok(());
    };
    let view = Arc::clone(&warehouse.view.read());
    let generation = view.open_generation();
    let appended = in_transaction(&writer, |writer| append(writer, generation, &warehouse.models, &records))?;
    generation.rows.fetch_add(appended.rows, Ordering::Release);
    generation.bytes.fetch_add(appended.bytes, Ordering::Relaxed);
    generation.revises.fetch_or(appended.revisions > 0, Ordering::Release);
    let newest_seq = newest_seq(&view, &records);
    *warehouse.view.write() = Arc::new(View { applied: newest.position, newest_seq, ..View::clone(&view) });
    // Only now: whoever finds nothing waiting must find the view.
    warehouse.waiting.lock().leave(newest.position);
    Ok(())
}

/// The greatest seq of a view once it has these records too.
pub(crate) fn newest_seq(view: &View, records: &[Arc<Record>]) -> Seq {
    records.iter().flat_map(|record| record.events.last()).map(|event| event.seq).fold(view.newest_seq, Seq::max)
}

/// The records after `applied`, which must follow it and each other without a gap.
fn fresh(records: &[Arc<Record>], applied: Position) -> debrief_store::Result<&[Arc<Record>]> {
    let known = records.iter().take_while(|record| record.position <= applied).count();
    let fresh = &records[known..];
    let gapless = fresh.iter().zip(applied.0 + 1..).all(|(record, expected)| record.position.0 == expected);
    if gapless { Ok(fresh) } else { Err(gap(applied)) }
}

fn gap(applied: Position) -> Error {
    Error::new(ErrorKind::Conflict, format!("Records after position {applied} do not follow it without a gap"))
}

/// Runs `work` in a transaction: all of it happens, or nothing.
pub(crate) fn in_transaction<T>(connection: &Connection, work: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, Trouble> {
    connection.execute_batch("BEGIN")?;
    let done = work(connection).and_then(|done| Ok(connection.execute_batch("COMMIT").map(|()| done)?));
    if done.is_err()
        && let Err(error) = connection.execute_batch("ROLLBACK")
    {
        // A failed COMMIT has rolled back already, and then this is expected.
        tracing::debug!(%error, "nothing to roll back");
    }
    done
}

fn append(writer: &Connection, generation: &Generation, models: &Models, records: &[Arc<Record>]) -> Result<Appended, Trouble> {
    let versions = versions(records);
    let mut appended =
        Appended { rows: versions.len() as u64, bytes: versions.iter().map(|version| row_bytes(version)).sum(), revisions: 0 };
    let mut rows = writer.appender(&generation.events())?;
    for versions in versions.chunks(BATCH_ROWS_MAX) {
        rows.append_record_batch(row::batch(versions, models)?)?;
    }
    rows.flush()?;
    if records.iter().any(|record| !record.revisions.is_empty()) {
        appended.revisions = append_dead(writer, generation, records)?;
    }
    Ok(appended)
}

/// Appends to the file's tables what waits and revises nothing.
pub(crate) fn append_settled(connection: &Connection, models: &Models, records: &[Arc<Record>]) -> Result<(), Trouble> {
    let mut rows = connection.appender_to_catalog_and_db("events", "settled", "main")?;
    let mut bodies = connection.appender_to_catalog_and_db("payloads", "settled", "main")?;
    for flushed in versions(records).chunks(FLUSHED_ROWS_MAX) {
        for versions in flushed.chunks(BATCH_ROWS_MAX) {
            rows.append_record_batch(row::settled_batch(versions, models)?)?;
            bodies.append_record_batch(row::bodies(versions)?)?;
        }
        rows.flush()?;
        bodies.flush()?;
    }
    Ok(())
}

fn versions<'r>(records: &'r [Arc<Record>]) -> Vec<Version<'r>> {
    let of_record = |record: &'r Record| {
        let mut holders = Holders::default();
        let version = move |event| Version::new(event, record.position, holders.of(event));
        newest_readings(record).into_iter().map(version)
    };
    records.iter().map(Arc::as_ref).flat_map(of_record).collect()
}

/// The events of a record as they read after it: an event revised in the same record, or twice, counts once, in its last reading.
fn newest_readings(record: &Record) -> Vec<&Event> {
    if record.revisions.is_empty() {
        return record.events.iter().collect();
    }
    let last = record.revisions.iter().map(|event| (event.seq, event)).collect::<HashMap<_, _>>();
    let events = record.events.iter().filter(|event| !last.contains_key(&event.seq));
    events.chain(record.revisions.iter().filter(|event| std::ptr::eq(last[&event.seq], *event))).collect()
}

/// Notes that the versions before the revised ones are dead.
fn append_dead(writer: &Connection, generation: &Generation, records: &[Arc<Record>]) -> Result<u64, Trouble> {
    let mut dead = writer.appender(&generation.dead())?;
    let mut count = 0;
    for record in records {
        for event in &record.revisions {
            dead.append_row(params![event.seq.0, record.position.0])?;
            count += 1;
        }
    }
    dead.flush()?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_settle_may_be_moving_becomes_rows_only_for_readers() {
        let since = Instant::now().checked_sub(WAITING_AT_MOST * 2);
        let waiting = Waiting { rows: WAITING_ROWS_MAX, since, ..Waiting::default() };
        assert!(waiting.are_due(false, false));
        assert!(!waiting.are_due(false, true));
        assert!(waiting.are_due(true, true));
        assert!(!Waiting { since: Some(Instant::now()), ..waiting }.are_due(false, false));
    }
}
