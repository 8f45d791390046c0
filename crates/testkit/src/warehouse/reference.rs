//! The warehouse as simply as it can be said: a map of events, and a copy of it that stands for the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use debrief_model::{
    Aggregate, AggregateRow, Body, Dimension, Error, ErrorKind, Event, EventFilter, EventId, Kind, Order, Page, Position, Scan, Seq,
    SessionNumber, Status, Tally, TallyRow, TenantId, TimeRange, Tokens, audit,
};
use debrief_store::{CLOCK_AHEAD_US, RecentIds, Record, Result, Warehouse, WarehouseFigures};
use parking_lot::Mutex;

use super::Fixture;

const DAY_US: i64 = 86_400_000_000;
const HOUR_US: i64 = 3_600_000_000;

/// What a warehouse holds.
#[derive(Clone, Debug, Default)]
struct State {
    position: Position,
    events: BTreeMap<Seq, Event>,
}

/// A warehouse in memory.
#[derive(Debug, Default)]
pub struct MemoryWarehouse {
    state: Mutex<State>,
    disk: Arc<Mutex<State>>,
    settles: Mutex<u64>,
}

/// A disk in memory, on which a [`MemoryWarehouse`] can be opened again.
#[derive(Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<State>>);

impl Fixture for MemoryDisk {
    fn open(&self) -> Arc<dyn Warehouse> {
        let state = Mutex::new(self.0.lock().clone());
        Arc::new(MemoryWarehouse { state, disk: Arc::clone(&self.0), settles: Mutex::new(0) })
    }
}

impl State {
    fn apply(&mut self, record: &Record) {
        for event in record.events.iter().chain(&record.revisions) {
            self.events.insert(event.seq, event.clone());
        }
        self.position = record.position;
    }

    fn matching(&self, tenant: TenantId, filter: &EventFilter) -> impl Iterator<Item = &Event> {
        self.events.values().filter(move |event| event.tenant == tenant && matches(event, filter))
    }

    /// The matching events by the values of the dimensions; without dimensions there is one group, be it empty.
    fn groups(&self, tenant: TenantId, filter: &EventFilter, group_by: &[Dimension]) -> BTreeMap<Vec<Option<String>>, Vec<&Event>> {
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        if group_by.is_empty() {
            groups.insert(Vec::new(), Vec::new());
        }
        for event in self.matching(tenant, filter) {
            groups.entry(group_by.iter().map(|dimension| value(event, *dimension)).collect()).or_default().push(event);
        }
        groups
    }
}

impl Warehouse for MemoryWarehouse {
    fn apply(&self, records: &[Arc<Record>]) -> Result<()> {
        let mut state = self.state.lock();
        let new = records.iter().skip_while(|record| record.position <= state.position).collect::<Vec<_>>();
        if new.iter().zip(state.position.0 + 1..).any(|(record, expected)| record.position.0 != expected) {
            return Err(Error::new(ErrorKind::Conflict, "A record is missing"));
        }
        new.iter().for_each(|record| state.apply(record));
        Ok(())
    }

    fn applied(&self) -> Position {
        self.state.lock().position
    }

    fn durable(&self) -> Position {
        self.disk.lock().position
    }

    fn settle(&self) -> Result<()> {
        let state = self.state.lock();
        let mut disk = self.disk.lock();
        if disk.position < state.position {
            *self.settles.lock() += 1;
            disk.clone_from(&state);
        }
        Ok(())
    }

    fn wants_settling(&self) -> bool {
        false
    }

    fn scan(&self, tenant: TenantId, scan: &Scan) -> Result<Page<Event>> {
        let state = self.state.lock();
        let mut found = state.matching(tenant, &scan.filter).collect::<Vec<_>>();
        found.sort_by_key(|event| (event.facts.occurred_at, event.seq));
        if scan.order == Order::Descending {
            found.reverse();
        }
        let skipped = usize::try_from(scan.paging.offset).unwrap_or(usize::MAX);
        let page = found.iter().skip(skipped).take(scan.paging.limit as usize);
        let rows = page.map(|event| if scan.bodies { Event::clone(event) } else { without_body(event) }).collect();
        Ok(Page { rows, total: found.len() as u64 })
    }

    fn events(&self, tenant: TenantId, ids: &[EventId], _within: TimeRange) -> Result<Vec<Event>> {
        let state = self.state.lock();
        Ok(state.events.values().filter(|event| event.tenant == tenant && ids.contains(&event.id)).cloned().collect())
    }

    fn of_sessions(&self, tenant: TenantId, sessions: &[SessionNumber], _within: TimeRange, at_most: u32) -> Result<Vec<Event>> {
        let state = self.state.lock();
        let of_one = |event: &&Event| event.links.session.is_some_and(|session| sessions.contains(&session));
        let mut found = state.events.values().filter(|event| event.tenant == tenant).filter(of_one).cloned().collect::<Vec<_>>();
        found.sort_by_key(|event| (event.facts.occurred_at, event.seq));
        found.truncate(at_most as usize);
        Ok(found)
    }

    fn aggregate(&self, tenant: TenantId, aggregate: &Aggregate) -> Result<Vec<AggregateRow>> {
        let state = self.state.lock();
        let groups = state.groups(tenant, &aggregate.filter, &aggregate.group_by);
        Ok(groups.into_iter().map(|(keys, events)| sum(keys, &events)).collect())
    }

    fn tally(&self, tenant: TenantId, tally: &Tally) -> Result<Vec<TallyRow>> {
        let state = self.state.lock();
        let groups = state.groups(tenant, &tally.filter, &tally.group_by);
        Ok(groups.into_iter().map(|(keys, events)| TallyRow { keys, events: events.len() as u64 }).collect())
    }

