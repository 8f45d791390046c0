//! How Voker words errors: the type at the top as its documents show it, and in `detail` as its SDK reads it.

use debrief_model::{Error, ErrorKind, Problem, Subject};
use http::StatusCode;
use serde::Serialize;

use crate::edge::reply::Reply;

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    detail: Detail<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Coded<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    field: &'a str,
    message: &'a str,
}

/// The same error for the other clients that ask for agents under the same path.
#[derive(Serialize)]
struct Coded<'a> {
    code: &'static str,
    message: &'a str,
}

/// The error as JSON with its status.
#[must_use]
pub(crate) fn render(error: &Error, path: &str) -> Reply {
    let (status, kind) = match error.kind {
        ErrorKind::Invalid => invalid(error.subject.as_ref()),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthorized"),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, missing(error.subject.as_ref())),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict"),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "request-too-large"),
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, "rate-limited"),
        ErrorKind::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal-error"),
    };
    let detail = Detail { kind, message: message(error), problems: error.problems.iter().filter_map(told).collect() };
    Reply::json(&Body { kind, detail, error: coded(error, path) }).with_status(status)
}

/// 422 means an empty session id to the SDK, whatever the body says, and nothing else may be answered so.
fn invalid(subject: Option<&Subject>) -> (StatusCode, &'static str) {
    match subject {
        Some(Subject::Session(_)) => (StatusCode::UNPROCESSABLE_ENTITY, "session-id-empty"),
        _ => (StatusCode::BAD_REQUEST, "invalid-request"),
    }
}

fn missing(subject: Option<&Subject>) -> &'static str {
    match subject {
        Some(Subject::Agent(_)) => "agent-not-found",
        Some(Subject::AgentVersion(_)) => "agent-version-not-found",
        Some(Subject::Person(_)) => "person-not-found",
        Some(Subject::Session(_)) => "session-not-found",
        Some(Subject::Fingerprint(_)) => "fingerprint-not-found",
        Some(Subject::Event(_)) => "event-not-found",
        Some(Subject::Trace(_)) => "trace-not-found",
        Some(Subject::Span(_)) => "span-not-found",
        Some(Subject::Route(_)) => "route-not-found",
        Some(Subject::Tenant(_) | Subject::Key(_) | Subject::Token) | None => "not-found",
    }
}

/// Errors that the documents define say nothing but their type.
fn message(error: &Error) -> Option<&str> {
    let documented = matches!(
        (error.kind, error.subject.as_ref()),
        (ErrorKind::NotFound, Some(Subject::Agent(_) | Subject::AgentVersion(_) | Subject::Person(_) | Subject::Fingerprint(_)))
            | (ErrorKind::Invalid, Some(Subject::Session(_)))
    );
    (!documented).then_some(&*error.public)
}

fn told(problem: &Problem) -> Option<Told<'_>> {
    let Problem { place: _, field, code: _, message } = problem;
    (!field.is_empty()).then_some(Told { field, message })
}

/// Versions of agents are this vendor's alone; whatever else is below an agent's path, others may ask for.
fn coded<'a>(error: &'a Error, path: &str) -> Option<Coded<'a>> {
    let shared = path.strip_prefix("/api/v1/agents/").is_some_and(|rest| !rest.contains("/agent-versions"));
    let code = match error.kind {
        ErrorKind::Invalid => "VALIDATION_ERROR",
        ErrorKind::Unauthenticated => "UNAUTHORIZED",
        ErrorKind::Forbidden => "FORBIDDEN",
        ErrorKind::NotFound => "NOT_FOUND",
        ErrorKind::Conflict => "CONFLICT",
        ErrorKind::TooLarge => "PAYLOAD_TOO_LARGE",
        ErrorKind::RateLimited => "RATE_LIMITED",
        ErrorKind::Overloaded => "OVERLOADED",
        ErrorKind::Unavailable => "UNAVAILABLE",
        ErrorKind::Internal => "INTERNAL_ERROR",
    };
    shared.then_some(Coded { code, message: &error.public })
}
