//! Reading events.

use debrief_model::{
    AgentId, Body, Error, Event, EventFilter, EventId, Kind, Order, Page, Paging, Scan, SessionId, Subject, TimeRange, audit,
};
use debrief_store::{Ledger, Names, body};

/// Encodes the bodies of a request together: what they have in common is stored once.
pub use debrief_store::body::Together as BodiesTogether;

use crate::ingest::event_id;
use crate::names::wanted_by_events;
use crate::{App, Ctx};

/// An event with the names of everything it links to, and its body as the client sent it.
#[derive(Clone, Debug)]
pub struct EventView {
    /// The event; its body is still encoded here.
    pub event: Event,
    /// Its session's key.
    pub session: Option<String>,
    /// Our id of its session.
    pub session_id: Option<SessionId>,
    /// Its agent's name.
    pub agent: Option<String>,
    /// Our id of its agent.
    pub agent_id: Option<AgentId>,
    /// Its agent version's name.
    pub agent_version: Option<String>,
    /// Its person's key.
    pub person: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<debrief_model::FingerprintId>,
    /// What the client sent; `None` where nothing was.
    pub body: Option<String>,
}

impl EventView {
    /// Who did it: type and id.
    #[must_use]
    pub fn actor(&self) -> (&str, Option<String>) {
        match &self.event.facts.actor {
            Some(actor) => (&actor.kind, actor.id.clone()),
            None => (audit::actor_type_of_kind(self.event.facts.kind), self.agent_id.map(|id| id.to_string())),
        }
    }

    /// What it was done to: type and id.
    #[must_use]
    pub fn resource(&self) -> (Option<&str>, Option<String>) {
        let facts = &self.event.facts;
        let id = match &facts.resource {
            Some(resource) => resource.id.clone(),
            None if audit::is_call(facts.kind) => Some(self.event.id.to_string()),
            None if facts.kind == Kind::Message => self.session_id.map(|id| id.to_string()),
            None => None,
        };
        (audit::resource_type_of(facts), id)
    }

    /// The workflow it belongs to.
    #[must_use]
    pub fn correlation_id(&self) -> String {
        let facts = &self.event.facts;
        let told = facts.correlation_id.as_deref().or(self.session.as_deref()).or(facts.trace_id.as_deref());
        told.map_or_else(|| self.event.id.to_string(), str::to_owned)
    }

    /// The event that directly caused it; events may name one that nobody has told.
    #[must_use]
    pub fn cause(&self) -> Option<EventId> {
        self.event.facts.causation_id.as_deref().map(|key| event_id(self.event.tenant, key))
    }
}

/// The events of a session, oldest first unless asked otherwise.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`; `Unavailable` when reads lag too far behind writes.
pub async fn of_session(
    app: &App,
    ctx: &Ctx,
    session: &str,
    kind: Option<Kind>,
    order: Order,
    paging: Paging,
) -> crate::Result<Page<EventView>> {
    in_session(app, ctx, session, EventFilter { kind, ..EventFilter::default() }, order, paging).await
}

/// Those of a session's events that the filter lets through; its time and its session are the session's.
pub(crate) async fn in_session(
    app: &App,
    ctx: &Ctx,
    session: &str,
    filter: EventFilter,
    order: Order,
    paging: Paging,
) -> crate::Result<Page<EventView>> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant, key) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant, session.to_owned());
    app.readers
        .run(move || {
            let session = ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)))?;
            // The session's own bounds let the warehouse skip everything older and newer.
            let time = TimeRange { from: session.totals.first_event_at, to: session.totals.last_event_at.map(|at| at.plus_micros(1)) };
            let filter = EventFilter { time, session: Some(session.number), ..filter };
            let page = warehouse.scan(session.tenant, &Scan { filter, order, paging, bodies: true })?;
            Ok(Page { total: page.total, rows: named(ledger.as_ref(), session.tenant, page.rows)? })
        })
        .await
}

/// One event by id.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Event)`.
pub async fn get(app: &App, ctx: &Ctx, id: EventId) -> crate::Result<EventView> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let found = warehouse.events(tenant, &[id], TimeRange::default())?;
            named(ledger.as_ref(), tenant, found)?.pop().ok_or_else(|| Error::not_found(Subject::Event(id.to_string())))
        })
        .await
}

pub(crate) fn named(ledger: &dyn Ledger, tenant: debrief_model::TenantId, events: Vec<Event>) -> crate::Result<Vec<EventView>> {
    let names = ledger.names(tenant, &wanted_by_events(&events))?;
    events.into_iter().map(|event| view(event, &names)).collect()
}

fn view(event: Event, names: &Names) -> crate::Result<EventView> {
    let links = event.links;
    let raw = body::decode(&event.facts.body).map_err(Error::internal)?;
    Ok(EventView {
        session: links.session.and_then(|number| names.sessions.get(&number).cloned()),
        session_id: links.session.and_then(|number| names.session_ids.get(&number).copied()),
        agent_id: links.agent.and_then(|number| names.agent_ids.get(&number).copied()),
        agent: links.agent.and_then(|number| names.agents.get(&number).cloned()),
        agent_version: links.agent.zip(links.agent_version).and_then(|pair| names.versions.get(&pair).cloned()),
        person: links.person.and_then(|number| names.people.get(&number).cloned()),
        fingerprint: links.fingerprint.and_then(|number| names.fingerprints.get(&number).copied()),
        body: (!raw.is_empty()).then(|| String::from_utf8_lossy(&raw).into_owned()),
        event,
    })
}

/// The stored form of what a client sent.
#[must_use]
pub fn encode_body(raw: &str) -> Body {
    body::encode(raw.as_bytes())
}
