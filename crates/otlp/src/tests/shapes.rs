//! JSON and protobuf of the same data are read alike.

use prost::Message;

use super::{data, logs, metrics, samples, traces};
use crate::proto::logs::v1::LogRecord;
use crate::{Encoding, span_fault};

#[test]
fn traces_are_read_alike() {
    let expected = samples::trace();
    assert_eq!(traces(Encoding::Json, data!("trace.json")), Ok(expected.clone()));
    assert_eq!(traces(Encoding::Protobuf, &expected.encode_to_vec()), Ok(expected));
}

#[test]
fn logs_are_read_alike() {
    let expected = samples::logs();
    assert_eq!(logs(Encoding::Json, data!("logs.json")), Ok(expected.clone()));
    assert_eq!(logs(Encoding::Protobuf, &expected.encode_to_vec()), Ok(expected));
}

#[test]
fn metrics_are_read_alike() {
    let expected = samples::metrics();
    assert_eq!(metrics(Encoding::Json, data!("metrics.json")), Ok(expected.clone()));
    assert_eq!(metrics(Encoding::Protobuf, &expected.encode_to_vec()), Ok(expected));
}

#[test]
fn recorded_requests_are_read_alike() {
    for (protobuf, json, spans) in
        [(data!("agentops_session.pb"), data!("agentops_session.json"), 1), (data!("agentops_tagged.pb"), data!("agentops_tagged.json"), 1)]
    {
        let request = traces(Encoding::Protobuf, protobuf).expect("as an SDK sent it");
        assert_eq!(traces(Encoding::Json, json).as_ref(), Ok(&request));
        let of = request.resource_spans.iter().flat_map(|of| &of.scope_spans).flat_map(|of| &of.spans);
        assert_eq!(of.map(span_fault).collect::<Vec<_>>(), vec![None; spans]);
    }
}

#[test]
fn nothing_is_a_request_with_nothing_in_it() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        assert_eq!(traces(encoding, b"").map(|request| request.resource_spans.len()), Ok(0));
        assert_eq!(logs(encoding, b"").map(|request| request.resource_logs.len()), Ok(0));
        assert_eq!(metrics(encoding, b"").map(|request| request.resource_metrics.len()), Ok(0));
    }
}

#[test]
fn a_log_record_that_decodes_as_a_span_has_no_ids() {
    let mut request = samples::logs();
    // The fields that share a number and a wire type with one of a span.
    let body = request.resource_logs[0].scope_logs[0].log_records[0].body.clone();
    let record = LogRecord { severity_text: "WARN".into(), body, ..LogRecord::default() };
    request.resource_logs[0].scope_logs[0].log_records = vec![record];
    let read = traces(Encoding::Protobuf, &request.encode_to_vec()).expect("the numbers are the same");
    let spans = &read.resource_spans[0].scope_spans[0].spans;
    assert_eq!(spans.iter().map(|span| span_fault(span).is_some()).collect::<Vec<_>>(), [true]);
}

#[test]
fn a_log_record_with_a_time_does_not_decode_as_a_span() {
    let read = crate::traces(Encoding::Protobuf, &samples::logs().encode_to_vec()).expect("the envelope is the same");
    assert_eq!((read.rejected, read.request.resource_spans[0].scope_spans[0].spans.len()), (1, 0));
    assert!(read.fault.is_some_and(|fault| fault.contains("Span.trace_id")));
}

#[test]
fn a_span_does_not_decode_as_a_log_record() {
    let read = crate::logs(Encoding::Protobuf, &samples::trace().encode_to_vec()).expect("the envelope is the same");
    assert_eq!((read.rejected, read.request.resource_logs[0].scope_logs[0].log_records.len()), (1, 0));
}
