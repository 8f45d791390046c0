//! A trace that is too long to be read at once is shown whole all the same.

use std::collections::BTreeSet;

use http::StatusCode;

use crate::world::World;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn span(number: usize) -> String {
    // Many begin at the same time, so that pages end among them.
    let began = 1_767_268_800_000_000_000_u64 + (number as u64 / 400) * 1_000_000;
    format!(r#"{{"traceId":"{TRACE}","spanId":"{:016x}","name":"s{number}","startTimeUnixNano":"{began}"}}"#, number + 1)
}

#[test]
fn every_span_is_shown_once() {
    let world = World::new();
    let key = format!("Bearer {}", world.key("key"));
    let ask = |method: &str, path: &str, body: String| {
        let answer = world.ask(method, path, &[("authorization", &key), ("content-type", "application/json")], body);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    };
    for batch in 0..12 {
        let spans: Vec<_> = (batch * 100..(batch + 1) * 100).map(span).collect();
        ask("POST", "/v1/traces", format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#, spans.join(",")));
    }
    let trace = ask("GET", &format!("/public/v1/traces/{TRACE}"), String::new());
    let shown: Vec<_> = trace["spans"].as_array().unwrap().iter().map(|span| span["span_name"].as_str().unwrap()).collect();
    assert_eq!((shown.len(), shown.iter().collect::<BTreeSet<_>>().len()), (1_200, 1_200));
    assert_eq!((shown[0], shown[1_199]), ("s0", "s1199"));
    let metrics = ask("GET", &format!("/public/v1/traces/{TRACE}/metrics"), String::new());
    assert_eq!(metrics["span_count"], 1_200);
}
