//! How fast lists of sessions are: `cargo run --release -p debrief-store-sqlite --example session_lists -- DIR [SESSIONS]`.
//!
//! Fills a ledger, then asks for the newest 100 with exact total through every filter, frequent and rare.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::path::Path;
use std::time::Instant;

use debrief_model::{
    AgentNumber, Draft, EventId, Facts, Kind, Mention, Paging, PersonNumber, SessionFilter, SessionPatch, TenantId, TimeRange, Timestamp,
    VersionNumber,
};
use debrief_store::{Change, Ledger};
use debrief_store_sqlite::SqliteLedger;

const TENANT: TenantId = TenantId(1);
const GROUP: usize = 1_000;
const ROUNDS: usize = 9;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| std::env::temp_dir().display().to_string());
    let sessions: usize = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(50_000);
    let path = Path::new(&directory).join(format!("session-lists-{}.db", std::process::id()));
    let ledger = SqliteLedger::open(&path).expect("the directory is writable");
    for first in (0..sessions).step_by(GROUP) {
        fill(&ledger, first, (first + GROUP).min(sessions));
    }
    ledger.checkpoint().expect("checkpoints");
    for (name, filter) in filters(sessions) {
        measure(&ledger, name, &filter);
    }
    drop(ledger);
    std::fs::remove_file(&path).expect("the file is ours");
}

fn fill(ledger: &SqliteLedger, from: usize, to: usize) {
    let mut changes = Vec::new();
    for n in from..to {
        let key = format!("session-{n:032}");
        let tags = vec![if n % 2 == 0 { "even" } else { "odd" }.into(), format!("hundred-{}", n % 100), format!("thousand-{}", n % 1_000)];
        let end_state = Some(if n % 10 == 0 { "Fail" } else { "Success" }.into());
        let patch = SessionPatch { tags: Some(tags), end_state, ..SessionPatch::default() };
        changes.push(Change::PutSession { tenant: TENANT, key: key.clone(), patch, shared_with: None, alias: None });
        let facts = Facts::new(Kind::Llm, "llm.completed", time(n), "voker");
        let mention = Mention {
            session: Some(key),
            agent: Some(format!("agent-{}", n % 4)),
            agent_version: Some(format!("version-{}", n / 4 % 3)),
            person: Some(format!("person-{}", n % 1_000)),
            ..Mention::default()
        };
        changes
            .push(Change::Record { tenant: TENANT, events: vec![(EventId(uuid::Uuid::from_u128(n as u128)), Draft::new(facts, mention))] });
    }
    ledger.commit(debrief_testkit::ledger::build::group(time(to), changes)).expect("commits");
}

fn time(n: usize) -> Timestamp {
    Timestamp(1_700_000_000_000_000 + n as i64 * 1_000_000)
}

fn filters(sessions: usize) -> Vec<(&'static str, SessionFilter)> {
    let none = SessionFilter::default;
    let tag = |tag: &str| SessionFilter { tag: Some(tag.into()), ..none() };
    let end = |end: &str| SessionFilter { end_state: Some(end.into()), ..none() };
    let agent = SessionFilter { agent: Some(AgentNumber(1)), ..none() };
    let half = TimeRange { from: Some(time(sessions / 2)), to: None };
    vec![
        ("all", none()),
        ("half by time", SessionFilter { time: half, ..none() }),
        ("tag of 1 in 2", tag("even")),
        ("tag of 1 in 100", tag("hundred-7")),
        ("tag of 1 in 1,000", tag("thousand-7")),
        ("agent of 1 in 4", agent.clone()),
        ("version of 1 in 12", SessionFilter { agent_version: Some(VersionNumber(1)), ..agent.clone() }),
        ("person of 1 in 1,000", SessionFilter { person: Some(PersonNumber(7)), ..none() }),
        ("end state of 9 in 10", end("Success")),
        ("agent and tag", SessionFilter { tag: Some("hundred-4".into()), ..agent.clone() }),
        ("agent and end state", SessionFilter { end_state: Some("Success".into()), ..agent }),
        ("nothing matches", tag("none")),
    ]
}

fn measure(ledger: &SqliteLedger, name: &str, filter: &SessionFilter) {
    let mut times = Vec::new();
    let mut total = 0;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        total = ledger.sessions(TENANT, filter, Paging { limit: 100, offset: 0 }).expect("reads").total;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!("{name:<22} {total:>8} sessions {:>8.2} ms best {:>8.2} ms median", times[0], times[ROUNDS / 2]);
}
