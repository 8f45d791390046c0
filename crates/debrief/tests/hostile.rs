//! Clients that are slow, greedy or malicious: a clear answer in the dialect's shape or a closed connection, bounded memory, no panic,
//! and a server that goes on as if nothing had been.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests, their helpers included, fail by panicking and say what they measured"
)]

mod support;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use support::http::{Answer, Client, Wire};
use support::server::{KEY, Server};
use support::{PATIENCE, agentops, eventually, read, voker};

const MEMORY_MB_MAX: u64 = 400;
const TICK: Duration = Duration::from_millis(250);

/// It answers, reads and writes, stayed within its memory and did not panic.
#[track_caller]
fn assert_unharmed(server: Server) {
    let mut client = server.client();
    let health = client.get("/health").ok();
    assert_eq!(health["status"], "ok", "{health}");
    let fingerprint = voker::fingerprint(&mut client).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    let marker = agentops::new_session();
    client.post("/api/v1/events", &voker::event(&fingerprint, "unharmed", &voker::properties(&marker, 1))).ok();
    let newest = client.get("/api/v1/sessions/unharmed/events?order=desc&limit=1").ok();
    assert_eq!(newest["events"][0]["input"][0]["text"], marker.as_str(), "{newest}");
    assert!(matches!(read::metric(&mut client, "debrief_panics_total"), None | Some(0.0)));
    queue_empties(&server);
    let peak = server.memory_peak_mb();
    println!("at most {peak} MB");
    assert!(peak < MEMORY_MB_MAX, "the server used {peak} MB");
    server.stop();
}

/// Room on the queue is given back.
#[track_caller]
fn queue_empties(server: &Server) {
    eventually("the queue is empty", PATIENCE, || read::metric(&mut server.client(), "debrief_queue_bytes").filter(|held| *held == 0.0));
}

fn server(flags: &[&str]) -> (tempfile::TempDir, Server) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), flags);
    (data, server)
}

fn bearer() -> String {
    format!("Authorization: Bearer {KEY}\r\n")
}

fn head(server: &Server, path: &str, more: &str) -> String {
    format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{}{more}\r\n", server.address, bearer())
}

/// Sends a byte, listens a while, and so on, until there is an answer or the connection is closed; never more than the bytes there are.
fn drip(wire: &mut Wire, bytes: &[u8]) -> io::Result<Answer> {
    let mut bytes = bytes.iter();
    let mut first = [0];
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(byte) = bytes.next() {
            wire.send(&[*byte])?;
        }
        wire.stream().set_read_timeout(Some(TICK))?;
        match wire.stream().peek(&mut first) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) => return wire.answer(),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

#[test]
fn a_head_that_does_not_arrive_ends_the_connection() {
    let (_data, server) = server(&["--header-seconds-max", "1"]);
    let endless = b"x".repeat(10_000);
    for start in
        [&b""[..], b"G", b"PRI", b"PRI * HTTP/2.0\r\n", b"GET /health HTTP/1.1\r\n", b"GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: "]
    {
        let mut wire = Wire::connect(server.address).unwrap();
        wire.send(start).unwrap();
        // Neither silence nor one byte at a time holds a connection open.
        let dripped = if start.ends_with(b": ") { &endless[..] } else { b"" };
        match drip(&mut wire, dripped) {
            Ok(answer) => assert!(matches!(answer.status, 400 | 408), "{}", answer.status),
            Err(error) => assert_ne!(error.kind(), io::ErrorKind::TimedOut, "still open after {:?}", String::from_utf8_lossy(start)),
        }
    }
    assert_unharmed(server);
}

#[test]
fn a_body_that_does_not_arrive_is_answered_in_the_dialects_shape() {
    let (_data, server) = server(&["--body-idle-seconds-max", "1", "--body-seconds-max", "3"]);
    for (path, dripped) in [("/api/v1/events", &b""[..]), ("/api/v1/events", &[b' '; 1_000])] {
        let mut wire = Wire::connect(server.address).unwrap();
        wire.send(format!("{}{{", head(&server, path, "Content-Length: 100000\r\n")).as_bytes()).unwrap();
        let answer = drip(&mut wire, dripped).expect("an answer");
        assert_eq!((answer.status, answer.json()["type"].as_str()), (400, Some("invalid-request")), "{}", answer.text());
        assert!(answer.text().contains("body_idle_seconds_max"), "{}", answer.text());
    }
    assert_unharmed(server);
}

