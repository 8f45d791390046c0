//! A server that keeps everything in memory and can be told to misbehave: enough of all dialects and of the read API for
//! the client side to be tested without a real server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use debrief_otlp::Encoding;
use debrief_otlp::proto::common::v1::any_value::Value as AnyValue;
use serde_json::{Value, json};

/// How the fake treats every tenth event that it acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Honest,
    Forgetful,
    Stammering,
    /// Takes everything and shows nothing.
    Mute,
}

#[derive(Debug)]
pub(crate) struct Store {
    manner: Manner,
    count: u64,
    sessions: HashMap<String, Vec<Value>>,
    /// The session of each trace.
    traces: HashMap<String, String>,
    domain: u64,
    messages: u64,
}

/// A JSON answer. Requests are read by hand, so that the fake needs no more of the framework than the ceiling does.
struct Json(Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        ([("content-type", "application/json")], self.0.to_string()).into_response()
    }
}

fn parse(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap()
}

type Shared = Arc<Mutex<Store>>;

pub(crate) fn router(manner: Manner) -> Router {
    let store = Arc::new(Mutex::new(Store { manner, count: 0, sessions: HashMap::new(), traces: HashMap::new(), domain: 0, messages: 0 }));
    Router::new()
        .route("/health", get(|| async { Json(json!({"status": "ok"})) }))
        .route("/api/v1/fingerprints", put(|| async { Json(json!({"fingerprint_id": "5e35f8a4-64b5-5c6c-9641-29bef0691260"})) }))
        .route("/api/v1/events", post(voker_or_domain).get(log))
        .route("/v2/create_session", post(create_session))
        .route("/v2/update_session", post(|| async { Json(json!({"status": "success"})) }))
        .route("/v2/create_agent", post(|| async { Json(json!("Success")) }))
        .route("/v2/create_events", post(agentops))
        .route("/v1/traces", post(otlp))
        .route("/api/v1/sessions", get(list))
        .route("/api/v1/sessions/{id}", get(|Path(id): Path<String>| async move { Json(json!({"id": id})) }))
        .route("/api/v1/sessions/{id}/events", get(events))
        .route("/api/v1/sessions/{id}/insights", get(|| async { Json(json!({"sessionId": "s"})) }))
        .route(
            "/api/v1/insights/{what}",
            get(|| async { Json(json!({"conversations": 7, "state": "current"})) }).post(|| async { Json(json!({})) }),
        )
        .route("/api/v1/agents/{agent}/compare", get(|| async { Json(json!({"from": {"conversations": 7}})) }))
        .route("/api/v1/receipts/{position}", get(|| async { Json(json!({"readable": true})) }))
        .route("/api/v1/people", get(|| async { Json(json!({"people": []})) }))
        .route("/api/v1/runs", post(run))
        .route("/api/v1/agents", post(|| async { Json(json!({"id": "agent_1"})) }).get(|| async { Json(json!({"data": [{}]})) }))
        .route("/api/v1/agents/{agent}/status", get(|| async { Json(json!({"metrics": {"conversationCount": 7}})) }))
        .route("/api/v1/agents/{agent}/insights", get(|| async { Json(json!({"summary": {"totalConversations": 7}})) }))
        .route("/api/v1/sdk/config", get(|| async { Json(json!({"data": {"agentHashes": {"00": "agent_1"}}})) }))
        .route("/api/v1/sdk/agents/match", post(|| async { Json(json!({"data": {"agentId": "agent_1"}})) }))
        .route("/api/v1/sdk/agents/{agent}/active-variant", get(|| async { Json(json!({"data": {"hasActiveVariant": false}})) }))
        .route("/api/v1/events/aggregate", get(|| async { Json(json!({"total": 7})) }))
        .route("/api/v1/events/stats/by-actor", get(|| async { Json(json!({"actors": [{}]})) }))
        .route("/api/v1/events/correlation/{id}", get(log))
        .route("/api/v1/events/resource/{kind}/{id}", get(log))
        .route("/api/v1/traces", get(|| async { Json(json!({"traces": [{}], "total": 7})) }))
        .route("/api/v1/traces/{id}", get(|Path(id): Path<String>| async move { Json(json!({"id": id, "spans": [{}]})) }))
        .route("/api/v1/costs", get(|| async { Json(json!({"costs": [{}]})) }))
        .route("/api/v1/events/{id}", get(|| async { Json(json!({"id": "x"})) }))
        .with_state(store)
}

/// Serves on a free port from a thread of its own; gives `http://host:port`.
pub(crate) fn start(manner: Manner) -> String {
    let (found, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            found.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            serve(listener, router(manner)).await;
        });
    });
    address.recv().unwrap()
}

pub(crate) async fn serve(listener: tokio::net::TcpListener, router: Router) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper_util::service::TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let builder = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
            let _ = builder.serve_connection(hyper_util::rt::TokioIo::new(stream), service).await;
        });
    }
}

