//! Conversations as the requests by which clients would have reported them, each agent's in its own dialect.
//!
//! Only dialects that carry the time of what happened are spoken: a past that arrives now would not be a past. Nothing here sends, and
//! nothing of [`crate::Truth`] is written.

mod agentops;
mod converra;
mod introduction;
mod json;
mod otlp;
mod said;
mod span;

#[cfg(test)]
mod tests;

use crate::calendar::rfc3339;
use crate::cast::Dialect;
use crate::conversation::{Conversation, Feedback};
use json::object;

pub use introduction::{change, introduction, person};

/// A request, ready to be sent with JSON as its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `POST`, `PUT` or `PATCH`.
    pub method: &'static str,
    /// From the root of the server.
    pub path: String,
    /// What shows who sends it.
    pub credential: Credential,
    /// JSON.
    pub body: String,
}

/// What shows who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credential {
    /// `Authorization: Bearer` with the key.
    Key,
    /// `X-Agentops-Api-Key` with the key. The answer has a member `jwt`, a token.
    OpensSession,
    /// `Authorization: Bearer` with the token of the answer to the last request that opened a session.
    SessionToken,
}

impl Request {
    fn post(path: &str, body: String) -> Self {
        Self { method: "POST", path: path.to_owned(), credential: Credential::Key, body }
    }
}

/// The requests that report a conversation, to be sent in this order: each after the answer to the one before.
#[must_use]
pub fn requests(of: &Conversation) -> Vec<Request> {
    let mut requests = match of.agent.dialect {
        Dialect::Otlp => vec![Request::post("/v1/traces", otlp::export(of))],
        Dialect::Agentops => agentops::requests(of),
        Dialect::Converra => vec![Request::post("/api/v1/runs", converra::run(of))],
    };
    let path = format!("/api/v1/sessions/{}/feedback", of.session_key);
    requests.extend(of.feedback.as_ref().map(|feedback| Request::post(&path, told(of, feedback))));
    requests
}

/// What people thought of it, which no vendor's dialect has a place for.
fn told(of: &Conversation, feedback: &Feedback) -> String {
    let mut out = String::with_capacity(320);
    let mut at = String::new();
    rfc3339(feedback.at, &mut at);
    object(&mut out, |told| {
        told.text("id", &format!("feedback-{}", of.session_key));
        told.text("occurredAt", &at);
        told.text("thumbs", if feedback.is_up { "up" } else { "down" });
        if let Some(person) = &of.person {
            told.text("person", &person.id);
        }
        if let Some(comment) = &feedback.comment {
            told.text("comment", comment);
        }
    });
    out
}
