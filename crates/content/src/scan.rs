//! Where strings and values end, found by looking at bytes.

const LOWEST_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHEST_BITS: u64 = u64::from_ne_bytes([0x80; 8]);
const QUOTES: u64 = u64::from_ne_bytes([b'"'; 8]);
const BACKSLASHES: u64 = u64::from_ne_bytes([b'\\'; 8]);
const BLANKS: u64 = u64::from_ne_bytes([b' '; 8]);

/// The place after the quote that ends the string whose content starts at `at`; the end of a text that lacks it.
pub(crate) fn string_end(text: &[u8], mut at: usize) -> usize {
    loop {
        at = first(text, at, quotes_and_backslashes);
        match text.get(at) {
            Some(b'"') => return at + 1,
            Some(_) => at += 2,
            None => return text.len(),
        }
    }
}

/// How many bytes at the beginning of a text stand in a JSON string as they are: those before the first quote, backslash or control
/// character.
#[must_use]
pub fn plain_bytes(text: &[u8]) -> usize {
    let controls = |word: u64| word.wrapping_sub(BLANKS) & !word & HIGHEST_BITS;
    first(text, 0, |word| quotes_and_backslashes(word) | controls(word))
}

/// The place of the first byte from `at` on that is a hit, the end of the text if none is. `hits` has the highest bit of each byte that
/// is one, perhaps also of bytes above one; a blank is none.
fn first(text: &[u8], mut at: usize, hits: impl Fn(u64) -> u64) -> usize {
    // The lowest hit is exact, and little-endian order makes it the first byte.
    let place = |word: [u8; 8]| match hits(u64::from_le_bytes(word)) {
        0 => None,
        hits => Some(hits.trailing_zeros() as usize / 8),
    };
    while let Some(word) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        match place(*word) {
            Some(place) => return at + place,
            None => at += 8,
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    let mut word = [b' '; 8];
    word[..rest.len()].copy_from_slice(rest);
    place(word).map_or(text.len(), |place| at + place)
}

fn quotes_and_backslashes(word: u64) -> u64 {
    zero_bytes(word ^ QUOTES) | zero_bytes(word ^ BACKSLASHES)
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

#[cfg(test)]
mod tests {
    use super::plain_bytes;

    #[test]
    fn every_byte_is_plain_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let is_plain = byte >= b' ' && byte != b'"' && byte != b'\\';
            for place in 0..20 {
                let mut text = vec![0xc3_u8; 20];
                text[place] = byte;
                assert_eq!(plain_bytes(&text), if is_plain { 20 } else { place }, "{byte} at {place}");
                // What comes after the first does not hide it.
                text[place..].fill(byte);
                assert_eq!(plain_bytes(&text), if is_plain { 20 } else { place }, "{byte} from {place}");
            }
        }
        assert_eq!(plain_bytes(b""), 0);
    }
}
