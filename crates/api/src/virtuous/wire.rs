//! The Events API's JSON, field for field.

use debrief_app::EventView;
use debrief_app::audit::{ActorSums, LogSums};
use debrief_model::{Page, Paging};
use serde::Serialize;
use serde_json::value::RawValue;

use super::translate;
use crate::edge::time::render as time;

/// A page of the log.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Events {
    events: Vec<Event>,
    has_next: bool,
    limit: u32,
    offset: u64,
    total: u64,
}

impl Events {
    pub(super) fn new(page: Page<EventView>, paging: Paging) -> Self {
        let Page { rows, total } = page;
        let Paging { limit, offset } = paging;
        let has_next = offset.saturating_add(rows.len() as u64) < total;
        Self { events: rows.into_iter().map(Event::from).collect(), has_next, limit, offset, total }
    }
}

/// One event.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    actor_id: Option<String>,
    actor_type: String,
    causation_id: Option<String>,
    correlation_id: String,
    event_type: String,
    id: String,
    occurred_at: String,
    payload: Box<RawValue>,
    resource_id: Option<String>,
    resource_type: Option<String>,
    tenant_id: String,
}

impl From<EventView> for Event {
    fn from(view: EventView) -> Self {
        let (actor_type, actor_id) = view.actor();
        let (resource_type, resource_id) = view.resource();
        Self {
            actor_id,
            actor_type: actor_type.to_owned(),
            causation_id: view.cause().map(|id| id.to_string()),
            correlation_id: view.correlation_id(),
            resource_id,
            resource_type: resource_type.map(str::to_owned),
            id: view.event.id.to_string(),
            occurred_at: time(view.event.facts.occurred_at),
            tenant_id: view.event.tenant.to_string(),
            payload: translate::payload(view.body),
            event_type: view.event.facts.event_type.into_owned(),
        }
    }
}

/// `GET /api/v1/events/aggregate`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sums {
    by_actor_type: Vec<Count>,
    by_event_type: Vec<Count>,
    by_resource_type: Vec<Count>,
    total: u64,
}

#[derive(Serialize)]
struct Count {
    count: u64,
    key: String,
}

impl From<LogSums> for Sums {
    fn from(sums: LogSums) -> Self {
        let LogSums { total, by_event_type, by_actor_type, by_resource_type } = sums;
        let counts = |list: Vec<(String, u64)>| list.into_iter().map(|(key, count)| Count { count, key }).collect();
        Self {
            by_actor_type: counts(by_actor_type),
            by_event_type: counts(by_event_type),
            by_resource_type: counts(by_resource_type),
            total,
        }
    }
}

/// `GET /api/v1/events/stats/by-actor`.
#[derive(Serialize)]
pub(super) struct Actors {
    actors: Vec<Actor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Actor {
    actor_id: Option<String>,
    actor_type: String,
    failures: u64,
    successes: u64,
    total: u64,
}

impl From<Vec<ActorSums>> for Actors {
    fn from(sums: Vec<ActorSums>) -> Self {
        let actor =
            |ActorSums { actor_type, actor_id, total, successes, failures }| Actor { actor_id, actor_type, failures, successes, total };
        Self { actors: sums.into_iter().map(actor).collect() }
    }
}
