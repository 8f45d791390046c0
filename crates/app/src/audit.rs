//! The event log: everything that happened, whoever recorded it, read by who did it, to what, as part of what.

use debrief_model::limit::LOG_SUMS_MAX;
use debrief_model::{
    Correlated, Dimension, Error, EventFilter, EventId, Kind, Order, Page, Paging, Resourced, Scan, Status, Subject, Tally, TallyRow,
    TenantId, TimeRange, audit,
};
use debrief_store::{Ledger, Warehouse};
use uuid::Uuid;

use crate::events::{EventView, named};
use crate::{App, Ctx};

/// Which events, in the log's words.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Of exactly this dotted type.
    pub event_type: Option<String>,
    /// About a resource of this type.
    pub resource_type: Option<String>,
    /// About the resource with this id.
    pub resource_id: Option<String>,
    /// Part of this workflow: a correlation id, the caller's or our id of a session, a trace id, or an event's own id.
    pub correlation_id: Option<String>,
    /// When they occurred.
    pub time: TimeRange,
}

/// A page of the log.
///
/// # Errors
/// `Forbidden` without scope `read`; `Unavailable` when reads lag too far behind writes.
pub async fn list(app: &App, ctx: &Ctx, query: LogQuery, order: Order, paging: Paging) -> crate::Result<Page<EventView>> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let filter = resolve(ledger.as_ref(), tenant, query)?;
            let page = warehouse.scan(tenant, &Scan { filter, order, paging, bodies: true })?;
            Ok(Page { total: page.total, rows: named(ledger.as_ref(), tenant, page.rows)? })
        })
        .await
}

fn resolve(ledger: &dyn Ledger, tenant: TenantId, query: LogQuery) -> crate::Result<EventFilter> {
    let LogQuery { event_type, resource_type, resource_id, correlation_id, time } = query;
    let own = |key: &str| -> crate::Result<_> { Ok(ledger.session(tenant, key)?.filter(|session| session.tenant == tenant)) };
    let resource = match resource_id {
        None => None,
        Some(id) => {
            let event = Uuid::try_parse(&id).ok();
            // A thread is known by our id of the session alone: the caller's id may be anything's.
            let session = match event {
                Some(uuid) => own(&id)?.filter(|session| session.id.0 == uuid).map(|session| session.number),
                None => None,
            };
            Some(Resourced { event: event.map(EventId), session, id })
        }
    };
    let correlation = match correlation_id {
        None => None,
        Some(id) => {
            let event = Uuid::try_parse(&id).ok().map(EventId);
            // What was caused by the events of a session names it by the caller's id, whichever of the two is asked for.
            let (session, id) = own(&id)?.map_or((None, id), |session| (Some(session.number), session.key));
            Some(Correlated { event, session, id })
        }
    };
    Ok(EventFilter { time, event_type, resource_type, resource, correlation, ..EventFilter::default() })
}

/// How many events there are of each sort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogSums {
    /// All of them.
    pub total: u64,
    /// By event type, the most frequent first.
    pub by_event_type: Vec<(String, u64)>,
    /// By actor type.
    pub by_actor_type: Vec<(String, u64)>,
    /// By resource type; events about nothing are under `none`.
    pub by_resource_type: Vec<(String, u64)>,
}

/// The key that events about no resource are counted under.
pub const NO_RESOURCE: &str = "none";

/// Counts of a stretch of the log: all of it in `total`, at most [`LOG_SUMS_MAX`] of each sort.
///
/// # Errors
/// `Forbidden` without scope `read`; `Unavailable`.
pub async fn sums(app: &App, ctx: &Ctx, time: TimeRange) -> crate::Result<LogSums> {
    let group_by = vec![Dimension::Kind, Dimension::EventType, Dimension::ActorType, Dimension::ResourceType];
    let rows = tally(app, ctx, time, group_by).await?;
    let (mut types, mut actors, mut resources, mut total) = (Counts::default(), Counts::default(), Counts::default(), 0);
    for TallyRow { keys, events } in rows {
        let [kind, event_type, actor, resource] = four(keys);
        let kind = kind.and_then(|word| Kind::from_word(&word)).unwrap_or(Kind::Domain);
        types.add(event_type.unwrap_or_default(), events);
        actors.add(actor.unwrap_or_else(|| audit::actor_type_of_kind(kind).to_owned()), events);
        let resource = resource.or_else(|| audit::resource_type_of_kind(kind).map(str::to_owned));
        resources.add(resource.unwrap_or_else(|| NO_RESOURCE.to_owned()), events);
        total += events;
    }
    Ok(LogSums { total, by_event_type: types.sorted(), by_actor_type: actors.sorted(), by_resource_type: resources.sorted() })
}

