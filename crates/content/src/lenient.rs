//! Reading JSON that may have any shape, without errors and without building trees.
//!
//! A [`Json`] is a slice of text that is known to be valid, because it comes out of a [`RawValue`]. Taking a container
//! apart yields slices again, so that a wrong type, an unreadable string or an enormous number in one place cannot
//! disturb its neighbours. `null` counts as absent. As validity is given, finding where a value ends means no more than
//! counting brackets outside strings: it needs no recursion, and is much faster than parsing once more.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::repair::repair_json;
use crate::scan::value_end;

/// The largest count taken over. Storage engines keep signed 64-bit integers, and no call has more tokens.
const COUNT_MAX: u64 = i64::MAX as u64;

/// Length of the longest escape, a character in two surrogates: `\ud83d\ude00`.
const ESCAPES_BYTES_MAX: usize = 12;

/// The text of one JSON value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// The value as text.
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// The text itself.
    pub(crate) fn get(self) -> &'a str {
        self.0
    }

    /// A copy that outlives the text it was found in.
    pub(crate) fn to_raw(self) -> Box<RawValue> {
        RawValue::from_string(self.0.to_owned()).unwrap_or_default()
    }

    /// The next value inside a container, from `at` on, and the place after it.
    fn next_value(self, at: usize) -> Option<(Self, usize)> {
        let start = self.next_start(at);
        let end = value_end(self.0.as_bytes(), start);
        let value = self.0.get(start..end).filter(|value| !value.is_empty())?;
        Some((Self(value), end))
    }

    /// Where the next value inside a container begins, from `at` on, or the bracket that closes the container.
    fn next_start(self, at: usize) -> usize {
        let rest = self.0.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| matches!(byte, b',' | b':' | b' ' | b'\n' | b'\r' | b'\t')).count()
    }
}

/// The named fields of an object, `None` where absent, null, or `raw` is no object. The last of equal keys wins.
pub(crate) fn fields<'a, const N: usize>(raw: Option<Json<'a>>, names: [&str; N]) -> [Option<Json<'a>>; N] {
    let mut found = [None; N];
    each_field(raw, |name, value| keep(&mut found, names, name, value));
    found
}

fn keep<'a, const N: usize>(found: &mut [Option<Json<'a>>; N], names: [&str; N], name: &str, value: Json<'a>) {
    if let Some(at) = names.iter().position(|wanted| *wanted == name) {
        found[at] = Some(value).filter(|value| !is_null(*value));
    }
}

/// Calls `visit` with every field of an object in order; does nothing for anything else.
pub(crate) fn each_field<'a>(json: Option<Json<'a>>, visit: impl FnMut(&str, Json<'a>)) {
    if let Some(json) = json.filter(|json| is_object(*json)) {
        walk_object(json, visit);
    }
}

/// Calls `visit` with every field of the object that a text begins with, and returns the place after the object.
fn walk_object<'a>(json: Json<'a>, mut visit: impl FnMut(&str, Json<'a>)) -> usize {
    let mut at = 1;
    while let Some((key, after_key)) = json.next_value(at) {
        at = after_key;
        let Some((value, after_value)) = json.next_value(after_key) else { break };
        if let Some(name) = text(Some(key)) {
            visit(&name, value);
        }
        at = after_value;
    }
    json.get().len().min(json.next_start(at) + 1)
}

/// Calls `visit` with every item of an array in order; does nothing for anything else.
pub(crate) fn each_item<'a>(raw: Option<Json<'a>>, mut visit: impl FnMut(Json<'a>)) {
    items_while(raw, |item| {
        visit(item);
        true
    });
}

/// Calls `visit` with every item of an array in order, and with the named fields of those that are objects. An object
/// is passed over once for both, where [`each_item`] and [`fields`] would pass over it twice.
pub(crate) fn each_item_with<'a, const N: usize>(
    raw: Option<Json<'a>>,
    names: [&str; N],
    mut visit: impl FnMut(Json<'a>, [Option<Json<'a>>; N]),
) {
    let Some(json) = raw.filter(|json| is_array(*json)) else { return };
    let mut start = json.next_start(1);
    while let Some(rest) = json.get().get(start..) {
        let mut found = [None; N];
        let length = match is_object(Json(rest)) {
            true => walk_object(Json(rest), |name, value| keep(&mut found, names, name, value)),
            false => value_end(rest.as_bytes(), 0),
        };
        let Some(item) = rest.get(..length).filter(|item| !item.is_empty()) else { return };
        visit(Json(item), found);
        start = json.next_start(start + length);
    }
}

