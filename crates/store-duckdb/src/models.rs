//! Numbers that stand for names of models: there are few, and each is told a million times.
//!
//! To sum over a million calls by model takes most of its time to unpack their names; a number of a few bits takes a tenth of that. The
//! file has a table of the names, and gets the new ones in the transaction that brings the first rows with their numbers.

use std::sync::Arc;

use duckdb::{Connection, params};
use hashbrown::HashMap;
use parking_lot::RwLock;

/// Where an event has no model. Not a missing value, which the engine would have to look for apart.
pub(crate) const NONE: u32 = 0;
/// A model without a number: there are more names than it makes sense to remember.
pub(crate) const OTHER: u32 = u32::MAX;
/// So many bytes of names are remembered.
pub(crate) const BYTES_MAX: usize = 4 << 20;
/// What remembering a name takes beside its letters.
pub(crate) const NAME_BYTES: usize = 64;

/// The names of a warehouse.
#[derive(Debug, Default)]
pub(crate) struct Models(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    /// The name of number 1 comes first.
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
    bytes: usize,
    has_others: bool,
}

impl Models {
    /// The names in the file.
    pub(crate) fn load(connection: &Connection) -> duckdb::Result<Self> {
        let mut known = Known::default();
        let mut statement = connection.prepare("SELECT name FROM settled.models ORDER BY number")?;
        for name in statement.query_map([], |row| row.get::<_, String>(0))? {
            known.remember(&name?);
        }
        let sql = format!("SELECT EXISTS (SELECT 1 FROM settled.events WHERE model = {OTHER})");
        known.has_others |= connection.query_row(&sql, [], |row| row.get::<_, bool>(0))?;
        Ok(Self(RwLock::new(known)))
    }

    /// The numbers of some names.
    pub(crate) fn numbers<'a, C: FromIterator<u32>>(&self, names: impl Iterator<Item = Option<&'a str>>) -> C {
        let mut known = self.0.write();
        names.map(|name| name.map_or(NONE, |name| known.number(name))).collect()
    }

    /// Whether every model has a number. True for rows that were made before asking.
    pub(crate) fn are_numbered(&self) -> bool {
        !self.0.read().has_others
    }

    /// The name that a number stands for, if it is one's.
    pub(crate) fn name(&self, number: u32) -> Option<String> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.0.read().names.get(place).map(|name| (**name).to_owned())
    }

    pub(crate) fn count(&self) -> usize {
        self.0.read().names.len()
    }

    /// Puts the names after the first `kept` into the file. Answers how many it has then.
    pub(crate) fn keep(&self, connection: &Connection, kept: usize) -> duckdb::Result<usize> {
        let new = self.0.read().names[kept..].to_vec();
        if !new.is_empty() {
            let mut statement = connection.prepare("INSERT INTO settled.models VALUES (?, ?)")?;
            for (name, number) in new.iter().zip(kept as u64 + 1..) {
                statement.execute(params![number, &**name])?;
            }
        }
        Ok(kept + new.len())
    }
}

impl Known {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        if self.bytes + name.len() + NAME_BYTES > BYTES_MAX {
            self.has_others = true;
            return OTHER;
        }
        self.remember(name)
    }

    fn remember(&mut self, name: &str) -> u32 {
        let name = Arc::<str>::from(name);
        self.bytes += name.len() + NAME_BYTES;
        self.names.push(Arc::clone(&name));
        let number = u32::try_from(self.names.len()).expect("names are bounded by their bytes");
        self.numbers.insert(name, number);
        number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(models: &Models, names: &[&str]) -> Vec<u32> {
        models.numbers(names.iter().map(|name| (!name.is_empty()).then_some(*name)))
    }

    #[test]
    fn each_name_has_one_number() {
        let models = Models::default();
        assert_eq!(numbers(&models, &["a", "", "b", "a", "B"]), [1, NONE, 2, 1, 3]);
        assert_eq!(
            [0, 1, 2, 3, 4, OTHER].map(|number| models.name(number)),
            [None, Some("a"), Some("b"), Some("B"), None, None].map(|name| name.map(str::to_owned))
        );
        assert!(models.are_numbered());
    }

    #[test]
    fn more_names_than_can_be_remembered_have_no_number() {
        let models = Models::default();
        let long = "m".repeat(BYTES_MAX - NAME_BYTES - 100);
        assert_eq!(numbers(&models, &[&long, "a"]), [1, 2]);
        assert!(models.are_numbered());
        assert_eq!(numbers(&models, &["b", "a", &long]), [OTHER, 2, 1]);
        assert!(!models.are_numbered());
    }
}
