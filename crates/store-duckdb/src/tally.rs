//! Counts of events.

use debrief_model::{Tally, TallyRow, TenantId};
use duckdb::Connection;

use crate::cells::Cells;
use crate::dimension;
use crate::error::Trouble;
use crate::models::Models;
use crate::sql;
use crate::view::View;

/// One row per distinct combination of the dimensions' values.
pub(crate) fn tally(
    connection: &Connection,
    view: &View,
    models: &Models,
    tenant: TenantId,
    tally: &Tally,
) -> Result<Vec<TallyRow>, Trouble> {
    let condition = sql::matching(tenant, &tally.filter);
    let rows = view.select(|_| format!("status, {}", dimension::COLUMNS), &condition);
    let dimensions = dimension::Keys::new(models);
    let keys = tally.group_by.iter().map(|dimension| dimensions.expression(*dimension)).collect::<Vec<_>>();
    let sql = if keys.is_empty() {
        format!("SELECT count(*)::UBIGINT FROM {rows}")
    } else {
        format!("SELECT {keys}, count(*)::UBIGINT FROM {rows} GROUP BY {keys}", keys = keys.join(", "))
    };
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query(condition.params())?;
    let mut counts = Vec::new();
    while let Some(row) = found.next()? {
        let mut cells = Cells::new(row);
        let keys = tally.group_by.iter().map(|dimension| dimensions.key(&mut cells, *dimension)).collect::<Result<_, _>>()?;
        counts.push(TallyRow { keys, events: cells.u64()? });
    }
    counts.sort_unstable_by(|a, b| a.keys.cmp(&b.keys));
    Ok(counts)
}
