//! Objects: which field a name belongs to, and what a field that is not there becomes.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{Field, Reading};
use crate::budget::Budget;

/// A message of OTLP. Its fields are set in the order in which they come, so that the last of equal names wins.
pub(crate) trait Message: Default {
    /// As in [`Field`]: whether something that is no object is merely absent.
    const FORGIVING: bool;

    /// Takes the value that belongs to a name, whether it is known or not.
    fn set<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A, budget: &Budget) -> Result<(), A::Error>;
}

/// A message from an object, with the defaults of what the object leaves out.
pub(super) fn read_message<'de, T: Message, A: MapAccess<'de>>(mut object: A, budget: &Budget) -> Result<T, A::Error> {
    let mut message = T::default();
    while let Some(Name(name)) = object.next_key()? {
        message.set(&name, &mut object, budget)?;
    }
    Ok(message)
}

/// Implements [`Message`] for a published type by a table of names and fields.
///
/// Each name stands as published and as in the definitions of protobuf, which hand-written senders use. After the name of
/// a field that is one of several types come those types; one of them that is null leaves the field as it was, because
/// some senders write all of them and fill in one.
macro_rules! message {
    (
        $forgiving:ident $message:ty {
            $($($name:literal)|+ => $field:ident,)*
            $(one of $choice:ident { $($($case:literal)|+ => $variant:expr,)+ })?
        }
    ) => {
        impl $crate::json::message::Message for $message {
            const FORGIVING: bool = $crate::json::message::$forgiving;

            fn set<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                object: &mut A,
                budget: &$crate::budget::Budget,
            ) -> Result<(), A::Error> {
                match name {
                    $($($name)|+ => self.$field = $crate::json::message::Slot::filled(object, budget)?,)*
                    $($($($case)|+ => {
                        self.$choice = $crate::json::message::next(object, budget)?.map($variant).or(self.$choice.take());
                    })+)?
                    _ => $crate::json::message::skip(object)?,
                }
                Ok(())
            }
        }
    };
}
pub(super) use message;

/// For messages that must be objects.
pub(super) const STRICT: bool = false;

/// For messages within attributes, where anything may stand.
pub(super) const FORGIVING: bool = true;

/// A field as it stands in the struct of its message.
pub(super) trait Slot: Sized {
    /// Takes the value that comes next.
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, budget: &Budget) -> Result<Self, A::Error>;
}

impl<T: Field + Default> Slot for T {
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, budget: &Budget) -> Result<Self, A::Error> {
        next(object, budget).map(Option::unwrap_or_default)
    }
}

impl<T: Field> Slot for Option<T> {
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, budget: &Budget) -> Result<Self, A::Error> {
        next(object, budget)
    }
}

/// The value that comes next, `None` if it is absent.
pub(super) fn next<'de, T: Field, A: MapAccess<'de>>(object: &mut A, budget: &Budget) -> Result<Option<T>, A::Error> {
    object.next_value_seed(Reading::within(budget))
}

/// Passes over the value that comes next, however deep it is.
pub(super) fn skip<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    object.next_value::<IgnoredAny>().map(drop)
}

/// The name of a field, copied only if there are escapes in it.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("the name of a field")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}
