//! How our own dialect words errors: `{"error":{"code","message","details"?}}`.

use debrief_model::{Error, ErrorKind};
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
pub fn render(error: &Error, _path: &str) -> Reply {
    let (status, code) = match error.kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "VALIDATION_ERROR"),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "FORBIDDEN"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "CONFLICT"),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE"),
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
        ErrorKind::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
    };
    let told = error.problems.iter().filter(|problem| !problem.field.is_empty());
    let details = told.map(|problem| (problem.field.clone(), Value::String(problem.message.clone()))).collect();
    Reply::json(&Body { error: Inner { code, message: &error.public, details } }).with_status(status)
}
