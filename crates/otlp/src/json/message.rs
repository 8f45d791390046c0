//! Objects: which field a name belongs to, and what a field that is not there becomes.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{Context, Field, Reading, astray};

/// A message of OTLP. Its fields are set in the order in which they come, so that the last of equal names wins.
pub(crate) trait Message: Default {
    /// How strictly it is read.
    const MANNER: Manner;

    /// Takes the value that belongs to a name, whether it is known or not.
    fn set<'de, A: MapAccess<'de>>(&mut self, name: &str, object: &mut A, context: &Context) -> Result<(), A::Error>;
}

/// A message from an object, with the defaults of what the object leaves out.
pub(super) fn read_message<'de, T: Message, A: MapAccess<'de>>(mut object: A, context: &Context) -> Result<T, A::Error> {
    let mut message = T::default();
    while let Some(Name(name)) = object.next_key()? {
        message.set(&name, &mut object, context)?;
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
        $manner:ident $message:ty {
            $($($name:literal)|+ => $field:ident,)*
            $(one of $choice:ident { $($($case:literal)|+ => $variant:expr,)+ })?
        }
    ) => {
        impl $crate::json::message::Message for $message {
            const MANNER: $crate::json::message::Manner = $crate::json::message::Manner::$manner;

            fn set<'de, A: serde::de::MapAccess<'de>>(
                &mut self,
                name: &str,
                object: &mut A,
                context: &$crate::json::Context,
            ) -> Result<(), A::Error> {
                match name {
                    $($($name)|+ => self.$field = $crate::json::message::Slot::filled(object, context)?,)*
                    $($($($case)|+ => {
                        self.$choice = $crate::json::message::next(object, context)?.map($variant).or(self.$choice.take());
                    })+)?
                    _ => $crate::json::message::unknown::<Self, A>(name, object, context)?,
                }
                Ok(())
            }
        }
    };
}
pub(super) use message;

/// How strictly a message is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It must be an object, and no list of items may stand in it under another name.
    Envelope,
    /// It must be an object.
    Strict,
    /// It stands within an attribute, where anything may stand: something that is no object is merely absent.
    Forgiving,
}

/// A field as it stands in the struct of its message.
pub(super) trait Slot: Sized {
    /// Takes the value that comes next.
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, context: &Context) -> Result<Self, A::Error>;
}

impl<T: Field + Default> Slot for T {
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, context: &Context) -> Result<Self, A::Error> {
        next(object, context).map(Option::unwrap_or_default)
    }
}

impl<T: Field> Slot for Option<T> {
    fn filled<'de, A: MapAccess<'de>>(object: &mut A, context: &Context) -> Result<Self, A::Error> {
        next(object, context)
    }
}

/// The value that comes next, `None` if it is absent.
pub(super) fn next<'de, T: Field, A: MapAccess<'de>>(object: &mut A, context: &Context) -> Result<Option<T>, A::Error> {
    object.next_value_seed(Reading::within(context))
}

/// Passes over the value of a name that the message has no field for.
pub(super) fn unknown<'de, T: Message, A: MapAccess<'de>>(name: &str, object: &mut A, context: &Context) -> Result<(), A::Error> {
    if T::MANNER == Manner::Envelope { astray::pass(name, object, context) } else { skip(object) }
}

/// Passes over the value that comes next, however deep it is.
pub(super) fn skip<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    object.next_value::<IgnoredAny>().map(drop)
}

/// The name of a field, copied only if there are escapes in it.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

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
