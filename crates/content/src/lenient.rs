//! Reading JSON that may have any shape, without errors and without building trees.
//!
//! Everything works on [`RawValue`]s: text that is known to be valid JSON. Taking a container apart yields raw values
//! again, borrowed from the same text, so that a wrong type, an unreadable string or an enormous number in one place
//! cannot disturb its neighbours. `null` counts as absent. Skipping a value needs no recursion, however deep it is.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::repair::repair_surrogates;

/// The largest count taken over. Storage engines keep signed 64-bit integers, and no call has more tokens.
const COUNT_MAX: u64 = i64::MAX as u64;

/// The named fields of an object, `None` where absent, null, or `raw` is no object. The last of equal keys wins.
pub(crate) fn fields<'a, const N: usize>(raw: Option<&'a RawValue>, names: [&str; N]) -> [Option<&'a RawValue>; N] {
    let mut found = [None; N];
    each_field(raw, |name, value| {
        if let Some(at) = names.iter().position(|wanted| *wanted == name) {
            found[at] = Some(value).filter(|value| !is_null(value));
        }
    });
    found
}

/// Calls `visit` with every field of an object in order; does nothing for anything else.
pub(crate) fn each_field<'a>(raw: Option<&'a RawValue>, visit: impl FnMut(&str, &'a RawValue)) {
    if let Some(raw) = raw.filter(|raw| is_object(raw)) {
        let mut json = serde_json::Deserializer::from_str(raw.get());
        // Valid JSON cannot fail here; if it did, the fields seen so far would still be right.
        let _ = json.deserialize_map(Fields(visit));
    }
}

/// Calls `visit` with every item of an array in order; does nothing for anything else.
pub(crate) fn each_item<'a>(raw: Option<&'a RawValue>, mut visit: impl FnMut(&'a RawValue)) {
    items_while(raw, |item| {
        visit(item);
        true
    });
}

/// The first item of an array that is not null.
pub(crate) fn first_item(raw: Option<&RawValue>) -> Option<&RawValue> {
    let mut first = None;
    items_while(raw, |item| {
        first = Some(item).filter(|item| !is_null(item));
        first.is_none()
    });
    first
}

fn items_while<'a>(raw: Option<&'a RawValue>, visit: impl FnMut(&'a RawValue) -> bool) {
    if let Some(raw) = raw.filter(|raw| is_array(raw)) {
        let mut json = serde_json::Deserializer::from_str(raw.get());
        // As above: cannot fail on valid JSON, and what was seen stays right.
        let _ = json.deserialize_seq(Items(visit));
    }
}

/// A string's text. A string with lone surrogates is repaired rather than lost.
pub(crate) fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = raw.filter(|raw| is_string(raw))?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    let decoded = serde_json::from_str::<String>(json)
        .or_else(|_| serde_json::from_str(&repair_surrogates(json).unwrap_or_default()))
        .ok()?;
    Some(Cow::Owned(decoded))
}

/// A string that says something: like [`text`], but an empty one is unknown.
pub(crate) fn name(raw: Option<&RawValue>) -> Option<String> {
    text(raw).filter(|text| !text.is_empty()).map(Cow::into_owned)
}

/// A word for a person or a machine: a string, or a number written as one (error codes come as both).
pub(crate) fn word(raw: Option<&RawValue>) -> Option<String> {
    name(raw).or_else(|| raw.filter(|raw| is_number(raw)).map(|raw| raw.get().to_owned()))
}

/// A count: a whole number that is not negative, also as a float or inside a string. Anything else is unknown.
pub(crate) fn count(raw: Option<&RawValue>) -> Option<u64> {
    let digits = number_text(raw)?;
    let exact = digits.parse::<u64>().ok();
    exact.or_else(|| whole(digits.parse().ok()?)).filter(|count| *count <= COUNT_MAX)
}

fn whole(number: f64) -> Option<u64> {
    // The comparison also turns away NaN, infinities and what a u64 cannot hold.
    let fits = number >= 0.0 && number < COUNT_MAX as f64 && number.fract() == 0.0;
    fits.then_some(number as u64)
}

/// Whole seconds: an integer or a float, rounded down, also inside a string. Anything else is unknown.
pub(crate) fn seconds(raw: Option<&RawValue>) -> Option<i64> {
    let digits = number_text(raw)?;
    let exact = digits.parse::<i64>().ok();
    exact.or_else(|| {
        let floor = digits.parse::<f64>().ok()?.floor();
        (floor.abs() < i64::MAX as f64).then_some(floor as i64)
    })
}

fn number_text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    text(raw).or_else(|| raw.filter(|raw| is_number(raw)).map(|raw| Cow::Borrowed(raw.get())))
}

/// The object or array inside a string, for clients that send structures as JSON text.
pub(crate) fn open_json_string(raw: Option<&RawValue>) -> Option<Box<RawValue>> {
    let text = text(raw)?;
    let structured = text.trim_start().starts_with(['{', '[']);
    structured.then(|| RawValue::from_string(text.into_owned()).ok())?
}

/// Whether the value is an object.
pub(crate) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// Whether the value is an array.
pub(crate) fn is_array(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

/// Whether the value is a string.
pub(crate) fn is_string(raw: &RawValue) -> bool {
    raw.get().starts_with('"')
}

/// Whether the value is `true`.
pub(crate) fn is_true(raw: Option<&RawValue>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

fn is_null(raw: &RawValue) -> bool {
    raw.get() == "null"
}

fn is_number(raw: &RawValue) -> bool {
    raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}

struct Fields<F>(F);

impl<'de, F: FnMut(&str, &'de RawValue)> Visitor<'de> for Fields<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        // Keys are taken raw as well: one that does not decode must not end the object.
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if let Some(name) = text(Some(key)) {
                (self.0)(&name, value);
            }
        }
        Ok(())
    }
}

struct Items<F>(F);

impl<'de, F: FnMut(&'de RawValue) -> bool> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(item) = seq.next_element::<&RawValue>()? {
            if !(self.0)(item) {
                break;
            }
        }
        Ok(())
    }
}
