//! The write path: one group of changes, one transaction, one journal record.
//!
//! A change first finds out whether it can be done and only then writes, so a refused one leaves no trace and uses up no number,
//! without savepoints. Sessions that a group touches are gathered in memory and written once, at its end.

mod agents;
mod answers;
mod cache;
mod catalogue;
mod events;
mod journal;
mod notices;
mod sessions;
#[cfg(test)]
mod tests;
pub(crate) mod traces;

use std::sync::Arc;

use debrief_model::{Error, ErrorKind, Event, EventId, Position, Seq, TenantId, Timestamp, Trace};
use debrief_store::notice::{Notice, Place};
use debrief_store::{Change, Commit, Group, Mint, Origin, Outcome, Record};
use rusqlite::{Connection, ErrorCode};

pub(crate) use answers::forget as forget_answers;
use cache::Caches;
pub(crate) use journal::trim;
pub(crate) use notices::keep as keep_notice;
use sessions::Touched;
use traces::TouchedTraces;

/// The one connection that writes, and what it remembers.
pub(crate) struct Writer {
    pub(crate) conn: Connection,
    counters: Counters,
    caches: Caches,
    /// Set once the disk refused: what is on it is no longer certain, so nothing more is written.
    refusing: bool,
}

/// Where every count has got to; in step with the tables after each group.
#[derive(Clone, Copy, Debug)]
struct Counters {
    position: Position,
    hash: [u8; 32],
    seq: Seq,
    session: u64,
    person: u64,
    fingerprint: u64,
}

/// A group being committed.
struct Work<'a> {
    conn: &'a Connection,
    counters: &'a mut Counters,
    caches: &'a mut Caches,
    position: Position,
    now: Timestamp,
    mint: Mint,
    /// Who asked for the change being made.
    origin: Arc<Origin>,
    /// The event that brings about what is being made, if one does.
    cause: Option<EventId>,
    touched: Touched,
    traces: TouchedTraces,
    events: Vec<Event>,
    revisions: Vec<Event>,
}

impl Work<'_> {
    /// Records that something of the catalogue changed.
    fn tell(&mut self, tenant: TenantId, notice: Notice) {
        self.tell_by(tenant, notice);
    }

    /// The same. Answers by which event it is told.
    fn tell_by(&mut self, tenant: TenantId, notice: Notice) -> EventId {
        let seq = self.next_seq();
        let id = self.mint.event(seq);
        let place = Place { tenant, id, seq, position: self.position, recorded_at: self.now };
        let event = notice.into_event(place, &self.origin, self.cause);
        self.events.push(event);
        id
    }

    fn next_seq(&mut self) -> Seq {
        self.counters.seq = Seq(self.counters.seq.0 + 1);
        self.counters.seq
    }
}

/// Why a change stops: it cannot be done, or nothing can.
enum Stop {
    Refused(Error),
    Storage(rusqlite::Error),
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error)
    }
}

impl Writer {
    pub(crate) fn new(conn: Connection) -> rusqlite::Result<Self> {
        let counters = journal::counters(&conn)?;
        Ok(Self { conn, counters, caches: Caches::new(), refusing: false })
    }

    pub(crate) fn commit(&mut self, group: Group) -> debrief_store::Result<Commit> {
        if self.refusing {
            return Err(Error::new(ErrorKind::Unavailable, "The store refuses writes since its disk failed"));
        }
        let before = self.counters;
        self.attempt(group).map_err(|error| {
            self.counters = before;
            self.undo(&error);
            crate::row::unavailable(error)
        })
    }

    /// Those of these traces that there are. This connection has their index in memory, and need not ask again for those there are not.
    pub(crate) fn known_traces(&mut self, ids: &[(TenantId, &str)]) -> rusqlite::Result<Vec<Trace>> {
        let tx = self.conn.transaction()?;
        let mut known = Vec::new();
        for (tenant, id) in ids {
            match crate::read::traces::by_id(&tx, *tenant, id)? {
                Some(trace) => known.push(trace),
                None => self.caches.put_new_trace(name_of(*tenant, id)),
            }
        }
        tx.finish()?;
        Ok(known)
    }

