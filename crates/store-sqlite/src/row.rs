//! Rows to domain values, and back to the few values that SQLite keeps differently.

use debrief_model::agent::AgentStatus;
use debrief_model::{
    Agent, AgentConfig, AgentId, AgentNumber, AgentVersion, ApiKey, Course, Error, ErrorKind, EventId, Fingerprint, FingerprintId,
    FingerprintNumber, KeyId, Person, PersonNumber, Prompt, Resolution, Runtime, Scopes, Session, SessionId, SessionNumber, SessionPatch,
    TenantId, Timestamp, TokenSecret, Tokens, Totals, Trace, VersionNumber,
};
use rusqlite::types::Type;
use rusqlite::{CachedStatement, Row};
use uuid::Uuid;

pub(crate) const AGENT: &str = "tenant, number, id, name, description, status, created_at, updated_at, deprecated_at, tags, \
     current_version, content, content_hash, model, temperature, max_tokens";
pub(crate) const VERSION: &str = "tenant, agent, number, name, description, created_at, deprecated_at, content, content_hash, model, \
     temperature, max_tokens";
pub(crate) const PERSON: &str = "tenant, number, key, properties, created_at, updated_at";
pub(crate) const FINGERPRINT: &str = "tenant, number, id, language, language_version, system, details, created_at";
pub(crate) const KEY: &str = "tenant, id, name, hash, last_four, scopes, created_at, expires_at, revoked_at, last_used_at";
/// For `FROM sessions s`.
pub(crate) const SESSION: &str = "s.tenant, s.number, s.id, s.key, s.agent, s.agent_version, s.person, s.fingerprint, s.shared_with, \
     s.started_at, s.last_activity_at, s.events, s.llm_calls, s.tool_calls, s.actions, s.errors, s.failures, s.input_tokens, \
     s.output_tokens, s.cache_read_tokens, s.cache_write_tokens, s.reasoning_tokens, s.cost_nano_usd, s.first_event_at, s.last_event_at, \
     s.unpriced, s.told_started_at, s.ended_at, s.end_state, s.end_state_reason, s.tags, s.environment, s.video, \
     (SELECT host FROM session_hosts WHERE session = s.number), s.title, \
     (SELECT metadata FROM session_metadata WHERE session = s.number), s.resolution, s.resolved_by";

/// The columns of totals, in every table that has them.
pub(crate) const TOTALS: [&str; 15] = [
    "events",
    "llm_calls",
    "tool_calls",
    "actions",
    "errors",
    "failures",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "cost_nano_usd",
    "first_event_at",
    "last_event_at",
    "unpriced",
];

/// Assignments to the columns of totals, with parameters from `first` on.
pub(crate) fn set_totals(first: usize) -> String {
    let assign = |(at, column): (usize, &&str)| format!("{column} = ?{}", at + first);
    TOTALS.iter().enumerate().map(assign).collect::<Vec<_>>().join(", ")
}

/// `?1, ?2, …` up to `last`.
pub(crate) fn numbered(last: usize) -> String {
    (1..=last).map(|at| format!("?{at}")).collect::<Vec<_>>().join(", ")
}

/// Binds totals to the parameters from `first` on.
pub(crate) fn bind_totals(statement: &mut CachedStatement<'_>, first: usize, totals: &Totals) -> rusqlite::Result<()> {
    let Totals { events, llm_calls, tool_calls, actions, errors, failures, tokens, cost_nano_usd, first_event_at, last_event_at, unpriced } =
        totals;
    let Tokens { input, output, cache_read, cache_write, reasoning } = tokens;
    for (at, count) in [events, llm_calls, tool_calls, actions, errors, failures].into_iter().enumerate() {
        statement.raw_bind_parameter(first + at, clamped(*count))?;
    }
    for (at, sum) in [input, output, cache_read, cache_write, reasoning].into_iter().enumerate() {
        statement.raw_bind_parameter(first + 6 + at, sum.map(clamped))?;
    }
    statement.raw_bind_parameter(first + 11, cost_nano_usd)?;
    statement.raw_bind_parameter(first + 12, first_event_at.map(|at| at.0))?;
    statement.raw_bind_parameter(first + 13, last_event_at.map(|at| at.0))?;
    statement.raw_bind_parameter(first + 14, clamped(*unpriced))
}

/// The columns that [`trace`] reads.
pub(crate) fn trace_columns() -> String {
    format!("tenant, id, session, name, started_at, ended_at, {}", TOTALS.join(", "))
}

