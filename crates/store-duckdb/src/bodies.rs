//! Where bodies are: in the row of their event, or, encoded together with others, in the row of one of those: their *holder*.
//!
//! The holder is the first event of a record whose body is in the block; `body_holder` names it in the rows of all of them, and
//! `applied` says which version of it. The others' own bodies are empty. A holder that is replaced by a later version keeps its body
//! for the others, until the last of them is replaced.

use std::sync::Arc;

use debrief_model::{Block, Body, Event, Position, Seq};
use debrief_store::body;
use duckdb::Connection;
use hashbrown::HashMap;

use crate::cells::{Cells, Unreadable};
use crate::error::Trouble;
use crate::row::Version;
use crate::scan::among;
use crate::view::{Generation, Place};

/// Finds who holds the blocks of a record, whose versions it is shown one after the other.
#[derive(Default)]
pub(crate) struct Holders(HashMap<*const Block, Seq>);

impl Holders {
    /// The holder of the block that the event's body is in, if it is in one.
    pub(crate) fn of(&mut self, event: &Event) -> Option<Seq> {
        let block = event.facts.body.block()?;
        Some(*self.0.entry(Arc::as_ptr(block)).or_insert(event.seq))
    }
}

/// What stands in the row of a version.
pub(crate) fn in_row<'e>(version: &Version<'e>) -> &'e [u8] {
    match &version.event().facts.body {
        Body::Own(bytes) => bytes,
        Body::Part(block, _) if version.holder == Some(version.seq) => &block.bytes,
        Body::Part(..) => &[],
    }
}

/// A row of `e` whose event has a body, which may be elsewhere.
pub(crate) const IS_ANY: &str = "(octet_length(e.body) > 0 OR e.body_holder IS NOT NULL)";

/// A row of `e` that holds a body of `events` which fulfils `condition`, said of `m`.
pub(crate) fn holds_for(events: &str, condition: &str) -> String {
    format!(
        "(e.body_holder = e.seq AND EXISTS (SELECT 1 FROM {events} AS m WHERE m.body_holder = e.seq AND m.applied = e.applied AND {condition}))"
    )
}

/// Deletes the bodies of versions that were replaced, while their events are still there: those that no other version needs. `replaced` says
/// of a row of events that the one of `d` replaced it.
pub(crate) fn bury(replaced: impl Fn(&str) -> String) -> String {
    format!(
        "DELETE FROM settled.payloads AS p USING (
             WITH dying AS (SELECT e.seq, e.applied, e.body_holder FROM settled.events AS e JOIN settled.dead AS d ON {dying})
             SELECT * FROM (SELECT seq, applied FROM dying UNION SELECT body_holder, applied FROM dying WHERE body_holder IS NOT NULL)
             EXCEPT
             SELECT m.body_holder, m.applied FROM settled.events AS m
             WHERE m.body_holder IN (SELECT body_holder FROM dying) AND NOT EXISTS (SELECT 1 FROM settled.dead AS d WHERE {replaced})
         ) AS f WHERE p.seq = f.seq AND p.applied = f.applied",
        dying = replaced("e"),
        replaced = replaced("m"),
    )
}

/// An event's share of a block.
#[derive(Clone, Copy)]
pub(crate) struct Share {
    pub(crate) holder: Seq,
    pub(crate) part: u32,
}

/// The row that holds a body.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Held {
    place: Place,
    seq: Seq,
    applied: Position,
}

/// The bodies that events of an answer still lack.
#[derive(Default)]
pub(crate) struct Lacking(HashMap<Held, Vec<(usize, Option<u32>)>>);

impl Lacking {
    /// Notes what the row of a version says of its body; `at` is the event's place in the answer. `false` where the body is in the row itself.
    pub(crate) fn note(&mut self, at: usize, place: Place, (seq, applied): (Seq, Position), share: Option<Share>) -> bool {
        let (seq, part) = match share {
            Some(Share { holder, part }) => (holder, Some(part)),
            None if place == Place::FILE => (seq, None),
            None => return false,
        };
        self.0.entry(Held { place, seq, applied }).or_default().push((at, part));
        true
    }

    /// Fetches them.
    pub(crate) fn fill(mut self, connection: &Connection, events: &mut [Event]) -> Result<(), Trouble> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut statement = connection.prepare(&self.query())?;
        let mut rows = statement.query([])?;
        while let Some(found) = rows.next()? {
            let mut cells = Cells::new(found);
            let held = Held { place: Place(cells.u64()?), seq: Seq(cells.u64()?), applied: Position(cells.u64()?) };
            let Some(wanted) = self.0.remove(&held) else { continue };
            put(cells.blob_if()?.unwrap_or_default(), &wanted, events)?;
        }
        // Events without a body have none in the file, but a block is always there.
        let is_lost = self.0.values().flatten().any(|(_, part)| part.is_some());
        if is_lost { Err(Unreadable::Missing.into()) } else { Ok(()) }
    }

    fn query(&self) -> String {
        let mut by_place: HashMap<Place, Vec<u64>> = HashMap::new();
        for held in self.0.keys() {
            by_place.entry(held.place).or_default().push(held.seq.0);
        }
        let branches = by_place.into_iter().map(|(place, seqs)| {
            let table = if place == Place::FILE { "settled.payloads".to_owned() } else { Generation::events_of(place.0) };
            format!("SELECT {}::UBIGINT AS place, seq, applied, body FROM {table} WHERE {}", place.0, among(seqs.iter().copied()))
        });
        branches.collect::<Vec<_>>().join(" UNION ALL ")
    }
}

/// Gives events their bodies, which are all of `bytes`, or parts of it.
fn put(bytes: Vec<u8>, wanted: &[(usize, Option<u32>)], events: &mut [Event]) -> Result<(), Unreadable> {
    if let [(at, None)] = wanted {
        events[*at].facts.body = bytes.into();
        return Ok(());
    }
    let block = body::block(bytes)?;
    for (at, part) in wanted {
        events[*at].facts.body = Body::Part(Arc::clone(&block), part.ok_or(Unreadable::Missing)?);
    }
    Ok(())
}
