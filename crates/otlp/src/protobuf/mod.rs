//! How much memory a protobuf body would become, found before the library takes that memory, and what can be done about a body that
//! the library refuses (`mend`).
//!
//! The library's decoder cannot be told a limit. This walk visits the same messages and keeps nothing; texts and numbers
//! are stepped over, so that it costs a small part of decoding. It judges nothing else: where it cannot go on, the
//! library will not either.

mod kinds;
mod mend;

use crate::budget::Budget;
pub(crate) use kinds::{Kind, LOGS, METRICS, TRACES};
pub(crate) use mend::{Mended, mended};

/// The library refuses messages that nest deeper than 100.
const DEPTH_MAX: usize = 100;

/// Spends what the lists in a message of this kind will take, until the budget is exceeded.
pub(crate) fn spend(kind: &Kind, message: &[u8], budget: &Budget) {
    spend_within(kind, message, budget, DEPTH_MAX);
}

fn spend_within(kind: &Kind, mut message: &[u8], budget: &Budget, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    while let Some((number, content)) = next_field(&mut message) {
        let Some(part) = kind.part(number) else { continue };
        if !budget.spend(part.element_bytes) {
            return;
        }
        spend_within(part.kind, content, budget, depth);
    }
}

/// The number and content of the field that comes next. What has a fixed length has no content of interest.
fn next_field<'a>(message: &mut &'a [u8]) -> Option<(u64, &'a [u8])> {
    let key = varint(message)?;
    let length = match key & 7 {
        0 => varint(message).map(|_| 0)?,
        1 => 8,
        2 => usize::try_from(varint(message)?).ok()?,
        // Where a group begins and ends. No message has one, but the library skips unknown ones. To look at what is inside
        // as if it were outside counts too much rather than too little.
        3 | 4 => 0,
        5 => 4,
        _ => return None,
    };
    let (content, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some((key >> 3, content))
}

fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}
