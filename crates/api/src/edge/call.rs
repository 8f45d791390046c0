//! One request as handlers see it.

use std::borrow::Cow;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use debrief_app::{App, Asked, Ctx, Permit, Write, Written};
use debrief_model::{Error, Timestamp};
use http::request::Parts;
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::body::{self, Payload, Size};
use crate::Api;

/// One request.
pub struct Call {
    /// What it can reach.
    pub api: Arc<Api>,
    /// When it arrived.
    pub now: Timestamp,
    /// Its id, which the answer names and under which everything it changes is told.
    pub request: Uuid,
    /// The dialect whose route it took.
    pub dialect: &'static str,
    parts: Parts,
    body: Body,
    params: Vec<(String, String)>,
}

impl Call {
    pub(crate) fn new(api: Arc<Api>, dialect: &'static str, params: &RawPathParams, request: Request) -> Self {
        let (parts, body) = request.into_parts();
        let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { now: api.app.now(), request: Uuid::now_v7(), dialect, api, parts, body, params }
    }

    /// What is known of the request before it is known whose it is.
    #[must_use]
    pub fn asked(&self) -> Asked {
        Asked { now: self.now, request: self.request, source: self.dialect }
    }

    /// The use cases.
    #[must_use]
    pub fn app(&self) -> &Arc<App> {
        &self.api.app
    }

    /// The path as asked for.
    #[must_use]
    pub fn uri_path(&self) -> &str {
        self.parts.uri.path()
    }

    /// A header's value, if it is readable text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The values of a header that may come more than once, those that are readable text.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok())
    }

    /// A header that means something only if it is readable and comes once.
    ///
    /// # Errors
    /// `Invalid` where it is neither absent nor that.
    pub fn sole_header(&self, name: &'static str) -> Result<Option<&str>, Error> {
        let mut values = self.parts.headers.get_all(name).iter();
        let Some(first) = values.next() else { return Ok(None) };
        let value = first.to_str().ok().filter(|_| values.next().is_none());
        let sentence = "must be given once, in printable ASCII";
        let refused = || Error::invalid(format!("Header '{name}' {sentence}")).with("header", name, "header", sentence);
        value.map(Some).ok_or_else(refused)
    }

    /// A segment of the path, decoded.
    #[must_use]
    pub fn path(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The values of the query string, decoded, in order.
    #[must_use]
    pub fn query(&self) -> Vec<(String, String)> {
        let pairs = self.parts.uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).map(|(name, value)| (decoded(name), decoded(value))).collect()
    }

    /// Reads the body within the limits. Comes after the caller has been recognised: strangers cost nothing.
    ///
    /// # Errors
    /// `TooLarge`, `Overloaded`, `Invalid`.
    pub async fn payload(&mut self) -> Result<Payload, Error> {
        self.payload_within(Size::of_json(&self.api.app.settings().limits)).await
    }

    /// Reads a body that holds the credentials: of whoever comes, so it has to be small.
    ///
    /// # Errors
    /// `TooLarge`, `Overloaded`, `Invalid`.
    pub async fn credentials(&mut self) -> Result<Payload, Error> {
        self.payload_within(Size::of_stranger()).await
    }

    /// Reads the body of an upload.
    ///
    /// # Errors
    /// `TooLarge`, `Overloaded`, `Invalid`.
    pub async fn upload(&mut self) -> Result<Payload, Error> {
        self.payload_within(Size::of_upload(&self.api.app.settings().limits)).await
    }

    async fn payload_within(&mut self, size: Size) -> Result<Payload, Error> {
        let body = std::mem::replace(&mut self.body, Body::empty());
        body::read(&self.api.app, &self.parts.headers, body, size).await
    }

    /// Reads the body of an export, decompressed, within the limits.
    ///
    /// # Errors
    /// `TooLarge`, `Overloaded`, `Invalid`.
    pub async fn bytes(&mut self) -> Result<(Vec<u8>, Permit), Error> {
        let body = std::mem::replace(&mut self.body, Body::empty());
        let size = Size::of_otlp(&self.api.app.settings().limits);
        body::bytes(&self.api.app, &self.parts.headers, body, size).await
    }

    /// The same as it is sent, where what is compressed is not the body as a whole.
    ///
    /// # Errors
    /// `TooLarge`, `Overloaded`, `Invalid`.
    pub async fn bytes_as_sent(&mut self) -> Result<(Vec<u8>, Permit), Error> {
        let body = std::mem::replace(&mut self.body, Body::empty());
        let size = Size::of_otlp(&self.api.app.settings().limits);
        body::as_sent(&self.api.app, &self.parts.headers, body, size).await
    }

    /// Writes on behalf of the caller.
    ///
    /// # Errors
    /// What [`App::write`] answers.
    pub fn write(&self, ctx: &Ctx, permit: Permit, write: Write) -> impl Future<Output = Result<Written, Error>> + Send + 'static {
        // A body is not `Sync`, so what waits here must not hold a reference to the call.
        let (app, ctx) = (self.api.app.clone(), ctx.clone());
        async move { app.write(&ctx, permit, write).await }
    }
}

fn decoded(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}
