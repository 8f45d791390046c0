//! Pricing again what was recorded: after a new price book, or once the setting says otherwise whose word counts.
//!
//! A job walks through a range of time and amends every call that the price book now prices differently. Each amendment is in the journal
//! like any other; that the job began and ended is in the event log. One that was cut off changed what it had reached; begun anew,
//! it finds the rest.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use debrief_model::{
    Draft, Error, ErrorKind, Event, EventFilter, Facts, Kind, Mention, Order, Paging, Patch, Resource, Scan, Status, TenantId, TimeRange,
    Timestamp, audit,
};
use debrief_store::Origin;
use parking_lot::Mutex;
use serde_json::json;

use crate::events::encode_body;
use crate::{App, Ctx, Write};

/// Events that are looked at at a time.
const STEP_EVENTS: u32 = 1_000;
/// Room on the queue that one amended event takes, about.
const AMENDED_BYTES: usize = 256;

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is about.
    pub range: TimeRange,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Events in the range when it began.
    pub total: u64,
    /// Events looked at.
    pub looked_at: u64,
    /// Events that cost something else now.
    pub changed: u64,
    /// What those cost before, where that was known, billionths of a US dollar.
    pub before_nano_usd: i64,
    /// What they cost now.
    pub after_nano_usd: i64,
    /// Why it stopped early.
    pub failure: Option<String>,
}

/// The newest job of each tenant.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<HashMap<TenantId, Arc<Mutex<Progress>>>>);

/// A job that goes on by itself.
pub struct Running {
    progress: Arc<Mutex<Progress>>,
    done: tokio::task::JoinHandle<Progress>,
}

impl Running {
    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.progress.lock().clone()
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// `Internal` when it panicked.
    pub async fn done(self) -> crate::Result<Progress> {
        self.done.await.map_err(Error::internal)
    }
}

/// Begins a job on behalf of a caller.
///
/// # Errors
/// `Forbidden` without scope `admin`; `Conflict` while another one of the tenant's is going on.
pub fn start(app: &Arc<App>, ctx: &Ctx, range: TimeRange) -> crate::Result<Running> {
    ctx.must_manage()?;
    begin(app, ctx.tenant, ctx.origin(), range)
}

/// Begins a job on behalf of the operator.
///
/// # Errors
/// `Conflict` while another one of the tenant's is going on.
pub fn begin(app: &Arc<App>, tenant: TenantId, origin: Origin, range: TimeRange) -> crate::Result<Running> {
    let progress = Progress {
        range,
        started_at: app.now(),
        ended_at: None,
        total: 0,
        looked_at: 0,
        changed: 0,
        before_nano_usd: 0,
        after_nano_usd: 0,
        failure: None,
    };
    let progress = Arc::new(Mutex::new(progress));
    {
        let mut jobs = app.reprices.0.lock();
        if jobs.get(&tenant).is_some_and(|job| job.lock().ended_at.is_none()) {
            return Err(Error::new(ErrorKind::Conflict, "Calls are being priced again already; see how far that is"));
        }
        jobs.insert(tenant, progress.clone());
    }
    let job = Job { app: app.clone(), tenant, origin: Arc::new(origin), progress: progress.clone() };
    Ok(Running { progress, done: tokio::spawn(job.run()) })
}

/// How far the tenant's newest job is.
///
/// # Errors
/// `Forbidden` without scope `read`.
pub fn progress(app: &App, ctx: &Ctx) -> crate::Result<Option<Progress>> {
    ctx.must_read()?;
    Ok(app.reprices.0.lock().get(&ctx.tenant).map(|job| job.lock().clone()))
}

struct Job {
    app: Arc<App>,
    tenant: TenantId,
    origin: Arc<Origin>,
    progress: Arc<Mutex<Progress>>,
}

impl Job {
    async fn run(self) -> Progress {
        let done = match self.tell("reprice.started", Status::Unset).await {
            Ok(()) => self.walk().await,
            Err(error) => Err(error),
        };
        self.progress.lock().failure = done.as_ref().err().map(ToString::to_string);
        let (event_type, status) = if done.is_ok() { ("reprice.completed", Status::Ok) } else { ("reprice.failed", Status::Error) };
        if let Err(error) = self.tell(event_type, status).await {
            tracing::warn!(%error, "that calls were priced again could not be told");
        }
        let mut progress = self.progress.lock();
        progress.ended_at = Some(self.app.now());
        progress.clone()
    }

