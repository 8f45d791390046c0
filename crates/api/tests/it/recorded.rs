//! What real senders exported, as it was recorded: the first line of a file is what the program planned to do, each other line a request.

use std::path::{Path, PathBuf};

use debrief_otlp::Signal;
use serde_json::Value;

use crate::world::World;

/// Where the recordings are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../telemetry/tests/recordings")
}

/// What one program exported.
pub(crate) struct Recording {
    /// What it planned to do. What each member means is said in the program's folder under `sdk-tests/otlp`.
    pub(crate) planned: Value,
    /// Its exports.
    pub(crate) requests: Vec<Export>,
}

/// One request with telemetry.
pub(crate) struct Export {
    pub(crate) path: String,
    pub(crate) signal: Signal,
    /// In OTLP's JSON, whatever it was sent in.
    pub(crate) body: Value,
}

impl Recording {
    /// Reads a file. Requests that export no telemetry are left out: other tests are about those.
    pub(crate) fn read(file: &str) -> Self {
        let path = folder().join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let planned = lines.next().unwrap()["planned"].take();
        let export = |mut request: Value| {
            let (path, signal) = route(request["path"].as_str().unwrap())?;
            Some(Export { path, signal, body: request["body"].take() })
        };
        Self { planned, requests: lines.filter_map(export).collect() }
    }

    /// Sends everything as it came.
    pub(crate) fn replay(&self, world: &World) {
        for Export { path, body, .. } in &self.requests {
            export(world, path, body);
        }
    }

    /// Every span that was sent.
    pub(crate) fn spans(&self) -> Vec<&Value> {
        let traces = self.requests.iter().filter(|request| request.signal == Signal::Traces);
        let scopes =
            traces.flat_map(|request| members(&request.body, "resourceSpans")).flat_map(|resource| members(resource, "scopeSpans"));
        scopes.flat_map(|scope| members(scope, "spans")).collect()
    }
}

/// Where a request goes over HTTP, and what it brings; `None` if that is no telemetry.
fn route(path: &str) -> Option<(String, Signal)> {
    let signals =
        [("trace", "/v1/traces", Signal::Traces), ("logs", "/v1/logs", Signal::Logs), ("metrics", "/v1/metrics", Signal::Metrics)];
    signals.into_iter().find_map(|(word, http, signal)| {
        let over_grpc = path.starts_with(&format!("/opentelemetry.proto.collector.{word}.v1."));
        let path = if over_grpc { http } else { path };
        path.ends_with(http).then(|| (path.to_owned(), signal))
    })
}

/// Sends one request, all of which must be accepted.
pub(crate) fn export(world: &World, path: &str, body: &Value) {
    let bearer = format!("Bearer {}", world.key("ingest_key"));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let answer = world.ask("POST", path, &headers, body.to_string());
    assert_eq!((answer.status.as_u16(), answer.text().as_str()), (200, "{}"), "{path}");
}

/// The items of a list; none where there is no list.
pub(crate) fn members<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value[name].as_array().into_iter().flatten()
}
