//! The command line as somebody at a terminal meets it: help, first start, mistakes, damaged data.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;
use support::http::Client;
use support::server::{Ended, KEY, Launch, Server, program, run};
use support::{agentops, rng::Rng, voker};
use uuid::Uuid;

/// One sentence on standard error that says `words`, and nothing of how the program works inside.
#[track_caller]
fn assert_one_sentence(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!(ended.status.code(), Some(code), "{ended:?}");
    let sentences: Vec<&str> = ended.err.lines().filter(|line| line.starts_with("debrief: ")).collect();
    assert_eq!(sentences.len(), 1, "{}", ended.err);
    for word in words {
        assert!(sentences[0].contains(word), "{word} is not in: {}", sentences[0]);
    }
    for inside in ["panicked", "backtrace", "RUST_BACKTRACE", "src/", "SELECT", "Err("] {
        assert!(!ended.err.contains(inside), "{inside} is in: {}", ended.err);
    }
}

fn serve(data: &Path, more: &[&str]) -> Ended {
    Launch::serve(data, more).end()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn help_names_what_one_needs() {
    let check = |arguments: &[&str], words: &[&str]| {
        let ended = run(arguments);
        assert!(ended.status.success() && ended.err.is_empty(), "{ended:?}");
        for word in words {
            assert!(ended.out.contains(word), "{arguments:?} does not mention {word}:\n{}", ended.out);
        }
    };
    check(&["--help"], &["serve", "demo", "keys", "tenants", "bench", "--version"]);
    check(&["--version"], &["debrief ", env!("CARGO_PKG_VERSION")]);
    check(&["serve", "--help"], &["--listen", "DEBRIEF_LISTEN", "127.0.0.1:4820", "--data", "DEBRIEF_DATA", "debrief-data"]);
    check(&["serve", "--help"], &["DEBRIEF_BOOTSTRAP_KEY", "SIGTERM", "--journal-keep-seconds", "--fresh-rows-max"]);
    check(&["serve", "--help"], &["--tls-cert", "--tls-key", "DEBRIEF_TLS_CERT", "DEBRIEF_TLS_KEY"]);
    let limits = ["body-bytes", "queue-bytes", "json-depth", "batch-events", "connections", "header-seconds", "body-idle-seconds"];
    check(&["serve", "--help"], &limits.map(|limit| format!("--{limit}-max")).each_ref().map(String::as_str));
    check(&["demo", "--help"], &["--listen", "--data", "--conversations-per-day", "--days", "--seed", "--live", "removed at the end"]);
    check(&["keys", "--help"], &["create", "list", "revoke", "rotate-token-secret"]);
    check(&["keys", "create", "--help"], &["--tenant", "--scopes", "ingest", "read", "admin", "--expires-in-days", "--data"]);
    check(&["keys", "list", "--help"], &["--json", "--data"]);
    check(&["keys", "revoke", "--help"], &["<ID>", "--data"]);
    check(&["keys", "rotate-token-secret", "--help"], &["--data"]);
    check(&["tenants", "--help"], &["create", "list"]);
    check(&["tenants", "create", "--help"], &["<NAME>", "--data"]);
    check(&["tenants", "list", "--help"], &["--json", "--data"]);
    check(&["bench", "--help"], &["--"]);
}

#[test]
fn a_wrong_command_line_is_a_usage_error_that_names_the_culprit() {
    let check = |arguments: &[&str], word: &str| {
        let ended = run(arguments);
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.err.starts_with("error: ") && ended.err.contains(word) && ended.out.is_empty(), "{ended:?}");
    };
    check(&["serve", "--listn", "x"], "--listn");
    check(&["serve", "--listen", "somewhere"], "somewhere");
    check(&["serve", "--listen", "127.0.0.1"], "127.0.0.1");
    check(&["serve", "--bootstrap-key", "secret"], "--bootstrap-key");
    check(&["serve", "--json-depth-max", "500"], "128");
    check(&["serve", "--fresh-rows-max", "0"], "--fresh-rows-max");
    check(&["serve", "--body-bytes-max", "-1"], "-1");
    check(&["demo", "--days", "0"], "--days");
    check(&["keys", "revoke", "not-an-id"], "not-an-id");
    check(&["keys", "create", "--scopes", "root"], "root");
    check(&["keys", "create", "--expires-in-days", "0"], "0");
    check(&["frobnicate"], "frobnicate");
    let bare = run::<&str>([]);
    assert_eq!(bare.status.code(), Some(2), "{bare:?}");
    assert!(bare.err.contains("serve"), "{bare:?}");
}

