//! The contract of the analytical store.

use std::sync::Arc;

use debrief_model::{
    Aggregate, AggregateRow, Event, EventId, Page, Position, Scan, SessionNumber, Tally, TallyRow, TenantId, TimeRange, Timestamp,
};

use crate::Result;
use crate::record::Record;

/// The analytical view of the journal: every event in its newest reading.
///
/// All methods block. `apply` and `settle` have one caller each at a time (they may run at the same time as each other and as any
/// read); reads run concurrently and each sees one consistent state, never half a record. Every read takes the tenant first.
pub trait Warehouse: Send + Sync {
    /// Applies records in order of position. Records at or below `applied()` are skipped, so each is applied exactly once, also when
    /// records come again after a crash. When it returns, reads see all of them. Not necessarily durable: see `durable`.
    ///
    /// # Errors
    /// `Conflict` when a position is missing between `applied()` and the first new record; `Unavailable` when storage fails.
    fn apply(&self, records: &[Arc<Record>]) -> Result<()>;

    /// The newest position that reads see.
    fn applied(&self) -> Position;

    /// The newest position that survives a crash. Records above it must be applied again after a restart.
    fn durable(&self) -> Position;

    /// Makes everything applied so far durable and compact. Reads and `apply` go on meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when storage fails.
    fn settle(&self) -> Result<()>;

    /// What is to be done once [`wants_settling`](Self::wants_settling) says yes: moves as much as is best moved at a time, which may be
    /// less than all.
    ///
    /// # Errors
    /// `Unavailable` when storage fails.
    fn relieve(&self) -> Result<()> {
        self.settle()
    }

    /// [`settle`](Self::settle), and gives unused room back to the file system. May take a while: for closing. Nothing may be asked afterwards.
    ///
    /// # Errors
    /// `Unavailable` when storage fails; everything applied is durable all the same.
    fn compact(&self) -> Result<()> {
        self.settle()
    }

    /// Whether enough is gathered that [`relieve`](Self::relieve) should be called without waiting for a quiet moment.
    fn wants_settling(&self) -> bool;

    /// A page of events with the exact total. Order is (`occurred_at`, `seq`), in the scan's direction.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn scan(&self, tenant: TenantId, scan: &Scan) -> Result<Page<Event>>;

    /// The events with these ids, in no particular order, bodies included; unknown and foreign ids are left out. `within` is a promise of
    /// the caller that the events occurred in that range (faster), not a filter.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn events(&self, tenant: TenantId, ids: &[EventId], within: TimeRange) -> Result<Vec<Event>>;

    /// The events of some sessions, oldest first by (`occurred_at`, `seq`), bodies included, at most so many. `within` is a promise of the
    /// caller as above.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn of_sessions(&self, tenant: TenantId, sessions: &[SessionNumber], within: TimeRange, at_most: u32) -> Result<Vec<Event>>;

    /// Sums over events.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn aggregate(&self, tenant: TenantId, aggregate: &Aggregate) -> Result<Vec<AggregateRow>>;

    /// Counts of events.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn tally(&self, tenant: TenantId, tally: &Tally) -> Result<Vec<TallyRow>>;

    /// The ids of the newest `at_most` events that carry a caller's id (by seq), to recognise what is sent again.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn recent_ids(&self, at_most: usize) -> Result<RecentIds>;

    /// Figures for operators.
    fn figures(&self) -> WarehouseFigures;
}

/// How far a time that a client gave may lie after the time its event came for [`RecentIds`] to believe it: one hour. What is later counts
/// as an hour later.
pub const CLOCK_AHEAD_US: i64 = 3_600 * 1_000_000;

/// Ids of recent events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentIds {
    /// The ids.
    pub ids: Vec<(TenantId, EventId)>,
    /// The latest time that one of their events occurred at.
    pub latest: Option<Timestamp>,
    /// The latest time that an event with a caller's id occurred at that is not among them. `None`: all that there are, are.
    pub latest_left_out: Option<Timestamp>,
}

/// Figures for operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WarehouseFigures {
    /// Rows that reads see but that are not yet durable here (the journal has them).
    pub fresh_rows: u64,
    /// Times `settle` did something.
    pub settles: u64,
    /// Microseconds the last such settle took.
    pub settle_us_last: u64,
}
