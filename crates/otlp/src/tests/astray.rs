//! Items of JSON that stand where their request has no place for them are counted; in protobuf they decode as items that are none.

use prost::Message;

use super::{data, samples};
use crate::{Encoding, Malformed, Read, span_fault};

/// How many items of this body have no place in a request, and the name that they stood under.
fn check<T: std::fmt::Debug>(read: fn(Encoding, &[u8]) -> Result<Read<T>, Malformed>, body: &str, items: u64, under: &str) {
    let read = read(Encoding::Json, body.as_bytes()).unwrap_or_else(|error| panic!("{body}: {error}"));
    assert_eq!(read.rejected, items, "{body}");
    assert_eq!(read.fault.is_some(), items > 0, "{body}");
    assert!(read.fault.unwrap_or_default().starts_with(&format!("\"{under}\" has no place")) || items == 0, "{body}");
}

#[test]
fn another_signal_is_counted() {
    let text = |body: &'static [u8]| std::str::from_utf8(body).expect("a sample");
    let [traces, logs, metrics] = [text(data!("trace.json")), text(data!("logs.json")), text(data!("metrics.json"))];
    let metrics_in = samples::metrics().resource_metrics[0].scope_metrics[0].metrics.len() as u64;
    check(crate::traces, logs, 1, "resourceLogs");
    check(crate::traces, metrics, metrics_in, "resourceMetrics");
    check(crate::logs, traces, 1, "resourceSpans");
    check(crate::logs, metrics, metrics_in, "resourceMetrics");
    check(crate::metrics, traces, 1, "resourceSpans");
    check(crate::metrics, logs, 1, "resourceLogs");
    check(crate::traces, traces, 0, "");
    check(crate::logs, logs, 0, "");
    check(crate::metrics, metrics, 0, "");
}

#[test]
fn both_encodings_reject_as_many() {
    let mut logs = samples::logs();
    let record = logs.resource_logs[0].scope_logs[0].log_records[0].clone();
    logs.resource_logs[0].scope_logs[0].log_records = vec![record; 3];
    let Read { request, rejected, .. } = crate::traces(Encoding::Protobuf, &logs.encode_to_vec()).expect("the envelope is the same");
    let spans = request.resource_spans.iter().flat_map(|of| &of.scope_spans).flat_map(|of| &of.spans);
    assert_eq!(rejected + spans.filter(|span| span_fault(span).is_some()).count() as u64, 3);
    check(crate::traces, r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"},{},{"body":null}]}]}]}"#, 3, "resourceLogs");
}

#[test]
fn items_outside_of_their_lists_are_counted() {
    check(crate::traces, r#"{"spans":[{},{}]}"#, 2, "spans");
    check(crate::traces, r#"{"scopeSpans":[{"spans":[{}]}]}"#, 1, "scopeSpans");
    check(crate::traces, r#"{"resourceSpans":[{"spans":[{}]}]}"#, 1, "spans");
    check(crate::traces, r#"{"resourceSpans":[{"scope_logs":[{"log_records":[{}]},{"logRecords":[{}]}]}]}"#, 2, "scopeLogs");
    check(crate::traces, r#"{"resourceSpans":[{"scopeSpans":[{"logRecords":[{}]}]}],"metrics":[{}]}"#, 2, "logRecords");
    check(crate::logs, r#"{"logRecords":[{}]}"#, 1, "logRecords");
    check(crate::metrics, r#"{"metrics":[{}]}"#, 1, "metrics");
}

#[test]
fn nothing_is_lost_with_lists_of_nothing() {
    for value in ["null", "[]", "[null]", "[[]]", "{}", "1", "-1", "1.5", "true", r#""text""#, r#"[{"scopeLogs":[{"logRecords":[]},5]}]"#] {
        check(crate::traces, &format!(r#"{{"resourceLogs":{value}}}"#), 0, "");
    }
}

#[test]
fn only_the_envelope_knows_these_names() {
    let body = r#"{"resourceSpans":[{"resource":{"metrics":[{}]},"scopeSpans":[{"scope":{"spans":[{}]},"spans":[{"name":"a","metrics":[{}]}]}]}],"later":[1]}"#;
    check(crate::traces, body, 0, "");
}

#[test]
fn what_has_its_place_is_read_beside_it() {
    let body = br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}],"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"a"}]}]}]}"#;
    let read = crate::traces(Encoding::Json, body).expect("an envelope");
    assert_eq!((read.rejected, read.request.resource_spans[0].scope_spans[0].spans[0].name.as_str()), (1, "a"));
}
