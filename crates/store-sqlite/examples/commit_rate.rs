//! How fast groups commit: `cargo run --release -p debrief-store-sqlite --example commit_rate -- DIR [EVENTS]`.
//!
//! For each group size two shapes: every event of a group in another session (single events of many clients), and runs of 50
//! events of one session (batches). Times are the wall clock's and the processor's; the second leaves out waiting for the disk.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::borrow::Cow;
use std::path::Path;
use std::time::{Duration, Instant};

use debrief_model::{Draft, EventId, Facts, Kind, Mention, Status, TenantId, Timestamp, Tokens};
use debrief_store::{Change, Group, Ledger};
use debrief_store_sqlite::SqliteLedger;

const BODY_BYTES: usize = 450;
const SESSIONS: usize = 2_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| std::env::temp_dir().display().to_string());
    let events: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    println!(
        "{:>6} {:>9} {:>10} {:>10} {:>12} {:>14} {:>12}",
        "group", "run", "events/s", "commits/s", "us cpu/event", "events/cpu-s", "us/commit"
    );
    for group in [1, 32, 100, 800] {
        for run in [1, 50] {
            if run <= group {
                measure(Path::new(&directory), group, run, events);
            }
        }
    }
}

fn measure(directory: &Path, group: usize, run: usize, events: usize) {
    let path = directory.join(format!("commit-rate-{}-{group}-{run}.db", std::process::id()));
    let ledger = SqliteLedger::open(&path).expect("the directory is writable");
    let commits = (events / group).clamp(1, 5_000);
    let groups: Vec<Group> = (0..commits).map(|at| make(at, group, run)).collect();
    let (wall, cpu) = (Instant::now(), processor_time());
    for (at, group) in groups.into_iter().enumerate() {
        ledger.commit(group).expect("commits");
        if at % 500 == 499 {
            ledger.checkpoint().expect("checkpoints");
        }
    }
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), (processor_time() - cpu).as_secs_f64());
    let done = (commits * group) as f64;
    let (rate, commit_rate) = (done / wall, commits as f64 / wall);
    let (per_event, per_cpu, per_commit) = (cpu / done * 1e6, done / cpu, wall / commits as f64 * 1e6);
    println!("{group:>6} {run:>9} {rate:>10.0} {commit_rate:>10.0} {per_event:>12.2} {per_cpu:>14.0} {per_commit:>12.0}");
    drop(ledger);
    std::fs::remove_file(&path).expect("the file is ours");
}

fn make(at: usize, group: usize, run: usize) -> Group {
    let now = Timestamp(1_700_000_000_000_000 + at as i64 * 1_000);
    let changes = (0..group)
        .step_by(run)
        .map(|first| {
            let session = (at * group + first) / run % SESSIONS;
            let events = (first..(first + run).min(group)).map(|event| draft(now, session, at * group + event)).collect();
            Change::Record { tenant: TenantId(1), events }
        })
        .collect();
    debrief_testkit::ledger::build::group(now, changes)
}

fn draft(now: Timestamp, session: usize, event: usize) -> (EventId, Draft) {
    let mut facts = Facts::new(Kind::Llm, "llm.completed", now, "voker");
    facts.request_model = Some("gpt-5-mini".into());
    facts.response_model = Some("gpt-5-mini-2025-08-07".into());
    facts.provider = Some("openai".into());
    facts.response_id = Some(format!("chatcmpl-{event:026}"));
    facts.tokens = Tokens { input: Some(900), output: Some(120), ..Tokens::default() };
    facts.status = Status::Ok;
    facts.event_type = Cow::Borrowed("llm.completed");
    facts.body = (0..BODY_BYTES).map(|at| (event * 31 + at * 7) as u8).collect();
    let mention = Mention {
        session: Some(format!("session-{session:032}")),
        agent: Some("support".into()),
        person: Some(format!("person-{}", session % 500)),
        ..Mention::default()
    };
    (EventId(uuid::Uuid::from_u128(event as u128)), Draft::new(facts, mention))
}

/// Processor time of this process so far. Read from the kernel's own count; elsewhere the figures that use it are not meant.
fn processor_time() -> Duration {
    let nanoseconds = std::fs::read_to_string("/proc/self/schedstat").ok();
    let first = nanoseconds.as_deref().and_then(|line| line.split_whitespace().next()).and_then(|word| word.parse().ok());
    Duration::from_nanos(first.unwrap_or(0))
}
