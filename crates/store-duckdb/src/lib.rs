//! The embedded warehouse: DuckDB in the server's own process.
//!
//! Two tiers in one engine. *Settled* rows live in the database file. *Fresh* rows live in tables in memory, one per
//! [generation](view::Generation): applying a record appends there and touches no disk, because the ledger's journal is the durable
//! copy. [`settle`] moves whole generations into the file in one transaction, together with the position they reach. Readers
//! hold a [view](view::View), which names the generations and the part of the file that belong together, so moving rows never
//! shows, and neither waits for the other.
//!
//! This crate knows nothing of ledgers, HTTP or body formats: bodies are bytes.

mod aggregate;
mod apply;
mod cells;
mod compact;
mod dimension;
mod draft;
mod error;
mod extent;
mod lookup;
mod mark;
mod models;
mod open;
mod pool;
mod row;
mod scan;
mod schema;
mod settle;
mod sql;
mod tally;
mod view;
mod woven;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use debrief_model::{
    Aggregate, AggregateRow, Error, ErrorKind, Event, EventId, Page, Position, Scan, SessionNumber, Tally, TallyRow, TenantId, TimeRange,
};
use debrief_store::{RecentIds, Record, Result, Warehouse, WarehouseFigures};
use duckdb::Connection;
use parking_lot::{Mutex, RwLock};

pub use open::{OpenError, Options};

use apply::Waiting;
use error::Trouble;
use models::Models;
use pool::Pool;
use settle::Settler;
use view::View;

/// The warehouse on DuckDB.
pub struct DuckWarehouse {
    options: Options,
    path: PathBuf,
    wal: PathBuf,
    pool: Pool,
    /// Records on their way to become rows.
    waiting: Mutex<Waiting>,
    /// The connection that appends. Whoever publishes a view holds it.
    writer: Mutex<Connection>,
    settler: Mutex<Settler>,
    view: RwLock<Arc<View>>,
    models: Models,
    durable: AtomicU64,
    opened: Instant,
    /// Milliseconds after opening that somebody last read; 0: nobody yet.
    read_at_ms: AtomicU64,
    settles: AtomicU64,
    settle_us_last: AtomicU64,
}

impl DuckWarehouse {
    fn age_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether somebody read a moment ago, and will probably read again.
    fn is_read(&self) -> bool {
        let read_at = self.read_at_ms.load(Ordering::Relaxed);
        read_at > 0 && self.age_ms().saturating_sub(read_at) < apply::READ_LATELY_MS
    }

    /// The newest view, with everything applied so far, for a read.
    fn view(&self) -> std::result::Result<Arc<View>, Trouble> {
        self.read_at_ms.store(self.age_ms().max(1), Ordering::Relaxed);
        self.whole_view()
    }

    /// The newest view, with everything applied so far.
    fn whole_view(&self) -> std::result::Result<Arc<View>, Trouble> {
        self.view_with(|waiting| !waiting.is_empty())
    }

    /// A view that may lack what waits, unless some of that is wanted.
    fn view_with(&self, wanted: impl FnOnce(&Waiting) -> bool) -> std::result::Result<Arc<View>, Trouble> {
        let wanted = wanted(&self.waiting.lock());
        if wanted {
            apply::flush(self)?;
        }
        Ok(Arc::clone(&self.view.read()))
    }
}

impl std::fmt::Debug for DuckWarehouse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DuckWarehouse").field("wal", &self.wal).field("applied", &self.applied()).finish_non_exhaustive()
    }
}

impl Warehouse for DuckWarehouse {
    fn apply(&self, records: &[Arc<Record>]) -> Result<()> {
        apply::apply(self, records)
    }

    fn applied(&self) -> Position {
        self.waiting.lock().applied
    }

    fn durable(&self) -> Position {
        Position(self.durable.load(Ordering::Acquire))
    }

    fn settle(&self) -> Result<()> {
        Ok(settle::settle(self)?)
    }

    fn compact(&self) -> Result<()> {
        self.settle()?;
        compact::compact(self)
            .map_err(|failure| Error::new(ErrorKind::Unavailable, "The event store was not made compact").because(failure))
    }

    fn wants_settling(&self) -> bool {
        settle::wanted(self)
    }

    fn scan(&self, tenant: TenantId, scan: &Scan) -> Result<Page<Event>> {
        Ok(scan::scan(&*self.pool.get()?, &*self.view()?, tenant, scan)?)
    }

    fn events(&self, tenant: TenantId, ids: &[EventId], within: TimeRange) -> Result<Vec<Event>> {
        // To look through what waits takes microseconds where few are asked for; to make rows of it, milliseconds.
        let view = self.view_with(|waiting| ids.len() > lookup::FEW || waiting.has_any_of(ids))?;
        Ok(lookup::events(&*self.pool.get()?, &view, tenant, ids, within)?)
    }

    fn of_sessions(&self, tenant: TenantId, sessions: &[SessionNumber], within: TimeRange, at_most: u32) -> Result<Vec<Event>> {
        let view = self.view_with(|waiting| sessions.len() > lookup::FEW || waiting.may_change(sessions))?;
        Ok(lookup::of_sessions(&*self.pool.get()?, &view, tenant, sessions, within, at_most)?)
    }

    fn aggregate(&self, tenant: TenantId, aggregate: &Aggregate) -> Result<Vec<AggregateRow>> {
        Ok(aggregate::aggregate(&*self.pool.get()?, &*self.view()?, &self.models, tenant, aggregate)?)
    }

    fn tally(&self, tenant: TenantId, tally: &Tally) -> Result<Vec<TallyRow>> {
        Ok(tally::tally(&*self.pool.get()?, &*self.view()?, &self.models, tenant, tally)?)
    }

    fn recent_ids(&self, at_most: usize) -> Result<RecentIds> {
        Ok(lookup::recent_ids(&*self.pool.get()?, &*self.view()?, at_most)?)
    }

    fn figures(&self) -> WarehouseFigures {
        WarehouseFigures {
            fresh_rows: self.view.read().fresh_rows() + self.waiting.lock().rows,
            settles: self.settles.load(Ordering::Relaxed),
            settle_us_last: self.settle_us_last.load(Ordering::Relaxed),
        }
    }
}
