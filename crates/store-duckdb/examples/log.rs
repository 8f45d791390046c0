//! The event log at size: a tenant's calls mixed with domain events, looked at by correlation, resource, cause and type, and counted.
//!
//! `cargo run --release -p debrief-store-duckdb --example log -- [events] [file to keep]`

#![expect(clippy::print_stdout, reason = "a report for a person to read")]

mod gauge;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use debrief_model::event::{Actor, Resource};
use debrief_model::{
    AgentNumber, Correlated, Dimension, Event, EventFilter, EventId, Facts, Kind, Links, Order, Paging, Position, Resourced, Scan, Seq,
    SessionNumber, Status, Tally, TenantId, Timestamp, Tokens,
};
use debrief_store::{Record, Warehouse};
use debrief_store_duckdb::{DuckWarehouse, Options};
use gauge::{process_cpu_us, resident_mb};
use uuid::Uuid;

const START: i64 = 1_767_225_600_000_000;
const TENANT: TenantId = TenantId(1);
const STEP_US: i64 = 2_000_000;
const RECORD_EVENTS: u64 = 500;
/// Events of one workflow, resource or session.
const GROUP_EVENTS: u64 = 20;
const DOMAIN_TYPES: [(&str, &str); 8] = [
    ("agent.created", "agent_spec"),
    ("agent.updated", "agent_spec"),
    ("session.started", "chat_thread"),
    ("session.ended", "chat_thread"),
    ("automation_run.completed", "automation_run"),
    ("automation_run.failed", "automation_run"),
    ("decision.approved", "decision"),
    ("artifact.published", "artifact"),
];

/// A number that looks random and follows from `n`.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    n ^ (n >> 31)
}

fn at(seq: u64) -> Timestamp {
    Timestamp(START + seq as i64 * STEP_US)
}

/// An id as the server makes them: in order of time.
fn id_of(seq: u64, salt: u64) -> EventId {
    let milliseconds = (at(seq).0 / 1_000) as u128;
    EventId(Uuid::from_u128(milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | u128::from(mixed(seq ^ salt << 40) >> 8)))
}

/// An id as clients make them: in no order.
fn foreign_id(n: u64) -> String {
    Uuid::from_u64_pair(mixed(n), mixed(n + 77)).to_string()
}

/// What a domain event of about this `seq` belongs to: half of them to the requests that clients name.
fn workflow_of(seq: u64) -> String {
    let group = seq / GROUP_EVENTS / 7 * 7;
    if group.is_multiple_of(2) { foreign_id(group) } else { id_of(group * GROUP_EVENTS, 1).to_string() }
}

/// What a domain event of about this `seq` is about.
fn resource_of(seq: u64) -> String {
    let group = seq / GROUP_EVENTS / 5 * 5;
    if group.is_multiple_of(2) { foreign_id(group + 1) } else { id_of(group * GROUP_EVENTS, 2).to_string() }
}

fn event(seq: u64, position: u64) -> Event {
    let random = mixed(seq);
    let links = Links {
        session: Some(SessionNumber(seq / GROUP_EVENTS + random % 8)),
        agent: Some(AgentNumber(1 + (random % 12) as u32)),
        ..Links::default()
    };
    let domain = random % 100 < 15;
    let facts = if domain { domain_facts(seq, random) } else { call_facts(seq, random) };
    let links = if domain { Links::default() } else { links };
    Event { tenant: TENANT, id: id_of(seq, 0), seq: Seq(seq), position: Position(position), recorded_at: at(seq), links, facts }
}

fn call_facts(seq: u64, random: u64) -> Facts {
    let failed = random.is_multiple_of(50);
    let (kind, event_type) = match (random / 100 % 10, failed) {
        (0..6, false) => (Kind::Llm, "llm.completed"),
        (0..6, true) => (Kind::Llm, "llm.failed"),
        (6..9, false) => (Kind::Tool, "tool.completed"),
        (6..9, true) => (Kind::Tool, "tool.failed"),
        _ => (Kind::Message, "message.created"),
    };
    let at = at(seq).plus_micros((random % 3_000_000) as i64);
    Facts {
        ended_at: Some(at.plus_micros((random % 5_000_000) as i64)),
        duration_us: Some((random % 5_000_000) as i64),
        name: (kind == Kind::Tool).then(|| ["search", "read_file", "book"][(random % 3) as usize].to_owned()),
        trace_id: Some(format!("{:032x}", u128::from(mixed(seq / GROUP_EVENTS)) << 64 | u128::from(random % 8))),
        request_model: (kind == Kind::Llm).then(|| ["gpt-5", "gpt-5-mini", "claude-4"][(random % 3) as usize].to_owned()),
        tokens: Tokens { input: Some(random % 4_000), output: Some(random % 900), ..Tokens::default() },
        status: if failed { Status::Error } else { Status::Ok },
        body: random.to_le_bytes().repeat(6).into(),
        ..Facts::new(kind, event_type, at, "agentops")
    }
}

