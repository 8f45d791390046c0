//! Rates of the warehouse: applying, settling, reading, memory and disk.
//!
//! `cargo run --release -p debrief-store-duckdb --example rates -- [events] [directory]`

#![expect(clippy::print_stdout, reason = "a report for a person to read")]

mod gauge;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Instant;

use debrief_model::{
    AgentNumber, Aggregate, Dimension, Event, EventFilter, EventId, Facts, Kind, Links, Order, Paging, Position, Scan, Seq, SessionNumber,
    Status, TenantId, TimeRange, Timestamp, Tokens,
};
use debrief_store::{Record, Warehouse};
use debrief_store_duckdb::{DuckWarehouse, Options};
use gauge::{process_cpu_us, resident_mb};
use uuid::Uuid;

const START: i64 = 1_767_225_600_000_000;
const TENANT: TenantId = TenantId(1);
const BODY_BYTES: usize = 450;
const STEP_US: i64 = 2_000_000;

/// Makes records and remembers where it is.
struct Source {
    seq: u64,
    position: u64,
    state: u64,
}

impl Source {
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.state >> 16
    }

    fn record(&mut self, events: usize) -> Arc<Record> {
        self.position += 1;
        let events = (0..events).map(|_| self.event()).collect();
        Arc::new(Record { position: Position(self.position), recorded_at: at(self.seq), changes: 1, events, revisions: Vec::new() })
    }

    fn event(&mut self) -> Event {
        self.seq += 1;
        let random = self.random();
        let at = at(self.seq);
        let mut facts = Facts::new(Kind::Llm, "llm.completed", at.plus_micros((random % 3_000_000) as i64), "agentops");
        let id = id_of(self.seq, random);
        facts.key = Some(id.to_string());
        facts.ended_at = Some(at.plus_micros((random % 5_000_000) as i64));
        facts.duration_us = Some((random % 5_000_000) as i64);
        facts.provider = Some("openai".into());
        facts.request_model = Some(["gpt-5", "gpt-5-mini", "claude-4"][(random % 3) as usize].into());
        facts.response_model = Some("gpt-5-2026-01-01".into());
        facts.finish_reason = Some("stop".into());
        facts.response_id = Some(format!("chatcmpl-{random:012x}"));
        facts.tokens = Tokens { input: Some(random % 4_000), output: Some(random % 900), ..Tokens::default() };
        facts.status = if random.is_multiple_of(50) { Status::Error } else { Status::Ok };
        facts.body = (0..BODY_BYTES / 8).flat_map(|_| self.random().wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes()).collect();
        let session = self.seq / 20 + random % 8;
        Event {
            tenant: TENANT,
            id,
            seq: Seq(self.seq),
            position: Position(self.position),
            recorded_at: at,
            links: Links { session: Some(SessionNumber(session)), agent: Some(AgentNumber((random % 12) as u32)), ..Links::default() },
            facts,
        }
    }
}

fn at(seq: u64) -> Timestamp {
    Timestamp(START + seq as i64 * STEP_US)
}

fn id_of(seq: u64, random: u64) -> EventId {
    let milliseconds = (at(seq).0 / 1_000) as u128;
    EventId(Uuid::from_u128(milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | u128::from(random)))
}

