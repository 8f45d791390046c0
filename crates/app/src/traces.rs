//! Reading traces: lists, and one with all its operations as a tree. And the logs of their sessions.

pub mod tree;

use debrief_model::{Error, EventFilter, Order, Page, Paging, Scan, SessionId, Subject, TenantId, TimeRange, Trace, TraceFilter};
use debrief_store::{Change, Ledger};

use crate::events::{EventView, named};
use crate::ingest::{Permit, Write, Written};
use crate::offload::blocking;
use crate::{App, Ctx};

/// Operations of one trace that one answer shows.
pub const SPANS_MAX: u32 = 50_000;
/// Operations that are held at a time where a trace is read one after the other.
const SPANS_HELD_MAX: u32 = 500;

/// Which traces, by the caller's names.
#[derive(Clone, Debug, Default)]
pub struct TraceQuery {
    /// Of this session.
    pub session: Option<String>,
    /// With an operation that failed, or without.
    pub failed: Option<bool>,
    /// That began in this range.
    pub time: TimeRange,
}

/// A trace with the names of what it links to.
#[derive(Clone, Debug)]
pub struct TraceView {
    /// The trace.
    pub trace: Trace,
    /// Its session's key.
    pub session: Option<String>,
    /// Our id of its session.
    pub session_id: Option<SessionId>,
}

/// Traces, newest first.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)` for a session that is not there.
pub async fn list(app: &App, ctx: &Ctx, query: TraceQuery, paging: Paging) -> crate::Result<Page<TraceView>> {
    ctx.must_read()?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let TraceQuery { session, failed, time } = query;
            let known = |key: String| ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)));
            let session = session.map(known).transpose()?.map(|session| session.number);
            let page = ledger.traces(tenant, &TraceFilter { session, failed, time }, paging)?;
            Ok(Page { total: page.total, rows: views(ledger.as_ref(), page.rows)? })
        })
        .await
}

/// One trace with its operations, oldest first, and whether there are more than are shown.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Trace)`; `Unavailable` when reads lag too far behind writes.
pub async fn get(app: &App, ctx: &Ctx, id: &str, bodies: bool) -> crate::Result<(TraceView, Page<EventView>)> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant, id) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant, id.to_owned());
    app.readers
        .run(move || {
            let trace = ledger.trace(tenant, &id)?.ok_or_else(|| Error::not_found(Subject::Trace(id.clone())))?;
            let (from, to) = (trace.totals.first_event_at, trace.totals.last_event_at.map(|last| last.plus_micros(1)));
            let filter = EventFilter { trace: Some(id), time: TimeRange { from, to }, ..EventFilter::default() };
            let scan = Scan { filter, order: Order::Ascending, paging: Paging { limit: SPANS_MAX, offset: 0 }, bodies };
            let page = warehouse.scan(tenant, &scan)?;
            let events = Page { total: page.total, rows: named(ledger.as_ref(), tenant, page.rows)? };
            let view = views(ledger.as_ref(), vec![trace])?.pop().ok_or_else(|| Error::internal("a trace lost its name"))?;
            Ok((view, events))
        })
        .await
}

/// One trace, and what `step` makes of its operations, oldest first and with their bodies. They are shown one page after the other, so
/// that a long trace is never held as a whole; those beyond [`SPANS_MAX`] are not shown.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Trace)`; `Unavailable` when reads lag too far behind writes.
pub async fn fold<T: Send + 'static>(
    app: &App,
    ctx: &Ctx,
    id: &str,
    mut state: T,
    step: impl Fn(&mut T, EventView) + Send + 'static,
) -> crate::Result<(TraceView, T)> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant, id) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant, id.to_owned());
    app.readers
        .run(move || {
            let trace = ledger.trace(tenant, &id)?.ok_or_else(|| Error::not_found(Subject::Trace(id.clone())))?;
            let (from, to) = (trace.totals.first_event_at, trace.totals.last_event_at.map(|last| last.plus_micros(1)));
            let filter = EventFilter { trace: Some(id), time: TimeRange { from, to }, ..EventFilter::default() };
            let mut scan = Scan { filter, order: Order::Ascending, paging: Paging { limit: SPANS_HELD_MAX, offset: 0 }, bodies: true };
            let mut shown = None;
            while scan.paging.offset < u64::from(SPANS_MAX) {
                let mut rows = warehouse.scan(tenant, &scan)?.rows;
                scan.paging.offset += u64::from(SPANS_HELD_MAX);
                let is_last = rows.len() < SPANS_HELD_MAX as usize;
                // What came between two pages moves rows to the next one that have been shown.
                rows.retain(|event| Some((event.facts.occurred_at, event.seq)) > shown);
                shown = rows.last().map(|event| (event.facts.occurred_at, event.seq)).or(shown);
                named(ledger.as_ref(), tenant, rows)?.into_iter().for_each(|view| step(&mut state, view));
                if is_last {
                    break;
                }
            }
            let view = views(ledger.as_ref(), vec![trace])?.pop().ok_or_else(|| Error::internal("a trace lost its name"))?;
            Ok((view, state))
        })
        .await
}

