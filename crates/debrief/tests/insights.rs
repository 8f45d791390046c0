//! Insights on the real program: they follow a conversation's end, survive kills, are made anew, and feedback wins over them.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::path::Path;

use serde_json::{Value, json};
use support::http::Client;
use support::server::{Server, run};
use support::{PATIENCE, eventually};

const SESSIONS: u64 = 40;

/// A conversation of long ago, which is over as soon as it is recorded. Every other one is corrected.
fn talk(client: &mut Client, number: u64) {
    let answer = if number.is_multiple_of(2) { "No, I meant the blue tent" } else { "Great, thanks!" };
    let at = |second: u64| format!("2026-01-01T10:{:02}:{second:02}Z", number % 60);
    let said = |role: &str, text: &str, second: u64| json!({ "role": role, "content": text, "timestamp": at(second) });
    let messages = [
        said("user", "I want to change my order", 0),
        said("assistant", "Done.", 2),
        said("user", answer, 9),
        said("assistant", "All right.", 11),
    ];
    client.post("/api/v1/runs", &json!({ "agentName": "shop", "sessionId": format!("s{number}"), "messages": messages })).ok();
}

fn found(client: &mut Client) -> u64 {
    client.get("/api/v1/insights/reindex").ok()["conversations"].as_u64().unwrap()
}

fn current(server: &Server) -> Value {
    let mut client = server.client();
    eventually("everything to be looked at", PATIENCE, || {
        let progress = client.get("/api/v1/insights/reindex").ok();
        (progress["conversations"] == json!(SESSIONS) && progress["state"] == "current").then_some(progress)
    })
}

fn corrections(server: &Server) -> Value {
    server.client().get("/api/v1/insights/corrections").ok()
}

fn debrief(arguments: &[&str], data: &Path) -> support::server::Ended {
    run(arguments.iter().copied().chain(["--data", data.to_str().unwrap()]))
}

#[test]
fn insights_follow_the_end_and_survive_kills_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Server::start(&data, &[]);
    let mut client = server.client();
    (0..SESSIONS / 2).for_each(|number| talk(&mut client, number));
    eventually("the first insights", PATIENCE, || (found(&mut client) > 0).then_some(()));
    (SESSIONS / 2..SESSIONS).for_each(|number| talk(&mut client, number));
    // Some are looked at, some are noted, of some only the journal knows.
    server.kill9();
    let server = Server::start(&data, &[]);
    current(&server);
    let before = corrections(&server);
    assert_eq!((&before["conversations"], &before["corrections"][0]["conversations"]), (&json!(SESSIONS), &json!(SESSIONS / 2)));

    let told = json!({ "thumbs": "down", "id": "f" });
    let mut client = server.client();
    let feedback = client.post("/api/v1/sessions/s1/feedback", &told).ok();
    let insights = client.get("/api/v1/sessions/s1/insights").ok();
    assert_eq!((&insights["outcome"]["value"], &insights["outcome"]["basis"]), (&json!("unresolved"), &json!("told")), "at once");
    let evidence = json!([{ "reason": "stated", "eventId": feedback["id"], "quote": "feedback" }]);
    assert!(feedback["id"].is_string() && insights["outcome"]["evidence"] == evidence, "{feedback} {insights}");
    assert_eq!(insights["lifecycle"], "completed", "feedback does not open it again");
    server.stop();

    // What is found can be thrown away and is found again, also while no server runs.
    for file in ["insights.sqlite", "insights.sqlite-wal", "insights.sqlite-shm"] {
        let _ = std::fs::remove_file(data.join(file));
    }
    let again = debrief(&["reindex", "insights"], &data);
    assert!(again.status.success() && again.out.contains(&format!("found in {SESSIONS}")), "{again:?}");
    let well = debrief(&["doctor"], &data);
    assert!(well.status.success() && well.out.contains(&format!("{SESSIONS} conversations looked at")), "{well:?}");

    // Other phrases are other rules.
    let phrases = folder.path().join("phrases");
    std::fs::create_dir(&phrases).unwrap();
    std::fs::write(phrases.join("repairs.txt"), "version 1\n-i meant\n").unwrap();
    std::fs::write(phrases.join("corrections.txt"), "version 1\n-i meant\n-no i\n-no.\n").unwrap();
    let wrong = debrief(&["reindex", "insights", "--patterns", "nowhere"], &data);
    assert!(wrong.status.code() == Some(1) && wrong.err.contains("nowhere"), "{wrong:?}");
    let server = Server::start(&data, &["--patterns", phrases.to_str().unwrap()]);
    eventually("the other rules", PATIENCE, || {
        (corrections(&server)["total"] == 0 && found(&mut server.client()) == SESSIONS).then_some(())
    });
    server.stop();

    let silent = Server::start(&data, &["--no-analysis"]);
    let progress = silent.client().get("/api/v1/insights/reindex").ok();
    assert_eq!(progress["state"], "off");
    silent.stop();
}
