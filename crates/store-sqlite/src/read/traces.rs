//! Traces: one by id, lists by filter with exact totals.

use std::sync::LazyLock;

use debrief_model::{Page, Paging, TenantId, Trace, TraceFilter};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::{all, select};
use crate::row;

/// The second in which a trace began, as the index has it.
const SECOND: &str = "started_at / 1000000";
const SECOND_US: i64 = 1_000_000;

pub(crate) fn by_id(conn: &Connection, tenant: TenantId, id: &str) -> rusqlite::Result<Option<Trace>> {
    // The committer asks for every trace that it does not remember.
    static SQL: LazyLock<String> = LazyLock::new(|| select(&row::trace_columns(), "traces WHERE tenant = ?1 AND id = ?2"));
    conn.prepare_cached(&SQL)?.query_row(params![tenant.0, id], row::trace).optional()
}

pub(crate) fn page(conn: &Connection, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> rusqlite::Result<Page<Trace>> {
    let (condition, mut values) = condition(tenant, filter);
    let sql = format!("SELECT count(*) FROM traces WHERE {condition}");
    let total = conn.prepare_cached(&sql)?.query_row(params_from_iter(&values), |row| row::count(row, 0))?;
    let sql = list_sql(&condition);
    values.push(Value::Integer(i64::from(paging.limit)));
    values.push(Value::Integer(row::clamped(paging.offset)));
    let rows = all(conn.prepare_cached(&sql)?, params_from_iter(values), row::trace)?;
    Ok(Page { rows, total })
}

/// Within a second few traces begin, which are sorted when the list comes to them.
fn list_sql(condition: &str) -> String {
    let order = format!("ORDER BY {SECOND} DESC, started_at DESC, id DESC LIMIT ? OFFSET ?");
    select(&row::trace_columns(), &format!("traces WHERE {condition} {order}"))
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
        require(&format!("{SECOND} >= ?"), Some(from.0 / SECOND_US));
        require("started_at >= ?", Some(from.0));
    }
    if let Some(to) = time.to {
        require(&format!("{SECOND} <= ?"), Some(to.0 / SECOND_US));
        require("started_at < ?", Some(to.0));
    }
    (condition, values)
}

#[cfg(test)]
mod tests {
    use debrief_model::{TimeRange, Timestamp};
    use debrief_store::Ledger as _;
    use debrief_testkit::ledger::build::{self, ACME, at, call, record};

    use super::*;
    use crate::SqliteLedger;

    const TRACES: i64 = 300;

    /// A ledger of traces that began within some seconds before and after the year 1970.
    fn ledger(directory: &std::path::Path) -> SqliteLedger {
        let ledger = SqliteLedger::open(&directory.join("ledger.db")).unwrap();
        let draft = |nth: i64| {
            let mut draft = call(Timestamp(nth * 7_919 % TRACES * 20_000 - 2_000_000), "s");
            draft.facts.trace_id = Some(format!("t{nth}"));
            draft
        };
        ledger.commit(build::group(at(1), vec![record(ACME, (0..TRACES).map(draft))])).unwrap();
        ledger
    }

    #[test]
    fn lists_are_by_the_exact_time() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = ledger(directory.path());
        let list = |time: TimeRange, offset: u64| {
            ledger.traces(ACME, &TraceFilter { time, ..TraceFilter::default() }, Paging { limit: 70, offset }).unwrap()
        };
        let pages: Vec<Trace> = (0..5).flat_map(|page| list(TimeRange::default(), page * 70).rows).collect();
        assert_eq!(pages.len() as i64, TRACES);
        assert!(pages.is_sorted_by_key(|trace| std::cmp::Reverse((trace.started_at, trace.id.clone()))));
        for (from, to) in
            [(-1_990_000, 3_000_001), (-500_000, 500_000), (999_999, 1_000_000), (1_000_000, 2_000_000), (2_500_000, 2_500_000)]
        {
            let (from, to) = (Timestamp(from), Timestamp(to));
            let expected = pages.iter().filter(|trace| (from..to).contains(&trace.started_at)).count();
            for (time, expected) in [
                (TimeRange { from: Some(from), to: Some(to) }, expected),
                (TimeRange { from: Some(from), to: None }, pages.iter().filter(|trace| trace.started_at >= from).count()),
                (TimeRange { from: None, to: Some(to) }, pages.iter().filter(|trace| trace.started_at < to).count()),
            ] {
                let page = list(time, 0);
                assert_eq!((page.total, page.rows.len()), (expected as u64, expected.min(70)), "{time:?}");
            }
        }
    }

    #[test]
    fn a_page_sorts_one_second_at_a_time_and_a_count_reads_the_index_alone() {
        let directory = tempfile::tempdir().unwrap();
        let ledger = ledger(directory.path());
        let time = TimeRange { from: Some(Timestamp(1)), to: Some(Timestamp(2_000_000)) };
        let plan = |sql: &str| {
            let writer = ledger.writer.lock();
            let mut statement = writer.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps =
                statement.query_map(params_from_iter([0; 7].iter().take(statement.parameter_count())), |row| row.get::<_, String>(3));
            steps.unwrap().map(Result::unwrap).collect::<Vec<_>>().join("; ")
        };
        for time in [TimeRange::default(), time] {
            let (condition, _) = condition(ACME, &TraceFilter { time, ..TraceFilter::default() });
            let counted = plan(&format!("SELECT count(*) FROM traces WHERE {condition}"));
            assert!(counted.contains("USING COVERING INDEX traces_by_second"), "{counted}");
            let listed = plan(&list_sql(&condition));
            assert!(listed.contains("USING INDEX traces_by_second") && listed.contains("LAST 2 TERMS OF ORDER BY"), "{listed}");
        }
    }
}
