//! Filling a store with sessions spread over thirty days, oldest first.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::Error;
use crate::http::{Conn, Target};
use crate::lane::{Numbers, call, now_us, register_fingerprint, session_body};
use crate::traffic::{AgentopsSession, Fresh, Traffic, event_uuid, mix, session_key, time_text};

const BATCH: usize = 500;
const CONNECTIONS: u64 = 4;
const SPAN_US: i64 = 30 * 86_400 * 1_000_000;
/// Every so many events one is remembered, to be looked up by its id later.
const REMEMBER_EVERY: u64 = 97;

/// What is known about a filled store, to choose the parameters of queries from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Callers' ids of sessions.
    pub(crate) sessions: Vec<String>,
    /// Callers' ids of some events.
    pub(crate) events: Vec<u128>,
    /// People who were talked with.
    pub(crate) people: Vec<String>,
    /// The newest position that a server named.
    pub(crate) position: u64,
    /// Time of the oldest event, microseconds since 1970.
    pub(crate) oldest_us: i64,
}

/// How filling went.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Filled {
    /// Events in the store so far.
    pub events: u64,
    /// Bytes of events sent so far.
    pub bytes: u64,
    /// Events a second of the latest filling, generating them included.
    pub events_per_second: f64,
}

/// A way to fill a store. Over HTTP today; a faster way would implement this too.
pub(crate) trait Fill {
    /// Adds events until there are at least `events`; reports progress in events.
    fn fill(&mut self, events: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<Filled, Error>;

    /// What is there.
    fn known(&self) -> &Known;
}

/// Fills over the wire: AgentOps batches of up to 500, and one Voker conversation beside each AgentOps session.
#[derive(Debug)]
pub(crate) struct HttpFill {
    seed: u64,
    run: u64,
    rounds: u64,
    step_us: i64,
    filled: Filled,
    known: Known,
}

impl HttpFill {
    /// A filling whose times are spread so that `planned` events take thirty days.
    pub(crate) fn new(seed: u64, planned: u64) -> HttpFill {
        let run = uuid::Uuid::new_v4().as_u128() as u64;
        let known = Known { oldest_us: now_us() - SPAN_US, ..Known::default() };
        HttpFill { seed, run, rounds: 0, step_us: SPAN_US / planned.max(1) as i64, filled: Filled::default(), known }
    }

    /// Sends to this server from now on; it may have been restarted elsewhere.
    pub(crate) fn on<'a>(&'a mut self, target: &'a Target) -> Wire<'a> {
        Wire { plan: self, target }
    }
}

/// A filling and where it goes.
pub(crate) struct Wire<'a> {
    plan: &'a mut HttpFill,
    target: &'a Target,
}

/// What the connections share while they fill.
struct Shared<'a> {
    target: &'a Target,
    fingerprint_id: String,
    goal: u64,
    taken: AtomicU64,
    bytes: AtomicU64,
    oldest_us: i64,
    step_us: i64,
    found: Mutex<Known>,
}

impl Fill for Wire<'_> {
    fn fill(&mut self, events: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<Filled, Error> {
        let start = Instant::now();
        let before = self.plan.filled.events;
        let shared = Shared {
            target: self.target,
            fingerprint_id: register_fingerprint(self.target)?,
            goal: events,
            taken: AtomicU64::new(before),
            bytes: AtomicU64::new(self.plan.filled.bytes),
            oldest_us: self.plan.known.oldest_us,
            step_us: self.plan.step_us,
            found: Mutex::new(std::mem::take(&mut self.plan.known)),
        };
        self.plan.rounds += 1;
        let lanes = (0..CONNECTIONS).map(|lane| self.plan.rounds * CONNECTIONS + lane);
        let outcomes: Vec<Result<(), Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = lanes
                .map(|lane| {
                    let (shared, seed, run) = (&shared, self.plan.seed, self.plan.run);
                    scope.spawn(move || Filler::new(shared, seed, run, lane).run(progress))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("a filler does not panic")).collect()
        });
        self.plan.known = shared.found.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        outcomes.into_iter().collect::<Result<(), Error>>()?;
        let there = shared.taken.into_inner();
        self.plan.filled = Filled {
            events: there,
            bytes: shared.bytes.into_inner(),
            events_per_second: (there - before) as f64 / start.elapsed().max(Duration::from_millis(1)).as_secs_f64(),
        };
        Ok(self.plan.filled)
    }

    fn known(&self) -> &Known {
        &self.plan.known
    }
}

/// One connection that fills.
struct Filler<'a> {
    shared: &'a Shared<'a>,
    conn: Conn,
    traffic: Traffic,
    run: u64,
    numbers: Numbers,
    sent: u64,
    sessions: u64,
}