fn keep(store: &Shared, session: &str, event: Value) -> u64 {
    let mut store = store.lock().unwrap();
    store.count += 1;
    let times = match (store.manner, store.count % 10) {
        (Manner::Forgetful, 0) => 0,
        (Manner::Stammering, 0) => 2,
        _ => 1,
    };
    let position = store.count;
    store.sessions.entry(session.to_owned()).or_default().extend(std::iter::repeat_n(event, times));
    position
}

fn acknowledged(position: u64, body: Value) -> Response {
    ([("x-debrief-position", position.to_string())], Json(body)).into_response()
}

async fn voker_or_domain(State(store): State<Shared>, body: Bytes) -> Response {
    let body = parse(&body);
    if let Some(events) = body["events"].as_array() {
        let mut store = store.lock().unwrap();
        store.domain += events.len() as u64;
        store.count += events.len() as u64;
        return acknowledged(store.count, json!({}));
    }
    let event = json!({"kind": "llm", "source": "voker", "key": null, "responseId": body["properties"]["output"]["id"]});
    acknowledged(keep(&store, body["session"].as_str().unwrap(), event), json!({}))
}

async fn create_session(State(store): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    if !headers.contains_key("x-agentops-api-key") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let body = parse(&body);
    let id = body["session"]["session_id"].as_str().unwrap();
    store.lock().unwrap().sessions.entry(id.to_owned()).or_default().push(json!({"kind": "domain", "source": "native"}));
    Json(json!({"status": "Success", "jwt": id})).into_response()
}

async fn agentops(State(store): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let session = headers["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned();
    let mut position = 0;
    let body = parse(&body);
    for event in body["events"].as_array().unwrap() {
        position = keep(&store, &session, json!({"kind": "tool", "source": "agentops", "key": event["id"], "responseId": null}));
    }
    acknowledged(position, json!("Success"))
}

async fn run(State(store): State<Shared>, body: Bytes) -> Response {
    let body = parse(&body);
    let mut store = store.lock().unwrap();
    let messages = body["messages"].as_array().unwrap().len() as u64;
    store.messages += messages;
    store.count += messages;
    let key = format!("run_{}", store.sessions.len());
    store.sessions.insert(key.clone(), Vec::new());
    acknowledged(store.count, json!({"id": key, "sessionId": key}))
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn otlp(State(store): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = debrief_otlp::traces(Encoding::Protobuf, &body).unwrap().request;
    let spans: Vec<_> = request.resource_spans.iter().flat_map(|of| &of.scope_spans).flat_map(|of| &of.spans).collect();
    // A tool's span names no conversation: it has that of the others in its trace.
    for span in &spans {
        let named = span.attributes.iter().find(|attribute| attribute.key == "gen_ai.conversation.id");
        if let Some(AnyValue::StringValue(session)) = named.and_then(|found| found.value.as_ref()?.value.as_ref()) {
            store.lock().unwrap().traces.insert(hex(&span.trace_id), session.clone());
        }
    }
    let mut position = 0;
    for span in spans {
        let trace = hex(&span.trace_id);
        let session = store.lock().unwrap().traces[&trace].clone();
        let key = format!("{trace}-{}", hex(&span.span_id));
        position = keep(&store, &session, json!({"kind": "llm", "source": "otel-genai", "key": key, "responseId": null}));
    }
    ([("x-debrief-position", position.to_string()), ("content-type", "application/x-protobuf".to_owned())], "").into_response()
}

/// Any list of the event log; its total is what was sent.
async fn log(State(store): State<Shared>) -> Response {
    let store = store.lock().unwrap();
    let events = if store.manner == Manner::Mute { json!([]) } else { json!([{"id": "x"}]) };
    Json(json!({"events": events, "total": store.count, "domain": store.domain, "messages": store.messages})).into_response()
}

async fn list(State(store): State<Shared>) -> Response {
    Json(json!({"sessions": [{}], "total": store.lock().unwrap().sessions.len()})).into_response()
}

async fn events(State(store): State<Shared>, Path(id): Path<String>, Query(query): Query<HashMap<String, String>>) -> Response {
    let store = store.lock().unwrap();
    let Some(events) = store.sessions.get(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let number = |name: &str, default| query.get(name).map_or(default, |text| text.parse::<usize>().unwrap());
    let (offset, limit) = (number("offset", 0), number("limit", 100));
    let mut ordered: Vec<&Value> = events.iter().collect();
    if query.get("order").is_some_and(|order| order == "desc") {
        ordered.reverse();
    }
    let page: Vec<&Value> = ordered.into_iter().skip(offset).take(limit).collect();
    let has_next = offset + page.len() < events.len();
    Json(json!({"events": page, "total": events.len(), "limit": limit, "offset": offset, "hasNext": has_next})).into_response()
}
