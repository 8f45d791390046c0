//! The same queries while ingest runs at half its maximum: a short burst finds the maximum, then an open loop keeps half of it up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::timing::Timing;
use crate::cell::{Cell, Shape};
use crate::error::Error;
use crate::http::Target;
use crate::lane::register_fingerprint;
use crate::load::{self, Plan, Site};
use crate::pool::Pool;
use crate::process::{self, Memory};
use crate::report::Figures;

/// What is sent meanwhile.
const CELL: Cell = Cell { shape: Shape::Agentops(100), connections: 8 };
/// A load that reaches less of the rate that was due is no load at that rate.
const PACE_MIN: f64 = 0.9;

/// How long things take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spell {
    /// Sends before anything is measured.
    pub(crate) warm_up: Duration,
    /// The closed loop that finds the maximum.
    pub(crate) burst: Duration,
    /// The pass ends after so long, whatever has been asked by then.
    pub(crate) pass_max: Duration,
    /// Between the end of ingest and the queries after it: the server finishes what it has begun.
    pub(crate) rest: Duration,
}

impl Default for Spell {
    fn default() -> Self {
        Spell {
            warm_up: Duration::from_secs(1),
            burst: Duration::from_secs(4),
            pass_max: Duration::from_secs(300),
            rest: Duration::from_secs(3),
        }
    }
}

/// The second pass.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnderIngest {
    /// What was sent meanwhile.
    pub cell: String,
    /// The closed loop that found the maximum.
    pub most: Figures,
    /// Requests a second that were due while queries ran.
    pub due_per_second: f64,
    /// What ingest did while queries ran.
    pub load: Figures,
    /// How long the queries took together.
    pub seconds: f64,
    /// Events that were added meanwhile, the burst included: the store grew by them.
    pub events_added: u64,
    /// Why the figures are not what they should be, if so.
    pub problem: Option<String>,
    /// Memory after it.
    pub memory: Option<Memory>,
    /// Query by query.
    pub timings: Vec<Timing>,
    /// The same when ingest had ended, over the store as it had grown.
    pub timings_after: Vec<Timing>,
}

/// Asks by `ask`, until the moment that it is given, while ingest runs at half of what it can.
pub(crate) fn meanwhile(
    target: &Target,
    pid: Option<u32>,
    seed: u64,
    spell: Spell,
    ask: impl FnOnce(Instant) -> Vec<Timing>,
) -> Result<UnderIngest, Error> {
    let pool = Arc::new(Pool::new(seed, &register_fingerprint(target)?));
    let run = uuid::Uuid::new_v4().as_u128() as u64;
    let mut site = Site { target, pid, pool, run, lane: 0 };
    let plan = Plan {
        cell: CELL,
        rate: None,
        warm_up: spell.warm_up,
        window: spell.burst,
        events_max: u64::MAX,
        watch_readable: false,
        forget: true,
    };
    let burst = load::run(&plan, &site);
    let most = Figures::new(&burst);
    let rate = most.events_per_second / CELL.shape.events() as f64 / 2.0;
    if rate <= 0.0 {
        let why = most.first_problem.clone().unwrap_or_else(|| "no event was acknowledged".to_owned());
        return Err(Error::Server(format!("ingest has no maximum to run at half of: {why}")));
    }
    site.lane += CELL.connections as u64;
    let pass_max = spell.warm_up + spell.pass_max;
    let plan = Plan { rate: Some(rate), window: pass_max, ..plan };
    let enough = AtomicBool::new(false);
    let (timings, took, outcome) = std::thread::scope(|scope| {
        let load = scope.spawn(|| load::run_until(&plan, &site, &enough));
        std::thread::sleep(2 * spell.warm_up);
        let start = Instant::now();
        let timings = ask(start + spell.pass_max);
        let took = start.elapsed();
        enough.store(true, Ordering::Relaxed);
        (timings, took, load.join().expect("the load does not panic"))
    });
    let figures = Figures::new(&outcome);
    let due = rate * CELL.shape.events() as f64;
    let short = (figures.events_per_second < PACE_MIN * due)
        .then(|| format!("ingest did not keep up: {:.0} of {due:.0} events/s", figures.events_per_second));
    Ok(UnderIngest {
        cell: CELL.to_string(),
        events_added: burst.events_sent + outcome.events_sent,
        most,
        due_per_second: rate,
        seconds: took.as_secs_f64(),
        problem: short.or_else(|| figures.first_problem.clone()),
        load: figures,
        memory: pid.map(process::memory),
        timings,
        timings_after: Vec::new(),
    })
}
