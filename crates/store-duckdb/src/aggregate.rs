//! Sums over events.

use debrief_model::{Aggregate, AggregateRow, Dimension, Kind, TenantId, Tokens};
use duckdb::Connection;

use crate::cells::{Cells, Unreadable};
use crate::dimension;
use crate::error::Trouble;
use crate::models::Models;
use crate::sql;
use crate::view::View;

/// Counts and sums, in the order that [`read`] takes them. Sums are taken in 128 bits and stop at the greatest value of their type.
fn sums() -> String {
    let tokens =
        sql::TOKENS.map(|column| format!("CASE WHEN sum({column}) > {max} THEN {max} ELSE sum({column}) END::UBIGINT", max = u64::MAX));
    format!(
        "count(*)::UBIGINT, (count(*) FILTER (WHERE kind = {llm}))::UBIGINT, \
         (count(*) FILTER (WHERE kind = {llm} AND cost_nano_usd IS NULL \
           AND (status <> 2 OR input_tokens IS NOT NULL OR output_tokens IS NOT NULL)))::UBIGINT, \
         (count(*) FILTER (WHERE status = 2))::UBIGINT, {}, \
         CASE WHEN sum(cost_nano_usd) > {max} THEN {max} WHEN sum(cost_nano_usd) < {min} THEN {min} ELSE sum(cost_nano_usd) END::BIGINT",
        tokens.join(", "),
        llm = Kind::Llm.code(),
        max = i64::MAX,
        min = i64::MIN,
    )
}

/// The columns that [`sums`] reads.
const COLUMNS: &str = "status, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd";

/// One row per distinct combination of the dimensions' values.
pub(crate) fn aggregate(
    connection: &Connection,
    view: &View,
    models: &Models,
    tenant: TenantId,
    aggregate: &Aggregate,
) -> Result<Vec<AggregateRow>, Trouble> {
    let condition = sql::matching(tenant, &aggregate.filter);
    let rows = view.select(|_| format!("{COLUMNS}, {}", dimension::COLUMNS), &condition);
    let dimensions = dimension::Keys::new(models);
    let keys = aggregate.group_by.iter().map(|dimension| dimensions.expression(*dimension)).collect::<Vec<_>>();
    let sql = if keys.is_empty() {
        format!("SELECT {sums} FROM {rows}", sums = sums())
    } else {
        format!("SELECT {keys}, {sums} FROM {rows} GROUP BY {keys}", keys = keys.join(", "), sums = sums())
    };
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query(condition.params())?;
    let mut sums = Vec::new();
    while let Some(row) = found.next()? {
        sums.push(read(&mut Cells::new(row), &dimensions, &aggregate.group_by)?);
    }
    sums.sort_unstable_by(|a, b| a.keys.cmp(&b.keys));
    Ok(sums)
}

fn read(cells: &mut Cells<'_, '_>, dimensions: &dimension::Keys<'_>, group_by: &[Dimension]) -> Result<AggregateRow, Unreadable> {
    Ok(AggregateRow {
        keys: group_by.iter().map(|dimension| dimensions.key(cells, *dimension)).collect::<Result<_, _>>()?,
        events: cells.u64()?,
        llm_calls: cells.u64()?,
        unpriced: cells.u64()?,
        failures: cells.u64()?,
        tokens: Tokens {
            input: cells.u64_if()?,
            output: cells.u64_if()?,
            cache_read: cells.u64_if()?,
            cache_write: cells.u64_if()?,
            reasoning: cells.u64_if()?,
        },
        cost_nano_usd: cells.i64_if()?,
    })
}
