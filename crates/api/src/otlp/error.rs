//! How exporters are told of errors: `google.rpc.Status`, in the encoding of the request.
//!
//! Exporters send again after 429, 502, 503 and 504 only, so nothing that would fail again is answered so, and nothing that was not
//! recorded is answered otherwise.

use debrief_model::{Error, ErrorKind};
use debrief_otlp::Encoding;
use http::StatusCode;

use crate::edge::reply::Reply;

/// The codes of `google.rpc.Code` that are used here.
pub(super) const OK: i32 = 0;
const INVALID_ARGUMENT: i32 = 3;
const NOT_FOUND: i32 = 5;
const ABORTED: i32 = 10;
const PERMISSION_DENIED: i32 = 7;
const RESOURCE_EXHAUSTED: i32 = 8;
const INTERNAL: i32 = 13;
const UNAVAILABLE: i32 = 14;
const UNAUTHENTICATED: i32 = 16;

/// Status of HTTP, code of gRPC, and the sentence.
pub(super) fn told(error: &Error) -> (StatusCode, i32, &str) {
    let (status, code) = match error.kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, INVALID_ARGUMENT),
        ErrorKind::Unauthenticated => (StatusCode::UNAUTHORIZED, UNAUTHENTICATED),
        ErrorKind::Forbidden => (StatusCode::FORBIDDEN, PERMISSION_DENIED),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, NOT_FOUND),
        ErrorKind::Conflict => (StatusCode::CONFLICT, ABORTED),
        ErrorKind::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, RESOURCE_EXHAUSTED),
        // Without information on when to try again an exporter would drop what it has: this one is told to come back.
        ErrorKind::RateLimited => (StatusCode::TOO_MANY_REQUESTS, UNAVAILABLE),
        ErrorKind::Overloaded | ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, INTERNAL),
    };
    (status, code, &error.public)
}

/// The error in an encoding.
pub(super) fn reply(error: &Error, encoding: Encoding) -> Reply {
    let (status, code, sentence) = told(error);
    Reply::bytes(encoding.content_type(), debrief_otlp::status(encoding, code, sentence)).with_status(status)
}

/// The error where the encoding is not known.
#[must_use]
pub(super) fn render(error: &Error, _path: &str) -> Reply {
    reply(error, Encoding::Json)
}
