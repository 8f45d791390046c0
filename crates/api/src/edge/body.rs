//! Request bodies: read within limits of size, time and memory; decompressed within the same limits; made readable text.

use std::io::{self, Read};
use std::time::Duration;

use axum::body::{Body, Bytes};
use debrief_app::{App, Permit};
use debrief_content::{json_depth_exceeds, repair_utf8};
use debrief_model::limit::{Limits, STRANGER_BODY_BYTES_MAX, UPLOAD_BYTES_MAX};
use debrief_model::{Error, ErrorKind};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http_body_util::BodyExt;
use tokio::time::Instant;

use super::rest::read_away;

/// A body as text, and the room on the queue that it holds.
#[derive(Debug)]
pub struct Payload {
    /// The text: UTF-8, not deeper than the limit.
    pub text: String,
    /// To be handed on with the write.
    pub permit: Permit,
}

/// Room taken for a body that does not say how long it is.
const UNKNOWN_BYTES: usize = 16 << 10;
/// As much of a compressed body is held before it is known how long it is.
const AT_ONCE_BYTES: usize = 1 << 20;
/// A refused body is read to its end up to this many times the limit, so that the client hears the answer instead of a broken connection.
const DISCARD_TIMES: usize = 8;

pub(crate) async fn read(app: &App, headers: &HeaderMap, body: Body, size: Size) -> Result<Payload, Error> {
    let limits = &app.settings().limits;
    let (plain, permit) = bytes(app, headers, body, size).await?;
    if json_depth_exceeds(&plain, limits.json_depth_max) {
        return Err(Error::invalid(format!("JSON is nested deeper than {} levels (limit json_depth_max)", limits.json_depth_max)));
    }
    let text = match String::from_utf8(plain) {
        Ok(text) => text,
        Err(broken) => repair_utf8(broken.as_bytes()).into_owned(),
    };
    Ok(Payload { text, permit })
}

/// How large a body may be, and what the limit is called.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    bytes_max: usize,
    limit: &'static str,
}

impl Size {
    pub(crate) fn of_json(limits: &Limits) -> Self {
        Self { bytes_max: limits.body_bytes_max, limit: "body_bytes_max" }
    }

    /// Of a log or an object.
    pub(crate) fn of_upload(limits: &Limits) -> Self {
        if limits.body_bytes_max <= UPLOAD_BYTES_MAX {
            Self::of_json(limits)
        } else {
            Self { bytes_max: UPLOAD_BYTES_MAX, limit: "upload_bytes_max" }
        }
    }

    /// Of what nobody is known to have sent, because it says so itself.
    pub(crate) fn of_stranger() -> Self {
        Self { bytes_max: STRANGER_BODY_BYTES_MAX, limit: "stranger_body_bytes_max" }
    }

    /// Of OpenTelemetry's exports.
    pub(crate) fn of_otlp(limits: &Limits) -> Self {
        Self { bytes_max: limits.otlp_body_bytes_max, limit: "otlp_body_bytes_max" }
    }

    fn exceeded(self) -> Error {
        let Self { bytes_max, limit } = self;
        Error::new(ErrorKind::TooLarge, format!("The body is larger than {bytes_max} bytes (limit {limit})"))
    }
}

/// The body as it was before it was compressed.
pub(crate) async fn bytes(app: &App, headers: &HeaderMap, body: Body, size: Size) -> Result<(Vec<u8>, Permit), Error> {
    let (raw, mut permit) = as_sent(app, headers, body, size).await?;
    // The names of codings know no case.
    let coding = headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().trim_ascii().to_ascii_lowercase());
    let plain = match coding.as_deref() {
        None | Some(b"" | b"identity") => raw,
        Some(b"gzip" | b"x-gzip") => inflate(|| flate2::read::MultiGzDecoder::new(&raw[..]), size, &mut permit)?,
        Some(b"deflate") => inflate(|| flate2::read::ZlibDecoder::new(&raw[..]), size, &mut permit)?,
        Some(_) => return Err(Error::invalid("Unsupported Content-Encoding: use gzip, deflate or identity")),
    };
    Ok((plain, permit))
}

