//! Running one cell: threads that send, a clock that opens and closes the measured window, and the counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::cell::Cell;
use crate::http::Target;
use crate::lane::{Lane, Numbers, Sent, SessionLog};
use crate::latency::Latencies;
use crate::pool::Pool;
use crate::process;
use crate::readable::{self, Readable};

/// What to run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) cell: Cell,
    /// Requests a second in all; nothing means closed loop.
    pub(crate) rate: Option<f64>,
    pub(crate) warm_up: Duration,
    pub(crate) window: Duration,
    /// The window closes early after so many events.
    pub(crate) events_max: u64,
    /// Whether to look, on one more connection, how soon an event can be read.
    pub(crate) watch_readable: bool,
    /// Whether nobody will compare what was sent with what is there, so that lanes need not remember it.
    pub(crate) forget: bool,
}

/// Where to run it.
#[derive(Clone, Debug)]
pub(crate) struct Site<'a> {
    pub(crate) target: &'a Target,
    pub(crate) pid: Option<u32>,
    pub(crate) pool: Arc<Pool>,
    pub(crate) run: u64,
    /// The first lane number that no earlier cell used.
    pub(crate) lane: u64,
}

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Events acknowledged in the window, and how long it was.
    pub(crate) events: u64,
    pub(crate) window: Duration,
    /// Events acknowledged before, in and after it.
    pub(crate) events_sent: u64,
    /// From the window's end until everything acknowledged was readable.
    pub(crate) settle: Option<Duration>,
    /// Events acknowledged since the window opened, the last answers included, and the server's CPU time for them.
    pub(crate) events_for_cpu: u64,
    pub(crate) server_cpu_s: Option<f64>,
    pub(crate) client_cpu_s: Option<f64>,
    pub(crate) body_bytes: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) first_problem: Option<String>,
    pub(crate) latencies: Option<Latencies>,
    pub(crate) sessions: Vec<SessionLog>,
    pub(crate) readable: Option<Readable>,
    pub(crate) newest_position: Option<u64>,
}

const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const CLOSED: u8 = 2;

struct Shared {
    phase: AtomicU8,
    measured: AtomicU64,
    start: Instant,
}

/// Runs a cell and waits until the server has settled.
pub(crate) fn run(plan: &Plan, site: &Site<'_>) -> Outcome {
    run_until(plan, site, &AtomicBool::new(false))
}

/// The same; the window closes early when there is `enough`.
pub(crate) fn run_until(plan: &Plan, site: &Site<'_>, enough: &AtomicBool) -> Outcome {
    let shared = Shared { phase: AtomicU8::new(WARMING), measured: AtomicU64::new(0), start: Instant::now() };
    let mut total = Outcome::default();
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..plan.cell.connections)
            .map(|index| {
                let shared = &shared;
                scope.spawn(move || drive(index, plan, site, shared))
            })
            .collect();
        let watcher = plan.watch_readable.then(|| {
            let lane = new_lane(plan.cell.connections as u64, plan, site);
            let phase = &shared.phase;
            scope.spawn(move || readable::watch(lane, site.target, || phase.load(Ordering::Relaxed) == CLOSED))
        });
        std::thread::sleep(plan.warm_up);
        let (server, client) = (cpu(site.pid), process::cpu_seconds(std::process::id()));
        let opened = Instant::now();
        shared.phase.store(MEASURING, Ordering::Relaxed);
        let is_full = || shared.measured.load(Ordering::Relaxed) >= plan.events_max || enough.load(Ordering::Relaxed);
        while opened.elapsed() < plan.window && !is_full() {
            std::thread::sleep(Duration::from_millis(5));
        }
        total.window = opened.elapsed();
        total.events = shared.measured.load(Ordering::Relaxed);
        shared.phase.store(CLOSED, Ordering::Relaxed);
        let closed = Instant::now();
        total.client_cpu_s = difference(client, process::cpu_seconds(std::process::id()));
        for lane in lanes {
            merge(&mut total, lane.join().expect("a lane does not panic"));
        }
        if let Some(watcher) = watcher {
            let (readable, sessions) = watcher.join().expect("the watcher does not panic");
            total.readable = Some(readable);
            total.sessions.extend(sessions);
        }
        total.settle = total.newest_position.and_then(|position| readable::wait_for(site.target, position)).map(|at| at - closed);
        total.server_cpu_s = difference(server, cpu(site.pid));
    });
    total
}

fn cpu(pid: Option<u32>) -> Option<f64> {
    pid.and_then(process::cpu_seconds)
}

fn difference(before: Option<f64>, after: Option<f64>) -> Option<f64> {
    Some(after? - before?)
}

pub(crate) fn new_lane(index: u64, plan: &Plan, site: &Site<'_>) -> Lane {
    Lane::new(plan.cell.shape, site.target, Arc::clone(&site.pool), Numbers::new(site.run, site.lane + index))
}

fn drive(index: usize, plan: &Plan, site: &Site<'_>, shared: &Shared) -> Outcome {
    let mut lane = new_lane(index as u64, plan, site);
    let mut outcome = Outcome::default();
    let mut latencies = Latencies::new();
    let gap = plan.rate.map(|rate| plan.cell.connections as f64 / rate);
    let mut turn = index as f64 / plan.cell.connections as f64;
    while shared.phase.load(Ordering::Relaxed) != CLOSED {
        if let Err(error) = lane.turn_over() {
            outcome.failed += 1;
            outcome.first_problem.get_or_insert(error.to_string());
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        if plan.forget {
            lane.forget();
        }
        lane.prepare();
        let due = gap.map(|gap| shared.start + Duration::from_secs_f64(gap * turn));
        turn += 1.0;
        if let Some(due) = due {
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        let start = due.unwrap_or_else(Instant::now);
        let sent = lane.fire();
        let latency = start.elapsed();
        let (events, bytes) = lane.prepared();
        let phase = shared.phase.load(Ordering::Relaxed);
        match sent {
            Sent::Acknowledged(position) => {
                outcome.newest_position = outcome.newest_position.max(position);
                outcome.events_sent += events as u64;
                if phase == MEASURING {
                    latencies.record(latency);
                    shared.measured.fetch_add(events as u64, Ordering::Relaxed);
                }
                if phase != WARMING {
                    outcome.events_for_cpu += events as u64;
                    outcome.body_bytes += bytes as u64;
                }
            }
            Sent::Refused(status, body) => {
                outcome.refused += 1;
                outcome.first_problem.get_or_insert(format!("{status} {body}"));
                std::thread::sleep(Duration::from_millis(5));
            }
            Sent::Failed(error) => {
                outcome.failed += 1;
                outcome.first_problem.get_or_insert(error);
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
    outcome.latencies = Some(latencies);
    outcome.sessions = lane.sessions;
    outcome
}

fn merge(total: &mut Outcome, part: Outcome) {
    total.events_sent += part.events_sent;
    total.events_for_cpu += part.events_for_cpu;
    total.body_bytes += part.body_bytes;
    total.refused += part.refused;
    total.failed += part.failed;
    total.first_problem = total.first_problem.take().or(part.first_problem);
    total.newest_position = total.newest_position.max(part.newest_position);
    total.sessions.extend(part.sessions);
    match (&mut total.latencies, part.latencies) {
        (Some(sum), Some(part)) => sum.add(&part),
        (none, part) => *none = part,
    }
}
