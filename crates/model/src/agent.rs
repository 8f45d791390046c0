//! Agents and their versions.

use crate::id::{AgentId, AgentNumber, TenantId, VersionNumber};
use crate::time::Timestamp;

/// The name of the agent that events belong to when nobody named one, and of the version likewise.
pub const DEFAULT_NAME: &str = "default";

/// Whether an agent is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgentStatus {
    /// In use.
    #[default]
    Active,
    /// Not yet in use.
    Draft,
    /// No longer in use.
    Archived,
}

/// A named agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Agent {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its number within the tenant.
    pub number: AgentNumber,
    /// Our id.
    pub id: AgentId,
    /// Its handle, unique within the tenant.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is in use.
    pub status: AgentStatus,
    /// When it was first declared or mentioned.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was archived.
    pub deprecated_at: Option<Timestamp>,
}

/// A snapshot of an agent.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentVersion {
    /// Whose it is.
    pub tenant: TenantId,
    /// The agent.
    pub agent: AgentNumber,
    /// Its number within the agent.
    pub number: VersionNumber,
    /// Its name, unique within the agent.
    pub name: String,
    /// What is special about it.
    pub description: Option<String>,
    /// When it was first declared or mentioned.
    pub created_at: Timestamp,
    /// When it was retired.
    pub deprecated_at: Option<Timestamp>,
}
