//! The Converra dialect: agents as things to manage, conversations as they are sent whole, and what its SDK asks on its hot path.
//!
//! Contract: Converra's published Agents API, and what its SDK (0.2 to 0.5.1) really sends and reads; `docs/facades/converra.md`.
//! Credentials: `Authorization: Bearer <key>`, scope `ingest` to write and `read` to read.
//!
//! Quirks. The SDK reads everything from `data` and takes a bare object for an error; the documents show the object bare: answers about
//! runs carry both. Runs were called conversations before, and agents prompts: the former names are served too. Its look-ups wait half a
//! second and then go on without us, so they touch nothing but the ledger.

mod agents;
mod auth;
mod error;
mod runs;
mod sdk;
#[cfg(test)]
mod tests;
mod translate;
mod wire;

use crate::edge::facade::Facade;

/// Its routes. `GET /api/v1/agents/{agent}` answers for this dialect too; it is mounted with the one that had it first.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("converra", error::render, &["/api/v1/runs", "/api/v1/conversations", "/api/v1/sdk"])
        .get("/api/v1/agents", agents::list)
        .post("/api/v1/agents", agents::create)
        .patch("/api/v1/agents/{agent}", agents::update)
        .delete("/api/v1/agents/{agent}", agents::delete)
        .get("/api/v1/agents/{agent}/status", agents::status)
        .get("/api/v1/agents/{agent}/insights", agents::insights)
        .post("/api/v1/runs", runs::create)
        .post("/api/v1/runs/{run}/messages", runs::append)
        .get("/api/v1/runs/{run}/insights", runs::insights)
        .post("/api/v1/conversations", runs::create_conversation)
        .post("/api/v1/conversations/{run}/messages", runs::append)
        .get("/api/v1/conversations/{run}/insights", runs::insights)
        .get("/api/v1/sdk/config", sdk::config)
        .post("/api/v1/sdk/agents/match", sdk::find)
        .get("/api/v1/sdk/agents/{agent}/active-variant", sdk::active_variant)
        .post("/api/v1/sdk/prompts/match", sdk::find)
        .get("/api/v1/sdk/prompts/{agent}/active-variant", sdk::active_variant)
}
