//! How FastAPI words errors: `{"detail":[{"loc","msg","type"}]}` where parameters are wrong, else `{"detail":"…"}`.

use debrief_model::{Error, ErrorKind, Problem};
use http::StatusCode;
use serde::Serialize;

use crate::edge::reply::Reply;

#[derive(Serialize)]
struct Body<'a> {
    detail: Detail<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a> {
    Sentence(&'a str),
    Problems(Vec<Told<'a>>),
}

#[derive(Serialize)]
struct Told<'a> {
    loc: [&'a str; 2],
    msg: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// The error as JSON with its status.
#[must_use]
pub(super) fn render(error: &Error, _path: &str) -> Reply {
    let status = match error.kind {
        ErrorKind::Invalid if error.problems.is_empty() => StatusCode::BAD_REQUEST,
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorKind::Forbidden => StatusCode::FORBIDDEN,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ErrorKind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorKind::Overloaded | ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let detail = match status {
        StatusCode::UNPROCESSABLE_ENTITY => Detail::Problems(error.problems.iter().map(told).collect()),
        _ => Detail::Sentence(&error.public),
    };
    let reply = Reply::json(&Body { detail }).with_status(status);
    if status == StatusCode::UNAUTHORIZED { reply.header("www-authenticate", "Bearer") } else { reply }
}

fn told(problem: &Problem) -> Told<'_> {
    let Problem { place, field, code, message } = problem;
    Told { loc: [place, field], msg: message, kind: code }
}