#[test]
fn silent_connections_up_to_the_limit_only_delay_others() {
    let most = allow_files(4_500).saturating_sub(500).min(2_000);
    println!("{most} silent connections");
    let (_data, server) = server(&["--connections-max", &most.to_string(), "--header-seconds-max", "2"]);
    let silent: Vec<TcpStream> = (0..most).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    // One more than there is room for: it is served as soon as the silent ones are sent away.
    assert_eq!(server.client().get("/health").status, 200);
    drop(silent);
    assert_unharmed(server);
}

/// Raises how many files this process may open; the server's own limit comes from here.
fn allow_files(wanted: u64) -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum.map_or(wanted, |most| most.min(wanted)).max(limit.current.unwrap_or(wanted));
    setrlimit(Resource::Nofile, Rlimit { current: Some(current), maximum: limit.maximum }).unwrap();
    current
}

/// A body of `megabytes`, written while the answer may already come.
fn send_large(server: &Server, path: &str, headers: &str, megabytes: usize, chunked: bool) -> Answer {
    let mut wire = Wire::connect(server.address).unwrap();
    let length = if chunked { "Transfer-Encoding: chunked\r\n".to_owned() } else { format!("Content-Length: {}\r\n", megabytes << 20) };
    wire.send(head(server, path, &format!("{headers}{length}")).as_bytes()).unwrap();
    let piece = vec![b' '; 1 << 20];
    for _ in 0..megabytes {
        if chunked {
            wire.send(b"100000\r\n").unwrap();
        }
        wire.send(&piece).expect("the server reads what it refuses, so that its answer is heard");
        if chunked {
            wire.send(b"\r\n").unwrap();
        }
    }
    if chunked {
        wire.send(b"0\r\n\r\n").unwrap();
    }
    wire.answer().expect("an answer")
}

#[test]
fn a_hundred_megabytes_are_refused_in_the_dialects_shape_and_heard() {
    let (_data, server) = server(&[]);
    let token = agentops::open(&mut server.client(), KEY, "s").unwrap().ok()["jwt"].as_str().unwrap().to_owned();
    for chunked in [false, true] {
        let answer = send_large(&server, "/api/v1/events", "", 100, chunked);
        assert_eq!((answer.status, answer.json()["type"].as_str()), (413, Some("request-too-large")), "{}", answer.text());
        assert!(answer.text().contains("body_bytes_max"), "{}", answer.text());
    }
    let answer = send_large(&server, "/v2/create_session", &format!("X-Agentops-Api-Key: {KEY}\r\n"), 100, false);
    assert_eq!((answer.status, answer.json()["path"].as_str()), (413, Some("/v2/create_session")), "{}", answer.text());
    let large = json!({"events": [agentops::event(&agentops::new_session(), 1, &"x".repeat(40 << 20))]});
    let answer = agentops::with_token(&mut server.client(), &token, "/v2/create_events", &large).unwrap();
    assert_eq!((answer.status, answer.json()["path"].as_str()), (413, Some("/v2/create_events")), "{}", answer.text());
    assert_unharmed(server);
}

/// Every route that takes a body.
const VOKER: [(&str, &str); 6] = [
    ("PUT", "/api/v1/fingerprints"),
    ("POST", "/api/v1/events"),
    ("PUT", "/api/v1/people"),
    ("PUT", "/api/v1/people/p"),
    ("PUT", "/api/v1/agents"),
    ("PUT", "/api/v1/agents/a/agent-versions"),
];
const AGENTOPS: [(&str, &str); 12] = [
    ("POST", "/v2/create_session"),
    ("POST", "/v2/update_session"),
    ("POST", "/v2/reauthorize_jwt"),
    ("PUT", "/v2/update_logs"),
    ("POST", "/v2/create_events"),
    ("POST", "/v2/update_events"),
    ("POST", "/v2/developer_errors"),
    ("POST", "/v2/create_agent"),
    ("POST", "/v2/create_thread"),
    ("POST", "/create_session"),
    ("POST", "/create_events"),
    ("POST", "/update_events"),
];

