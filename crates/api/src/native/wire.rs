//! Our own JSON, field for field.

use debrief_app::{EventView, SessionView};
use debrief_content::ToolCall;
use debrief_model::{AgentVersion, Paging, Person, Tokens, Totals};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::edge::money;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    id: String,
    session_id: String,
    agent: Option<String>,
    agent_version: Option<String>,
    person: Option<String>,
    fingerprint_id: Option<String>,
    tags: Vec<String>,
    environment: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    end_state: Option<String>,
    end_state_reason: Option<String>,
    video: Option<String>,
    last_activity_at: String,
    totals: SessionTotals,
    #[serde(skip_serializing_if = "Option::is_none")]
    agents: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_env: Option<Option<Box<RawValue>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionTotals {
    events: u64,
    llm_calls: u64,
    tool_calls: u64,
    actions: u64,
    errors: u64,
    failures: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cache_read_tokens: Option<u64>,
    cache_write_tokens: Option<u64>,
    reasoning_tokens: Option<u64>,
    cost_usd: Option<String>,
    first_event_at: Option<String>,
    last_event_at: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sessions {
    pub(super) sessions: Vec<Session>,
    #[serde(flatten)]
    pub(super) page: PageOf,
    pub(super) next_cursor: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageOf {
    total: u64,
    limit: u32,
    offset: u64,
    has_next: bool,
}

impl PageOf {
    pub(super) fn new(total: u64, paging: Paging, rows: usize, has_next: bool) -> Self {
        debug_assert!(rows as u64 <= u64::from(paging.limit));
        Self { total, limit: paging.limit, offset: paging.offset, has_next }
    }

    /// For lists that are paged by offset alone.
    pub(super) fn by_offset(total: u64, paging: Paging, rows: usize) -> Self {
        Self::new(total, paging, rows, paging.offset + (rows as u64) < total)
    }
}

impl Session {
    /// A row of a list.
    pub(super) fn row(view: SessionView) -> Self {
        let SessionView { session, agent, agent_version, person, fingerprint } = view;
        let set = session.set;
        Self {
            id: session.id.to_string(),
            session_id: session.key,
            agent,
            agent_version,
            person,
            fingerprint_id: fingerprint.map(|id| id.to_string()),
            tags: set.tags.unwrap_or_default(),
            environment: set.environment,
            started_at: time(session.started_at),
            ended_at: set.ended_at.map(time),
            end_state: set.end_state,
            end_state_reason: set.end_state_reason,
            video: set.video,
            last_activity_at: time(session.last_activity_at),
            totals: SessionTotals::of(session.totals),
            agents: None,
            host_env: None,
        }
    }

    /// The whole of it.
    pub(super) fn whole(mut view: SessionView, agents: Vec<String>) -> Self {
        let host = view.session.set.host.take();
        let host = host.and_then(|text| RawValue::from_string(text).ok());
        Self { agents: Some(agents), host_env: Some(host), ..Self::row(view) }
    }
}

impl SessionTotals {
    fn of(totals: Totals) -> Self {
        let Totals { events, llm_calls, tool_calls, actions, errors, failures, tokens, cost_nano_usd, first_event_at, last_event_at } =
            totals;
        let Tokens { input, output, cache_read, cache_write, reasoning } = tokens;
        Self {
            events,
            llm_calls,
            tool_calls,
            actions,
            errors,
            failures,
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: reasoning,
            cost_usd: cost_nano_usd.map(money::render),
            first_event_at: first_event_at.map(time),
            last_event_at: last_event_at.map(time),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Events {
    pub(super) events: Vec<Event>,
    #[serde(flatten)]
    pub(super) page: PageOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) seq: u64,
    pub(super) position: u64,
    pub(super) kind: &'static str,
    pub(super) event_type: String,
    pub(super) occurred_at: String,
    pub(super) ended_at: Option<String>,
    pub(super) recorded_at: String,
    pub(super) duration_ms: Option<f64>,
    pub(super) time_to_first_token_ms: Option<f64>,
    pub(super) session_id: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) agent_version: Option<String>,
    pub(super) person: Option<String>,
    pub(super) fingerprint_id: Option<String>,
    pub(super) trace_id: Option<String>,
    pub(super) span_id: Option<String>,
    pub(super) parent_span_id: Option<String>,
    pub(super) correlation_id: Option<String>,
    pub(super) causation_id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) provider: Option<String>,
    pub(super) request_model: Option<String>,
    pub(super) response_model: Option<String>,
    pub(super) finish_reason: Option<String>,
    pub(super) response_id: Option<String>,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    pub(super) cache_read_tokens: Option<u64>,
    pub(super) cache_write_tokens: Option<u64>,
    pub(super) reasoning_tokens: Option<u64>,
    pub(super) cost_usd: Option<String>,
    pub(super) cost_source: Option<&'static str>,
    pub(super) status: &'static str,
    pub(super) error_type: Option<String>,
    pub(super) error_message: Option<String>,
    pub(super) source: String,
    pub(super) key: Option<String>,
    pub(super) input: Option<Vec<Message>>,
    pub(super) output: Option<Vec<Message>>,
    pub(super) tool_calls: Vec<Tool>,
    pub(super) payload: Option<Box<RawValue>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Message {
    role: String,
    text: Option<String>,
    tool_calls: Vec<Tool>,
    tool_call_id: Option<String>,
}

#[derive(Clone, Serialize)]
pub(super) struct Tool {
    id: Option<String>,
    name: Option<String>,
    arguments: Option<Box<RawValue>>,
}

impl From<ToolCall> for Tool {
    fn from(call: ToolCall) -> Self {
        let ToolCall { id, name, arguments } = call;
        Self { id, name, arguments }
    }
}

impl From<debrief_content::Message> for Message {
    fn from(message: debrief_content::Message) -> Self {
        let debrief_content::Message { role, text, tool_calls, tool_call_id } = message;
        Self { role, text, tool_calls: tool_calls.into_iter().map(Tool::from).collect(), tool_call_id }
    }
}

impl Message {
    pub(super) fn tools(&self) -> &[Tool] {
        &self.tool_calls
    }
}

impl Event {
    /// Everything but the conversation, which [`super::events`] adds.
    pub(super) fn without_messages(view: EventView) -> (Self, Option<String>) {
        let EventView { event, session, agent, agent_version, person, fingerprint, body } = view;
        let facts = event.facts;
        let Tokens { input, output, cache_read, cache_write, reasoning } = facts.tokens;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of any sensible duration fit a double exactly")]
        let milliseconds = |us: i64| us as f64 / 1e3;
        let failure = facts.failure.unwrap_or_default();
        let wire = Self {
            id: event.id.to_string(),
            seq: event.seq.0,
            position: event.position.0,
            kind: facts.kind.word(),
            event_type: facts.event_type.into_owned(),
            occurred_at: time(facts.occurred_at),
            ended_at: facts.ended_at.map(time),
            recorded_at: time(event.recorded_at),
            duration_ms: facts.duration_us.map(milliseconds),
            time_to_first_token_ms: facts.ttft_us.map(milliseconds),
            session_id: session,
            agent,
            agent_version,
            person,
            fingerprint_id: fingerprint.map(|id| id.to_string()),
            trace_id: facts.trace_id,
            span_id: facts.span_id,
            parent_span_id: facts.parent_span_id,
            correlation_id: facts.correlation_id,
            causation_id: facts.causation_id,
            name: facts.name,
            provider: facts.provider,
            request_model: facts.request_model,
            response_model: facts.response_model,
            finish_reason: facts.finish_reason,
            response_id: facts.response_id,
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: reasoning,
            cost_usd: facts.cost.map(|cost| money::render(cost.nano_usd)),
            cost_source: facts.cost.map(|cost| cost.source.word()),
            status: facts.status.word(),
            error_type: failure.kind,
            error_message: failure.message,
            source: facts.source.into_owned(),
            key: facts.key,
            input: None,
            output: None,
            tool_calls: Vec::new(),
            payload: None,
        };
        (wire, body)
    }
}

#[derive(Serialize)]
pub(super) struct People {
    pub(super) people: Vec<PersonRow>,
    #[serde(flatten)]
    pub(super) page: PageOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonRow {
    person_id: String,
    properties: Option<Box<RawValue>>,
    created_at: String,
    updated_at: String,
}

impl From<Person> for PersonRow {
    fn from(person: Person) -> Self {
        let Person { tenant: _, number: _, key, properties, created_at, updated_at } = person;
        let properties = properties.and_then(|text| RawValue::from_string(text).ok());
        Self { person_id: key, properties, created_at: time(created_at), updated_at: time(updated_at) }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgentVersions {
    pub(super) agent_versions: Vec<AgentVersionRow>,
    #[serde(flatten)]
    pub(super) page: PageOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgentVersionRow {
    agent_version_name: String,
    description: Option<String>,
    agent_version_number: u32,
    created_at: String,
    deprecated_at: Option<String>,
}

impl From<AgentVersion> for AgentVersionRow {
    fn from(version: AgentVersion) -> Self {
        let AgentVersion { tenant: _, agent: _, number, name, description, created_at, deprecated_at } = version;
        Self {
            agent_version_name: name,
            description,
            agent_version_number: number.0,
            created_at: time(created_at),
            deprecated_at: deprecated_at.map(time),
        }
    }
}
