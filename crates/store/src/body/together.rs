//! Bodies that are encoded together: in the calls of one conversation most is repeated, and the same clients, tools and models in all.
//!
//! A block is the byte that says how, the number of bodies, four bytes, and one zstd frame with the length of each, four bytes, and then
//! the bodies. Whoever reads one decodes all of them, so blocks are small, and what is long is not with what is short.

use std::cell::RefCell;
use std::sync::Arc;

use debrief_model::{Block, Body};

use super::{BLOCK, BodyError, DICTIONARY_1, DICTIONARY_2, WORDS_1, WORDS_2, Words};

/// A block with so many bytes, as sent, gets no more: to decode them takes 20 to 40 microseconds.
const BYTES_MIN: usize = 32 << 10;
/// Bodies from this size on are with others of their kind.
const LONG: usize = 8 << 10;
/// The same as [`BYTES_MIN`] for them. They repeat whole conversations, so that much is won.
const BYTES_MIN_LONG: usize = 256 << 10;
/// Bodies from this size on are by themselves.
const LONGEST: usize = 128 << 10;

const HEAD_BYTES: usize = 5;

/// Gathers the bodies of a request, and encodes them.
pub struct Together {
    words: &'static Words,
    bodies: Vec<Body>,
    short: Gathering,
    long: Gathering,
}

/// What becomes a block.
#[derive(Default)]
struct Gathering {
    /// One after the other.
    raw: Vec<u8>,
    /// Which bodies of the request they are, and the length of each.
    parts: Vec<(usize, u32)>,
}

impl Together {
    /// For what SDKs' own APIs are sent.
    #[must_use]
    pub fn new() -> Self {
        Self::with(&WORDS_1)
    }

    /// For what is kept of spans and log records.
    #[must_use]
    pub fn telemetry() -> Self {
        Self::with(&WORDS_2)
    }

    fn with(words: &'static Words) -> Self {
        Self { words, bodies: Vec::new(), short: Gathering::default(), long: Gathering::default() }
    }

    /// Takes the next body.
    pub fn add(&mut self, raw: &[u8]) {
        let (gathering, bytes_min) = match raw.len() {
            0 | LONGEST.. => return self.bodies.push(Body::Own(self.words.encode(raw))),
            LONG.. => (&mut self.long, BYTES_MIN_LONG),
            _ => (&mut self.short, BYTES_MIN),
        };
        gathering.raw.extend_from_slice(raw);
        gathering.parts.push((self.bodies.len(), u32::try_from(raw.len()).unwrap_or(u32::MAX)));
        self.bodies.push(Body::NONE);
        if gathering.raw.len() >= bytes_min {
            gathering.close(self.words, &mut self.bodies);
        }
    }

    /// The encoded bodies, in their order.
    #[must_use]
    pub fn finish(mut self) -> Vec<Body> {
        self.short.close(self.words, &mut self.bodies);
        self.long.close(self.words, &mut self.bodies);
        self.bodies
    }
}

impl Default for Together {
    fn default() -> Self {
        Self::new()
    }
}

impl Gathering {
    fn close(&mut self, words: &Words, bodies: &mut [Body]) {
        match self.block(words).map(Arc::new) {
            Some(block) => {
                for (at, (body, _)) in (0..).zip(&self.parts) {
                    bodies[*body] = Body::Part(Arc::clone(&block), at);
                }
            }
            None => self.each_by_itself(words, bodies),
        }
        self.raw.clear();
        self.parts.clear();
    }

    /// `None` where it is no use.
    fn block(&self, words: &Words) -> Option<Block> {
        let parts = u32::try_from(self.parts.len()).ok().filter(|parts| *parts > 1)?;
        let lengths = self.parts.iter().flat_map(|(_, length)| length.to_le_bytes());
        let mut plain = Vec::with_capacity(self.parts.len() * 4 + self.raw.len());
        plain.extend(lengths);
        plain.extend_from_slice(&self.raw);
        let compressed = words.compress(&plain)?;
        let mut bytes = Vec::with_capacity(HEAD_BYTES + compressed.len());
        bytes.push(words.how + BLOCK);
        bytes.extend(parts.to_le_bytes());
        bytes.extend(compressed);
        Some(Block { bytes, parts })
    }

    fn each_by_itself(&self, words: &Words, bodies: &mut [Body]) {
        let mut rest = self.raw.as_slice();
        for (body, length) in &self.parts {
            let (raw, after) = rest.split_at(*length as usize);
            bodies[*body] = Body::Own(words.encode(raw));
            rest = after;
        }
    }
}

pub(super) fn of_bytes(bytes: Vec<u8>) -> Result<Arc<Block>, BodyError> {
    let head = bytes.first_chunk::<HEAD_BYTES>().ok_or(BodyError::Missing)?;
    let [_, parts @ ..] = *head;
    Ok(Arc::new(Block { parts: u32::from_le_bytes(parts), bytes }))
}

thread_local! {
    /// The block that the thread decoded last: whoever reads one body mostly reads its neighbours too.
    static LAST: RefCell<Option<(Arc<Block>, Vec<u8>)>> = const { RefCell::new(None) };
}

/// One of the bodies.
pub(super) fn part(block: &Arc<Block>, at: u32) -> Result<Vec<u8>, BodyError> {
    LAST.with_borrow_mut(|last| {
        let plain = match last {
            Some((known, plain)) if Arc::ptr_eq(known, block) => plain,
            _ => &mut last.insert((Arc::clone(block), plain(block)?)).1,
        };
        slice(plain, block.parts as usize, at as usize).map(<[u8]>::to_vec).ok_or(BodyError::Missing)
    })
}

