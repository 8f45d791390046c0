//! What no client should send, sent to every route that takes a body: never a server error, never a panic, always JSON.
//!
//! The bodies grow from those of the transcripts: each is damaged in every place, so a new route is attacked as soon as it has one.

use std::io::Write;

use axum::body::Body;
use debrief_api::{Facade, Route, facades};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::pattern::{Names, filled};
use crate::routes::{concrete, exchanges, furnish, route_of};
use crate::world::{Answer, BODY_BYTES_MAX, World};

/// Routes that take any text at all; they still have to survive it.
const TAKES_ANY_TEXT: &[&str] = &["/v2/developer_errors"];

struct Target<'f> {
    dialect: &'static str,
    route: &'f Route,
    /// A body that succeeds.
    good: String,
    /// The content type that it needs, if any.
    content_type: Option<String>,
}

impl Target<'_> {
    /// Whether the body is one of ours: a domain event, feedback or a score is refused for a member that nobody knows.
    fn is_strict(&self) -> bool {
        let body: Value = serde_json::from_str(&self.good).unwrap();
        let is_ours = body["event_name"].is_null() && (body.get("eventType").is_some() || body["events"].is_array());
        self.dialect == "native" || (self.dialect == "shared" && self.content_type.is_none() && is_ours)
    }
}

/// What tells the forms of bodies apart that one route takes.
fn form(members: &[String]) -> Option<&'static str> {
    ["event_name", "eventType", "events"].into_iter().find(|told| members.iter().any(|member| member == told))
}

/// A furnished server, and headers that open every dialect's routes.
struct Stage {
    world: World,
    fingerprint: String,
    token: String,
}

impl Stage {
    fn new() -> Self {
        let world = World::new();
        let fingerprint = furnish(&world);
        let session = r#"{"session":{"session_id":"8d8f2a3e-6f54-4b06-9a5e-0a8f2f5b2c11","init_timestamp":"2026-01-01T12:00:00Z"}}"#;
        let opened = world.ask("POST", "/v2/create_session", &[("x-agentops-api-key", world.key("key"))], session);
        let token = if opened.status.is_success() { opened.json()["jwt"].as_str().unwrap().to_owned() } else { String::new() };
        Self { world, fingerprint, token }
    }

    fn names(&self) -> Names {
        let mut names = self.world.keys.clone();
        names.insert("fingerprint".to_owned(), self.fingerprint.clone());
        names
    }

