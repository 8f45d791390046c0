//! Pages of events. Where few match, they are found at once and the page is fetched; else they are counted, and the page is taken from
//! the stretch of time that holds it. Bodies are fetched last, just those of the page.

use debrief_model::{Body, Event, Order, Page, Scan, Seq, TenantId};
use duckdb::Connection;
use hashbrown::HashMap;

use crate::bodies::Lacking;
use crate::cells::Cells;
use crate::error::Trouble;
use crate::row;
use crate::sql::{self, Condition};
use crate::view::{Place, View};

/// Few: that many rows may be sorted here, or fetched whole while looking for a page; beyond it, only keys are looked at.
const ROWS_MAX: u64 = 2_000;

/// Rows fetched by one query.
const KEYS_MAX: usize = 1_000;

/// Arrivals looked at least, when looking for a stretch of time that holds a page: as many as one block of the engine's work.
const ARRIVALS_MIN: u128 = 4_096;

/// Rows that are rather read in vain than named one by one.
const SPARE_ROWS_MAX: u64 = 128;

/// What identifies one version of an event, and where it stands in the order.
#[derive(Clone, Copy)]
struct Key {
    occurred_at: i64,
    seq: Seq,
    place: Place,
}

/// A page, with the exact total, out of the rows of a view and the events that wait beside it. `None` where there are many of the former
/// and any of the latter: then it takes a whole view, and [`page_of_many`].
pub(crate) fn scan(
    connection: &Connection,
    view: &View,
    waiting: Vec<Event>,
    tenant: TenantId,
    scan: &Scan,
) -> Result<Option<Page<Event>>, Trouble> {
    let condition = sql::matching(tenant, &scan.filter);
    match few(connection, view, &condition)? {
        Some(keys) => page_of_few(connection, view, waiting, tenant, scan, keys).map(Some),
        None if waiting.is_empty() => page_of_many(connection, view, tenant, scan).map(Some),
        None => Ok(None),
    }
}

/// The keys of all rows that fulfil the condition, if they are few: to find few takes no longer than to count them.
fn few(connection: &Connection, view: &View, condition: &Condition) -> Result<Option<Vec<Key>>, Trouble> {
    let keys = keys(connection, view, condition, |rows| format!("SELECT * FROM {rows} LIMIT {}", ROWS_MAX + 1))?;
    Ok((keys.len() as u64 <= ROWS_MAX).then_some(keys))
}

fn page_of_few(
    connection: &Connection,
    view: &View,
    waiting: Vec<Event>,
    tenant: TenantId,
    scan: &Scan,
    mut keys: Vec<Key>,
) -> Result<Page<Event>, Trouble> {
    let key = |event: &Event| Key { occurred_at: event.facts.occurred_at.0, seq: event.seq, place: Place::WAITING };
    keys.extend(waiting.iter().map(key));
    let total = keys.len() as u64;
    keys.sort_unstable_by_key(|key| (key.occurred_at, key.seq));
    if scan.order == Order::Descending {
        keys.reverse();
    }
    let offset = usize::try_from(scan.paging.offset).unwrap_or(usize::MAX).min(keys.len());
    let end = offset.saturating_add(scan.paging.limit as usize).min(keys.len());
    Ok(Page { rows: in_order(connection, view, waiting, tenant, &keys[offset..end], scan.bodies)?, total })
}

/// A page, with the exact total, where more rows fulfil the filter than are looked at one by one.
pub(crate) fn page_of_many(connection: &Connection, view: &View, tenant: TenantId, scan: &Scan) -> Result<Page<Event>, Trouble> {
    let condition = &sql::matching(tenant, &scan.filter);
    let total = total(connection, view, condition)?;
    if scan.paging.limit == 0 || scan.paging.offset >= total {
        return Ok(Page { rows: Vec::new(), total });
    }
    let narrowed = narrow(connection, view, scan, condition, total)?;
    let wanted = scan.paging.offset.saturating_add(scan.paging.limit.into());
    let rows = match narrowed {
        Some(narrowed) if wanted <= ROWS_MAX && narrowed.is_plain() => rows(connection, view, &narrowed, ordered(scan), scan.bodies)?,
        narrowed => {
            let condition = narrowed.as_ref().unwrap_or(condition);
            let keys = keys(connection, view, condition, ordered(scan))?;
            in_order(connection, view, Vec::new(), tenant, &keys, scan.bodies)?
        }
    };
    Ok(Page { rows, total })
}

fn total(connection: &Connection, view: &View, condition: &Condition) -> Result<u64, Trouble> {
    let counts = view.select(|_| "count(*) AS n".to_owned(), condition);
    let sql = format!("SELECT sum(n)::UBIGINT FROM {counts}");
    Ok(connection.query_row(&sql, condition.params(), |row| row.get(0))?)
}