fn domain_facts(seq: u64, random: u64) -> Facts {
    let (event_type, resource_type) = DOMAIN_TYPES[(random / 100 % 8) as usize];
    let (actor, actor_id) = match random / 1_000 % 4 {
        0 | 1 => ("user", Some(format!("user-{}", random / 10_000 % 200))),
        2 => ("api_key", Some(foreign_id(random / 10_000 % 10))),
        _ => ("system", None),
    };
    Facts {
        actor: Some(Actor { kind: actor.to_owned(), id: actor_id }),
        resource: Some(Resource { kind: resource_type.to_owned(), id: Some(resource_of(seq)) }),
        correlation_id: Some(workflow_of(seq)),
        causation_id: Some(id_of(seq.saturating_sub(random % 40), 0).to_string()),
        status: Status::Ok,
        body: random.to_le_bytes().repeat(6).into(),
        ..Facts::new(Kind::Domain, event_type, at(seq), "log")
    }
}

fn main() {
    let events = std::env::args().nth(1).and_then(|events| events.parse().ok()).unwrap_or(1_000_000_u64);
    let directory = tempfile::tempdir().expect("a directory");
    let path = std::env::args().nth(2).map_or(directory.path().join("warehouse.duckdb"), PathBuf::from);
    if !path.exists() {
        fill(&path, events);
    }
    let started = Instant::now();
    let warehouse = DuckWarehouse::open(&path, &Options::default()).expect("opened");
    println!("opened in {:.1} ms, {} MB resident", started.elapsed().as_secs_f64() * 1e3, resident_mb());
    report(&warehouse, events);
    more(&warehouse, events, 5_000);
    println!("with 5,000 fresh rows:");
    report(&warehouse, events);
    println!("{} MB resident", resident_mb());
    more(&warehouse, events + 5_000, 25_000);
    warehouse.settle().expect("settled");
    open_after_crash(&path);
}

fn more(warehouse: &DuckWarehouse, after: u64, count: u64) {
    let position = warehouse.applied().0 + 1;
    let events = (1..=count).map(|n| event(after + n, position)).collect();
    let record = Record { position: Position(position), recorded_at: at(after), changes: 1, events, revisions: Vec::new() };
    warehouse.apply(&[Arc::new(record)]).expect("applied");
}

/// Opens a copy of what a crash would leave now: a file with a log beside it.
fn open_after_crash(path: &Path) {
    let directory = tempfile::tempdir().expect("a directory");
    let copy = directory.path().join("copy.duckdb");
    let with_log = |path: &Path| PathBuf::from(format!("{}.wal", path.display()));
    std::fs::copy(path, &copy).expect("copied");
    let log_bytes = std::fs::copy(with_log(path), with_log(&copy)).expect("a log is there");
    let (started, cpu_before) = (Instant::now(), process_cpu_us());
    let warehouse = DuckWarehouse::open(&copy, &Options::default()).expect("opened");
    let (took, cpu) = (started.elapsed().as_secs_f64() * 1e3, (process_cpu_us() - cpu_before) / 1e3);
    println!("opened after a crash, with {log_bytes} bytes of log, in {took:.1} ms, {cpu:.1} ms of CPU");
    drop(warehouse);
}

fn fill(path: &Path, events: u64) {
    let warehouse = DuckWarehouse::open(path, &Options::default()).expect("opened");
    for position in 1..=events / RECORD_EVENTS {
        let events = ((position - 1) * RECORD_EVENTS + 1..=position * RECORD_EVENTS).map(|seq| event(seq, position)).collect();
        let record = Record { position: Position(position), recorded_at: at(position), changes: 1, events, revisions: Vec::new() };
        warehouse.apply(&[Arc::new(record)]).expect("applied");
        if warehouse.wants_settling() {
            warehouse.relieve().expect("settled");
        }
    }
    warehouse.compact().expect("settled");
}

