//! Reading traces: lists, and one with all its operations as a tree.

pub mod tree;

use debrief_model::{Error, EventFilter, Order, Page, Paging, Scan, SessionId, Subject, TimeRange, Trace, TraceFilter};

use crate::events::{EventView, named};
use crate::{App, Ctx};

/// Operations of one trace that one answer shows.
pub const SPANS_MAX: u32 = 50_000;

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

fn views(ledger: &dyn debrief_store::Ledger, traces: Vec<Trace>) -> crate::Result<Vec<TraceView>> {
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
