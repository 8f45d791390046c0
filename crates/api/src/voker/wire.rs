//! Voker's JSON, field for field.
//!
//! Bodies are taken apart into slices of their text: a wrong type in one member cannot spoil another, of a repeated member the last one
//! counts, and what is only kept is never built. Whether a member makes sense is decided in [`super::translate`].

use std::fmt;

use debrief_model as model;
use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::edge::time::render as time;

type Raw<'a> = Option<&'a RawValue>;

/// `POST /api/v1/events`. `event_type` (sent as `eventType`) belongs to domain events.
pub(super) struct Event<'a> {
    pub(super) event_name: Raw<'a>,
    pub(super) properties: Raw<'a>,
    pub(super) fingerprint_id: Raw<'a>,
    pub(super) session: Raw<'a>,
    pub(super) agent: Raw<'a>,
    pub(super) agent_version: Raw<'a>,
    pub(super) person: Raw<'a>,
    pub(super) event_type: Raw<'a>,
}

impl<'a> Event<'a> {
    pub(super) fn read(text: &'a str) -> serde_json::Result<Self> {
        let names = ["event_name", "properties", "fingerprint_id", "session", "agent", "agent_version", "person", "eventType"];
        let [event_name, properties, fingerprint_id, session, agent, agent_version, person, event_type] = members(text, names)?;
        Ok(Self { event_name, properties, fingerprint_id, session, agent, agent_version, person, event_type })
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

/// The named members of the object that `text` is; `None` where absent.
pub(super) fn members<'a, const N: usize>(text: &'a str, names: [&'static str; N]) -> serde_json::Result<[Raw<'a>; N]> {
    let mut source = serde_json::Deserializer::from_str(text);
    let found = Members(names).deserialize(&mut source)?;
    source.end()?;
    Ok(found)
}

struct Members<const N: usize>([&'static str; N]);

impl<'a, const N: usize> DeserializeSeed<'a> for Members<N> {
    type Value = [Raw<'a>; N];

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_map(self)
    }
}

impl<'a, const N: usize> Visitor<'a> for Members<N> {
    type Value = [Raw<'a>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(place) = map.next_key_seed(Place(&self.0))? {
            match place {
                Some(place) => found[place] = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// Where a member's name stands among the wanted ones; reads it without a copy.
struct Place<'n>(&'n [&'static str]);

impl<'a> DeserializeSeed<'a> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
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

/// An agent. The SDK needs all five members.
#[derive(Serialize)]
pub(super) struct Agent {
    agent_name: String,
    description: Option<String>,
    agent_number: u32,
    created_at: String,
    deprecated_at: Option<String>,
}

impl From<model::Agent> for Agent {
    fn from(agent: model::Agent) -> Self {
        let model::Agent { tenant: _, number, id: _, name, description, status: _, created_at, updated_at: _, deprecated_at } = agent;
        Self { agent_name: name, description, agent_number: number.0, created_at: time(created_at), deprecated_at: deprecated_at.map(time) }
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
        let model::AgentVersion { tenant: _, agent: _, number, name, description, created_at, deprecated_at } = version;
        Self {
            agent_version_name: name,
            description,
            agent_version_number: number.0,
            created_at: time(created_at),
            deprecated_at: deprecated_at.map(time),
        }
    }
}
