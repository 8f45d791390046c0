//! Reading what was found.

use debrief_model::{AgentNumber, Position, SessionNumber, TenantId, TimeRange, Timestamp, VersionNumber};
use debrief_store::{Again, Drawer, FindingsFigures, Found, Outline, Outlined, Waiting};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::row::{self, clamped};

const OUTLINE: &str = "agent, session, agent_version, started_at, outline";

pub(super) fn noted(conn: &Connection) -> rusqlite::Result<Position> {
    conn.query_row("SELECT value FROM meta WHERE name = 'noted'", [], |found| row::count(found, 0)).map(Position)
}

pub(super) fn due(conn: &Connection, now: Timestamp, at_most: usize) -> rusqlite::Result<Vec<Waiting>> {
    let mut statement =
        conn.prepare_cached("SELECT tenant, session, due_at, position FROM waiting WHERE due_at <= ?1 ORDER BY due_at, session LIMIT ?2")?;
    let found = statement.query_map(params![now.0, i64::try_from(at_most).unwrap_or(i64::MAX)], |found| {
        Ok(Waiting {
            tenant: TenantId(found.get(0)?),
            session: SessionNumber(row::count(found, 1)?),
            due_at: row::time(found, 2)?,
            position: Position(row::count(found, 3)?),
        })
    })?;
    found.collect()
}

pub(super) fn again(conn: &Connection) -> rusqlite::Result<Option<Again>> {
    let rules = conn.query_row("SELECT value FROM meta WHERE name = 'rules'", [], |found| found.get::<_, String>(0)).optional()?;
    let number = |name: &str| {
        conn.query_row("SELECT value FROM meta WHERE name = ?1", params![name], |found| row::count(found, 0)).map(SessionNumber)
    };
    rules.map(|rules| Ok(Again { rules, done: number("again_done")?, upto: number("again_upto")? })).transpose()
}

pub(super) fn outlines(
    conn: &Connection,
    tenant: TenantId,
    agent: Option<AgentNumber>,
    began: TimeRange,
    see: &mut dyn FnMut(&Outlined),
) -> rusqlite::Result<()> {
    let of_agent = if agent.is_some() { "agent = ?4" } else { "?4 IS NULL" };
    let sql = format!(
        "SELECT {OUTLINE} FROM outlines WHERE tenant = ?1 AND started_at >= ?2 AND started_at < ?3 AND {of_agent} ORDER BY agent, session"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let (from, to) = (began.from.map_or(i64::MIN, |at| at.0), began.to.map_or(i64::MAX, |at| at.0));
    let mut rows = statement.query(params![tenant.0, from, to, agent.map(|agent| agent.0)])?;
    while let Some(found) = rows.next()? {
        see(&outlined(found)?);
    }
    Ok(())
}

fn outlined(found: &Row<'_>) -> rusqlite::Result<Outlined> {
    let outline = found.get_ref(4)?.as_blob()?;
    Ok(Outlined {
        agent: AgentNumber(found.get(0)?),
        session: SessionNumber(row::count(found, 1)?),
        agent_version: found.get::<_, Option<u32>>(2)?.map(VersionNumber),
        started_at: row::time(found, 3)?,
        outline: Outline::decode(outline).map_err(|error| rusqlite::Error::FromSqlConversionFailure(4, Type::Blob, Box::new(error)))?,
    })
}

pub(super) fn found(conn: &Connection, tenant: TenantId, session: SessionNumber) -> rusqlite::Result<Option<Found>> {
    let sql = "SELECT o.agent, o.session, o.agent_version, o.started_at, o.outline, d.position, d.looked_at, d.detail \
               FROM details d JOIN outlines o ON o.tenant = d.tenant AND o.agent = d.agent AND o.session = d.session \
               WHERE d.tenant = ?1 AND d.session = ?2";
    let mut statement = conn.prepare_cached(sql)?;
    statement
        .query_row(params![tenant.0, clamped(session.0)], |found| {
            Ok(Found {
                tenant,
                outlined: outlined(found)?,
                position: Position(row::count(found, 5)?),
                looked_at: row::time(found, 6)?,
                detail: found.get(7)?,
            })
        })
        .optional()
}

pub(super) fn pieces(conn: &Connection, tenant: TenantId, drawer: Drawer) -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
    let mut statement = conn.prepare_cached("SELECT id, value FROM pieces WHERE tenant = ?1 AND drawer = ?2 ORDER BY id")?;
    let found = statement.query_map(params![tenant.0, drawer.code()], |found| Ok((row::count(found, 0)?, found.get(1)?)))?;
    found.collect()
}

pub(super) fn piece(conn: &Connection, tenant: TenantId, drawer: Drawer, id: u64) -> rusqlite::Result<Option<Vec<u8>>> {
    let mut statement = conn.prepare_cached("SELECT value FROM pieces WHERE tenant = ?1 AND drawer = ?2 AND id = ?3")?;
    statement.query_row(params![tenant.0, drawer.code(), clamped(id)], |found| found.get(0)).optional()
}

pub(super) fn figures(conn: &Connection, now: Timestamp) -> rusqlite::Result<FindingsFigures> {
    let count = |sql: &str| conn.query_row(sql, [], |found| row::count(found, 0));
    let (due, due_since) = conn.query_row("SELECT count(*), min(due_at) FROM waiting WHERE due_at <= ?1", params![now.0], |found| {
        Ok((row::count(found, 0)?, row::maybe_time(found, 1)?))
    })?;
    Ok(FindingsFigures {
        found: count("SELECT count(*) FROM outlines")?,
        waiting: count("SELECT count(*) FROM waiting")?.saturating_sub(due),
        due,
        due_since,
    })
}
