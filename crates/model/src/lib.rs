//! The nouns of Debrief: what is recorded, who it belongs to, what can be asked, and the one error.
//!
//! This crate knows no I/O, no HTTP, no SQL and no vendor. Everything else depends on it, so it changes rarely and
//! has no opinion about how its values are sent or stored: wire shapes and stored rows have structs of their own.

pub mod agent;
pub mod audit;
pub mod body;
pub mod cost;
pub mod course;
pub mod error;
pub mod event;
pub mod fingerprint;
pub mod id;
pub mod key;
pub mod limit;
pub mod person;
pub mod query;
pub mod resolution;
pub mod session;
pub mod tenant;
pub mod time;
pub mod trace;

pub use agent::{Agent, AgentConfig, AgentPatch, AgentStatus, AgentVersion, NewAgent, Prompt};
pub use audit::{Correlated, Resourced};
pub use body::{Block, Body};
pub use cost::{Cost, CostSource, PriceLine, Priced, Terms};
pub use course::{Conversation, Course, Speaker, Told, Turn};
pub use error::{Error, Kind as ErrorKind, Problem, Subject};
pub use event::{
    Actor, AudioTokens, Contribution, Draft, Event, Facts, Failure, Kind, Links, Mention, Patch, Resource, Span, Status, Tokens,
};
pub use fingerprint::{Fingerprint, Runtime};
pub use id::{
    AgentId, AgentNumber, EventId, FingerprintId, FingerprintNumber, KeyId, PersonNumber, Position, Seq, SessionId, SessionNumber,
    TenantId, VersionNumber, hex,
};
pub use key::{ApiKey, Scopes};
pub use person::Person;
pub use query::{
    AgentFilter, Aggregate, AggregateRow, Dimension, EventFilter, Order, Page, Paging, Scan, SessionFilter, Tally, TallyRow, TimeRange,
};
pub use resolution::Resolution;
pub use session::{Session, SessionPatch, Totals};
pub use tenant::{Tenant, TokenSecret};
pub use time::Timestamp;
pub use trace::{Trace, TraceFilter, span_key, span_of_key};
