//! The optional judge on the real program: a model that is really asked over HTTP, and nobody who is asked where it is off.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use support::server::{Launch, Server, program, run};
use support::{PATIENCE, agentops, eventually};

/// A model on this machine that takes every conversation for resolved; what it was asked.
struct Fake {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Fake {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<(String, Value)>>>::default());
        let seen = asked.clone();
        thread::spawn(move || listener.incoming().for_each(|stream| answer(stream.unwrap(), &seen)));
        Self { address, asked }
    }

    fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

/// One request and its answer.
fn answer(stream: TcpStream, asked: &Mutex<Vec<(String, Value)>>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) <= 2 {
            break;
        }
        if let Some(told) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = told.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    if head.is_empty() || reader.read_exact(&mut body).is_err() {
        return;
    }
    asked.lock().unwrap().push((head, serde_json::from_slice(&body).unwrap()));
    let says = json!({"outcome": "resolved", "evidence": {"turn": 1, "quote": "hi"}, "sentiment": 0, "intents": [],
        "corrections": [], "issues": [], "recommendation": "Greet people."});
    let answer =
        json!({"choices": [{"message": {"content": says.to_string()}}], "usage": {"prompt_tokens": 1_000, "completion_tokens": 100}});
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    reader.get_mut().write_all(format!("{head}{answer}").as_bytes()).unwrap();
}

/// A conversation that its client has ended without saying what came of it, so that it is looked at at once.
fn talk(server: &Server, session: &str) {
    let mut client = server.client();
    let opened = agentops::open(&mut client, support::server::KEY, session).unwrap().ok();
    let token = opened["jwt"].as_str().unwrap();
    // What its events 0, 4, … say: the user "hello", the assistant "hi".
    let said = agentops::event(&uuid::Uuid::now_v7().to_string(), 0, "hi");
    agentops::with_token(&mut client, token, "/v2/create_events", &json!({ "events": [said] })).unwrap().ok();
    let at = "2026-11-21T23:51:00.000000+00:00";
    let ended = json!({"session": {"session_id": session, "init_timestamp": at, "end_timestamp": at, "end_state": "Indeterminate"}});
    agentops::with_token(&mut client, token, "/v2/update_session", &ended).unwrap().ok();
}

fn get(server: &Server, path: &str) -> Value {
    server.client().send("GET", path, None).unwrap().ok()
}

fn start(data: &Path, flags: &[&str], key: Option<&str>) -> Server {
    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(data).args(flags);
    command.env("DEBRIEF_BOOTSTRAP_KEY", support::server::KEY);
    if let Some(key) = key {
        command.env("MODEL_KEY", key);
    }
    Launch::of(command).ready()
}

#[test]
fn a_conversation_is_judged_where_a_model_is_named_and_nobody_is_asked_where_none_is() {
    let (folder, fake) = (tempfile::tempdir().unwrap(), Fake::start());
    let url = fake.url();
    let flags = ["--judge-url", &url, "--judge-model", "gpt-4o-mini", "--judge-api-key-env", "MODEL_KEY", "--judge-usd-per-day", "0.50"];
    let server = start(&folder.path().join("on"), &flags, Some("secret-of-the-model"));
    let session = agentops::new_session();
    talk(&server, &session);
    let path = format!("/api/v1/insights/judge?session={session}");
    let found = eventually("a verdict", PATIENCE, || Some(get(&server, &path)).filter(|found| found["verdict"].is_object()));
    assert_eq!(
        (&found["state"], &found["calls"], &found["verdicts"], &found["headline"]),
        (&json!("on"), &json!(1), &json!(1), &json!(false))
    );
    assert_eq!((&found["usdToday"], &found["budget"]["usdPerDay"]), (&json!("0.00021"), &json!("0.50")), "{found}");
    assert_eq!((&found["verdict"]["outcome"], &found["verdict"]["recommendation"]), (&json!("resolved"), &json!("Greet people.")));
    let insights = eventually("the judged outcome", PATIENCE, || {
        Some(get(&server, &format!("/api/v1/sessions/{session}/insights"))).filter(|found| found["outcome"]["basis"] == "judged")
    });
    let evidence = &insights["outcome"]["evidence"][0];
    assert_eq!((&evidence["quote"], &evidence["eventId"]), (&json!("hi"), &insights["turns"][0]["assistantEventId"]));
    assert!(evidence["eventId"].is_string(), "{insights}");
    let metrics = server.client().send("GET", "/metrics", None).unwrap().text();
    assert!(metrics.contains("debrief_judge_requests_total 1") && metrics.contains("debrief_judge_verdicts_total 1"), "{metrics}");
    let (head, body) = fake.asked.lock().unwrap()[0].clone();
    assert!(head.starts_with("POST /v1/chat/completions ") && head.contains("Bearer secret-of-the-model"), "{head}");
    assert!(body["messages"][1]["content"].as_str().unwrap().contains("[1] user: hello"), "{body}");
    let ended = server.terminate();
    assert!(ended.status.success() && !(ended.out + &ended.err).contains("secret-of-the-model"), "the key is in no log");

    let server = start(&folder.path().join("off"), &[], Some("secret-of-the-model"));
    talk(&server, &session);
    let insights = eventually("a look", PATIENCE, || {
        Some(get(&server, &format!("/api/v1/sessions/{session}/insights"))).filter(|found| found["analysis"] == "found")
    });
    assert_ne!(insights["outcome"]["basis"], "judged");
    let off = get(&server, "/api/v1/insights/judge");
    assert_eq!((&off["state"], &off["calls"], &off["model"], &off["usdToday"]), (&json!("off"), &json!(0), &Value::Null, &Value::Null));
    server.stop();
    assert_eq!(fake.calls(), 1);
}

#[test]
fn a_judge_that_cannot_be_asked_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let check = |flags: &[&str], words: &str| {
        let data = folder.path().join("data");
        let ended = Launch::serve(&data, flags).end();
        assert!(!ended.status.success() && ended.err.contains(words), "{ended:?}");
    };
    check(&["--judge-url", "https://models.example/v1"], "--judge-model");
    let with = |flags: &[&'static str]| [&["--judge-model", "gpt-4o-mini"], flags].concat();
    check(&with(&["--judge-url", "http://models.example/v1"]), "unencrypted");
    check(&with(&["--judge-url", "https://me:secret@models.example/v1"]), "must not hold credentials");
    check(&with(&["--judge-url", "http://127.0.0.1:9", "--judge-api-key-env", "NO_SUCH_VARIABLE"]), "NO_SUCH_VARIABLE");
    check(&with(&["--judge-url", "http://127.0.0.1:9", "--judge-sample-rate", "2"]), "0 to 1");
    let unpriced = ["--judge-url", "http://127.0.0.1:9", "--judge-model", "no-such-model", "--judge-usd-per-day", "1"];
    check(&unpriced, "no price");
    let help = run(["serve", "--help"]);
    assert!(help.out.contains("--judge-url") && help.out.contains("DEBRIEF_JUDGE_URL"));
}
