//! Each thing that the JSON reader takes although it is not as published.

use super::samples::any;
use super::traces;
use crate::proto::common::v1::any_value::Value;
use crate::proto::common::v1::{AnyValue, ArrayValue, KeyValue, KeyValueList};
use crate::proto::trace::v1::Span;
use crate::{Encoding, span_fault};

/// The span with these fields, between two others that must not suffer for it.
fn span(fields: &str) -> Span {
    let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"name":"a"}},{{{fields}}},{{"name":"z"}}]}}]}}]}}"#);
    let request = traces(Encoding::Json, body.as_bytes()).unwrap_or_else(|error| panic!("{fields}: {error}"));
    let mut spans = request.resource_spans[0].scope_spans[0].spans.clone();
    assert_eq!((spans.len(), spans[0].name.as_str(), spans[2].name.as_str()), (3, "a", "z"), "{fields}");
    spans.remove(1)
}

/// These fields of a span read as these.
fn check(fields: &str, expected: &Span) {
    assert_eq!(span(fields), *expected, "{fields}");
}

/// This JSON as the value of an attribute reads as that.
fn check_value(json: &str, expected: Option<Value>) {
    let attribute = KeyValue { key: "k".into(), value: Some(AnyValue { value: expected }), ..KeyValue::default() };
    let mut read = span(&format!(r#""attributes":[{{"key":"k","value":{json}}}]"#)).attributes;
    // An absent value and an empty one say the same.
    let empty = read[0].value.take().unwrap_or_default();
    read[0].value = Some(empty);
    assert_eq!(read, [attribute], "{json}");
}

fn check_start(json: &str, expected: u64) {
    check(&format!(r#""startTimeUnixNano":{json}"#), &Span { start_time_unix_nano: expected, ..Span::default() });
}

fn check_kind(json: &str, expected: i32) {
    check(&format!(r#""kind":{json}"#), &Span { kind: expected, ..Span::default() });
}

fn check_trace_id(json: &str, expected: &[u8]) {
    let read = span(&format!(r#""traceId":{json},"spanId":"0000000000000001","startTimeUnixNano":1"#));
    assert_eq!(read.trace_id, expected, "{json}");
    assert_eq!(span_fault(&read).is_none(), expected.len() == 16, "{json}");
}

#[test]
fn texts_may_be_no_texts() {
    let body = b"{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"name\":\"caf\xe9\"},{\"name\":\"z\"}]}]}]}";
    let request = traces(Encoding::Json, body).expect("the text is mended");
    let names = request.resource_spans[0].scope_spans[0].spans.iter().map(|span| span.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["caf\u{fffd}", "z"]);
}

#[test]
fn names_may_be_those_of_protobuf() {
    let body = br#"{"resource_spans":[{"schema_url":"u","scope_spans":[{"spans":[
        {"start_time_unix_nano":1,"dropped_events_count":2,"parent_span_id":"0000000000000001","trace_state":"s"}]}]}]}"#;
    let request = traces(Encoding::Json, body).expect("names as in the definitions");
    assert_eq!(request.resource_spans[0].schema_url, "u");
    let read = &request.resource_spans[0].scope_spans[0].spans[0];
    let parent_span_id = vec![0, 0, 0, 0, 0, 0, 0, 1];
    let trace_state = "s".into();
    let expected = Span { start_time_unix_nano: 1, dropped_events_count: 2, parent_span_id, trace_state, ..Span::default() };
    assert_eq!(*read, expected);
    check_value(r#"{"string_value":"x"}"#, Some(Value::StringValue("x".into())));
}

#[test]
fn names_may_be_those_before_scopes() {
    let body = br#"{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"lib"},"spans":[{"name":"a"}]}]}]}"#;
    let request = traces(Encoding::Json, body).expect("names of older SDKs");
    let scope_spans = &request.resource_spans[0].scope_spans[0];
    assert_eq!(scope_spans.scope.as_ref().map(|scope| scope.name.as_str()), Some("lib"));
    assert_eq!(scope_spans.spans[0].name, "a");
}

#[test]
fn unknown_fields_are_passed_over() {
    check(r#""later":{"deep":[{"er":[1,"x",null]}]},"kind":1"#, &Span { kind: 1, ..Span::default() });
}

#[test]
fn the_last_of_equal_names_wins() {
    check(r#""name":"b","events":[{}],"name":"c","events":[]"#, &Span { name: "c".into(), ..Span::default() });
    check(r#""kind":1,"ki\u006ed":2"#, &Span { kind: 2, ..Span::default() });
    check_value(r#"{"intValue":1,"stringValue":"x"}"#, Some(Value::StringValue("x".into())));
}

#[test]
fn anything_may_be_null() {
    let fields = r#""traceId":null,"name":null,"kind":null,"startTimeUnixNano":null,"attributes":null,"events":null,"links":null,
        "status":null,"flags":null"#;
    check(fields, &Span::default());
    for body in [r#"null"#, r#"{}"#, r#"{"resourceSpans":null}"#, r#"{"resourceSpans":[]}"#, " \n"] {
        assert_eq!(traces(Encoding::Json, body.as_bytes()), Ok(Default::default()), "{body}");
    }
    let body = br#"{"resourceSpans":[{"resource":null,"scopeSpans":[{"scope":null,"spans":null}]}]}"#;
    let request = traces(Encoding::Json, body).expect("nulls");
    assert_eq!(request.resource_spans[0].scope_spans[0].spans, []);
}

#[test]
fn ids_are_hexadecimal_of_any_case() {
    check_trace_id(r#""0102030405060708090a0b0c0d0e0fFf""#, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255]);
}

#[test]
fn an_unreadable_id_costs_one_span() {
    for json in
        [r#""""#, r#""0102030405060708090a0b0c0d0e0fxx""#, r#""+1+2+3+4+5+6+7+8+1+2+3+4+5+6+7+8""#, "5", "true", "[1]", "{}", "null"]
    {
        check_trace_id(json, &[]);
    }
    check_trace_id(r#""010""#, &[]);
    check_trace_id(r#""0102""#, &[1, 2]);
}

#[test]
fn integers_are_numbers_or_text() {
    for json in ["1700000000000000000", r#""1700000000000000000""#, "1.7e18", r#""1.7e18""#, "1700000000000000000.0"] {
        check_start(json, 1_700_000_000_000_000_000);
    }
    check_start(r#""18446744073709551615""#, u64::MAX);
    check_start("18446744073709551615", u64::MAX);
    for json in ["-1", "1.5", r#""soon""#, r#""""#, r#""NaN""#, "1e300", "18446744073709551616", "true", "[]", "{}"] {
        check_start(json, 0);
    }
}

#[test]
fn enums_are_numbers_or_names() {
    for (json, expected) in [("3", 3), (r#""3""#, 3), (r#""SPAN_KIND_CLIENT""#, 3), (r#""CLIENT""#, 0), ("99", 99), ("1e10", 0)] {
        check_kind(json, expected);
    }
    let status = span(r#""status":{"code":"STATUS_CODE_ERROR"}"#).status.expect("a status");
    assert_eq!(status.code, 2);
}

#[test]
fn doubles_are_numbers_or_text() {
    for (json, expected) in [
        ("0.5", 0.5),
        ("2", 2.0),
        ("-2", -2.0),
        (r#""0.5""#, 0.5),
        (r#""-1e3""#, -1000.0),
        (r#""Infinity""#, f64::INFINITY),
        (r#""-Infinity""#, f64::NEG_INFINITY),
    ] {
        check_value(&format!(r#"{{"doubleValue":{json}}}"#), Some(Value::DoubleValue(expected)));
    }
    // As protobuf tells it, and as Python's `json` does.
    for json in [r#""NaN""#, "NaN"] {
        let read = span(&format!(r#""attributes":[{{"key":"k","value":{{"doubleValue":{json}}}}}]"#));
        let value = read.attributes[0].value.as_ref().and_then(|value| value.value.as_ref());
        assert!(matches!(value, Some(Value::DoubleValue(number)) if number.is_nan()), "{json}");
    }
    let read = span(r#""attributes":[{"key":"k","value":{"doubleValue":-Infinity}}]"#);
    assert_eq!(read.attributes[0].value.as_ref().unwrap().value, Some(Value::DoubleValue(f64::NEG_INFINITY)));
}

#[test]
fn values_of_every_type() {
    check_value(r#"{"stringValue":"\u00fc\"\n"}"#, Some(Value::StringValue("ü\"\n".into())));
    check_value(r#"{"stringValue":""}"#, Some(Value::StringValue(String::new())));
    check_value(r#"{"boolValue":false}"#, Some(Value::BoolValue(false)));
    check_value(r#"{"boolValue":"true"}"#, Some(Value::BoolValue(true)));
    check_value(r#"{"intValue":"-9223372036854775808"}"#, Some(Value::IntValue(i64::MIN)));
    check_value(r#"{"arrayValue":{}}"#, Some(Value::ArrayValue(ArrayValue::default())));
    check_value(r#"{"arrayValue":{"values":null}}"#, Some(Value::ArrayValue(ArrayValue::default())));
    check_value(r#"{"kvlistValue":{}}"#, Some(Value::KvlistValue(KeyValueList::default())));
}

#[test]
fn half_a_character_is_replaced() {
    check_value(r#"{"stringValue":"cut \ud83d"}"#, Some(Value::StringValue("cut \u{fffd}".into())));
    check_value(r#"{"stringValue":"\ude00 cut, \ud83d\ude00 whole"}"#, Some(Value::StringValue("\u{fffd} cut, 😀 whole".into())));
}

#[test]
fn an_array_keeps_its_places() {
    let values = vec![AnyValue::default(), any(Value::IntValue(1)), AnyValue::default()];
    check_value(r#"{"arrayValue":{"values":[null,{"intValue":1},{}]}}"#, Some(Value::ArrayValue(ArrayValue { values })));
}

#[test]
fn bytes_are_any_base64() {
    for (json, expected) in [
        (r#""+/8=""#, vec![0xfb, 0xff]),
        (r#""-_8=""#, vec![0xfb, 0xff]),
        (r#""+/8""#, vec![0xfb, 0xff]),
        (r#""-_8""#, vec![0xfb, 0xff]),
        (r#""""#, vec![]),
    ] {
        check_value(&format!(r#"{{"bytesValue":{json}}}"#), Some(Value::BytesValue(expected)));
    }
    check_value(r#"{"bytesValue":"not base64!"}"#, None);
}

#[test]
fn a_value_of_unknown_shape_is_none() {
    for json in ["{}", "null", r#""bare""#, "5", "true", "[]", r#"[{"stringValue":"x"}]"#, r#"{"newValue":{"a":[1]}}"#] {
        check_value(json, None);
    }
    for json in [r#"{"stringValue":5}"#, r#"{"intValue":"five"}"#, r#"{"intValue":1.5}"#, r#"{"arrayValue":[1]}"#, r#"{"boolValue":"no"}"#]
    {
        check_value(json, None);
    }
}

#[test]
fn types_that_are_null_beside_the_one_that_is_not() {
    let json = r#"{"stringValue":"x","boolValue":null,"intValue":null,"arrayValue":null}"#;
    check_value(json, Some(Value::StringValue("x".into())));
}

#[test]
fn attributes_that_are_no_list_are_none() {
    check(r#""attributes":{"a":1},"kind":1"#, &Span { kind: 1, ..Span::default() });
}
