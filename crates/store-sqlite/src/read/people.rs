//! People and fingerprints.

use debrief_model::{Fingerprint, FingerprintId, Page, Paging, Person, TenantId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{all, select};
use crate::row;

pub(crate) fn by_key(conn: &Connection, tenant: TenantId, key: &str) -> rusqlite::Result<Option<Person>> {
    let sql = select(row::PERSON, "people WHERE tenant = ?1 AND key = ?2");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, key], row::person).optional()
}

pub(crate) fn page(conn: &Connection, tenant: TenantId, paging: Paging) -> rusqlite::Result<Page<Person>> {
    let sql = "SELECT count(*) FROM people WHERE tenant = ?1";
    let total = conn.prepare_cached(sql)?.query_row([tenant.0], |row| row::count(row, 0))?;
    let sql = select(row::PERSON, "people WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2 OFFSET ?3");
    let values = params![tenant.0, paging.limit, row::clamped(paging.offset)];
    let rows = all(conn.prepare_cached(&sql)?, values, row::person)?;
    Ok(Page { rows, total })
}

pub(crate) fn fingerprint(conn: &Connection, tenant: TenantId, id: FingerprintId) -> rusqlite::Result<Option<Fingerprint>> {
    let sql = select(row::FINGERPRINT, "fingerprints WHERE tenant = ?1 AND id = ?2");
    conn.prepare_cached(&sql)?.query_row(params![tenant.0, id.0.as_bytes()], row::fingerprint).optional()
}
