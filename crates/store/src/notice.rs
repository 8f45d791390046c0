//! Events that tell of changes to the catalogue: what they are called, what they are about, what they say.
//!
//! Ledgers write them in the transaction that makes the change. They are made here, so that every ledger tells the same. Payloads
//! are JSON objects in camelCase; `docs/events.md` describes them for readers.

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_model::audit::{AGENT_SPEC, AGENT_VERSION, API_KEY, CHAT_THREAD, FINGERPRINT, JOURNAL, PERSON, SETTING, TENANT};
use debrief_model::{
    Agent, AgentConfig, AgentVersion, ApiKey, Event, EventId, Facts, Fingerprint, Kind, Links, Person, Position, Resolution, Resource, Seq,
    SessionId, SessionPatch, Tenant, TenantId, Timestamp, TokenSecret,
};
use serde_json::{Map, Value, json};

use crate::body;
use crate::change::Origin;

/// What is told of one change.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Dotted event type.
    pub event_type: Cow<'static, str>,
    /// What it is about.
    pub resource: Resource,
    /// The workflow it belongs to, where that is not the request.
    pub correlation_id: Option<String>,
    /// When it happened, where that is not when it was recorded.
    pub occurred_at: Option<Timestamp>,
    /// A JSON object.
    pub payload: Value,
}

/// Where an event that tells of a change stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id.
    pub id: EventId,
    /// Its place in the stream.
    pub seq: Seq,
    /// The record it is in.
    pub position: Position,
    /// When that was recorded.
    pub recorded_at: Timestamp,
}

impl Notice {
    fn new(event_type: &'static str, kind: &str, id: &impl ToString, payload: Value) -> Self {
        let resource = Resource { kind: kind.to_owned(), id: Some(id.to_string()) };
        Self { event_type: Cow::Borrowed(event_type), resource, correlation_id: None, occurred_at: None, payload }
    }

    /// The event that tells of the change; `cause` is the event that brought it about, if one did.
    #[must_use]
    pub fn into_event(self, place: Place, origin: &Origin, cause: Option<EventId>) -> Event {
        let Self { event_type, resource, correlation_id, occurred_at, payload } = self;
        let Place { tenant, id, seq, position, recorded_at } = place;
        let facts = Facts {
            actor: Some(origin.actor.clone()),
            resource: Some(resource),
            correlation_id: correlation_id.or_else(|| origin.correlation_id.clone()),
            causation_id: cause.map(|id| id.to_string()),
            source: origin.source.clone(),
            body: body::encode(payload.to_string().as_bytes()),
            event_type,
            ..Facts::new(Kind::Domain, "", occurred_at.unwrap_or(recorded_at), "")
        };
        Event { tenant, id, seq, position, recorded_at, links: Links::default(), facts }
    }
}

/// An agent was declared, created or mentioned for the first time.
#[must_use]
pub fn agent_created(agent: &Agent) -> Notice {
    Notice::new("agent.created", AGENT_SPEC, &agent.id, described(agent))
}

/// An agent changed; `None` when it did not.
#[must_use]
pub fn agent_updated(before: &Agent, after: &Agent) -> Option<Notice> {
    let changes = differences(&described(before), &described(after));
    let payload = json!({ "name": after.name, "number": after.number.0, "changes": changes });
    (!changes.is_empty()).then(|| Notice::new("agent.updated", AGENT_SPEC, &after.id, payload))
}

/// An agent was hidden.
#[must_use]
pub fn agent_deleted(agent: &Agent) -> Notice {
    Notice::new("agent.deleted", AGENT_SPEC, &agent.id, json!({ "name": agent.name, "number": agent.number.0 }))
}

/// A version of an agent was declared, made or mentioned for the first time.
#[must_use]
pub fn agent_version_created(agent: debrief_model::AgentId, version: &AgentVersion) -> Notice {
    let mut payload = config(&version.config);
    payload.insert("agentId".into(), json!(agent.to_string()));
    payload.insert("name".into(), json!(version.name));
    payload.insert("number".into(), json!(version.number.0));
    payload.insert("description".into(), json!(version.description));
    Notice::new("agent_version.created", AGENT_VERSION, &format!("{agent}/{}", version.number), Value::Object(payload))
}

/// A person was declared or mentioned for the first time.
#[must_use]
pub fn person_created(person: &Person) -> Notice {
    Notice::new("person.created", PERSON, &person.key, json!({ "personId": person.key, "properties": raw(person.properties.as_deref()) }))
}

/// A person's properties changed.
#[must_use]
pub fn person_updated(person: &Person) -> Notice {
    Notice::new("person.updated", PERSON, &person.key, json!({ "personId": person.key, "properties": raw(person.properties.as_deref()) }))
}

/// A client's runtime was seen for the first time.
#[must_use]
pub fn fingerprint_created(fingerprint: &Fingerprint) -> Notice {
    let runtime = &fingerprint.runtime;
    let payload = json!({ "language": runtime.language, "languageVersion": runtime.language_version, "system": runtime.system });
    Notice::new("fingerprint.created", FINGERPRINT, &fingerprint.id, payload)
}

