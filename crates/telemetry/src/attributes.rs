//! Attributes, found by their key.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

/// The attributes of one span. Nothing is copied, and nothing sorted until somebody asks for an order. Of equal keys the last counts, and
/// what has no value is not there.
#[derive(Debug)]
pub(crate) struct Attributes<'a> {
    all: Vec<Attribute<'a>>,
    /// Bits of the keys: most of what is asked for is absent, which these tell without a search.
    seen: [u64; 4],
    /// The same of their first letters.
    heads: u64,
}

#[derive(Debug)]
struct Attribute<'a> {
    /// Of the key: unequal for nearly all keys that are.
    hash: u64,
    /// The first letters of the key.
    head: u64,
    key: &'a str,
    value: Option<&'a Value>,
}

impl<'a> Attributes<'a> {
    pub(crate) fn of(attributes: &'a [KeyValue]) -> Self {
        let attribute = |attribute: &'a KeyValue| {
            let key = attribute.key.as_str();
            Attribute { hash: hash(key), head: head(key), key, value: value_of(attribute) }
        };
        let all: Vec<_> = attributes.iter().map(attribute).collect();
        let (mut seen, mut heads) = ([0; 4], 0);
        for Attribute { hash, head, .. } in &all {
            let (word, bit) = place(*hash);
            seen[word] |= bit;
            heads |= bit_of_head(*head);
        }
        Self { all, seen, heads }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Value> {
        let hash = hash(key);
        let (word, bit) = place(hash);
        if self.seen[word] & bit == 0 {
            return None;
        }
        self.all.iter().rev().find(|attribute| attribute.hash == hash && attribute.key == key)?.value
    }

    /// All whose key begins with this, in the order of their keys.
    pub(crate) fn starting_with(&self, prefix: &str) -> Vec<(&'a str, &'a Value)> {
        let mut found: Vec<_> = self.all.iter().rev().filter(|attribute| attribute.key.starts_with(prefix)).collect();
        found.sort_by_key(|attribute| attribute.key);
        found.dedup_by_key(|attribute| attribute.key);
        found.into_iter().filter_map(|attribute| Some((attribute.key, attribute.value?))).collect()
    }

    /// Whether there is one whose key begins with this, which must have three letters at least.
    pub(crate) fn any_starts_with(&self, prefix: &str) -> bool {
        let wanted = head(prefix);
        if self.heads & bit_of_head(wanted) == 0 {
            return false;
        }
        let letters = u64::MAX >> (64 - 8 * prefix.len().clamp(1, 8));
        let mut begin_so = self.all.iter().filter(|attribute| attribute.head & letters == wanted && attribute.key.starts_with(prefix));
        begin_so.any(|attribute| self.get(attribute.key).is_some())
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

/// The first eight letters of a key, the first in the lowest byte.
fn head(key: &str) -> u64 {
    let bytes = key.as_bytes();
    bytes
        .first_chunk()
        .map_or_else(|| bytes.iter().rev().fold(0, |head, byte| head << 8 | u64::from(*byte)), |head| u64::from_le_bytes(*head))
}

/// A bit that tells the first three letters.
fn bit_of_head(head: u64) -> u64 {
    1 << ((head & 0xFF_FFFF).wrapping_mul(MIX) >> 58)
}

/// An odd number with bits all over.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// Of a key's last letters, where keys differ, its first ones and its length.
fn hash(key: &str) -> u64 {
    let bytes = key.as_bytes();
    let end = bytes.last_chunk().map_or(0, |end| u64::from_le_bytes(*end));
    (end ^ head(key).rotate_left(29) ^ bytes.len() as u64).wrapping_mul(MIX)
}

/// The place of a key's bit.
fn place(hash: u64) -> (usize, u64) {
    ((hash >> 62) as usize, 1 << (hash >> 56 & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(keys: &[(&str, Option<i64>)]) -> Vec<KeyValue> {
        let attribute = |(key, value): &(&str, Option<i64>)| KeyValue {
            key: (*key).to_owned(),
            value: Some(AnyValue { value: value.map(Value::IntValue) }),
            ..KeyValue::default()
        };
        keys.iter().map(attribute).collect()
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_what_has_no_value_is_not_there() {
        let given = attributes(&[
            ("b.2", Some(1)),
            ("a", Some(2)),
            ("b.1", Some(3)),
            ("b.2", Some(4)),
            ("b.3", Some(5)),
            ("b.3", None),
            ("", Some(6)),
        ]);
        let all = Attributes::of(&given);
        let number = |key: &str| all.get(key).and_then(|value| if let Value::IntValue(number) = value { Some(*number) } else { None });
        let expected = [("b.2", Some(4)), ("a", Some(2)), ("b.3", None), ("", Some(6)), ("c", None), ("b", None)];
        assert_eq!(expected.map(|(key, _)| (key, number(key))), expected);
        let keys = |prefix: &str| all.starting_with(prefix).into_iter().map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(keys("b."), ["b.1", "b.2"]);
        assert_eq!(keys(""), ["", "a", "b.1", "b.2"]);
        assert_eq!(keys("b.3"), [""; 0]);
        assert!(all.any_starts_with("b.1") && all.any_starts_with("b.2") && !all.any_starts_with("b.3") && !all.any_starts_with("b.10"));
    }

    #[test]
    fn keys_of_any_length_are_found_by_any_beginning() {
        let key = "gen_ai.usage.input_tokens";
        for length in 3..=key.len() {
            let given = attributes(&[("gen_ai.usage", Some(0)), (&key[..length], Some(1)), ("gen", Some(2))]);
            let all = Attributes::of(&given);
            assert!(all.get(&key[..length]).is_some());
            for beginning in 3..=key.len() {
                let expected = given.iter().any(|attribute| attribute.key.starts_with(&key[..beginning]));
                assert_eq!(all.any_starts_with(&key[..beginning]), expected, "{beginning} letters of {length}");
                assert_eq!(!all.starting_with(&key[..beginning]).is_empty(), expected);
            }
            assert!(!all.any_starts_with("gen_bi") && !all.any_starts_with("gex"));
        }
    }
}
