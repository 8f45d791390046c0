//! The codec of event bodies: what a client sent, as sent, in as few bytes as a moment allows.
//!
//! One byte says how the rest is kept: 0 as it is, 1 compressed with zstd and dictionary 1. Dictionaries are never changed or
//! removed, only added, so that every body ever written can be read. Level 1: the next levels cost twice the time for a
//! few percent (docs/performance.md).

use std::cell::RefCell;

const PLAIN: u8 = 0;
const DICTIONARY_1: u8 = 1;
const LEVEL: i32 = 1;
/// Bodies longer than this are damage or an attack: no request may be that large.
const DECODED_BYTES_MAX: usize = 1 << 30;

static DICTIONARY: &[u8] = include_bytes!("body/dictionary-1.bin");

thread_local! {
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A stored body that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Written by a newer version of the program.
    #[error("event body is kept in an unknown way ({0})")]
    Unknown(u8),
    /// Damaged.
    #[error("event body is damaged: {0}")]
    Damaged(#[from] std::io::Error),
}

/// Encodes a body. Empty stays empty.
#[must_use]
pub fn encode(raw: &[u8]) -> Vec<u8> {
    if raw.is_empty() {
        return Vec::new();
    }
    match compress(raw) {
        Some(compressed) if compressed.len() < raw.len() => prefixed(DICTIONARY_1, &compressed),
        _ => prefixed(PLAIN, raw),
    }
}

/// Decodes a body.
///
/// # Errors
/// When it is damaged or newer than this program.
pub fn decode(stored: &[u8]) -> Result<Vec<u8>, BodyError> {
    match stored.split_first() {
        None => Ok(Vec::new()),
        Some((&PLAIN, rest)) => Ok(rest.to_vec()),
        Some((&DICTIONARY_1, rest)) => Ok(decompress(rest)?),
        Some((&other, _)) => Err(BodyError::Unknown(other)),
    }
}

fn prefixed(how: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    out.push(how);
    out.extend_from_slice(bytes);
    out
}

fn compress(raw: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY).ok();
        }
        slot.as_mut()?.compress(raw).ok()
    })
}

fn decompress(compressed: &[u8]) -> std::io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(ready) => ready,
            None => slot.insert(zstd::bulk::Decompressor::with_dictionary(DICTIONARY)?),
        };
        let length = zstd::bulk::Decompressor::upper_bound(compressed).unwrap_or(DECODED_BYTES_MAX);
        decompressor.decompress(compressed, length.min(DECODED_BYTES_MAX))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &[u8]) -> usize {
        let stored = encode(raw);
        assert_eq!(decode(&stored).unwrap(), raw);
        stored.len()
    }

    #[test]
    fn bodies_survive_whatever_they_are() {
        assert_eq!(check(b""), 0);
        assert_eq!(check(b"x"), 2);
        check(&[0, 255, 1, 254]);
        check("{\"role\":\"user\",\"content\":\"héllo \u{1F600}\"}".as_bytes());
        assert!(check(&[b'a'; 3_000_000]) < 3_000);
    }

    #[test]
    fn damage_is_an_error() {
        let mut stored = encode(&[b'a'; 5_000]);
        stored.truncate(stored.len() / 2);
        assert!(decode(&stored).is_err());
        assert!(matches!(decode(&[77, 1]), Err(BodyError::Unknown(77))));
    }
}
