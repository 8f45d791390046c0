//! Answers: always JSON where a client parses them.

use axum::body::{Body, Bytes};
use axum::response::Response;
use debrief_model::Position;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Full};
use serde::Serialize;

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers besides the usual.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Headers that come after it.
    pub trailers: Option<HeaderMap>,
}

impl Reply {
    /// 200 with `value` as JSON.
    pub fn json(value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("wire structs serialise: their maps have text keys");
        Self::bytes("application/json", body)
    }

    /// 200 with JSON that is written already.
    #[must_use]
    pub fn written(json: Vec<u8>) -> Self {
        Self::bytes("application/json", json)
    }

    /// 200 with text of a type.
    #[must_use]
    pub fn text(content_type: &'static str, body: String) -> Self {
        Self::bytes(content_type, body.into_bytes())
    }

    /// An empty answer with a status.
    #[must_use]
    pub fn status(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new(), trailers: None }
    }

    /// 200 with bytes of a type.
    #[must_use]
    pub fn bytes(content_type: &'static str, body: Vec<u8>) -> Self {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]);
        Self { status: StatusCode::OK, headers, body, trailers: None }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }

    /// The same with headers after the body.
    #[must_use]
    pub fn trailed(self, trailers: HeaderMap) -> Self {
        Self { trailers: Some(trailers), ..self }
    }

    /// The same, telling the caller where in the journal its write is.
    #[must_use]
    pub fn at(self, position: Position) -> Self {
        self.header("x-debrief-position", &position.0.to_string())
    }

    pub(crate) fn into_response(self) -> Response {
        let body = Full::new(Bytes::from(self.body));
        let body = match self.trailers {
            Some(trailers) => Body::new(body.with_trailers(std::future::ready(Some(Ok(trailers))))),
            None => Body::new(body),
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response.headers_mut().insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
        response
    }
}
