//! Bodies in, events out: what a body must be, what becomes of it, and that none makes a reader panic.

use debrief_model::limit::{EVENT_PAYLOAD_BYTES_MAX, KEY_CHARS_MAX, PROBLEMS_MAX};
use debrief_model::{Error, ErrorKind, Status};
use debrief_store::body;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Form, events, is_event_type};

fn one(value: &Value) -> debrief_app::domain::NewEvent {
    let mut read = events(&value.to_string(), Form::Ours, 10).unwrap_or_else(|error| panic!("{error} for {value}"));
    assert!(!read.is_batch);
    read.list.pop().expect("one event")
}

fn refused(text: &str, form: Form) -> Error {
    events(text, form, 10).expect_err(text)
}

fn fields(error: &Error) -> Vec<&str> {
    error.problems.iter().map(|problem| problem.field.as_str()).collect()
}

#[test]
fn types_are_words_joined_by_dots() {
    for text in ["a.b", "order.paid", "a1_.b_2.c", "com.example.order.paid"] {
        assert!(is_event_type(text), "{text}");
    }
    for text in ["", "order", ".", "a.", ".a", "a..b", "A.b", "a.B", "1a.b", "a.1", "_a.b", "a.b ", "a-b.c", "é.b", "a.b\n"] {
        assert!(!is_event_type(text), "{text}");
    }
    assert!(is_event_type(&format!("a.{}", "b".repeat(126))) && !is_event_type(&format!("a.{}", "b".repeat(127))));
}

