//! Our own JSON, field for field.

pub(super) mod costs;
pub(super) mod insights;
pub(super) mod judge;
pub(super) mod opinions;
pub(super) mod thread;
pub(super) mod traces;

use debrief_app::comparison::{Comparison, Hunk, Line};
use debrief_app::domain::Told;
use debrief_app::{EventView, SessionView, prices};
use debrief_content::ToolCall;
use debrief_insight::lifecycle::{Reason, Verdict};
use debrief_model::{
    AgentConfig, AgentVersion, Course, Paging, Person, PriceLine, Priced, Resolution, Terms, Tokens, Totals, VersionNumber,
};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::edge::money;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    id: String,
    session_id: String,
    synthetic: bool,
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
    resolution: Option<&'static str>,
    video: Option<String>,
    title: Option<String>,
    metadata: Option<Box<RawValue>>,
    last_activity_at: String,
    lifecycle: &'static str,
    lifecycle_reason: Option<&'static str>,
    messages: Messages,
    totals: SessionTotals,
    #[serde(skip_serializing_if = "Option::is_none")]
    agents: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host_env: Option<Option<Box<RawValue>>>,
}

/// What was said in a session, and by whom.
#[derive(Serialize)]
struct Messages {
    user: u32,
    assistant: u32,
}

impl From<Course> for Messages {
    fn from(course: Course) -> Self {
        Self { user: course.user_messages, assistant: course.assistant_messages }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionTotals {
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
    unpriced_calls: u64,
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
    pub(super) fn row(view: SessionView, verdict: Verdict) -> Self {
        let SessionView { session, agent, agent_version, person, fingerprint, synthetic } = view;
        let resolution = Resolution::of(&session.set).map(Resolution::word);
        let set = session.set;
        Self {
            id: session.id.to_string(),
            session_id: session.key,
            synthetic,
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
            resolution,
            video: set.video,
            title: set.title,
            metadata: set.metadata.and_then(|text| RawValue::from_string(text).ok()),
            last_activity_at: time(session.last_activity_at),
            lifecycle: verdict.state.word(),
            lifecycle_reason: verdict.reason.map(Reason::word),
            messages: Messages::from(session.course),
            totals: SessionTotals::of(session.totals),
            agents: None,
            host_env: None,
        }
    }

    /// The whole of it.
    pub(super) fn whole(mut view: SessionView, verdict: Verdict, agents: Vec<String>) -> Self {
        let host = view.session.set.host.take();
        let host = host.and_then(|text| RawValue::from_string(text).ok());
        Self { agents: Some(agents), host_env: Some(host), ..Self::row(view, verdict) }
    }
}

impl SessionTotals {
    pub(super) fn of(totals: Totals) -> Self {
        let Totals {
            events,
            llm_calls,
            tool_calls,
            actions,
            errors,
            failures,
            tokens,
            cost_nano_usd,
            unpriced,
            first_event_at,
            last_event_at,
        } = totals;
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
            unpriced_calls: unpriced,
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
    pub(super) actor_type: String,
    pub(super) actor_id: Option<String>,
    pub(super) resource_type: Option<String>,
    pub(super) resource_id: Option<String>,
    pub(super) correlation_id: String,
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
    pub(super) cache_write_1h_tokens: Option<u64>,
    pub(super) reasoning_tokens: Option<u64>,
    pub(super) tokens_estimated: bool,
    pub(super) input_audio_tokens: Option<u64>,
    pub(super) output_audio_tokens: Option<u64>,
    pub(super) service_tier: Option<String>,
    pub(super) processing: Option<String>,
    pub(super) speed: Option<String>,
    pub(super) cost_usd: Option<String>,
    pub(super) cost_source: Option<&'static str>,
    pub(super) reported_cost_usd: Option<String>,
    pub(super) pricing: Option<Pricing>,
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

#[derive(Clone, Serialize)]
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
        let correlation_id = view.correlation_id();
        let (actor_type, actor_id) = view.actor();
        let (resource_type, resource_id) = view.resource();
        let (actor_type, resource_type) = (actor_type.to_owned(), resource_type.map(str::to_owned));
        let EventView { event, session, session_id: _, agent, agent_id: _, agent_version, person, fingerprint, body } = view;
        let facts = event.facts;
        let Tokens { input, output, cache_read, cache_write, reasoning } = facts.tokens;
        #[expect(clippy::cast_precision_loss, reason = "microseconds of any sensible duration fit a double exactly")]
        let milliseconds = |us: i64| us as f64 / 1e3;
        let failure = facts.failure.unwrap_or_default();
        let Terms { service_tier, processing, speed, cache_write_1h } = facts.terms.map(|terms| *terms).unwrap_or_default();
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
            actor_type,
            actor_id,
            resource_type,
            resource_id,
            correlation_id,
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
            cache_write_1h_tokens: cache_write_1h,
            reasoning_tokens: reasoning,
            service_tier,
            processing,
            speed,
            cost_usd: facts.cost.map(|cost| money::render(cost.nano_usd)),
            cost_source: facts.cost.map(|cost| cost.source.word()),
            tokens_estimated: facts.tokens_estimated,
            input_audio_tokens: facts.audio.input,
            output_audio_tokens: facts.audio.output,
            reported_cost_usd: facts.told_nano_usd.map(money::render),
            pricing: facts.priced.map(|priced| Pricing::of(*priced)),
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

/// What a call costs by the price book, with the working.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pricing {
    cost_usd: String,
    currency: &'static str,
    price_book: String,
    matched: String,
    lines: Vec<PricingLine>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PricingLine {
    unit: String,
    count: String,
    price_usd: Option<String>,
    per: u64,
    above_input_tokens: Option<u64>,
    variant: Option<String>,
    amount_usd: Option<String>,
}

impl Pricing {
    fn of(priced: Priced) -> Self {
        let Priced { nano_usd, book, entry, lines } = priced;
        let lines = PriceLine::read(&lines).into_iter().map(PricingLine::of).collect();
        Self { cost_usd: money::render(nano_usd), currency: "USD", price_book: book, matched: entry, lines }
    }
}

impl PricingLine {
    fn of(line: PriceLine) -> Self {
        let amount_usd = prices::amount(&line).map(|amount| amount.to_string());
        let PriceLine { unit, count, price, per, tier, variant } = line;
        Self { unit, count, price_usd: price, per, above_input_tokens: tier, variant, amount_usd }
    }
}

/// Events that hang together by cause and effect.
#[derive(Serialize)]
pub(super) struct Chain {
    pub(super) events: Vec<Link>,
    pub(super) cut: bool,
}

#[derive(Serialize)]
pub(super) struct Link {
    #[serde(flatten)]
    pub(super) event: Event,
    pub(super) depth: u32,
    pub(super) via: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldOne<'a> {
    id: String,
    event_type: &'a str,
    correlation_id: &'a str,
    occurred_at: String,
}

impl<'a> From<&'a Told> for ToldOne<'a> {
    fn from(told: &'a Told) -> Self {
        let Told { id, event_type, correlation_id, occurred_at } = told;
        Self { id: id.to_string(), event_type, correlation_id, occurred_at: time(*occurred_at) }
    }
}

#[derive(Serialize)]
struct ToldMany<'a> {
    events: Vec<ToldOne<'a>>,
}

/// What somebody is answered who told these domain events.
pub(super) fn told(told: &[Told], is_batch: bool) -> Vec<u8> {
    let json = match told {
        [one] if !is_batch => serde_json::to_vec(&ToldOne::from(one)),
        many => serde_json::to_vec(&ToldMany { events: many.iter().map(ToldOne::from).collect() }),
    };
    json.expect("wire structs serialise: their maps have text keys")
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
    content: Option<String>,
    llm_model: Option<String>,
    temperature: Option<f64>,
    max_tokens: Option<u32>,
    is_current: bool,
    created_at: String,
    deprecated_at: Option<String>,
}

impl AgentVersionRow {
    /// `current` is the version that the agent is now.
    pub(super) fn of(version: AgentVersion, current: Option<VersionNumber>) -> Self {
        let AgentVersion { tenant: _, agent: _, number, name, description, config, created_at, deprecated_at } = version;
        let AgentConfig { prompt, model, temperature, max_tokens } = config;
        Self {
            agent_version_name: name,
            description,
            agent_version_number: number.0,
            content: prompt.map(|prompt| prompt.text),
            llm_model: model,
            temperature,
            max_tokens,
            is_current: current == Some(number),
            created_at: time(created_at),
            deprecated_at: deprecated_at.map(time),
        }
    }
}

/// What changed from one version of an agent to another.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Diff {
    from: String,
    to: String,
    content: TextDiff,
    llm_model: Change<Option<String>>,
    temperature: Change<Option<f64>>,
    max_tokens: Change<Option<u32>>,
}

#[derive(Serialize)]
struct Change<T> {
    from: T,
    to: T,
}

#[derive(Serialize)]
struct TextDiff {
    hunks: Vec<DiffHunk>,
    unified: String,
}

#[derive(Serialize)]
struct DiffHunk {
    from: usize,
    to: usize,
    lines: Vec<DiffLine>,
}

#[derive(Serialize)]
struct DiffLine {
    op: &'static str,
    text: String,
}

impl From<Comparison> for Diff {
    fn from(comparison: Comparison) -> Self {
        let Comparison { from, to, hunks, unified } = comparison;
        let hunks = hunks.into_iter().map(DiffHunk::from).collect();
        Self {
            content: TextDiff { hunks, unified },
            llm_model: Change { from: from.config.model, to: to.config.model },
            temperature: Change { from: from.config.temperature, to: to.config.temperature },
            max_tokens: Change { from: from.config.max_tokens, to: to.config.max_tokens },
            from: from.name,
            to: to.name,
        }
    }
}

impl From<Hunk> for DiffHunk {
    fn from(hunk: Hunk) -> Self {
        let Hunk { from, to, lines } = hunk;
        let line = |Line { op, text }: Line| DiffLine { op: op.word(), text };
        Self { from, to, lines: lines.into_iter().map(line).collect() }
    }
}
