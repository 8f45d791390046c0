//! What hangs on a session and goes to a table of its own at once: who took part, aliases of agents, the log, threads.

use debrief_model::{AgentNumber, TenantId, VersionNumber};
use debrief_store::Outcome;
use debrief_store::notice::{self, Thread};
use rusqlite::{OptionalExtension, params};
use serde_json::json;

use super::super::cache::KeyRef;
use super::super::{Stop, Work, agents, events};
use super::Slot;
use super::opening::open_now;
use crate::row;

/// Notes that the agent took part.
pub(in crate::commit) fn note_agent(work: &mut Work<'_>, slot: Slot, agent: AgentNumber, version: VersionNumber) -> rusqlite::Result<()> {
    let entry = work.touched.change(slot);
    if entry.live.noted == Some((agent, version)) {
        return Ok(());
    }
    entry.live.noted = Some((agent, version));
    let sql = "INSERT OR IGNORE INTO session_agents (session, agent, agent_version, tenant) VALUES (?1, ?2, ?3, ?4)";
    let values = params![row::clamped(entry.live.number.0), agent.0, version.0, entry.tenant.0];
    work.conn.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// Notes that the agent took no part after all.
pub(in crate::commit) fn forget_agent(work: &mut Work<'_>, slot: Slot, agent: AgentNumber) -> rusqlite::Result<()> {
    let entry = work.touched.change(slot);
    entry.live.noted = entry.live.noted.filter(|(noted, _)| *noted != agent);
    let sql = "DELETE FROM session_agents WHERE session = ?1 AND agent = ?2";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(entry.live.number.0), agent.0])?;
    Ok(())
}

/// The agent that `alias` names within the session.
pub(in crate::commit) fn alias(work: &mut Work<'_>, tenant: TenantId, slot: Slot, alias: &str) -> rusqlite::Result<Option<AgentNumber>> {
    let session = work.touched.live(slot).number.0;
    let key = KeyRef { tenant, scope: session, name: alias };
    if let Some(known) = work.caches.aliases.get(key) {
        return Ok(known);
    }
    let sql = "SELECT agent FROM agent_aliases WHERE session = ?1 AND alias = ?2";
    let mut statement = work.conn.prepare_cached(sql)?;
    let found = statement.query_row(params![row::clamped(session), alias], |row| Ok(AgentNumber(row.get(0)?))).optional()?;
    work.caches.aliases.put(key, found);
    Ok(found)
}

pub(in crate::commit) fn put_alias(work: &mut Work<'_>, tenant: TenantId, session: &str, alias: &str, name: &str) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let agent = agents::mentioned(work, tenant, name)?;
    let version = events::default_version(work, tenant, agent)?;
    note_agent(work, slot, agent, version)?;
    if self::alias(work, tenant, slot, alias)? != Some(agent) {
        extended(work, tenant, slot, "agentAlias", json!({ "alias": alias, "agent": name }));
    }
    let session = work.touched.live(slot).number.0;
    let sql = "INSERT INTO agent_aliases (session, alias, agent) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET agent = excluded.agent";
    work.conn.prepare_cached(sql)?.execute(params![row::clamped(session), alias, agent.0])?;
    work.caches.aliases.put(KeyRef { tenant, scope: session, name: alias }, Some(agent));
    Ok(Outcome::Done)
}

pub(in crate::commit) fn append_log(work: &mut Work<'_>, tenant: TenantId, session: &str, text: &str) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let number = row::clamped(work.touched.live(slot).number.0);
    let sql = "INSERT INTO session_logs (session, part, text) \
               SELECT ?1, coalesce(max(part), 0) + 1, ?2 FROM session_logs WHERE session = ?1";
    work.conn.prepare_cached(sql)?.execute(params![number, text])?;
    extended(work, tenant, slot, "log", json!({ "bytes": text.len() }));
    Ok(Outcome::Done)
}

pub(in crate::commit) fn put_thread(
    work: &mut Work<'_>,
    tenant: TenantId,
    session: &str,
    thread: &str,
    agent_alias: Option<&str>,
) -> Result<Outcome, Stop> {
    let slot = open_now(work, tenant, session)?;
    let number = row::clamped(work.touched.live(slot).number.0);
    let sql = "INSERT OR IGNORE INTO threads (session, thread, agent_alias) VALUES (?1, ?2, ?3)";
    if work.conn.prepare_cached(sql)?.execute(params![number, thread, agent_alias])? > 0 {
        extended(work, tenant, slot, "thread", json!({ "id": thread, "agentAlias": agent_alias }));
    }
    Ok(Outcome::Done)
}

/// Tells that something was added to a session.
fn extended(work: &mut Work<'_>, tenant: TenantId, slot: Slot, what: &'static str, value: serde_json::Value) {
    let entry = work.touched.change(slot);
    let notice = notice::session_extended(Thread { id: entry.live.id, key: &entry.key }, what, value);
    work.tell(tenant, notice);
}
