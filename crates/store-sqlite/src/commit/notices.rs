//! Changes to tenants, keys and secrets are made outside of groups, perhaps by another process, which must not write the journal. What
//! tells of them waits in a table, written in the same transaction as the change, until a group takes it into the journal.

use std::borrow::Cow;
use std::sync::Arc;

use debrief_model::{Actor, Resource, TenantId, Timestamp};
use debrief_store::{Notice, Origin, Outcome};
use rusqlite::{Connection, Row, params};

use super::{Stop, Work};
use crate::row;

/// Notices taken by one change, so that a group stays small. The rest comes with the next.
const TAKEN_MAX: u32 = 1_000;

/// Keeps a notice for the next group that takes some.
pub(crate) fn keep(conn: &Connection, tenant: TenantId, at: Timestamp, notice: &Notice, origin: &Origin) -> rusqlite::Result<()> {
    let Notice { event_type, resource, correlation_id, occurred_at, payload } = notice;
    let sql = "INSERT INTO notices (tenant, happened_at, event_type, resource_type, resource_id, payload, actor_type, actor_id, \
               correlation_id, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    conn.execute(
        sql,
        params![
            tenant.0,
            occurred_at.unwrap_or(at).0,
            event_type,
            resource.kind,
            resource.id,
            payload.to_string(),
            origin.actor.kind,
            origin.actor.id,
            correlation_id.as_ref().or(origin.correlation_id.as_ref()),
            origin.source,
        ],
    )?;
    Ok(())
}

/// Records everything that waits, oldest first.
pub(super) fn take(work: &mut Work<'_>) -> Result<Outcome, Stop> {
    let mut taken = 0;
    for (number, tenant, origin, notice) in waiting(work.conn)? {
        work.origin = Arc::new(origin);
        work.tell(tenant, notice);
        work.conn.prepare_cached("DELETE FROM notices WHERE number = ?1")?.execute([number])?;
        taken += 1;
    }
    Ok(Outcome::Events(taken))
}

fn waiting(conn: &Connection) -> rusqlite::Result<Vec<(i64, TenantId, Origin, Notice)>> {
    let sql = "SELECT number, tenant, happened_at, event_type, resource_type, resource_id, payload, actor_type, actor_id, correlation_id, \
               source FROM notices ORDER BY number LIMIT ?1";
    conn.prepare_cached(sql)?.query_map([TAKEN_MAX], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<(i64, TenantId, Origin, Notice)> {
    let payload: String = row.get(6)?;
    let origin =
        Origin { actor: Actor { kind: row.get(7)?, id: row.get(8)? }, correlation_id: row.get(9)?, source: Cow::Owned(row.get(10)?) };
    let notice = Notice {
        event_type: Cow::Owned(row.get(3)?),
        resource: Resource { kind: row.get(4)?, id: row.get(5)? },
        correlation_id: None,
        occurred_at: Some(row::time(row, 2)?),
        payload: serde_json::from_str(&payload).unwrap_or(serde_json::Value::Null),
    };
    Ok((row.get(0)?, TenantId(row.get(1)?), origin, notice))
}
