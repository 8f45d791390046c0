//! `debrief keys` and `debrief tenants`, beside a stopped and beside a running server.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use debrief_app::clock::{Clock, SystemClock};
use debrief_app::keyring::{NewKey, create_key};
use debrief_model::Scopes;
use debrief_store::Ledger;
use debrief_store_sqlite::SqliteLedger;
use serde_json::{Value, json};
use support::http::Client;
use support::server::{KEY, Server, run};
use support::{agentops, eventually, voker};

/// What is promised is a second; a busy machine may be late, a broken server never comes.
const SOON: Duration = Duration::from_secs(20);

fn command(data: &Path, arguments: &[&str]) -> String {
    let ended = run(arguments.iter().copied().chain(["--data", data.to_str().unwrap()]));
    assert!(ended.status.success() && ended.err.is_empty(), "{arguments:?}: {ended:?}");
    ended.out
}

/// Makes a key: its secret and its id.
fn create(data: &Path, arguments: &[&str]) -> (String, String) {
    let said = command(data, &[&["keys", "create"], arguments].concat());
    let word = |label: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("no {label} in {said}"));
        line.split_whitespace().next().unwrap().to_owned()
    };
    (word("Key:"), word("Id:"))
}

fn listed(data: &Path) -> Vec<Value> {
    let all: Value = serde_json::from_str(&command(data, &["keys", "list", "--json"])).expect("JSON");
    all["keys"].as_array().unwrap().clone()
}

fn status(server: &Server, key: &str) -> u16 {
    Client::new(server.address, key).get("/api/v1/sessions").status
}

fn write_status(server: &Server, key: &str) -> u16 {
    voker::fingerprint(&mut Client::new(server.address, key)).unwrap().status
}

#[test]
fn keys_made_and_revoked_beside_a_running_server_count_at_once() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let (secret, id) = create(data.path(), &["--name", "ci"]);
    eventually("the new key works", SOON, || (status(&server, &secret) == 200).then_some(()));
    assert_eq!(status(&server, &secret.to_uppercase()), 200, "a UUID in capitals is the same UUID");
    let said = command(data.path(), &["keys", "revoke", &id]);
    assert!(said.contains("ci") && !said.contains(&secret), "{said}");
    eventually("the revoked key is refused", SOON, || (status(&server, &secret) == 401).then_some(()));
    assert_eq!(write_status(&server, &secret), 401);
    assert_eq!(status(&server, KEY), 200, "others go on");
    server.stop();
    assert_eq!(listed(data.path()).iter().find(|key| key["id"] == *id).expect("it is still listed")["state"], "revoked");
}

#[test]
fn keys_made_and_revoked_while_the_server_is_stopped_count_from_the_start() {
    let data = tempfile::tempdir().unwrap();
    Server::start(data.path(), &[]).stop();
    let (kept, _) = create(data.path(), &[]);
    let (revoked, id) = create(data.path(), &[]);
    command(data.path(), &["keys", "revoke", &id]);
    let server = Server::start(data.path(), &[]);
    assert_eq!((status(&server, &kept), status(&server, &revoked)), (200, 401));
    server.stop();
}

#[test]
fn a_key_does_what_its_scopes_say() {
    let data = tempfile::tempdir().unwrap();
    Server::start(data.path(), &[]).stop();
    let (reads, _) = create(data.path(), &["--scopes", "read"]);
    let (writes, _) = create(data.path(), &["--scopes", "ingest"]);
    let (both, _) = create(data.path(), &[]);
    let server = Server::start(data.path(), &[]);
    assert_eq!((status(&server, &reads), write_status(&server, &reads)), (200, 403));
    assert_eq!((status(&server, &writes), write_status(&server, &writes)), (403, 200));
    assert_eq!((status(&server, &both), write_status(&server, &both)), (200, 200), "both by default");
    let mut client = Client::new(server.address, &reads);
    assert_eq!(agentops::open(&mut client, &reads, "s").unwrap().status, 403);
    server.stop();
}

#[test]
fn an_expired_key_is_refused_and_a_later_one_is_not() {
    let data = tempfile::tempdir().unwrap();
    Server::start(data.path(), &[]).stop();
    let now = SystemClock.now();
    let expired = {
        let ledger = SqliteLedger::open(&data.path().join("ledger.sqlite")).unwrap();
        let tenant = ledger.tenants().unwrap()[0].id;
        let expires_at = Some(now.plus_micros(-1_000_000));
        create_key(
            &ledger,
            NewKey { tenant, name: "old".to_owned(), scopes: Scopes::ALL, expires_at, secret: None },
            now,
            &debrief_store::Origin::system(),
        )
        .unwrap()
        .0
    };
    let (later, _) = create(data.path(), &["--name", "new", "--expires-in-days", "1"]);
    let keys = listed(data.path());
    let of = |name: &str| keys.iter().find(|key| key["name"] == name).unwrap();
    assert_eq!((of("old")["state"].as_str(), of("new")["state"].as_str()), (Some("expired"), Some("active")));
    assert!(of("new")["expiresAt"].is_string(), "{keys:?}");
    let server = Server::start(data.path(), &[]);
    assert_eq!((status(&server, &expired), status(&server, &later)), (401, 200));
    let mut client = Client::new(server.address, &expired);
    let refused = agentops::open(&mut client, &expired, "s").unwrap();
    assert_eq!(refused.status, 400, "{}", refused.text());
    assert!(refused.json()["message"].as_str().unwrap().contains("expired"), "{}", refused.text());
    server.stop();
}

