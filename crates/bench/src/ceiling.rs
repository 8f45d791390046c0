//! The ceiling: the same HTTP stack and parsing, of JSON or protobuf, then a compressed, group-synced log with nothing indexed.
//!
//! What a server on this machine could reach at best if it promised durability and nothing else. It runs as a process of
//! its own, so that its CPU time can be told apart from the client's. It checks no keys and answers no reads.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use debrief_otlp::proto::collector::trace::v1::ExportTraceServiceRequest;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use prost::Message as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::error::{Error, io as failed};
use crate::http::PROTOBUF;
use crate::launch::READY;

const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
const BODY_BYTES_MAX: usize = 64 << 20;
const COMPRESSION_LEVEL: i32 = 1;
const POSITION: HeaderName = HeaderName::from_static("x-debrief-position");

/// A body that waits for the log, and whom to tell.
struct Entry {
    body: Bytes,
    done: oneshot::Sender<Option<u64>>,
}

type Log = mpsc::Sender<Entry>;

#[derive(Deserialize)]
struct VokerEvent<'a> {
    #[serde(borrow)]
    event_name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    fingerprint_id: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    properties: &'a RawValue,
    #[serde(borrow)]
    session: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Deserialize)]
struct AgentopsBatch<'a> {
    #[serde(borrow)]
    events: Vec<AgentopsEvent<'a>>,
}

#[derive(Deserialize)]
struct AgentopsEvent<'a> {
    #[serde(borrow)]
    event_type: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    id: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    init_timestamp: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    prompt: Option<&'a RawValue>,
    #[serde(borrow)]
    completion: Option<&'a RawValue>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    returns: Option<&'a RawValue>,
}

/// Serves until the process is ended.
pub(crate) fn serve(listen: &str, data: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(data).map_err(failed("making the data directory"))?;
    let file = File::create(data.join("ceiling.log")).map_err(failed("making the log"))?;
    let (log, entries) = mpsc::channel();
    std::thread::Builder::new()
        .name("log".to_owned())
        .spawn(move || write_groups(&entries, file))
        .map_err(failed("starting the log thread"))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed("starting the runtime"))?;
    runtime.block_on(accept(listen, router(log)))
}

fn router(log: Log) -> Router {
    Router::new()
        .route("/health", get(|| async { json(r#"{"status":"ok"}"#) }))
        .route("/api/v1/fingerprints", put(|| async { json(r#"{"fingerprint_id":"5e35f8a4-64b5-5c6c-9641-29bef0691260"}"#) }))
        .route("/api/v1/events", post(voker))
        .route("/v2/create_session", post(|| async { json(r#"{"status":"Success","jwt":"ceiling"}"#) }))
        .route("/v2/create_agent", post(|| async { json(r#""Success""#) }))
        .route("/v2/update_session", post(|| async { json(r#"{"status":"success"}"#) }))
        .route("/v2/create_events", post(agentops))
        .route("/v1/traces", post(otlp))
        .layer(axum::extract::DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(log)
}

async fn accept(listen: &str, router: Router) -> Result<(), Error> {
    let listener = TcpListener::bind(listen).await.map_err(failed(format!("listening on {listen}")))?;
    let address = listener.local_addr().map_err(failed("asking for the address"))?;
    writeln!(io::stdout(), "{READY}http://{address}").map_err(failed("printing the address"))?;
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    loop {
        let (stream, _) = listener.accept().await.map_err(failed("accepting a connection"))?;
        // Without it small answers wait for the other side's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let (builder, service) = (builder.clone(), TowerToHyperService::new(router.clone()));
        tokio::spawn(async move {
            // A client that goes away is no news.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn voker(State(log): State<Log>, body: Bytes) -> Response {
    let usable = serde_json::from_slice::<VokerEvent<'_>>(&body).is_ok_and(|event| {
        !event.event_name.is_empty() && !event.fingerprint_id.is_empty() && event.properties.get().len() > 1 && event.session.is_some()
    });
    if usable { append(&log, body, "{}").await } else { StatusCode::BAD_REQUEST.into_response() }
}

async fn agentops(State(log): State<Log>, body: Bytes) -> Response {
    let usable = serde_json::from_slice::<AgentopsBatch<'_>>(&body).is_ok_and(|batch| {
        batch.events.iter().all(|event| {
            let content = [event.prompt, event.completion, event.params, event.returns];
            !event.event_type.is_empty()
                && event.id.is_some()
                && event.init_timestamp.is_some()
                && content.iter().flatten().all(|value| !value.get().is_empty())
        })
    });
    if usable { append(&log, body, "\"Success\"").await } else { StatusCode::BAD_REQUEST.into_response() }
}

async fn otlp(State(log): State<Log>, body: Bytes) -> Response {
    let usable = ExportTraceServiceRequest::decode(body.as_ref()).is_ok_and(|request| {
        let mut spans = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans).flat_map(|scope| &scope.spans);
        spans.all(|span| span.trace_id.len() == 16 && span.span_id.len() == 8 && !span.name.is_empty() && span.start_time_unix_nano > 0)
    });
    // Success is a message in which nothing is said: no bytes.
    if usable {
        append_and_answer(&log, body, ([(header::CONTENT_TYPE, PROTOBUF)], "")).await
    } else {
        StatusCode::BAD_REQUEST.into_response()
    }
}

async fn append(log: &Log, body: Bytes, answer: &'static str) -> Response {
    append_and_answer(log, body, json(answer)).await
}

/// Waits until the body is on disk.
async fn append_and_answer(log: &Log, body: Bytes, answer: impl IntoResponse) -> Response {
    let (done, written) = oneshot::channel();
    if log.send(Entry { body, done }).is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    match written.await {
        Ok(Some(position)) => ([(POSITION, HeaderValue::from(position))], answer).into_response(),
        _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

fn json(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// The one writer: takes everything that waits, compresses it as one block, writes and syncs it, wakes all.
fn write_groups(entries: &mpsc::Receiver<Entry>, mut file: File) {
    let mut position = 0;
    let mut plain = Vec::new();
    while let Ok(first) = entries.recv() {
        let group: Vec<Entry> = std::iter::once(first).chain(entries.try_iter()).collect();
        plain.clear();
        for entry in &group {
            plain.extend_from_slice(&(entry.body.len() as u32).to_le_bytes());
            plain.extend_from_slice(&entry.body);
        }
        position += 1;
        let written = write_group(&mut file, &plain).is_ok().then_some(position);
        for entry in group {
            // Whoever hung up does not want to know.
            let _ = entry.done.send(written);
        }
    }
}

fn write_group(file: &mut File, plain: &[u8]) -> io::Result<()> {
    let packed = zstd::bulk::compress(plain, COMPRESSION_LEVEL)?;
    file.write_all(&(packed.len() as u32).to_le_bytes())?;
    file.write_all(&packed)?;
    file.sync_data()
}