fn report(warehouse: &DuckWarehouse, events: u64) {
    let page = |title: &str, filter: EventFilter| {
        let scan = Scan { filter, order: Order::Descending, paging: Paging { limit: 100, offset: 0 }, bodies: true };
        let total = warehouse.scan(TENANT, &scan).expect("a page").total;
        println!("  {title:<34} {:>7} found  {}", total, repeat(|| warehouse.scan(TENANT, &scan).expect("a page")));
    };
    let middle = events / 2 / 70 * 70 * GROUP_EVENTS / GROUP_EVENTS;
    let all = EventFilter::default;
    page("everything", all());
    for (title, id) in [("a client's", foreign_workflow(middle)), ("our", our_workflow(middle)), ("an unknown", foreign_id(5))] {
        let correlation = |session, event| EventFilter { correlation: Some(Correlated { id: id.clone(), session, event }), ..all() };
        page(&format!("{title} workflow"), correlation(None, None));
        page(&format!("{title} workflow, as anything"), correlation(Some(SessionNumber(middle / GROUP_EVENTS)), Some(id_of(middle, 0))));
    }
    let trace = Some(Correlated { id: format!("{:032x}", u128::from(mixed(7)) << 64), session: None, event: Some(id_of(3, 9)) });
    page("a trace", EventFilter { correlation: trace, ..all() });
    for (title, id) in [("a client's", foreign_resource(middle)), ("our", our_resource(middle)), ("an unknown", foreign_id(5))] {
        let resource = |session, event| EventFilter { resource: Some(Resourced { id: id.clone(), session, event }), ..all() };
        page(&format!("{title} resource"), resource(None, None));
        page(&format!("{title} resource, as anything"), resource(Some(SessionNumber(middle / GROUP_EVENTS)), Some(id_of(middle, 0))));
    }
    let resource = Some(Resourced { id: our_resource(middle), session: None, event: None });
    let correlation = Some(Correlated { id: our_workflow(middle), session: Some(SessionNumber(middle)), event: Some(id_of(middle, 0)) });
    page("resource and workflow", EventFilter { resource, correlation, ..all() });
    for resource_type in ["action_run", "chat_thread", "decision", "template"] {
        page(resource_type, EventFilter { resource_type: Some(resource_type.into()), ..all() });
    }
    page(
        "type and resource type",
        EventFilter { event_type: Some("llm.failed".into()), resource_type: Some("action_run".into()), ..all() },
    );
    page("status", EventFilter { status: Some(Status::Error), ..all() });
    let cause = id_of(middle, 0).to_string();
    page("caused by one", EventFilter { caused_by: vec![cause.clone()], ..all() });
    page("caused by either name", EventFilter { caused_by: vec![cause, foreign_id(1)], ..all() });
    let count = |title: &str, group_by: &[Dimension]| {
        let tally = Tally { filter: all(), group_by: group_by.to_vec() };
        let rows = warehouse.tally(TENANT, &tally).expect("counts").len();
        println!("  {title:<34} {rows:>7} rows   {}", repeat(|| warehouse.tally(TENANT, &tally).expect("counts")));
    };
    use Dimension::{ActorId, ActorType, Agent, EventType, ResourceType};
    count("counts in all", &[]);
    count("counts by kind", &[Dimension::Kind]);
    count("counts by what", &[Dimension::Kind, EventType, ActorType, ResourceType]);
    count("counts by who", &[Dimension::Kind, Dimension::Status, Agent, EventType, ActorType, ActorId]);
}

fn foreign_workflow(seq: u64) -> String {
    (seq..).step_by(20).map(workflow_of).find(|id| Uuid::parse_str(id).is_ok_and(|id| id.get_version_num() != 7)).expect("endless")
}

fn our_workflow(seq: u64) -> String {
    (seq..).step_by(20).map(workflow_of).find(|id| id.starts_with("019")).expect("endless")
}

fn foreign_resource(seq: u64) -> String {
    (seq..).step_by(20).map(resource_of).find(|id| !id.starts_with("019")).expect("endless")
}

fn our_resource(seq: u64) -> String {
    (seq..).step_by(20).map(resource_of).find(|id| id.starts_with("019")).expect("endless")
}

/// Times many calls of `work`, and the processor time of all threads for one.
fn repeat<T>(work: impl Fn() -> T) -> String {
    const CALLS: usize = 15;
    drop(work());
    let before = process_cpu_us();
    let mut times = (0..CALLS).map(|_| time(&work)).collect::<Vec<_>>();
    let cpu = (process_cpu_us() - before) / CALLS as f64 / 1e3;
    times.sort_unstable_by(f64::total_cmp);
    format!("min {:.2} p50 {:.2} max {:.2} ms, {cpu:.2} ms of CPU", times[0], times[CALLS / 2], times[CALLS - 1])
}

fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    let done = work();
    let took = started.elapsed().as_secs_f64() * 1e3;
    drop(done);
    took
}