/// The newest operation with this id, which is only unique within its trace.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Span)`; `Unavailable` when reads lag too far behind writes.
pub async fn span(app: &App, ctx: &Ctx, id: &str) -> crate::Result<EventView> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant, id) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant, id.to_owned());
    app.readers
        .run(move || {
            let filter = EventFilter { span: Some(id.clone()), ..EventFilter::default() };
            let scan = Scan { filter, order: Order::Descending, paging: Paging { limit: 1, offset: 0 }, bodies: true };
            let found = warehouse.scan(tenant, &scan)?.rows;
            named(ledger.as_ref(), tenant, found)?.pop().ok_or_else(|| Error::not_found(Subject::Span(id)))
        })
        .await
}

/// Appends to the log of a trace's session. `ids` are what the trace may be called, the likeliest first: while nothing of it is known,
/// that is also the key of its session. The same again within a day is the same upload: clients repeat what they got no answer to.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `Unavailable` when the disk refuses.
pub async fn append_log(app: &App, ctx: &Ctx, permit: Permit, ids: Vec<String>, text: String) -> crate::Result<Written> {
    ctx.must_ingest()?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    let digest = blake3::hash(text.as_bytes());
    let key = format!("log:{}:{digest}", ids.first().map_or("", String::as_str));
    let session = blocking(move || session_of(ledger.as_ref(), tenant, ids)).await?;
    let write = Box::new(Write::Catalogue(Change::AppendSessionLog { tenant, session, text }));
    app.write(ctx, permit, Write::Once { tenant, key, digest: digest.into(), answer: Vec::new(), write }).await
}

/// The log of a trace's session, by what the trace may be called.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Trace)`.
pub async fn log(app: &App, ctx: &Ctx, ids: Vec<String>) -> crate::Result<String> {
    ctx.must_read()?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || {
        let key = session_of(ledger.as_ref(), tenant, ids)?;
        let known = ledger.session(tenant, &key)?.filter(|session| session.tenant == tenant);
        ledger.session_log(tenant, known.ok_or_else(|| Error::not_found(Subject::Trace(key)))?.number)
    })
    .await
}

/// The key of the session that the first known one of these traces belongs to.
fn session_of(ledger: &dyn Ledger, tenant: TenantId, ids: Vec<String>) -> crate::Result<String> {
    for id in &ids {
        if let Some(trace) = ledger.trace(tenant, id)? {
            let session = views(ledger, vec![trace])?.pop().and_then(|view| view.session);
            return Ok(session.unwrap_or_else(|| id.clone()));
        }
    }
    ids.into_iter().next().ok_or_else(|| Error::internal("a trace is called nothing"))
}

fn views(ledger: &dyn Ledger, traces: Vec<Trace>) -> crate::Result<Vec<TraceView>> {
    let Some(tenant) = traces.first().map(|trace| trace.tenant) else { return Ok(Vec::new()) };
    let wanted = debrief_store::Wanted { sessions: traces.iter().filter_map(|trace| trace.session).collect(), ..Default::default() };
    let names = ledger.names(tenant, &wanted)?;
    let view = |trace: Trace| TraceView {
        session: trace.session.and_then(|number| names.sessions.get(&number).cloned()),
        session_id: trace.session.and_then(|number| names.session_ids.get(&number).copied()),
        trace,
    };
    Ok(traces.into_iter().map(view).collect())
}
