//! Voker's JSON, field for field.
//!
//! Bodies are taken apart into slices of their text: a wrong type in one member cannot spoil another, of a repeated member the last one
//! counts, and what is only kept is never built. Whether a member makes sense is decided in [`super::translate`].

use debrief_model as model;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::edge::described::Described;
pub(super) use crate::edge::members::members;
use crate::edge::time::render as time;

type Raw<'a> = Option<&'a RawValue>;

/// `POST /api/v1/events`. `event_type` (sent as `eventType`) and `events` belong to domain events.
pub(super) struct Event<'a> {
    pub(super) event_name: Raw<'a>,
    pub(super) properties: Raw<'a>,
    pub(super) fingerprint_id: Raw<'a>,
    pub(super) session: Raw<'a>,
    pub(super) agent: Raw<'a>,
    pub(super) agent_version: Raw<'a>,
    pub(super) person: Raw<'a>,
    pub(super) event_type: Raw<'a>,
    pub(super) events: Raw<'a>,
}

impl<'a> Event<'a> {
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        let names = ["event_name", "properties", "fingerprint_id", "session", "agent", "agent_version", "person", "eventType", "events"];
        let [event_name, properties, fingerprint_id, session, agent, agent_version, person, event_type, events] = members(text, names)?;
        Ok(Self { event_name, properties, fingerprint_id, session, agent, agent_version, person, event_type, events })
    }
}

/// The `properties` of an event.
pub(super) struct Properties<'a> {
    pub(super) api: Raw<'a>,
    pub(super) inputs: Raw<'a>,
    pub(super) output: Raw<'a>,
}

impl<'a> Properties<'a> {
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        let [api, inputs, output] = members(text, ["api", "inputs", "output"])?;
        Ok(Self { api, inputs, output })
    }
}

/// The answer to an event: any JSON will do.
#[derive(Serialize)]
pub(super) struct Recorded {}

/// The answer to a fingerprint.
#[derive(Serialize)]
pub(super) struct Fingerprint {
    fingerprint_id: String,
}

impl From<&model::Fingerprint> for Fingerprint {
    fn from(fingerprint: &model::Fingerprint) -> Self {
        Self { fingerprint_id: fingerprint.id.to_string() }
    }
}

/// A person.
#[derive(Serialize)]
pub(super) struct Person {
    person_id: String,
    properties: Option<Box<RawValue>>,
    created_at: String,
}

impl From<model::Person> for Person {
    fn from(person: model::Person) -> Self {
        let model::Person { tenant: _, number: _, key, properties, created_at, updated_at: _ } = person;
        let properties = properties.and_then(|text| RawValue::from_string(text).ok());
        Self { person_id: key, properties, created_at: time(created_at) }
    }
}

/// An agent: the five members that this vendor's SDK needs, and everything that other dialects know of it.
#[derive(Serialize)]
pub(super) struct Agent {
    agent_name: String,
    agent_number: u32,
    created_at: String,
    deprecated_at: Option<String>,
    #[serde(flatten)]
    described: Described,
}

impl From<model::Agent> for Agent {
    fn from(agent: model::Agent) -> Self {
        Self {
            agent_name: agent.name.clone(),
            agent_number: agent.number.0,
            created_at: time(agent.created_at),
            deprecated_at: agent.deprecated_at.map(time),
            described: Described::from(agent),
        }
    }
}

/// A version of an agent. The SDK needs all five members.
#[derive(Serialize)]
pub(super) struct AgentVersion {
    agent_version_name: String,
    description: Option<String>,
    agent_version_number: u32,
    created_at: String,
    deprecated_at: Option<String>,
}

impl From<model::AgentVersion> for AgentVersion {
    fn from(version: model::AgentVersion) -> Self {
        let model::AgentVersion { tenant: _, agent: _, number, name, description, config: _, created_at, deprecated_at } = version;
        Self {
            agent_version_name: name,
            description,
            agent_version_number: number.0,
            created_at: time(created_at),
            deprecated_at: deprecated_at.map(time),
        }
    }
}