    fn attempt(&mut self, group: Group) -> rusqlite::Result<Commit> {
        self.conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let Group { recorded_at, entropy, changes } = group;
        let position = Position(self.counters.position.0 + 1);
        let mut work = Work {
            conn: &self.conn,
            counters: &mut self.counters,
            caches: &mut self.caches,
            position,
            now: recorded_at,
            mint: Mint::new(recorded_at, entropy),
            origin: Arc::new(Origin::system()),
            cause: None,
            touched: Touched::default(),
            traces: TouchedTraces::default(),
            events: Vec::new(),
            revisions: Vec::new(),
        };
        let count = u32::try_from(changes.len()).unwrap_or(u32::MAX);
        let mut make = |(origin, change)| {
            work.origin = origin;
            work.cause = None;
            outcome(&mut work, change)
        };
        let outcomes = changes.into_iter().map(&mut make).collect::<rusqlite::Result<Vec<_>>>()?;
        let written = sessions::write(&mut work)?;
        let written_traces = traces::write(&mut work)?;
        let Work { events, revisions, .. } = work;
        let record = Record { position, recorded_at, changes: count, events, revisions };
        journal::append(&self.conn, &mut self.counters, &record)?;
        self.conn.prepare_cached("COMMIT")?.execute([])?;
        written.remember(&mut self.caches);
        written_traces.remember(&mut self.caches);
        self.caches.new_traces.clear();
        Ok(Commit { record: Arc::new(record), outcomes })
    }

    /// Forgets everything the failed group did. Only a database that was busy is worth another try.
    fn undo(&mut self, error: &rusqlite::Error) {
        self.caches.clear();
        let rolled_back = self.conn.is_autocommit() || self.conn.execute_batch("ROLLBACK").is_ok();
        let busy = matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked));
        self.refusing = !(busy && rolled_back);
        tracing::error!(%error, refusing = self.refusing, "a commit failed");
    }
}

fn outcome(work: &mut Work<'_>, change: Change) -> rusqlite::Result<debrief_store::Result<Outcome>> {
    match apply(work, change) {
        Ok(outcome) => Ok(Ok(outcome)),
        Err(Stop::Refused(error)) => Ok(Err(error)),
        Err(Stop::Storage(error)) => Err(error),
    }
}

fn apply(work: &mut Work<'_>, change: Change) -> Result<Outcome, Stop> {
    match change {
        Change::Record { tenant, events } => events::record(work, tenant, events),
        Change::Revise { tenant, revisions } => events::revise(work, tenant, revisions),
        Change::PutAgent { tenant, name, description } => agents::put(work, tenant, &name, description.as_deref()),
        Change::CreateAgent { tenant, agent } => agents::create(work, tenant, agent),
        Change::PatchAgent { tenant, agent, patch } => agents::patch(work, tenant, agent, *patch),
        Change::DeleteAgent { tenant, agent } => agents::delete(work, tenant, agent),
        Change::PutAgentVersion { tenant, agent, name, description } => {
            agents::put_version(work, tenant, &agent, &name, description.as_deref())
        }
        Change::PutAgentAlias { tenant, session, alias, name } => sessions::put_alias(work, tenant, &session, &alias, &name),
        Change::PutPerson { tenant, key, properties } => catalogue::put_person(work, tenant, &key, properties.as_deref()),
        Change::UpdatePerson { tenant, key, properties } => catalogue::update_person(work, tenant, key, properties.as_deref()),
        Change::PutFingerprint { tenant, id, runtime } => catalogue::put_fingerprint(work, tenant, id, runtime),
        Change::PutSession { tenant, key, patch, shared_with, alias } => {
            let said = sessions::Said { patch, shared_with, alias };
            sessions::put(work, tenant, &key, said)
        }
        Change::AppendSessionLog { tenant, session, text } => sessions::append_log(work, tenant, &session, &text),
        Change::PutThread { tenant, session, thread, agent_alias } => {
            sessions::put_thread(work, tenant, &session, &thread, agent_alias.as_deref())
        }
        Change::KeepAnswer { tenant, key, answer } => answers::keep(work, tenant, &key, &answer),
        Change::TakeNotices => notices::take(work),
    }
}

/// A name without a further scope.
fn name_of(tenant: TenantId, name: &str) -> cache::KeyRef<'_> {
    cache::KeyRef { tenant, scope: 0, name }
}

/// Gives all unused pages back to the file system.
pub(crate) fn vacuum(conn: &Connection) -> rusqlite::Result<()> {
    let mut statement = conn.prepare("PRAGMA incremental_vacuum")?;
    let mut pages = statement.query([])?;
    // Each step gives back one page.
    while pages.next()?.is_some() {}
    Ok(())
}
