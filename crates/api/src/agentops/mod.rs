//! The AgentOps dialect.

use crate::edge::facade::Facade;
use crate::native::error::render;

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("agentops", render, &[])
}
