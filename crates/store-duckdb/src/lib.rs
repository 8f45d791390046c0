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
mod bodies;
mod cells;
mod compact;
mod dimension;
mod draft;
mod error;
mod extent;
mod filter;
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
use hashbrown::HashSet;
use parking_lot::{Mutex, RwLock};

pub use open::{OpenError, Options};

use apply::Waiting;
use error::Trouble;
use models::Models;
use pool::Pool;
use settle::{HowMuch, Settler};
use view::View;

/// The warehouse on DuckDB.
pub struct DuckWarehouse {
    options: Options,
    path: PathBuf,
    wal: PathBuf,
    pool: Pool,
    /// Records on their way to become rows. Whoever holds it may look at the view, and nobody takes it who holds the view.
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

    /// The newest view, with everything applied so far, for a read that others will probably follow: of a person who looks, not of the
    /// server's own work.
    fn view(&self) -> std::result::Result<Arc<View>, Trouble> {
        self.read_at_ms.store(self.age_ms().max(1), Ordering::Relaxed);
        self.whole_view()
    }

    /// The newest view, with everything applied so far.
    fn whole_view(&self) -> std::result::Result<Arc<View>, Trouble> {
        let waits = !self.waiting.lock().is_empty();
        if waits {
            apply::flush(self)?;
        }
        Ok(Arc::clone(&self.view.read()))
    }

    /// The newest view, and the wanted events that wait beside it: to pick few of them takes microseconds, to make rows of all that waits
    /// up to a tenth of a second. Where they cannot be picked, the whole view.
    fn view_beside(&self, wanted: impl Fn(&Event) -> bool) -> std::result::Result<(Arc<View>, Vec<Event>), Trouble> {
        {
            let waiting = self.waiting.lock();
            let view = Arc::clone(&self.view.read());
            if let Some(picked) = waiting.pick(view.applied, wanted) {
                return Ok((view, picked));
            }
        }
        Ok((self.whole_view()?, Vec::new()))
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
        Ok(settle::settle(self, HowMuch::All)?)
    }

    fn relieve(&self) -> Result<()> {
        Ok(settle::settle(self, HowMuch::WholeGroups)?)
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
        let (view, waiting) = match filter::simple(tenant, &scan.filter) {
            Some(wanted) => self.view_beside(wanted)?,
            None => (self.view()?, Vec::new()),
        };
        let page = scan::scan(&*self.pool.get()?, &view, waiting, tenant, scan)?;
        // On another connection: what has read once sees no rows that come later.
        page.map_or_else(|| Ok(scan::page_of_many(&*self.pool.get()?, &*self.view()?, tenant, scan)?), Ok)
    }

    fn events(&self, tenant: TenantId, ids: &[EventId], within: TimeRange) -> Result<Vec<Event>> {
        let wanted = ids.iter().copied().collect::<HashSet<_>>();
        let is_wanted = |event: &Event| event.tenant == tenant && wanted.contains(&event.id) && within.contains(event.facts.occurred_at);
        let (view, waiting) = self.view_beside(is_wanted)?;
        let mut found = lookup::events(&*self.pool.get()?, &view, tenant, ids, within)?;
        found.extend(waiting);
        Ok(found)
    }

    fn of_sessions(&self, tenant: TenantId, sessions: &[SessionNumber], within: TimeRange, at_most: u32) -> Result<Vec<Event>> {
        let wanted = sessions.iter().copied().collect::<HashSet<_>>();
        let is_of_any = |event: &Event| event.links.session.is_some_and(|session| wanted.contains(&session));
        let is_wanted = |event: &Event| event.tenant == tenant && within.contains(event.facts.occurred_at) && is_of_any(event);
        let (view, waiting) = self.view_beside(is_wanted)?;
        let mut found = lookup::of_sessions(&*self.pool.get()?, &view, tenant, sessions, within, at_most)?;
        if !waiting.is_empty() {
            found.extend(waiting);
            found.sort_by_key(|event| (event.facts.occurred_at, event.seq));
            found.truncate(at_most as usize);
        }
        Ok(found)
    }

    fn aggregate(&self, tenant: TenantId, aggregate: &Aggregate) -> Result<Vec<AggregateRow>> {
        Ok(aggregate::aggregate(&*self.pool.get()?, &*self.view()?, &self.models, tenant, aggregate)?)
    }

    fn tally(&self, tenant: TenantId, tally: &Tally) -> Result<Vec<TallyRow>> {
        Ok(tally::tally(&*self.pool.get()?, &*self.view()?, &self.models, tenant, tally)?)
    }

    fn recent_ids(&self, at_most: usize) -> Result<RecentIds> {
        Ok(lookup::recent_ids(&*self.pool.get()?, &*self.whole_view()?, at_most)?)
    }

    fn figures(&self) -> WarehouseFigures {
        let view = Arc::clone(&self.view.read());
        WarehouseFigures {
            fresh_rows: view.fresh_rows() + self.waiting.lock().rows,
            settles: self.settles.load(Ordering::Relaxed),
            settle_us_last: self.settle_us_last.load(Ordering::Relaxed),
        }
    }
}
