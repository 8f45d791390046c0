//! What must hold for every route, asked of the route tables, so that a new route cannot be forgotten.

use std::collections::{BTreeMap, BTreeSet};

use debrief_api::{Facade, Route, facades};
use http::StatusCode;
use serde_json::Value;

use crate::exchange::{self, Exchange, Piece};
use crate::runner::folder;
use crate::wire::LISTED;
use crate::world::{Answer, World};

/// Something of the first tenant that nobody else may ever be shown.
const SECRET: &str = "secret-of-ours";

/// Every exchange of a dialect's transcripts.
pub(crate) fn exchanges(dialect: &str) -> Vec<Exchange> {
    let files = LISTED.iter().find(|(listed, _)| *listed == dialect).map_or(&[][..], |(_, files)| files);
    let texts = files.iter().map(|file| std::fs::read_to_string(folder(dialect).join(format!("{file}.http"))).unwrap());
    let pieces = texts.flat_map(|text| exchange::parse(&text));
    pieces.filter_map(|piece| if let Piece::Exchange(exchange) = piece { Some(*exchange) } else { None }).collect()
}

fn segments(path: &str) -> Vec<&str> {
    path.split('?').next().unwrap_or_default().split('/').collect()
}

fn is_param(segment: &str) -> bool {
    segment.starts_with('{')
}

/// How many segments match literally, where the path fits the template at all.
fn fit(template: &str, path: &str) -> Option<usize> {
    let (template, path) = (segments(template), segments(path));
    let fits = template.len() == path.len() && template.iter().zip(&path).all(|(wanted, came)| is_param(wanted) || wanted == came);
    fits.then(|| template.iter().filter(|wanted| !is_param(wanted)).count())
}

/// The route that serves a request.
pub(crate) fn route_of<'f>(facade: &'f Facade, method: &str, path: &str) -> Option<&'f Route> {
    let fitting = facade.routes.iter().filter(|route| route.method == method).filter_map(|route| Some((fit(route.path, path)?, route)));
    fitting.max_by_key(|(literal, _)| *literal).map(|(_, route)| route)
}

#[test]
fn every_route_has_a_transcript_in_which_it_succeeds() {
    let mut missing = Vec::new();
    for facade in facades() {
        let shown: BTreeSet<_> = exchanges(facade.name)
            .iter()
            .filter(|exchange| exchange.status.starts_with('2'))
            .filter_map(|exchange| route_of(&facade, &exchange.method, &exchange.path))
            .map(|route| (route.method.to_string(), route.path))
            .collect();
        let routes = facade.routes.iter().map(|route| (route.method.to_string(), route.path));
        missing.extend(routes.filter(|route| !shown.contains(route)).map(|(method, path)| format!("{}: {method} {path}", facade.name)));
    }
    assert!(missing.is_empty(), "routes without a transcript:\n{}", missing.join("\n"));
}

/// The first tenant's domain event.
const EVENT: &str = "5d228221-015a-46d4-8bf9-393e51feb1f9";

/// The first tenant's trace, its operation, and its object, whose id follows from what is in it.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";
const OBJECT: &str = "292c722a-6a6a-8ea4-8ed2-6ec9b71b4c20";

/// The path with every parameter naming something that the first tenant has; see [`furnish`].
pub(crate) fn concrete(template: &str) -> String {
    let value = |segment: &str| {
        match segment {
            "{person}" => "person-1",
            "{agent}" => "agent-1",
            "{version}" | "{other}" => "version-1",
            "{position}" => "1",
            "{event}" | "{resource}" => EVENT,
            "{resource_type}" => "action_run",
            "{correlation}" => "correlation-1",
            "{trace}" => TRACE,
            "{span}" => SPAN,
            "{object}" => OBJECT,
            segment if is_param(segment) => "session-1",
            segment => return segment.to_owned(),
        }
        .to_owned()
    };
    template.split('/').map(value).collect::<Vec<_>>().join("/")
}

