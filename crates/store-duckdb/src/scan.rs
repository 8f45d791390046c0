//! Pages of events: count, find the page's keys in three narrow columns, then fetch just those rows and just those bodies.

use debrief_model::{Event, Page, Position, Scan, Seq, TenantId};
use duckdb::Connection;
use hashbrown::HashMap;

use crate::cells::Cells;
use crate::error::Trouble;
use crate::row;
use crate::sql::{self, Condition};
use crate::view::{Tier, View};

/// Rows fetched by one query.
const KEYS_MAX: usize = 1_000;

/// What identifies one version of an event, and where it stands in the order.
#[derive(Clone, Copy)]
struct Key {
    occurred_at: i64,
    seq: Seq,
}

/// A page, with the exact total.
pub(crate) fn scan(connection: &Connection, view: &View, tenant: TenantId, scan: &Scan) -> Result<Page<Event>, Trouble> {
    let condition = sql::matching(tenant, &scan.filter);
    let total = total(connection, view, &condition)?;
    if scan.paging.limit == 0 || scan.paging.offset >= total {
        return Ok(Page { rows: Vec::new(), total });
    }
    let keys = keys(connection, view, scan, &condition)?;
    let mut rows = Vec::with_capacity(keys.len());
    for keys in keys.chunks(KEYS_MAX) {
        rows.extend(in_order(keys, fetch(connection, view, tenant, keys, scan.bodies)?));
    }
    Ok(Page { rows, total })
}

fn total(connection: &Connection, view: &View, condition: &Condition) -> Result<u64, Trouble> {
    let counts = view.select(|_| "count(*) AS n".to_owned(), &condition.sql);
    let sql = format!("SELECT sum(n)::UBIGINT FROM {counts}");
    Ok(connection.query_row(&sql, condition.params(), |row| row.get(0))?)
}

fn keys(connection: &Connection, view: &View, scan: &Scan, condition: &Condition) -> Result<Vec<Key>, Trouble> {
    let sql = format!(
        "SELECT occurred_at, seq FROM {rows} ORDER BY occurred_at {way}, seq {way} LIMIT {limit} OFFSET {offset}",
        rows = view.select(|_| "occurred_at, seq".to_owned(), &condition.sql),
        way = sql::direction(scan.order),
        limit = scan.paging.limit,
        offset = scan.paging.offset,
    );
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(condition.params())?;
    let mut keys = Vec::new();
    while let Some(row) = rows.next()? {
        let mut cells = Cells::new(row);
        keys.push(Key { occurred_at: cells.i64()?, seq: Seq(cells.u64()?) });
    }
    Ok(keys)
}

fn fetch(connection: &Connection, view: &View, tenant: TenantId, keys: &[Key], bodies: bool) -> Result<Vec<Event>, Trouble> {
    let (Some(first), Some(last)) = (keys.iter().map(|key| key.occurred_at).min(), keys.iter().map(|key| key.occurred_at).max()) else {
        return Ok(Vec::new());
    };
    let bounds = seq_bounds(keys.iter().map(|key| key.seq));
    let seqs = sql::list(keys.iter().map(|key| key.seq.0));
    let condition = format!("tenant = {tenant} AND occurred_at BETWEEN {first} AND {last} AND {bounds} AND seq IN ({seqs})");
    rows(connection, view, &condition, &[], bodies)
}

/// The full rows that fulfil a condition.
pub(crate) fn rows(
    connection: &Connection,
    view: &View,
    condition: &str,
    texts: &[String],
    bodies: bool,
) -> Result<Vec<Event>, Trouble> {
    let names = row::names();
    let columns = |tier| match tier {
        Tier::Settled => format!("{names}, NULL::BLOB AS body, TRUE AS settled"),
        Tier::Fresh if bodies => format!("{names}, body, FALSE AS settled"),
        Tier::Fresh => format!("{names}, NULL::BLOB AS body, FALSE AS settled"),
    };
    let sql = view.select(columns, condition);
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query(duckdb::params_from_iter(texts))?;
    let mut events = Vec::new();
    let mut elsewhere = HashMap::new();
    while let Some(found) = rows.next()? {
        let mut cells = Cells::new(found);
        let (mut event, applied) = row::read(&mut cells)?;
        event.facts.body = cells.blob_if()?.unwrap_or_default();
        if cells.bool_if()?.unwrap_or_default() {
            elsewhere.insert((event.seq, applied), events.len());
        }
        events.push(event);
    }
    if bodies && !elsewhere.is_empty() {
        fill_bodies(connection, &elsewhere, &mut events)?;
    }
    Ok(events)
}

/// Takes the bodies of settled rows from where the file keeps them.
fn fill_bodies(connection: &Connection, wanted: &HashMap<(Seq, Position), usize>, events: &mut [Event]) -> Result<(), Trouble> {
    let bounds = seq_bounds(wanted.keys().map(|(seq, _)| *seq));
    let seqs = sql::list(wanted.keys().map(|(seq, _)| seq.0));
    let sql = format!("SELECT seq, applied, body FROM settled.payloads WHERE {bounds} AND seq IN ({seqs})");
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(found) = rows.next()? {
        let mut cells = Cells::new(found);
        let version = (Seq(cells.u64()?), Position(cells.u64()?));
        if let Some(&at) = wanted.get(&version) {
            events[at].facts.body = cells.blob_if()?.unwrap_or_default();
        }
    }
    Ok(())
}

/// A range that contains all of `seqs`: what the engine prunes by.
fn seq_bounds(seqs: impl Iterator<Item = Seq> + Clone) -> String {
    let first = seqs.clone().min().unwrap_or_default();
    let last = seqs.max().unwrap_or_default();
    format!("seq BETWEEN {first}::UBIGINT AND {last}::UBIGINT")
}

fn in_order(keys: &[Key], events: Vec<Event>) -> Vec<Event> {
    let mut by_seq = events.into_iter().map(|event| (event.seq, event)).collect::<HashMap<_, _>>();
    keys.iter().filter_map(|key| by_seq.remove(&key.seq)).collect()
}
