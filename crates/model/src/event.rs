//! Events: the one stream that model calls, tool calls, errors and domain events share.
//!
//! A [`Draft`] is what a caller wants recorded, an [`Event`] what was recorded. Both carry the same [`Facts`]; a draft
//! [mentions](Mention) others by the caller's names, an event [links](Links) to them by number.

use std::borrow::Cow;

use crate::body::Body;
use crate::cost::{Cost, Priced, Terms};
use crate::course::Turn;
use crate::id::{AgentNumber, EventId, FingerprintNumber, PersonNumber, Position, Seq, SessionNumber, TenantId, VersionNumber};
use crate::session::SessionPatch;
use crate::time::Timestamp;

/// What sort of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A model call.
    Llm,
    /// A tool call.
    Tool,
    /// An agent's own action.
    Action,
    /// An error on its own.
    Error,
    /// Any other traced operation.
    Span,
    /// A message of a conversation.
    Message,
    /// A domain event, ours or the caller's.
    Domain,
}

impl Kind {
    /// Every kind, in the order of their stored codes.
    pub const ALL: [Self; 7] = [Self::Llm, Self::Tool, Self::Action, Self::Error, Self::Span, Self::Message, Self::Domain];

    /// The word used in answers and queries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Llm => "llm",
            Self::Tool => "tool",
            Self::Action => "action",
            Self::Error => "error",
            Self::Span => "span",
            Self::Message => "message",
            Self::Domain => "domain",
        }
    }

    /// The kind named by `word`, if any.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The stored code: stable for ever.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Llm => 0,
            Self::Tool => 1,
            Self::Action => 2,
            Self::Error => 3,
            Self::Span => 4,
            Self::Message => 5,
            Self::Domain => 6,
        }
    }

    /// The kind of a stored code, if any.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How it went, in OpenTelemetry's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nobody said.
    #[default]
    Unset,
    /// It went well.
    Ok,
    /// It failed.
    Error,
}

impl Status {
    /// The word used in answers and queries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unset => "unset",
            Self::Ok => "ok",
            Self::Error => "error",
        }
    }

    /// The status named by `word`, if any.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unset, Self::Ok, Self::Error].into_iter().find(|status| status.word() == word)
    }

    /// The stored code: stable for ever.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Unset => 0,
            Self::Ok => 1,
            Self::Error => 2,
        }
    }

    /// The status of a stored code, if any.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Unset, Self::Ok, Self::Error].into_iter().find(|status| status.code() == code)
    }
}

/// Token counts of a model call, with OpenTelemetry's meaning: `input` includes cached tokens, `output` includes reasoning.
/// Unknown is `None`, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// All input tokens.
    pub input: Option<u64>,
    /// All output tokens.
    pub output: Option<u64>,
    /// Input tokens read from a cache.
    pub cache_read: Option<u64>,
    /// Input tokens written to a cache.
    pub cache_write: Option<u64>,
    /// Output tokens spent on reasoning.
    pub reasoning: Option<u64>,
}

/// Audio among the tokens of a model call. Unknown is `None`, never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AudioTokens {
    /// Of the input.
    pub input: Option<u64>,
    /// Of the output.
    pub output: Option<u64>,
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// `user`, `agent`, `api_key`, `system`, or any other word.
    pub kind: String,
    /// Its id, if it has one.
    pub id: Option<String>,
}

/// What it was done to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The resource type.
    pub kind: String,
    /// Its id, if it has one.
    pub id: Option<String>,
}

/// Why it failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// The error's class or code, for example `ValueError`.
    pub kind: Option<String>,
    /// What it said.
    pub message: Option<String>,
}