/// Gives the first tenant one of everything, each with the secret in it; answers the fingerprint.
pub(crate) fn furnish(world: &World) -> String {
    let key = format!("Bearer {}", world.key("key"));
    let put = |method: &str, path: &str, body: String| {
        let answer = world.ask(method, path, &[("authorization", &key)], body);
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()
    };
    put("PUT", "/api/v1/people", format!(r#"{{"person_id":"person-1","properties":{{"x":"{SECRET}"}}}}"#));
    put("PUT", "/api/v1/agents", format!(r#"{{"agent_name":"agent-1","description":"{SECRET}"}}"#));
    put("PUT", "/api/v1/agents/agent-1/agent-versions", format!(r#"{{"agent_version_name":"version-1","description":"{SECRET}"}}"#));
    let runtime = put("PUT", "/api/v1/fingerprints", r#"{"language":"a","language_version":"b","system":"c"}"#.to_owned());
    let fingerprint = runtime["fingerprint_id"].as_str().unwrap().to_owned();
    let event = format!(
        r#"{{"fingerprint_id":"{fingerprint}","session":"session-1","agent":"agent-1","person":"person-1","properties":{{"x":"{SECRET}"}}}}"#
    );
    put("POST", "/api/v1/events", event);
    let domain = format!(
        r#"{{"id":"{EVENT}","eventType":"order.paid","correlationId":"correlation-1","resourceType":"action_run","resourceId":"{EVENT}","payload":{{"x":"{SECRET}"}}}}"#
    );
    put("POST", "/api/v1/events", domain);
    let name = format!(r#"{{"key":"x","value":{{"stringValue":"{SECRET}"}}}}"#);
    let span = format!(r#"{{"traceId":"{TRACE}","spanId":"{SPAN}","name":"{SECRET}","startTimeUnixNano":"1","attributes":[{name}]}}"#);
    put("POST", "/v1/traces", format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#));
    let object = put("POST", "/v4/objects/upload/", format!(r#"{{"body":"{SECRET}"}}"#));
    assert!(object["url"].as_str().unwrap().ends_with(OBJECT), "{object}");
    fingerprint
}

/// Whether a refusal is worded as the dialect's clients expect it.
fn in_its_words(dialect: &str, answer: &Answer) -> bool {
    let body = answer.json();
    match dialect {
        "native" => body["error"]["code"].is_string() && body["error"]["message"].is_string(),
        // What is turned away before it has said what it is, is worded for Voker's clients.
        "shared" | "voker" => body["type"].is_string() && body["type"] == body["detail"]["type"],
        "virtuous" => body["detail"].is_string() || body["detail"][0]["loc"].is_array(),
        "converra" => body["error"]["code"].is_string() && body["error"]["message"].is_string(),
        // Its interfaces have different words.
        "agentops" => {
            let told = |name: &str| body[name].is_string();
            told("message") || told("error") || told("detail") || body["detail"][0]["loc"].is_array()
        }
        // gRPC says how it went in headers.
        "otlp" => body["code"].is_i64() && body["message"].is_string() || answer.headers.contains_key("grpc-message"),
        other => panic!("say here how {other} words a refusal"),
    }
}

fn refused_kindly(dialect: &str, answer: &Answer) -> bool {
    match dialect {
        // Its reference server answers 400 where no key was recognised, and its clients show that message; 422 where the body, which
        // is where some routes have the key, has none.
        "agentops" => matches!(answer.status.as_u16(), 400 | 401 | 403 | 422) && in_its_words(dialect, answer),
        _ => answer.status == StatusCode::UNAUTHORIZED && in_its_words(dialect, answer),
    }
}

/// Headers that carry `secret` to every dialect.
fn credentials(secret: &str) -> Vec<(&'static str, String)> {
    vec![("authorization", format!("Bearer {secret}")), ("x-agentops-api-key", secret.to_owned()), ("x-api-key", secret.to_owned())]
}

fn ask(world: &World, route: &Route, secret: Option<&str>, body: &'static str) -> Answer {
    let headers = secret.map(credentials).unwrap_or_default();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    world.ask(route.method.as_str(), &concrete(route.path), &headers, body)
}

#[test]
fn every_route_refuses_a_stranger() {
    let world = World::new();
    furnish(&world);
    let mut faults = Vec::new();
    for facade in facades() {
        for route in facade.routes.iter().filter(|route| !route.open) {
            let keys = [
                None,
                Some("garbage"),
                Some("00000000-0000-4000-8000-000000000000"),
                Some(world.key("expired_key")),
                Some(world.key("revoked_key")),
            ];
            for secret in keys {
                let answer = ask(&world, route, secret, r#"{"session":{"session_id":"x"}}"#);
                if !refused_kindly(facade.name, &answer) {
                    faults.push(format!("{} {} with key {secret:?}: {} {}", route.method, route.path, answer.status, answer.text()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn open_routes_are_exactly_these_and_show_nothing_of_anybody() {
    let world = World::new();
    furnish(&world);
    let mut open = Vec::new();
    for facade in facades() {
        for route in facade.routes.iter().filter(|route| route.open) {
            let answer = ask(&world, route, None, "{}");
            assert!(answer.status.is_success(), "{} {}: {}", route.method, route.path, answer.text());
            assert!(!answer.text().contains(SECRET), "{} {}", route.method, route.path);
            open.push(format!("{} {}", route.method, route.path));
        }
    }
    open.sort();
    assert_eq!(open, OPEN, "routes without credentials are a decision: write it down here");
}

const OPEN: &[&str] = &["GET /api/v1/openapi.json", "GET /health", "GET /metrics", "GET /v2/ttd/{id}"];

#[test]
fn another_tenant_finds_nothing_of_ours() {
    let world = World::new();
    furnish(&world);
    let mut faults = Vec::new();
    for facade in facades() {
        for route in facade.routes.iter().filter(|route| !route.open) {
            let answer = ask(&world, route, Some(world.key("other_key")), r#"{"properties":{},"agent_version_name":"v"}"#);
            // Positions are the server's, not a tenant's: they tell how many commits there were and nothing else. And no agent has a
            // variant, whosever it is.
            let nobodys = ["{position}", "/active-variant"].iter().any(|part| route.path.contains(part));
            let names_ours = route.path.contains('{') && !nobodys;
            // A list of what hangs together by an id that anybody may use is no secret while it is empty.
            let names_ours = names_ours && !(answer.status.is_success() && answer.json()["total"] == 0);
            if answer.text().contains(SECRET) || (names_ours && (answer.status.is_success() || !in_its_words(facade.name, &answer))) {
                faults.push(format!("{} {}: {} {}", route.method, route.path, answer.status, answer.text()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn scopes_are_held_on_every_route() {
    let world = World::new();
    furnish(&world);
    let mut faults = Vec::new();
    for facade in facades() {
        for route in facade.routes.iter().filter(|route| !route.open) {
            // A look-up whose key is too long for a path is a read that is posted.
            let reads = route.method == "GET" || route.path.ends_with("/match");
            let lacking = if reads { "ingest_key" } else { "read_key" };
            let answer = ask(&world, route, Some(world.key(lacking)), "{}");
            let fine = match facade.name {
                // Without a session token most of its routes end before scopes matter.
                "agentops" => answer.status.is_client_error() && in_its_words("agentops", &answer),
                name => answer.status == StatusCode::FORBIDDEN && in_its_words(name, &answer),
            };
            if !fine {
                faults.push(format!("{} {} with the {lacking}: {} {}", route.method, route.path, answer.status, answer.text()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The path with its parameters' names taken away.
fn shape(path: &str) -> String {
    path.split('/').map(|segment| if is_param(segment) { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

#[test]
fn dialects_share_exactly_these_paths_and_no_route() {
    let (mut by_path, mut by_route) = (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for facade in facades() {
        for route in &facade.routes {
            by_path.entry(shape(route.path)).or_default().insert(facade.name);
            by_route.entry((route.method.to_string(), shape(route.path))).or_default().push(facade.name);
        }
    }
    let shared: Vec<_> = by_path.iter().filter(|(_, names)| names.len() > 1).map(|(path, names)| (path.as_str(), names.clone())).collect();
    let expected = vec![
        ("/api/v1/agents", BTreeSet::from(["converra", "voker"])),
        ("/api/v1/agents/{}", BTreeSet::from(["converra", "voker"])),
        ("/api/v1/agents/{}/agent-versions", BTreeSet::from(["native", "voker"])),
        ("/api/v1/events", BTreeSet::from(["shared", "virtuous"])),
        ("/api/v1/people", BTreeSet::from(["native", "voker"])),
    ];
    assert_eq!(shared, expected);
    let doubled: Vec<_> = by_route.iter().filter(|(_, names)| names.len() > 1).collect();
    assert!(doubled.is_empty(), "{doubled:?}");
}

fn document() -> Value {
    World::new().ask("GET", "/api/v1/openapi.json", &[], "").json()
}

#[test]
fn openapi_describes_exactly_the_routes_there_are() {
    let document = document();
    let described: BTreeSet<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(move |method| (method.to_uppercase(), path.clone())))
        .collect();
    let served: BTreeSet<_> =
        facades().iter().flat_map(|facade| &facade.routes).map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    assert_eq!(described, served);
}

#[test]
fn openapi_is_whole() {
    let document = document();
    let mut faults = Vec::new();
    each_object(&document, &mut |object| {
        if let Some(Value::String(reference)) = object.get("$ref") {
            let found = reference.strip_prefix('#').and_then(|pointer| document.pointer(pointer));
            faults.extend(found.is_none().then(|| reference.clone()));
        }
    });
    let operations = || {
        document["paths"]
            .as_object()
            .unwrap()
            .iter()
            .flat_map(|(path, methods)| methods.as_object().unwrap().iter().map(move |m| (path, m)))
    };
    let mut ids = BTreeSet::new();
    for (path, (method, operation)) in operations() {
        let id = operation["operationId"].as_str().unwrap_or_default();
        faults.extend((id.is_empty() || !ids.insert(id)).then(|| format!("{method} {path}: operationId '{id}'")));
        let declared = operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "path");
        let declared: BTreeSet<_> = declared.filter_map(|parameter| parameter["name"].as_str()).collect();
        let needed: BTreeSet<_> = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        faults.extend((declared != needed).then(|| format!("{method} {path}: path parameters {declared:?}")));
        let succeeds = operation["responses"].as_object().is_some_and(|all| all.contains_key("200") || all.contains_key("201"));
        faults.extend((!succeeds).then(|| format!("{method} {path}: neither 200 nor 201")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn each_object<'v>(value: &'v Value, visit: &mut impl FnMut(&'v serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|value| each_object(value, visit));
        }
        Value::Array(items) => items.iter().for_each(|value| each_object(value, visit)),
        _ => {}
    }
}