/// A session, by its id and the caller's.
#[derive(Clone, Copy, Debug)]
pub struct Thread<'a> {
    /// Our id.
    pub id: SessionId,
    /// The caller's.
    pub key: &'a str,
}

impl Thread<'_> {
    fn notice(self, event_type: &'static str, mut payload: Map<String, Value>) -> Notice {
        payload.insert("sessionId".into(), json!(self.key));
        Notice { correlation_id: Some(self.key.to_owned()), ..Notice::new(event_type, CHAT_THREAD, &self.id, Value::Object(payload)) }
    }
}

/// A session began, at what time and with what a client said of it then.
#[must_use]
pub fn session_started(thread: Thread<'_>, started_at: Timestamp, set: &SessionPatch) -> Notice {
    let told = said(set).into_iter().filter(|(_, value)| !value.is_null()).collect();
    Notice { occurred_at: Some(started_at), ..thread.notice("session.started", told) }
}

/// What a client said of a session changed it: it ended, or something else about it did. `None` when nothing changed.
#[must_use]
pub fn session_said(thread: Thread<'_>, before: &SessionPatch, after: &SessionPatch) -> Option<Notice> {
    let mut changes = differences(&Value::Object(said(before)), &Value::Object(said(after)));
    if before.host != after.host {
        // What a host is like is long, personal, and never what somebody looks for in a log.
        changes.insert("host".into(), json!({ "changed": true }));
    }
    if changes.is_empty() {
        return None;
    }
    let ended = after.ended_at.is_some() && before.ended_at != after.ended_at;
    let payload = Map::from_iter([
        ("changes".to_owned(), Value::Object(changes)),
        ("endState".to_owned(), json!(after.end_state)),
        ("endStateReason".to_owned(), json!(after.end_state_reason)),
    ]);
    let notice = thread.notice(if ended { "session.ended" } else { "session.updated" }, payload);
    Some(Notice { occurred_at: after.ended_at.filter(|_| ended), ..notice })
}

/// Something was added to a session: a thread, an alias, a piece of its log.
#[must_use]
pub fn session_extended(thread: Thread<'_>, what: &'static str, value: Value) -> Notice {
    thread.notice("session.updated", Map::from_iter([(what.to_owned(), value)]))
}

/// A session became part of another one.
#[must_use]
pub fn session_merged(thread: Thread<'_>, into: &str) -> Notice {
    thread.notice("session.merged", Map::from_iter([("into".to_owned(), json!(into))]))
}

/// A tenant was made.
#[must_use]
pub fn tenant_created(tenant: &Tenant) -> Notice {
    Notice::new("tenant.created", TENANT, &tenant.id, json!({ "name": tenant.name }))
}

/// A key was made.
#[must_use]
pub fn key_created(key: &ApiKey) -> Notice {
    Notice::new("api_key.created", API_KEY, &key.id, keyed(key))
}

/// A key was revoked.
#[must_use]
pub fn key_revoked(key: &ApiKey) -> Notice {
    Notice::new("api_key.revoked", API_KEY, &key.id, keyed(key))
}

/// Session tokens are signed with a new secret.
#[must_use]
pub fn token_secret_rotated(secret: &TokenSecret) -> Notice {
    Notice::new("setting.updated", SETTING, &"token_secret", json!({ "setting": "token_secret", "secretId": secret.id }))
}

/// The settings that differ.
pub fn settings_updated<'s>(
    before: &'s BTreeMap<String, String>,
    after: &'s BTreeMap<String, String>,
) -> impl Iterator<Item = Notice> + use<'s> {
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    names.filter(|name| before.get(*name) != after.get(*name)).map(|name| {
        let payload = json!({ "setting": name, "from": before.get(name), "to": after.get(name) });
        Notice::new("setting.updated", SETTING, name, payload)
    })
}

/// The server goes on without the journal's records after `after` up to `upto`, which the warehouse lacks.
#[must_use]
pub fn gap_accepted(after: Position, upto: Position) -> Notice {
    let (first, last) = (after.0 + 1, upto.0);
    let payload = json!({ "firstPosition": first, "lastPosition": last });
    Notice::new("journal.gap_accepted", JOURNAL, &format!("{first}-{last}"), payload)
}

fn keyed(key: &ApiKey) -> Value {
    let expires_at = key.expires_at.map(|at| at.0);
    json!({ "name": key.name, "lastFour": key.last_four, "scopes": key.scopes.words(), "expiresAtUnixMicros": expires_at })
}

fn described(agent: &Agent) -> Value {
    let mut all = config(&agent.config);
    all.insert("name".into(), json!(agent.name));
    all.insert("number".into(), json!(agent.number.0));
    all.insert("description".into(), json!(agent.description));
    all.insert("status".into(), json!(agent.status.word()));
    all.insert("tags".into(), json!(agent.tags));
    Value::Object(all)
}