    /// For every route with a body: the transcripts' bodies that succeed.
    fn targets<'f>(&self, facades: &'f [Facade]) -> Vec<Target<'f>> {
        let mut targets = Vec::new();
        for facade in facades {
            let exchanges = exchanges(facade.name);
            for route in facade.routes.iter().filter(|route| takes_body(route)) {
                let of_route = exchanges.iter().filter(|exchange| {
                    exchange.status.starts_with('2')
                        && route_of(facade, &exchange.method, &exchange.path)
                            .is_some_and(|found| found.path == route.path && found.method == route.method)
                });
                let mut good: Vec<_> = of_route
                    .filter_map(|exchange| {
                        let body = filled(&exchange.body.join("\n"), &self.names()).ok()?;
                        let body = if route.method == Method::PATCH { without_name(&body) } else { body };
                        let members: Vec<_> = serde_json::from_str::<Value>(&body).ok()?.as_object()?.keys().cloned().collect();
                        let told = exchange.headers.iter().find(|(name, _)| name == "content-type");
                        Some((told.map(|(_, value)| value.clone()), form(&members), body))
                    })
                    .collect();
                // Few of each form, and those that say the most.
                good.sort_by_key(|(content_type, form, body)| (content_type.clone(), *form, std::cmp::Reverse(body.len().min(2_000))));
                let bodies = good.chunk_by(|(a, b, _), (c, d, _)| (a, b) == (c, d)).flat_map(|alike| alike.iter().take(3));
                let target = |good: String, content_type| Target { dialect: facade.name, route, good, content_type };
                let first = targets.len();
                targets.extend(bodies.map(|(content_type, _, body)| target(body.clone(), content_type.clone())));
                if targets.len() == first {
                    targets.push(target("{}".to_owned(), None));
                }
            }
        }
        targets
    }

    fn send(&self, target: &Target<'_>, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let takes_keys = target.dialect != "agentops" || target.route.path.starts_with("/v4/");
        let secret = if takes_keys { self.world.key("key") } else { &self.token };
        let bearer = format!("Bearer {secret}");
        let mut all = vec![("authorization", bearer.as_str()), ("x-agentops-api-key", self.world.key("key")), ("trace-id", "1")];
        all.extend(target.content_type.as_deref().map(|told| ("content-type", told)));
        all.extend_from_slice(headers);
        self.world.ask(target.route.method.as_str(), &concrete(target.route.path), &all, body)
    }

    /// Sends and checks what must hold whatever is sent.
    fn survives(&self, target: &Target<'_>, what: &str, body: impl Into<Body>) -> Answer {
        let answer = self.send(target, &[], body);
        check(target, what, &answer);
        answer
    }

    /// What a good body is answered, other than the first time: what must be unique is refused from then on.
    fn base(&self, target: &Target<'_>) -> StatusCode {
        let first = self.survives(target, "a good body", target.good.clone());
        // The token of that dialect is one session's, and not that of every good body.
        let good = first.status != StatusCode::BAD_REQUEST || target.dialect == "agentops";
        assert!(good, "{}: {}: {}", target.route.path, target.good, first.text());
        self.survives(target, "a good body again", target.good.clone()).status
    }
}

/// The frames of gRPC are no JSON; they are attacked where they are read. A command with parameters has no body.
fn takes_body(route: &Route) -> bool {
    let is_other =
        route.path.starts_with("/opentelemetry.") || ["/api/v1/prices/reprice", "/api/v1/insights/reindex"].contains(&route.path);
    route.method != Method::GET && route.method != Method::DELETE && !is_other
}

/// Under another name the agent would not be found again.
fn without_name(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(Value::Object(mut members)) => {
            members.remove("name");
            Value::Object(members).to_string()
        }
        _ => body.to_owned(),
    }
}

fn assert_refused(target: &Target<'_>, what: &str, answer: &Answer) {
    // An export of nothing is one.
    let nothing = target.dialect == "otlp" && what.trim().is_empty();
    let refused = answer.status.is_client_error() || nothing || TAKES_ANY_TEXT.contains(&target.route.path);
    assert!(refused, "{} accepts {what}", target.route.path);
}