fn awkward_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str| format!("{{\"properties\":{}{}}}", open.repeat(2_000_000), close.repeat(2_000_000)).into_bytes();
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("nothing", Vec::new()),
        ("no JSON", text("hello")),
        ("half of it", text("{\"session\":")),
        ("a number", text("7")),
        ("null", text("null")),
        ("an array", text("[]")),
        ("an array of rubbish", text("[1,\"a\",null,{},[[]]]")),
        ("empty arrays", text("{\"events\":[],\"session\":[],\"properties\":[]}")),
        ("wrong types", text("{\"events\":{\"a\":1},\"session\":7,\"properties\":true,\"fingerprint_id\":[],\"agent_name\":{},\"id\":{}}")),
        ("rubbish events", text("{\"events\":[1,null,\"x\",[],{\"id\":{}},{\"event_type\":[]}]}")),
        ("nested objects", deep("{\"a\":", "1}").split_at(12_000_000).0.to_vec()),
        ("nested arrays", deep("[", "]")),
        ("open arrays", b"[".repeat(2_000_000)),
        ("invalid UTF-8", b"{\"session\":\"\xff\xfe\",\"events\":[{\"returns\":\"\xc3\x28\"}],\"properties\":{\"\xf0\x28\":1}}".to_vec()),
        ("lone surrogates", text("{\"session\":\"\\ud800\",\"events\":[{\"returns\":\"\\udfff\\ud83d\"}],\"agent_name\":\"\\ud83d\"}")),
        (
            "NUL",
            text("{\"session\":\"a\\u0000b\",\"agent_name\":\"\\u0000\",\"person_id\":\"\\u0000\",\"events\":[{\"returns\":\"\\u0000\"}]}"),
        ),
        ("NUL as it is", b"{\"session\":\"a\0b\"}\0".to_vec()),
        ("duplicate keys", text("{\"session\":\"a\",\"session\":{\"session_id\":\"b\"},\"events\":[],\"events\":[{\"id\":1,\"id\":2}]}")),
        (
            "huge numbers",
            text(&format!(
                "{{\"events\":[{{\"prompt_tokens\":1{0},\"cost\":1e999999,\"init_timestamp\":-1{0}}}],\"properties\":{{\"n\":1{0}}}}}",
                "0".repeat(400)
            )),
        ),
        (
            "a long name",
            text(&format!("{{\"agent_name\":\"{0}\",\"person_id\":\"{0}\",\"session\":\"{0}\",\"name\":\"{0}\"}}", "n".repeat(300_000))),
        ),
        ("many members", text(&format!("{{{}\"z\":0}}", (0..100_000).map(|n| format!("\"k{n}\":{n},")).collect::<String>()))),
    ]
}

#[test]
fn awkward_bodies_are_accepted_or_refused_in_the_dialects_shape_on_every_route() {
    let (_data, server) = server(&[]);
    let mut client = server.client();
    client.put("/api/v1/agents", &json!({"agent_name": "a"})).ok();
    let token = agentops::open(&mut client, KEY, "s").unwrap().ok()["jwt"].as_str().unwrap().to_owned();
    let mut asked = 0;
    for (what, body) in awkward_bodies() {
        for (method, path) in VOKER.into_iter().chain(AGENTOPS) {
            let credential = match path {
                "/v2/create_session" | "/create_session" | "/v2/reauthorize_jwt" => ("X-Agentops-Api-Key", KEY.to_owned()),
                _ if path.starts_with("/api/") => ("Authorization", format!("Bearer {KEY}")),
                _ => ("Authorization", format!("Bearer {token}")),
            };
            let answer = client.exchange(method, path, &[(credential.0, &credential.1)], &body).expect("an answer");
            let context = format!("{what} to {path}: {} {}", answer.status, answer.text());
            assert!(matches!(answer.status, 200 | 400 | 404 | 422), "{context}");
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("not JSON: {context}"));
            if answer.status != 200 {
                let shaped = match path {
                    // What has a list of events is a batch of domain events, whatever else it has.
                    "/api/v1/events" => told["type"].is_string() || told["error"]["code"].is_string(),
                    _ if path.starts_with("/api/") => told["type"].is_string(),
                    _ => told["message"].is_string(),
                };
                assert!(shaped, "{context}");
            }
            asked += 1;
        }
    }
    println!("{asked} requests");
    assert_unharmed(server);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_bodies_are_read_and_bombs_are_not() {
    let (_data, server) = server(&[]);
    let authorization = format!("Bearer {KEY}");
    let send = |encoding: &str, body: &[u8]| {
        let headers = [("Authorization", authorization.as_str()), ("Content-Encoding", encoding)];
        server.client().exchange("PUT", "/api/v1/agents", &headers, body).expect("an answer")
    };
    let plain = br#"{"agent_name":"packed"}"#;
    // More than is held before it is measured, with all that counts at its end.
    let wide = [vec![b' '; 5 << 20], plain.to_vec()].concat();
    for (encoding, packed) in [
        ("gzip", gzip(plain)),
        ("deflate", zlib(plain)),
        ("identity", plain.to_vec()),
        ("GZIP", gzip(plain)),
        ("gzip", gzip(&wide)),
        ("deflate", zlib(&wide)),
    ] {
        let answer = send(encoding, &packed);
        assert_eq!((answer.status, answer.json()["agent_name"].as_str()), (200, Some("packed")), "{encoding}: {}", answer.text());
    }
    let bomb = gzip(&vec![b' '; 256 << 20]);
    println!("a bomb of {} kB", bomb.len() >> 10);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let answer = send("gzip", &bomb);
                assert_eq!((answer.status, answer.json()["type"].as_str()), (413, Some("request-too-large")), "{}", answer.text());
            });
        }
    });
    let damaged = &gzip(plain)[..20];
    for (encoding, body) in [("gzip", damaged), ("gzip", plain), ("deflate", b"\x78\x9c\xff\xff"), ("br", plain), ("gzip, gzip", plain)] {
        let answer = send(encoding, body);
        assert_eq!((answer.status, answer.json()["type"].as_str()), (400, Some("invalid-request")), "{encoding}: {}", answer.text());
    }
    assert_unharmed(server);
}

