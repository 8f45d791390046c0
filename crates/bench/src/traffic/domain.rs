//! What a business tells beside its agents' work: workflows of domain events that cause each other, as `POST /api/v1/events` takes them.

use std::io::Write as _;

use super::json::quote;
use super::rng::{Rng, mix};
use super::template::{event_uuid, time_text};
use super::text::Scene;
use super::{AGENTS, person_id};

/// One workflow: events about one thing, each but the first caused by an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// The type of the thing that it is about.
    pub resource_type: &'static str,
    events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    event_type: &'static str,
    actor_type: &'static str,
    actor_id: String,
    cause: Option<usize>,
    payload: String,
}

/// What a workflow's events have in common: made from the number of the first, so that it can be asked for afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkflowIds {
    /// The workflow's own id.
    pub correlation: u128,
    /// The id of the thing that it is about.
    pub resource: u128,
}

impl WorkflowIds {
    /// The ids of the workflow whose first event has this number.
    pub fn of(first: u64) -> WorkflowIds {
        WorkflowIds { correlation: event_uuid(mix(first ^ 0xc0_44e1)), resource: event_uuid(mix(first ^ 0x4e5_04ce)) }
    }
}

/// The thing that most workflows are about: a word of the business's own.
pub const ORDER: &str = "order";
/// The thing that the others are about: a word that the event log's API knows.
pub const AUTOMATION: &str = "automation_run";

/// Type, actor (`user`, `agent`, or the name of a system) and the place of the cause.
type Step = (&'static str, &'static str, Option<usize>);

const DELIVERED: &[Step] = &[
    ("order.placed", "user", None),
    ("payment.authorized", "payments", Some(0)),
    ("inventory.reserved", "warehouse", Some(0)),
    ("order.packed", "warehouse", Some(2)),
    ("order.shipped", "carrier", Some(3)),
    ("order.delivered", "carrier", Some(4)),
];

const RETURNED: &[Step] = &[
    ("order.placed", "user", None),
    ("payment.authorized", "payments", Some(0)),
    ("order.shipped", "carrier", Some(1)),
    ("order.delivered", "carrier", Some(2)),
    ("return.requested", "user", Some(3)),
    ("return.approved", "agent", Some(4)),
    ("refund.issued", "payments", Some(5)),
];

const UNPAID: &[Step] = &[("order.placed", "user", None), ("payment.failed", "payments", Some(0)), ("order.cancelled", "agent", Some(1))];

const AUTOMATED: &[Step] = &[
    ("automation.started", "scheduler", None),
    ("automation.planned", "agent", Some(0)),
    ("automation.approved", "user", Some(1)),
    ("automation.step_completed", "agent", Some(2)),
    ("automation.step_completed", "agent", Some(3)),
    ("automation.completed", "scheduler", Some(4)),
];

const PAYLOADS: &[&str] = &[
    r#"«"number": "{order}", "product": "{product}", "colour": "{colour}", "price": {price}, "quantity": {n1}, "city": "{city}"»"#,
    r#"«"number": "{order}", "carrier": "{carrier}", "tracking": "{tracking}", "depot": "{city}", "expected": "{day}", "weight_kg": {n1}»"#,
    r#"«"number": "{order}", "amount": {price}, "currency": "EUR", "method": "card", "reference": "{hex}", "note": "{polite}, {name}"»"#,
    r#"«"ticket": "{ticket}", "reason": "the {product} {symptom}", "decided": "{weekday} {time}", "serial": "{serial}", "seats": {n2}»"#,
];

pub(super) fn workflow(rng: &mut Rng) -> Workflow {
    let (resource_type, steps) = match rng.below(100) {
        0..50 => (ORDER, DELIVERED),
        50..65 => (ORDER, RETURNED),
        65..75 => (ORDER, UNPAID),
        _ => (AUTOMATION, AUTOMATED),
    };
    let scene = Scene::new(rng);
    let (person, agent) = (person_id(rng.below(super::PEOPLE)), rng.pick(AGENTS));
    let event = |(event_type, actor, cause): Step, rng: &mut Rng| {
        let (actor_type, actor_id) = match actor {
            "user" => ("user", person.clone()),
            "agent" => ("agent", agent.to_owned()),
            system => ("system", system.to_owned()),
        };
        let payload = scene.fill(rng.pick(PAYLOADS), rng);
        Event { event_type, actor_type, actor_id, cause, payload }
    };
    Workflow { resource_type, events: steps.iter().map(|step| event(*step, rng)).collect() }
}

impl Workflow {
    /// How many events it has.
    pub fn size(&self) -> usize {
        self.events.len()
    }

    /// Appends its first events, as many as there are numbers, as JSON objects with commas between them.
    pub fn render(&self, numbers: &[u64], started_us: i64, step_us: i64, out: &mut Vec<u8>) {
        let Some(first) = numbers.first() else { return };
        let WorkflowIds { correlation, resource } = WorkflowIds::of(*first);
        let uuid = |number: u128| uuid::Uuid::from_u128(number);
        for (index, (number, event)) in numbers.iter().zip(&self.events).enumerate() {
            let cause = event.cause.map(|cause| format!("\"causationId\": \"{}\", ", uuid(event_uuid(numbers[cause])))).unwrap_or_default();
            write!(
                out,
                "{}{{\"eventType\": \"{}\", \"id\": \"{}\", \"occurredAt\": \"{}\", \"actorType\": \"{}\", \"actorId\": {}, \
                 \"resourceType\": \"{}\", \"resourceId\": \"{}\", \"correlationId\": \"{}\", {cause}\"payload\": {}}}",
                if index > 0 { ", " } else { "" },
                event.event_type,
                uuid(event_uuid(*number)),
                time_text(started_us + index as i64 * step_us),
                event.actor_type,
                quote(&event.actor_id),
                self.resource_type,
                uuid(resource),
                uuid(correlation),
                event.payload,
            )
            .expect("writing to a Vec cannot fail");
        }
    }
}
