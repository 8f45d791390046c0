//! Writing the sessions' own rows at the end of a group.

use debrief_model::{Conversation, Resolution, SessionPatch, TenantId};
use rusqlite::{Connection, ToSql, params};

use super::super::cache::{Caches, Live};
use super::super::{Work, name_of};
use super::Entry;
use crate::{courses, row};

/// Sessions whose rows are written; remembered once the transaction is.
pub(in crate::commit) struct Written(Vec<Entry>);

impl Written {
    pub(in crate::commit) fn remember(self, caches: &mut Caches) {
        for Entry { tenant, key, live, .. } in self.0 {
            caches.sessions.put(name_of(tenant, &key), live);
        }
    }
}

/// Writes every session of the group: only the columns that changed, since each indexed column in the list costs its index.
pub(in crate::commit) fn write(work: &mut Work<'_>) -> rusqlite::Result<Written> {
    let mut entries = std::mem::take(&mut work.touched).entries;
    entries.retain(|entry| !entry.gone);
    for entry in &mut entries {
        if entry.is_new {
            insert(work.conn, entry)?;
            count_new(work.conn, entry.tenant)?;
        } else if entry.happened {
            update(work.conn, entry)?;
        }
        if entry.relinked && !entry.is_new {
            update_links(work.conn, entry)?;
        }
        if let Some(set) = &entry.set {
            update_set(work.conn, entry, set)?;
        }
        write_course(work.conn, entry)?;
    }
    Ok(Written(entries))
}

/// Conversations are judged by agent: a session that gets another one moves.
fn write_course(conn: &Connection, entry: &mut Entry) -> rusqlite::Result<()> {
    let (tenant, live) = (entry.tenant, &mut entry.live);
    if let Some(former) = live.course_of.filter(|former| *former != live.agent) {
        courses::forget(conn, tenant, former, live.number)?;
    }
    live.course_of = Some(live.agent);
    let conversation = Conversation {
        session: live.number,
        agent_version: live.agent_version,
        started_at: live.started_at,
        last_activity_at: live.last_activity_at,
        told: live.told,
        resolution: live.resolution,
        course: live.course,
    };
    courses::write(conn, &courses::Written { tenant, agent: live.agent, conversation: &conversation })
}

fn count_new(conn: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let sql = "INSERT INTO session_counts (tenant, sessions) VALUES (?1, 1) ON CONFLICT DO UPDATE SET sessions = sessions + 1";
    conn.prepare_cached(sql)?.execute([tenant.0])?;
    Ok(())
}

fn insert(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let live = &entry.live;
    let sql = format!(
        "INSERT INTO sessions (number, started_at, last_activity_at, agent_named_at, person_named_at, unnamed, {}, tenant, key, id, \
         agent, agent_version, person, fingerprint, shared_with) VALUES ({})",
        row::TOTALS.join(", "),
        row::numbered(UNMOVED + 7)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    bind_moving(&mut statement, live)?;
    let id = live.id.0.as_bytes().as_slice();
    let links = links(live);
    let others: [&dyn ToSql; 3] = [&entry.tenant.0, &entry.key, &id];
    let links: [&dyn ToSql; 5] = [&links.0, &links.1, &links.2, &links.3, &links.4];
    for (at, value) in others.into_iter().chain(links).enumerate() {
        statement.raw_bind_parameter(UNMOVED + at, value)?;
    }
    statement.raw_execute()?;
    Ok(())
}

fn update(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE sessions SET started_at = ?2, last_activity_at = ?3, agent_named_at = ?4, person_named_at = ?5, unnamed = ?6, {} \
         WHERE number = ?1",
        row::set_totals(TOTALS)
    );
    let mut statement = conn.prepare_cached(&sql)?;
    bind_moving(&mut statement, &entry.live)?;
    statement.raw_execute()?;
    Ok(())
}

/// Where the parameters of totals begin, and those of what no event moves.
const TOTALS: usize = 7;
const UNMOVED: usize = TOTALS + row::TOTALS.len();

/// The parameters that every event moves.
fn bind_moving(statement: &mut rusqlite::CachedStatement<'_>, live: &Live) -> rusqlite::Result<()> {
    statement.raw_bind_parameter(1, row::clamped(live.number.0))?;
    statement.raw_bind_parameter(2, live.started_at.0)?;
    statement.raw_bind_parameter(3, live.last_activity_at.0)?;
    statement.raw_bind_parameter(4, live.agent_named_at.map(|at| at.0))?;
    statement.raw_bind_parameter(5, live.person_named_at.map(|at| at.0))?;
    statement.raw_bind_parameter(6, row::clamped(live.unnamed))?;
    row::bind_totals(statement, TOTALS, &live.totals)
}

type LinkValues = (Option<u32>, Option<u32>, Option<i64>, Option<i64>, Option<u32>);

fn links(live: &Live) -> LinkValues {
    (
        live.agent.map(|n| n.0),
        live.agent_version.map(|n| n.0),
        live.person.map(|n| row::clamped(n.0)),
        live.fingerprint.map(|n| row::clamped(n.0)),
        live.shared_with.map(|n| n.0),
    )
}

fn update_links(conn: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    let (agent, version, person, fingerprint, shared) = links(&entry.live);
    let sql = "UPDATE sessions SET agent = ?2, agent_version = ?3, person = ?4, fingerprint = ?5, shared_with = ?6 WHERE number = ?1";
    let number = row::clamped(entry.live.number.0);
    conn.prepare_cached(sql)?.execute(params![number, agent, version, person, fingerprint, shared])?;
    Ok(())
}

fn update_set(conn: &Connection, entry: &Entry, set: &SessionPatch) -> rusqlite::Result<()> {
    let SessionPatch {
        started_at,
        ended_at,
        end_state,
        end_state_reason,
        tags,
        environment,
        video,
        host: _,
        title,
        metadata: _,
        resolution,
        resolved_by,
    } = set;
    let sql = "UPDATE sessions SET told_started_at = ?2, ended_at = ?3, end_state = ?4, end_state_reason = ?5, tags = ?6, \
               environment = ?7, video = ?8, title = ?9, resolution = ?10, resolved_by = ?11 WHERE number = ?1";
    conn.prepare_cached(sql)?.execute(params![
        row::clamped(entry.live.number.0),
        started_at.map(|at| at.0),
        ended_at.map(|at| at.0),
        end_state,
        end_state_reason,
        tags.as_deref().map(row::tags_json),
        environment,
        video,
        title,
        resolution.map(Resolution::code),
        resolved_by.map(|event| event.0.into_bytes()),
    ])?;
    Ok(())
}