/// The body as it is sent.
pub(crate) async fn as_sent(app: &App, headers: &HeaderMap, body: Body, size: Size) -> Result<(Vec<u8>, Permit), Error> {
    let limits = &app.settings().limits;
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if told.is_some_and(|bytes| bytes > size.bytes_max) {
        discard(body, limits, size).await;
        return Err(size.exceeded());
    }
    let mut permit = match app.admit(told.unwrap_or(UNKNOWN_BYTES)) {
        Ok(permit) => permit,
        Err(full) => {
            discard(body, limits, size).await;
            return Err(full);
        }
    };
    let raw = gather(body, limits, size, told, &mut permit).await?;
    Ok((raw, permit))
}

async fn gather(mut body: Body, limits: &Limits, size: Size, told: Option<usize>, permit: &mut Permit) -> Result<Vec<u8>, Error> {
    let late = Instant::now() + Duration::from_secs(limits.body_seconds_max);
    let idle = Duration::from_secs(limits.body_idle_seconds_max);
    let mut held = told.unwrap_or(UNKNOWN_BYTES);
    let mut bytes = Vec::with_capacity(held.min(size.bytes_max));
    while let Some(chunk) = next(&mut body, idle, late).await? {
        if bytes.len() + chunk.len() > size.bytes_max {
            discard(body, limits, size).await;
            return Err(size.exceeded());
        }
        bytes.extend_from_slice(&chunk);
        if bytes.len() > held {
            permit.grow(bytes.len() - held)?;
            held = bytes.len();
        }
    }
    Ok(bytes)
}

async fn next(body: &mut Body, idle: Duration, late: Instant) -> Result<Option<Bytes>, Error> {
    loop {
        let soon = (Instant::now() + idle).min(late);
        let slow = || Error::invalid("The request body arrived too slowly (limits body_idle_seconds_max, body_seconds_max)");
        match tokio::time::timeout_at(soon, body.frame()).await.map_err(|_| slow())? {
            None => return Ok(None),
            Some(Err(error)) => return Err(Error::invalid("The request body broke off").because(error)),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

async fn discard(body: Body, limits: &Limits, size: Size) {
    read_away(body, size.bytes_max.saturating_mul(DISCARD_TIMES), Duration::from_secs(limits.body_idle_seconds_max)).await;
}

/// What is larger than most bodies is measured before it is held, so that one made to burst costs time and no memory.
fn inflate<R: Read>(decoder: impl Fn() -> R, size: Size, permit: &mut Permit) -> Result<Vec<u8>, Error> {
    let damaged = |error| Error::invalid("The compressed body is damaged").because(error);
    let mut reader = decoder();
    let mut plain = Vec::new();
    reader.by_ref().take(AT_ONCE_BYTES as u64).read_to_end(&mut plain).map_err(damaged)?;
    let room = size.bytes_max.saturating_add(1).saturating_sub(plain.len());
    let rest = io::copy(&mut reader.take(room as u64), &mut io::sink()).map_err(damaged)?;
    let bytes = plain.len().saturating_add(usize::try_from(rest).unwrap_or(usize::MAX));
    if bytes > size.bytes_max {
        return Err(size.exceeded());
    }
    permit.grow(bytes)?;
    if rest > 0 {
        plain = Vec::with_capacity(bytes);
        decoder().read_to_end(&mut plain).map_err(damaged)?;
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_have_a_limit_of_their_own_unless_the_servers_is_less() {
        let roomy = Limits::default();
        assert_eq!(Size::of_upload(&roomy).bytes_max, 25 << 20);
        assert_eq!(Size::of_upload(&Limits { body_bytes_max: 9, ..roomy }).bytes_max, 9);
    }
}
