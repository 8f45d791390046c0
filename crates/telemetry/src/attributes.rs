//! Attributes, found by their key.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// The attributes of one span, in the order of their keys. Nothing is copied. Of equal keys the last counts, and what
/// has no value is not there.
#[derive(Debug)]
pub(crate) struct Attributes<'a> {
    sorted: Vec<(&'a str, &'a Value)>,
    /// Bits of the keys: most of what is asked for is absent, which these tell without a search.
    seen: [u64; 4],
    /// The same of their first two letters.
    heads: u64,
}

impl<'a> Attributes<'a> {
    pub(crate) fn of(attributes: &'a [KeyValue]) -> Self {
        let mut all: Vec<(&str, usize)> = attributes.iter().enumerate().map(|(at, attribute)| (attribute.key.as_str(), at)).collect();
        all.sort_unstable_by(|(one, one_at), (other, other_at)| one.cmp(other).then(other_at.cmp(one_at)));
        all.dedup_by_key(|(key, _)| *key);
        let (mut seen, mut heads) = ([0; 4], 0);
        let with_value = |(key, at): (&'a str, usize)| Some((key, value_of(&attributes[at])?));
        let sorted: Vec<_> = all.into_iter().filter_map(with_value).collect();
        for (key, _) in &sorted {
            let (word, bit) = mark(key);
            seen[word] |= bit;
            heads |= head(key);
        }
        Self { sorted, seen, heads }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        let (word, bit) = mark(key);
        if self.seen[word] & bit == 0 {
            return None;
        }
        let at = self.sorted.binary_search_by(|(other, _)| (*other).cmp(key)).ok()?;
        Some(self.sorted[at].1)
    }

    /// All whose key begins with this, in the order of their keys.
    pub(crate) fn starting_with(&self, prefix: &str) -> &[(&'a str, &'a Value)] {
        let start = self.sorted.partition_point(|(key, _)| *key < prefix);
        let rest = &self.sorted[start..];
        &rest[..rest.partition_point(|(key, _)| key.starts_with(prefix))]
    }

    /// Whether there is one whose key begins with this, which must have two letters at least.
    pub(crate) fn any_starts_with(&self, prefix: &str) -> bool {
        if self.heads & head(prefix) == 0 {
            return false;
        }
        let start = self.sorted.partition_point(|(key, _)| *key < prefix);
        self.sorted.get(start).is_some_and(|(key, _)| key.starts_with(prefix))
    }
}

/// One of a few attributes, looked for without an index.
pub(crate) fn last<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Value> {
    attributes.iter().rev().find(|attribute| attribute.key == key).and_then(value_of)
}

fn value_of(attribute: &KeyValue) -> Option<&Value> {
    match attribute.value.as_ref() {
        Some(AnyValue { value: Some(Value::StringValueStrindex(_)) }) | None => None,
        Some(AnyValue { value }) => value.as_ref(),
    }
}

/// The bit of a key's first two letters.
fn head(key: &str) -> u64 {
    let letter = |at: usize| key.as_bytes().get(at).copied().unwrap_or(0);
    1 << (letter(0).wrapping_mul(5).wrapping_add(letter(1)) & 63)
}

/// The place of a key's bit.
fn mark(key: &str) -> (usize, u64) {
    let bytes = key.as_bytes();
    let shorter = || bytes.iter().fold(0, |end, byte| end << 8 | u64::from(*byte));
    let end = bytes.last_chunk().map_or_else(shorter, |end| u64::from_le_bytes(*end));
    let mixed = (end ^ bytes.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
    ((mixed >> 6) as usize, 1 << (mixed & 63))
}
