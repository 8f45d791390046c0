//! Taking JSON objects apart into slices of their text: a wrong type in one member cannot spoil another, of a repeated member the last one
//! counts, and what is only kept is never built.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

type Raw<'a> = Option<&'a RawValue>;

/// The named members of the object that `text` is; `None` where absent.
///
/// # Errors
/// When it is not a JSON object.
pub fn members<'a, const N: usize>(text: &'a str, names: [&'static str; N]) -> serde_json::Result<[Raw<'a>; N]> {
    let mut source = serde_json::Deserializer::from_str(text);
    let found = Members(names).deserialize(&mut source)?;
    source.end()?;
    Ok(found)
}

struct Members<const N: usize>([&'static str; N]);

impl<'a, const N: usize> DeserializeSeed<'a> for Members<N> {
    type Value = [Raw<'a>; N];

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_map(self)
    }
}

impl<'a, const N: usize> Visitor<'a> for Members<N> {
    type Value = [Raw<'a>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(place) = map.next_key_seed(Place(&self.0))? {
            match place {
                Some(place) => found[place] = Some(map.next_value()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(found)
    }
}

/// Where a member's name stands among the wanted ones; reads it without a copy.
struct Place<'n>(&'n [&'static str]);

impl<'a> DeserializeSeed<'a> for Place<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'a>>(self, source: D) -> Result<Self::Value, D::Error> {
        source.deserialize_str(self)
    }
}

impl Visitor<'_> for Place<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|wanted| *wanted == name))
    }
}