pub(crate) fn trace(row: &Row<'_>) -> rusqlite::Result<Trace> {
    Ok(Trace {
        tenant: TenantId(row.get(0)?),
        id: row.get(1)?,
        session: maybe_count(row, 2)?.map(SessionNumber),
        name: row.get(3)?,
        started_at: time(row, 4)?,
        ended_at: maybe_time(row, 5)?,
        totals: totals(row, 6)?,
    })
}

/// The disk refused or cannot be read; what it said is for the log.
pub(crate) fn unavailable(cause: rusqlite::Error) -> Error {
    Error::new(ErrorKind::Unavailable, "The store cannot answer now").because(cause)
}

/// SQLite's integers end where ours have half their way to go.
pub(crate) fn clamped(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Keeps sums within what SQLite can store, so that what is in memory and what is on disk never differ.
pub(crate) fn clamp(totals: &mut Totals) {
    let Tokens { input, output, cache_read, cache_write, reasoning } = &mut totals.tokens;
    for sum in [input, output, cache_read, cache_write, reasoning].into_iter().flatten() {
        *sum = (*sum).min(i64::MAX as u64);
    }
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

pub(crate) fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(unsigned(row.get(at)?))
}

pub(crate) fn maybe_count(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(unsigned))
}

pub(crate) fn uuid(row: &Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get::<_, [u8; 16]>(at)?))
}

pub(crate) fn time(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    Ok(Timestamp(row.get(at)?))
}

pub(crate) fn maybe_time(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(at)?.map(Timestamp))
}

pub(crate) fn status_code(status: AgentStatus) -> i64 {
    match status {
        AgentStatus::Active => 0,
        AgentStatus::Draft => 1,
        AgentStatus::Archived => 2,
    }
}

fn status(code: i64) -> AgentStatus {
    match code {
        1 => AgentStatus::Draft,
        2 => AgentStatus::Archived,
        _ => AgentStatus::Active,
    }
}

pub(crate) fn agent(row: &Row<'_>) -> rusqlite::Result<Agent> {
    Ok(Agent {
        tenant: TenantId(row.get(0)?),
        number: AgentNumber(row.get(1)?),
        id: AgentId(uuid(row, 2)?),
        name: row.get(3)?,
        description: row.get(4)?,
        status: status(row.get(5)?),
        created_at: time(row, 6)?,
        updated_at: time(row, 7)?,
        deprecated_at: maybe_time(row, 8)?,
        tags: tags(row, 9)?.unwrap_or_default(),
        current_version: row.get::<_, Option<u32>>(10)?.map(VersionNumber),
        config: config(row, 11)?,
    })
}

/// Five columns in the order of [`AGENT`] and [`VERSION`].
fn config(row: &Row<'_>, at: usize) -> rusqlite::Result<AgentConfig> {
    let text: Option<String> = row.get(at)?;
    let hash: Option<[u8; 32]> = row.get(at + 1)?;
    Ok(AgentConfig {
        prompt: text.zip(hash).map(|(text, hash)| Prompt { text, hash }),
        model: row.get(at + 2)?,
        temperature: row.get(at + 3)?,
        max_tokens: row.get(at + 4)?,
    })
}

pub(crate) fn version(row: &Row<'_>) -> rusqlite::Result<AgentVersion> {
    Ok(AgentVersion {
        tenant: TenantId(row.get(0)?),
        agent: AgentNumber(row.get(1)?),
        number: VersionNumber(row.get(2)?),
        name: row.get(3)?,
        description: row.get(4)?,
        created_at: time(row, 5)?,
        deprecated_at: maybe_time(row, 6)?,
        config: config(row, 7)?,
    })
}

pub(crate) fn person(row: &Row<'_>) -> rusqlite::Result<Person> {
    Ok(Person {
        tenant: TenantId(row.get(0)?),
        number: PersonNumber(count(row, 1)?),
        key: row.get(2)?,
        properties: row.get(3)?,
        created_at: time(row, 4)?,
        updated_at: time(row, 5)?,
    })
}

pub(crate) fn fingerprint(row: &Row<'_>) -> rusqlite::Result<Fingerprint> {
    Ok(Fingerprint {
        tenant: TenantId(row.get(0)?),
        number: FingerprintNumber(count(row, 1)?),
        id: FingerprintId(uuid(row, 2)?),
        runtime: Runtime { language: row.get(3)?, language_version: row.get(4)?, system: row.get(5)?, details: row.get(6)? },
        created_at: time(row, 7)?,
    })
}

