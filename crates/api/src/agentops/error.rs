//! How this vendor words errors: `{"path", "message"}` in version 2, whose SDK shows it to the user for a 400, `{"error"}` and FastAPI's
//! `{"detail"}` in those after it.

use debrief_model::{Error, ErrorKind, Problem, Subject};
use http::StatusCode;

use super::wire::{Detail, Failed, Refused, Unfit, Wrong};
use crate::edge::reply::Reply;

/// A session that is somebody else's, or nobody's: the answer does not tell which.
const FOREIGN_SESSION: &str = "Session does not belong to this project";

/// The error as JSON with its status, in the words of the interface that the path belongs to.
#[must_use]
pub(super) fn render(error: &Error, path: &str) -> Reply {
    match path.split('/').nth(1) {
        Some("v3") => of_tokens(error),
        Some("v4") => detailed(error, StatusCode::UNAUTHORIZED),
        Some("public") => detailed(error, StatusCode::BAD_REQUEST),
        _ => of_sessions(error, path),
    }
}

/// Keys that are missing or unknown are 400 here, only session tokens are 401.
fn of_sessions(error: &Error, path: &str) -> Reply {
    let of_token = error.subject == Some(Subject::Token);
    let status = status(error, if of_token { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST });
    let (status, message) = match (error.kind, &error.subject) {
        (ErrorKind::NotFound, Some(Subject::Session(_))) => (StatusCode::BAD_REQUEST, FOREIGN_SESSION),
        (ErrorKind::Internal, _) => (status, "Internal Server Error"),
        _ => (status, error.public.as_ref()),
    };
    Reply::json(&Failed { path, message }).with_status(status)
}

/// Of a key that is to become a token, and of a token that is shown.
fn of_tokens(error: &Error) -> Reply {
    if error.subject.is_some() || !error.problems.is_empty() {
        return detailed(error, StatusCode::UNAUTHORIZED);
    }
    let sentence = if error.kind == ErrorKind::Internal { "Authentication failed" } else { &error.public };
    Reply::json(&Refused { error: sentence }).with_status(status(error, StatusCode::FORBIDDEN))
}

fn detailed(error: &Error, of_stranger: StatusCode) -> Reply {
    if !error.problems.is_empty() {
        let detail: Vec<_> = error.problems.iter().map(wrong).collect();
        return Reply::json(&Unfit { detail }).with_status(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let detail = if error.kind == ErrorKind::Internal { "Internal Server Error" } else { &error.public };
    Reply::json(&Detail { detail }).with_status(status(error, of_stranger))
}

fn wrong(problem: &Problem) -> Wrong<'_> {
    let Problem { place, field, code, message } = problem;
    Wrong { kind: code, loc: [place, field.as_str()].into_iter().filter(|part| !part.is_empty()).collect(), msg: message }
}

fn status(error: &Error, of_stranger: StatusCode) -> StatusCode {
    match error.kind {
        ErrorKind::Invalid => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthenticated => of_stranger,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Overloaded | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