/// Everything about an event that passes unchanged from draft to event.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The caller's id of the event, as given.
    pub key: Option<String>,
    /// What sort of thing happened.
    pub kind: Kind,
    /// Dotted event type, for example `llm.completed`.
    pub event_type: Cow<'static, str>,
    /// When it happened or began.
    pub occurred_at: Timestamp,
    /// When it ended, if known.
    pub ended_at: Option<Timestamp>,
    /// Who did it, where that is more than the links say.
    pub actor: Option<Actor>,
    /// What it was done to, where that is more than the links say.
    pub resource: Option<Resource>,
    /// The workflow it belongs to, where that is not the session.
    pub correlation_id: Option<String>,
    /// The event that directly caused it.
    pub causation_id: Option<String>,
    /// Trace it belongs to.
    pub trace_id: Option<String>,
    /// Its span.
    pub span_id: Option<String>,
    /// The span that contains it.
    pub parent_span_id: Option<String>,
    /// Tool, action or operation name.
    pub name: Option<String>,
    /// Model provider, by OpenTelemetry's `gen_ai.provider.name` values.
    pub provider: Option<String>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// The model that answered.
    pub response_model: Option<String>,
    /// Why the model stopped.
    pub finish_reason: Option<String>,
    /// The provider's id of the answer.
    pub response_id: Option<String>,
    /// Token counts.
    pub tokens: Tokens,
    /// Audio among them.
    pub audio: AudioTokens,
    /// Whether any of the counts is an estimate of ours, because the client gave none.
    pub tokens_estimated: bool,
    /// How it was made, as far as its price depends on that.
    pub terms: Option<Box<Terms>>,
    /// What it cost: what counts and is shown.
    pub cost: Option<Cost>,
    /// What the client said it cost, billionths of a US dollar, whether or not that is what counts.
    pub told_nano_usd: Option<i64>,
    /// What it costs by a price book.
    pub priced: Option<Box<Priced>>,
    /// How long it took, microseconds.
    pub duration_us: Option<i64>,
    /// Time to the first token, microseconds.
    pub ttft_us: Option<i64>,
    /// How it went.
    pub status: Status,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The dialect that brought it: `voker`, `agentops`, …
    pub source: Cow<'static, str>,
    /// What the client sent.
    pub body: Body,
}

impl Facts {
    /// When something last happened in a session of so many events, the last of them at `last`, now that this one happened as well. What
    /// people say of it afterwards is recorded in it and yet no part of what happened. A client whose clock runs ahead must not keep its
    /// session the newest for ever, so nothing happens later than `now`.
    #[must_use]
    pub fn activity(&self, last: Timestamp, events: u64, now: Timestamp) -> Timestamp {
        let at = self.occurred_at.min(now);
        match (events, &*self.event_type) {
            (0, _) => at,
            (_, "feedback.received" | "score.recorded") => last,
            _ => last.max(at),
        }
    }

    /// Facts of which only the necessary is known.
    #[must_use]
    pub fn new(kind: Kind, event_type: &'static str, occurred_at: Timestamp, source: &'static str) -> Self {
        Self {
            key: None,
            kind,
            event_type: Cow::Borrowed(event_type),
            occurred_at,
            ended_at: None,
            actor: None,
            resource: None,
            correlation_id: None,
            causation_id: None,
            trace_id: None,
            span_id: None,
            parent_span_id: None,
            name: None,
            provider: None,
            request_model: None,
            response_model: None,
            finish_reason: None,
            response_id: None,
            tokens: Tokens::default(),
            audio: AudioTokens::default(),
            tokens_estimated: false,
            terms: None,
            cost: None,
            told_nano_usd: None,
            priced: None,
            duration_us: None,
            ttft_us: None,
            status: Status::Unset,
            failure: None,
            source: Cow::Borrowed(source),
            body: Body::NONE,
        }
    }
}

impl Facts {
    /// Whether this is a model call that nobody knows the cost of. One that failed before it used anything is none.
    #[must_use]
    pub fn is_unpriced(&self) -> bool {
        let used = self.tokens.input.is_some() || self.tokens.output.is_some();
        self.kind == Kind::Llm && self.cost.is_none() && (used || self.status != Status::Error)
    }
}

