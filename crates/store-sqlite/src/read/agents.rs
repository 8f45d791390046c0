//! Agents and their versions.

use debrief_model::{Agent, AgentFilter, AgentId, AgentNumber, AgentVersion, Page, Paging, TenantId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{all, select};
use crate::row;

pub(crate) fn by_name(conn: &Connection, tenant: TenantId, name: &str) -> rusqlite::Result<Option<Agent>> {
    let sql = select(row::AGENT, "agents WHERE tenant = ?1 AND name = ?2 AND deleted_at IS NULL");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, name], row::agent).optional()
}

pub(crate) fn by_id(conn: &Connection, tenant: TenantId, id: AgentId) -> rusqlite::Result<Option<Agent>> {
    let sql = select(row::AGENT, "agents WHERE tenant = ?1 AND id = ?2 AND deleted_at IS NULL");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, id.0.as_bytes()], row::agent).optional()
}

pub(crate) fn id_of(conn: &Connection, tenant: TenantId, number: AgentNumber) -> rusqlite::Result<AgentId> {
    let sql = "SELECT id FROM agents WHERE tenant = ?1 AND number = ?2";
    conn.prepare_cached(sql)?.query_row([tenant.0, number.0], |row| row::uuid(row, 0).map(AgentId))
}

/// Agents are few: the filter looks at each.
pub(crate) fn page(conn: &Connection, tenant: TenantId, filter: &AgentFilter, paging: Paging) -> rusqlite::Result<Page<Agent>> {
    let AgentFilter { status, tags } = filter;
    let matching = "agents WHERE tenant = ?1 AND deleted_at IS NULL AND (?2 IS NULL OR status = ?2) \
                    AND NOT EXISTS (SELECT 1 FROM json_each(?3) w WHERE w.value NOT IN (SELECT value FROM json_each(coalesce(tags, '[]'))))";
    let status = status.map(row::status_code);
    let tags = row::tags_json(tags);
    let mut counting = conn.prepare_cached(&select("count(*)", matching))?;
    let total = counting.query_row(params![tenant.0, status, tags], |row| row::count(row, 0))?;
    let sql = select(row::AGENT, &format!("{matching} ORDER BY number DESC LIMIT ?4 OFFSET ?5"));
    let values = params![tenant.0, status, tags, paging.limit, row::clamped(paging.offset)];
    Ok(Page { rows: all(conn.prepare_cached(&sql)?, values, row::agent)?, total })
}

pub(crate) fn by_prompt(conn: &Connection, tenant: TenantId, hash: &[u8; 32]) -> rusqlite::Result<Option<Agent>> {
    let current = "agents WHERE tenant = ?1 AND content_hash = ?2 AND deleted_at IS NULL ORDER BY number DESC LIMIT 1";
    let once = "agents WHERE tenant = ?1 AND deleted_at IS NULL AND number = (\
                  SELECT v.agent FROM agent_versions v JOIN agents a ON a.tenant = v.tenant AND a.number = v.agent AND a.deleted_at IS NULL \
                  WHERE v.tenant = ?1 AND v.content_hash = ?2 ORDER BY v.created_at DESC, v.agent DESC LIMIT 1)";
    for from in [current, once] {
        let sql = select(row::AGENT, from);
        if let Some(found) = conn.prepare_cached(&sql)?.query_row(params![tenant.0, hash], row::agent).optional()? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

pub(crate) fn version_by_name(
    conn: &Connection,
    tenant: TenantId,
    agent: AgentNumber,
    name: &str,
) -> rusqlite::Result<Option<AgentVersion>> {
    let sql = select(row::VERSION, "agent_versions WHERE tenant = ?1 AND agent = ?2 AND name = ?3");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, agent.0, name], row::version).optional()
}

pub(crate) fn versions(conn: &Connection, tenant: TenantId, agent: AgentNumber, paging: Paging) -> rusqlite::Result<Page<AgentVersion>> {
    let sql = "SELECT count(*) FROM agent_versions WHERE tenant = ?1 AND agent = ?2";
    let total = conn.prepare_cached(sql)?.query_row([tenant.0, agent.0], |row| row::count(row, 0))?;
    let sql = select(row::VERSION, "agent_versions WHERE tenant = ?1 AND agent = ?2 ORDER BY number LIMIT ?3 OFFSET ?4");
    let values = params![tenant.0, agent.0, paging.limit, row::clamped(paging.offset)];
    let rows = all(conn.prepare_cached(&sql)?, values, row::version)?;
    Ok(Page { rows, total })
}
