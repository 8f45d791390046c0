//! Reading JSON that must never be refused for one bad member: a member of the wrong type is unknown, of a repeated one the last
//! counts, unknown ones are skipped. Everything is borrowed from the request's text.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use debrief_content::repair_json;
use debrief_model::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::edge::time;

/// A struct of optional raw members, read from an object as this module's doc says. `null` is as good as absent.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $member:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default, Clone, Copy)]
        pub(super) struct $name<'a> {
            $(pub(super) $field: Option<&'a RawValue>,)*
        }

        impl<'a> $crate::agentops::lenient::Members<'a> for $name<'a> {
            fn take(&mut self, name: &str, value: &'a RawValue) -> bool {
                let slot = match name {
                    $($member => &mut self.$field,)*
                    _ => return false,
                };
                *slot = Some(value).filter(|value| value.get() != "null");
                true
            }

            fn knows(name: &str) -> bool {
                matches!(name, $($member)|*)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name<'de> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::agentops::lenient::read_members(deserializer)
            }
        }
    };
}
pub(super) use members;

/// What [`members!`] makes.
pub(super) trait Members<'a>: Default {
    /// Takes a member in if it is a known one.
    fn take(&mut self, name: &str, value: &'a RawValue) -> bool;
    /// Whether a member of that name would be taken.
    fn knows(name: &str) -> bool;
}

/// Reads an object.
pub(super) fn read_members<'de, D: Deserializer<'de>, M: Members<'de>>(deserializer: D) -> Result<M, D::Error> {
    struct Collect<M>(PhantomData<M>);
    impl<'de, M: Members<'de>> Visitor<'de> for Collect<M> {
        type Value = M;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<M, A::Error> {
            let mut members = M::default();
            while let Some(Name(name)) = map.next_key()? {
                if M::knows(&name) {
                    members.take(&name, map.next_value()?);
                } else {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            Ok(members)
        }
    }
    deserializer.deserialize_map(Collect(PhantomData))
}

/// A member's name, borrowed where it has no escapes.
pub(super) struct Name<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// All members of an object in their order; of a repeated one the last value counts.
#[derive(Default)]
pub(super) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Object<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Object::default();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    match members.0.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, slot)) => *slot = value,
                        None => members.0.push((name, value)),
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// The members of an object; nothing for anything else.
pub(super) fn object<'a, M: Members<'a> + Deserialize<'a>>(raw: Option<&'a RawValue>) -> M {
    raw.filter(|raw| raw.get().starts_with('{')).and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// A string's text, repaired where clients cut it in the middle of a character.
pub(super) fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = raw?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let decoded = serde_json::from_str::<String>(json).ok();
    decoded.or_else(|| serde_json::from_str(&repair_json(json)?).ok()).map(Cow::Owned)
}

/// A string that says something, or a number written as one.
pub(super) fn word(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    match raw?.get() {
        number if number.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => Some(Cow::Borrowed(number)),
        _ => text(raw).filter(|text| !text.is_empty()),
    }
}

/// What there is to read in any value: a string's text, or the JSON of anything else.
pub(super) fn said(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    text(raw).or_else(|| raw.filter(|raw| !raw.get().starts_with('"')).map(|raw| Cow::Borrowed(raw.get()))).filter(|text| !text.is_empty())
}

/// A count of tokens: a whole number that is not negative, also as a float or inside a string.
pub(super) fn count(raw: Option<&RawValue>) -> Option<u64> {
    let digits = word(raw)?;
    let exact = digits.parse::<u64>().ok();
    exact.or_else(|| whole(digits.parse().ok()?)).filter(|count| i64::try_from(*count).is_ok())
}

fn whole(number: f64) -> Option<u64> {
    let fits = (0.0..9e15).contains(&number) && number.fract() == 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number from 0 to 9e15")]
    fits.then_some(number as u64)
}

/// A moment: text in any form that clients send, or a Unix time.
pub(super) fn moment(raw: Option<&RawValue>) -> Option<Timestamp> {
    match text(raw) {
        Some(written) => time::parse(&written).or_else(|| time::from_number(written.trim().parse().ok()?)),
        None => time::from_number(raw?.get().parse().ok()?),
    }
}