fn config(config: &AgentConfig) -> Map<String, Value> {
    let AgentConfig { prompt, model, temperature, max_tokens } = config;
    Map::from_iter([
        ("content".to_owned(), json!(prompt.as_ref().map(|prompt| &prompt.text))),
        ("llmModel".to_owned(), json!(model)),
        ("temperature".to_owned(), json!(temperature)),
        ("maxTokens".to_owned(), json!(max_tokens)),
    ])
}

fn said(set: &SessionPatch) -> Map<String, Value> {
    let SessionPatch {
        started_at,
        ended_at,
        end_state,
        end_state_reason,
        tags,
        environment,
        video,
        host: _,
        title,
        metadata,
        resolution,
        resolved_by: _,
    } = set;
    Map::from_iter([
        ("startedAtUnixMicros".to_owned(), json!(started_at.map(|at| at.0))),
        ("endedAtUnixMicros".to_owned(), json!(ended_at.map(|at| at.0))),
        ("endState".to_owned(), json!(end_state)),
        ("endStateReason".to_owned(), json!(end_state_reason)),
        ("tags".to_owned(), json!(tags)),
        ("environment".to_owned(), json!(environment)),
        ("video".to_owned(), json!(video)),
        ("title".to_owned(), json!(title)),
        ("metadata".to_owned(), raw(metadata.as_deref())),
        ("resolution".to_owned(), json!(resolution.map(Resolution::word))),
    ])
}

/// `{name: {"from": …, "to": …}}` for every member that differs.
fn differences(before: &Value, after: &Value) -> Map<String, Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return Map::new() };
    let differs = after.iter().filter(|(name, value)| before.get(*name) != Some(value));
    differs.map(|(name, value)| (name.clone(), json!({ "from": before.get(name), "to": value }))).collect()
}

/// JSON that is kept as text, as JSON; what does not parse here stays text.
fn raw(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())))
}

#[cfg(test)]
mod tests {
    use debrief_model::{AgentId, AgentNumber, AgentStatus, Prompt};
    use uuid::Uuid;

    use super::*;

    fn agent() -> Agent {
        Agent {
            tenant: TenantId(1),
            number: AgentNumber(3),
            id: AgentId(Uuid::from_u128(5)),
            name: "a".into(),
            description: None,
            status: AgentStatus::Active,
            tags: vec!["t".into()],
            config: AgentConfig::default(),
            current_version: None,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
            deprecated_at: None,
        }
    }

    #[test]
    fn an_update_names_what_changed_and_nothing_else() {
        let before = agent();
        assert_eq!(agent_updated(&before, &before), None);
        let mut after = agent();
        after.config.prompt = Some(Prompt { text: "p".into(), hash: [0; 32] });
        after.updated_at = Timestamp(9);
        let notice = agent_updated(&before, &after).unwrap();
        assert_eq!(notice.payload["changes"], json!({ "content": { "from": null, "to": "p" } }));
        assert_eq!(notice.resource.id.as_deref(), Some("00000000-0000-0000-0000-000000000005"));
    }

    #[test]
    fn a_session_ends_once() {
        let thread = Thread { id: SessionId(Uuid::nil()), key: "s" };
        let open = SessionPatch { tags: Some(vec!["x".into()]), ..SessionPatch::default() };
        let ended = SessionPatch { ended_at: Some(Timestamp(7)), end_state: Some("Success".into()), ..open.clone() };
        assert_eq!(session_said(thread, &open, &open), None);
        let notice = session_said(thread, &open, &ended).unwrap();
        assert_eq!(
            (&*notice.event_type, notice.occurred_at, notice.correlation_id.as_deref()),
            ("session.ended", Some(Timestamp(7)), Some("s"))
        );
        let tagged = SessionPatch { tags: None, ..ended.clone() };
        assert_eq!(session_said(thread, &ended, &tagged).unwrap().event_type, "session.updated");
    }

    #[test]
    fn an_event_carries_who_asked_and_why() {
        let mut origin = Origin::system();
        origin.correlation_id = Some("request".into());
        let place = Place { tenant: TenantId(1), id: EventId(Uuid::nil()), seq: Seq(1), position: Position(1), recorded_at: Timestamp(4) };
        let event = agent_deleted(&agent()).into_event(place, &origin, Some(EventId(Uuid::from_u128(1))));
        assert_eq!(event.facts.event_type, "agent.deleted");
        assert_eq!(event.facts.correlation_id.as_deref(), Some("request"));
        assert_eq!(event.facts.causation_id.as_deref(), Some("00000000-0000-0000-0000-000000000001"));
        assert_eq!(event.facts.occurred_at, Timestamp(4));
        assert_eq!(
            event.facts.status,
            debrief_model::Status::Unset,
            "that something changed is neither a success nor a failure of whoever did it"
        );
        assert_eq!(body::decode(&event.facts.body).unwrap(), br#"{"name":"a","number":3}"#);
    }
}
