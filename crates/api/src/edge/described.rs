//! An agent as it is managed: the one JSON shape of it that all dialects agree on.

use debrief_model as model;
use model::AgentConfig;
use serde::Serialize;

use super::agent;
use super::time::render as time;

/// An agent.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    id: String,
    name: String,
    /// Null while nobody has said what the agent is made of.
    content: Option<String>,
    llm_model: Option<String>,
    description: Option<String>,
    tags: Vec<String>,
    temperature: Option<f64>,
    max_tokens: Option<u32>,
    status: &'static str,
    is_active: bool,
    created_at: String,
    updated_at: String,
}

impl From<model::Agent> for Described {
    fn from(agent: model::Agent) -> Self {
        let model::Agent {
            tenant: _,
            number: _,
            id,
            name,
            description,
            status,
            tags,
            config,
            current_version: _,
            created_at,
            updated_at,
            deprecated_at: _,
        } = agent;
        let AgentConfig { prompt, model, temperature, max_tokens } = config;
        Self {
            id: agent::id(id),
            name,
            content: prompt.map(|prompt| prompt.text),
            llm_model: model,
            description,
            tags,
            temperature,
            max_tokens,
            status: status.word(),
            is_active: status == model::AgentStatus::Active,
            created_at: time(created_at),
            updated_at: time(updated_at),
        }
    }
}
