//! From a body to an export request.
//!
//! Protobuf is the library's: it skips unknown fields, ends at 100 nested messages, and refuses a whole request for one
//! string that is not UTF-8 or one span that is none. What it refuses is mended and read again (`protobuf::mended`). JSON is our own
//! reader (`json`), because the library's refuses input that is legal. Either may take no more memory than a body of its size can have a
//! use for (`budget`).

use debrief_content::{repair_json, repair_utf8};
use prost::Message;
use serde_json::error::Category;

use crate::budget::Budget;
use crate::json::{Context, Field, read_text};
use crate::proto::collector::logs::v1::ExportLogsServiceRequest;
use crate::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::protobuf::Mended;
use crate::{Encoding, protobuf};

/// A body that cannot be read. Sending it again cannot help.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Malformed {
    /// What is wrong, in a sentence for the sender. It names places and types, and repeats nothing that was sent.
    pub sentence: String,
}

/// A request, without those of its items that cannot be read or have no place in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Read<T> {
    /// The request.
    pub request: T,
    /// How many spans, log records or metrics are left out.
    pub rejected: u64,
    /// Why the first of them is, in a sentence for the sender.
    pub fault: Option<String>,
}

/// Reads the body of `/v1/traces`. No bytes are a request with nothing in it.
pub fn traces(encoding: Encoding, body: &[u8]) -> Result<Read<ExportTraceServiceRequest>, Malformed> {
    read(encoding, body, &protobuf::TRACES)
}

/// Reads the body of `/v1/logs`. No bytes are a request with nothing in it.
pub fn logs(encoding: Encoding, body: &[u8]) -> Result<Read<ExportLogsServiceRequest>, Malformed> {
    read(encoding, body, &protobuf::LOGS)
}

/// Reads the body of `/v1/metrics`. No bytes are a request with nothing in it.
pub fn metrics(encoding: Encoding, body: &[u8]) -> Result<Read<ExportMetricsServiceRequest>, Malformed> {
    read(encoding, body, &protobuf::METRICS)
}

fn read<T: Message + Default + Field>(encoding: Encoding, body: &[u8], kind: &protobuf::Kind) -> Result<Read<T>, Malformed> {
    match encoding {
        Encoding::Protobuf => read_protobuf(body, kind),
        Encoding::Json => read_json(body),
    }
}

fn read_protobuf<T: Message + Default>(body: &[u8], kind: &protobuf::Kind) -> Result<Read<T>, Malformed> {
    let budget = Budget::of_body(body.len());
    protobuf::spend(kind, body, &budget);
    if budget.is_exceeded() {
        return Err(Malformed::crowded());
    }
    T::decode(body).map(Read::whole).or_else(|_| read_mended(body, kind))
}

/// Reads what is left of a body when what the library refuses it for is mended or left out. Tried only then, so that nobody else pays for
/// it. The fault that remains is told, rather than one that would have cost only itself.
fn read_mended<T: Message + Default>(body: &[u8], kind: &protobuf::Kind) -> Result<Read<T>, Malformed> {
    let Mended { body, rejected, fault, .. } = protobuf::mended(kind, body);
    let request = T::decode(body.as_slice()).map_err(|error| Malformed::protobuf(&error))?;
    Ok(Read { request, rejected, fault })
}

fn read_json<T: Default + Field>(body: &[u8]) -> Result<Read<T>, Malformed> {
    // Once for the whole body: the reader then takes every string as it is.
    let text = &*repair_utf8(body);
    if text.trim_ascii().is_empty() {
        return Ok(Read::whole(T::default()));
    }
    read_text_within(text).or_else(|malformed| read_repaired(text, malformed))
}

/// Reads what a sender spoilt by cutting a text in the middle of a character, or by a number that JSON does not have; any other fault
/// stands. Tried only after one, so that nobody else pays for it.
fn read_repaired<T: Default + Field>(text: &str, malformed: Malformed) -> Result<Read<T>, Malformed> {
    repair_json(text).map_or(Err(malformed), |repaired| read_text_within(&repaired))
}

fn read_text_within<T: Default + Field>(text: &str) -> Result<Read<T>, Malformed> {
    let context = Context::within(Budget::of_body(text.len()));
    let request = read_text(text, &context).map_err(|error| match context.budget.is_exceeded() {
        true => Malformed::crowded(),
        false => Malformed::json(&error),
    })?;
    Ok(Read { request, rejected: context.astray.items(), fault: context.astray.fault() })
}

impl<T> Read<T> {
    fn whole(request: T) -> Self {
        Self { request, rejected: 0, fault: None }
    }
}

impl Malformed {
    /// The library's words name messages, fields and wire types, never values.
    fn protobuf(error: &prost::DecodeError) -> Self {
        Self { sentence: format!("The body is not a protobuf message of this kind: {error}.") }
    }

    fn crowded() -> Self {
        Self { sentence: "The body has far more parts than a request of its size can mean.".to_owned() }
    }

    /// The library's words may quote the body, so that only its verdict and the place are taken over.
    fn json(error: &serde_json::Error) -> Self {
        let verdict = match error.classify() {
            Category::Eof => "The JSON ends too early",
            Category::Data => "The JSON has an object or list where OTLP has another type, or the other way round",
            Category::Syntax | Category::Io => "The JSON is invalid or nested too deep",
        };
        Self { sentence: format!("{verdict}, at line {}, column {}.", error.line(), error.column()) }
    }
}