/// What one actor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActorSums {
    /// The actor's type.
    pub actor_type: String,
    /// Its id; an agent's is our id of it.
    pub actor_id: Option<String>,
    /// All its events.
    pub total: u64,
    /// Those that came out well; see [`audit::succeeded`].
    pub successes: u64,
    /// Those that did not.
    pub failures: u64,
}

/// What each actor did: the busiest [`LOG_SUMS_MAX`], the busiest first.
///
/// # Errors
/// `Forbidden` without scope `read`; `Unavailable`.
pub async fn actors(app: &App, ctx: &Ctx, time: TimeRange) -> crate::Result<Vec<ActorSums>> {
    let group_by =
        vec![Dimension::Kind, Dimension::Status, Dimension::Agent, Dimension::EventType, Dimension::ActorType, Dimension::ActorId];
    let rows = tally(app, ctx, time, group_by).await?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let agents = rows.iter().filter_map(|row| row.keys[2].as_ref()?.parse().ok().map(debrief_model::AgentNumber));
            let wanted = debrief_store::Wanted { agents: agents.collect(), ..Default::default() };
            let ids = ledger.names(tenant, &wanted)?.agent_ids;
            let mut sums = std::collections::BTreeMap::<(String, Option<String>), [u64; 3]>::new();
            for TallyRow { keys, events } in rows {
                let [kind, status, agent, event_type, actor, actor_id] = six(keys);
                let kind = kind.and_then(|word| Kind::from_word(&word)).unwrap_or(Kind::Domain);
                let agent = agent.and_then(|number| ids.get(&debrief_model::AgentNumber(number.parse().ok()?)));
                let who = match actor {
                    Some(actor) => (actor, actor_id),
                    None => (audit::actor_type_of_kind(kind).to_owned(), agent.map(ToString::to_string).filter(|_| kind != Kind::Domain)),
                };
                let status = status.and_then(|word| Status::from_word(&word)).unwrap_or_default();
                let succeeded = audit::succeeded(status, &event_type.unwrap_or_default());
                let [total, successes, failures] = sums.entry(who).or_default();
                *total += events;
                *successes += if succeeded == Some(true) { events } else { 0 };
                *failures += if succeeded == Some(false) { events } else { 0 };
            }
            let row = |((actor_type, actor_id), [total, successes, failures]): ((String, Option<String>), [u64; 3])| ActorSums {
                actor_type,
                actor_id,
                total,
                successes,
                failures,
            };
            let mut rows: Vec<_> = sums.into_iter().map(row).collect();
            // Stable: actors that did equally much stay in the order of their names.
            rows.sort_by_key(|row| std::cmp::Reverse(row.total));
            rows.truncate(LOG_SUMS_MAX);
            Ok(rows)
        })
        .await
}

async fn tally(app: &App, ctx: &Ctx, time: TimeRange, group_by: Vec<Dimension>) -> crate::Result<Vec<TallyRow>> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (warehouse, tenant) = (app.warehouse.clone(), ctx.tenant);
    app.readers.run(move || warehouse.tally(tenant, &Tally { filter: EventFilter { time, ..EventFilter::default() }, group_by })).await
}

/// Counts by word.
#[derive(Default)]
struct Counts(std::collections::BTreeMap<String, u64>);

impl Counts {
    fn add(&mut self, key: String, events: u64) {
        *self.0.entry(key).or_default() += events;
    }

    /// The most frequent first, then by word.
    fn sorted(self) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self.0.into_iter().collect();
        all.sort_by_key(|(_, events)| std::cmp::Reverse(*events));
        all.truncate(LOG_SUMS_MAX);
        all
    }
}

fn four(keys: Vec<Option<String>>) -> [Option<String>; 4] {
    keys.try_into().expect("a row has a key for each dimension asked for")
}

fn six(keys: Vec<Option<String>>) -> [Option<String>; 6] {
    keys.try_into().expect("a row has a key for each dimension asked for")
}

/// Events that hang together by cause and effect: one that is asked about, those that led to it, or those that it led to.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The events: upward each the cause of the one before, downward in order of depth and time.
    pub links: Vec<Link>,
    /// Whether there are more beyond a limit of depth or number.
    pub cut: bool,
}

