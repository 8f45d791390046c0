//! Bodies nobody should send: each is refused or read, and nothing panics or exhausts the stack.

use prost::Message;

use super::{data, samples, traces};
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::proto::common::v1::any_value::Value;
use crate::proto::common::v1::{AnyValue, ArrayValue, KeyValue};
use crate::proto::trace::v1::{ResourceSpans, ScopeSpans, Span};
use crate::{Encoding, Malformed, Read, data_points, logs, metrics, points};

/// Enough levels to overflow any stack that a level takes a byte of.
const ABYSS: usize = 2_000_000;

fn check_malformed(encoding: Encoding, body: &[u8], expected: &str) {
    let malformed = traces(encoding, body).expect_err("must not be read");
    assert!(malformed.sentence.contains(expected), "{malformed}");
}

fn read_as_everything(body: &[u8]) {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        check_leniency(encoding, body, &crate::traces(encoding, body));
        check_leniency(encoding, body, &logs(encoding, body));
        let read = metrics(encoding, body);
        check_leniency(encoding, body, &read);
        if let Ok(Read { request, .. }) = read {
            assert_eq!(u64::try_from(points(&request).count()), Ok(data_points(&request)));
        }
    }
}

/// What the library reads is read as the library does, and what is left out is told.
fn check_leniency<T: Message + Default + PartialEq>(encoding: Encoding, body: &[u8], read: &Result<Read<T>, Malformed>) {
    let Ok(Read { request, rejected, fault }) = read else { return };
    assert_eq!(*rejected > 0, fault.is_some());
    if encoding == Encoding::Protobuf
        && let Ok(strict) = T::decode(body)
    {
        // Bit by bit, as a number that is none does not equal itself.
        assert!(strict.encode_to_vec() == request.encode_to_vec() && *rejected == 0);
    }
}

fn bodies() -> Vec<Vec<u8>> {
    let composed = [data!("trace.json"), data!("logs.json"), data!("metrics.json")].map(<[u8]>::to_vec);
    let encoded = [samples::trace().encode_to_vec(), samples::logs().encode_to_vec(), samples::metrics().encode_to_vec()];
    composed.into_iter().chain(encoded).chain([data!("agentops_tagged.pb").to_vec()]).collect()
}

#[test]
fn what_ends_too_early() {
    for body in bodies() {
        for end in 0..body.len() {
            read_as_everything(&body[..end]);
        }
    }
}

#[test]
fn what_lost_a_few_bits() {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |bound: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % u64::try_from(bound).unwrap()).unwrap()
    };
    for body in bodies() {
        for _ in 0..2_000 {
            let mut broken = body.clone();
            for _ in 0..=below(4) {
                let at = below(broken.len());
                broken[at] ^= 1 << below(8);
            }
            read_as_everything(&broken);
        }
    }
}

#[test]
fn depth_in_unknown_fields_costs_nothing() {
    let (open, close) = ("[".repeat(ABYSS), "]".repeat(ABYSS));
    let body = format!(r#"{{"unknown":{open}{close},"resourceSpans":[{{}}]}}"#);
    assert_eq!(traces(Encoding::Json, body.as_bytes()).map(|request| request.resource_spans.len()), Ok(1));
    check_malformed(Encoding::Json, format!(r#"{{"unknown":{open}"#).as_bytes(), "ends too early");
}

#[test]
fn depth_where_it_has_no_meaning_is_passed_over() {
    let (open, close) = ("[".repeat(ABYSS), "]".repeat(ABYSS));
    for field in ["name", "traceId", "startTimeUnixNano", "kind"] {
        let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"{field}":{open}{close}}}]}}]}}]}}"#);
        let request = traces(Encoding::Json, body.as_bytes());
        assert_eq!(request.map(|request| request.resource_spans[0].scope_spans[0].spans[0].clone()), Ok(Span::default()));
    }
    for attributes in [format!("{open}{close}"), format!(r#"[{{"value":{open}{close}}}]"#)] {
        let body = format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":{attributes}}}}}]}}"#);
        assert!(traces(Encoding::Json, body.as_bytes()).is_ok());
    }
}

#[test]
fn depth_in_a_value_is_refused() {
    for (open, close) in [(r#"{"arrayValue":{"values":["#, "]}}"), (r#"{"kvlistValue":{"values":[{"value":"#, "}]}}")] {
        assert!(traces(Encoding::Json, nested(open, close, 29).as_bytes()).is_ok());
        check_malformed(Encoding::Json, nested(open, close, 50).as_bytes(), "too deep");
        check_malformed(Encoding::Json, nested(open, close, ABYSS / 10).as_bytes(), "too deep");
    }
}

fn nested(open: &str, close: &str, levels: usize) -> String {
    let (open, close) = (open.repeat(levels), close.repeat(levels));
    format!(r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"value":{open}null{close}}}]}}}}]}}"#)
}