    fn recent_ids(&self, at_most: usize) -> Result<RecentIds> {
        let state = self.state.lock();
        let keyed = state.events.values().rev().filter(|event| event.facts.key.is_some());
        let believed = |event: &Event| event.facts.occurred_at.min(event.recorded_at.plus_micros(CLOCK_AHEAD_US));
        Ok(RecentIds {
            ids: keyed.clone().take(at_most).map(|event| (event.tenant, event.id)).collect(),
            latest: keyed.clone().take(at_most).map(believed).max(),
            latest_left_out: keyed.skip(at_most).map(believed).max(),
        })
    }

    fn figures(&self) -> WarehouseFigures {
        let (state, disk) = (self.state.lock(), self.disk.lock());
        let fresh = state.events.values().filter(|event| event.position > disk.position).count();
        WarehouseFigures { fresh_rows: fresh as u64, settles: *self.settles.lock(), settle_us_last: 0 }
    }
}

fn matches(event: &Event, filter: &EventFilter) -> bool {
    let EventFilter {
        time,
        session,
        agent,
        agent_version,
        person,
        kind,
        event_type,
        status,
        name,
        model,
        resource_type,
        resource,
        correlation,
        trace,
        span,
        caused_by,
        used,
    } = filter;
    let (links, facts) = (&event.links, &event.facts);
    time.contains(facts.occurred_at)
        && session.is_none_or(|wanted| links.session == Some(wanted))
        && agent.is_none_or(|wanted| links.agent == Some(wanted))
        && agent_version.is_none_or(|wanted| links.agent_version == Some(wanted))
        && person.is_none_or(|wanted| links.person == Some(wanted))
        && kind.is_none_or(|wanted| facts.kind == wanted)
        && event_type.as_ref().is_none_or(|wanted| facts.event_type == *wanted)
        && status.is_none_or(|wanted| facts.status == wanted)
        && name.as_ref().is_none_or(|wanted| facts.name.as_ref() == Some(wanted))
        && model.as_ref().is_none_or(|wanted| model_of(event) == Some(wanted))
        && resource_type.as_ref().is_none_or(|wanted| audit::resource_type_of(facts) == Some(wanted))
        && resource.as_ref().is_none_or(|wanted| audit::is_about(event, wanted))
        && correlation.as_ref().is_none_or(|wanted| audit::is_part_of(event, wanted))
        && trace.as_ref().is_none_or(|wanted| facts.trace_id.as_ref() == Some(wanted))
        && span.as_ref().is_none_or(|wanted| facts.span_id.as_ref() == Some(wanted))
        && (caused_by.is_empty() || facts.causation_id.as_ref().is_some_and(|cause| caused_by.contains(cause)))
        && (!used || facts.kind == Kind::Llm || facts.cost.is_some() || facts.tokens != Tokens::default())
}

fn model_of(event: &Event) -> Option<&String> {
    event.facts.response_model.as_ref().or(event.facts.request_model.as_ref())
}

fn without_body(event: &Event) -> Event {
    let mut event = event.clone();
    event.facts.body = Body::NONE;
    event
}

fn value(event: &Event, dimension: Dimension) -> Option<String> {
    match dimension {
        Dimension::Kind => Some(event.facts.kind.word().to_owned()),
        Dimension::EventType => Some(event.facts.event_type.to_string()),
        Dimension::Day => Some(event.facts.occurred_at.0.div_euclid(DAY_US).saturating_mul(DAY_US).to_string()),
        Dimension::Hour => Some(event.facts.occurred_at.0.div_euclid(HOUR_US).saturating_mul(HOUR_US).to_string()),
        Dimension::Agent => event.links.agent.map(|agent| agent.to_string()),
        Dimension::AgentVersion => event.links.agent_version.map(|version| version.to_string()),
        Dimension::Person => event.links.person.map(|person| person.to_string()),
        Dimension::Session => event.links.session.map(|session| session.to_string()),
        Dimension::Provider => event.facts.provider.clone(),
        Dimension::Model => model_of(event).cloned(),
        Dimension::Status => Some(event.facts.status.word().to_owned()),
        Dimension::ActorType => event.facts.actor.as_ref().map(|actor| actor.kind.clone()),
        Dimension::ActorId => event.facts.actor.as_ref().and_then(|actor| actor.id.clone()),
        Dimension::ResourceType => event.facts.resource.as_ref().map(|resource| resource.kind.clone()),
    }
}

fn sum(keys: Vec<Option<String>>, events: &[&Event]) -> AggregateRow {
    let tokens =
        |field: fn(&Tokens) -> Option<u64>| events.iter().filter_map(|event| field(&event.facts.tokens)).reduce(u64::saturating_add);
    let costs = events.iter().filter_map(|event| event.facts.cost).map(|cost| i128::from(cost.nano_usd));
    AggregateRow {
        keys,
        events: events.len() as u64,
        llm_calls: events.iter().filter(|event| event.facts.kind == Kind::Llm).count() as u64,
        unpriced: events.iter().filter(|event| event.facts.is_unpriced()).count() as u64,
        failures: events.iter().filter(|event| event.facts.status == Status::Error).count() as u64,
        tokens: Tokens {
            input: tokens(|tokens| tokens.input),
            output: tokens(|tokens| tokens.output),
            cache_read: tokens(|tokens| tokens.cache_read),
            cache_write: tokens(|tokens| tokens.cache_write),
            reasoning: tokens(|tokens| tokens.reasoning),
        },
        cost_nano_usd: costs.reduce(|a, b| a + b).map(clamp),
    }
}

fn clamp(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(if sum < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::warehouse_conformance!(MemoryDisk::default());
}
