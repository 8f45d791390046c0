//! The event log of the real binary: what everybody did is in it, whoever did it and however it came in, and stays in it.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use support::http::Client;
use support::server::{KEY, Server, run};
use support::{eventually, read, voker};

/// What is told at once is there at once; what another process did, within a second on a machine that is not busy.
const SOON: Duration = Duration::from_secs(20);

fn command(data: &Path, arguments: &[&str]) -> String {
    let ended = run(arguments.iter().copied().chain(["--data", data.to_str().unwrap()]));
    assert!(ended.status.success(), "{arguments:?}: {ended:?}");
    ended.out
}

fn of_type(client: &mut Client, event_type: &str) -> Vec<Value> {
    read::pages(client, &format!("/api/v1/events?event_type={event_type}&limit=100"), "events")
}

/// Of the settings that changed, those that are flags.
fn flags_changed(client: &mut Client) -> Vec<Value> {
    let mut changed = of_type(client, "setting.updated");
    changed.retain(|event| event["payload"]["setting"] != "token_secret");
    changed
}

fn types(client: &mut Client) -> Vec<String> {
    let sums = client.get("/api/v1/events/aggregate").ok();
    sums["byEventType"].as_array().unwrap().iter().map(|count| count["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_first_start_is_told_and_so_is_what_commands_change() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let made = eventually("the first key is told", SOON, || of_type(&mut client, "api_key.created").pop());
    assert_eq!((&made["actorType"], &made["payload"]["name"]), (&json!("system"), &json!("first key")));
    assert!(!made.to_string().contains(KEY), "a log holds no secrets");

    let said = command(data.path(), &["keys", "create", "--name", "ci"]);
    let id = said.lines().find_map(|line| line.strip_prefix("Id:")).unwrap().trim().to_owned();
    command(data.path(), &["keys", "revoke", &id]);
    let revoked = eventually("the revocation is told", SOON, || of_type(&mut client, "api_key.revoked").pop());
    assert_eq!((&revoked["resourceType"], &revoked["resourceId"], &revoked["actorType"]), (&json!("api_key"), &json!(id), &json!("user")));
    server.stop();

    command(data.path(), &["keys", "rotate-token-secret"]);
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let rotated = eventually("what changed while nothing ran is told", SOON, || of_type(&mut client, "setting.updated").pop());
    assert_eq!(rotated["payload"]["setting"], "token_secret");
    assert_eq!(of_type(&mut client, "api_key.revoked"), [revoked], "once");
    server.stop();
}

#[test]
fn settings_that_changed_and_a_gap_that_was_accepted_are_told() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--journal-keep-seconds", "0"]);
    let mut client = server.client();
    client.post("/api/v1/events", &json!({"eventType": "order.placed"})).ok();
    assert_eq!(of_type(&mut client, "order.placed").len(), 1);
    assert!(flags_changed(&mut client).is_empty(), "a first start changes nothing");
    server.stop();
    std::fs::remove_file(data.path().join("warehouse.duckdb")).unwrap();

    let flags = ["--listen", "127.0.0.1:0", "--journal-keep-seconds", "0"];
    let refused = run(["serve", "--data", data.path().to_str().unwrap()].into_iter().chain(flags));
    assert!(!refused.status.success() && refused.err.contains("--accept-gap"), "{refused:?}");

    let server = Server::start(data.path(), &["--journal-keep-seconds", "60", "--accept-gap"]);
    let mut client = server.client();
    let gap = eventually("the gap is told", SOON, || of_type(&mut client, "journal.gap_accepted").pop());
    assert_eq!((&gap["actorType"], &gap["resourceType"]), (&json!("user"), &json!("journal")));
    assert_eq!(gap["payload"]["firstPosition"], 1);
    let set = eventually("the change is told", SOON, || flags_changed(&mut client).pop());
    assert_eq!((&set["actorType"], &set["resourceId"]), (&json!("user"), &json!("journal_keep_seconds")));
    assert_eq!(set["payload"], json!({"setting": "journal_keep_seconds", "from": "0", "to": "60"}));
    assert!(of_type(&mut client, "order.placed").is_empty(), "what is gone is gone");
    server.stop();
}

#[test]
fn failed_log_ins_are_told_without_filling_the_log() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    for n in 0..200 {
        let mut stranger = Client::new(server.address, &format!("00000000-0000-4000-8000-{n:012}"));
        assert_eq!(stranger.get("/api/v1/sessions").status, 401);
    }
    let mut client = server.client();
    let failed = eventually("it is told", SOON, || of_type(&mut client, "auth.failed").pop());
    assert_eq!((&failed["actorType"], &failed["payload"]["reason"]), (&json!("anonymous"), &json!("unknown_key")));
    assert!(failed["payload"]["count"].as_u64().unwrap() >= 1);
    assert!(of_type(&mut client, "auth.failed").len() <= 3, "not one by one");
    server.stop();
}

#[test]
fn one_log_holds_what_every_dialect_did_and_keeps_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let fingerprint = voker::fingerprint(&mut client).unwrap().ok()["fingerprint_id"].clone();
    let call = json!({"event_name": "llm", "fingerprint_id": fingerprint, "session": "chat", "agent": "a", "person": "p",
        "properties": {"inputs": {"model": "m", "messages": [{"role": "user", "content": "hi"}]}, "output": null}});
    client.post("/api/v1/events", &call).ok();
    let agent = client.post("/api/v1/agents", &json!({"name": "b", "content": "c", "llmModel": "m"}));
    assert_eq!(agent.status, 201);
    client.post("/api/v1/runs", &json!({"agentName": "b", "content": "User: Hi\nAI: Hello", "status": "completed"})).ok();
    let order = client.post("/api/v1/events", &json!({"eventType": "order.placed", "sessionId": "chat", "payload": {"n": 1}})).ok();
    let shipped = json!({"eventType": "order.shipped", "causationId": order["id"], "outcome": "success"});
    let shipped = client.post("/api/v1/events", &shipped).ok();
    assert_eq!(shipped["correlationId"], "chat", "inherited from its cause");

    let there = types(&mut client);
    let expected = [
        "agent.created",
        "agent_version.created",
        "fingerprint.created",
        "llm.completed",
        "message.created",
        "order.placed",
        "order.shipped",
        "person.created",
        "session.ended",
        "session.started",
    ];
    for wanted in expected {
        assert!(there.iter().any(|known| known == wanted), "{wanted} in {there:?}");
    }
    let chain = client.get("/api/v1/events/correlation/chat").ok();
    let in_order: Vec<_> = chain["events"].as_array().unwrap().iter().map(|event| event["eventType"].as_str().unwrap()).collect();
    assert_eq!(in_order, ["session.started", "llm.completed", "order.placed", "order.shipped"]);
    let causes = client.get(&format!("/api/v1/events/{}/causes", shipped["id"].as_str().unwrap())).ok();
    assert_eq!(causes["events"][0]["eventType"], "order.placed");
    let effects = client.get(&format!("/api/v1/events/{}/effects", order["id"].as_str().unwrap())).ok();
    assert_eq!(effects["events"][0]["id"], shipped["id"]);

    let before = read::everything(&mut client);
    server.stop();
    std::fs::remove_file(data.path().join("warehouse.duckdb")).unwrap();
    let server = Server::start(data.path(), &[]);
    assert_eq!(read::everything(&mut server.client()), before, "the log is rebuilt with the warehouse");
    server.stop();
}
