//! Agents by id, as every dialect spells it: `agent_` and a UUID without hyphens.

use debrief_app::agents::Handle;
use debrief_model::AgentId;
use uuid::Uuid;

const PREFIX: &str = "agent_";

/// How an agent's id is shown.
#[must_use]
pub fn id(id: AgentId) -> String {
    format!("{PREFIX}{}", id.0.simple())
}

/// An agent as a caller names it: by id in any spelling, or by name.
#[must_use]
pub fn handle(text: &str) -> Handle {
    let id = Uuid::try_parse(text.strip_prefix(PREFIX).unwrap_or(text)).ok().map(AgentId);
    Handle { id, name: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_in_every_spelling_and_anything_may_be_a_name() {
        let agent = AgentId(Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_00ff));
        assert_eq!(id(agent), "agent_019800000000700080000000000000ff");
        for text in [id(agent), format!("agent_{agent}"), agent.to_string(), agent.to_string().to_uppercase()] {
            assert_eq!(handle(&text), Handle { id: Some(agent), name: text.clone() }, "{text}");
        }
        for text in ["agent_", "agent_123", "Support Bot", ""] {
            assert_eq!(handle(text), Handle { id: None, name: text.to_owned() });
        }
    }
}
