//! Filling a store with what happened over thirty days, oldest first, over several connections at a time.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::filler::Filler;
use super::known::{Described, Known};
use super::shares::{Progress, Shares, Sort};
use crate::error::Error;
use crate::http::{Conn, Target};
use crate::lane::{call, now_us, register_fingerprint};
use crate::traffic::{Traffic, mix};

const CONNECTIONS: u64 = 4;
const DAY_US: i64 = 86_400 * 1_000_000;
const SPAN_US: i64 = 30 * DAY_US;
/// The busy agent's conversations began later than everything else.
const CONVERSATIONS_US: i64 = 25 * DAY_US;
/// Agents that are described with a prompt, for the look-ups of Converra's SDK.
const DESCRIBED: usize = 20;
/// Spans of the one large trace, where spans are at least twice as many.
const LARGE_TRACE_SPANS: u64 = 10_000;
/// Sessions whose id on the server is asked for.
const THREADS: usize = 50;

/// How filling went.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filled {
    /// Events sent so far; what the server itself adds to its log comes on top.
    pub events: u64,
    /// What they are.
    pub shares: Shares,
    /// Spans of the largest trace.
    pub largest_trace: u64,
    /// Bytes of events sent so far.
    pub bytes: u64,
    /// Events a second of the latest filling, generating them included.
    pub events_per_second: f64,
}

/// Fills over the wire, as the clients of each dialect would.
#[derive(Debug)]
pub(crate) struct HttpFill {
    seed: u64,
    run: u64,
    rounds: u64,
    planned: Shares,
    filled: Filled,
    known: Known,
}

impl HttpFill {
    /// A filling whose times are spread so that `planned` events take thirty days.
    pub(crate) fn new(seed: u64, planned: u64) -> HttpFill {
        let run = uuid::Uuid::new_v4().as_u128() as u64;
        let known = Known { oldest_us: now_us() - SPAN_US, ..Known::default() };
        HttpFill { seed, run, rounds: 0, planned: Shares::of(planned), filled: Filled::default(), known }
    }

    /// What is there.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// Adds events until there are `events`; reports progress in events. The server may be elsewhere each time.
    pub(crate) fn fill(&mut self, target: &Target, events: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<Filled, Error> {
        if self.known.described.is_empty() {
            self.known.described = describe_agents(target, self.seed, self.run)?;
        }
        let start = Instant::now();
        self.known.filled_from_us = now_us();
        let (before, goal) = (self.filled, Shares::of(events));
        let shared = Shared {
            target,
            fingerprint_id: register_fingerprint(target)?,
            seed: self.seed,
            run: self.run,
            progress: Progress::new(before.shares, goal),
            bytes: AtomicU64::new(before.bytes),
            planned: self.planned,
            oldest_us: self.known.oldest_us,
            found: Mutex::new(std::mem::take(&mut self.known)),
        };
        self.rounds += 1;
        let lanes = (0..CONNECTIONS).map(|lane| (lane == 0, self.rounds * CONNECTIONS + lane));
        let outcomes: Vec<Result<(), Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = lanes
                .map(|(is_first, lane)| {
                    let (shared, large) = (&shared, if is_first { (goal.spans - before.shares.spans) / 2 } else { 0 });
                    scope.spawn(move || Filler::new(shared, lane).run(large.min(LARGE_TRACE_SPANS), progress))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a filler does not panic")).collect()
        });
        let newest_us = shared.at(Sort::Calls, goal.calls);
        let bytes = shared.bytes.load(Ordering::Relaxed);
        self.known = shared.found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        (self.known.newest_us, self.known.filled_until_us) = (newest_us, now_us());
        outcomes.into_iter().collect::<Result<(), Error>>()?;
        look_up_threads(target, &mut self.known);
        self.filled = Filled {
            events: goal.events(),
            shares: goal,
            largest_trace: self.known.largest_trace.map_or(0, |(_, spans)| spans),
            bytes,
            events_per_second: (goal.events() - before.events) as f64 / start.elapsed().max(Duration::from_millis(1)).as_secs_f64(),
        };
        Ok(self.filled)
    }
}

/// What the connections share while they fill.
pub(super) struct Shared<'a> {
    pub(super) target: &'a Target,
    pub(super) fingerprint_id: String,
    pub(super) seed: u64,
    pub(super) run: u64,
    pub(super) progress: Progress,
    pub(super) bytes: AtomicU64,
    planned: Shares,
    oldest_us: i64,
    found: Mutex<Known>,
}

impl Shared<'_> {
    /// How much of the time of its sort one event or conversation takes.
    pub(super) fn step_us(&self, sort: Sort) -> i64 {
        let span_us = if sort == Sort::Conversations { CONVERSATIONS_US } else { SPAN_US };
        span_us / self.planned.of_sort(sort).max(1) as i64
    }

    /// When the event or conversation with this number in its sort begins.
    pub(super) fn at(&self, sort: Sort, number: u64) -> i64 {
        let from_us = if sort == Sort::Conversations { self.oldest_us + SPAN_US - CONVERSATIONS_US } else { self.oldest_us };
        from_us + number as i64 * self.step_us(sort)
    }

    pub(super) fn remember(&self, note: impl FnOnce(&mut Known)) {
        note(&mut self.found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    }
}

/// Creates agents whose prompts can be looked up. Their names are this run's own.
fn describe_agents(target: &Target, seed: u64, run: u64) -> Result<Vec<Described>, Error> {
    let mut traffic = Traffic::new(mix(seed));
    let mut conn = Conn::new(target);
    let credentials = format!("Authorization: Bearer {}\r\n", target.key);
    let described = (0..DESCRIBED).map(|number| {
        let prompt = traffic.prompt();
        let name = format!("desk-{number:02}-{:08x}", run as u32);
        let body = serde_json::json!({ "name": name, "content": prompt, "llmModel": "gpt-4.1-mini" }).to_string();
        let answer = call(&mut conn, &target.authority, "POST /api/v1/agents", &credentials, &body)?;
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
        let id = answer["id"].as_str().ok_or_else(|| Error::Server("POST /api/v1/agents answered without an id".to_owned()))?;
        Ok(Described { id: id.to_owned(), prompt })
    });
    described.collect()
}

/// Asks for the server's own ids of some sessions, by which the event log knows them. Those that it does not tell are missed later.
fn look_up_threads(target: &Target, known: &mut Known) {
    let mut conn = Conn::new(target);
    known.threads = Default::default();
    for key in known.conversations.few(THREADS) {
        let answer = conn.get_json::<serde_json::Value>(target, &format!("/api/v1/sessions/{key}"));
        if let Some(id) = answer.ok().as_ref().and_then(|session| session["id"].as_str()) {
            known.threads.offer(id.to_owned());
        }
    }
}
