//! Names for numbers.

use std::collections::HashMap;
use std::hash::Hash;

use debrief_model::{AgentId, FingerprintId, SessionId, TenantId};
use debrief_store::{Names, Wanted};
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

use crate::row;

pub(crate) fn names(conn: &Connection, tenant: TenantId, wanted: &Wanted) -> rusqlite::Result<Names> {
    let Wanted { agents, versions, people, fingerprints, sessions } = wanted;
    let tenant = tenant.0;
    let name = |row: &Row<'_>| row.get::<_, String>(0);
    let name_and_id = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row::uuid(row, 1)?));
    let agents = look_up(conn, "SELECT name, id FROM agents WHERE tenant = ?1 AND number = ?2", agents, name_and_id, |agent| {
        vec![tenant.into(), agent.0.into()]
    })?;
    let sessions = look_up(conn, "SELECT key, id FROM sessions WHERE tenant = ?1 AND number = ?2", sessions, name_and_id, |session| {
        vec![tenant.into(), row::clamped(session.0)]
    })?;
    Ok(Names {
        agent_ids: agents.iter().map(|(number, (_, id))| (*number, AgentId(*id))).collect(),
        agents: agents.into_iter().map(|(number, (name, _))| (number, name)).collect(),
        versions: look_up(
            conn,
            "SELECT name FROM agent_versions WHERE tenant = ?1 AND agent = ?2 AND number = ?3",
            versions,
            name,
            |(agent, version)| vec![tenant.into(), agent.0.into(), version.0.into()],
        )?,
        people: look_up(conn, "SELECT key FROM people WHERE tenant = ?1 AND number = ?2", people, name, |person| {
            vec![tenant.into(), row::clamped(person.0)]
        })?,
        fingerprints: look_up(
            conn,
            "SELECT id FROM fingerprints WHERE tenant = ?1 AND number = ?2",
            fingerprints,
            |row| row::uuid(row, 0).map(FingerprintId),
            |fingerprint| vec![tenant.into(), row::clamped(fingerprint.0)],
        )?,
        session_ids: sessions.iter().map(|(number, (_, id))| (*number, SessionId(*id))).collect(),
        sessions: sessions.into_iter().map(|(number, (key, _))| (number, key)).collect(),
    })
}

fn look_up<K: Copy + Eq + Hash, V>(
    conn: &Connection,
    sql: &str,
    wanted: &[K],
    read: impl Fn(&Row<'_>) -> rusqlite::Result<V>,
    values: impl Fn(&K) -> Vec<i64>,
) -> rusqlite::Result<HashMap<K, V>> {
    let mut found = HashMap::with_capacity(wanted.len());
    if wanted.is_empty() {
        return Ok(found);
    }
    let mut statement = conn.prepare_cached(sql)?;
    for key in wanted {
        if found.contains_key(key) {
            continue;
        }
        let values = values(key);
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        if let Some(value) = statement.query_row(values.as_slice(), &read).optional()? {
            found.insert(*key, value);
        }
    }
    Ok(found)
}
