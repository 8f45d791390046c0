//! Answers, as a sender reads them.

use prost::Message;
use serde_json::{Value, json};

use crate::answer::Status;
use crate::proto::collector::logs::v1::ExportLogsServiceResponse;
use crate::proto::collector::metrics::v1::ExportMetricsServiceResponse;
use crate::proto::collector::trace::v1::ExportTraceServiceResponse;
use crate::{Encoding, Signal, accepted, status};

fn check(signal: Signal, rejected: u64, message: &str, expected: &Value) {
    let read: Value = serde_json::from_slice(&accepted(Encoding::Json, signal, rejected, message)).expect("JSON");
    assert_eq!(read, *expected);
    assert_eq!(read_protobuf(signal, &accepted(Encoding::Protobuf, signal, rejected, message)), *expected);
}

/// The protobuf of an answer, put as its JSON would be.
fn read_protobuf(signal: Signal, answer: &[u8]) -> Value {
    let (name, partial) = match signal {
        Signal::Traces => {
            let partial = ExportTraceServiceResponse::decode(answer).expect("protobuf").partial_success;
            ("rejectedSpans", partial.map(|partial| (partial.rejected_spans, partial.error_message)))
        }
        Signal::Logs => {
            let partial = ExportLogsServiceResponse::decode(answer).expect("protobuf").partial_success;
            ("rejectedLogRecords", partial.map(|partial| (partial.rejected_log_records, partial.error_message)))
        }
        Signal::Metrics => {
            let partial = ExportMetricsServiceResponse::decode(answer).expect("protobuf").partial_success;
            ("rejectedDataPoints", partial.map(|partial| (partial.rejected_data_points, partial.error_message)))
        }
    };
    match partial {
        None => json!({}),
        Some((0, message)) => json!({"partialSuccess": {"errorMessage": message}}),
        Some((rejected, message)) if message.is_empty() => json!({"partialSuccess": {name: rejected.to_string()}}),
        Some((rejected, message)) => json!({"partialSuccess": {name: rejected.to_string(), "errorMessage": message}}),
    }
}

#[test]
fn a_full_success_says_nothing() {
    for signal in [Signal::Traces, Signal::Logs, Signal::Metrics] {
        check(signal, 0, "", &json!({}));
        assert_eq!(accepted(Encoding::Protobuf, signal, 0, ""), b"");
    }
}

#[test]
fn a_partial_success_counts_what_its_signal_carries() {
    check(Signal::Traces, 2, "why", &json!({"partialSuccess": {"rejectedSpans": "2", "errorMessage": "why"}}));
    check(Signal::Logs, 2, "why", &json!({"partialSuccess": {"rejectedLogRecords": "2", "errorMessage": "why"}}));
    check(Signal::Metrics, 2, "", &json!({"partialSuccess": {"rejectedDataPoints": "2"}}));
    check(Signal::Metrics, u64::MAX, "", &json!({"partialSuccess": {"rejectedDataPoints": "9223372036854775807"}}));
}

#[test]
fn a_warning_rejects_nothing() {
    check(Signal::Traces, 0, "a \"warning\"", &json!({"partialSuccess": {"errorMessage": "a \"warning\""}}));
}

#[test]
fn a_status_has_a_code_and_a_message() {
    let read: Value = serde_json::from_slice(&status(Encoding::Json, 14, "try again")).expect("JSON");
    assert_eq!(read, json!({"code": 14, "message": "try again"}));
    let read = Status::decode(status(Encoding::Protobuf, 14, "try again").as_slice());
    assert_eq!(read, Ok(Status { code: 14, message: "try again".into() }));
    // Field 1 as a varint, field 2 as text: what any reader of google.rpc.Status finds.
    assert_eq!(status(Encoding::Protobuf, 3, "no"), b"\x08\x03\x12\x02no");
}
