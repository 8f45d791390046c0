//! A lenient reader of OTLP's JSON, straight onto the published messages: no tree of values is built in between.
//!
//! Three ideas carry it. A [`Field`] says what each kind of JSON value means to one Rust type, and one visitor serves
//! them all. A [`Message`] says which field a name belongs to; the `message!` tables in the other files are nothing
//! else. A [`Slot`](message::Slot) is a field of a message as it stands in the struct, which is an option or has a default.
//!
//! What cannot be read is absent, within an attribute and for single ids, numbers and texts. Only the envelope must have
//! its shape: an object where OTLP has a list of spans is an error, because to take it for an empty list would be to
//! lose spans and call it success.
//!
//! Depth is bounded by serde_json, which refuses what nests more than 128 deep; values that are ignored are passed over
//! without recursion, so that their depth costs nothing.

mod astray;
mod bytes;
mod logs;
mod message;
mod metrics;
mod number;
mod trace;
mod value;

use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::budget::Budget;
use astray::Astray;
use message::{Manner, Message, read_message};
use number::Number;

/// What is known of the body while it is read.
pub(crate) struct Context {
    /// The memory it may still become.
    pub(crate) budget: Budget,
    /// The items in it that have no place there.
    pub(crate) astray: Astray,
}

impl Context {
    pub(crate) fn within(budget: Budget) -> Self {
        Self { budget, astray: Astray::default() }
    }
}

/// Reads a text that is one value and nothing after it. `null` is the default.
pub(crate) fn read_text<T: Field + Default>(text: &str, context: &Context) -> Result<T, serde_json::Error> {
    let mut from = serde_json::Deserializer::from_str(text);
    let found = Reading::<T>::within(context).deserialize(&mut from)?;
    from.end()?;
    Ok(found.unwrap_or_default())
}

/// A type that JSON can be read into: what each kind of JSON value means to it, which is nothing unless it says so.
/// `null` means nothing to all of them.
pub(crate) trait Field: Sized {
    /// Whether a value that means nothing is merely absent; otherwise the body is malformed.
    const FORGIVING: bool = true;

    fn of_text(_text: &str) -> Option<Self> {
        None
    }

    fn of_number(_number: Number) -> Option<Self> {
        None
    }

    fn of_truth(_truth: bool) -> Option<Self> {
        None
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, _context: &Context) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn of_object<'de, A: MapAccess<'de>>(mut object: A, _context: &Context) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

impl<T: Message> Field for T {
    const FORGIVING: bool = matches!(T::MANNER, Manner::Forgiving);

    fn of_object<'de, A: MapAccess<'de>>(object: A, context: &Context) -> Result<Option<Self>, A::Error> {
        read_message(object, context).map(Some)
    }
}

/// A list is as strict as what is in it. An element that is absent holds its place.
impl<T: Field + Default> Field for Vec<T> {
    const FORGIVING: bool = T::FORGIVING;

    fn of_list<'de, A: SeqAccess<'de>>(mut list: A, context: &Context) -> Result<Option<Self>, A::Error> {
        let mut elements = Self::new();
        while let Some(element) = list.next_element_seed(Reading::<T>::within(context))? {
            if !context.budget.spend(size_of::<T>()) {
                return Err(A::Error::custom("more parts than a body of this size may have"));
            }
            elements.push(element.unwrap_or_default());
        }
        Ok(Some(elements))
    }
}

impl Field for String {
    fn of_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Field for bool {
    fn of_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn of_truth(truth: bool) -> Option<Self> {
        Some(truth)
    }
}

/// Reads one `T`, or `None` where it is absent.
pub(crate) struct Reading<'b, T> {
    context: &'b Context,
    what: PhantomData<T>,
}

impl<'b, T> Reading<'b, T> {
    pub(crate) fn within(context: &'b Context) -> Self {
        Self { context, what: PhantomData }
    }
}

impl<'de, T: Field> DeserializeSeed<'de> for Reading<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de, T: Field> Visitor<'de> for Reading<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(WRONG_TYPE)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        settled(T::of_truth(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        settled(T::of_number(Number::Unsigned(number)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        settled(T::of_number(Number::Signed(number)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        settled(T::of_number(Number::Float(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        settled(T::of_text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        settled(T::of_list(list, self.context)?)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        settled(T::of_object(object, self.context)?)
    }
}

const WRONG_TYPE: &str = "a value of the type that OTLP has here";

fn settled<T: Field, E: Error>(found: Option<T>) -> Result<Option<T>, E> {
    if found.is_none() && !T::FORGIVING {
        return Err(E::custom(WRONG_TYPE));
    }
    Ok(found)
}
