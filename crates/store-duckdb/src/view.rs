//! What a reader reads: which generations, and how much of the file, make up one state of the warehouse.
//!
//! A view never changes and stays right for as long as somebody holds it: records after it are excluded by position, rows
//! that settle meanwhile are excluded from the file and still in their generation, and what it names is not dropped before it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use debrief_model::{Position, Seq};

use crate::sql::Condition;

/// A set of tables in memory that is filled, sealed, moved into the file, and dropped.
#[derive(Debug, Default)]
pub(crate) struct Generation {
    number: u64,
    pub(crate) rows: AtomicU64,
    pub(crate) bytes: AtomicU64,
    /// Whether anything in it replaces an older version of an event.
    pub(crate) revises: AtomicBool,
}

impl Generation {
    pub(crate) fn new(number: u64) -> Self {
        Self { number, ..Self::default() }
    }

    pub(crate) fn after(&self) -> Self {
        Self::new(self.number + 1)
    }

    pub(crate) fn events(&self) -> String {
        Self::events_of(self.number)
    }

    /// The table of the generation of this number.
    pub(crate) fn events_of(number: u64) -> String {
        format!("events_g{number}")
    }

    pub(crate) fn dead(&self) -> String {
        format!("dead_g{}", self.number)
    }
}

/// The time between two settles. What a settle replaced can go once nobody holds an earlier epoch.
#[derive(Debug)]
pub(crate) struct Epoch;

/// One state of the warehouse.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// How much of the file belongs to it.
    pub(crate) settled_upto: Position,
    /// Whether the file still holds replaced versions.
    pub(crate) settled_dead: bool,
    /// Fresh rows, oldest generation first; the last one is open. Never empty.
    pub(crate) generations: Vec<Arc<Generation>>,
    /// The newest record in it.
    pub(crate) applied: Position,
    /// The greatest seq in it, to guess where rows are.
    pub(crate) newest_seq: Seq,
    pub(crate) epoch: Arc<Epoch>,
}

/// Where a row is: in the file, or in the generation of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(pub(crate) u64);

impl Place {
    /// Generations count from 1.
    pub(crate) const FILE: Self = Self(0);
    /// Among what waits to become rows.
    pub(crate) const WAITING: Self = Self(u64::MAX);
}

/// A table that has rows of a view, of the records after one and up to another.
struct Table {
    place: Place,
    name: String,
    after: Position,
    upto: Position,
}

impl View {
    pub(crate) fn open_generation(&self) -> &Arc<Generation> {
        self.generations.last().expect("a view always has an open generation")
    }

    /// Whether all of it is in the file, and nothing else in memory.
    pub(crate) fn is_settled(&self) -> bool {
        self.applied == self.settled_upto && self.fresh_rows() == 0
    }

    pub(crate) fn fresh_rows(&self) -> u64 {
        self.generations.iter().map(|generation| generation.rows.load(Ordering::Relaxed)).sum()
    }

    pub(crate) fn fresh_bytes(&self) -> u64 {
        self.generations.iter().map(|generation| generation.bytes.load(Ordering::Relaxed)).sum()
    }

    /// A parenthesised query over all rows of the view that fulfil `condition`, in their newest version.
    /// `columns` says what to select from each place.
    pub(crate) fn select(&self, columns: impl Fn(Place) -> String, condition: &Condition) -> String {
        self.select_from(|_| true, columns, condition)
    }

    /// The same over the rows in some of the places, one at least. Planning takes its time for each.
    pub(crate) fn select_from(&self, wanted: impl Fn(Place) -> bool, columns: impl Fn(Place) -> String, condition: &Condition) -> String {
        let alive = self.alive();
        let tables = self.tables().into_iter().filter(|table| wanted(table.place));
        let branches = tables.flat_map(|Table { place, name, after, upto }| {
            let after = if after > Position(0) { format!("applied > {after} AND ") } else { String::new() };
            let select = format!("SELECT {} FROM {name} AS e WHERE {after}applied <= {upto} AND ", columns(place));
            condition.ways().map(|way| format!("{select}{way}{alive}")).collect::<Vec<_>>()
        });
        format!("({})", branches.collect::<Vec<_>>().join(" UNION ALL "))
    }

    /// The tables that hold rows of the view, and up to which record; never none.
    fn tables(&self) -> Vec<Table> {
        let file = || Table { place: Place::FILE, name: "settled.events".to_owned(), after: Position(0), upto: self.settled_upto };
        let settled = (self.settled_upto > Position(0)).then(file);
        // What was moved into the file without having been here may have come here meanwhile.
        let fresh = |generation: &Arc<Generation>| Table {
            place: Place(generation.number),
            name: generation.events(),
            after: self.settled_upto,
            upto: self.applied,
        };
        let filled = self.generations.iter().filter(|generation| generation.rows.load(Ordering::Acquire) > 0);
        let tables = settled.into_iter().chain(filled.map(fresh)).collect::<Vec<_>>();
        if tables.is_empty() { vec![fresh(self.open_generation())] } else { tables }
    }

    /// A condition that leaves out replaced versions; empty when there are none, which is the common case and costs nothing.
    fn alive(&self) -> String {
        let revised = self.generations.iter().filter(|generation| generation.revises.load(Ordering::Acquire)).map(|g| g.dead());
        let settled = self.settled_dead.then(|| "settled.dead".to_owned());
        let tables = settled.into_iter().chain(revised).map(|table| format!("SELECT seq, applied FROM {table}")).collect::<Vec<_>>();
        if tables.is_empty() {
            return String::new();
        }
        format!(
            " AND NOT EXISTS (SELECT 1 FROM ({}) AS d WHERE d.seq = e.seq AND d.applied > e.applied AND d.applied <= {})",
            tables.join(" UNION ALL "),
            self.applied
        )
    }
}
