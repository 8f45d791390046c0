//! The same over gRPC: one message in a frame, one in the answer, and how it went in the trailers.
//!
//! The frames are read here and not by a library's server, so that a body takes its room on the queue before it is held, and keeps to
//! the same limits as every other.

use std::io::Read;

use debrief_app::Ctx;
use debrief_model::{Error, ErrorKind};
use debrief_otlp::{Encoding, Signal};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http::header::HeaderValue;
use http::{HeaderMap, StatusCode};

use super::export::{self, Received, Taken};
use super::{auth, error};
use crate::edge::call::Call;
use crate::edge::facade::worded;
use crate::edge::reply::Reply;

const CONTENT_TYPE: &str = "application/grpc";
/// Whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// Spans.
///
/// # Errors
/// Those of credentials where it is no gRPC request; what goes wrong with one is told in the trailers.
pub(super) async fn traces(call: Call) -> Result<Reply, Error> {
    unary(call, Signal::Traces).await
}

/// Log records.
///
/// # Errors
/// Those of credentials where it is no gRPC request; what goes wrong with one is told in the trailers.
pub(super) async fn logs(call: Call) -> Result<Reply, Error> {
    unary(call, Signal::Logs).await
}

/// Metrics.
///
/// # Errors
/// Those of credentials where it is no gRPC request; what goes wrong with one is told in the trailers.
pub(super) async fn metrics(call: Call) -> Result<Reply, Error> {
    unary(call, Signal::Metrics).await
}

async fn unary(mut call: Call, signal: Signal) -> Result<Reply, Error> {
    if !call.header("content-type").is_some_and(|told| told.starts_with(CONTENT_TYPE)) {
        auth::recorder(&call)?;
        let fault = Error::invalid("This is a gRPC method: use Content-Type application/grpc");
        return Ok(error::render(&fault, "").with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    let (app, now) = (call.app().clone(), call.now);
    let done = match receive(&mut call).await {
        Ok((ctx, received)) => export::take(app, now, ctx, signal, received).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(Taken { rejected, message, .. }) => {
            let message = debrief_otlp::accepted(Encoding::Protobuf, signal, rejected, &message);
            Ok(Reply::bytes(CONTENT_TYPE, framed(&message)).trailed(trailers(error::OK, "")))
        }
        Err(fault) => Ok(worded(&fault, failed, call.uri_path(), call.now)),
    }
}

/// A failure has no message, and its trailers are headers.
fn failed(fault: &Error, _path: &str) -> Reply {
    let (_, code, sentence) = error::told(fault);
    let mut reply = Reply::bytes(CONTENT_TYPE, Vec::new());
    reply.headers.extend(trailers(code, sentence));
    reply
}

async fn receive(call: &mut Call) -> Result<(Ctx, Received), Error> {
    let ctx = auth::recorder(call)?;
    let coding = call.header("grpc-encoding").unwrap_or("identity").to_ascii_lowercase();
    let bytes_max = call.app().settings().limits.otlp_body_bytes_max;
    let (frame, mut permit) = call.bytes_as_sent().await?;
    let body = unframed(&frame, &coding, bytes_max)?;
    permit.grow(body.len())?;
    drop(frame);
    Ok((ctx, Received { encoding: Encoding::Protobuf, body, permit }))
}

fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    let mut frame = vec![0];
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(message);
    frame
}

/// The one message of a request.
fn unframed(frame: &[u8], coding: &str, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let broken = || Error::invalid("The request is not one gRPC message");
    let (prefix, message) = frame.split_at_checked(PREFIX_BYTES).ok_or_else(broken)?;
    let [compressed, length @ ..] = prefix else { return Err(broken()) };
    let told = <[u8; 4]>::try_from(length).map(u32::from_be_bytes).map_err(|_| broken())?;
    if usize::try_from(told).ok() != Some(message.len()) {
        return Err(broken());
    }
    match (compressed, coding) {
        (0, _) => Ok(message.to_vec()),
        (1, "gzip") => inflated(MultiGzDecoder::new(message), bytes_max),
        (1, "deflate") => inflated(ZlibDecoder::new(message), bytes_max),
        _ => Err(Error::invalid("Unsupported grpc-encoding: use gzip, deflate or identity")),
    }
}

fn inflated(reader: impl Read, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut plain = Vec::new();
    let room = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(room).read_to_end(&mut plain).map_err(|error| Error::invalid("The compressed message is damaged").because(error))?;
    if plain.len() > bytes_max {
        let sentence = format!("The message is larger than {bytes_max} bytes (limit otlp_body_bytes_max)");
        return Err(Error::new(ErrorKind::TooLarge, sentence));
    }
    Ok(plain)
}

/// How it went. The sentence is percent-encoded, as gRPC wants it in a header.
fn trailers(code: i32, sentence: &str) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from(code));
    if !sentence.is_empty() {
        let encoded = percent_encoding::utf8_percent_encode(sentence, percent_encoding::CONTROLS).to_string().replace('%', "%25");
        if let Ok(value) = HeaderValue::from_str(&encoded) {
            trailers.insert("grpc-message", value);
        }
    }
    trailers
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn compressed(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        let mut frame = framed(&encoder.finish().unwrap());
        frame[0] = 1;
        frame
    }

    #[test]
    fn one_message_is_taken_out_of_its_frame() {
        assert_eq!(unframed(&framed(b"abc"), "identity", 10).unwrap(), b"abc");
        assert_eq!(unframed(&compressed(b"abc"), "gzip", 10).unwrap(), b"abc");
        assert_eq!(unframed(&framed(b""), "identity", 10).unwrap(), b"");
    }

    #[test]
    fn what_is_not_one_message_is_refused() {
        let frame = framed(b"abc");
        for length in 0..frame.len() {
            assert_eq!(unframed(&frame[..length], "identity", 10).unwrap_err().kind, ErrorKind::Invalid, "{length} bytes");
        }
        assert_eq!(unframed(&[&frame[..], &frame[..]].concat(), "identity", 10).unwrap_err().kind, ErrorKind::Invalid, "two");
        assert_eq!(unframed(&compressed(b"abc"), "snappy", 10).unwrap_err().kind, ErrorKind::Invalid);
        assert_eq!(unframed(&compressed(&[0; 100_000]), "gzip", 99_999).unwrap_err().kind, ErrorKind::TooLarge);
    }
}
