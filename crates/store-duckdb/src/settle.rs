//! Moving fresh rows into the file, while reads and `apply` go on.
//!
//! The open generation is sealed and a new one opened; sealed rows go into the file in one transaction with the position they reach;
//! then a view is published that reads them there. Sealed tables, and versions that amendments replaced, go once no reader holds a
//! view from before. A crash at any point leaves the file at some `meta.position`, complete up to it.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Instant;

use debrief_model::Position;
use duckdb::Connection;

use crate::DuckWarehouse;
use crate::apply::{append_settled, in_transaction, newest_seq};
use crate::bodies;
use crate::error::Trouble;
use crate::open::ROW_GROUP_ROWS;
use crate::row;
use crate::schema;
use crate::view::{Epoch, Generation, View};

/// What settling remembers from one time to the next.
pub(crate) struct Settler {
    pub(crate) connection: Connection,
    /// Names of models that are in the file.
    models: usize,
    retired: Vec<Retired>,
}

/// What a settle replaced: it goes once the epoch before that settle has no readers.
struct Retired {
    epoch: Weak<Epoch>,
    generations: Vec<Arc<Generation>>,
    /// Versions replaced up to here are still in the file.
    dead_upto: Option<Position>,
}

impl Settler {
    pub(crate) fn new(connection: Connection, models: usize) -> Self {
        Self { connection, models, retired: Vec::new() }
    }

    /// Remembers replaced versions that were found in the file on opening.
    pub(crate) fn found_dead(&mut self, upto: Position) {
        self.retired.push(Retired { epoch: Weak::new(), generations: Vec::new(), dead_upto: Some(upto) });
    }
}

/// How much of what waits is moved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum HowMuch {
    All,
    /// What fills groups of rows in the file, if that can be moved directly and there is so much: groups that are not full are written
    /// again later, together with their neighbours.
    WholeGroups,
}

/// Where so many rows wait, as many as fill groups are moved: of records that are moved whole, and with events that have no body, a little
/// less than two groups, and never less than one. Less than that the engine writes into its log first. Of fewer all are moved.
const MOVED_ROWS_MIN: u64 = 2 * ROW_GROUP_ROWS as u64;
/// Bytes that wait at most until they are moved, groups or no groups.
const WAITING_BYTES_MAX: u64 = 32 << 20;

/// Whether settling should not wait for a quiet moment.
pub(crate) fn wanted(warehouse: &DuckWarehouse) -> bool {
    let view = Arc::clone(&warehouse.view.read());
    let waiting = warehouse.waiting.lock();
    if view.is_settled() && !waiting.revise() {
        return waiting.rows >= warehouse.options.fresh_rows_max || waiting.bytes >= WAITING_BYTES_MAX;
    }
    let rows = view.fresh_rows() + waiting.rows;
    let bytes = view.fresh_bytes() + waiting.bytes;
    rows >= warehouse.options.fresh_rows_max || bytes >= warehouse.options.fresh_bytes_max
}