impl<'a> Filler<'a> {
    fn new(shared: &'a Shared<'a>, seed: u64, run: u64, lane: u64) -> Filler<'a> {
        let traffic = Traffic::new(mix(seed ^ (lane << 32)));
        Filler { shared, conn: Conn::new(shared.target), traffic, run, numbers: Numbers::new(run, lane), sent: 0, sessions: 0 }
    }

    fn run(mut self, progress: &(dyn Fn(u64) + Sync)) -> Result<(), Error> {
        while self.shared.taken.load(Ordering::Relaxed) < self.shared.goal {
            let size = self.traffic.session_events();
            let session = self.traffic.agentops_session(size);
            progress(self.agentops(&session)?);
            progress(self.voker()?);
        }
        Ok(())
    }

    /// Takes the next stretch of time for so many events.
    fn take(&self, events: usize) -> i64 {
        let index = self.shared.taken.fetch_add(events as u64, Ordering::Relaxed);
        self.shared.oldest_us + index as i64 * self.shared.step_us
    }

    fn number(&mut self) -> u64 {
        self.sent += 1;
        let number = self.numbers.at(self.sent);
        if self.sent.is_multiple_of(REMEMBER_EVERY) {
            self.remember(|known| known.events.push(event_uuid(number)));
        }
        number
    }

    fn remember(&self, note: impl FnOnce(&mut Known)) {
        note(&mut self.shared.found.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
    }

    fn agentops(&mut self, session: &AgentopsSession) -> Result<u64, Error> {
        let started_us = self.take(session.events.len());
        self.sessions += 1;
        let key = uuid::Uuid::from_u128(event_uuid(mix(self.numbers.at(self.sessions)))).to_string();
        let api_key = format!("X-Agentops-Api-Key: {}\r\n", self.shared.target.key);
        let body = session_body(&key, &time_text(started_us), "null", "Indeterminate", &session.tags);
        let answer = self.call("POST /v2/create_session", &api_key, &body)?;
        let answer: serde_json::Value = serde_json::from_slice(&answer).unwrap_or_default();
        let jwt = answer["jwt"].as_str().ok_or_else(|| Error::Server("POST /v2/create_session answered without a jwt".to_owned()))?;
        let credentials = format!("{api_key}Authorization: Bearer {jwt}\r\n");
        let agent = format!("{{\"id\": \"{}\", \"name\": \"{}\"}}", session.agent_id, session.agent);
        self.call("POST /v2/create_agent", &credentials, &agent)?;
        let mut at = started_us;
        for batch in session.events.chunks(BATCH) {
            let mut body = b"{\"events\": [".to_vec();
            for template in batch {
                if body.last() == Some(&b'}') {
                    body.extend_from_slice(b", ");
                }
                let number = self.number();
                template.render(Fresh { session: &[b'-'; 24], number, started_us: at }, &mut body);
                at += self.shared.step_us;
            }
            body.extend_from_slice(b"]}");
            self.shared.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
            self.call("POST /v2/create_events", &credentials, &String::from_utf8_lossy(&body))?;
        }
        let ended = format!("\"{}\"", time_text(at));
        let body = session_body(&key, &time_text(started_us), &ended, session.end_state, &session.tags);
        self.call("POST /v2/update_session", &credentials, &body)?;
        self.remember(|known| known.sessions.push(key));
        Ok(session.events.len() as u64)
    }

    fn voker(&mut self) -> Result<u64, Error> {
        let session = self.traffic.voker_session(&self.shared.fingerprint_id);
        let started_us = self.take(session.events.len());
        self.sessions += 1;
        let key = session_key(self.run, self.numbers.at(self.sessions));
        let credentials = format!("Authorization: Bearer {}\r\n", self.shared.target.key);
        for (index, template) in session.events.iter().enumerate() {
            let mut body = Vec::with_capacity(template.len());
            let number = self.number();
            template.render(Fresh { session: &key, number, started_us: started_us + index as i64 * self.shared.step_us }, &mut body);
            self.shared.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
            self.call("POST /api/v1/events", &credentials, &String::from_utf8_lossy(&body))?;
        }
        self.remember(|known| {
            known.sessions.push(String::from_utf8_lossy(&key).into_owned());
            known.people.push(session.person.clone());
        });
        Ok(session.events.len() as u64)
    }

    /// A full server asks to come back later; filling does, a few hundred times.
    fn call(&mut self, start: &str, credentials: &str, body: &str) -> Result<Vec<u8>, Error> {
        let mut request = Vec::with_capacity(body.len() + 512);
        crate::http::write_head(&mut request, start, &self.shared.target.authority, credentials, body.len());
        request.extend_from_slice(body.as_bytes());
        for _ in 0..500 {
            let answer = self.conn.exchange(&request).map_err(|error| Error::Server(format!("{start}: {error}")))?;
            if answer.is_success() {
                let (position, body) = (answer.position, answer.body.to_vec());
                if let Some(position) = position {
                    self.remember(|known| known.position = known.position.max(position));
                }
                return Ok(body);
            }
            if answer.status != 503 {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        call(&mut self.conn, &self.shared.target.authority, start, credentials, body)
    }
}
