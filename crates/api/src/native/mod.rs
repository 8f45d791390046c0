//! Our own dialect: camelCase JSON under `/api/v1`, for reading back what any client sent.
//!
//! Contract: `docs/facades/native.md` and `GET /api/v1/openapi.json`. Credentials: `Authorization: Bearer <key>` with scope `read`.
//! Reads are strict: unknown parameters are refused, because a filter that is silently ignored misleads.

pub mod agents;
mod auth;
pub mod error;
pub mod events;
pub mod health;
pub mod people;
pub mod receipts;
pub mod sessions;
mod wire;

use crate::edge::facade::Facade;

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("native", error::render, &["/"])
        .get("/api/v1/sessions", sessions::list)
        .get("/api/v1/sessions/{session}", sessions::get)
        .get("/api/v1/sessions/{session}/events", events::of_session)
        .get("/api/v1/people", people::list)
        .get("/api/v1/agents/{agent}/agent-versions", agents::versions)
        .get("/api/v1/receipts/{position}", receipts::get)
        .get("/health", health::health)
        .open()
        .get("/metrics", health::metrics)
        .open()
        .get("/api/v1/openapi.json", health::openapi)
        .open()
}