fn check(target: &Target<'_>, what: &str, answer: &Answer) {
    let told = || format!("{} {} {}: {what}: {} {}", target.dialect, target.route.method, target.route.path, answer.status, answer.text());
    assert!(!answer.status.is_server_error(), "{}", told());
    assert!(serde_json::from_slice::<Value>(&answer.body).is_ok(), "not JSON: {}", told());
    assert!(answer.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")), "{}", told());
}

fn for_each_target(work: impl Fn(&Stage, &Target<'_>)) {
    let (stage, facades) = (Stage::new(), facades());
    let targets = stage.targets(&facades);
    assert!(!targets.is_empty());
    targets.iter().for_each(|target| work(&stage, target));
}

#[test]
fn text_that_is_not_what_it_should_be() {
    let texts = [
        "",
        " ",
        "nonsense",
        "{",
        "}",
        "[",
        "\"",
        "{\"",
        "{\"a\":}",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{}{}",
        "[]]",
        "nul",
        "NaN",
        "{\"a\":nan}",
        "{NaN:1}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "\u{feff}{}",
        "{\"a\":\"\u{1}\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "a=1&b=2",
        "<xml/>",
    ];
    for_each_target(|stage, target| {
        for text in texts {
            assert_refused(target, text, &stage.survives(target, text, text));
        }
        for text in ["null", "true", "7", "-1e999", "\"text\"", "[]", "[[]]", "[{}]", "[null]", "{}", "{\"\":{}}", "{\"a\":NaN}"] {
            stage.survives(target, text, text);
        }
        for end in 0..target.good.len().min(400) {
            if target.good.is_char_boundary(end) {
                stage.survives(target, "a body cut short", target.good[..end].to_owned());
            }
        }
    });
}

#[test]
fn wrong_types_everywhere() {
    let wrong = [
        json!(null),
        json!(true),
        json!(-7),
        json!(1.5),
        json!(""),
        json!("text"),
        json!([]),
        json!([null, [], {}]),
        json!({}),
        json!({"a": []}),
    ];
    for_each_target(|stage, target| {
        let good: Value = serde_json::from_str(&target.good).unwrap();
        for pointer in pointers(&good) {
            for wrong in &wrong {
                let mut bad = good.clone();
                *bad.pointer_mut(&pointer).unwrap() = wrong.clone();
                stage.survives(target, &format!("{wrong} at {pointer}"), bad.to_string());
            }
            stage.survives(target, &format!("nothing at {pointer}"), without(&good, &pointer).to_string());
        }
    });
}

/// Where every value within `value` is, down to where formats of others begin.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while let Some(pointer) = found.get(at).cloned() {
        at += 1;
        let escaped = |name: &String| name.replace('~', "~0").replace('/', "~1");
        match value.pointer(&pointer) {
            Some(Value::Object(object)) if pointer.matches('/').count() < 5 => {
                found.extend(object.keys().map(|name| format!("{pointer}/{}", escaped(name))));
            }
            Some(Value::Array(items)) if pointer.matches('/').count() < 5 => {
                found.extend((0..items.len().min(3)).map(|index| format!("{pointer}/{index}")));
            }
            _ => {}
        }
    }
    found
}

fn without(value: &Value, pointer: &str) -> Value {
    let mut value = value.clone();
    let Some((parent, name)) = pointer.rsplit_once('/') else { return Value::Null };
    if let Some(Value::Object(object)) = value.pointer_mut(parent) {
        object.remove(&name.replace("~1", "/").replace("~0", "~"));
    }
    value
}