#[test]
fn a_full_queue_says_so_at_once_and_empties() {
    let (_data, server) = server(&["--queue-bytes-max", "20000"]);
    let mut client = server.client();
    let fingerprint = voker::fingerprint(&mut client).unwrap().ok()["fingerprint_id"].as_str().unwrap().to_owned();
    let large = voker::event(&fingerprint, "s", &json!({"inputs": {"text": "x".repeat(25_000)}, "output": {}}));
    let refused = client.post("/api/v1/events", &large);
    assert_eq!((refused.status, refused.json()["type"].as_str()), (503, Some("overloaded")), "{}", refused.text());
    assert!(refused.header("retry-after").is_some() && refused.text().contains("queue_bytes_max"), "{}", refused.text());

    // A request that is still arriving holds its room, so that the next one is refused instead of kept waiting.
    let mut slow = Wire::connect(server.address).unwrap();
    slow.send(head(&server, "/v2/create_session", &format!("X-Agentops-Api-Key: {KEY}\r\nContent-Length: 15000\r\n")).as_bytes()).unwrap();
    slow.send(b"{\"session\":{\"session_id\":\"s2\"}").unwrap();
    eventually("the slow request holds room", PATIENCE, || {
        read::metric(&mut server.client(), "debrief_queue_bytes").filter(|held| *held > 0.0)
    });
    let headers = [("X-Agentops-Api-Key", KEY)];
    let body = json!({"session": {"session_id": "s3", "host_env": {"text": "x".repeat(8_000)}}}).to_string();
    let refused = client.exchange("POST", "/v2/create_session", &headers, body.as_bytes()).unwrap();
    assert_eq!((refused.status, refused.json()["path"].as_str()), (503, Some("/v2/create_session")), "{}", refused.text());
    assert!(refused.header("retry-after").is_some());

    let said = b"{\"session\":{\"session_id\":\"s2\"}".len();
    slow.send(&[vec![b' '; 15_000 - said - 1], b"}".to_vec()].concat()).unwrap();
    assert_eq!(slow.answer().unwrap().status, 200);
    queue_empties(&server);
    assert_eq!(client.exchange("POST", "/v2/create_session", &headers, body.as_bytes()).unwrap().status, 200, "there is room again");
    assert_unharmed(server);
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let (_data, server) = server(&[]);
    let mut wire = Wire::connect(server.address).unwrap();
    let names = ["one", "two", "three", "four"];
    let mut all = String::new();
    for name in names {
        let body = json!({ "agent_name": name }).to_string();
        let head = format!("PUT /api/v1/agents HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n", bearer(), body.len());
        all.push_str(&format!("{head}{body}"));
    }
    wire.send(all.as_bytes()).unwrap();
    for (number, name) in (1..).zip(names) {
        let answer = wire.answer().unwrap().ok();
        assert_eq!((&answer["agent_name"], &answer["agent_number"]), (&json!(name), &json!(number)));
    }
    assert_unharmed(server);
}