#[test]
fn a_wrong_environment_is_a_usage_error_too() {
    for (name, value) in [("DEBRIEF_LISTEN", "here"), ("DEBRIEF_BOOTSTRAP_KEY", "hunter2")] {
        let mut command = program();
        command.arg("serve").env(name, value);
        let ended = Launch::of(command).end();
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.err.contains(name.trim_start_matches("DEBRIEF_").to_lowercase().replace('_', "-").as_str()), "{ended:?}");
    }
}

#[test]
fn a_first_start_says_everything_and_a_second_one_keeps_the_secret() {
    let data = tempfile::tempdir().unwrap();
    let start = || {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data", text(data.path())]);
        Launch::of(command).ready()
    };
    let server = start();
    let said = server.said();
    let key = said.lines().find_map(|line| line.strip_prefix("Tenant key: ")).expect("the key").split(' ').next().unwrap().to_owned();
    assert_eq!(Uuid::parse_str(&key).expect("a UUID").get_version_num(), 4, "AgentOps clients take nothing else");
    let address = format!("http://{}", server.address);
    for line in [
        format!("VokerClient(base_url=\"{address}\", api_key=\"{key}\")"),
        format!("AGENTOPS_API_ENDPOINT={address} AGENTOPS_API_KEY={key}"),
        format!("CONVERRA_BASE_URL={address}/api/v1 CONVERRA_API_KEY={key}"),
        format!("Debrief is listening on {address}"),
    ] {
        assert!(said.contains(&line), "{line} is not in:\n{said}");
    }
    let mut client = Client::new(server.address, &key);
    assert_eq!(client.get("/api/v1/sessions").ok()["total"], 0);
    server.stop();

    let server = start();
    assert!(!server.said().contains(&key) && !server.said().contains("Tenant key"), "{}", server.said());
    assert_eq!(Client::new(server.address, &key).get("/api/v1/sessions").status, 200, "it still works");
    server.stop();
}

#[test]
fn the_bootstrap_key_is_the_first_key_of_a_new_directory_and_changes_no_old_one() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert!(server.said().contains(&format!("Tenant key: {KEY}")), "{}", server.said());
    let mut client = server.client();
    assert_eq!(client.get("/api/v1/sessions").status, 200);
    assert_eq!(voker::fingerprint(&mut client).unwrap().status, 200);
    server.stop();

    let other = "77777777-7777-4777-8777-777777777777";
    let server = Server::start(data.path(), &["--bootstrap-key", other]);
    assert_eq!(server.client().get("/api/v1/sessions").status, 200);
    assert_eq!(Client::new(server.address, other).get("/api/v1/sessions").status, 401);
    server.stop();
}

#[test]
fn flags_win_over_the_environment() {
    let (wanted, ignored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = program();
    command.arg("serve").env("DEBRIEF_LISTEN", "127.0.0.1:0").env("DEBRIEF_DATA", wanted.path()).env("DEBRIEF_BOOTSTRAP_KEY", KEY);
    let server = Launch::of(command).ready();
    assert!(wanted.path().join("ledger.sqlite").is_file(), "DEBRIEF_DATA names the directory");
    assert_ne!(server.address.port(), 4820, "DEBRIEF_LISTEN names the port");
    server.stop();

    let mut command = program();
    command.args(["serve", "--listen", "127.0.0.1:0", "--data", text(wanted.path())]);
    command.env("DEBRIEF_LISTEN", "nonsense").env("DEBRIEF_DATA", ignored.path());
    Launch::of(command).ready().stop();
    assert!(!ignored.path().join("ledger.sqlite").exists());
}

#[test]
fn a_taken_port_is_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let data = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(["serve", "--listen", &address, "--data", text(data.path())]);
    assert_one_sentence(&Launch::of(command).end(), 1, &[&address, "taken", "--listen"]);
}

#[test]
fn a_directory_in_use_is_one_sentence_and_its_server_goes_on() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    assert_one_sentence(&serve(data.path(), &[]), 1, &[text(data.path()), "in use"]);
    assert_eq!(server.client().get("/api/v1/sessions").status, 200);
    server.stop();
}

#[test]
fn what_is_no_data_directory_is_one_sentence() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    fs::write(&file, "a file").unwrap();
    assert_one_sentence(&serve(&file, &[]), 1, &[text(&file)]);
    let under = file.join("data");
    assert_one_sentence(&serve(&under, &[]), 1, &[text(&under)]);
    assert_eq!(fs::read(&file).unwrap(), b"a file", "it was not touched");

    let empty = place.path().join("empty");
    for command in [vec!["keys", "list"], vec!["keys", "create"], vec!["keys", "rotate-token-secret"], vec!["tenants", "list"]] {
        let arguments: Vec<&str> = command.into_iter().chain(["--data", text(&empty)]).collect();
        assert_one_sentence(&run(arguments), 1, &[text(&empty), "no Debrief data", "--data"]);
    }
    assert!(!empty.exists(), "asking makes nothing");
}

