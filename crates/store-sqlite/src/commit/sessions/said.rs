//! What somebody says of a session.

use debrief_model::{EventId, Resolution, Session, SessionPatch, TenantId, Timestamp, Told};
use debrief_store::Outcome;
use debrief_store::notice::{self, Thread};
use rusqlite::{Connection, params};

use super::super::cache::Live;
use super::super::{Stop, Work};
use super::opening::{find_or_make, touch};
use super::{Entry, Slot};
use crate::row;

/// What somebody says of a session.
pub(in crate::commit) struct Said {
    pub(in crate::commit) patch: SessionPatch,
    pub(in crate::commit) shared_with: Option<TenantId>,
    pub(in crate::commit) alias: Option<String>,
}

pub(in crate::commit) fn put(work: &mut Work<'_>, tenant: TenantId, key: &str, said: Said) -> Result<Outcome, Stop> {
    let Said { patch, shared_with, alias } = said;
    let (slot, is_new) = find_or_make(work, tenant, key)?;
    // What is said of a session whose events tell when something happened is no activity of its own: it may be said long afterwards. Unless
    // it is that the session goes on.
    if patch.goes_on() || work.touched.live(slot).totals.events == 0 {
        touch(work, slot);
    }
    let number = row::clamped(work.touched.live(slot).number.0);
    let mut set = take_set(work, slot)?;
    if let Some(tags) = &patch.tags {
        put_tags(work.conn, tenant, number, set.tags.as_deref().unwrap_or_default(), tags)?;
    }
    if let Some(host) = &patch.host {
        let sql = "INSERT INTO session_hosts (session, host) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET host = excluded.host";
        work.conn.prepare_cached(sql)?.execute(params![number, host])?;
    }
    if let Some(metadata) = &patch.metadata {
        let sql = "INSERT INTO session_metadata (session, metadata) VALUES (?1, ?2) \
                   ON CONFLICT DO UPDATE SET metadata = excluded.metadata";
        work.conn.prepare_cached(sql)?.execute(params![number, metadata])?;
    }
    if let Some(alias) = alias.filter(|alias| alias != key) {
        let sql = "INSERT OR IGNORE INTO session_aliases (tenant, alias, session) VALUES (?1, ?2, ?3)";
        work.conn.prepare_cached(sql)?.execute(params![tenant.0, alias, number])?;
    }
    let before = set.clone();
    set.absorb(patch);
    let entry = work.touched.change(slot);
    if let Some(told) = set.started_at {
        entry.live.started_at = told;
        entry.live.started_told = true;
    }
    if shared_with.is_some() {
        entry.live.shared_with = shared_with;
        entry.relinked = true;
    }
    (entry.live.told, entry.live.resolution) = (Told::of(&set), Resolution::of(&set));
    let (id, started_at) = (entry.live.id, entry.live.started_at);
    if let Some(event) = tell_said(work, tenant, Thread { id, key }, is_new.then_some(started_at), &before, &set) {
        set.ended_by(event);
    }
    let entry = work.touched.change(slot);
    entry.set = Some(set);
    Ok(Outcome::Session(Box::new(shown(entry))))
}

/// Tells that the session began, at what time, if it did, and what else changed. Answers which event tells how it ended, if one does.
fn tell_said(
    work: &mut Work<'_>,
    tenant: TenantId,
    thread: Thread<'_>,
    began: Option<Timestamp>,
    before: &SessionPatch,
    after: &SessionPatch,
) -> Option<EventId> {
    let Some(began) = began else {
        let told = notice::session_said(thread, before, after).map(|notice| work.tell_by(tenant, notice));
        return told.filter(|_| before.end_state != after.end_state);
    };
    let open = SessionPatch { ended_at: None, ..after.clone() };
    let started = work.tell_by(tenant, notice::session_started(thread, began, &open));
    if let Some(notice) = notice::session_said(thread, &open, after) {
        work.tell(tenant, notice);
    }
    Some(started).filter(|_| after.end_state.is_some())
}

pub(super) fn take_set(work: &mut Work<'_>, slot: Slot) -> rusqlite::Result<SessionPatch> {
    let entry = work.touched.change(slot);
    if let Some(set) = entry.set.take() {
        return Ok(set);
    }
    if entry.is_new {
        return Ok(SessionPatch::default());
    }
    let sql = "SELECT told_started_at, ended_at, end_state, end_state_reason, tags, environment, video, \
               (SELECT host FROM session_hosts WHERE session = number), title, \
               (SELECT metadata FROM session_metadata WHERE session = number), resolution, resolved_by FROM sessions WHERE number = ?1";
    work.conn.prepare_cached(sql)?.query_row([row::clamped(entry.live.number.0)], |row| row::patch(row, 0))
}

pub(super) fn put_tags(conn: &Connection, tenant: TenantId, session: i64, old: &[String], new: &[String]) -> rusqlite::Result<()> {
    for tag in old.iter().filter(|tag| !new.contains(tag)) {
        let sql = "DELETE FROM session_tags WHERE tenant = ?1 AND tag = ?2 AND session = ?3";
        conn.prepare_cached(sql)?.execute(params![tenant.0, tag, session])?;
    }
    for tag in new.iter().filter(|tag| !old.contains(tag)) {
        let sql = "INSERT OR IGNORE INTO session_tags (tenant, tag, session) VALUES (?1, ?2, ?3)";
        conn.prepare_cached(sql)?.execute(params![tenant.0, tag, session])?;
    }
    Ok(())
}

fn shown(entry: &Entry) -> Session {
    let Live { number, id, agent, agent_version, person, fingerprint, shared_with, started_at, last_activity_at, totals, course, .. } =
        entry.live;
    Session {
        tenant: entry.tenant,
        number,
        id,
        key: entry.key.clone(),
        agent,
        agent_version,
        person,
        fingerprint,
        shared_with,
        started_at,
        last_activity_at,
        set: entry.set.clone().unwrap_or_default(),
        totals,
        course,
    }
}
