//! The dialect of VirtuousAI's Events API: the event log, for those who audit.
//!
//! Contract: VirtuousAI's published API reference; `docs/facades/events.md`. There is no client of theirs to try it with. Credentials:
//! `Authorization: Bearer <key>`, `X-API-Key` or the cookie `vai_token`, of which the first that is there counts; scope `read`.
//!
//! Everything that is recorded is in it, whichever dialect brought it. Their server is a FastAPI one: a request that makes no sense is
//! answered 422 with all that is wrong, in Pydantic's words. Lists run newest first, a workflow oldest first. Where the operator limits
//! reads, each answer to somebody we know says how many are left. Nothing can be written here, and no event ever changes.

mod auth;
mod budget;
mod error;
mod events;
mod translate;
mod wire;

use crate::edge::facade::Facade;

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("virtuous", error::render, &["/api/v1/events/"])
        .get("/api/v1/events", |call| budget::within(call, events::list))
        .get("/api/v1/events/aggregate", |call| budget::within(call, events::aggregate))
        .get("/api/v1/events/correlation/{correlation}", |call| budget::within(call, events::by_correlation))
        .get("/api/v1/events/resource/{resource_type}/{resource}", |call| budget::within(call, events::by_resource))
        .get("/api/v1/events/stats/by-actor", |call| budget::within(call, events::by_actor))
        .get("/api/v1/events/{event}", |call| budget::within(call, events::get))
}

#[cfg(test)]
mod tests;
