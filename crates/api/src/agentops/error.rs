//! How this vendor words errors: `{"path", "message"}`, which its SDK shows to the user for a 400.

use debrief_model::{Error, ErrorKind, Subject};
use http::StatusCode;

use super::wire::Failed;
use crate::edge::reply::Reply;

/// A session that is somebody else's, or nobody's: the answer does not tell which.
const FOREIGN_SESSION: &str = "Session does not belong to this project";

/// The error as JSON with its status. Keys that are missing or unknown are 400 here, only session tokens are 401.
#[must_use]
pub(super) fn render(error: &Error, path: &str) -> Reply {
    let (status, message) = match error.kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, error.public.as_ref()),
        ErrorKind::Unauthenticated if error.subject == Some(Subject::Token) => (StatusCode::UNAUTHORIZED, error.public.as_ref()),
        ErrorKind::Unauthenticated => (StatusCode::BAD_REQUEST, error.public.as_ref()),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, error.public.as_ref()),
        ErrorKind::NotFound if matches!(error.subject, Some(Subject::Session(_))) => (StatusCode::BAD_REQUEST, FOREIGN_SESSION),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, error.public.as_ref()),
        ErrorKind::Conflict => (StatusCode::CONFLICT, error.public.as_ref()),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, error.public.as_ref()),
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, error.public.as_ref()),
        ErrorKind::Overloaded | ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, error.public.as_ref()),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
    };
    Reply::json(&Failed { path, message }).with_status(status)
}
