//! Routes that two dialects claim. It alone may know dialects, and none of them may know it: what is said here is who takes what.
//!
//! `POST /api/v1/events` is Voker's model call and our own domain event. A content type of CloudEvents announces the latter; in JSON,
//! `eventType` or an array `events` without an `event_name` tells it. Whoever is turned away before the body has said what it is (no key,
//! no scope, too long, no JSON) hears it in Voker's words, whose clients cannot be told otherwise.

mod events;

use crate::edge::facade::Facade;
use crate::voker;

const EVENTS: &str = "/api/v1/events";

/// Its routes.
#[must_use]
pub fn facade() -> Facade {
    Facade::new("shared", voker::error::render, &[]).post(EVENTS, events::record)
}
