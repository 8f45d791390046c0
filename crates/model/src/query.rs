//! Questions as data: what can be asked of the ledger and of the warehouse. Engines turn them into their own language.

use crate::agent::AgentStatus;
use crate::audit::{Correlated, Resourced};
use crate::event::{Kind, Status, Tokens};
use crate::id::{AgentNumber, PersonNumber, SessionNumber, VersionNumber};
use crate::time::Timestamp;

/// Half-open range of time: `from` inclusive, `to` exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeRange {
    /// Inclusive start.
    pub from: Option<Timestamp>,
    /// Exclusive end.
    pub to: Option<Timestamp>,
}

impl TimeRange {
    /// Whether `at` lies in the range.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Newest first.
    #[default]
    Descending,
    /// Oldest first.
    Ascending,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// Rows wanted.
    pub limit: u32,
    /// Rows skipped.
    pub offset: u64,
}

/// Part of a list, with the exact number of all rows that match.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows match in all.
    pub total: u64,
}

/// Which events. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventFilter {
    /// When they occurred.
    pub time: TimeRange,
    /// In this session.
    pub session: Option<SessionNumber>,
    /// Of this agent.
    pub agent: Option<AgentNumber>,
    /// Of this version of the agent.
    pub agent_version: Option<VersionNumber>,
    /// For this person.
    pub person: Option<PersonNumber>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of exactly this dotted type.
    pub event_type: Option<String>,
    /// With this status.
    pub status: Option<Status>,
    /// With this name (tool, action).
    pub name: Option<String>,
    /// Answered by this model, or asked of it where no answer named one.
    pub model: Option<String>,
    /// About a resource of this type; see [`audit::resource_type_of`](crate::audit::resource_type_of).
    pub resource_type: Option<String>,
    /// About this resource.
    pub resource: Option<Resourced>,
    /// Of this workflow.
    pub correlation: Option<Correlated>,
    /// Of this trace.
    pub trace: Option<String>,
    /// With this id within its trace.
    pub span: Option<String>,
    /// Directly caused by the event that one of these names; empty: whatever the cause.
    pub caused_by: Vec<String>,
    /// Only calls of models, and what else says what it used: a cost, or tokens.
    pub used: bool,
}

/// A list of events, ordered by (occurred_at, seq).
#[derive(Clone, Debug, PartialEq)]
pub struct Scan {
    /// Which events.
    pub filter: EventFilter,
    /// Which way.
    pub order: Order,
    /// Which part.
    pub paging: Paging,
    /// Whether bodies are wanted; without, `Facts::body` is empty.
    pub bodies: bool,
}

/// What an aggregate is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Kind of event.
    Kind,
    /// Dotted event type.
    EventType,
    /// UTC day of `occurred_at`, as the timestamp of its midnight in microseconds.
    Day,
    /// UTC hour of `occurred_at`, as the timestamp of its beginning in microseconds.
    Hour,
    /// Agent number.
    Agent,
    /// Version number; say it together with the agent.
    AgentVersion,
    /// Person number.
    Person,
    /// Session number.
    Session,
    /// Provider.
    Provider,
    /// Answering model, else requested model.
    Model,
    /// Status word.
    Status,
    /// The actor's type, where the event itself says.
    ActorType,
    /// The actor's id, where the event itself says.
    ActorId,
    /// The resource's type, where the event itself says.
    ResourceType,
}

/// How many events there are of each sort.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    /// Which events.
    pub filter: EventFilter,
    /// One row per distinct combination of these; empty: one row in all.
    pub group_by: Vec<Dimension>,
}

/// One row of a tally. Rows come in ascending order of their keys, with `None` first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyRow {
    /// The values of the dimensions, as text; `None` where the event has none.
    pub keys: Vec<Option<String>>,
    /// Events.
    pub events: u64,
}

/// Sums over events.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Which events.
    pub filter: EventFilter,
    /// One row per distinct combination of these; empty: one row in all.
    pub group_by: Vec<Dimension>,
}

/// One row of an aggregate. Rows come in ascending order of their keys, with `None` first.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateRow {
    /// The values of the dimensions, as text; `None` where the event has none.
    pub keys: Vec<Option<String>>,
    /// Events.
    pub events: u64,
    /// Model calls.
    pub llm_calls: u64,
    /// Model calls that nobody knows the cost of.
    pub unpriced: u64,
    /// Events with status error.
    pub failures: u64,
    /// Token sums; `None` where no event carried any.
    pub tokens: Tokens,
    /// Cost sum in billionths of a US dollar; `None` where no event carried any.
    pub cost_nano_usd: Option<i64>,
}

/// Which sessions. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SessionFilter {
    /// In which this agent took part.
    pub agent: Option<AgentNumber>,
    /// In which this version of that agent took part.
    pub agent_version: Option<VersionNumber>,
    /// For this person.
    pub person: Option<PersonNumber>,
    /// With this tag.
    pub tag: Option<String>,
    /// That ended so.
    pub end_state: Option<String>,
    /// Whose last activity lies in this range.
    pub time: TimeRange,
    /// After this place in the list (newest activity first): last activity and number of the last row seen.
    pub after: Option<(Timestamp, SessionNumber)>,
}

/// Which agents. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentFilter {
    /// With this status.
    pub status: Option<AgentStatus>,
    /// With all of these tags.
    pub tags: Vec<String>,
}
