//! Which sessions records are about, gathered as they are applied, until whoever looks at conversations takes it.
//!
//! Gathering costs a look at each event and no I/O. What is lost with the process is found again in the journal, because it is noted how
//! far what was taken reaches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use debrief_model::{Event, Position, SessionNumber, TenantId, Timestamp, audit};
use debrief_store::{Record, Waiting};
use parking_lot::Mutex;

/// Sessions gathered at most. What comes then is left to be found in the journal.
const SESSIONS_MAX: usize = 200_000;

/// How long nothing must be recorded of a session before it is looked at: two seconds.
const QUIET_US: i64 = 2 * 1_000_000;

/// Sessions that records are about.
#[derive(Debug, Default)]
pub(crate) struct Noting(Mutex<Gathered>);

/// What was gathered from a stretch of records.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gathered {
    /// The record before the stretch.
    pub(crate) after: Position,
    /// The last record of it.
    pub(crate) upto: Position,
    /// Sessions by number.
    pub(crate) sessions: HashMap<SessionNumber, Waiting>,
    /// Sessions that are only named, by id, and are to be looked at at once.
    pub(crate) named: HashSet<(TenantId, String)>,
    /// Events in it.
    pub(crate) events: u64,
}

impl Gathered {
    /// Nothing yet, after a record.
    pub(crate) fn after(position: Position) -> Self {
        Self { after: position, upto: position, ..Self::default() }
    }

    /// Adds a record, which must be the next one.
    pub(crate) fn hear(&mut self, record: &Record, idle_us: i64) {
        for event in record.events.iter().chain(&record.revisions) {
            self.hear_event(event, record, idle_us);
        }
        self.events += (record.events.len() + record.revisions.len()) as u64;
        self.upto = record.position;
    }

    fn hear_event(&mut self, event: &Event, record: &Record, idle_us: i64) {
        let facts = &event.facts;
        let is_told = is_told(event);
        if let Some(session) = event.links.session {
            let ended_at = facts.ended_at.unwrap_or(facts.occurred_at);
            // Where more is on its way it is waited for, so that a past that is imported is not looked at piece by piece.
            let at_least = if is_told { record.recorded_at } else { record.recorded_at.plus_micros(QUIET_US) };
            let due_at = if is_told { at_least } else { ended_at.plus_micros(idle_us).max(at_least) };
            let waiting = Waiting { tenant: event.tenant, session, due_at, position: record.position };
            self.sessions.entry(session).and_modify(|before| *before = newer(*before, waiting)).or_insert(waiting);
        } else if is_told && let Some(id) = facts.resource.as_ref().and_then(|resource| resource.id.clone()) {
            self.named.insert((event.tenant, id));
        }
    }

    fn is_full(&self) -> bool {
        self.sessions.len() + self.named.len() >= SESSIONS_MAX
    }
}

/// Of two notes of one record the later time counts, else the newer one.
fn newer(before: Waiting, now: Waiting) -> Waiting {
    let due_at = if before.position == now.position { before.due_at.max(now.due_at) } else { now.due_at };
    Waiting { due_at, ..now }
}

/// Whether it tells something of a session that there is no reason to wait after: that it ended, that it became part of another one, what
/// came of it.
fn is_told(event: &Event) -> bool {
    let is_of_session = event.facts.resource.as_ref().is_some_and(|resource| resource.kind == audit::CHAT_THREAD);
    is_of_session
        && matches!(
            &*event.facts.event_type,
            "session.ended" | "session.updated" | "session.merged" | "feedback.received" | "score.recorded"
        )
}

impl Noting {
    /// Begins after a record.
    pub(crate) fn after(position: Position) -> Self {
        Self(Mutex::new(Gathered::after(position)))
    }

    /// Adds records, in order.
    pub(crate) fn hear(&self, records: &[Arc<Record>], idle_us: i64) {
        let mut gathered = self.0.lock();
        for record in records {
            // A stretch that lacks something, or that nobody takes, is of no use: a new one begins.
            if record.position.0 != gathered.upto.0 + 1 || gathered.is_full() {
                *gathered = Gathered::after(Position(record.position.0.saturating_sub(1)));
            }
            gathered.hear(record, idle_us);
        }
    }

    /// What was gathered since this was last called.
    pub(crate) fn take(&self) -> Gathered {
        let mut gathered = self.0.lock();
        let next = Gathered::after(gathered.upto);
        std::mem::replace(&mut *gathered, next)
    }
}

/// When the time of a session has come that was only named.
pub(crate) fn at_once(tenant: TenantId, session: SessionNumber, now: Timestamp, position: Position) -> Waiting {
    Waiting { tenant, session, due_at: now, position }
}
