//! What is kept is everything.

use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span::Event, span::Link};

use super::builder::{attribute, list, map, text};
use crate::{Around, Keeper, reread, reread_log, reread_messages};

#[test]
fn everything_is_written_down() {
    let attributes = vec![
        attribute("text", text("a \"b\"\n\u{1}\u{e9}")),
        attribute("int", Value::IntValue(i64::MIN)),
        attribute("double", Value::DoubleValue(1.0)),
        attribute("none", Value::DoubleValue(f64::NAN)),
        attribute("much", Value::DoubleValue(f64::NEG_INFINITY)),
        attribute("is", Value::BoolValue(true)),
        attribute("bytes", Value::BytesValue(vec![0, 255])),
        attribute("list", list([Value::IntValue(1), map([("a", text("b")), ("a", text("c"))])])),
        attribute("twice", text("first")),
        attribute("twice", text("last")),
        KeyValue { key: "nothing".into(), ..KeyValue::default() },
    ];
    let span = Span {
        name: "x".into(),
        kind: 2,
        start_time_unix_nano: u64::MAX,
        end_time_unix_nano: 7,
        trace_state: "a=b".into(),
        flags: 256,
        attributes,
        dropped_attributes_count: 1,
        events: vec![Event {
            name: "e".into(),
            time_unix_nano: 5,
            attributes: vec![attribute("k", text("v"))],
            dropped_attributes_count: 2,
        }],
        dropped_events_count: 3,
        links: vec![Link { trace_id: vec![1, 171], span_id: vec![2], trace_state: "s".into(), flags: 1, ..Link::default() }],
        dropped_links_count: 4,
        status: Some(Status { code: 2, message: "no".into() }),
        ..Span::default()
    };
    let (resource, scope) = ([attribute("service.name", text("shop"))], [attribute("s", Value::IntValue(1))]);
    let around = Around { resource: &resource, scope_name: "lib", scope_version: "2", scope_attributes: &scope };
    let expected = concat!(
        r#"{"resource":{"service.name":"shop"},"scope":{"name":"lib","version":"2","attributes":{"s":1}},"name":"x","kind":"server","#,
        r#""startTimeUnixNano":"18446744073709551615","endTimeUnixNano":"7","traceState":"a=b","flags":256,"#,
        r#""attributes":{"text":"a \"b\"\n\u0001é","int":-9223372036854775808,"double":1.0,"none":"NaN","much":"-Infinity","is":true,"#,
        r#""bytes":{"bytes":"AP8="},"list":[1,{"a":"c"}],"twice":"last","nothing":null},"droppedAttributesCount":1,"#,
        r#""events":[{"name":"e","timeUnixNano":"5","attributes":{"k":"v"},"droppedAttributesCount":2}],"droppedEventsCount":3,"#,
        r#""links":[{"traceId":"01ab","spanId":"02","traceState":"s","flags":1}],"droppedLinksCount":4,"status":{"code":"error","message":"no"}}"#,
    );
    assert_eq!(Keeper::of(&around).span(&span), expected);
    assert_eq!(Keeper::of(&Around::default()).span(&Span::default()), "{}");
}

#[test]
fn many_keys_are_told_apart_like_few() {
    let attributes: Vec<_> = (0..200).map(|nth| attribute(&format!("k{}", nth % 150), Value::IntValue(nth))).collect();
    let kept = Keeper::of(&Around::default()).span(&Span { attributes, ..Span::default() });
    assert!(kept.contains("\"k0\":150") && !kept.contains("\"k0\":0"), "{kept}");
    assert_eq!(kept.matches(':').count(), 1 + 150);
}

#[test]
fn what_is_no_document_of_ours_is_none() {
    for kept in ["", "[]", "7", "{\"events\":7}", "{\"name\":"] {
        assert!(reread(kept).is_none() && reread_log(kept).is_none() && reread_messages(kept).is_none(), "{kept}");
    }
    assert_eq!(reread("{}").map(|reading| reading.dialect), Some("otel"));
}

#[test]
fn texts_are_escaped_as_json_asks_whatever_is_in_them() {
    for text in [
        "",
        "plain",
        "two \"words\" and a \\ of seventeen letters",
        "\u{0}\u{1f}\u{7f}\n\r\t\u{8}",
        "é\"ü\\ \u{1f600}\n",
        "\"\"\"\"\"\"\"\"\"",
        "12345678\n12345678",
    ] {
        let kept = Keeper::of(&Around::default()).span(&Span { name: text.into(), ..Span::default() });
        let read: serde_json::Value = serde_json::from_str(&kept).expect("JSON");
        assert_eq!(read.get("name").map_or("", |name| name.as_str().expect("a text")), text, "{kept}");
    }
}
