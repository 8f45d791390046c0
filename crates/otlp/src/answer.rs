//! What a sender is told, in the encoding it used.

use prost::Message;
use serde::Serialize;

use crate::Encoding;
use crate::proto::collector::logs::v1::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use crate::proto::collector::metrics::v1::{ExportMetricsPartialSuccess, ExportMetricsServiceResponse};
use crate::proto::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};

/// What a request carries, which decides what its answer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
    /// Data points.
    Metrics,
}

/// The answer to a request that was taken, with how many spans, log records or data points were not, and why.
///
/// None and no message is a full success. None with a message is a warning. A sender repeats nothing after this answer,
/// so that whatever could still be recorded later needs [`status`] instead.
pub fn accepted(encoding: Encoding, signal: Signal, rejected: u64, message: &str) -> Vec<u8> {
    // The wire counts in signed integers.
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let partial = (rejected > 0 || !message.is_empty()).then_some(Partial { rejected, message });
    match encoding {
        Encoding::Protobuf => accepted_protobuf(signal, partial),
        Encoding::Json => json(&Accepted { partial_success: partial.map(|partial| partial.wire(signal)) }),
    }
}

/// The answer to a request that was not taken: a `google.rpc.Status` with one of `google.rpc.Code`'s numbers.
pub fn status(encoding: Encoding, code: i32, message: &str) -> Vec<u8> {
    let status = Status { code, message: message.to_owned() };
    match encoding {
        Encoding::Protobuf => status.encode_to_vec(),
        Encoding::Json => json(&status),
    }
}

struct Partial<'a> {
    rejected: i64,
    message: &'a str,
}

fn accepted_protobuf(signal: Signal, partial: Option<Partial<'_>>) -> Vec<u8> {
    let parts = partial.map(|Partial { rejected, message }| (rejected, message.to_owned()));
    match signal {
        Signal::Traces => {
            let partial = |(rejected_spans, error_message)| ExportTracePartialSuccess { rejected_spans, error_message };
            ExportTraceServiceResponse { partial_success: parts.map(partial) }.encode_to_vec()
        }
        Signal::Logs => {
            let partial = |(rejected_log_records, error_message)| ExportLogsPartialSuccess { rejected_log_records, error_message };
            ExportLogsServiceResponse { partial_success: parts.map(partial) }.encode_to_vec()
        }
        Signal::Metrics => {
            let partial = |(rejected_data_points, error_message)| ExportMetricsPartialSuccess { rejected_data_points, error_message };
            ExportMetricsServiceResponse { partial_success: parts.map(partial) }.encode_to_vec()
        }
    }
}

/// Any of the three responses as JSON: they differ in what the count is called.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Accepted<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_success: Option<PartialSuccess<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PartialSuccess<'a> {
    // 64-bit integers are strings in the JSON of protobuf.
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_spans: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_records: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_data_points: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    error_message: &'a str,
}

impl<'a> Partial<'a> {
    fn wire(self, signal: Signal) -> PartialSuccess<'a> {
        let count_of = |counted| (signal == counted && self.rejected > 0).then(|| self.rejected.to_string());
        PartialSuccess {
            rejected_spans: count_of(Signal::Traces),
            rejected_log_records: count_of(Signal::Logs),
            rejected_data_points: count_of(Signal::Metrics),
            error_message: self.message,
        }
    }
}

/// `google.rpc.Status` without details, of which we have none.
#[derive(Clone, PartialEq, Message, Serialize)]
pub(crate) struct Status {
    #[prost(int32, tag = "1")]
    pub(crate) code: i32,
    #[prost(string, tag = "2")]
    pub(crate) message: String,
}

fn json(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("text and numbers are always JSON")
}