#[test]
fn tenants_do_not_see_each_other() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert!(command(data.path(), &["tenants", "create", "Zoë & Söhne"]).contains("Zoë & Söhne"));
    let twice = run(["tenants", "create", "Zoë & Söhne", "--data", data.path().to_str().unwrap()]);
    assert_eq!(twice.status.code(), Some(1), "{twice:?}");
    let (secret, _) = create(data.path(), &["--tenant", "Zoë & Söhne"]);
    let all: Value = serde_json::from_str(&command(data.path(), &["tenants", "list", "--json"])).expect("JSON");
    let names: Vec<_> = all["tenants"].as_array().unwrap().iter().map(|tenant| tenant["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["default", "Zoë & Söhne"]);
    assert!(command(data.path(), &["tenants", "list"]).contains("Zoë & Söhne"));

    eventually("the new key works", SOON, || (status(&server, &secret) == 200).then_some(()));
    let (mut ours, mut theirs) = (server.client(), Client::new(server.address, &secret));
    let ours_id = voker::fingerprint(&mut ours).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    let theirs_id = voker::fingerprint(&mut theirs).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    assert_ne!(ours_id, theirs_id, "the same runtime elsewhere is another one");
    ours.post("/api/v1/events", &voker::event(&ours_id, "shared name", &voker::properties("m", 3))).ok();
    assert_eq!(theirs.get("/api/v1/sessions").ok()["total"], 0);
    assert_eq!(theirs.get("/api/v1/sessions/shared%20name").status, 404);
    assert_eq!(theirs.post("/api/v1/events", &voker::event(&ours_id, "s", &json!({}))).status, 404, "a foreign fingerprint");

    let nobody = run(["keys", "create", "--tenant", "nobody", "--data", data.path().to_str().unwrap()]);
    assert_eq!(nobody.status.code(), Some(1), "{nobody:?}");
    assert!(nobody.err.contains("nobody") && nobody.err.lines().count() == 1, "{nobody:?}");
    let unknown = run(["keys", "revoke", &agentops::new_session(), "--data", data.path().to_str().unwrap()]);
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    assert_eq!(unknown.err.lines().count(), 1, "{unknown:?}");
    server.stop();
}

#[test]
fn a_secret_is_shown_once_and_kept_nowhere() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let (secret, id) = create(data.path(), &["--name", "unused"]);
    let token = agentops::open(&mut server.client(), KEY, "s").unwrap().ok()["jwt"].as_str().unwrap().to_owned();
    server.stop();
    let (table, json) = (command(data.path(), &["keys", "list"]), command(data.path(), &["keys", "list", "--json"]));
    assert!(table.contains(&id) && json.contains(&id));
    let keys = listed(data.path());
    let first = keys.iter().find(|key| key["name"] == "first key").unwrap();
    assert!(first["lastUsedAt"].is_string(), "uses are written down on the way out: {first}");
    assert_eq!(keys.iter().find(|key| key["name"] == "unused").unwrap()["lastUsedAt"], Value::Null);
    for secret in [secret.as_str(), KEY, &token] {
        assert!(!table.contains(secret) && !json.contains(secret));
        for entry in fs::read_dir(data.path()).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            for form in forms_of(secret) {
                assert!(!bytes.windows(form.len()).any(|window| window == form), "{} holds a secret", path.display());
            }
        }
    }
}

/// How a secret could be written down: as text, without hyphens, as the bytes it stands for.
fn forms_of(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec(), secret.replace('-', "").into_bytes()];
    forms.extend(uuid::Uuid::parse_str(secret).ok().map(|uuid| uuid.as_bytes().to_vec()));
    forms
}

#[test]
fn tokens_outlive_one_rotation_of_their_secret_and_not_two() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let open = |client: &mut Client, session: &str| agentops::open(client, KEY, session).unwrap().ok()["jwt"].as_str().unwrap().to_owned();
    let send = |client: &mut Client, token: &str| {
        agentops::with_token(client, token, "/v2/create_events", &json!({"events": [agentops::event(&agentops::new_session(), 1, "x")]}))
            .unwrap()
    };
    let kid = |token: &str| token.split('.').next().unwrap().to_owned();
    let first = open(&mut client, "one");
    assert_eq!(send(&mut client, &first).status, 200);
    command(data.path(), &["keys", "rotate-token-secret"]);
    let second = eventually("tokens are signed anew", SOON, || Some(open(&mut client, "two")).filter(|token| kid(token) != kid(&first)));
    assert_eq!((send(&mut client, &first).status, send(&mut client, &second).status), (200, 200));
    command(data.path(), &["keys", "rotate-token-secret"]);
    let refused = eventually("the first token is over", SOON, || Some(send(&mut client, &first)).filter(|answer| answer.status == 401));
    assert!(refused.json()["message"].is_string(), "{}", refused.text());
    assert_eq!(send(&mut client, &second).status, 200);
    server.stop();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    assert_eq!((send(&mut client, &first).status, send(&mut client, &second).status), (401, 200), "also after a restart");
    server.stop();
}
