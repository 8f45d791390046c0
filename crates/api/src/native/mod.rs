//! Our own dialect: camelCase JSON under `/api/v1`, for reading back what any client sent, and for telling domain events and how well
//! agents did.
//!
//! Contract: `docs/facades/native.md`, `docs/facades/events.md` and `GET /api/v1/openapi.json`. Credentials: `Authorization: Bearer <key>`,
//! scope `read` to read and `ingest` to tell. Reads are strict: unknown parameters are refused, because a filter that is silently ignored
//! misleads. So are domain events, because whoever tells one can still correct it.

pub mod agents;
mod auth;
mod cloud_events;
pub mod costs;
pub(crate) mod domain_events;
pub mod error;
pub mod events;
mod fields;
pub mod health;
pub mod insights;
pub mod judge;
pub mod opinions;
pub mod people;
pub mod prices;
pub mod receipts;
pub mod sessions;
pub mod thread;
pub mod traces;
mod translate;
mod wire;

use crate::edge::facade::Facade;

/// Its name, as events name their source.
pub(crate) const NAME: &str = "native";

/// Its routes. `POST /api/v1/events` is its too, but not its alone: see [`crate::shared`].
#[must_use]
pub fn facade() -> Facade {
    Facade::new(NAME, error::render, &["/"])
        .get("/api/v1/sessions", sessions::list)
        .get("/api/v1/sessions/{session}", sessions::get)
        .get("/api/v1/sessions/{session}/events", events::of_session)
        .get("/api/v1/sessions/{session}/messages", thread::of_session)
        .get("/api/v1/sessions/{session}/insights", insights::of_session)
        .get("/api/v1/insights/issues", insights::issues)
        .get("/api/v1/insights/intents", insights::intents)
        .get("/api/v1/insights/corrections", insights::corrections)
        .get("/api/v1/insights/judge", judge::standing)
        .post("/api/v1/insights/reindex", insights::reindex)
        .get("/api/v1/insights/reindex", insights::progress)
        .get("/api/v1/agents/{agent}/compare", insights::compare)
        .post("/api/v1/sessions/{session}/feedback", opinions::tell_feedback)
        .get("/api/v1/sessions/{session}/feedback", opinions::feedback)
        .get("/api/v1/traces", traces::list)
        .get("/api/v1/traces/{trace}", traces::get)
        .get("/api/v1/costs", costs::sums)
        .post("/api/v1/prices/reprice", prices::reprice)
        .get("/api/v1/prices/reprice", prices::progress)
        .get("/api/v1/events/{event}/causes", events::causes)
        .get("/api/v1/events/{event}/effects", events::effects)
        .post("/api/v1/events/{event}/scores", opinions::tell_score)
        .get("/api/v1/events/{event}/scores", opinions::scores)
        .get("/api/v1/people", people::list)
        .get("/api/v1/agents/{agent}/agent-versions", agents::versions)
        .get("/api/v1/agents/{agent}/agent-versions/{version}/diff/{other}", agents::diff)
        .get("/api/v1/receipts/{position}", receipts::get)
        .get("/health", health::health)
        .open()
        .get("/metrics", health::metrics)
        .open()
        .get("/api/v1/openapi.json", health::openapi)
        .open()
}
