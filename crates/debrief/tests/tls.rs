//! TLS of the server's own: everything on the one port, whoever cannot speak it, certificates that change, and pairs that are none.
#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod support;

use std::fs;
use std::future::Future;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Collected, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::generate_simple_self_signed;
use rustix::process::Signal;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use support::http::Wire;
use support::server::{KEY, Launch, Server, program, run};
use support::{PATIENCE, eventually};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A certificate for this machine, in two files.
struct Pair {
    certificate: PathBuf,
    key: PathBuf,
    der: CertificateDer<'static>,
}

impl Pair {
    /// Makes another one each time.
    fn in_directory(directory: &Path) -> Self {
        let made = generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let (certificate, key) = (directory.join("chain.pem"), directory.join("key.pem"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self { certificate, key, der: made.cert.der().clone() }
    }

    fn flags(&self) -> [&str; 4] {
        ["--tls-cert", self.certificate.to_str().unwrap(), "--tls-key", self.key.to_str().unwrap()]
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(PATIENCE, future).await.expect("in time") })
}

/// Connects as a client that trusts this certificate alone and wishes these protocols.
async fn greet(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocols: &[&[u8]],
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let stream = tokio::net::TcpStream::connect(address).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::from(address.ip()), stream).await
}

type Answer = Response<Collected<Bytes>>;

async fn collected(answer: Response<hyper::body::Incoming>) -> Answer {
    let (parts, body) = answer.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap())
}

fn request(method: &str, address: SocketAddr, path: &str, content_type: &str, body: Vec<u8>) -> Request<Full<Bytes>> {
    let builder = Request::builder().method(method).uri(format!("https://{address}{path}")).header("host", address.to_string());
    builder.header("authorization", format!("Bearer {KEY}")).header("content-type", content_type).body(Full::new(body.into())).unwrap()
}

/// A kept connection that speaks HTTP/1.1.
async fn connected(address: SocketAddr, trusted: &CertificateDer<'static>) -> http1::SendRequest<Full<Bytes>> {
    let stream = greet(address, trusted, &[b"http/1.1"]).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn get(sender: &mut http1::SendRequest<Full<Bytes>>, address: SocketAddr, path: &str) -> (StatusCode, String) {
    let answer = collected(sender.send_request(request("GET", address, path, "application/json", Vec::new())).await.unwrap()).await;
    let status = answer.status();
    (status, String::from_utf8(answer.into_body().to_bytes().to_vec()).unwrap())
}

/// Whether the server is shown with this certificate and answers.
fn answers_as(address: SocketAddr, trusted: &CertificateDer<'static>) -> bool {
    wait(async {
        if greet(address, trusted, &[]).await.is_err() {
            return false;
        }
        get(&mut connected(address, trusted).await, address, "/health").await.0 == StatusCode::OK
    })
}

/// A field of protobuf that has these bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
}

/// A request of gRPC with one span.
fn grpc_export(span_id: u8, name: &str) -> Vec<u8> {
    let trace: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap()).collect();
    let start = [&[7 << 3 | 1], 1_767_268_800_000_000_000_u64.to_le_bytes().as_slice()].concat();
    let span = [field(1, &trace), field(2, &[0, 0, 0, 0, 0, 0, 0, span_id]), field(5, name.as_bytes()), start].concat();
    let message = field(1, &field(2, &field(2, &span)));
    [&[0], u32::try_from(message.len()).unwrap().to_be_bytes().as_slice(), &message].concat()
}

