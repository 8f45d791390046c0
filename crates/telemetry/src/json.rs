//! JSON in texts, taken apart one level at a time without building trees.

use std::borrow::Cow;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The text as JSON, if it is an object, an array, or a string in quotes.
pub(crate) fn structured(text: &str) -> Option<&RawValue> {
    let begins = text.trim_start().starts_with(['{', '[', '"']);
    begins.then(|| serde_json::from_str(text).ok())?
}

/// What stands at a path of member names, for example `usage.inputTokens`; of an array its first item goes on. A
/// string is its text, everything else its JSON. Null and the empty string are nothing.
pub(crate) fn member<'a>(text: &'a str, path: &str) -> Option<Cow<'a, str>> {
    let mut text = text.trim_start();
    for name in path.split('.').filter(|name| !name.is_empty()) {
        if text.starts_with('[') {
            text = items(text)?.first()?.get();
        }
        text = members(text)?.into_iter().rev().find(|(key, _)| key == name)?.1.get();
    }
    scalar(serde_json::from_str(text).ok()?)
}

/// A string's text, or the JSON of anything else.
pub(crate) fn scalar(json: &RawValue) -> Option<Cow<'_, str>> {
    let text = match json.get().starts_with('"') {
        true => serde_json::from_str::<CowText<'_>>(json.get()).ok()?.0,
        false => Cow::Borrowed(json.get()),
    };
    Some(text).filter(|text| !text.is_empty() && text != "null")
}

/// The members of an object, in the order written.
pub(crate) fn members(text: &str) -> Option<Vec<(Cow<'_, str>, &RawValue)>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut parser = serde_json::Deserializer::from_str(text);
    parser.deserialize_map(Members).ok()
}

/// The items of an array.
pub(crate) fn items(text: &str) -> Option<Vec<&RawValue>> {
    if !text.trim_start().starts_with('[') {
        return None;
    }
    let mut found = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    parser.deserialize_seq(Items(&mut found)).ok()?;
    Some(found)
}

/// Whether the text begins like messages or a request, so that it was cut off if it is no JSON.
pub(crate) fn begins_like_messages(text: &str) -> bool {
    const BEGINNINGS: [&str; 5] = ["[{\"", "{\"messages\"", "{\"role\"", "{\"contents\"", "{\"model\""];
    let text = text.trim_start();
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
}

/// The items of an array up to the one that it breaks off in. `None` if that is the first.
pub(crate) fn whole_items(text: &str) -> Option<Box<RawValue>> {
    let mut found = Vec::new();
    let mut parser = serde_json::Deserializer::from_str(text);
    // The error is that the text ends; what came before it has been collected by then.
    let _ = parser.deserialize_seq(Items(&mut found));
    let list: Vec<_> = found.iter().map(|item| item.get()).collect();
    (!list.is_empty()).then(|| RawValue::from_string(format!("[{}]", list.join(","))).ok())?
}

#[derive(serde::Deserialize)]
struct CowText<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((CowText(key), value)) = map.next_entry::<CowText<'de>, &'de RawValue>()? {
            members.push((key, value));
        }
        Ok(members)
    }
}

struct Items<'a, 'de>(&'a mut Vec<&'de RawValue>);

impl<'de> Visitor<'de> for Items<'_, 'de> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while let Some(item) = items.next_element()? {
            self.0.push(item);
        }
        Ok(())
    }
}
