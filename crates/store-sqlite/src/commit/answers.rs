//! Keeping answers for requests that may come again, and forgetting them.

use debrief_model::{TenantId, Timestamp};
use debrief_store::{KeptAnswer, Outcome};
use rusqlite::{Connection, params};

use super::{Stop, Work};

/// Answers forgotten by one call, so that commits wait only briefly for it.
const FORGOTTEN_MAX: u32 = 1_000;

pub(super) fn keep(work: &mut Work<'_>, tenant: TenantId, key: &str, kept: &KeptAnswer) -> Result<Outcome, Stop> {
    let KeptAnswer { digest, answered_at, answer } = kept;
    let sql = "INSERT OR REPLACE INTO kept_answers (tenant, key, digest, answered_at, answer) VALUES (?1, ?2, ?3, ?4, ?5)";
    work.conn.prepare_cached(sql)?.execute(params![tenant.0, key, digest, answered_at.0, answer])?;
    Ok(Outcome::Done)
}

/// Forgets answers from before `before`.
pub(crate) fn forget(conn: &Connection, before: Timestamp) -> rusqlite::Result<u64> {
    let sql = "DELETE FROM kept_answers WHERE (tenant, key) IN \
               (SELECT tenant, key FROM kept_answers INDEXED BY kept_answers_by_time WHERE answered_at < ?1 LIMIT ?2)";
    Ok(conn.prepare_cached(sql)?.execute(params![before.0, FORGOTTEN_MAX])? as u64)
}