#[test]
fn everything_is_on_the_one_port() {
    let directory = tempfile::tempdir().unwrap();
    let pair = Pair::in_directory(directory.path());
    let server = Server::start(&directory.path().join("data"), &pair.flags());
    let address = server.address;
    for line in [format!("Debrief is listening on https://{address}"), format!("AGENTOPS_API_ENDPOINT=https://{address} ")] {
        assert!(server.said().contains(&line), "{line} is not in:\n{}", server.said());
    }
    wait(async {
        let mut sender = connected(address, &pair.der).await;
        let span =
            format!(r#"{{"traceId":"{TRACE}","spanId":"00000000000000c1","name":"by http","startTimeUnixNano":"1767268800000000000"}}"#);
        let body = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#);
        let answer = sender.send_request(request("POST", address, "/v1/traces", "application/json", body.into())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        drop(collected(answer).await);

        let stream = greet(address, &pair.der, &[b"h2", b"http/1.1"]).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        let (mut grpc, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
        let call = request("POST", address, path, "application/grpc", grpc_export(0xc2, "by grpc"));
        let answer = collected(grpc.send_request(call).await.unwrap()).await;
        assert_eq!(answer.body().trailers().and_then(|trailers| trailers.get("grpc-status")).unwrap(), "0", "{answer:?}");

        let (status, events) = get(&mut sender, address, &format!("/api/v1/sessions/{TRACE}/events")).await;
        assert_eq!(status, StatusCode::OK, "{events}");
        let events: Value = serde_json::from_str(&events).unwrap();
        let mut names: Vec<_> = events["events"].as_array().unwrap().iter().map(|event| event["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["by grpc", "by http"]);
    });
    server.stop();
}

#[test]
fn who_does_not_speak_tls_costs_one_connection() {
    let directory = tempfile::tempdir().unwrap();
    let pair = Pair::in_directory(directory.path());
    let server = Server::start(&directory.path().join("data"), &pair.flags());
    let mut plain = Wire::connect(server.address).unwrap();
    plain.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert!(plain.is_closed_by_server());
    let mut http2 = Wire::connect(server.address).unwrap();
    http2.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    assert!(http2.is_closed_by_server());
    let stranger = generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    assert!(wait(greet(server.address, stranger.cert.der(), &[])).is_err(), "a client that trusts somebody else");
    let of_other_protocols = wait(greet(server.address, &pair.der, &[b"smtp"]));
    assert!(of_other_protocols.is_err(), "a client that speaks something else");

    // A client may know of the failure before the server does.
    eventually("four failures are counted", PATIENCE, || {
        let metrics = wait(async { get(&mut connected(server.address, &pair.der).await, server.address, "/metrics").await.1 });
        metrics.contains("debrief_tls_handshakes_failed_total 4").then_some(())
    });
    server.stop();
}

#[test]
fn a_handshake_that_dawdles_holds_nobody_up_and_is_ended() {
    let directory = tempfile::tempdir().unwrap();
    let pair = Pair::in_directory(directory.path());
    let flags = [&pair.flags()[..], &["--header-seconds-max", "2"]].concat();
    let server = Server::start(&directory.path().join("data"), &flags);
    let began = Instant::now();
    let mut dawdlers: Vec<_> = (0..64).map(|_| Wire::connect(server.address).unwrap()).collect();
    for dawdler in &mut dawdlers[32..] {
        // The head of a handshake's record, of which no more comes.
        dawdler.send(&[0x16, 0x03, 0x01, 0x01, 0x00]).unwrap();
    }
    // One that shakes hands and then asks for nothing.
    wait(async {
        let mut silent = greet(server.address, &pair.der, &[]).await.unwrap();
        let mut other = connected(server.address, &pair.der).await;
        assert_eq!(get(&mut other, server.address, "/health").await.0, StatusCode::OK, "others are served meanwhile");
        let ended = silent.read(&mut [0; 1]).await;
        assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    });
    for dawdler in &mut dawdlers {
        assert!(dawdler.is_closed_by_server());
    }
    assert!(began.elapsed() >= Duration::from_secs(2), "they had their time");
    assert!(answers_as(server.address, &pair.der));
    server.stop();
}

#[test]
fn a_stop_waits_for_open_requests_and_for_no_handshake() {
    let directory = tempfile::tempdir().unwrap();
    let pair = Pair::in_directory(directory.path());
    let flags = [&pair.flags()[..], &["--header-seconds-max", "60"]].concat();
    let server = Server::start(&directory.path().join("data"), &flags);
    let address = server.address;
    let _half = TcpStream::connect(address).unwrap();
    let (ended, took) = wait(async {
        let mut idle = greet(address, &pair.der, &[]).await.unwrap();
        idle.write_all(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        assert!(head_of(&mut idle).await.starts_with("HTTP/1.1 200"));
        let mut open = greet(address, &pair.der, &[]).await.unwrap();
        let asked = format!(
            "POST /v1/traces HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        );
        open.write_all(asked.as_bytes()).await.unwrap();
        // The body is wanted, so the request is open.
        assert!(head_of(&mut open).await.starts_with("HTTP/1.1 100"));
        let began = Instant::now();
        server.signal(Signal::TERM);
        // Who asks for nothing is parted with in the manner of TLS, so the stop has begun.
        idle.read_to_end(&mut Vec::new()).await.unwrap();
        open.write_all(b"{}").await.unwrap();
        assert!(head_of(&mut open).await.starts_with("HTTP/1.1 200"), "what was begun is answered");
        let ended = tokio::task::spawn_blocking(|| server.terminate()).await.unwrap();
        (ended, began.elapsed())
    });
    assert!(ended.status.success() && !ended.err.contains("did not finish"), "{ended:?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
}

/// The head of an answer.
async fn head_of(stream: &mut TlsStream<tokio::net::TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

#[test]
fn a_new_certificate_is_shown_without_a_restart_and_a_bad_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let first = Pair::in_directory(directory.path());
    let server = Server::start(&directory.path().join("data"), &first.flags());
    let address = server.address;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut kept = runtime.block_on(connected(address, &first.der));

    let second = Pair::in_directory(directory.path());
    assert!(answers_as(address, &first.der) && !answers_as(address, &second.der), "nobody was told yet");
    server.signal(Signal::HUP);
    eventually("the new certificate is shown", PATIENCE, || answers_as(address, &second.der).then_some(()));
    assert!(!answers_as(address, &first.der));
    assert_eq!(runtime.block_on(get(&mut kept, address, "/health")).0, StatusCode::OK, "who was connected stays so");

    let complaint = |words: &str| {
        server.signal(Signal::HUP);
        eventually(words, PATIENCE, || server.complained().contains(words).then_some(()));
        assert!(answers_as(address, &second.der), "{words}");
    };
    let other = tempfile::tempdir().unwrap();
    fs::copy(&Pair::in_directory(other.path()).key, &second.key).unwrap();
    complaint("is not that of the certificate");
    fs::write(&second.certificate, "-----BEGIN CERTIFICATE-----\n").unwrap();
    complaint("has no end");
    fs::remove_file(&second.certificate).unwrap();
    complaint("No such file");

    let third = Pair::in_directory(directory.path());
    server.signal(Signal::HUP);
    eventually("one that is good again is shown", PATIENCE, || answers_as(address, &third.der).then_some(()));
    server.stop();
}

#[test]
fn flags_may_come_from_the_environment() {
    let directory = tempfile::tempdir().unwrap();
    let pair = Pair::in_directory(directory.path());
    let mut command = program();
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--public-url", "https://debrief.example", "--data"])
        .arg(directory.path().join("data"));
    command.env("DEBRIEF_TLS_CERT", &pair.certificate).env("DEBRIEF_TLS_KEY", &pair.key);
    let server = Launch::of(command).ready();
    assert!(server.said().contains("AGENTOPS_API_ENDPOINT=https://debrief.example "), "{}", server.said());
    assert!(answers_as(server.address, &pair.der));
    server.stop();
}

#[test]
fn half_a_pair_is_a_usage_error() {
    for (given, missing) in [("--tls-cert", "--tls-key"), ("--tls-key", "--tls-cert")] {
        let ended = run(["serve", given, "x.pem"]);
        assert_eq!(ended.status.code(), Some(2), "{ended:?}");
        assert!(ended.err.contains("error: ") && ended.err.contains(missing), "{ended:?}");
    }
}

#[test]
fn a_pair_that_is_none_is_refused_by_the_name_of_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let (pair, other) = (Pair::in_directory(directory.path()), tempfile::tempdir().unwrap());
    let (data, other) = (directory.path().join("data"), Pair::in_directory(other.path()));
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let check = |certificate: &Path, key: &Path, culprit: &Path, words: &str| {
        let ended = Launch::serve(&data, &["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()]).end();
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        let sentence = ended.err.lines().find(|line| line.starts_with("debrief: ")).unwrap_or_else(|| panic!("{ended:?}"));
        assert!(sentence.contains(culprit.to_str().unwrap()) && sentence.contains(words), "{words} and {culprit:?}: {sentence}");
        assert!(!sentence.contains("secret") && !data.exists(), "{sentence}");
    };
    let missing = directory.path().join("missing.pem");
    check(&missing, &pair.key, &missing, "No such file");
    check(&pair.certificate, &missing, &missing, "No such file");
    check(&pair.certificate, directory.path(), directory.path(), "cannot read");
    let (empty, text) = (file("empty.pem", ""), file("text.pem", "secret\n"));
    check(&empty, &pair.key, &empty, "there is none in PEM");
    check(&pair.certificate, &text, &text, "there is none in PEM");
    check(&pair.key, &pair.certificate, &pair.key, "there is none in PEM");
    let garbled = file("garbled.pem", "-----BEGIN PRIVATE KEY-----\nsecret!\n-----END PRIVATE KEY-----\n");
    check(&pair.certificate, &garbled, &garbled, "not base64");
    let no_key = file("no_key.pem", "-----BEGIN PRIVATE KEY-----\nMAo=\n-----END PRIVATE KEY-----\n");
    check(&pair.certificate, &no_key, &no_key, "cannot use");
    let no_certificate = file("no_certificate.pem", "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n");
    check(&no_certificate, &pair.key, &no_certificate, "cannot use");
    check(&pair.certificate, &other.key, &other.key, "is not that of the certificate");
}
