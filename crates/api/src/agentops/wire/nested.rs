//! Dotted keys as objects within objects: `gen_ai.prompt.0.role` becomes `{"gen_ai":{"prompt":[{"role":…}]}}`.
//!
//! Whatever the keys are, the result is no deeper than [`LEVELS_MAX`] and no longer than a few times what went in.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::value::RawValue;

/// Levels that keys open; dots beyond them stay dots.
const LEVELS_MAX: usize = 32;
/// Places of an array that nothing is at, beyond as many as there are that something is at.
const GAPS_MAX: usize = 8;

/// Attributes, nested.
#[derive(Debug, Default)]
pub(in crate::agentops) struct Nested<'a>(BTreeMap<String, Node<'a>>);

#[derive(Debug)]
enum Node<'a> {
    Leaf(&'a RawValue),
    Branch(BTreeMap<String, Node<'a>>),
}

impl<'a> Nested<'a> {
    /// Nests attributes. A key that would have to be within another one's value stays as it is.
    pub(in crate::agentops) fn of(attributes: BTreeMap<String, &'a RawValue>) -> Self {
        let mut root = BTreeMap::new();
        // In the order of keys, what stands in the way of others comes before them.
        for (key, value) in attributes {
            if !put(&mut root, &key, value) {
                root.insert(key, Node::Leaf(value));
            }
        }
        Self(root)
    }
}

/// Whether there was room.
fn put<'a>(root: &mut BTreeMap<String, Node<'a>>, key: &str, value: &'a RawValue) -> bool {
    let mut at = root;
    let mut parts = key.splitn(LEVELS_MAX, '.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return match at.get(part) {
                Some(_) => false,
                None => at.insert(part.to_owned(), Node::Leaf(value)).is_none(),
            };
        }
        match at.entry(part.to_owned()).or_insert_with(|| Node::Branch(BTreeMap::new())) {
            Node::Leaf(_) => return false,
            Node::Branch(within) => at = within,
        }
    }
    false
}

/// The members in the order of an array, where all are numbers without large gaps.
fn places<'n, 'a>(members: &'n BTreeMap<String, Node<'a>>) -> Option<Vec<Option<&'n Node<'a>>>> {
    let room = members.len() * 2 + GAPS_MAX;
    let mut places = Vec::new();
    for (key, node) in members {
        let place = key.parse::<usize>().ok().filter(|place| *place < room && place.to_string() == *key)?;
        if places.len() <= place {
            places.resize(place + 1, None);
        }
        places[place] = Some(node);
    }
    Some(places)
}

impl Serialize for Nested<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        object(&self.0, serializer)
    }
}

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Leaf(value) => value.serialize(serializer),
            Self::Branch(members) => match places(members) {
                Some(places) => {
                    let mut list = serializer.serialize_seq(Some(places.len()))?;
                    places.iter().try_for_each(|place| list.serialize_element(place))?;
                    list.end()
                }
                None => object(members, serializer),
            },
        }
    }
}

fn object<S: Serializer>(members: &BTreeMap<String, Node<'_>>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(members.len()))?;
    members.iter().try_for_each(|(key, node)| map.serialize_entry(key, node))?;
    map.end()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn nested(flat: &str) -> Value {
        serde_json::to_value(Nested::of(serde_json::from_str(flat).unwrap())).unwrap()
    }

    #[test]
    fn dots_open_objects_and_numbers_arrays() {
        let flat = r#"{"gen_ai.prompt.1.role":"user","gen_ai.prompt.0.role":"system","gen_ai.prompt.0.content":"x","gen_ai.system":"OpenAI","plain":[1,2]}"#;
        let expected = json!({
            "gen_ai": {"prompt": [{"role": "system", "content": "x"}, {"role": "user"}], "system": "OpenAI"},
            "plain": [1, 2],
        });
        assert_eq!(nested(flat), expected);
        let many: BTreeMap<String, usize> = (0..12).map(|place| (format!("a.{place}"), place)).collect();
        assert_eq!(nested(&json!(many).to_string()), json!({"a": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]}));
    }

    #[test]
    fn small_gaps_are_filled_and_large_ones_are_not() {
        assert_eq!(nested(r#"{"a.2.b":1}"#), json!({"a": [null, null, {"b": 1}]}));
        assert_eq!(nested(r#"{"a.999999999.b":1}"#), json!({"a": {"999999999": {"b": 1}}}));
        assert_eq!(nested(r#"{"a.99999999999999999999999.b":1}"#), json!({"a": {"99999999999999999999999": {"b": 1}}}));
        assert_eq!(nested(r#"{"a.01":1,"a.1":2}"#), json!({"a": {"01": 1, "1": 2}}));
        assert_eq!(nested(r#"{"a.0":1,"a.b":2}"#), json!({"a": {"0": 1, "b": 2}}));
    }

    #[test]
    fn nothing_is_lost_where_a_value_is_in_the_way() {
        assert_eq!(nested(r#"{"a":1,"a.b":2,"a.b.c":3}"#), json!({"a": 1, "a.b": 2, "a.b.c": 3}));
        assert_eq!(nested(r#"{"a.b":2,"a":{"c":1}}"#), json!({"a": {"c": 1}, "a.b": 2}));
        assert_eq!(nested(r#"{"":1,".":2,"a.":3,"a..b":4,"0":5}"#), json!({"": 1, ".": 2, "a": {"": 3}, "a..b": 4, "0": 5}));
    }

    #[test]
    fn keys_open_no_more_levels_than_there_is_room_for() {
        let deep = "a.".repeat(100_000) + "a";
        let text = serde_json::to_string(&Nested::of(BTreeMap::from([(deep, RawValue::NULL)]))).unwrap();
        assert_eq!(text.matches('{').count(), LEVELS_MAX);
    }

    #[test]
    fn the_result_is_not_much_longer_than_the_keys() {
        let flat: BTreeMap<String, u8> = (0..2_000).map(|key| (format!("a{key}.9.b"), 1)).collect();
        let flat = json!(flat).to_string();
        let text = serde_json::to_string(&Nested::of(serde_json::from_str(&flat).unwrap())).unwrap();
        assert!(text.len() < flat.len() * 6, "{} from {}", text.len(), flat.len());
    }
}