#[test]
fn nesting_without_end() {
    const DEPTH: usize = 200_000;
    let opened = "[".repeat(DEPTH);
    let closed = format!("{opened}{}", "]".repeat(DEPTH));
    let objects = format!("{}1{}", "{\"a\":".repeat(DEPTH / 2), "}".repeat(DEPTH / 2));
    for_each_target(|stage, target| {
        let inside = ["properties", "events", "session"].map(|member| format!("{{\"{member}\":{closed}}}"));
        for body in [&opened, &closed, &objects].into_iter().chain(&inside) {
            let answer = stage.survives(target, "nesting", body.clone());
            let is_small = target.route.path.contains("/auth/");
            let expected = if is_small { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
            assert_eq!(answer.status, expected, "{}", target.route.path);
        }
    });
}

#[test]
fn members_that_are_odd_but_harmless_change_nothing() {
    let odd = [
        r#""odd":123456789012345678901234567890"#,
        r#""odd":-1e999"#,
        r#""odd":0.1234567890123456789012345678901234567890"#,
        r#""odd":"half \ud83d a character""#,
        r#""odd":"\udc00\ud800""#,
        r#""\ud800":1"#,
        r#""odd":"\u0000""#,
        r#""\u0000":1"#,
        r#""":[]"#,
        r#""odd":[],"odd":{},"odd":null"#,
        r#""odd":"text that is ��""#,
    ];
    for_each_target(|stage, target| {
        let base = stage.base(target);
        let rest = target.good.trim_start().strip_prefix('{').unwrap();
        for odd in odd {
            let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
            let body = format!("{{{odd}{comma}{rest}");
            let expected = if target.is_strict() { StatusCode::BAD_REQUEST } else { base };
            assert_eq!(stage.survives(target, odd, body).status, expected, "{odd} for {}", target.route.path);
        }
    });
}

#[test]
fn repeated_members_are_taken_once() {
    for_each_target(|stage, target| {
        let base = stage.base(target);
        let inner = target.good.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap();
        let comma = if inner.trim().is_empty() { "" } else { "," };
        let doubled = format!("{{{inner}{comma}{inner}}}");
        assert_eq!(stage.survives(target, "every member twice", doubled).status, base, "{}", target.route.path);
    });
}

#[test]
fn text_that_is_not_utf_8_is_repaired() {
    for_each_target(|stage, target| {
        let base = stage.base(target);
        let rest = target.good.trim_start().strip_prefix('{').unwrap();
        let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
        let mut body = b"{\"odd\":\"\xff\xc3\x28\xed\xa0\x80\"".to_vec();
        body.extend_from_slice(format!("{comma}{rest}").as_bytes());
        let expected = if target.is_strict() { StatusCode::BAD_REQUEST } else { base };
        assert_eq!(stage.survives(target, "invalid UTF-8", body).status, expected, "{}", target.route.path);
        for strange in [&b"\xff\xfe{\x00}\x00"[..], b"\x00\x00\x00", b"{\"a\":\"\x00\"}", b"\x1f\x8b\x08", b"\x80"] {
            assert_refused(target, "bytes", &stage.survives(target, "bytes", strange.to_vec()));
        }
    });
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_bodies() {
    let bomb = gzip(&vec![b' '; 64 * BODY_BYTES_MAX]);
    let nested = gzip(&bomb);
    assert!(bomb.len() < BODY_BYTES_MAX / 8 && nested.len() < 10_000, "bombs are small: {} and {}", bomb.len(), nested.len());
    for_each_target(|stage, target| {
        let base = stage.base(target);
        let squeezed = |encoding: &str, body: Vec<u8>| {
            let answer = stage.send(target, &[("content-encoding", encoding)], body);
            check(target, encoding, &answer);
            answer.status
        };
        assert_eq!(squeezed("gzip", gzip(target.good.as_bytes())), base, "{}", target.route.path);
        assert_eq!(squeezed("deflate", deflate(target.good.as_bytes())), base, "{}", target.route.path);
        assert_eq!(squeezed("gzip", bomb.clone()), StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(squeezed("deflate", deflate(&vec![b'['; 64 * BODY_BYTES_MAX])), StatusCode::PAYLOAD_TOO_LARGE);
        for (encoding, body) in [
            ("gzip", nested.clone()),
            ("gzip", gzip(b"{}")[..8].to_vec()),
            ("gzip", b"plain".to_vec()),
            ("gzip", Vec::new()),
            ("zstd", b"{}".to_vec()),
        ] {
            let answer = stage.send(target, &[("content-encoding", encoding)], body);
            check(target, encoding, &answer);
            assert_refused(target, encoding, &answer);
        }
    });
}

#[test]
fn bodies_beyond_the_limit() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(BODY_BYTES_MAX));
    for_each_target(|stage, target| {
        // With its length told, told wrongly, and not told.
        let length = long.len().to_string();
        let told = stage.send(target, &[("content-length", &length)], long.clone());
        let lied = stage.send(target, &[("content-length", "10")], long.clone());
        let chunks = long.as_bytes().chunks(60_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
        let streamed = stage.send(target, &[], Body::from_stream(futures_util::stream::iter(chunks)));
        for answer in [told, lied, streamed] {
            check(target, "too long a body", &answer);
            assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", target.route.path);
        }
        let broken = futures_util::stream::iter([Ok(b"{\"a\":".to_vec()), Err(std::io::Error::other("gone"))]);
        let answer = stage.send(target, &[], Body::from_stream(broken));
        check(target, "a body that breaks off", &answer);
        assert!(answer.status.is_client_error());
    });
}
