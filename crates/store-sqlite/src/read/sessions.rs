//! Sessions: one by key or id, lists by filter with exact totals.
//!
//! A list has two ways to its rows, and which is cheaper depends on how many sessions match. Few: collect the matching numbers from
//! the index that the filter has, then sort. Many: walk the sessions by activity and test each until the page is full. The
//! total is counted first from the filter's index, and decides.

use debrief_model::{AgentNumber, Page, Paging, Session, SessionFilter, SessionNumber, TenantId, Timestamp, VersionNumber};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};
use uuid::Uuid;

use super::{all, select};
use crate::{courses, row};

pub(crate) fn by_key_or_id(conn: &Connection, tenant: TenantId, key_or_id: &str) -> rusqlite::Result<Option<Session>> {
    let find = |condition: &str, value: Value| {
        let sql = select(row::SESSION, condition);
        let found = conn.prepare_cached(&sql)?.query_row(params![tenant.0, value], row::session).optional()?;
        let with_course = |mut session: Session| {
            courses::fill(conn, std::slice::from_mut(&mut session))?;
            Ok::<_, rusqlite::Error>(session)
        };
        found.map(with_course).transpose()
    };
    let key = || Value::Text(key_or_id.into());
    if let Some(own) = find("sessions s WHERE tenant = ?1 AND key = ?2", key())? {
        return Ok(Some(own));
    }
    let aliased = "session_aliases a JOIN sessions s ON s.number = a.session WHERE a.tenant = ?1 AND a.alias = ?2";
    if let Some(own) = find(aliased, key())? {
        return Ok(Some(own));
    }
    if let Some(shared) = find("sessions s WHERE shared_with = ?1 AND key = ?2 ORDER BY number LIMIT 1", key())? {
        return Ok(Some(shared));
    }
    let Ok(id) = Uuid::parse_str(key_or_id) else { return Ok(None) };
    find("sessions s WHERE id = ?2 AND (tenant = ?1 OR shared_with = ?1)", Value::Blob(id.as_bytes().to_vec()))
}

pub(crate) fn numbered(conn: &Connection, tenant: TenantId, numbers: &[SessionNumber]) -> rusqlite::Result<Vec<Session>> {
    let mut numbers: Vec<i64> = numbers.iter().map(|number| row::clamped(number.0)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut statement = conn.prepare_cached(&select(row::SESSION, "sessions s WHERE number = ?1 AND tenant = ?2"))?;
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        found.extend(statement.query_row(params![number, tenant.0], row::session).optional()?);
    }
    courses::fill(conn, &mut found)?;
    Ok(found)
}

pub(crate) fn numbers(conn: &Connection, after: SessionNumber, at_most: usize) -> rusqlite::Result<Vec<(TenantId, SessionNumber)>> {
    let sql = "SELECT tenant, number FROM sessions WHERE number > ?1 ORDER BY number LIMIT ?2";
    let read = |found: &rusqlite::Row<'_>| Ok((TenantId(found.get(0)?), SessionNumber(row::count(found, 1)?)));
    all(conn.prepare_cached(sql)?, params![row::clamped(after.0), i64::try_from(at_most).unwrap_or(i64::MAX)], read)
}

pub(crate) fn agents(conn: &Connection, tenant: TenantId, session: SessionNumber) -> rusqlite::Result<Vec<(AgentNumber, VersionNumber)>> {
    let sql = "SELECT agent, agent_version FROM session_agents WHERE session = ?1 AND tenant = ?2 ORDER BY agent, agent_version";
    let read = |row: &rusqlite::Row<'_>| Ok((AgentNumber(row.get(0)?), VersionNumber(row.get(1)?)));
    all(conn.prepare_cached(sql)?, params![row::clamped(session.0), tenant.0], read)
}

pub(crate) fn log(conn: &Connection, tenant: TenantId, session: SessionNumber) -> rusqlite::Result<String> {
    let sql = "SELECT text FROM session_logs WHERE session = ?1 \
               AND EXISTS (SELECT 1 FROM sessions WHERE number = ?1 AND tenant = ?2) ORDER BY part";
    let parts: Vec<String> = all(conn.prepare_cached(sql)?, params![row::clamped(session.0), tenant.0], |row| row.get(0))?;
    Ok(parts.concat())
}

/// Walking tests about this many sessions in the time that collecting and sorting one takes.
const WALK_ADVANTAGE: u64 = 2;

