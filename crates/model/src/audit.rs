//! The event log's reading of events: who did it, to what, as part of what.
//!
//! An event says these things itself where they are more than its links say. For a model or tool call they follow from what it
//! is: its agent did it, to the run that the call itself is, as part of its session.

use crate::event::{Event, Facts, Kind, Status};
use crate::id::{EventId, SessionNumber};

/// A model call, a tool call, an action.
pub const ACTION_RUN: &str = "action_run";
/// A session.
pub const CHAT_THREAD: &str = "chat_thread";
/// An agent.
pub const AGENT_SPEC: &str = "agent_spec";
/// A version of an agent.
pub const AGENT_VERSION: &str = "agent_version";
/// A person served.
pub const PERSON: &str = "person";
/// A client's runtime.
pub const FINGERPRINT: &str = "fingerprint";
/// A credential.
pub const API_KEY: &str = "api_key";
/// A tenant.
pub const TENANT: &str = "tenant";
/// Something an operator sets.
pub const SETTING: &str = "setting";
/// The ledger's journal of records.
pub const JOURNAL: &str = "journal";
/// The price book.
pub const PRICE_BOOK: &str = "price_book";

/// Actor: somebody served, or an operator.
pub const USER: &str = "user";
/// Actor: an agent.
pub const AGENT: &str = "agent";
/// Actor: the server itself.
pub const SYSTEM: &str = "system";
/// Actor: nobody we know.
pub const ANONYMOUS: &str = "anonymous";

/// The resource types that the event log's published API knows.
pub const PUBLISHED_RESOURCE_TYPES: [&str; 11] = [
    ACTION_RUN,
    AGENT_SPEC,
    "artifact",
    "automation",
    "automation_run",
    CHAT_THREAD,
    "connection",
    "decision",
    "flashboard",
    "inbound_message",
    "template",
];

/// Those that are ours besides.
pub const OWN_RESOURCE_TYPES: [&str; 8] = [AGENT_VERSION, PERSON, FINGERPRINT, API_KEY, TENANT, SETTING, JOURNAL, PRICE_BOOK];

/// A resource that is asked for, with everything its id may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resourced {
    /// The id as events say it themselves.
    pub id: String,
    /// The event that is meant, if the id can be one's: a call is its own resource.
    pub event: Option<EventId>,
    /// The session that is meant: a message's resource.
    pub session: Option<SessionNumber>,
}

/// A workflow that is asked for, with everything its id may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correlated {
    /// The id as events say it themselves; else a trace.
    pub id: String,
    /// The session that is meant.
    pub session: Option<SessionNumber>,
    /// The event that is meant: one that belongs to nothing is a workflow of its own.
    pub event: Option<EventId>,
}

/// Whether an event of this kind is a resource itself when it does not say otherwise.
#[must_use]
pub fn is_call(kind: Kind) -> bool {
    match kind {
        Kind::Llm | Kind::Tool | Kind::Action | Kind::Error | Kind::Span => true,
        Kind::Message | Kind::Domain => false,
    }
}

/// The type of resource that an event is about.
#[must_use]
pub fn resource_type_of(facts: &Facts) -> Option<&str> {
    facts.resource.as_ref().map(|resource| resource.kind.as_str()).or_else(|| resource_type_of_kind(facts.kind))
}

/// The type of resource that an event of this kind is about when it does not say so itself.
#[must_use]
pub fn resource_type_of_kind(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Llm | Kind::Tool | Kind::Action | Kind::Error | Kind::Span => Some(ACTION_RUN),
        Kind::Message => Some(CHAT_THREAD),
        Kind::Domain => None,
    }
}

/// The type of the actor of an event of this kind when it does not say so itself: what agents do is done by agents.
#[must_use]
pub fn actor_type_of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Llm | Kind::Tool | Kind::Action | Kind::Error | Kind::Span | Kind::Message => AGENT,
        Kind::Domain => SYSTEM,
    }
}

/// Whether an event is about that resource.
#[must_use]
pub fn is_about(event: &Event, wanted: &Resourced) -> bool {
    match &event.facts.resource {
        Some(resource) => resource.id.as_ref() == Some(&wanted.id),
        None if event.facts.kind == Kind::Message => wanted.session.is_some() && event.links.session == wanted.session,
        None => is_call(event.facts.kind) && wanted.event == Some(event.id),
    }
}

/// Whether an event is part of that workflow: of the one it names, else its session, else its trace, else itself.
#[must_use]
pub fn is_part_of(event: &Event, wanted: &Correlated) -> bool {
    if let Some(id) = &event.facts.correlation_id {
        return *id == wanted.id;
    }
    if let Some(session) = event.links.session {
        return wanted.session == Some(session);
    }
    match &event.facts.trace_id {
        Some(trace) => *trace == wanted.id,
        None => wanted.event == Some(event.id),
    }
}

/// How it came out, for counting: by what the event says, else by the last word of its type. `None` where it is neither.
#[must_use]
pub fn succeeded(status: Status, event_type: &str) -> Option<bool> {
    match status {
        Status::Ok => Some(true),
        Status::Error => Some(false),
        Status::Unset => is_good(event_type.rsplit('.').next().unwrap_or_default()),
    }
}

/// Whether a word says of something that it came out well, or that it did not. `None` where it says neither.
#[must_use]
pub fn is_good(word: &str) -> Option<bool> {
    const GOOD: [&str; 8] = ["completed", "succeeded", "success", "approved", "granted", "finished", "resolved", "delivered"];
    const BAD: [&str; 9] = ["failed", "error", "errored", "rejected", "denied", "timed_out", "expired", "aborted", "crashed"];
    if GOOD.contains(&word) { Some(true) } else { BAD.contains(&word).then_some(false) }
}
