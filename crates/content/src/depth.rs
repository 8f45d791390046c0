//! How deep JSON nests, found before anything recursive touches it.

use crate::scan::string_end;

/// Bytes counted together; a width that compilers turn into vector instructions.
const STRIDE: usize = 32;

/// Whether containers nest more than `limit` deep. Looks at bytes only: strings and their escapes are understood, but
/// the text need not be valid JSON, and the answer for text that is not is merely safe to act on.
pub fn json_depth_exceeds(text: &[u8], limit: usize) -> bool {
    // Most bodies hold fewer brackets than the limit allows levels, and counting is far cheaper than following.
    count_openers(text) > limit && deepest_exceeds(text, limit)
}

fn count_openers(text: &[u8]) -> usize {
    let (blocks, rest) = text.as_chunks::<STRIDE>();
    let in_block = |block: &[u8]| block.iter().map(|byte| u8::from(is_opener(*byte))).sum::<u8>();
    blocks.iter().map(|block| usize::from(in_block(block))).sum::<usize>() + usize::from(in_block(rest))
}

fn is_opener(byte: u8) -> bool {
    // '[' is 0x5B and '{' is 0x7B: one bit apart.
    byte | 0x20 == b'{'
}

fn deepest_exceeds(text: &[u8], limit: usize) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = string_end(text, at),
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}