/// Moves what was applied so far into the file.
pub(crate) fn settle(warehouse: &DuckWarehouse, how_much: HowMuch) -> Result<(), Trouble> {
    let mut settler = warehouse.settler.lock();
    release(warehouse, &mut settler)?;
    let started = Instant::now();
    if !move_waiting(warehouse, &mut settler, how_much)? {
        let sealed = seal(warehouse, &settler.connection)?;
        if sealed.is_settled() {
            return Ok(());
        }
        let dead_upto = move_rows(warehouse, &mut settler, &sealed)?;
        warehouse.durable.store(sealed.applied.0, Ordering::Release);
        let retired = publish(warehouse, &sealed, dead_upto);
        settler.retired.push(retired);
    }
    checkpoint(warehouse, &settler.connection);
    release(warehouse, &mut settler)?;
    warehouse.settles.fetch_add(1, Ordering::Relaxed);
    warehouse.settle_us_last.store(u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    Ok(())
}

/// Moves what waits, where nothing else has to be moved before it and nothing is revised by it: it never becomes fresh rows then, unless
/// somebody reads meanwhile. Answers whether it did.
fn move_waiting(warehouse: &DuckWarehouse, settler: &mut Settler, how_much: HowMuch) -> Result<bool, Trouble> {
    let records = {
        let waiting = warehouse.waiting.lock();
        if waiting.revise() || !warehouse.view.read().is_settled() {
            return Ok(false);
        }
        let group = u64::from(ROW_GROUP_ROWS);
        let rows_max = match how_much {
            HowMuch::WholeGroups if waiting.rows >= MOVED_ROWS_MIN => waiting.rows / group * group,
            HowMuch::WholeGroups | HowMuch::All => u64::MAX,
        };
        waiting.first(rows_max)
    };
    let Some(newest) = records.last() else { return Ok(false) };
    settler.models = in_transaction(&settler.connection, |connection| {
        append_settled(connection, &warehouse.models, &records)?;
        keep_position(warehouse, connection, settler.models, newest.position)
    })?;
    warehouse.durable.store(newest.position.0, Ordering::Release);
    let _writer = warehouse.writer.lock();
    let current = Arc::clone(&warehouse.view.read());
    let newest_seq = newest_seq(&current, &records);
    let applied = current.applied.max(newest.position);
    *warehouse.view.write() = Arc::new(View { settled_upto: newest.position, applied, newest_seq, ..View::clone(&current) });
    // Only now: whoever finds nothing waiting must find the view.
    warehouse.waiting.lock().leave(newest.position);
    Ok(true)
}

/// Opens a new generation and answers the view from just before, whose generations get no more rows.
fn seal(warehouse: &DuckWarehouse, connection: &Connection) -> Result<Arc<View>, Trouble> {
    let view = warehouse.whole_view()?;
    if view.is_settled() {
        return Ok(view);
    }
    let next = Arc::new(view.open_generation().after());
    connection.execute_batch(&schema::create_generation(&next))?;
    let _writer = warehouse.writer.lock();
    let sealed = Arc::clone(&warehouse.view.read());
    let mut generations = sealed.generations.clone();
    generations.push(next);
    *warehouse.view.write() = Arc::new(View { generations, ..View::clone(&sealed) });
    Ok(sealed)
}

/// Moves the rows of all sealed generations. Answers up to where the file now holds replaced versions, if it does.
fn move_rows(warehouse: &DuckWarehouse, settler: &mut Settler, sealed: &View) -> Result<Option<Position>, Trouble> {
    let filled = || sealed.generations.iter().filter(|generation| generation.rows.load(Ordering::Acquire) > 0);
    let revising = || sealed.generations.iter().filter(|generation| generation.revises.load(Ordering::Acquire));
    let dead = union(revising().map(|generation| format!("SELECT seq, applied FROM {}", generation.dead())));
    let alive = |alias: &str| {
        let replaced = |dead| format!("NOT EXISTS (SELECT 1 FROM ({dead}) AS d WHERE d.seq = {alias}.seq AND d.applied > {alias}.applied)");
        dead.as_ref().map_or_else(|| "TRUE".to_owned(), replaced)
    };
    // What waited may have been moved before its rows came here.
    let after = format!("e.applied > {}", sealed.settled_upto);
    settler.models = in_transaction(&settler.connection, |connection| {
        for generation in filled() {
            let (events, columns) = (generation.events(), row::names());
            connection.execute_batch(&format!(
                "INSERT INTO settled.events SELECT {columns} FROM {events} AS e WHERE {after} AND {}",
                alive("e")
            ))?;
            let (any, needed) = (bodies::IS_ANY, bodies::holds_for(&events, &alive("m")));
            let needed = if dead.is_some() { format!("({} OR {needed})", alive("e")) } else { alive("e") };
            connection.execute_batch(&format!(
                "INSERT INTO settled.payloads SELECT seq, applied, body FROM {events} AS e WHERE {after} AND {any} AND {needed}"
            ))?;
        }
        for generation in revising() {
            connection.execute_batch(&format!("INSERT INTO settled.dead SELECT seq, applied FROM {}", generation.dead()))?;
        }
        keep_position(warehouse, connection, settler.models, sealed.applied)
    })?;
    Ok(revising().next().map(|_| sealed.applied))
}

/// Writes down how far the file reaches, and the names of models that its rows have numbers of. Answers how many names there are.
fn keep_position(warehouse: &DuckWarehouse, connection: &Connection, models: usize, upto: Position) -> Result<usize, Trouble> {
    // Not an update: the engine refuses checkpoints until every reader from before an update is gone.
    connection.execute_batch("DELETE FROM settled.meta")?;
    connection.execute_batch(&format!("INSERT INTO settled.meta VALUES ({}, {upto})", schema::FORMAT))?;
    Ok(warehouse.models.keep(connection, models)?)
}

fn union(queries: impl Iterator<Item = String>) -> Option<String> {
    let queries = queries.collect::<Vec<_>>();
    (!queries.is_empty()).then(|| queries.join(" UNION ALL "))
}

/// Publishes the view that reads the moved rows from the file.
fn publish(warehouse: &DuckWarehouse, sealed: &View, dead_upto: Option<Position>) -> Retired {
    let _writer = warehouse.writer.lock();
    let current = Arc::clone(&warehouse.view.read());
    let (retired, kept) = current.generations.split_at(sealed.generations.len());
    let view = View {
        settled_upto: sealed.applied,
        settled_dead: current.settled_dead || dead_upto.is_some(),
        generations: kept.to_vec(),
        applied: current.applied,
        newest_seq: current.newest_seq,
        epoch: Arc::new(Epoch),
    };
    let retired = Retired { epoch: Arc::downgrade(&current.epoch), generations: retired.to_vec(), dead_upto };
    *warehouse.view.write() = Arc::new(view);
    retired
}

/// Lets go what no reader can see any more, oldest first.
fn release(warehouse: &DuckWarehouse, settler: &mut Settler) -> Result<(), Trouble> {
    while settler.retired.first().is_some_and(|oldest| oldest.epoch.strong_count() == 0) {
        if let Some(upto) = settler.retired[0].dead_upto {
            bury(&settler.connection, upto)?;
            settler.retired[0].dead_upto = None;
            forget_dead(warehouse, &settler.connection)?;
        }
        for generation in settler.retired.remove(0).generations {
            settler.connection.execute_batch(&schema::drop_generation(&generation))?;
        }
    }
    Ok(())
}

/// Deletes the versions that were replaced up to `upto`.
fn bury(connection: &Connection, upto: Position) -> Result<(), Trouble> {
    in_transaction(connection, |connection| {
        let replaced = |alias: &str| format!("d.seq = {alias}.seq AND d.applied > {alias}.applied AND d.applied <= {upto}");
        connection.execute_batch(&bodies::bury(replaced))?;
        connection.execute_batch(&format!("DELETE FROM settled.events AS e USING settled.dead AS d WHERE {}", replaced("e")))?;
        Ok(connection.execute_batch(&format!("DELETE FROM settled.dead WHERE applied <= {upto}"))?)
    })
}

/// Tells readers when the file holds no replaced versions any more.
fn forget_dead(warehouse: &DuckWarehouse, connection: &Connection) -> Result<(), Trouble> {
    let left: u64 = connection.query_row("SELECT count(*)::UBIGINT FROM settled.dead", [], |row| row.get(0))?;
    if left == 0 {
        let _writer = warehouse.writer.lock();
        let current = Arc::clone(&warehouse.view.read());
        *warehouse.view.write() = Arc::new(View { settled_dead: false, ..View::clone(&current) });
    }
    Ok(())
}

/// Moves a large log into the tables' own blocks. Everything is durable already, so a refusal only postpones it to the next settle.
fn checkpoint(warehouse: &DuckWarehouse, connection: &Connection) {
    if wal_bytes(warehouse) < warehouse.options.wal_bytes_max {
        return;
    }
    if let Err(error) = connection.execute_batch("CHECKPOINT settled") {
        tracing::warn!(%error, "the warehouse's log stays as it is for now");
    }
}

fn wal_bytes(warehouse: &DuckWarehouse) -> u64 {
    std::fs::metadata(&warehouse.wal).map_or(0, |file| file.len())
}
