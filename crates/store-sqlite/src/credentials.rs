//! Tenants, keys and token secrets, and the settings that the server had last. Whatever changes them also moves `credentials_version`, in the same transaction, so that
//! every process that has the file open can tell.

use std::collections::BTreeMap;

use debrief_model::{ApiKey, Error, ErrorKind, KeyId, Position, Subject, Tenant, TenantId, Timestamp, TokenSecret};
use debrief_store::{Notice, Origin, Result, notice};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::commit::keep_notice;
use crate::row;

const TOKEN_SECRETS_KEPT: u32 = 2;

pub(crate) fn tenants(conn: &Connection) -> rusqlite::Result<Vec<Tenant>> {
    let mut statement = conn.prepare_cached("SELECT id, name, created_at FROM tenants ORDER BY id")?;
    let read = |row: &rusqlite::Row<'_>| Ok(Tenant { id: TenantId(row.get(0)?), name: row.get(1)?, created_at: row::time(row, 2)? });
    statement.query_map([], read)?.collect()
}

pub(crate) fn create_tenant(conn: &mut Connection, name: &str, now: Timestamp, origin: &Origin) -> Result<Tenant> {
    changing(conn, "A tenant of that name exists", |tx| {
        tx.execute("INSERT INTO tenants (name, created_at) VALUES (?1, ?2)", params![name, now.0])?;
        let id = u32::try_from(tx.last_insert_rowid()).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, tx.last_insert_rowid()))?;
        let tenant = Tenant { id: TenantId(id), name: name.into(), created_at: now };
        keep_notice(tx, tenant.id, now, &notice::tenant_created(&tenant), origin)?;
        Ok(tenant)
    })
}

pub(crate) fn keys(conn: &Connection) -> rusqlite::Result<Vec<ApiKey>> {
    let mut statement = conn.prepare_cached(&format!("SELECT {} FROM api_keys ORDER BY created_at, number", row::KEY))?;
    statement.query_map([], row::key)?.collect()
}

pub(crate) fn create_key(conn: &mut Connection, key: &ApiKey, origin: &Origin) -> Result<()> {
    let ApiKey { tenant, id, name, hash, last_four, scopes, created_at, expires_at, revoked_at, last_used_at } = key;
    changing(conn, "That key exists", |tx| {
        let sql = "INSERT INTO api_keys (tenant, id, name, hash, last_four, scopes, created_at, expires_at, revoked_at, last_used_at) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
        tx.execute(
            sql,
            params![
                tenant.0,
                id.0.as_bytes(),
                name,
                hash,
                last_four,
                row::scopes_code(*scopes),
                created_at.0,
                expires_at.map(|at| at.0),
                revoked_at.map(|at| at.0),
                last_used_at.map(|at| at.0),
            ],
        )?;
        keep_notice(tx, *tenant, *created_at, &notice::key_created(key), origin)
    })
}

pub(crate) fn revoke_key(conn: &mut Connection, id: KeyId, now: Timestamp, origin: &Origin) -> Result<ApiKey> {
    let revoked = changing(conn, "That key exists", |tx| {
        let sql = "UPDATE api_keys SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
        let changed = tx.execute(sql, params![id.0.as_bytes(), now.0])? > 0;
        let sql = format!("SELECT {} FROM api_keys WHERE id = ?1", row::KEY);
        let key = tx.query_row(&sql, [id.0.as_bytes()], row::key).optional()?;
        if let Some(key) = key.as_ref().filter(|_| changed) {
            keep_notice(tx, key.tenant, now, &notice::key_revoked(key), origin)?;
        }
        Ok(key)
    })?;
    revoked.ok_or_else(|| Error::not_found(Subject::Key(id.to_string())))
}

/// Not a change of credentials: whether a key works does not depend on when it was used.
pub(crate) fn touch_keys(conn: &mut Connection, uses: &[(KeyId, Timestamp)]) -> rusqlite::Result<()> {
    in_transaction(conn, |tx| {
        for (id, at) in uses {
            let sql = "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at < ?2, 1)";
            tx.prepare_cached(sql)?.execute(params![id.0.as_bytes(), at.0])?;
        }
        Ok(())
    })
}