/// The first item of an array that is not null.
pub(crate) fn first_item(raw: Option<Json<'_>>) -> Option<Json<'_>> {
    let mut first = None;
    items_while(raw, |item| {
        first = Some(item).filter(|item| !is_null(*item));
        first.is_none()
    });
    first
}

fn items_while<'a>(json: Option<Json<'a>>, mut visit: impl FnMut(Json<'a>) -> bool) {
    let Some(json) = json.filter(|json| is_array(*json)) else { return };
    let mut at = 1;
    while let Some((_, after)) = json.next_value(at).filter(|(item, _)| visit(*item)) {
        at = after;
    }
}

/// The value if it is a string, not yet decoded.
pub(crate) fn string(raw: Option<Json<'_>>) -> Option<Json<'_>> {
    raw.filter(|raw| is_string(*raw))
}

/// A string's text. A string with lone surrogates is repaired rather than lost.
pub(crate) fn text(raw: Option<Json<'_>>) -> Option<Cow<'_, str>> {
    let json = raw.filter(|raw| is_string(*raw))?.get();
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    decoded(json).map(Cow::Owned)
}

fn decoded(json: &str) -> Option<String> {
    serde_json::from_str(json).or_else(|_| serde_json::from_str(&repair_json(json).unwrap_or_default())).ok()
}

/// The last characters of a string's text, at most `chars_max` of them. Of a long text only the end is decoded.
pub(crate) fn text_end(string: Json<'_>, chars_max: usize) -> Cow<'_, str> {
    let long_enough = |text: &String| text.chars().nth(chars_max).is_some();
    let whole = || text(Some(string)).unwrap_or_default();
    let end = clean_end(string, 3 * chars_max).and_then(|end| decoded(&format!("\"{end}"))).filter(long_enough);
    match end.map_or_else(whole, Cow::Owned) {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start_of_end(text, chars_max)..]),
        Cow::Owned(mut text) => Cow::Owned(text.split_off(start_of_end(&text, chars_max))),
    }
}

/// Something under the last bytes of a string with escapes, its closing quote included, that begins inside no escape.
/// `None` where the string is shorter, has none, or the place is not found at once.
fn clean_end(string: Json<'_>, bytes: usize) -> Option<&str> {
    let json = string.get();
    let mut start = json.len().checked_sub(bytes).filter(|start| *start > ESCAPES_BYTES_MAX)?;
    // Without a backslash in reach before it, a place is not inside an escape.
    while let Some(back) = json.as_bytes().get(start - ESCAPES_BYTES_MAX..start)?.iter().rev().position(|byte| *byte == b'\\') {
        start += ESCAPES_BYTES_MAX - back;
    }
    let start = json.ceil_char_boundary(start);
    json.get(start..).filter(|end| end.contains('\\'))
}

fn start_of_end(text: &str, chars_max: usize) -> usize {
    chars_max.checked_sub(1).map_or(text.len(), |before| text.char_indices().nth_back(before).map_or(0, |(start, _)| start))
}

/// Whether a string has no text at all.
pub(crate) fn is_empty(string: Json<'_>) -> bool {
    string.get() == "\"\""
}

/// Whether a string's text is empty or nothing but white space.
pub(crate) fn is_blank(string: Json<'_>) -> bool {
    // The first character usually tells, and decodes nothing.
    let first = string.get().chars().nth(1);
    let unclear = first.is_none_or(|first| first == '"' || first == '\\' || first.is_whitespace());
    unclear && text(Some(string)).is_none_or(|text| text.trim().is_empty())
}

/// A string that says something: like [`text`], but an empty one is unknown.
pub(crate) fn name(raw: Option<Json<'_>>) -> Option<String> {
    text(raw).filter(|text| !text.is_empty()).map(Cow::into_owned)
}

/// A word for a person or a machine: a string, or a number written as one (error codes come as both).
pub(crate) fn word(raw: Option<Json<'_>>) -> Option<String> {
    name(raw).or_else(|| raw.filter(|raw| is_number(*raw)).map(|raw| raw.get().to_owned()))
}

/// A count: a whole number that is not negative, also as a float or inside a string. Anything else is unknown.
pub(crate) fn count(raw: Option<Json<'_>>) -> Option<u64> {
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
pub(crate) fn seconds(raw: Option<Json<'_>>) -> Option<i64> {
    let digits = number_text(raw)?;
    let exact = digits.parse::<i64>().ok();
    exact.or_else(|| {
        let floor = digits.parse::<f64>().ok()?.floor();
        (floor.abs() < i64::MAX as f64).then_some(floor as i64)
    })
}

fn number_text(raw: Option<Json<'_>>) -> Option<Cow<'_, str>> {
    text(raw).or_else(|| raw.filter(|raw| is_number(*raw)).map(|raw| Cow::Borrowed(raw.get())))
}

/// The object or array inside a string, for clients that send structures as JSON text.
pub(crate) fn open_json_string(raw: Option<Json<'_>>) -> Option<Box<RawValue>> {
    let text = text(raw)?;
    let structured = text.trim_start().starts_with(['{', '[']);
    structured.then(|| RawValue::from_string(text.into_owned()).ok())?
}

/// Whether the value is an object.
pub(crate) fn is_object(raw: Json<'_>) -> bool {
    raw.get().starts_with('{')
}

/// Whether the value is an array.
pub(crate) fn is_array(raw: Json<'_>) -> bool {
    raw.get().starts_with('[')
}

/// Whether the value is a string.
pub(crate) fn is_string(raw: Json<'_>) -> bool {
    raw.get().starts_with('"')
}

/// Whether the value is `true`.
pub(crate) fn is_true(raw: Option<Json<'_>>) -> bool {
    raw.is_some_and(|raw| raw.get() == "true")
}

fn is_null(raw: Json<'_>) -> bool {
    raw.get() == "null"
}

fn is_number(raw: Json<'_>) -> bool {
    raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit())
}