#[test]
fn everything_that_is_told_is_kept() {
    let event = one(&json!({
        "id": "7", "eventType": "order.paid", "occurredAt": "2026-01-01T12:00:00+01:00", "actor": {"type": "user", "id": "ann"},
        "resourceType": "order", "resourceId": "7", "correlationId": "w", "causationId": "c", "outcome": "failure",
        "error": {"type": "E", "message": "m"}, "sessionId": "s", "agent": "a", "person": "p", "payload": {"n": 1},
    }));
    assert_eq!((event.id.as_deref(), event.event_type.as_str()), (Some("7"), "order.paid"));
    assert_eq!(event.occurred_at.map(crate::edge::time::render).as_deref(), Some("2026-01-01T11:00:00.000000Z"));
    let (actor, resource) = (event.actor.expect("told"), event.resource.expect("told"));
    assert_eq!((actor.kind.as_str(), actor.id.as_deref()), ("user", Some("ann")));
    assert_eq!((resource.kind.as_str(), resource.id.as_deref()), ("order", Some("7")));
    assert_eq!((event.correlation_id.as_deref(), event.causation_id.as_deref()), (Some("w"), Some("c")));
    let failure = event.failure.expect("told");
    assert_eq!((event.outcome, failure.kind.as_deref(), failure.message.as_deref()), (Some(Status::Error), Some("E"), Some("m")));
    assert_eq!([event.session, event.agent, event.person].map(Option::unwrap_or_default), ["s", "a", "p"]);
    assert_eq!(body::decode(&event.body).expect("it was encoded"), br#"{"n":1}"#);
}

#[test]
fn the_outcome_is_what_is_told_else_what_the_payload_says() {
    let check = |more: Value, expected: Option<Status>| {
        let mut told = json!({"eventType": "order.placed"});
        told.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
        assert_eq!(one(&told).outcome, expected, "{told}");
    };
    check(json!({}), None);
    check(json!({"outcome": "success", "payload": {"success": false}}), Some(Status::Ok));
    check(json!({"outcome": "unknown", "payload": {"success": false}}), Some(Status::Unset));
    check(json!({"payload": {"success": true, "status": "failed"}}), Some(Status::Ok));
    check(json!({"payload": {"success": "False"}}), Some(Status::Error));
    check(json!({"payload": {"status": "timed_out"}}), Some(Status::Error));
    check(json!({"payload": {"status": "OK"}}), Some(Status::Ok));
    check(json!({"payload": {"status": "pending"}}), None);
    check(json!({"payload": {"status": 200}}), None);
    check(json!({"error": {"message": "no"}, "payload": {"status": "ok"}}), Some(Status::Error));
}

#[test]
fn limits_are_held() {
    let long = "x".repeat(KEY_CHARS_MAX + 1);
    let event =
        json!({"id": long, "eventType": "a.b", "actorType": "y".repeat(129), "payload": {"x": "z".repeat(EVENT_PAYLOAD_BYTES_MAX)}});
    let mut told = fields(&refused(&event.to_string(), Form::Ours)).into_iter().map(str::to_owned).collect::<Vec<_>>();
    told.sort();
    assert_eq!(told, ["actorType", "id", "payload"]);
    assert!(one(&json!({"id": "ü".repeat(KEY_CHARS_MAX), "eventType": "a.b"})).id.is_some());
    let eleven = json!({"events": vec![json!({"eventType": "a.b"}); 11]});
    assert_eq!(refused(&eleven.to_string(), Form::Ours).kind, ErrorKind::TooLarge);
    let many = json!({"events": [Value::Object((0..500).map(|n| (n.to_string(), json!(1))).collect())]});
    let error = refused(&many.to_string(), Form::Ours);
    assert_eq!(error.problems.len(), PROBLEMS_MAX);
    assert!(error.public.ends_with("and 500 more"), "{}", error.public);
}

#[test]
fn null_is_nothing_and_the_last_of_two_counts() {
    assert_eq!(one(&json!({"eventType": "a.b", "id": null, "actor": null, "payload": null})), one(&json!({"eventType": "a.b"})));
    let twice = events(r#"{"eventType":7,"eventType":"a.b"}"#, Form::Ours, 1).expect("the last one counts");
    assert_eq!(twice.list[0].event_type, "a.b");
}

#[test]
fn a_cloud_event_is_known_by_source_and_id() {
    let cloud = |more: &str| {
        let text = format!(r#"{{"specversion":"1.0","id":"1","source":"/s","type":"Order.Paid"{more}}}"#);
        events(&text, Form::Cloud, 1).unwrap_or_else(|error| panic!("{error}")).list.pop().expect("one event")
    };
    let event = cloud(r#","subject":"7","data":{"success":false},"x":[1]"#);
    assert_eq!((event.id.as_deref(), event.event_type.as_str()), (Some("/s 1"), "order.paid"));
    assert_eq!(event.resource.map(|resource| (resource.kind, resource.id)), Some(("order".to_owned(), Some("7".to_owned()))));
    assert_eq!((event.outcome, event.actor), (Some(Status::Error), None));
    assert!(String::from_utf8(body::decode(&event.body).expect("it was encoded")).expect("text").ends_with(r#""x":[1]}"#));
    assert_eq!(cloud("").resource, None);
    assert_eq!(fields(&refused("{}", Form::Cloud)), ["specversion", "id", "source", "type"]);
    assert_eq!(fields(&refused("[{},7]", Form::CloudBatch)), ["0.specversion", "0.id", "0.source", "0.type", "1"]);
}

/// JSON that is made of the members which are looked for, with anything as their values.
fn json() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        proptest::sample::select(vec![
            "id",
            "eventType",
            "events",
            "occurredAt",
            "actor",
            "actorType",
            "actorId",
            "resource",
            "resourceId",
            "type",
            "outcome",
            "error",
            "payload",
            "success",
            "status",
            "specversion",
            "source",
            "subject",
            "time",
            "data",
            "data_base64",
            "actorid",
            "causationId",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    let text = prop_oneof![Just("a.b".to_owned()), Just("1.0".to_owned()), Just("2026-01-01T12:00:00Z".to_owned()), any::<String>()];
    let leaf =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), any::<f64>().prop_map(Value::from), text.prop_map(Value::from)];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name.clone(), inner, 0..8).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_it_panic(value in json()) {
        for form in [Form::Ours, Form::Cloud, Form::CloudBatch] {
            if let Ok(read) = events(&value.to_string(), form, 3) {
                prop_assert!(read.list.len() <= 3 && read.list.iter().all(|event| is_event_type(&event.event_type)));
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        for form in [Form::Ours, Form::Cloud, Form::CloudBatch] {
            prop_assert!(events(&text, form, 3).map_or(true, |read| read.list.len() <= 3));
        }
    }

    #[test]
    fn every_cloud_type_becomes_one_of_ours(kind in "\\PC{1,300}") {
        let text = json!({"specversion": "1.0", "id": "1", "source": "/s", "type": kind}).to_string();
        let read = events(&text, Form::Cloud, 1);
        prop_assert!(read.is_ok_and(|read| is_event_type(&read.list[0].event_type)));
    }
}
