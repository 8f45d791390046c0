//! Agents and their versions.

use debrief_model::{Agent, AgentNumber, AgentVersion, Page, Paging, TenantId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{all, select};
use crate::row;

pub(crate) fn by_name(conn: &Connection, tenant: TenantId, name: &str) -> rusqlite::Result<Option<Agent>> {
    let sql = select(row::AGENT, "agents WHERE tenant = ?1 AND name = ?2 AND deleted_at IS NULL");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, name], row::agent).optional()
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
