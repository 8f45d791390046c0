//! Finding a session of the group, or opening it: from the cache, from its row, or new.

use debrief_model::{
    AgentNumber, Course, PersonNumber, Resolution, SessionId, SessionNumber, SessionPatch, TenantId, Timestamp, Told, VersionNumber,
};
use debrief_store::notice::{self, Thread};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::cache::Live;
use super::super::{Work, name_of};
use super::{Entry, Slot};
use crate::{courses, row};

/// The session of that key. Where unknown it is created, as begun at `began`.
pub(in crate::commit) fn open(work: &mut Work<'_>, tenant: TenantId, key: &str, began: Timestamp) -> rusqlite::Result<Slot> {
    let (slot, is_new) = find_or_make(work, tenant, key)?;
    if is_new {
        let id = work.touched.live(slot).id;
        work.tell(tenant, notice::session_started(Thread { id, key }, began, &SessionPatch::default()));
    }
    Ok(slot)
}

/// Answers also whether the session is new, and then nobody has been told of it yet.
pub(super) fn find_or_make(work: &mut Work<'_>, tenant: TenantId, key: &str) -> rusqlite::Result<(Slot, bool)> {
    if let Some(slot) = work.touched.find(tenant, key) {
        return Ok((slot, false));
    }
    let known = match work.caches.sessions.take(name_of(tenant, key)) {
        Some(live) => Some(live),
        None => load(work.conn, tenant, key)?,
    };
    let is_new = known.is_none();
    let live = known.unwrap_or_else(|| create(work));
    let entry = Entry { tenant, key: key.into(), live, is_new, happened: is_new, relinked: false, gone: false, set: None };
    Ok((work.touched.insert(entry), is_new))
}

/// The session of that number, if it is the tenant's.
pub(in crate::commit) fn open_number(work: &mut Work<'_>, tenant: TenantId, number: SessionNumber) -> rusqlite::Result<Option<Slot>> {
    if let Some(slot) = work.touched.by_number.get(&number).copied() {
        return Ok((work.touched.entries[slot.0].tenant == tenant).then_some(slot));
    }
    let sql = "SELECT key FROM sessions WHERE number = ?1 AND tenant = ?2";
    let mut statement = work.conn.prepare_cached(sql)?;
    let key: Option<String> = statement.query_row(params![row::clamped(number.0), tenant.0], |row| row.get(0)).optional()?;
    let now = work.now;
    key.map(|key| open(work, tenant, &key, now)).transpose()
}

fn create(work: &mut Work<'_>) -> Live {
    work.counters.session += 1;
    let number = SessionNumber(work.counters.session);
    Live {
        number,
        id: work.mint.session(number),
        agent: None,
        agent_named_at: None,
        agent_version: None,
        unnamed: 0,
        person: None,
        person_named_at: None,
        fingerprint: None,
        shared_with: None,
        started_at: work.now,
        started_told: false,
        // Set by whatever happens first in it; events may have happened before now.
        last_activity_at: Timestamp(i64::MIN),
        totals: debrief_model::Totals::default(),
        noted: None,
        told: None,
        resolution: None,
        course: Course::default(),
        course_of: None,
    }
}

fn load(conn: &Connection, tenant: TenantId, key: &str) -> rusqlite::Result<Option<Live>> {
    let sql = "SELECT number, id, agent, agent_named_at, agent_version, person, fingerprint, shared_with, started_at, told_started_at, \
               last_activity_at, events, llm_calls, tool_calls, actions, errors, failures, input_tokens, output_tokens, cache_read_tokens, \
               cache_write_tokens, reasoning_tokens, cost_nano_usd, first_event_at, last_event_at, unpriced, ended_at, end_state, \
               person_named_at, unnamed, resolution FROM sessions WHERE tenant = ?1 AND key = ?2";
    let Some(mut live) = conn.prepare_cached(sql)?.query_row(params![tenant.0, key], live).optional()? else { return Ok(None) };
    live.course = courses::of(conn, tenant, live.agent, live.number)?;
    Ok(Some(live))
}

fn live(row: &Row<'_>) -> rusqlite::Result<Live> {
    let maybe = |at| -> rusqlite::Result<Option<u64>> { row.get::<_, Option<i64>>(at).map(|found| found.map(i64::cast_unsigned)) };
    let (ended_at, end_state, resolution) = (row::maybe_time(row, 26)?, row.get(27)?, row::resolution(row, 30)?);
    let set = SessionPatch { ended_at, end_state, resolution, ..SessionPatch::default() };
    Ok(Live {
        number: SessionNumber(row::count(row, 0)?),
        id: SessionId(row::uuid(row, 1)?),
        agent: row.get::<_, Option<u32>>(2)?.map(AgentNumber),
        agent_named_at: row::maybe_time(row, 3)?,
        agent_version: row.get::<_, Option<u32>>(4)?.map(VersionNumber),
        unnamed: row::count(row, 29)?,
        person: maybe(5)?.map(PersonNumber),
        person_named_at: row::maybe_time(row, 28)?,
        fingerprint: maybe(6)?.map(debrief_model::FingerprintNumber),
        shared_with: row.get::<_, Option<u32>>(7)?.map(TenantId),
        started_at: row::time(row, 8)?,
        started_told: row::maybe_time(row, 9)?.is_some(),
        last_activity_at: row::time(row, 10)?,
        totals: row::totals(row, 11)?,
        noted: None,
        told: Told::of(&set),
        resolution: Resolution::of(&set),
        course: Course::default(),
        course_of: Some(row.get::<_, Option<u32>>(2)?.map(AgentNumber)),
    })
}

/// Opens a session for something other than an event, which counts as activity now.
pub(super) fn open_now(work: &mut Work<'_>, tenant: TenantId, key: &str) -> rusqlite::Result<Slot> {
    let now = work.now;
    let slot = open(work, tenant, key, now)?;
    touch(work, slot);
    Ok(slot)
}

pub(super) fn touch(work: &mut Work<'_>, slot: Slot) {
    let now = work.now;
    let live = &mut work.touched.change(slot).live;
    live.last_activity_at = live.last_activity_at.max(now);
}
