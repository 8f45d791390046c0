//! Traces: one by id, lists by filter with exact totals.

use std::sync::LazyLock;

use debrief_model::{Page, Paging, TenantId, Trace, TraceFilter};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{all, select};
use crate::row;

pub(crate) fn by_id(conn: &Connection, tenant: TenantId, id: &str) -> rusqlite::Result<Option<Trace>> {
    // The committer asks for every trace that it does not remember.
    static SQL: LazyLock<String> = LazyLock::new(|| select(&row::trace_columns(), "traces WHERE tenant = ?1 AND id = ?2"));
    conn.prepare_cached(&SQL)?.query_row(params![tenant.0, id], row::trace).optional()
}

pub(crate) fn page(conn: &Connection, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> rusqlite::Result<Page<Trace>> {
    let (condition, mut values) = condition(tenant, filter);
    let sql = format!("SELECT count(*) FROM traces WHERE {condition}");
    let total = conn.prepare_cached(&sql)?.query_row(params_from_iter(&values), |row| row::count(row, 0))?;
    let sql = select(&row::trace_columns(), &format!("traces WHERE {condition} ORDER BY started_at DESC, id DESC LIMIT ? OFFSET ?"));
    values.push(Value::Integer(i64::from(paging.limit)));
    values.push(Value::Integer(row::clamped(paging.offset)));
    let rows = all(conn.prepare_cached(&sql)?, params_from_iter(values), row::trace)?;
    Ok(Page { rows, total })
}

fn condition(tenant: TenantId, filter: &TraceFilter) -> (String, Vec<Value>) {
    let TraceFilter { session, failed, time } = filter;
    let mut condition = "tenant = ?".to_owned();
    let mut values = vec![Value::Integer(i64::from(tenant.0))];
    let mut require = |sql: &str, value: Option<i64>| {
        condition.push_str(" AND ");
        condition.push_str(sql);
        values.extend(value.map(Value::Integer));
    };
    if let Some(session) = session {
        require("session = ?", Some(row::clamped(session.0)));
    }
    match failed {
        Some(true) => require("failures > 0", None),
        Some(false) => require("failures = 0", None),
        None => {}
    }
    if let Some(from) = time.from {
        require("started_at >= ?", Some(from.0));
    }
    if let Some(to) = time.to {
        require("started_at < ?", Some(to.0));
    }
    (condition, values)
}
