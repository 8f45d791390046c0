//! In which order telemetry comes, in how many requests, and how often, changes nothing that can be read: spans come when they end, so
//! that what names the conversation mostly comes last, and exporters send again what they got no answer to.
//!
//! Each run is decided by its seed alone, and a failure names it. `DEBRIEF_SEEDS=500` runs that many made-up traces.

use debrief_otlp::Signal;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use crate::made_up;
use crate::reader::{Reader, quoted};
use crate::recorded::{Recording, export, members};
use crate::recordings::LISTED;
use crate::world::World;

const SEEDS_DEFAULT: u64 = 40;

/// One span or log record with what surrounds it.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) is_log: bool,
    /// The resource with the scope with the item.
    pub(crate) resource: Value,
}

#[test]
fn of_recorded_exports() {
    for file in LISTED {
        let items = items_of(&Recording::read(file));
        let whole = read_whole(&items);
        for seed in 0..3 {
            assert_reads_alike(&whole, &items, seed, file);
        }
    }
}

#[test]
fn of_made_up_traces() {
    let seeds = std::env::var("DEBRIEF_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS_DEFAULT);
    for seed in 0..seeds {
        let items = made_up::traces(&mut StdRng::seed_from_u64(seed));
        let whole = read_whole(&items);
        for shuffle in 0..3 {
            assert_reads_alike(&whole, &items, seed + shuffle, &format!("made-up {seed}"));
        }
    }
}

#[test]
fn records_that_come_twice_are_one_event() {
    for file in LISTED {
        let items: Vec<Item> = items_of(&Recording::read(file)).into_iter().filter(|item| item.is_log).collect();
        let (once, twice) = (World::new(), World::new());
        send(&once, &items);
        send(&twice, &items);
        send(&twice, &[items.clone(), items.clone()].concat());
        let [once, twice] = [&once, &twice].map(reading);
        assert!(once == twice, "{file}: {}", difference(&once, &twice, "$"));
        let shown: usize = members(&once, "sessions").map(|session| session["events"].as_array().unwrap().len()).sum();
        assert_eq!(shown, items.len(), "{file}");
    }
}

/// Each span and record of a recording by itself.
fn items_of(recording: &Recording) -> Vec<Item> {
    let mut items = Vec::new();
    for request in &recording.requests {
        let (is_log, [resources, scopes, each]) = match request.signal {
            Signal::Traces => (false, ["resourceSpans", "scopeSpans", "spans"]),
            Signal::Logs => (true, ["resourceLogs", "scopeLogs", "logRecords"]),
            Signal::Metrics => continue,
        };
        for resource in members(&request.body, resources) {
            for scope in members(resource, scopes) {
                let alone = |item: &Value| with(resource, scopes, &json!([with(scope, each, &json!([item]))]));
                items.extend(members(scope, each).map(|item| Item { is_log, resource: alone(item) }));
            }
        }
    }
    items
}

fn with(object: &Value, name: &str, value: &Value) -> Value {
    let mut object: Map<String, Value> = object.as_object().unwrap().clone();
    object.insert(name.to_owned(), value.clone());
    Value::Object(object)
}

/// Sends items in one request for each signal.
fn send(world: &World, items: &[Item]) {
    for (is_log, path, member) in [(false, "/v1/traces", "resourceSpans"), (true, "/v1/logs", "resourceLogs")] {
        let resources: Vec<_> = items.iter().filter(|item| item.is_log == is_log).map(|item| &item.resource).collect();
        if !resources.is_empty() {
            export(world, path, &json!({ member: resources }));
        }
    }
}

fn read_whole(items: &[Item]) -> Value {
    let world = World::new();
    send(&world, items);
    reading(&world)
}

fn assert_reads_alike(whole: &Value, items: &[Item], seed: u64, what: &str) {
    let world = World::new();
    for request in &in_disorder(items, &mut StdRng::seed_from_u64(seed)) {
        send(&world, request);
    }
    let found = reading(&world);
    assert!(*whole == found, "{what}, seed {seed}: {}", difference(whole, &found, "$"));
}

/// The items in any order and in many requests, some of which come twice.
fn in_disorder(items: &[Item], rng: &mut StdRng) -> Vec<Vec<Item>> {
    let mut items = items.to_vec();
    items.shuffle(rng);
    let mut requests: Vec<Vec<Item>> = vec![Vec::new()];
    for item in items {
        if rng.random_ratio(1, 2) {
            requests.push(Vec::new());
        }
        requests.last_mut().unwrap().push(item);
    }
    let again: Vec<_> = requests.iter().filter(|_| rng.random_ratio(1, 4)).cloned().collect();
    for request in again {
        requests.insert(rng.random_range(0..=requests.len()), request);
    }
    requests
}

/// All that can be read, without what tells of the recording itself.
fn reading(world: &World) -> Value {
    // Long enough for every conversation to be over, so that how it went decides what became of it.
    world.pass_seconds(24 * 60 * 60);
    let reader = Reader(world);
    let session = |listed: Value| {
        let id = listed["sessionId"].as_str().unwrap();
        let mut events = reader.events(id).into_iter().map(plain).collect::<Vec<_>>();
        events.sort_by_key(|event| (event["occurredAt"].to_string(), event["key"].to_string()));
        let mut session = plain(reader.session(id));
        session["agents"].as_array_mut().unwrap().sort_by_key(Value::to_string);
        let messages = reader.get(&format!("/api/v1/sessions/{}/messages", quoted(id)));
        json!({ "session": session, "events": events, "messages": messages["messages"] })
    };
    let mut sessions: Vec<_> = reader.all("/api/v1/sessions", "sessions").into_iter().map(session).collect();
    sessions.sort_by_key(|session| session["session"]["sessionId"].to_string());
    let tree = |trace: &Value| {
        let mut tree = reader.get(&format!("/api/v1/traces/{}", trace["traceId"].as_str().unwrap()));
        tree["spans"] = members(&tree, "spans").cloned().map(plain).collect();
        tree
    };
    let traces = reader.all("/api/v1/traces", "traces");
    let trees: Vec<_> = traces.iter().map(tree).collect();
    let costs = ["model", "agent", "person", "session"].map(|by| reader.get(&format!("/api/v1/costs?groupBy={by}")));
    let people: Vec<_> =
        reader.get("/api/v1/people")["people"].as_array().unwrap().iter().map(|person| person["personId"].clone()).collect();
    json!({ "sessions": sessions, "traces": traces, "trees": trees, "costs": costs, "people": people.len() })
}

fn plain(mut object: Value) -> Value {
    for name in ["id", "seq", "position", "recordedAt", "actorId", "resourceId"] {
        object.as_object_mut().unwrap().remove(name);
    }
    object
}

/// The first places where two values differ.
fn difference(one: &Value, other: &Value, at: &str) -> String {
    match (one, other) {
        _ if one == other => String::new(),
        (Value::Object(one), Value::Object(other)) => {
            let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
            let side = |of: &Map<String, Value>, name: &str| of.get(name).cloned().unwrap_or_default();
            names.map(|name| difference(&side(one, name), &side(other, name), &format!("{at}.{name}"))).collect()
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().map(|(place, (one, other))| difference(one, other, &format!("{at}[{place}]"))).collect()
        }
        _ => format!("\n  {at}: in order {one}, in disorder {other}"),
    }
}
