//! Makes text readable that is almost JSON: lone surrogates in escapes, bytes that are not UTF-8.
//!
//! Clients in languages with UTF-16 strings send half a character when they cut text at a length. RFC 8259 §8.2 leaves
//! open what a receiver does with that; a strict parser refuses the whole document, and the event would be lost.

use std::borrow::Cow;

/// Length of `\uXXXX`.
const ESCAPE_LEN: usize = 6;

/// Replaces every `\uD800`–`\uDFFF` escape without a partner by `\uFFFD`; `None` when there is nothing to replace.
pub fn repair_surrogates(text: &str) -> Option<String> {
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
