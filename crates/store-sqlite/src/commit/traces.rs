//! Traces within a group: opened once, changed in memory, written once at the end.

use std::sync::LazyLock;

use debrief_model::{Contribution, Event, Facts, SessionNumber, TenantId, Timestamp, Totals};
use hashbrown::HashMap;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::cache::{Caches, Key};
use super::{Work, name_of};
use crate::row;

/// What recording an event must know of its trace.
#[derive(Clone, Debug)]
pub(crate) struct LiveTrace {
    /// `None` until its row is written.
    number: Option<i64>,
    session: Option<SessionNumber>,
    name: Option<String>,
    /// When the operation that it is named after began.
    named_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    totals: Totals,
}

/// The traces of this group.
#[derive(Default)]
pub(super) struct TouchedTraces(HashMap<Key, LiveTrace>);

/// Notes a new event in its trace, if it is part of one.
pub(super) fn note(work: &mut Work<'_>, event: &Event) -> rusqlite::Result<()> {
    let Some(id) = &event.facts.trace_id else { return Ok(()) };
    let trace = open(work, event.tenant, id)?;
    let at = event.facts.occurred_at;
    if trace.totals.first_event_at.is_none_or(|first| at < first) {
        trace.session = event.links.session;
    }
    trace.totals.add(&Contribution::of(&event.facts), at);
    row::clamp(&mut trace.totals);
    trace.hear(&event.facts);
    Ok(())
}

/// Notes that an event of a trace reads differently from now on.
pub(super) fn revise(work: &mut Work<'_>, before: &Contribution, event: &Event) -> rusqlite::Result<()> {
    let Some(id) = &event.facts.trace_id else { return Ok(()) };
    let trace = open(work, event.tenant, id)?;
    if trace.totals.first_event_at == Some(event.facts.occurred_at) {
        trace.session = event.links.session;
    }
    trace.totals.revise(before, &Contribution::of(&event.facts));
    row::clamp(&mut trace.totals);
    trace.hear(&event.facts);
    Ok(())
}

impl LiveTrace {
    /// A trace is named after the operation that no other contains; of several, after the first.
    fn hear(&mut self, facts: &Facts) {
        self.ended_at = self.ended_at.max(facts.ended_at);
        let is_root = facts.parent_span_id.is_none() && facts.span_id.is_some();
        if is_root && facts.name.is_some() && self.named_at.is_none_or(|at| facts.occurred_at <= at) {
            self.name.clone_from(&facts.name);
            self.named_at = Some(facts.occurred_at);
        }
    }
}

fn open<'w>(work: &'w mut Work<'_>, tenant: TenantId, id: &str) -> rusqlite::Result<&'w mut LiveTrace> {
    let key = name_of(tenant, id);
    if !work.traces.0.contains_key(&key) {
        let known = match work.caches.traces.take(key) {
            Some(live) => live,
            None if work.caches.new_traces.contains(&key) => fresh(),
            None => load(work.conn, tenant, id)?.unwrap_or_else(fresh),
        };
        work.traces.0.insert(key.owned(), known);
    }
    Ok(work.traces.0.get_mut(&key).expect("it was put there"))
}

fn fresh() -> LiveTrace {
    LiveTrace { number: None, session: None, name: None, named_at: None, ended_at: None, totals: Totals::default() }
}

fn load(conn: &Connection, tenant: TenantId, id: &str) -> rusqlite::Result<Option<LiveTrace>> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let totals = row::TOTALS.join(", ");
        format!("SELECT number, session, name, named_at, ended_at, {totals} FROM traces WHERE tenant = ?1 AND id = ?2")
    });
    conn.prepare_cached(&SQL)?.query_row(params![tenant.0, id], live).optional()
}

fn live(row: &Row<'_>) -> rusqlite::Result<LiveTrace> {
    Ok(LiveTrace {
        number: row.get(0)?,
        session: row::maybe_count(row, 1)?.map(SessionNumber),
        name: row.get(2)?,
        named_at: row::maybe_time(row, 3)?,
        ended_at: row::maybe_time(row, 4)?,
        totals: row::totals(row, 5)?,
    })
}

/// Traces whose rows are written; remembered once the transaction is.
pub(super) struct WrittenTraces(TouchedTraces);

impl WrittenTraces {
    pub(super) fn remember(self, caches: &mut Caches) {
        for (key, live) in self.0.0 {
            caches.traces.keep(key, live);
        }
    }
}

/// Writes every trace of the group.
pub(super) fn write(work: &mut Work<'_>) -> rusqlite::Result<WrittenTraces> {
    let mut touched = std::mem::take(&mut work.traces);
    for (key, live) in &mut touched.0 {
        if live.number.is_none() {
            insert(work.conn, key, live)?;
            live.number = Some(work.conn.last_insert_rowid());
        } else {
            update(work.conn, live)?;
        }
    }
    Ok(WrittenTraces(touched))
}

fn insert(conn: &Connection, key: &Key, live: &LiveTrace) -> rusqlite::Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let (totals, values) = (row::TOTALS.join(", "), row::numbered(TENANT + 1));
        format!("INSERT INTO traces (number, session, name, named_at, started_at, ended_at, {totals}, tenant, id) VALUES ({values})")
    });
    let mut statement = conn.prepare_cached(&SQL)?;
    bind(&mut statement, live)?;
    statement.raw_bind_parameter(TENANT, key.tenant)?;
    statement.raw_bind_parameter(TENANT + 1, &*key.name)?;
    statement.raw_execute()?;
    Ok(())
}

fn update(conn: &Connection, live: &LiveTrace) -> rusqlite::Result<()> {
    static SQL: LazyLock<String> = LazyLock::new(|| {
        let totals = row::set_totals(TOTALS);
        format!("UPDATE traces SET session = ?2, name = ?3, named_at = ?4, started_at = ?5, ended_at = ?6, {totals} WHERE number = ?1")
    });
    let mut statement = conn.prepare_cached(&SQL)?;
    bind(&mut statement, live)?;
    statement.raw_execute()?;
    Ok(())
}

/// Where the parameters of totals begin, and those of what never changes.
const TOTALS: usize = 7;
const TENANT: usize = TOTALS + row::TOTALS.len();

fn bind(statement: &mut CachedStatement<'_>, live: &LiveTrace) -> rusqlite::Result<()> {
    let LiveTrace { number, session, name, named_at, ended_at, totals } = live;
    statement.raw_bind_parameter(1, number)?;
    statement.raw_bind_parameter(2, session.map(|session| row::clamped(session.0)))?;
    statement.raw_bind_parameter(3, name)?;
    statement.raw_bind_parameter(4, named_at.map(|at| at.0))?;
    statement.raw_bind_parameter(5, totals.first_event_at.map_or(0, |at| at.0))?;
    statement.raw_bind_parameter(6, ended_at.map(|at| at.0))?;
    row::bind_totals(statement, TOTALS, totals)
}