    /// Goes through the range by time. Events of the same time as the last one seen are counted, so that none is seen twice or never.
    async fn walk(&self) -> crate::Result<()> {
        let mut range = self.progress.lock().range;
        let mut seen_then = 0;
        loop {
            let (total, events) = self.page(range, seen_then).await?;
            self.note_page(total - seen_then.min(total), events.len() as u64);
            let Some(last) = events.last().map(|event| event.facts.occurred_at) else { return Ok(()) };
            let as_late = events.iter().filter(|event| event.facts.occurred_at == last).count() as u64;
            seen_then = if range.from == Some(last) { seen_then + as_late } else { as_late };
            range.from = Some(last);
            self.amend(&events).await?;
        }
    }

    fn note_page(&self, left: u64, looked_at: u64) {
        let mut progress = self.progress.lock();
        progress.total = progress.total.max(progress.looked_at + left);
        progress.looked_at += looked_at;
    }

    async fn page(&self, range: TimeRange, offset: u64) -> crate::Result<(u64, Vec<Event>)> {
        self.app.fence.pass().await?;
        let (warehouse, tenant) = (self.app.warehouse.clone(), self.tenant);
        let filter = EventFilter { time: range, ..EventFilter::default() };
        let scan = Scan { filter, order: Order::Ascending, paging: Paging { limit: STEP_EVENTS, offset }, bodies: false };
        let page = self.app.readers.run(move || warehouse.scan(tenant, &scan)).await?;
        Ok((page.total, page.rows))
    }

    /// An amendment that says nothing: whatever is amended is priced.
    async fn amend(&self, events: &[Event]) -> crate::Result<()> {
        let patches = self.patches(events);
        if patches.is_empty() {
            return Ok(());
        }
        let permit = self.app.admit(patches.len() * AMENDED_BYTES)?;
        self.app.submit(self.origin.clone(), permit, Write::Amend { tenant: self.tenant, patches }).await.map(|_| ())
    }

    fn patches(&self, events: &[Event]) -> Vec<(String, Patch)> {
        let mut patches = Vec::new();
        for event in events {
            let mut facts = event.facts.clone();
            self.app.settings().prices.price(&mut facts);
            if facts.cost == event.facts.cost && facts.priced == event.facts.priced {
                continue;
            }
            let nano = |facts: &Facts| facts.cost.map_or(0, |cost| cost.nano_usd);
            let mut progress = self.progress.lock();
            progress.changed += 1;
            progress.before_nano_usd = progress.before_nano_usd.saturating_add(nano(&event.facts));
            progress.after_nano_usd = progress.after_nano_usd.saturating_add(nano(&facts));
            patches.push((event.id.to_string(), Patch::default()));
        }
        patches
    }

    async fn tell(&self, event_type: &'static str, status: Status) -> crate::Result<()> {
        let progress = self.progress.lock().clone();
        let origin = self.app.settings().prices.book().origin();
        let payload = json!({
            "fromUnixMicros": progress.range.from.map(|at| at.0),
            "toUnixMicros": progress.range.to.map(|at| at.0),
            "priceBook": format!("{} {}", origin.source, origin.version),
            "lookedAt": progress.looked_at,
            "changed": progress.changed,
            "failure": progress.failure,
        });
        let facts = Facts {
            actor: Some(self.origin.actor.clone()),
            resource: Some(Resource { kind: audit::PRICE_BOOK.to_owned(), id: None }),
            correlation_id: self.origin.correlation_id.clone(),
            status,
            body: encode_body(&payload.to_string()),
            source: Cow::Borrowed("debrief"),
            ..Facts::new(Kind::Domain, event_type, self.app.now(), "debrief")
        };
        let write = Write::Events { tenant: self.tenant, drafts: vec![Draft::new(facts, Mention::default())] };
        self.app.submit(self.origin.clone(), self.app.admit(AMENDED_BYTES)?, write).await.map(|_| ())
    }
}