/// Where two readers could disagree about where a request ends, the request is refused and the connection ends.
#[test]
fn requests_whose_end_is_ambiguous_are_refused() {
    let (_data, server) = server(&[]);
    let hidden = "PUT /api/v1/agents HTTP/1.1\r\nHost: x\r\nContent-Length: 25\r\n";
    let smuggled = format!("{hidden}{}\r\n{{\"agent_name\":\"smuggled\"}}", bearer());
    for ambiguous in [
        format!("Content-Length: {}\r\nTransfer-Encoding: chunked\r\n", 5 + smuggled.len()),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {}\r\n", 5 + smuggled.len()),
        "Content-Length: 5\r\nContent-Length: 6\r\n".to_owned(),
        "Content-Length: 5, 6\r\n".to_owned(),
        "Content-Length: +5\r\n".to_owned(),
        "Content-Length: 0x5\r\n".to_owned(),
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
        "Transfer-Encoding : chunked\r\n".to_owned(),
        "Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n".to_owned(),
    ] {
        let mut wire = Wire::connect(server.address).unwrap();
        let head = head(&server, "/v2/create_session", &format!("X-Agentops-Api-Key: {KEY}\r\n{ambiguous}"));
        let request = format!("{head}18\r\n{{\"session\":{{\"id\":\"x\"}}  }}\r\n0\r\n\r\n{smuggled}");
        wire.send(request.as_bytes()).unwrap();
        let answer = wire.answer().unwrap_or_else(|error| panic!("{ambiguous}: {error}"));
        // Of a length and chunks the chunks count and nothing after them does, as RFC 9112 section 6.1 allows; all else is nonsense.
        let both = ambiguous.contains("Length") && ambiguous.contains("Encoding: chunked\r\n");
        assert_eq!(answer.status, if both { 200 } else { 400 }, "{ambiguous}{}", answer.text());
        assert!(wire.is_closed_by_server(), "{ambiguous} leaves the connection open");
    }
    assert_eq!(server.client().get("/api/v1/agents/smuggled").status, 404, "what was hidden in a body is no request");
    assert_unharmed(server);
}

#[test]
fn http2_works_with_prior_knowledge() {
    let (_data, server) = server(&[]);
    let mut wire = Wire::connect(server.address).unwrap();
    // Indexed :method GET and :scheme http, literal :path /health and :authority x.
    let headers = [&[0x82, 0x86, 0x04, 7][..], b"/health", &[0x01, 1], b"x"].concat();
    wire.send(&[&b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..], &frame(4, 0, 0, b""), &frame(1, 5, 1, &headers)].concat()).unwrap();
    let mut body = Vec::new();
    let mut status = None;
    loop {
        let (kind, flags, stream, payload) = receive_frame(&mut wire);
        match (kind, stream) {
            (0, 1) => body.extend(payload),
            // 0x88 is the static table's entry `:status 200`.
            (1, 1) => status = payload.first().copied(),
            (4, 0) if flags & 1 == 0 => wire.send(&frame(4, 1, 0, b"")).unwrap(),
            (3 | 7, _) => panic!("refused: frame {kind} {payload:?}"),
            _ => {}
        }
        if stream == 1 && flags & 1 == 1 {
            break;
        }
    }
    assert_eq!(status, Some(0x88));
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["message"], "Server Up");
    assert_unharmed(server);
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn receive_frame(wire: &mut Wire) -> (u8, u8, u32, Vec<u8>) {
    let mut head = [0; 9];
    wire.receive(&mut head).expect("a frame");
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut payload = vec![0; usize::try_from(length).unwrap()];
    wire.receive(&mut payload).expect("its payload");
    (head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]]), payload)
}

#[test]
fn noise_and_oversized_heads_only_cost_their_own_connection() {
    let (_data, server) = server(&["--header-seconds-max", "1"]);
    let mut rng = support::rng::Rng::new(11);
    for length in [1_u64, 10, 100, 1_000, 10_000, 300_000] {
        let noise: Vec<u8> = (0..length).map(|_| rng.next().to_le_bytes()[0]).collect();
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // The server may have hung up before all of it was written.
        drop(stream.write_all(&noise));
        drop(stream.read_to_end(&mut Vec::new()));
    }
    let mut wire = Wire::connect(server.address).unwrap();
    wire.send(format!("GET /health HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(1 << 20)).as_bytes()).ok();
    match wire.answer() {
        Ok(answer) => assert!(matches!(answer.status, 400 | 431), "{}", answer.status),
        Err(error) => assert_ne!(error.kind(), io::ErrorKind::WouldBlock, "no answer"),
    }
    let answer = Client::new(server.address, KEY).get(&format!("/api/v1/sessions/{}", "x".repeat(20_000)));
    assert!(matches!(answer.status, 400 | 404 | 414), "{}", answer.status);
    assert_unharmed(server);
}
