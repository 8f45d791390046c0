//! The Voker dialect: model calls as the `voker` SDK records them, with its people, agents, versions and fingerprints.
//!
//! Contract: Voker's published API reference, and what its SDK (0.0.3 to 0.0.15) really sends and reads; `docs/facades/voker.md`.
//! Credentials: `Authorization: Bearer <key>`, scope `ingest` to write and `read` to read.
//!
//! Quirks. The SDK parses every answer before it looks at the status, so every answer is JSON. It takes any 404 on events for an unknown
//! fingerprint and any 422 for an empty session id, so a body that makes no sense is 400. The documents show an error's type at the top,
//! the SDK reads it from `detail.type`: errors carry both. It sends no ids and no times of its own: events are ordered by arrival.

mod agents;
mod auth;
pub(crate) mod error;
pub(crate) mod events;
mod fingerprints;
mod people;
mod translate;
mod wire;

use crate::edge::facade::Facade;

/// Its name, as events name their source.
pub(crate) const NAME: &str = "voker";

/// Its routes. `POST /api/v1/events` is its too, but not its alone: see [`crate::shared`].
#[must_use]
pub fn facade() -> Facade {
    Facade::new(NAME, error::render, &["/api/v1/events", "/api/v1/fingerprints", "/api/v1/people", "/api/v1/agents"])
        .put("/api/v1/fingerprints", fingerprints::create_fingerprint)
        .put("/api/v1/people", people::create_person)
        .get("/api/v1/people/{person}", people::get_person)
        .put("/api/v1/people/{person}", people::update_person)
        .put("/api/v1/agents", agents::create_agent)
        .get("/api/v1/agents/{agent}", agents::get_agent)
        .put("/api/v1/agents/{agent}/agent-versions", agents::create_version)
        .get("/api/v1/agents/{agent}/agent-versions/{version}", agents::get_version)
}

#[cfg(test)]
mod tests;