fn main() {
    let events = std::env::args().nth(1).and_then(|events| events.parse().ok()).unwrap_or(1_000_000_u64);
    let directory = tempfile::tempdir().expect("a directory");
    let directory = std::env::args().nth(2).map_or(directory.path().to_owned(), PathBuf::from);
    let path = directory.join("warehouse.duckdb");
    let options = Options::default();
    let warehouse = DuckWarehouse::open(&path, &options).expect("opened");
    let mut source = Source { seq: 0, position: 0, state: 7 };
    println!("empty: {} MB resident", resident_mb());
    for (size, calls) in [(1, 2_000), (32, 200), (100, 100), (800, 15)] {
        apply_rate(&warehouse, &mut source, size, calls);
    }
    warehouse.settle().expect("settled");
    reads("about 26 k rows", &warehouse, &mut source);
    fill(&warehouse, &mut source, events);
    println!("{} rows: {} MB resident", source.seq, resident_mb());
    reads("full", &warehouse, &mut source);
    let record = source.record(5_000);
    warehouse.apply(&[record]).expect("applied");
    reads("full, with 5,000 fresh rows", &warehouse, &mut source);
    println!("after reads: {} MB resident", resident_mb());
    warehouse.settle().expect("settled");
    drop(warehouse);
    let bytes = std::fs::metadata(&path).map_or(0, |file| file.len());
    println!("closed: {} bytes an event on disk", bytes / source.seq);
    let started = Instant::now();
    let warehouse = DuckWarehouse::open(&path, &options).expect("opened");
    println!("reopened in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    reads("reopened", &warehouse, &mut source);
    println!("after reads: {} MB resident", resident_mb());
}

fn apply_rate(warehouse: &DuckWarehouse, source: &mut Source, size: usize, calls: usize) {
    let records = (0..calls).map(|_| source.record(size)).collect::<Vec<_>>();
    let before = thread_cpu_us();
    let times = times(records.into_iter().map(|record| move || warehouse.apply(&[record]).expect("applied")));
    let cpu = (thread_cpu_us() - before) / (calls * size) as f64;
    println!("apply of {size:>4}: {} a call, {cpu:.2} µs of CPU an event", spread(&times));
    let times = times_of_reads_after_one(warehouse, source);
    println!("  newest 1 right after one event: {}", spread(&times));
}

/// Fills up to `events` while another thread settles, as the server does, and a third one reads.
fn fill(warehouse: &DuckWarehouse, source: &mut Source, events: u64) {
    let filling = &AtomicBool::new(true);
    let (wish, wishes) = mpsc::sync_channel(1);
    let started = Instant::now();
    let mut applies = Vec::new();
    let mut rss_max = 0;
    let (settles, reads) = std::thread::scope(|scope| {
        let settler = scope.spawn(move || {
            let mut settles = Vec::new();
            while wishes.recv().is_ok() {
                settles.push(time(|| warehouse.relieve().expect("settled")));
            }
            settles
        });
        let reader = scope.spawn(move || {
            let mut reads = Vec::new();
            while filling.load(Ordering::Acquire) {
                reads.push(time(|| drop(warehouse.scan(TENANT, &newest(20, false)).expect("a page"))));
            }
            reads
        });
        while source.seq < events {
            let record = source.record(500);
            applies.push(time(|| warehouse.apply(&[record]).expect("applied")));
            rss_max = rss_max.max(resident_mb());
            if warehouse.wants_settling() {
                // A wish that waits already is as good as another.
                wish.try_send(()).unwrap_or_default();
            }
        }
        drop(wish);
        filling.store(false, Ordering::Release);
        (settler.join().expect("settled"), reader.join().expect("read"))
    });
    println!(
        "fill: {:.0} rows/s with a reader; apply of 500 {}; settle {}; read {}; {rss_max} MB resident at most",
        (events as f64) / started.elapsed().as_secs_f64(),
        spread(&applies),
        spread(&settles),
        spread(&reads)
    );
    println!("final settle {:.0} ms", time(|| warehouse.settle().expect("settled")));
}

fn newest(limit: u32, bodies: bool) -> Scan {
    Scan { filter: EventFilter::default(), order: Order::Descending, paging: Paging { limit, offset: 0 }, bodies }
}

fn reads(title: &str, warehouse: &DuckWarehouse, source: &mut Source) {
    println!("reads, {title}:");
    let middle = source.seq / 2;
    let scan = |filter: EventFilter, bodies| {
        let scan = Scan { filter, ..newest(100, bodies) };
        repeat(|| warehouse.scan(TENANT, &scan).expect("a page"))
    };
    println!("  newest 100              {}", scan(EventFilter::default(), false));
    println!("  newest 100 with bodies  {}", scan(EventFilter::default(), true));
    let failed = EventFilter { status: Some(Status::Error), agent: Some(AgentNumber(4)), ..EventFilter::default() };
    println!("  newest 100 filtered     {}", scan(failed, true));
    let model = EventFilter { model: Some("gpt-5-2026-01-01".into()), name: None, ..EventFilter::default() };
    println!("  newest 100 of a model   {}", scan(model, true));
    let session = EventFilter { session: Some(SessionNumber(middle / 20)), ..EventFilter::default() };
    println!("  a session               {}", scan(session.clone(), true));
    let time = TimeRange { from: Some(at(middle.saturating_sub(500))), to: Some(at(middle + 500)) };
    println!("  a session, time known   {}", scan(EventFilter { time, ..session.clone() }, true));
    let page = warehouse.scan(TENANT, &Scan { filter: session, ..newest(1, true) }).expect("a page");
    let ids = [page.rows[0].id];
    let by_id = |within| repeat(|| assert_eq!(warehouse.events(TENANT, &ids, within).expect("found").len(), 1));
    println!("  an event by id          {}", by_id(TimeRange::default()));
    println!("  an event by id and time {}", by_id(time));
    let foreign = [EventId(Uuid::from_u128(u128::from(source.random()) << 64))];
    let unknown = repeat(|| warehouse.events(TENANT, &foreign, TimeRange::default()).expect("none"));
    println!("  an unknown id           {unknown}");
    let sums = |group_by: Vec<Dimension>| {
        let aggregate = Aggregate { filter: EventFilter::default(), group_by };
        repeat(|| warehouse.aggregate(TENANT, &aggregate).expect("sums"))
    };
    println!("  sums by day and model   {}", sums(vec![Dimension::Day, Dimension::Model]));
    println!("  sums                    {}", sums(Vec::new()));
    println!("  recent 100 k ids        {}", repeat(|| warehouse.recent_ids(100_000).expect("ids")));
}

/// Times many calls of `work`, and the processor time of all threads for one.
fn repeat<T>(work: impl Fn() -> T) -> String {
    drop(work());
    let before = process_cpu_us();
    let times = times((0..15).map(|_| &work));
    let cpu = (process_cpu_us() - before) / 15.0 / 1e3;
    format!("{}, {cpu:.2} ms of CPU", spread(&times))
}

fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let started = Instant::now();
    let done = work();
    let took = started.elapsed().as_secs_f64() * 1e3;
    drop(done);
    took
}

fn times<T, W: FnOnce() -> T>(work: impl Iterator<Item = W>) -> Vec<f64> {
    work.map(time).collect()
}

fn spread(times: &[f64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |part: f64| sorted.get(((sorted.len() as f64 - 1.0) * part).round() as usize).copied().unwrap_or(f64::NAN);
    format!("min {:.2} p50 {:.2} p99 {:.2} max {:.2} ms", at(0.0), at(0.5), at(0.99), at(1.0))
}

fn times_of_reads_after_one(warehouse: &DuckWarehouse, source: &mut Source) -> Vec<f64> {
    let records = (0..50).map(|_| source.record(1)).collect::<Vec<_>>();
    times(records.into_iter().map(|record| {
        move || {
            warehouse.apply(&[record]).expect("applied");
            warehouse.scan(TENANT, &newest(1, true)).expect("a page")
        }
    }))
}

/// Microseconds that this thread was on a processor.
fn thread_cpu_us() -> f64 {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    schedule.split_whitespace().next().and_then(|nanoseconds| nanoseconds.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1e3
}