pub(crate) fn page(conn: &Connection, tenant: TenantId, filter: &SessionFilter, paging: Paging) -> rusqlite::Result<Page<Session>> {
    let conditions = conditions(filter);
    let total = count(conn, tenant, &conditions)?;
    if total == 0 || paging.limit == 0 {
        return Ok(Page { rows: Vec::new(), total });
    }
    let way = match conditions.first() {
        Some(first) if first.finds.is_some() && !walking_is_cheaper(conn, tenant, total, paging)? => Way::Collect,
        _ => Way::Walk,
    };
    let mut query = Query::new("s.number AS number", tenant, &conditions, way);
    query.narrow(&after(filter.after));
    query.sql.push_str(" ORDER BY s.last_activity_at DESC, s.number DESC LIMIT ? OFFSET ?");
    query.values.push(Value::Integer(i64::from(paging.limit)));
    query.values.push(Value::Integer(row::clamped(paging.offset)));
    // Numbers are chosen first, so that only the rows of the page are read whole.
    let whole = format!("({}) p CROSS JOIN sessions s ON s.number = p.number", query.sql);
    let sql = select(row::SESSION, &format!("{whole} ORDER BY s.last_activity_at DESC, s.number DESC"));
    let mut rows = all(conn.prepare_cached(&sql)?, params_from_iter(query.values), row::session)?;
    courses::fill(conn, &mut rows)?;
    Ok(Page { rows, total })
}

/// All sessions of the tenant, from the count kept of them.
fn count_all(conn: &Connection, tenant: TenantId) -> rusqlite::Result<u64> {
    let sql = "SELECT coalesce(max(sessions), 0) FROM session_counts WHERE tenant = ?1";
    conn.prepare_cached(sql)?.query_row([tenant.0], |row| row::count(row, 0))
}

fn count(conn: &Connection, tenant: TenantId, conditions: &[Condition]) -> rusqlite::Result<u64> {
    let query = match conditions {
        [] => return count_all(conn, tenant),
        [only] if only.counts.is_some() => {
            let mut values = vec![Value::Integer(i64::from(tenant.0))];
            values.extend_from_slice(&only.values);
            Query { sql: only.counts.unwrap_or_default().into(), values }
        }
        _ => Query::new("count(*)", tenant, conditions, Way::Collect),
    };
    conn.prepare_cached(&query.sql)?.query_row(params_from_iter(query.values), |row| row::count(row, 0))
}

/// With `total` matches among `all` sessions spread evenly, a page is full after `(offset + limit) * all / total` of them.
fn walking_is_cheaper(conn: &Connection, tenant: TenantId, total: u64, paging: Paging) -> rusqlite::Result<bool> {
    let wanted = paging.offset.saturating_add(u64::from(paging.limit));
    let all = count_all(conn, tenant)?;
    let walked = wanted.saturating_mul(all) / total;
    Ok(walked < total.saturating_mul(WALK_ADVANTAGE))
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Collect,
    Walk,
}

/// One thing a session must be. `?` stand for `values`, in order; the tenant goes before them where a whole statement is meant.
#[derive(Default)]
struct Condition {
    /// As a test of one session `s`.
    tests: &'static str,
    /// As a source of session numbers `f.session`: `FROM … f WHERE …`.
    finds: Option<&'static str>,
    /// As a statement that counts, where one index suffices.
    counts: Option<&'static str>,
    values: Vec<Value>,
}

