//! The codec of event bodies: what a client sent, as sent, in as few bytes as a moment allows.
//!
//! One byte says how the rest is kept: 0 as it is, 1 compressed with zstd and dictionary 1, which is for what SDKs' own APIs are sent, 2
//! with dictionary 2, for spans and log records of OpenTelemetry; 3 and 4 are [blocks](Together) of several bodies with dictionary 1 and 2.
//! Dictionaries are never changed or removed, only added, so that every body ever written can be read. The second one was trained on the
//! spans in `crates/telemetry/tests/recordings`. Level 1: the next levels cost twice the time for a few percent (docs/performance.md).

mod together;

use std::cell::RefCell;
use std::sync::Arc;
use std::thread::LocalKey;

use debrief_model::{Block, Body};
use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::CParameter;

pub use together::Together;

const PLAIN: u8 = 0;
const DICTIONARY_1: u8 = 1;
const DICTIONARY_2: u8 = 2;
/// Added to a dictionary's: a block of several bodies.
const BLOCK: u8 = 2;
const LEVEL: i32 = 1;
/// Shorter repetitions are not looked for: with a small dictionary that finds longer ones, in less time.
const MATCH_BYTES_MIN: u32 = 6;
/// Bodies longer than this are damage or an attack: no request may be that large.
const DECODED_BYTES_MAX: usize = 1 << 30;

/// A dictionary, and what a thread needs to use it.
struct Words {
    how: u8,
    dictionary: &'static [u8],
    compressor: &'static LocalKey<RefCell<Option<Compressor<'static>>>>,
    decompressor: &'static LocalKey<RefCell<Option<Decompressor<'static>>>>,
}

thread_local! {
    static COMPRESSOR_1: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR_1: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    static COMPRESSOR_2: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR_2: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

static WORDS_1: Words = Words {
    how: DICTIONARY_1,
    dictionary: include_bytes!("body/dictionary-1.bin"),
    compressor: &COMPRESSOR_1,
    decompressor: &DECOMPRESSOR_1,
};
static WORDS_2: Words = Words {
    how: DICTIONARY_2,
    dictionary: include_bytes!("body/dictionary-2.bin"),
    compressor: &COMPRESSOR_2,
    decompressor: &DECOMPRESSOR_2,
};

/// A stored body that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Written by a newer version of the program.
    #[error("event body is kept in an unknown way ({0})")]
    Unknown(u8),
    /// Damaged.
    #[error("event body is damaged: {0}")]
    Damaged(#[from] std::io::Error),
    /// It should be in a block, and is not.
    #[error("event body is not in its block")]
    Missing,
}

/// Encodes a body by itself. Empty stays empty.
#[must_use]
pub fn encode(raw: &[u8]) -> Body {
    Body::Own(WORDS_1.encode(raw))
}

/// Decodes a body.
///
/// # Errors
/// When it is damaged or newer than this program.
pub fn decode(stored: &Body) -> Result<Vec<u8>, BodyError> {
    match stored {
        Body::Own(bytes) => decode_bytes(bytes),
        Body::Part(block, at) => together::part(block, *at),
    }
}

/// A block, of its bytes as they were stored.
///
/// # Errors
/// When it is damaged or newer than this program.
pub fn block(bytes: Vec<u8>) -> Result<Arc<Block>, BodyError> {
    together::of_bytes(bytes)
}

/// The same body, by itself.
///
/// # Errors
/// When it cannot be read.
pub fn by_itself(body: &Body) -> Result<Body, BodyError> {
    match body {
        Body::Own(_) => Ok(body.clone()),
        Body::Part(block, at) => Ok(Body::Own(together::words_of(block)?.encode(&together::part(block, *at)?))),
    }
}

/// Encodes bytes that are no event's body in the same way.
#[must_use]
pub fn encode_bytes(raw: &[u8]) -> Vec<u8> {
    WORDS_1.encode(raw)
}

/// Decodes them.
///
/// # Errors
/// When they are damaged or newer than this program.
pub fn decode_bytes(stored: &[u8]) -> Result<Vec<u8>, BodyError> {
    match stored.split_first() {
        None => Ok(Vec::new()),
        Some((&PLAIN, rest)) => Ok(rest.to_vec()),
        Some((&DICTIONARY_1, rest)) => Ok(WORDS_1.decompress(rest)?),
        Some((&DICTIONARY_2, rest)) => Ok(WORDS_2.decompress(rest)?),
        Some((&other, _)) => Err(BodyError::Unknown(other)),
    }
}

fn prefixed(how: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    out.push(how);
    out.extend_from_slice(bytes);
    out
}

impl Words {
    fn encode(&self, raw: &[u8]) -> Vec<u8> {
        if raw.is_empty() {
            return Vec::new();
        }
        match self.compress(raw) {
            Some(compressed) if compressed.len() < raw.len() => prefixed(self.how, &compressed),
            _ => prefixed(PLAIN, raw),
        }
    }

    fn compress(&self, raw: &[u8]) -> Option<Vec<u8>> {
        self.compressor.with_borrow_mut(|slot| {
            if slot.is_none() {
                *slot = self.compressor().ok();
            }
            slot.as_mut()?.compress(raw).ok()
        })
    }

    fn compressor(&self) -> std::io::Result<Compressor<'static>> {
        let mut compressor = Compressor::with_dictionary(LEVEL, self.dictionary)?;
        compressor.set_parameter(CParameter::MinMatch(MATCH_BYTES_MIN))?;
        Ok(compressor)
    }

    fn decompress(&self, compressed: &[u8]) -> std::io::Result<Vec<u8>> {
        self.decompressor.with_borrow_mut(|slot| {
            let decompressor = match slot {
                Some(ready) => ready,
                None => slot.insert(Decompressor::with_dictionary(self.dictionary)?),
            };
            let length = Decompressor::upper_bound(compressed).unwrap_or(DECODED_BYTES_MAX);
            decompressor.decompress(compressed, length.min(DECODED_BYTES_MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn telemetry(raw: &[u8]) -> Body {
        let mut together = Together::telemetry();
        together.add(raw);
        together.finish().pop().unwrap()
    }

    fn check(raw: &[u8]) -> usize {
        let stored = encode(raw);
        for stored in [&stored, &telemetry(raw)] {
            assert_eq!(decode(stored).unwrap(), raw);
        }
        stored.bytes()
    }

    #[test]
    fn the_second_dictionary_knows_spans() {
        let span = br#"{"resource":{"service.name":"x","telemetry.sdk.name":"opentelemetry"},"name":"chat gpt-4o","kind":"client","attributes":{"gen_ai.operation.name":"chat","gen_ai.usage.input_tokens":12}}"#;
        assert!(telemetry(span).bytes() * 2 < encode(span).bytes());
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
        let Body::Own(mut stored) = encode(&[b'a'; 5_000]) else { panic!("it is one body") };
        stored.truncate(stored.len() / 2);
        assert!(decode(&stored.into()).is_err());
        assert!(matches!(decode(&vec![77, 1].into()), Err(BodyError::Unknown(77))));
    }
}