pub(crate) fn pepper(conn: &Connection) -> rusqlite::Result<[u8; 32]> {
    conn.query_row("SELECT value FROM meta WHERE name = 'pepper'", [], |row| row.get(0))
}

pub(crate) fn token_secrets(conn: &Connection) -> rusqlite::Result<Vec<TokenSecret>> {
    let mut statement = conn.prepare_cached("SELECT id, secret, created_at FROM token_secrets ORDER BY number DESC")?;
    statement.query_map([], row::token_secret)?.collect()
}

pub(crate) fn put_token_secret(conn: &mut Connection, new: &TokenSecret, origin: &Origin) -> Result<()> {
    let TokenSecret { id, secret, created_at } = new;
    changing(conn, "That secret exists", |tx| {
        tx.execute("INSERT INTO token_secrets (id, secret, created_at) VALUES (?1, ?2, ?3)", params![id, secret, created_at.0])?;
        let sql = "DELETE FROM token_secrets WHERE number NOT IN (SELECT number FROM token_secrets ORDER BY number DESC LIMIT ?1)";
        tx.execute(sql, [TOKEN_SECRETS_KEPT])?;
        tell_all(tx, *created_at, origin, [notice::token_secret_rotated(new)])
    })
}

pub(crate) fn put_settings(conn: &mut Connection, settings: &BTreeMap<String, String>, now: Timestamp, origin: &Origin) -> Result<()> {
    let put = |tx: &Transaction<'_>| {
        let sql = "SELECT value FROM meta WHERE name = 'settings'";
        let before: Option<String> = tx.query_row(sql, [], |row| row.get(0)).optional()?;
        let after = serde_json::json!(settings).to_string();
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        // What does not read was not written by us, and tells nothing of what was set.
        if let Some(before) = before.and_then(|text| serde_json::from_str(&text).ok()) {
            tell_all(tx, now, origin, notice::settings_updated(&before, settings))?;
        }
        tx.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('settings', ?1)", [after])?;
        Ok(())
    };
    in_transaction(conn, put).map_err(row::unavailable)
}

pub(crate) fn tell_gap(conn: &mut Connection, after: Position, upto: Position, now: Timestamp, origin: &Origin) -> Result<()> {
    in_transaction(conn, |tx| tell_all(tx, now, origin, [notice::gap_accepted(after, upto)])).map_err(row::unavailable)
}

/// Keeps notices for every tenant.
fn tell_all(tx: &Transaction<'_>, now: Timestamp, origin: &Origin, notices: impl IntoIterator<Item = Notice>) -> rusqlite::Result<()> {
    let tenants = tenants(tx)?;
    for notice in notices {
        for tenant in &tenants {
            keep_notice(tx, tenant.id, now, &notice, origin)?;
        }
    }
    Ok(())
}

fn in_transaction<T>(conn: &mut Connection, work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let answer = work(&tx)?;
    tx.commit()?;
    Ok(answer)
}

pub(crate) fn version(conn: &Connection) -> rusqlite::Result<u64> {
    let sql = "SELECT value FROM meta WHERE name = 'credentials_version'";
    conn.prepare_cached(sql)?.query_row([], |row| row::count(row, 0))
}

pub(crate) fn notices_wait(conn: &Connection) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM notices)")?.query_row([], |row| row.get(0))
}

/// Runs `change` in a transaction that also moves the version. What is already there is a conflict, said as `taken`.
fn changing<T>(conn: &mut Connection, taken: &'static str, change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T> {
    let counted = |tx: &Transaction<'_>| {
        let answer = change(tx)?;
        tx.execute("UPDATE meta SET value = value + 1 WHERE name = 'credentials_version'", [])?;
        Ok(answer)
    };
    in_transaction(conn, counted).map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Error::new(ErrorKind::Conflict, taken),
        _ => row::unavailable(error),
    })
}