/// What the filter asks, the most selective kinds first.
fn conditions(filter: &SessionFilter) -> Vec<Condition> {
    let SessionFilter { agent, agent_version, person, tag, end_state, time, after: _ } = filter;
    let mut found = Vec::new();
    if let Some(person) = person {
        found.push(Condition {
            tests: "s.person = ?",
            finds: Some("SELECT number AS session FROM sessions INDEXED BY sessions_by_person WHERE tenant = ? AND person = ?"),
            counts: Some("SELECT count(*) FROM sessions WHERE tenant = ? AND person = ?"),
            values: vec![Value::Integer(row::clamped(person.0))],
        });
    }
    if let Some(tag) = tag {
        found.push(Condition {
            tests: "EXISTS (SELECT 1 FROM session_tags t WHERE t.tenant = s.tenant AND t.tag = ? AND t.session = s.number)",
            finds: Some("SELECT session FROM session_tags WHERE tenant = ? AND tag = ?"),
            counts: Some("SELECT count(*) FROM session_tags WHERE tenant = ? AND tag = ?"),
            values: vec![Value::Text(tag.clone())],
        });
    }
    found.extend(agent_condition(*agent, *agent_version));
    if let Some(end_state) = end_state {
        found.push(Condition {
            tests: "s.end_state = ?",
            finds: Some("SELECT number AS session FROM sessions INDEXED BY sessions_by_end_state WHERE tenant = ? AND end_state = ?"),
            counts: Some("SELECT count(*) FROM sessions WHERE tenant = ? AND end_state = ?"),
            values: vec![Value::Text(end_state.clone())],
        });
    }
    found.extend(time_condition("s.last_activity_at >= ?", time.from));
    found.extend(time_condition("s.last_activity_at < ?", time.to));
    found
}

/// A version alone says nothing: versions are numbered per agent. It asks for that number of any agent.
fn agent_condition(agent: Option<AgentNumber>, version: Option<VersionNumber>) -> Option<Condition> {
    let number = |n: u32| Value::Integer(i64::from(n));
    match (agent, version) {
        (None, None) => None,
        (Some(agent), None) => Some(Condition {
            tests: "EXISTS (SELECT 1 FROM session_agents a WHERE a.session = s.number AND a.agent = ?)",
            finds: Some("SELECT DISTINCT session FROM session_agents WHERE tenant = ? AND agent = ?"),
            counts: Some("SELECT count(DISTINCT session) FROM session_agents WHERE tenant = ? AND agent = ?"),
            values: vec![number(agent.0)],
        }),
        (Some(agent), Some(version)) => Some(Condition {
            tests: "EXISTS (SELECT 1 FROM session_agents a WHERE a.session = s.number AND a.agent = ? AND a.agent_version = ?)",
            finds: Some("SELECT session FROM session_agents WHERE tenant = ? AND agent = ? AND agent_version = ?"),
            counts: Some("SELECT count(*) FROM session_agents WHERE tenant = ? AND agent = ? AND agent_version = ?"),
            values: vec![number(agent.0), number(version.0)],
        }),
        (None, Some(version)) => Some(Condition {
            tests: "EXISTS (SELECT 1 FROM session_agents a WHERE a.session = s.number AND a.agent_version = ?)",
            values: vec![number(version.0)],
            ..Condition::default()
        }),
    }
}

fn time_condition(tests: &'static str, at: Option<Timestamp>) -> Option<Condition> {
    at.map(|at| Condition { tests, values: vec![Value::Integer(at.0)], ..Condition::default() })
}

fn after(after: Option<(Timestamp, SessionNumber)>) -> Vec<Condition> {
    let Some((at, number)) = after else { return Vec::new() };
    let values = vec![Value::Integer(at.0), Value::Integer(row::clamped(number.0))];
    vec![Condition { tests: "(s.last_activity_at, s.number) < (?, ?)", values, ..Condition::default() }]
}

/// A statement over `sessions s` and the values of its parameters, in order.
struct Query {
    sql: String,
    values: Vec<Value>,
}

impl Query {
    fn new(columns: &str, tenant: TenantId, conditions: &[Condition], way: Way) -> Self {
        let tenant = Value::Integer(i64::from(tenant.0));
        match conditions {
            [Condition { finds: Some(finds), values, .. }, rest @ ..] if way == Way::Collect => {
                // CROSS JOIN: SQLite keeps the order, so the filter's own index leads.
                let sql = format!("SELECT {columns} FROM ({finds}) f CROSS JOIN sessions s ON s.number = f.session WHERE 1");
                let mut query = Self { sql, values: Vec::new() };
                query.values.push(tenant);
                query.values.extend_from_slice(values);
                query.narrow(rest);
                query
            }
            _ => {
                let sql = format!("SELECT {columns} FROM sessions s INDEXED BY sessions_by_activity WHERE s.tenant = ?");
                let mut query = Self { sql, values: vec![tenant] };
                query.narrow(conditions);
                query
            }
        }
    }

    fn narrow(&mut self, conditions: &[Condition]) {
        for Condition { tests, values, .. } in conditions {
            self.sql.push_str(" AND ");
            self.sql.push_str(tests);
            self.values.extend_from_slice(values);
        }
    }
}
