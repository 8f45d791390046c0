//! Reading everything back through the native API.

use serde_json::{Value, json};

use super::http::Client;

/// All sessions, newest activity first.
#[track_caller]
pub(crate) fn sessions(client: &mut Client) -> Vec<Value> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/v1/sessions?limit=200{cursor}")).ok();
        all.extend(page["sessions"].as_array().unwrap().iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

/// All events of a session, oldest first.
#[track_caller]
pub(crate) fn events(client: &mut Client, session: &str) -> Vec<Value> {
    pages(client, &format!("/api/v1/sessions/{session}/events?limit=1000"), "events")
}

/// All rows of a list that is paged by offset.
#[track_caller]
pub(crate) fn pages(client: &mut Client, path: &str, rows: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let page = client.get(&format!("{path}&offset={}", all.len())).ok();
        all.extend(page[rows].as_array().unwrap().iter().cloned());
        if page["hasNext"] != true {
            assert_eq!(page["total"], all.len(), "the total of {path}");
            return all;
        }
    }
}

/// Everything that can be read, as one value.
#[track_caller]
pub(crate) fn everything(client: &mut Client) -> Value {
    let rows = sessions(client);
    let mut whole = Vec::new();
    for row in &rows {
        let id = row["id"].as_str().unwrap();
        whole.push(json!({
            "session": client.get(&format!("/api/v1/sessions/{id}")).ok(),
            "events": events(client, id),
        }));
    }
    let people = pages(client, "/api/v1/people?limit=1000", "people");
    let log = pages(client, "/api/v1/events?limit=100", "events");
    let sums = client.get("/api/v1/events/aggregate").ok();
    let agents = client.get("/api/v1/agents?limit=100").ok();
    json!({ "rows": rows, "whole": whole, "people": people, "log": log, "sums": sums, "agents": agents })
}

/// A figure of `GET /metrics`; `None` when it is not there.
#[track_caller]
pub(crate) fn metric(client: &mut Client, name: &str) -> Option<f64> {
    let text = client.get("/metrics").text();
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}