/// The condition, narrowed to a stretch of time that is known to hold the page, where that is quick to find.
///
/// The engine keeps a heap of the best rows while it scans from the oldest, and as every row is newer than those before, it
/// rebuilds that heap for all of them. But events arrive nearly in order of time, so the last few that arrived hold enough
/// matching rows already; the least time among the best of them is one that no row of the page can be before.
///
/// `None` where it is not.
fn narrow(connection: &Connection, view: &View, scan: &Scan, condition: &Condition, total: u64) -> Result<Option<Condition>, Trouble> {
    let wanted = scan.paging.offset.saturating_add(scan.paging.limit.into());
    let rows = view.newest_seq.0;
    let arrivals = (u128::from(wanted) * u128::from(rows) * 2 / u128::from(total.max(1))).max(ARRIVALS_MIN);
    let arrivals = u64::try_from(arrivals).unwrap_or(u64::MAX);
    if wanted >= total || arrivals >= rows / 2 {
        return Ok(None);
    }
    let (arrived, worst, bound) = match scan.order {
        Order::Descending => (format!("seq > {}", rows - arrivals), "min", ">="),
        Order::Ascending => (format!("seq < {arrivals}"), "max", "<="),
    };
    let sql = format!(
        "SELECT count(*)::UBIGINT, {worst}(occurred_at) FROM (SELECT occurred_at FROM {rows} ORDER BY occurred_at {way} LIMIT {wanted})",
        rows = view.select(|_| "occurred_at".to_owned(), &condition.and(&arrived)),
        way = sql::direction(scan.order),
    );
    let found = connection.query_row(&sql, condition.params(), |row| Ok((row.get::<_, u64>(0)?, row.get::<_, Option<i64>>(1)?)))?;
    Ok(match found {
        (count, Some(worst)) if count == wanted => Some(condition.and(&format!("occurred_at {bound} {worst}"))),
        _ => None,
    })
}

/// A query for the scan's page of `rows`, in order.
fn ordered(scan: &Scan) -> impl Fn(&str) -> String {
    let way = sql::direction(scan.order);
    let tail = format!("ORDER BY occurred_at {way}, seq {way} LIMIT {} OFFSET {}", scan.paging.limit, scan.paging.offset);
    move |rows| format!("SELECT * FROM {rows} {tail}")
}

/// Where rows that fulfil a condition are; `query` makes the statement out of the rows.
fn keys(connection: &Connection, view: &View, condition: &Condition, query: impl Fn(&str) -> String) -> Result<Vec<Key>, Trouble> {
    let sql = query(&view.select(|place| format!("occurred_at, seq, {}::UBIGINT AS place", place.0), condition));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(condition.params())?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row);
        keys.push(Key { occurred_at: cells.i64()?, seq: Seq(cells.u64()?), place: Place(cells.u64()?) });
    }
    Ok(keys)
}

/// The rows with these keys, in the order of the keys.
fn in_order(
    connection: &Connection,
    view: &View,
    waiting: Vec<Event>,
    tenant: TenantId,
    keys: &[Key],
    bodies: bool,
) -> Result<Vec<Event>, Trouble> {
    let with = |mut event: Event| {
        if !bodies {
            event.facts.body = Body::NONE;
        }
        (event.seq, event)
    };
    let mut by_seq = waiting.into_iter().map(with).collect::<HashMap<_, _>>();
    let mut events = Vec::with_capacity(keys.len());
    for keys in keys.chunks(KEYS_MAX) {
        let rows = keys.iter().filter(|key| key.place != Place::WAITING).copied().collect::<Vec<_>>();
        let found = if rows.is_empty() { Vec::new() } else { fetch(connection, view, tenant, &rows, bodies)? };
        by_seq.extend(found.into_iter().map(|event| (event.seq, event)));
        events.extend(keys.iter().filter_map(|key| by_seq.remove(&key.seq)));
    }
    Ok(events)
}

fn fetch(connection: &Connection, view: &View, tenant: TenantId, keys: &[Key], bodies: bool) -> Result<Vec<Event>, Trouble> {
    let times = keys.iter().map(|key| key.occurred_at);
    let (first, last) = (times.clone().min().unwrap_or_default(), times.max().unwrap_or_default());
    let among = among(keys.iter().map(|key| key.seq.0));
    let condition = Condition::new(format!("tenant = {tenant} AND occurred_at BETWEEN {first} AND {last} AND {among}"));
    let has_any = |place| keys.iter().any(|key| key.place == place);
    read(connection, &view.select_from(has_any, columns(bodies), &condition), &condition, bodies)
}

/// The full rows that fulfil a condition; `query` makes the statement out of the rows.
pub(crate) fn rows(
    connection: &Connection,
    view: &View,
    condition: &Condition,
    query: impl Fn(&str) -> String,
    bodies: bool,
) -> Result<Vec<Event>, Trouble> {
    read(connection, &query(&view.select(columns(bodies), condition)), condition, bodies)
}

/// What [`read`] reads from each place.
fn columns(bodies: bool) -> impl Fn(Place) -> String {
    let names = row::names();
    move |place| match place {
        Place(number) if place != Place::FILE && bodies => format!("{names}, body, {number}::UBIGINT AS place"),
        Place(number) => format!("{names}, NULL::BLOB AS body, {number}::UBIGINT AS place"),
    }
}

fn read(connection: &Connection, sql: &str, condition: &Condition, bodies: bool) -> Result<Vec<Event>, Trouble> {
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(condition.params())?;
    let mut events = Vec::new();
    let mut lacking = Lacking::default();
    while let Some(found) = rows.next()? {
        let mut cells = Cells::new(found);
        let (mut event, applied, share) = row::read(&mut cells)?;
        let (in_row, place) = (cells.blob_if()?, Place(cells.u64()?));
        if bodies && !lacking.note(events.len(), place, (event.seq, applied), share) {
            event.facts.body = in_row.unwrap_or_default().into();
        }
        events.push(event);
    }
    lacking.fill(connection, &mut events)?;
    Ok(events)
}

/// A condition that lets all of `seqs` through, and few others: a range, which is what the engine prunes by, and the list of them
/// where the range holds many more.
pub(crate) fn among(seqs: impl ExactSizeIterator<Item = u64> + Clone) -> String {
    let first = seqs.clone().min().unwrap_or_default();
    let last = seqs.clone().max().unwrap_or_default();
    let range = format!("seq BETWEEN {first}::UBIGINT AND {last}::UBIGINT");
    if last - first < 4 * seqs.len() as u64 + SPARE_ROWS_MAX {
        return range;
    }
    format!("{range} AND seq IN ({})", sql::list(seqs))
}
