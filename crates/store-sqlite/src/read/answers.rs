//! Answers that are kept for requests that may come again.

use debrief_model::TenantId;
use debrief_store::KeptAnswer;
use rusqlite::{Connection, OptionalExtension, params};

use crate::row;

pub(crate) fn kept(conn: &Connection, tenant: TenantId, key: &str) -> rusqlite::Result<Option<KeptAnswer>> {
    let sql = "SELECT digest, answered_at, answer FROM kept_answers WHERE tenant = ?1 AND key = ?2";
    let read = |row: &rusqlite::Row<'_>| Ok(KeptAnswer { digest: row.get(0)?, answered_at: row::time(row, 1)?, answer: row.get(2)? });
    conn.prepare_cached(sql)?.query_row(params![tenant.0, key], read).optional()
}
