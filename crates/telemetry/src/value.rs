//! Attribute values as facts: senders write counts as text and lists as JSON, and mean the same.

use std::borrow::Cow;

use opentelemetry_proto::tonic::common::v1::{AnyValue, any_value::Value};
use serde_json::value::RawValue;

use crate::money::Amount;
use crate::{json, keep};

/// The largest count taken over: storage keeps signed 64-bit integers, and no call has more tokens.
const COUNT_MAX: u64 = i64::MAX as u64;

/// The text of a value; of a list, that of its first. Empty text is unknown.
pub(crate) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::StringValue(text) => Some(Cow::Borrowed(text.as_str())).filter(|text| !text.is_empty()),
        Value::BoolValue(is) => Some(Cow::Borrowed(if *is { "true" } else { "false" })),
        Value::IntValue(number) => Some(Cow::Owned(number.to_string())),
        Value::DoubleValue(number) => Some(Cow::Owned(keep::double(*number))),
        Value::ArrayValue(list) => text(list.values.first()?.value.as_ref()?),
        Value::KvlistValue(_) | Value::BytesValue(_) | Value::StringValueStrindex(_) => None,
    }
}

/// A count: a whole number that is not negative.
pub(crate) fn count(value: &Value) -> Option<u64> {
    let exact = match value {
        Value::IntValue(number) => u64::try_from(*number).ok(),
        Value::StringValue(text) => text.trim().parse::<u64>().ok(),
        _ => None,
    };
    let whole = |number: f64| (number >= 0.0 && number < COUNT_MAX as f64 && number.fract() == 0.0).then_some(number as u64);
    exact.or_else(|| whole(number(value)?)).filter(|count| *count <= COUNT_MAX)
}

/// A number that is one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::IntValue(number) => Some(*number as f64),
        Value::DoubleValue(number) => Some(*number),
        Value::StringValue(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// An amount of money as decimal text: as sent, if it has no exponent, and of a number its shortest.
pub(crate) fn amount(value: &Value) -> Option<String> {
    let written = match value {
        Value::StringValue(text) => Cow::Borrowed(text.trim()),
        Value::IntValue(number) => Cow::Owned(number.to_string()),
        Value::DoubleValue(number) => Cow::Owned(number.to_string()),
        _ => return None,
    };
    let amount = Amount::of(&written)?;
    Some(if written.contains(['e', 'E']) { amount.text() } else { written.into_owned() })
}

/// The sum of amounts, of which at least one must be there.
pub(crate) fn sum(amounts: impl Iterator<Item = String>) -> Option<String> {
    amounts.filter_map(|amount| Amount::of(&amount)).map(Some).reduce(|sum, part| sum?.plus(part?)).flatten().map(Amount::text)
}

/// The words of a list: an array, a JSON array in a text, or a text that is the only word.
pub(crate) fn words(value: &Value) -> Vec<String> {
    let of_json = |text: &str| {
        let items = json::items(text)?;
        Some(items.into_iter().filter_map(|item| json::scalar(item).map(Cow::into_owned)).collect())
    };
    match value {
        Value::ArrayValue(list) => {
            let texts = list.values.iter().filter_map(|item| text(item.value.as_ref()?));
            texts.map(Cow::into_owned).collect()
        }
        Value::StringValue(text) if text.is_empty() => Vec::new(),
        Value::StringValue(text) => of_json(text).unwrap_or_else(|| vec![text.clone()]),
        other => text(other).map(Cow::into_owned).into_iter().collect(),
    }
}

/// A member of a structure, by its path: of a list of values, of a JSON object in a text, and of an array the first.
pub(crate) fn member<'a>(value: &'a Value, path: &str) -> Option<Cow<'a, Value>> {
    match value {
        _ if path.is_empty() => Some(Cow::Borrowed(value)),
        Value::StringValue(text) => json::member(text, path).map(|found| Cow::Owned(Value::StringValue(found.into_owned()))),
        Value::ArrayValue(list) => member(list.values.first()?.value.as_ref()?, path),
        Value::KvlistValue(list) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            let AnyValue { value } = list.values.iter().rev().find(|attribute| attribute.key == name)?.value.as_ref()?;
            member(value.as_ref()?, rest)
        }
        _ => None,
    }
}

/// The value as JSON: a text that is JSON itself is taken for what it says.
pub(crate) fn structure(value: &Value) -> Option<Cow<'_, RawValue>> {
    match value {
        Value::StringValue(said) => match json::structured(said) {
            Some(json) => Some(Cow::Borrowed(json)),
            None => string(said).map(Cow::Owned),
        },
        other => RawValue::from_string(keep::value_json(other)).ok().map(Cow::Owned),
    }
}

/// A text as a JSON string.
pub(crate) fn string(text: &str) -> Option<Box<RawValue>> {
    RawValue::from_string(keep::string_json(text)).ok()
}