/// The dictionary that a block is encoded with.
pub(super) fn words_of(block: &Block) -> Result<&'static Words, BodyError> {
    const OF_1: u8 = DICTIONARY_1 + BLOCK;
    const OF_2: u8 = DICTIONARY_2 + BLOCK;
    match block.bytes.first() {
        Some(&OF_1) => Ok(&WORDS_1),
        Some(&OF_2) => Ok(&WORDS_2),
        Some(&other) => Err(BodyError::Unknown(other)),
        None => Err(BodyError::Missing),
    }
}

fn plain(block: &Block) -> Result<Vec<u8>, BodyError> {
    Ok(words_of(block)?.decompress(block.bytes.get(HEAD_BYTES..).unwrap_or_default())?)
}

fn slice(plain: &[u8], parts: usize, at: usize) -> Option<&[u8]> {
    let (lengths, bodies) = plain.split_at_checked(parts.checked_mul(4)?)?;
    let lengths = lengths.as_chunks::<4>().0.iter().map(|length| u32::from_le_bytes(*length) as usize);
    let from = lengths.clone().take(at).sum::<usize>();
    bodies.get(from..from.checked_add(lengths.clone().nth(at)?)?)
}

#[cfg(test)]
mod tests {
    use super::super::{block, by_itself, decode, encode};
    use super::*;

    fn call(n: usize, bytes: usize) -> Vec<u8> {
        let said = format!(r#"{{"call":{n},"model":"m-{}","said":"{}"}}"#, n % 3, "once upon a time ".repeat(bytes / 17 + 1));
        said.into_bytes()
    }

    fn together(raws: &[Vec<u8>]) -> Vec<Body> {
        let mut together = Together::new();
        raws.iter().for_each(|raw| together.add(raw));
        together.finish()
    }

    fn check(raws: &[Vec<u8>]) -> Vec<Body> {
        let bodies = together(raws);
        let read = bodies.iter().map(|body| decode(body).unwrap()).collect::<Vec<_>>();
        assert_eq!(read, raws);
        // In another order, and each by itself.
        for (body, raw) in bodies.iter().zip(raws).rev() {
            assert_eq!(&decode(body).unwrap(), raw);
            let alone = by_itself(body).unwrap();
            assert!(alone.block().is_none());
            assert_eq!(&decode(&alone).unwrap(), raw);
        }
        bodies
    }

    #[test]
    fn each_is_read_as_it_was_sent() {
        assert!(check(&[]).is_empty());
        assert_eq!(check(&[b"{}".to_vec()]), [encode(b"{}")], "one is no block");
        let lengths = [0, 10, 9_000, 1, 200_000, 40, 8_191, 8_192, 120_000, 131_072, 0, 70];
        let bodies = check(&lengths.map(|bytes| call(bytes, bytes)));
        let of_block = |at: usize| bodies[at].block().map(Arc::as_ptr);
        assert!(of_block(0).is_some() && of_block(0) == of_block(1) && of_block(0) == of_block(11), "short ones are together");
        assert!(of_block(2).is_some() && of_block(2) == of_block(8) && of_block(2) != of_block(0), "and long ones");
        assert_eq!([of_block(4), of_block(9)], [None, None], "the longest are by themselves");
        let bodies = check(&[b"".to_vec(), b"a".to_vec(), b"".to_vec(), b"b".to_vec()]);
        assert!(bodies[0].is_none() && !bodies[1].is_none());
    }

    #[test]
    fn blocks_are_small_and_smaller_than_their_bodies() {
        let raws = (0..100).map(|n| call(n, 1_500)).collect::<Vec<_>>();
        let bodies = check(&raws);
        let mut blocks = bodies.iter().filter_map(Body::block).map(|block| (Arc::as_ptr(block), block.parts)).collect::<Vec<_>>();
        blocks.dedup();
        assert_eq!(blocks.iter().map(|(_, parts)| parts).sum::<u32>(), 100);
        assert!(blocks.iter().all(|(_, parts)| *parts as usize * raws[0].len() < BYTES_MIN + 2_000), "{blocks:?}");
        let alone = raws.iter().map(|raw| encode(raw).bytes()).sum::<usize>();
        assert!(bodies.iter().map(Body::bytes).sum::<usize>() * 2 < alone);
    }

    #[test]
    fn damage_is_an_error_and_never_a_panic() {
        let raws = (0..9).map(|n| call(n, 100)).collect::<Vec<_>>();
        let whole = together(&raws)[0].block().unwrap().bytes.clone();
        let read = |bytes: &[u8], at| block(bytes.to_vec()).and_then(|block| decode(&Body::Part(block, at)));
        assert_eq!(read(&whole, 3).unwrap(), raws[3]);
        assert!(matches!(read(&whole, 9), Err(BodyError::Missing)));
        for length in 0..whole.len() {
            assert!(read(&whole[..length], 8).is_err(), "{length} of {} bytes", whole.len());
        }
        let with = |at: usize, byte| [&whole[..at], &[byte], &whole[at + 1..]].concat();
        assert!(matches!(read(&with(0, 77), 0), Err(BodyError::Unknown(77))));
        assert!(read(&with(1, 255), 254).is_err(), "more bodies than there are");
        assert!(read(&with(4, 255), 0).is_err(), "so many that their lengths are longer than the block");
    }
}