/// A stopped server's directory with a few events in it.
fn filled() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let mut client = server.client();
    let fingerprint = voker::fingerprint(&mut client).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    for n in 0..40 {
        let properties = voker::properties(&format!("question {n}"), n);
        client.post("/api/v1/events", &voker::event(&fingerprint, "s", &properties)).ok();
    }
    server.stop();
    data
}

fn noise(length: usize) -> Vec<u8> {
    let mut rng = Rng::new(3);
    (0..length).map(|_| rng.next().to_le_bytes()[0]).collect()
}

/// The events of [`filled`] as they are read back.
fn read_back(server: &Server) -> Vec<Value> {
    support::read::events(&mut server.client(), "s")
}

#[test]
fn a_damaged_database_is_one_sentence_that_names_the_file() {
    let data = filled();
    for name in ["ledger.sqlite", "warehouse.duckdb"] {
        let path = data.path().join(name);
        let healthy = fs::read(&path).unwrap();
        for bytes in [noise(50_000), noise(10), b"hello, I am a letter\n".repeat(50), b"{}".to_vec()] {
            fs::write(&path, bytes).unwrap();
            assert_one_sentence(&serve(data.path(), &[]), 1, &[text(&path)]);
        }
        fs::write(&path, &healthy).unwrap();
    }
    let ledger = data.path().join("ledger.sqlite");
    let healthy = fs::read(&ledger).unwrap();
    for length in [healthy.len() - 1, healthy.len() / 2, 4096, 100] {
        fs::write(&ledger, &healthy[..length]).unwrap();
        assert_one_sentence(&serve(data.path(), &[]), 1, &[text(&ledger)]);
        assert_one_sentence(&run(["keys", "list", "--data", text(data.path())]), 1, &[text(&ledger)]);
    }
    fs::write(&ledger, &healthy).unwrap();
    let server = Server::start(data.path(), &[]);
    assert_eq!(read_back(&server).len(), 40, "healed, it is all there");
    server.stop();
}

/// A hole may lie where nothing needs to look at the start. Then the server starts; what it cannot read it does not make up.
#[test]
fn damage_that_shows_later_is_an_error_and_never_a_wrong_answer() {
    let data = filled();
    let server = Server::start(data.path(), &[]);
    let whole = read_back(&server);
    server.stop();
    for name in ["ledger.sqlite", "warehouse.duckdb"] {
        let path = data.path().join(name);
        let healthy = fs::read(&path).unwrap();
        let mut holed = healthy.clone();
        let middle = healthy.len() / 3..healthy.len() * 2 / 3;
        let hole = noise(middle.len());
        holed[middle].copy_from_slice(&hole);
        for damaged in [holed, healthy[..healthy.len() / 2].to_vec(), healthy[..healthy.len() - 1].to_vec()] {
            fs::write(&path, damaged).unwrap();
            let launch = Launch::serve(data.path(), &[]);
            let lines = std::iter::from_fn(|| launch.line_within(support::PATIENCE));
            let address = lines.filter_map(|line| line.strip_prefix("Debrief is listening on http://")?.parse().ok()).next();
            if let Some(address) = address {
                let answer = Client::new(address, KEY).get("/api/v1/sessions/s/events?limit=1000");
                assert!(
                    matches!(answer.status, 500 | 503) || answer.clone().ok()["events"].as_array() == Some(&whole),
                    "{}",
                    answer.text()
                );
                assert!(!answer.text().contains(text(&path)), "{}", answer.text());
                let ended = launch.kill9();
                assert!(!ended.err.contains("panicked"), "{}", ended.err);
            } else {
                assert_one_sentence(&launch.end(), 1, &[text(&path)]);
            }
        }
        fs::write(&path, &healthy).unwrap();
    }
}

#[test]
fn two_databases_that_do_not_belong_together_are_refused() {
    let (data, other) = (filled(), tempfile::tempdir().unwrap());
    Server::start(other.path(), &[]).stop();
    fs::copy(data.path().join("warehouse.duckdb"), other.path().join("warehouse.duckdb")).unwrap();
    let ended = serve(other.path(), &[]);
    assert_one_sentence(&ended, 1, &["belong"]);
}

#[test]
fn new_files_are_their_owners_alone_and_an_existing_directory_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let place = tempfile::tempdir().unwrap();
    let shared = place.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, fs::Permissions::from_mode(0o755)).unwrap();
    let made = place.path().join("made");
    for data in [&shared, &made] {
        let server = Server::start(data, &[]);
        agentops::open(&mut server.client(), KEY, "s").unwrap().ok();
        for entry in fs::read_dir(data).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(mode(&path) & 0o077, 0, "{} is open to others", path.display());
        }
        server.stop();
    }
    assert_eq!((mode(&shared), mode(&made)), (0o755, 0o700));
}
