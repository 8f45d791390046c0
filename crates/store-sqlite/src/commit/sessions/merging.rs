//! A session becomes part of another one.

use debrief_model::{Resolution, SessionNumber, TenantId, Told};
use debrief_store::notice::{self, Thread};
use rusqlite::{Connection, params};

use super::super::Work;
use super::super::cache::Live;
use super::Slot;
use super::said::{put_tags, take_set};
use crate::{courses, row};

/// A session whose last event went to another one becomes part of that: what was said of it counts where nothing else was said of
/// the other, its log and its threads are the other's, and its key finds the other from now on.
pub(in crate::commit) fn dissolve(work: &mut Work<'_>, slot: Slot, into: Slot) -> rusqlite::Result<()> {
    let mut set = take_set(work, slot)?;
    let former = take_set(work, into)?;
    let (tenant, number, own_tags) = (work.touched.entries[slot.0].tenant, work.touched.live(slot).number, set.tags.clone());
    let Live { started_told, started_at, last_activity_at, .. } = *work.touched.live(slot);
    let told = started_told.then_some(started_at);
    set.started_at = told.or(set.started_at);
    set.absorb(former.clone());
    let target = work.touched.change(into);
    let (to, to_key) = (target.live.number, target.key.clone());
    (target.live.told, target.live.resolution) = (Told::of(&set), Resolution::of(&set));
    target.live.last_activity_at = target.live.last_activity_at.max(last_activity_at);
    if let Some(began) = set.started_at {
        (target.live.started_at, target.live.started_told) = (began, true);
    }
    put_tags(work.conn, tenant, row::clamped(to.0), former.tags.as_deref().unwrap_or_default(), set.tags.as_deref().unwrap_or_default())?;
    work.touched.entries[into.0].set = Some(set);
    let entry = &mut work.touched.entries[slot.0];
    entry.gone = true;
    let thread = Thread { id: entry.live.id, key: &entry.key };
    let (merged, key, was_stored, agent) =
        (notice::session_merged(thread, &to_key), entry.key.clone(), !entry.is_new, entry.live.course_of);
    work.touched.by_key.remove(&(tenant, key.clone()));
    work.touched.by_number.remove(&number);
    put_tags(work.conn, tenant, row::clamped(number.0), own_tags.as_deref().unwrap_or_default(), &[])?;
    if was_stored {
        remove(work.conn, tenant, number, to)?;
        if let Some(agent) = agent {
            courses::forget(work.conn, tenant, agent, number)?;
        }
    }
    let sql = "INSERT OR REPLACE INTO session_aliases (tenant, alias, session) VALUES (?1, ?2, ?3)";
    work.conn.prepare_cached(sql)?.execute(params![tenant.0, key, row::clamped(to.0)])?;
    work.tell(tenant, merged);
    Ok(())
}

/// Removes a session's rows; what hangs on it and is worth keeping goes to `to`.
fn remove(conn: &Connection, tenant: TenantId, number: SessionNumber, to: SessionNumber) -> rusqlite::Result<()> {
    let (from, to) = (row::clamped(number.0), row::clamped(to.0));
    for sql in [
        "UPDATE session_aliases SET session = ?2 WHERE session = ?1",
        "INSERT INTO session_logs (session, part, text) SELECT ?2, part + (SELECT coalesce(max(part), 0) FROM session_logs WHERE session = ?2), \
         text FROM session_logs WHERE session = ?1",
        "UPDATE OR IGNORE threads SET session = ?2 WHERE session = ?1",
        "UPDATE OR IGNORE session_hosts SET session = ?2 WHERE session = ?1",
        "UPDATE OR IGNORE session_metadata SET session = ?2 WHERE session = ?1",
    ] {
        conn.prepare_cached(sql)?.execute([from, to])?;
    }
    for table in ["session_logs", "threads", "session_hosts", "session_metadata", "session_agents", "agent_aliases"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE session = ?1"))?.execute([from])?;
    }
    conn.prepare_cached("DELETE FROM sessions WHERE number = ?1")?.execute([from])?;
    conn.prepare_cached("UPDATE session_counts SET sessions = sessions - 1 WHERE tenant = ?1")?.execute([tenant.0])?;
    Ok(())
}
