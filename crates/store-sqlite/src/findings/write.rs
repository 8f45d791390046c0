//! Writing what was found. Each function is called within a transaction.

use debrief_model::{Position, SessionNumber, TenantId};
use debrief_store::{Found, Looked, Outlined, Piece, Waiting};
use rusqlite::{Connection, params};

use crate::row::clamped;

pub(super) fn note(conn: &Connection, upto: Position, waiting: &[Waiting]) -> rusqlite::Result<()> {
    wait(conn, waiting)?;
    set(conn, "noted", clamped(upto.0))
}

/// What is noted last says when; of both positions the later one counts.
fn wait(conn: &Connection, waiting: &[Waiting]) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO waiting (session, tenant, due_at, position) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (session) DO UPDATE SET due_at = excluded.due_at, position = max(position, excluded.position)",
    )?;
    for Waiting { tenant, session, due_at, position } in waiting {
        statement.execute(params![clamped(session.0), tenant.0, due_at.0, clamped(position.0)])?;
    }
    Ok(())
}

fn set(conn: &Connection, name: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    conn.prepare_cached("INSERT OR REPLACE INTO meta (name, value) VALUES (?1, ?2)")?.execute(params![name, value]).map(|_| ())
}

pub(super) fn begin_again(conn: &Connection, rules: &str, upto: SessionNumber) -> rusqlite::Result<()> {
    set(conn, "rules", rules)?;
    set(conn, "again_done", 0)?;
    set(conn, "again_upto", clamped(upto.0))
}

pub(super) fn go_on_again(conn: &Connection, done: SessionNumber, waiting: &[Waiting]) -> rusqlite::Result<()> {
    wait(conn, waiting)?;
    set(conn, "again_done", clamped(done.0))
}

pub(super) fn put(conn: &Connection, looked: &Looked) -> rusqlite::Result<()> {
    let Looked { position, found, nothing, later, pieces } = looked;
    for found in found {
        forget_outline(conn, found.tenant, found.outlined.session)?;
        keep(conn, found)?;
        done(conn, found.outlined.session, *position)?;
    }
    for (tenant, session) in nothing {
        forget_outline(conn, *tenant, *session)?;
        conn.prepare_cached("DELETE FROM details WHERE session = ?1 AND tenant = ?2")?.execute(params![clamped(session.0), tenant.0])?;
        done(conn, *session, *position)?;
    }
    let mut postpone = conn.prepare_cached("UPDATE waiting SET due_at = ?2 WHERE session = ?1 AND position <= ?3")?;
    for (_, session, due_at) in later {
        postpone.execute(params![clamped(session.0), due_at.0, clamped(position.0)])?;
    }
    pieces.iter().try_for_each(|piece| put_piece(conn, piece))
}

/// What is newer than what was seen goes on waiting.
fn done(conn: &Connection, session: SessionNumber, position: Position) -> rusqlite::Result<()> {
    let mut statement = conn.prepare_cached("DELETE FROM waiting WHERE session = ?1 AND position <= ?2")?;
    statement.execute(params![clamped(session.0), clamped(position.0)]).map(|_| ())
}

/// It may be kept under another agent.
fn forget_outline(conn: &Connection, tenant: TenantId, session: SessionNumber) -> rusqlite::Result<()> {
    let sql = "DELETE FROM outlines WHERE tenant = ?1 AND session = ?2 \
               AND agent = (SELECT agent FROM details WHERE session = ?2 AND tenant = ?1)";
    conn.prepare_cached(sql)?.execute(params![tenant.0, clamped(session.0)]).map(|_| ())
}

fn keep(conn: &Connection, found: &Found) -> rusqlite::Result<()> {
    let Found { tenant, outlined, position, looked_at, detail } = found;
    let Outlined { session, agent, agent_version, started_at, outline } = outlined;
    conn.prepare_cached(
        "INSERT INTO outlines (tenant, agent, session, agent_version, started_at, outline) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        tenant.0,
        agent.0,
        clamped(session.0),
        agent_version.map(|version| version.0),
        started_at.0,
        outline.encode()
    ])?;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO details (session, tenant, agent, position, looked_at, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![clamped(session.0), tenant.0, agent.0, clamped(position.0), looked_at.0, detail])
    .map(|_| ())
}

fn put_piece(conn: &Connection, piece: &Piece) -> rusqlite::Result<()> {
    let Piece { tenant, drawer, id, value } = piece;
    let changed = match value {
        Some(value) => conn
            .prepare_cached("INSERT OR REPLACE INTO pieces (tenant, drawer, id, value) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![tenant.0, drawer.code(), clamped(*id), value]),
        None => conn.prepare_cached("DELETE FROM pieces WHERE tenant = ?1 AND drawer = ?2 AND id = ?3")?.execute(params![
            tenant.0,
            drawer.code(),
            clamped(*id)
        ]),
    };
    changed.map(|_| ())
}
