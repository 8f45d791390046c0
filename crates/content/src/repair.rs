//! Makes text readable that is almost JSON: lone surrogates in escapes, numbers that JSON does not have, bytes that are not UTF-8.
//!
//! Clients in languages with UTF-16 strings send half a character when they cut text at a length. RFC 8259 §8.2 leaves
//! open what a receiver does with that; a strict parser refuses the whole document, and the event would be lost. The same
//! goes for `NaN` and the infinities, which Python's `json` and others write as words.

use std::borrow::Cow;

/// Length of `\uXXXX`.
const ESCAPE_LEN: usize = 6;

/// The words for numbers that JSON does not have.
const NUMBERS: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

/// Mends what spoils a document, so that the rest of it can be read; `None` when there is nothing to mend. Half a character becomes
/// U+FFFD, and a number that JSON does not have becomes a text, as protobuf's JSON tells it.
pub fn repair_json(text: &str) -> Option<String> {
    let whole = repair_surrogates(text);
    quote_numbers(whole.as_deref().unwrap_or(text)).or(whole)
}

/// Puts quotes around every `NaN`, `Infinity` and `-Infinity` that stands for a value.
fn quote_numbers(text: &str) -> Option<String> {
    if !NUMBERS[..2].iter().any(|number| text.contains(number)) {
        return None;
    }
    let mut repaired = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['"', 'N', 'I', '-'])) {
        at += found;
        match NUMBERS.iter().find(|number| is_value(text, at, number)) {
            Some(number) => {
                repaired.extend([&text[copied..at], "\"", number, "\""]);
                at += number.len();
                copied = at;
            }
            None if text[at..].starts_with('"') => at = string_end(text, at),
            None => at += 1,
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(&text[copied..]);
    Some(repaired)
}

/// Whether a word stands at this byte, outside of texts, where JSON has a value.
fn is_value(text: &str, at: usize, word: &str) -> bool {
    let Some(after) = text[at..].strip_prefix(word) else { return false };
    let before = text[..at].trim_ascii_end();
    let ends = |rest: &str| rest.trim_ascii_start().is_empty() || rest.trim_ascii_start().starts_with([',', ']', '}']);
    (before.is_empty() || before.ends_with([':', '[', ','])) && ends(after)
}

/// Where the text ends that begins with a quote at this byte.
fn string_end(text: &str, start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = text.get(at..).and_then(|rest| rest.find(['"', '\\'])) {
        at += found + 1;
        if text.as_bytes()[at - 1] == b'"' {
            return at;
        }
        // What it escapes, which is no longer than that in JSON.
        at = text.ceil_char_boundary(at + 1);
    }
    text.len()
}

/// Replaces every `\uD800`–`\uDFFF` escape without a partner by `\uFFFD`; `None` when there is nothing to replace.
fn repair_surrogates(text: &str) -> Option<String> {
    let mut repaired = String::new();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match unit_at(text, at) {
            Some(0xD800..=0xDBFF) if matches!(unit_at(text, at + ESCAPE_LEN), Some(0xDC00..=0xDFFF)) => {
                at += 2 * ESCAPE_LEN;
            }
            Some(0xD800..=0xDFFF) => {
                repaired.push_str(&text[copied..at]);
                repaired.push_str("\\uFFFD");
                at += ESCAPE_LEN;
                copied = at;
            }
            // Any other escape: step over the backslash and what it escapes, which may be a backslash.
            _ => at += 2,
        }
    }
    if copied == 0 {
        return None;
    }
    repaired.push_str(&text[copied..]);
    Some(repaired)
}

/// The UTF-16 unit that a `\uXXXX` escape at this byte stands for.
fn unit_at(text: &str, at: usize) -> Option<u16> {
    let escape = text.as_bytes().get(at..at + ESCAPE_LEN)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| {
        let value = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

/// The bytes as text; each sequence that is not UTF-8 becomes U+FFFD. Borrows when there is nothing to repair.
pub fn repair_utf8(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