/// One event of a chain.
#[derive(Clone, Debug)]
pub struct Link {
    /// How many steps it is away from the event that was asked about.
    pub depth: u32,
    /// The event one step nearer.
    pub via: EventId,
    /// The event.
    pub view: EventView,
}

/// Why an event happened: its cause, the cause of that, and so on.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Event)`; `Unavailable`.
pub async fn causes(app: &App, ctx: &Ctx, id: EventId, depth_max: u32) -> crate::Result<Chain> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let mut at = one(warehouse.as_ref(), tenant, id)?.ok_or_else(|| Error::not_found(Subject::Event(id.to_string())))?;
            let (mut found, mut seen, mut cut) = (Vec::new(), vec![id], false);
            while let Some(cause) = at.facts.causation_id.as_deref().map(|key| crate::ingest::event_id(tenant, key)) {
                if seen.contains(&cause) {
                    break;
                }
                let Some(event) = one(warehouse.as_ref(), tenant, cause)? else { break };
                if found.len() >= depth_max as usize {
                    cut = true;
                    break;
                }
                seen.push(cause);
                found.push(event.clone());
                at = event;
            }
            let depths = 1..;
            let links = named(ledger.as_ref(), tenant, found)?.into_iter().zip(depths);
            let links = links.map(|(view, depth)| Link { depth, via: seen[depth as usize - 1], view }).collect();
            Ok(Chain { links, cut })
        })
        .await
}

/// What an event led to: what it caused, what that caused, and so on.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Event)`; `Unavailable`.
pub async fn effects(app: &App, ctx: &Ctx, id: EventId, depth_max: u32, events_max: u32) -> crate::Result<Chain> {
    ctx.must_read()?;
    app.fence.pass().await?;
    let (ledger, warehouse, tenant) = (app.ledger.clone(), app.warehouse.clone(), ctx.tenant);
    app.readers
        .run(move || {
            let root = one(warehouse.as_ref(), tenant, id)?.ok_or_else(|| Error::not_found(Subject::Event(id.to_string())))?;
            let (mut front, mut seen) = (vec![root], std::collections::HashSet::from([id]));
            let (mut found, mut places, mut cut) = (Vec::new(), Vec::new(), false);
            for depth in 1.. {
                let room = if depth > depth_max { 0 } else { (events_max as usize).saturating_sub(found.len()) };
                // Where there is no room, one more is asked for, to tell whether there is one.
                let (next, more) = caused_by(warehouse.as_ref(), tenant, &front, room.max(1))?;
                let next: Vec<_> = next.into_iter().filter(|(_, event)| seen.insert(event.id)).collect();
                cut = more || (room == 0 && !next.is_empty());
                if next.is_empty() || room == 0 {
                    break;
                }
                front = next.iter().map(|(_, event)| event.clone()).collect();
                for (via, event) in next {
                    places.push((depth, via));
                    found.push(event);
                }
                if cut {
                    break;
                }
            }
            let views = named(ledger.as_ref(), tenant, found)?;
            let links = views.into_iter().zip(places).map(|(view, (depth, via))| Link { depth, via, view }).collect();
            Ok(Chain { links, cut })
        })
        .await
}

type Caused = Vec<(EventId, debrief_model::Event)>;

/// The events that these directly caused, each with its cause, oldest first; and whether there are more than `at_most`.
fn caused_by(
    warehouse: &dyn Warehouse,
    tenant: TenantId,
    causes: &[debrief_model::Event],
    at_most: usize,
) -> crate::Result<(Caused, bool)> {
    let names = causes.iter().flat_map(|event| [Some(event.id.to_string()), event.facts.key.clone()].into_iter().flatten());
    let filter = EventFilter { caused_by: names.collect(), ..EventFilter::default() };
    let limit = u32::try_from(at_most).unwrap_or(u32::MAX);
    let scan = Scan { filter, order: Order::Ascending, paging: Paging { limit, offset: 0 }, bodies: true };
    let page = warehouse.scan(tenant, &scan)?;
    let more = page.total > page.rows.len() as u64;
    let cause_of = |event: &debrief_model::Event| event.facts.causation_id.as_deref().map(|key| crate::ingest::event_id(tenant, key));
    let caused = page.rows.into_iter().filter_map(|event| Some((cause_of(&event)?, event))).collect();
    Ok((caused, more))
}

fn one(warehouse: &dyn Warehouse, tenant: TenantId, id: EventId) -> crate::Result<Option<debrief_model::Event>> {
    Ok(warehouse.events(tenant, &[id], TimeRange::default())?.into_iter().next())
}