#[test]
fn depth_in_protobuf_costs_the_item() {
    // The fifth message of a body is an attribute of a span, and each level is two more.
    for levels in [20, 47, 48, 49, 60, 5_000] {
        let body = nested_protobuf(levels);
        let read = crate::traces(Encoding::Protobuf, &body).expect("the envelope is shallow");
        let strict = ExportTraceServiceRequest::decode(body.as_slice());
        assert_eq!(read.rejected, u64::from(strict.is_err()), "{levels}");
        assert_eq!(strict.is_err(), levels > 47, "{levels}");
        let deep_resource = wrapped(1, &wrapped(1, &wrapped(1, &nested_value(levels))));
        let strict = ExportTraceServiceRequest::decode(deep_resource.as_slice());
        assert_eq!(traces(Encoding::Protobuf, &deep_resource).is_err(), strict.is_err(), "{levels}");
    }
    check_malformed(Encoding::Protobuf, &wrapped(1, &wrapped(1, &wrapped(1, &nested_value(60)))), "recursion limit");
}

/// Encodes from the inside out, as the library's own encoder would recurse.
fn nested_protobuf(levels: usize) -> Vec<u8> {
    [1, 2, 2, 9].iter().rev().fold(nested_value(levels), |inner, field| wrapped(*field, &inner))
}

/// An attribute without a key.
fn nested_value(levels: usize) -> Vec<u8> {
    let value = (0..levels).fold(vec![], |value, _| wrapped(5, &wrapped(1, &value)));
    wrapped(2, &value)
}

/// A message that has one field, of a number below 16, with these bytes.
fn wrapped(field: u8, inner: &[u8]) -> Vec<u8> {
    let mut outer = vec![field << 3 | 2];
    prost::encode_length_delimiter(inner.len(), &mut outer).expect("a vector grows");
    outer.extend_from_slice(inner);
    outer
}

#[test]
fn the_nesting_test_nests_values() {
    let inner = AnyValue { value: Some(Value::ArrayValue(ArrayValue { values: vec![AnyValue::default()] })) };
    let attributes = vec![KeyValue { value: Some(inner), ..KeyValue::default() }];
    let scope_spans = vec![ScopeSpans { spans: vec![Span { attributes, ..Span::default() }], ..ScopeSpans::default() }];
    let resource_spans = vec![ResourceSpans { scope_spans, ..ResourceSpans::default() }];
    assert_eq!(nested_protobuf(1), ExportTraceServiceRequest { resource_spans }.encode_to_vec());
}

#[test]
fn what_is_no_protobuf() {
    check_malformed(Encoding::Protobuf, b"{}", "protobuf");
    check_malformed(Encoding::Protobuf, &[samples::trace().encode_to_vec(), vec![0xff]].concat(), "protobuf");
    // A length that no body has.
    check_malformed(Encoding::Protobuf, &[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f], "protobuf");
}

#[test]
fn what_is_no_json() {
    check_malformed(Encoding::Json, b"\x0a\x02\x08\x01", "invalid");
    check_malformed(Encoding::Json, br#"{"resourceSpans":[]} {}"#, "invalid");
    check_malformed(Encoding::Json, br#"{"resourceSpans":[}"#, "invalid");
    check_malformed(Encoding::Json, br#"{"resourceSpans":["#, "ends too early");
    check_malformed(Encoding::Json, b"{\"resourceSpans\":\xff}", "invalid");
    let number = br#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":1e999}]}]}]}"#;
    check_malformed(Encoding::Json, number, "invalid");
}

#[test]
fn an_envelope_of_another_shape_is_not_taken_for_an_empty_one() {
    for body in [
        "[]",
        "5",
        r#""secret""#,
        r#"{"resourceSpans":{}}"#,
        r#"{"resourceSpans":"secret"}"#,
        r#"{"resourceSpans":[5]}"#,
        r#"{"resourceSpans":[{"resource":"secret"}]}"#,
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":{"secret":1}}]}]}"#,
        r#"{"resourceSpans":[{"scopeSpans":[{"spans":["secret"]}]}]}"#,
    ] {
        check_malformed(Encoding::Json, body.as_bytes(), "another type");
        let sentence = traces(Encoding::Json, body.as_bytes()).unwrap_err().sentence;
        assert!(!sentence.contains("secret"), "{sentence}");
    }
}
