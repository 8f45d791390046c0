//! Finding events by id.

use debrief_model::{Event, EventId, SessionNumber, TenantId, TimeRange, Timestamp};
use debrief_store::{CLOCK_AHEAD_US, RecentIds};
use duckdb::Connection;
use uuid::Uuid;

use crate::cells::Cells;
use crate::error::Trouble;
use crate::scan;
use crate::sql::{self, Condition};
use crate::view::View;

/// Ids looked for in one query.
const IDS_MAX: usize = 1_000;

/// The events with these ids. Time-ordered ids prune by themselves: the engine knows the least and greatest of every stretch of rows.
pub(crate) fn events(
    connection: &Connection,
    view: &View,
    tenant: TenantId,
    ids: &[EventId],
    within: TimeRange,
) -> Result<Vec<Event>, Trouble> {
    let mut found = Vec::new();
    for ids in ids.chunks(IDS_MAX) {
        let high = sql::list(ids.iter().map(|id| id.0.as_u64_pair().0));
        let low = sql::list(ids.iter().map(|id| id.0.as_u64_pair().1));
        let condition = sql::within(tenant, within).and(&format!("id_hi IN ({high}) AND id_lo IN ({low})"));
        let rows = scan::rows(connection, view, &condition, str::to_owned, true)?;
        found.extend(rows.into_iter().filter(|event| ids.contains(&event.id)));
    }
    Ok(found)
}

/// The events of some sessions, oldest first.
pub(crate) fn of_sessions(
    connection: &Connection,
    view: &View,
    tenant: TenantId,
    sessions: &[SessionNumber],
    within: TimeRange,
    at_most: u32,
) -> Result<Vec<Event>, Trouble> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let numbers = sessions.iter().map(|session| session.0);
    let (first, last) = (numbers.clone().min().unwrap_or_default(), numbers.clone().max().unwrap_or_default());
    let among = format!("session BETWEEN {first}::UBIGINT AND {last}::UBIGINT AND session IN ({})", sql::list(numbers));
    let condition = sql::within(tenant, within).and(&among);
    scan::rows(connection, view, &condition, |rows| format!("SELECT * FROM {rows} ORDER BY occurred_at, seq LIMIT {at_most}"), true)
}

/// The ids of the newest events that carry a caller's id.
pub(crate) fn recent_ids(connection: &Connection, view: &View, at_most: usize) -> Result<RecentIds, Trouble> {
    let columns = |_| format!("tenant, id_hi, id_lo, seq, {}", believed());
    let keyed = view.select(columns, &Condition::new("keyed > 0".to_owned()));
    let sql = format!("SELECT tenant, id_hi, id_lo, seq, believed FROM {keyed} ORDER BY seq DESC LIMIT {at_most}");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    let mut recent = RecentIds::default();
    let mut oldest = u64::MAX;
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row);
        recent.ids.push((TenantId(cells.u32()?), EventId(Uuid::from_u64_pair(cells.u64()?, cells.u64()?))));
        oldest = oldest.min(cells.u64()?);
        recent.latest = recent.latest.max(Some(Timestamp(cells.i64()?)));
    }
    recent.latest_left_out = latest_before(connection, view, oldest)?;
    Ok(recent)
}

/// When an event occurred, as far as its clock is believed.
fn believed() -> String {
    format!("least(occurred_at, recorded_at + {CLOCK_AHEAD_US}) AS believed")
}

/// When the latest of the events before `seq` that carry a caller's id occurred.
fn latest_before(connection: &Connection, view: &View, seq: u64) -> Result<Option<Timestamp>, Trouble> {
    let earlier = view.select(|_| believed(), &Condition::new(format!("keyed > 0 AND seq < {seq}::UBIGINT")));
    let latest: Option<i64> = connection.query_row(&format!("SELECT max(believed) FROM {earlier}"), [], |row| row.get(0))?;
    Ok(latest.map(Timestamp))
}
