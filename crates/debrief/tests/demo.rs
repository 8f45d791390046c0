//! `debrief demo` as somebody meets it who has nothing to record yet: everything is there over the API, and nothing afterwards.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use debrief_demo::AGENTS;
use serde_json::Value;
use support::http::Client;
use support::server::{KEY, Launch, Server, program};
use support::{PATIENCE, eventually, read};

/// Five days of a story, on a free port, with everything temporary below `temporary`.
fn start(temporary: &Path, conversations_per_day: &str, more: &[&str]) -> Server {
    let mut command = program();
    command.args(["demo", "--listen", "127.0.0.1:0", "--days", "5", "--seed", "3", "--conversations-per-day", conversations_per_day]);
    command.args(more).env("DEBRIEF_BOOTSTRAP_KEY", KEY).env("TMPDIR", temporary);
    // It serves without TLS, whatever is set for servers.
    command.env("DEBRIEF_TLS_CERT", "nowhere.pem").env("DEBRIEF_TLS_KEY", "nowhere.pem");
    Launch::of(command).ready()
}

/// The paths of the lines that it says are worth trying, once it has said them.
fn worth_trying(server: &Server) -> Vec<String> {
    let said = eventually("it is filled", PATIENCE, || {
        Some(server.said()).filter(|said| said.contains("Worth trying:") && said.ends_with("\n\n"))
    });
    let (_, lines) = said.split_once("Worth trying:").unwrap();
    let address = format!("'http://{}", server.address);
    lines.lines().filter_map(|line| line.split_once(&address)).map(|(_, path)| path.trim_end_matches('\'').to_owned()).collect()
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).unwrap().next().is_none()
}

#[test]
fn a_past_is_there_and_nothing_is_left_behind() {
    let temporary = tempfile::tempdir().unwrap();
    let server = start(temporary.path(), "30", &[]);
    let paths = worth_trying(&server);
    let mut client = server.client();
    assert!(paths.len() >= 4, "{paths:?}");
    for path in &paths {
        assert_eq!(client.get(path).status, 200, "{path}");
    }
    agents_are_there_with_their_versions(&mut client);
    let sessions = read::sessions(&mut client);
    assert!(sessions.len() > 60, "only {} sessions", sessions.len());
    sessions_are_as_old_as_they_say(&sessions);
    messages_and_costs_are_there(&mut client, &sessions);
    assert!(!is_empty(temporary.path()), "the data is somewhere else");
    server.stop();
    assert!(is_empty(temporary.path()), "something is left behind");
}

fn agents_are_there_with_their_versions(client: &mut Client) {
    let agents = client.get("/api/v1/agents?limit=100").ok();
    for agent in &AGENTS {
        let found = agents["data"].as_array().unwrap().iter().find(|found| found["name"] == agent.name);
        assert!(found.is_some_and(|found| found["llmModel"].is_string()), "{}: {found:?}", agent.name);
    }
    let versions = client.get(&format!("/api/v1/agents/{}/agent-versions", AGENTS[0].name)).ok();
    let prompts: Vec<_> = versions["agentVersions"].as_array().unwrap().iter().map(|version| version["content"].as_str()).collect();
    let expected: Vec<_> = AGENTS[0].versions.iter().take(prompts.len()).map(|version| Some(version.prompt.trim())).collect();
    assert!(prompts.len() >= 2 && prompts == expected, "{prompts:?}");
}

/// Nothing is still going on, and nothing was recorded as if it had happened only now.
fn sessions_are_as_old_as_they_say(sessions: &[Value]) {
    let over = sessions.iter().filter(|session| session["lifecycle"] != "in_progress").count();
    assert!(over * 10 > sessions.len() * 9, "only {over} of {} are over", sessions.len());
    let days: std::collections::BTreeSet<_> =
        sessions.iter().map(|session| session["lastActivityAt"].as_str().unwrap()[..10].to_owned()).collect();
    assert!(days.len() >= 4, "{days:?}");
}

fn messages_and_costs_are_there(client: &mut Client, sessions: &[Value]) {
    for agent in AGENTS.iter().filter(|agent| agent.audience.is_some()) {
        let mut of = sessions.iter().filter(|session| session["agent"] == agent.name).map(|session| session["id"].as_str().unwrap());
        assert!(of.any(|id| is_answered(client, id)), "nobody is answered by {}", agent.name);
    }
    let costs = client.get("/api/v1/costs?groupBy=provider").ok();
    assert!(costs["costs"].as_array().unwrap().len() >= 4, "{costs}");
    assert_eq!(costs["total"]["unpricedCalls"], 0, "{costs}");
    assert!(client.get("/api/v1/people").ok()["total"].as_u64().unwrap() > 20);
    assert!(client.get("/api/v1/events?event_type=feedback.received").ok()["total"].as_u64().unwrap() > 0);
}

/// Whether a session shows what a user said, and what was answered. Not every call of a model succeeds.
fn is_answered(client: &mut Client, session: &str) -> bool {
    let messages = client.get(&format!("/api/v1/sessions/{session}/messages")).ok();
    let is_by =
        |role: &str| messages["messages"].as_array().unwrap().iter().any(|message| message["role"] == role && message["text"].is_string());
    is_by("user") && is_by("assistant")
}

#[test]
fn it_can_be_stopped_while_it_fills() {
    let temporary = tempfile::tempdir().unwrap();
    let server = start(temporary.path(), "5000", &[]);
    eventually("it has begun", PATIENCE, || Some(()).filter(|()| !read::sessions(&mut server.client()).is_empty()));
    assert!(!server.said().contains("Worth trying:"), "it has ended already");
    let ended = server.terminate();
    assert!(ended.status.success() && !ended.out.contains("Worth trying:"), "{ended:?}");
    assert!(is_empty(temporary.path()), "something is left behind");
}

#[test]
fn what_is_kept_is_served_again_as_it_was() {
    let (temporary, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let kept = data.path().join("kept");
    let flags = ["--data", kept.to_str().unwrap()];
    let server = start(temporary.path(), "10", &flags);
    worth_trying(&server);
    let told = read::sessions(&mut server.client()).len();
    server.stop();
    let again = start(temporary.path(), "10", &flags);
    eventually("it says so", Duration::from_secs(10), || again.said().contains("served as it is").then_some(()));
    assert_eq!(read::sessions(&mut again.client()).len(), told);
    again.stop();
}
