//! Costs on the real program: prices of one's own, pricing again, traces that come in pieces and survive a kill.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::server::{Server, run};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn attributes(of: &Value) -> Value {
    let one = |(key, value): (&String, &Value)| {
        let value = if value.is_number() { json!({ "intValue": value }) } else { json!({ "stringValue": value }) };
        json!({ "key": key, "value": value })
    };
    of.as_object().unwrap().iter().map(one).collect()
}

fn span(id: u64, parent: Option<u64>, said: &Value) -> Value {
    let hex = |id: u64| format!("{id:016x}");
    json!({
        "traceId": TRACE, "spanId": hex(id), "parentSpanId": parent.map(hex), "name": "work",
        "startTimeUnixNano": (1_767_268_800_000_000_000 + id * 1_000_000).to_string(), "endTimeUnixNano": "1767268900000000000",
        "attributes": attributes(said),
    })
}

fn export(spans: &[Value]) -> Value {
    json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": spans }] }] })
}

fn call(id: u64, model: &str) -> Value {
    let used = json!({ "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai", "gen_ai.response.model": model, "gen_ai.usage.input_tokens": 1_000_000 });
    span(id, Some(1), &used)
}

fn agent() -> Value {
    span(
        1,
        None,
        &json!({ "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "clerk", "gen_ai.conversation.id": "chat-1", "gen_ai.usage.input_tokens": 2_000_000 }),
    )
}

fn debrief(arguments: &[&str], data: &Path) -> support::server::Ended {
    run(arguments.iter().copied().chain(["--data", data.to_str().unwrap()]))
}

#[test]
fn prices_of_ones_own_count_for_new_calls_and_for_those_that_are_priced_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("own.json"));
    std::fs::write(&file, r#"{"providers": [{"id": "openai", "models": [{"id": "ours", "prices": {"input_mtok": 3.75}}]}]}"#).unwrap();
    let update = ["prices", "update", file.to_str().unwrap()];
    let refused = debrief(&update, &data);
    assert!(refused.status.code() == Some(1) && refused.err.contains("holds no Debrief data"), "{refused:?}");

    let server = Server::start(&data, &[]);
    server.client().post("/v1/traces", &export(&[call(2, "ours"), call(3, "gpt-4o")])).ok();
    let costs = server.client().get("/api/v1/costs").ok();
    assert_eq!((&costs["total"]["costUsd"], &costs["total"]["unpricedCalls"]), (&json!("2.50"), &json!(1)));
    let busy = debrief(&["reprice"], &data);
    assert!(busy.status.code() == Some(1) && busy.err.contains("POST /api/v1/prices/reprice"), "{busy:?}");
    server.stop();

    assert!(debrief(&update, &data).out.contains("1 models"));
    let done = debrief(&["reprice", "--from", "2026-01-01T00:00:00Z"], &data);
    assert!(done.status.success() && done.out.contains("1 cost something else now: $0 before, $3.75 now"), "{done:?}");

    let server = Server::start(&data, &[]);
    let costs = server.client().get("/api/v1/costs?groupBy=model").ok();
    assert_eq!((&costs["total"]["costUsd"], &costs["total"]["unpricedCalls"]), (&json!("6.25"), &json!(0)));
    let session = server.client().get(&format!("/api/v1/sessions/{TRACE}")).ok();
    assert_eq!(session["totals"]["costUsd"], "6.25");
    let events = server.client().get(&format!("/api/v1/sessions/{TRACE}/events")).ok();
    let pricing = &events["events"][0]["pricing"];
    assert_eq!((&pricing["matched"], &pricing["priceBook"]), (&json!("openai/ours"), &json!("override")));
    server.stop();
}

#[test]
fn a_trace_that_comes_in_pieces_is_whole_though_the_server_is_killed_between_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    server.client().post("/v1/traces", &export(&[call(2, "gpt-4o")])).ok();
    server.kill9();
    let server = Server::start(&data, &[]);
    server.client().post("/v1/traces", &export(&[call(3, "gpt-4o")])).ok();
    server.kill9();
    // What comes last names the conversation and the agent of all, and repeats what they used.
    let server = Server::start(&data, &[]);
    server.client().post("/v1/traces", &export(&[agent()])).ok();
    let mut client = server.client();
    let session = client.get("/api/v1/sessions/chat-1").ok();
    let told = [&session["agent"], &session["totals"]["events"], &session["totals"]["llmCalls"], &session["totals"]["costUsd"]];
    assert_eq!(told, [&json!("clerk"), &json!(3), &json!(2), &json!("5.00")]);
    let trace = client.get(&format!("/api/v1/traces/{TRACE}")).ok();
    let spans = trace["spans"].as_array().unwrap();
    assert!(spans.iter().all(|span| span["agent"] == "clerk" && span["sessionId"] == "chat-1"), "{spans:#?}");
    assert_eq!(
        (&spans[0]["children"], &spans[0]["inputTokens"], &spans[0]["within"]["inputTokens"]),
        (&json!(2), &json!(null), &json!(2_000_000))
    );
    assert_eq!(client.get("/api/v1/sessions").ok()["total"], 1, "the trace is no session of its own any more");
    server.stop();
}
