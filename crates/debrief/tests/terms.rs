//! Calls made in certain ways, on the real program: priced to the cent as they come in, after a restart, and when they are priced again.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::server::{Server, run};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// The first of November 2026: what calls of certain ways cost is known since October.
const BEGAN_NANOS: u64 = 1_793_534_400_000_000_000;

fn call(id: u64, provider: &str, model: &str, said: &[(&str, Value)]) -> Value {
    let who = [
        ("gen_ai.operation.name", json!("chat")),
        ("gen_ai.provider.name", json!(provider)),
        ("gen_ai.response.model", json!(model)),
        ("gen_ai.usage.input_tokens", json!(1_000_000)),
    ];
    let attribute = |(key, value): &(&str, Value)| {
        let value = if value.is_number() { json!({ "intValue": value }) } else { json!({ "stringValue": value }) };
        json!({ "key": key, "value": value })
    };
    json!({
        "traceId": TRACE, "spanId": format!("{id:016x}"), "name": "work",
        "startTimeUnixNano": (BEGAN_NANOS + id * 1_000_000).to_string(), "endTimeUnixNano": (BEGAN_NANOS + 1_000_000_000).to_string(),
        "attributes": who.iter().chain(said).map(attribute).collect::<Value>(),
    })
}

fn tier(told: &str) -> [(&'static str, Value); 1] {
    [("gen_ai.openai.response.service_tier", json!(told))]
}

fn written(said: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let counts = [
        ("gen_ai.usage.cache_write.input_tokens", json!(700_000)),
        ("anthropic.usage.cache_creation.ephemeral_5m_input_tokens", json!(500_000)),
        ("anthropic.usage.cache_creation.ephemeral_1h_input_tokens", json!(200_000)),
    ];
    counts.into_iter().chain(said.iter().cloned()).collect()
}

/// By what the price book says: a million tokens into gpt-5 are $1.25, half as flex or in a batch, twice with priority; of a million into
/// claude-haiku-4-5 300,000 are read for $1 a million, 500,000 written for $1.25 and 200,000 for $2, and half of each in a batch.
fn calls() -> Vec<(Value, &'static str, &'static str)> {
    vec![
        (call(1, "openai", "gpt-5", &[]), "1.25", "1.25"),
        (call(2, "openai", "gpt-5", &tier("flex")), "0.625", "0.625"),
        (call(3, "openai", "gpt-5", &tier("priority")), "2.50", "2.50"),
        (call(4, "openai", "gpt-5", &tier("batch")), "0.625", "0.625"),
        (call(5, "openai", "gpt-5", &tier("default")), "1.25", "1.25"),
        (call(6, "anthropic", "claude-haiku-4-5", &written(&[])), "1.325", "1.325"),
        (call(7, "anthropic", "claude-haiku-4-5", &written(&[("anthropic.response.service_tier", json!("batch"))])), "0.6625", "0.6625"),
        // Nobody knows what this costs until somebody says so, and then it is known how it was made.
        (call(8, "openai", "ours", &tier("flex")), "", "1.00"),
        (call(9, "openai", "ours", &[]), "", "3.75"),
    ]
}

const OWN: &str = r#"{"providers": [{"id": "openai", "models": [{"id": "ours", "prices": {"input_mtok": 3.75},
    "price_variants": [{"when": {"service_tier": "flex"}, "prices": {"input_mtok": 1}}]}]}]}"#;

/// What calls cost, in the order they were made.
fn costs(server: &Server) -> (Vec<String>, Vec<Value>) {
    let told = server.client().get(&format!("/api/v1/sessions/{TRACE}/events?order=asc")).ok();
    let mut events = told["events"].as_array().unwrap().clone();
    events.sort_by_key(|event| event["spanId"].as_str().unwrap().to_owned());
    (events.iter().map(|event| event["costUsd"].as_str().unwrap_or_default().to_owned()).collect(), events)
}

fn lines(event: &Value) -> Vec<[&Value; 4]> {
    let lines = event["pricing"]["lines"].as_array().unwrap();
    lines.iter().map(|line| [&line["unit"], &line["count"], &line["amountUsd"], &line["variant"]]).collect()
}

fn debrief(arguments: &[&str], data: &Path) -> support::server::Ended {
    run(arguments.iter().copied().chain(["--data", data.to_str().unwrap()]))
}

#[test]
fn tiers_batches_and_cache_writes_for_an_hour_are_priced_to_the_cent_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("own.json"));
    std::fs::write(&file, OWN).unwrap();
    let calls = calls();
    let (spans, at_first): (Vec<_>, Vec<_>) = calls.iter().map(|(span, first, _)| (span, *first)).unzip();
    let again: Vec<_> = calls.iter().map(|(.., again)| *again).collect();

    let server = Server::start(&data, &[]);
    server.client().post("/v1/traces", &json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": spans }] }] })).ok();
    let (found, events) = costs(&server);
    assert_eq!(found, at_first);
    let (flex, batch) = (json!("service_tier=flex"), json!("processing=batch"));
    assert_eq!(lines(&events[1]), [[&json!("input_tokens"), &json!("1000000"), &json!("0.625"), &flex]]);
    assert_eq!((&events[3]["processing"], &events[3]["serviceTier"]), (&json!("batch"), &Value::Null));
    assert_eq!(
        lines(&events[6]),
        [
            [&json!("cache_write_1h_tokens"), &json!("200000"), &json!("0.2"), &batch],
            [&json!("cache_write_tokens"), &json!("500000"), &json!("0.3125"), &batch],
            [&json!("input_tokens"), &json!("300000"), &json!("0.15"), &batch],
        ]
    );
    assert_eq!((&events[6]["cacheWriteTokens"], &events[6]["cacheWrite1hTokens"]), (&json!(700_000), &json!(200_000)));
    // Killed, so that what was recorded comes out of the journal, then stopped, so that it comes out of the warehouse.
    server.kill9();
    let server = Server::start(&data, &[]);
    assert_eq!(costs(&server), (found, events));
    server.stop();

    assert!(debrief(&["prices", "update", file.to_str().unwrap()], &data).out.contains("1 models"));
    let done = debrief(&["reprice"], &data);
    assert!(done.status.success() && done.out.contains("2 cost something else now: $0 before, $4.75 now"), "{done:?}");
    let server = Server::start(&data, &[]);
    let (found, events) = costs(&server);
    assert_eq!(found, again);
    assert_eq!(lines(&events[7])[0][3], &flex);
    server.stop();
}

#[test]
fn estimated_calls_are_priced_as_they_were_made_too() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("own.json"));
    std::fs::write(&file, OWN).unwrap();
    let server = Server::start(&data, &["--estimate-tokens", "--prices", file.to_str().unwrap()]);
    let mut said = tier("flex").to_vec();
    said.push(("gen_ai.input.messages", json!(r#"[{"role":"user","parts":[{"type":"text","content":"Where is my order?"}]}]"#)));
    let mut span = call(1, "openai", "ours", &said);
    let attributes = span["attributes"].as_array_mut().unwrap();
    attributes.retain(|attribute| attribute["key"] != "gen_ai.usage.input_tokens");
    server.client().post("/v1/traces", &json!({ "resourceSpans": [{ "scopeSpans": [{ "spans": [span] }] }] })).ok();
    let (found, events) = costs(&server);
    assert_eq!((events[0]["tokensEstimated"].as_bool(), &*found), (Some(true), &["0.000011".to_owned()][..]));
    assert_eq!(lines(&events[0])[0][3], &json!("service_tier=flex"));
    server.stop();
}
