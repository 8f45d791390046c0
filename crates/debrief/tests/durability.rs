//! Acknowledged means durable and readable: across SIGTERM, restarts, a lost warehouse, and at once while everything is in motion.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use rustix::process::Signal;
use serde_json::json;
use support::http::{Answer, Client};
use support::server::{KEY, Server};
use support::truth::{Truth, recount};
use support::{PATIENCE, agentops, eventually, read, voker};

/// Clients write until `enough` requests are acknowledged; then `then` happens to the server, and they write on until it is gone.
fn load(server: Server, lanes: &mut [voker::Lane], batches: &mut agentops::Lane, enough: u64, then: impl FnOnce(Server)) {
    let acknowledged = AtomicU64::new(0);
    let address = server.address;
    thread::scope(|scope| {
        for lane in &mut *lanes {
            scope.spawn(|| assert_only_refused(lane.run(address, &acknowledged)));
        }
        scope.spawn(|| assert_only_refused(batches.run(address, &acknowledged)));
        eventually("clients get answers", PATIENCE, || (acknowledged.load(Ordering::Relaxed) >= enough).then_some(()));
        then(server);
    });
}

/// A server that stops may close connections and may say that it is unavailable; it never says anything else.
fn assert_only_refused(outcome: io::Result<Answer>) {
    if let Ok(answer) = outcome {
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(answer.header("retry-after").is_some());
    }
}

fn lanes() -> (Vec<voker::Lane>, agentops::Lane) {
    ((1..4).map(|n| voker::Lane::new(&format!("v{n}"), n)).collect(), agentops::Lane::new("a", 9))
}

fn truth_of(lanes: &mut [voker::Lane], batches: &mut agentops::Lane) -> Truth {
    let mut truth = Truth::default();
    lanes.iter_mut().for_each(|lane| truth.absorb(&mut lane.truth));
    truth.absorb(&mut batches.truth);
    truth
}

#[test]
fn sigterm_under_load_finishes_what_was_accepted_and_exits_with_zero() {
    let data = tempfile::tempdir().unwrap();
    let (mut lanes, mut batches) = lanes();
    for signal in [Signal::TERM, Signal::INT] {
        let server = Server::start(data.path(), &["--fresh-rows-max", "100"]);
        load(server, &mut lanes, &mut batches, 200, |server| {
            server.signal(signal);
            server.stop();
        });
    }
    let truth = truth_of(&mut lanes, &mut batches);
    assert!(truth.acknowledged() >= 400, "{}", truth.acknowledged());
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    truth.holds(&mut client);
    truth.has_nothing_foreign(&mut client);
    truth.agents_are_counted(&mut client);
    server.stop();
}

#[test]
fn a_server_that_is_stopped_the_moment_it_listens_exits_with_zero() {
    let data = tempfile::tempdir().unwrap();
    for _ in 0..10 {
        Server::start(data.path(), &[]).stop();
    }
}

#[test]
fn after_a_restart_nothing_differs_and_a_deleted_warehouse_is_rebuilt_from_the_journal() {
    let data = tempfile::tempdir().unwrap();
    let flags = ["--journal-keep-seconds", "86400", "--fresh-rows-max", "150"];
    let (mut lanes, mut batches) = lanes();
    load(Server::start(data.path(), &flags), &mut lanes, &mut batches, 300, |server| drop(server.kill9()));

    let server = Server::start(data.path(), &flags);
    let before = read::everything(&mut server.client());
    truth_of(&mut lanes, &mut batches).holds(&mut server.client());
    server.stop();

    let server = Server::start(data.path(), &flags);
    assert!(read::everything(&mut server.client()) == before, "something differs after a restart");
    server.stop();

    let mut deleted = 0;
    for entry in std::fs::read_dir(data.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("warehouse.duckdb") {
            std::fs::remove_file(path).unwrap();
            deleted += 1;
        }
    }
    assert!(deleted >= 1, "there was a warehouse");
    let server = Server::start(data.path(), &flags);
    assert!(read::everything(&mut server.client()) == before, "something differs after the warehouse was rebuilt");
    server.stop();
}

/// What no longer can be rebuilt must be said, not served as if nothing had ever been there.
#[test]
fn a_deleted_warehouse_that_the_journal_cannot_rebuild_is_not_passed_over() {
    let data = tempfile::tempdir().unwrap();
    let flags = ["--journal-keep-seconds", "0", "--fresh-rows-max", "1"];
    let (mut lanes, mut batches) = lanes();
    load(Server::start(data.path(), &flags), &mut lanes, &mut batches, 50, Server::stop);
    std::fs::remove_file(data.path().join("warehouse.duckdb")).unwrap();
    let ended = support::server::Launch::serve(data.path(), &flags).end();
    assert_eq!(ended.status.code(), Some(1), "{ended:?}");
    assert!(ended.err.contains("journal"), "{}", ended.err);
}

