//! The AgentOps dialect. Contract: `docs/facades/agentops.md`.
//!
//! Version 2 of its REST interface is what the SDKs 0.3.x and the published documents speak. Credentials: `X-Agentops-Api-Key` opens a
//! session (and reads it back); the token in the answer goes with everything else as `Authorization: Bearer`. The SDK sends both all the
//! time, and `create_session` may carry the token of an earlier session, so each route looks at its own credential only. Documents and
//! SDKs spell many things differently, and some calls come without the prefix `/v2`: all spellings are accepted. The SDK reads every
//! answer as JSON and takes only 200 for success.
//!
//! The SDKs 0.4.x export OpenTelemetry, which [`otlp`](crate::otlp) takes in. What else they ask for is here: `/v3` gives a token for a
//! key, `/v4` takes logs and objects, `/public/v1` reads traces and spans back.

mod agents;
mod auth;
mod error;
mod events;
mod lenient;
mod projects;
mod public;
mod reads;
mod sessions;
mod translate;
mod uploads;
mod wire;

use crate::edge::facade::Facade;

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("agentops", error::render, &["/v2/", "/v3/", "/v4/", "/public/v1/"])
        .post("/v2/create_session", sessions::create)
        .post("/v2/update_session", sessions::update)
        .post("/v2/reauthorize_jwt", sessions::reauthorize)
        .put("/v2/update_logs", sessions::update_logs)
        .post("/v2/create_events", events::create)
        .post("/v2/update_events", events::update)
        .post("/v2/developer_errors", events::developer_error)
        .post("/v2/create_agent", agents::create_agent)
        .post("/v2/create_thread", agents::create_thread)
        .get("/v2/sessions/{session}/stats", reads::stats)
        .get("/v2/sessions/{session}/export", reads::export)
        .get("/v2/ttd/{id}", reads::time_travel)
        .open()
        .post("/v3/auth/token", projects::token)
        .get("/v3/auth/token", projects::told)
        .post("/v4/logs/upload/", uploads::log)
        .post("/v4/logs/upload", uploads::log)
        .get("/v4/logs/{trace}", uploads::read_log)
        .post("/v4/objects/upload/", uploads::object)
        .post("/v4/objects/upload", uploads::object)
        .get("/v4/objects/{object}", uploads::read_object)
        .post("/public/v1/auth/access_token", projects::access_token)
        .get("/public/v1/project", projects::project)
        .get("/public/v1/traces/{trace}", public::trace)
        .get("/public/v1/traces/{trace}/metrics", public::trace_metrics)
        .get("/public/v1/spans/{span}", public::span)
        .get("/public/v1/spans/{span}/metrics", public::span_metrics)
        .post("/create_session", sessions::create)
        .post("/update_session", sessions::update)
        .post("/reauthorize_jwt", sessions::reauthorize)
        .post("/create_events", events::create)
        .post("/update_events", events::update)
        .post("/create_agent", agents::create_agent)
}
