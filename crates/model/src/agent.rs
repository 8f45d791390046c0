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

impl AgentStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Active, Self::Draft, Self::Archived];

    /// The word used in answers and queries.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Draft => "draft",
            Self::Archived => "archived",
        }
    }

    /// The status named by `word`, if any.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A system prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// Its text.
    pub text: String,
    /// SHA-256 of the text with its ends trimmed and every run of white space made one space: prompts that a model reads alike are alike.
    pub hash: [u8; 32],
}

/// What makes an agent behave as it does. A change of any of it makes a new version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentConfig {
    /// System prompt.
    pub prompt: Option<Prompt>,
    /// Model that it is meant to run on.
    pub model: Option<String>,
    /// Sampling temperature, 0 to 2.
    pub temperature: Option<f64>,
    /// Most tokens of an answer.
    pub max_tokens: Option<u32>,
}

/// An agent to be created.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewAgent {
    /// Its handle.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Whether it is in use.
    pub status: AgentStatus,
    /// Tags.
    pub tags: Vec<String>,
    /// What makes it behave as it does.
    pub config: AgentConfig,
}

/// What changes about an agent: only what is `Some`; `Some(None)` clears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentPatch {
    /// New handle.
    pub name: Option<String>,
    /// New description.
    pub description: Option<Option<String>>,
    /// New status.
    pub status: Option<AgentStatus>,
    /// New tags, which replace the former.
    pub tags: Option<Vec<String>>,
    /// New system prompt.
    pub prompt: Option<Option<Prompt>>,
    /// New model.
    pub model: Option<Option<String>>,
    /// New temperature.
    pub temperature: Option<Option<f64>>,
    /// New limit of an answer.
    pub max_tokens: Option<Option<u32>>,
}

impl AgentPatch {
    /// The agent as it reads with the patch. Times, versions and numbers are the ledger's business and stay.
    #[must_use]
    pub fn applied_to(self, agent: &Agent) -> Agent {
        let Self { name, description, status, tags, prompt, model, temperature, max_tokens } = self;
        let config = AgentConfig {
            prompt: prompt.unwrap_or_else(|| agent.config.prompt.clone()),
            model: model.unwrap_or_else(|| agent.config.model.clone()),
            temperature: temperature.unwrap_or(agent.config.temperature),
            max_tokens: max_tokens.unwrap_or(agent.config.max_tokens),
        };
        Agent {
            name: name.unwrap_or_else(|| agent.name.clone()),
            description: description.unwrap_or_else(|| agent.description.clone()),
            status: status.unwrap_or(agent.status),
            tags: tags.unwrap_or_else(|| agent.tags.clone()),
            config,
            ..agent.clone()
        }
    }
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
    /// Tags.
    pub tags: Vec<String>,
    /// What makes it behave as it does, as of now.
    pub config: AgentConfig,
    /// The version that `config` is, and that events belong to which name none; `None` while nobody has said what the agent is made of.
    pub current_version: Option<VersionNumber>,
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
    /// What the agent was made of then, where anybody said.
    pub config: AgentConfig,
    /// When it was first declared or mentioned.
    pub created_at: Timestamp,
    /// When it was retired.
    pub deprecated_at: Option<Timestamp>,
}