/// Whom a draft names, in the caller's words. Whoever is named and unknown is created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention {
    /// Session key.
    pub session: Option<String>,
    /// Agent name; nobody named means the agent `default`.
    pub agent: Option<String>,
    /// An agent by a name that only holds within the session (see `Change::PutAgentAlias`); unknown ones are ignored.
    pub agent_alias: Option<String>,
    /// Agent version name; none named means the version `default`.
    pub agent_version: Option<String>,
    /// Person key.
    pub person: Option<String>,
    /// The client's runtime; must exist.
    pub fingerprint: Option<crate::id::FingerprintId>,
}

/// What a caller wants recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// What happened.
    pub facts: Facts,
    /// Whom it concerns.
    pub mention: Mention,
    /// What was said in it, where it is part of a conversation.
    pub turn: Option<Turn>,
    /// The id it will have, where that must be known before it is recorded. An event with a caller's id has the id that follows from it.
    pub id: Option<EventId>,
    /// What it is in its trace, where it is a part of one and takes over from it whatever it does not say itself.
    pub span: Option<Span>,
    /// What it says of its session.
    pub set: Option<Box<SessionPatch>>,
}

/// What an operation is in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// It used what it says it used.
    Leaf,
    /// What it says it used repeats what the operations within it used, if any of them says so.
    Summary,
}

impl Draft {
    /// A draft of which nothing else is known.
    #[must_use]
    pub fn new(facts: Facts, mention: Mention) -> Self {
        Self { facts, mention, turn: None, id: None, span: None, set: None }
    }
}

/// Whom an event concerns, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Its session.
    pub session: Option<SessionNumber>,
    /// Its agent.
    pub agent: Option<AgentNumber>,
    /// Its agent's version.
    pub agent_version: Option<VersionNumber>,
    /// The person served.
    pub person: Option<PersonNumber>,
    /// The client's runtime.
    pub fingerprint: Option<FingerprintNumber>,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id, unique within the tenant.
    pub id: EventId,
    /// Its place in the stream; kept when the event is amended.
    pub seq: Seq,
    /// The journal record that first recorded it.
    pub position: Position,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Whom it concerns.
    pub links: Links,
    /// What happened.
    pub facts: Facts,
}

/// What changes the reading of an event: only what is `Some` changes, everything else stays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// New end.
    pub ended_at: Option<Timestamp>,
    /// New name.
    pub name: Option<String>,
    /// New provider.
    pub provider: Option<String>,
    /// New requested model.
    pub request_model: Option<String>,
    /// New answering model.
    pub response_model: Option<String>,
    /// New finish reason.
    pub finish_reason: Option<String>,
    /// New id of the answer.
    pub response_id: Option<String>,
    /// New token counts, each on its own.
    pub tokens: Tokens,
    /// New audio counts, each on its own.
    pub audio: AudioTokens,
    /// New terms, each on its own.
    pub terms: Option<Box<Terms>>,
    /// What the client now says it cost, billionths of a US dollar.
    pub told_nano_usd: Option<i64>,
    /// New status.
    pub status: Option<Status>,
    /// New failure.
    pub failure: Option<Failure>,
    /// New event type.
    pub event_type: Option<Cow<'static, str>>,
    /// A JSON object whose members replace the body's members of the same name.
    pub merge: Option<String>,
    /// What turns out to have been said in it.
    pub turn: Option<Turn>,
}

/// What one event adds to the totals of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// What sort of event.
    pub kind: Kind,
    /// Whether it failed.
    pub failed: bool,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its cost in billionths of a US dollar.
    pub cost_nano_usd: Option<i64>,
    /// Whether it is a model call that nobody knows the cost of.
    pub unpriced: bool,
}

impl Contribution {
    /// What `facts` adds.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        Self {
            kind: facts.kind,
            failed: facts.status == Status::Error,
            tokens: facts.tokens,
            cost_nano_usd: facts.cost.map(|cost| cost.nano_usd),
            unpriced: facts.is_unpriced(),
        }
    }
}