pub(crate) fn scopes_code(scopes: Scopes) -> i64 {
    let Scopes { ingest, read, admin } = scopes;
    i64::from(ingest) | i64::from(read) << 1 | i64::from(admin) << 2
}

pub(crate) fn key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let scopes: i64 = row.get(5)?;
    Ok(ApiKey {
        tenant: TenantId(row.get(0)?),
        id: KeyId(uuid(row, 1)?),
        name: row.get(2)?,
        hash: row.get(3)?,
        last_four: row.get(4)?,
        scopes: Scopes { ingest: scopes & 1 != 0, read: scopes & 2 != 0, admin: scopes & 4 != 0 },
        created_at: time(row, 6)?,
        expires_at: maybe_time(row, 7)?,
        revoked_at: maybe_time(row, 8)?,
        last_used_at: maybe_time(row, 9)?,
    })
}

pub(crate) fn token_secret(row: &Row<'_>) -> rusqlite::Result<TokenSecret> {
    Ok(TokenSecret { id: row.get(0)?, secret: row.get(1)?, created_at: time(row, 2)? })
}

pub(crate) fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        tenant: TenantId(row.get(0)?),
        number: SessionNumber(count(row, 1)?),
        id: SessionId(uuid(row, 2)?),
        key: row.get(3)?,
        agent: row.get::<_, Option<u32>>(4)?.map(AgentNumber),
        agent_version: row.get::<_, Option<u32>>(5)?.map(VersionNumber),
        person: maybe_count(row, 6)?.map(PersonNumber),
        fingerprint: maybe_count(row, 7)?.map(FingerprintNumber),
        shared_with: row.get::<_, Option<u32>>(8)?.map(TenantId),
        started_at: time(row, 9)?,
        last_activity_at: time(row, 10)?,
        totals: totals(row, 11)?,
        set: patch(row, 26)?,
        // Kept in a table of its own.
        course: Course::default(),
    })
}

/// Fifteen columns in the order of [`TOTALS`].
pub(crate) fn totals(row: &Row<'_>, at: usize) -> rusqlite::Result<Totals> {
    Ok(Totals {
        events: count(row, at)?,
        llm_calls: count(row, at + 1)?,
        tool_calls: count(row, at + 2)?,
        actions: count(row, at + 3)?,
        errors: count(row, at + 4)?,
        failures: count(row, at + 5)?,
        tokens: Tokens {
            input: maybe_count(row, at + 6)?,
            output: maybe_count(row, at + 7)?,
            cache_read: maybe_count(row, at + 8)?,
            cache_write: maybe_count(row, at + 9)?,
            reasoning: maybe_count(row, at + 10)?,
        },
        cost_nano_usd: row.get(at + 11)?,
        first_event_at: maybe_time(row, at + 12)?,
        last_event_at: maybe_time(row, at + 13)?,
        unpriced: count(row, at + 14)?,
    })
}

/// Twelve columns in the order of [`SESSION`].
pub(crate) fn patch(row: &Row<'_>, at: usize) -> rusqlite::Result<SessionPatch> {
    Ok(SessionPatch {
        started_at: maybe_time(row, at)?,
        ended_at: maybe_time(row, at + 1)?,
        end_state: row.get(at + 2)?,
        end_state_reason: row.get(at + 3)?,
        tags: tags(row, at + 4)?,
        environment: row.get(at + 5)?,
        video: row.get(at + 6)?,
        host: row.get(at + 7)?,
        title: row.get(at + 8)?,
        metadata: row.get(at + 9)?,
        resolution: resolution(row, at + 10)?,
        resolved_by: row.get::<_, Option<[u8; 16]>>(at + 11)?.map(|id| EventId(Uuid::from_bytes(id))),
    })
}

pub(crate) fn resolution(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Resolution>> {
    Ok(row.get::<_, Option<u8>>(at)?.and_then(Resolution::from_code))
}

fn tags(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Vec<String>>> {
    let Some(json) = row.get::<_, Option<String>>(at)? else { return Ok(None) };
    let tags = serde_json::from_str(&json).map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error)))?;
    Ok(Some(tags))
}

pub(crate) fn tags_json(tags: &[String]) -> String {
    serde_json::to_string(tags).expect("a list of strings is always JSON")
}
