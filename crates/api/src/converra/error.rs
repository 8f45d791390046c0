//! How Converra words errors: `{"error":{"code","message","details"?}}`, where `details` is keyed by field.

use debrief_model::{Error, ErrorKind, Problem, Subject};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::edge::reply::Reply;

#[derive(Serialize)]
struct Body<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Map::is_empty")]
    details: Map<String, Value>,
}

/// The error as JSON with its status.
#[must_use]
pub(super) fn render(error: &Error, _path: &str) -> Reply {
    let (status, code) = match error.kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        ErrorKind::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR"),
    };
    let details = error.problems.iter().map(detail).collect();
    Reply::json(&Body { error: Inner { code, message: message(error), details } }).with_status(status)
}

/// What is wrong with no field of its own is wrong with the whole, the body say.
fn detail(problem: &Problem) -> (String, Value) {
    let Problem { place, field, code: _, message } = problem;
    let field = if field.is_empty() { (*place).to_owned() } else { field.clone() };
    (field, Value::String(message.clone()))
}

/// The sessions of this dialect are conversations.
fn message(error: &Error) -> &str {
    match (error.kind, error.subject.as_ref()) {
        (ErrorKind::NotFound, Some(Subject::Session(_))) => "Conversation not found",
        _ => &error.public,
    }
}