/// Every read route, right after every acknowledgement, while other clients write and the warehouse settles all the time.
#[test]
fn a_read_after_an_acknowledgement_sees_it_on_every_route() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &["--fresh-rows-max", "10"]);
    let settled = AtomicBool::new(false);
    thread::scope(|scope| {
        for n in 0..3 {
            let (server, settled) = (&server, &settled);
            scope.spawn(move || {
                let mut round = 0;
                while round < 15 || !settled.load(Ordering::Relaxed) {
                    one_voker_round(&mut server.client(), n, round);
                    round += 1;
                }
            });
        }
        scope.spawn(|| {
            let mut round = 0;
            while round < 15 || !settled.load(Ordering::Relaxed) {
                one_agentops_round(&mut server.client(), round);
                let settles = read::metric(&mut server.client(), "debrief_warehouse_settles").expect("the figure is there");
                settled.store(settles >= 3.0, Ordering::Relaxed);
                round += 1;
            }
        });
    });
    server.stop();
}

fn one_voker_round(client: &mut Client, lane: usize, round: usize) {
    let (session, person, agent) = (format!("s-{lane}"), format!("p-{lane}-{round}"), format!("agent-{lane}"));
    let fingerprint = voker::fingerprint(client).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    let mut body = voker::event(&fingerprint, &session, &voker::properties(&format!("m-{lane}-{round}"), 100));
    body["agent"] = agent.as_str().into();
    body["agent_version"] = format!("v{round}").into();
    body["person"] = person.as_str().into();
    let written = client.post("/api/v1/events", &body);
    assert_eq!(written.status, 200, "{}", written.text());
    let position: u64 = written.header("x-debrief-position").expect("a position").parse().unwrap();

    let receipt = client.get(&format!("/api/v1/receipts/{position}")).ok();
    assert_eq!((&receipt["accepted"], &receipt["durable"]), (&json!(true), &json!(true)), "{receipt}");
    let row = client.get(&format!("/api/v1/sessions/{session}")).ok();
    assert_eq!(row["totals"]["events"], round + 1);
    assert_eq!(row["totals"]["inputTokens"], 100 * (round + 1));
    let newest = client.get(&format!("/api/v1/sessions/{session}/events?order=desc&limit=1")).ok();
    assert_eq!(newest["total"], round + 1);
    assert_eq!(newest["events"][0]["payload"], body["properties"]);
    assert_eq!(newest["events"][0]["position"], position);
    let receipt = client.get(&format!("/api/v1/receipts/{position}")).ok();
    assert_eq!(receipt["readable"], true, "it has just been read: {receipt}");
    for filter in [format!("agent={agent}"), format!("agent={agent}&agentVersion=v{round}"), format!("person={person}")] {
        let found = client.get(&format!("/api/v1/sessions?{filter}")).ok();
        assert_eq!((&found["total"], &found["sessions"][0]["sessionId"]), (&json!(1), &json!(session)), "{filter}");
    }
    let versions = client.get(&format!("/api/v1/agents/{agent}/agent-versions")).ok();
    assert_eq!(versions["total"], round + 1, "{versions}");
    assert_eq!(client.get(&format!("/api/v1/agents/{agent}")).ok()["agent_name"], agent.as_str());
    assert_eq!(client.get(&format!("/api/v1/people/{person}")).ok()["person_id"], person.as_str());
}

fn one_agentops_round(client: &mut Client, round: u64) {
    let session = agentops::new_session();
    let token = agentops::open(client, KEY, &session).unwrap().ok()["jwt"].as_str().unwrap().to_owned();
    let ids: Vec<String> = (0..4).map(|_| agentops::new_session()).collect();
    let events: Vec<_> = (0..).zip(&ids).map(|(n, id)| agentops::event(id, n, &format!("{round}"))).collect();
    agentops::with_token(client, &token, "/v2/create_events", &json!({ "events": events })).unwrap().ok();
    let stored = read::events(client, &session);
    assert_eq!(stored.iter().map(|event| event["payload"].clone()).collect::<Vec<_>>(), events, "as sent, in order");
    recount(&client.get(&format!("/api/v1/sessions/{session}")).ok(), &stored);

    let patch = json!({"events": [{"id": ids[1], "returns": "amended"}]});
    agentops::with_token(client, &token, "/v2/update_events", &patch).unwrap().ok();
    assert_eq!(read::events(client, &session)[1]["payload"]["returns"], "amended");
    let key = [("X-Agentops-Api-Key", KEY)];
    let stats = client.exchange("GET", &format!("/v2/sessions/{session}/stats"), &key, b"").unwrap().ok();
    assert_eq!(stats["events"], 4, "{stats}");
    let export = client.exchange("GET", &format!("/v2/sessions/{session}/export"), &key, b"").unwrap().ok();
    assert_eq!(export["tools"][0]["returns"], "amended", "{export}");
}
