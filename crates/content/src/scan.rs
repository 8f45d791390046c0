//! Where strings and values end, found by looking at bytes.

const LOWEST_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHEST_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);

/// The place after the quote that ends the string whose content starts at `at`; the end of a text that lacks it.
pub(crate) fn string_end(text: &[u8], mut at: usize) -> usize {
    loop {
        while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_le_bytes(*word);
            let hits = zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES);
            // The lowest hit is exact, and little-endian order makes it the first byte.
            at += hits.trailing_zeros() as usize / 8;
            if hits != 0 {
                break;
            }
        }
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return text.len(),
        }
    }
}

/// The place after the value that starts at `at`; `at` itself where none starts. The text must be valid JSON, or the
/// answer is any place up to its end.
pub(crate) fn value_end(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(b'"') => string_end(text, at + 1),
        Some(b'{' | b'[') => container_end(text, at),
        Some(_) => {
            let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t');
            text[at..].iter().position(is_end).map_or(text.len(), |length| at + length)
        }
        None => at,
    }
}

fn container_end(text: &[u8], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    at
}

/// The highest bit of each byte that is zero, perhaps also of bytes above one.
fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(LOWEST_BITS) & !word & HIGHEST_BITS
}
