//! A copy of a body that the library refused, without what it was refused for: texts that are not UTF-8 are mended, and items that still
//! cannot be read are left out.
//!
//! One pass over the body by the same tables as the budget's walk, and the library's verdict on each item by itself. What is wrong
//! beyond that is copied as it is, so that the library can tell of it. The copy is at most three times as long: that is what a byte that
//! is no character grows to, and an empty message.

use std::borrow::Cow;

use debrief_content::repair_utf8;

use super::{DEPTH_MAX, Kind, next_field, varint};

/// Bytes of a length that is written before it is known. A length may have more digits than it needs; five are enough for 32 GiB.
const LENGTH_BYTES: usize = 5;

const LENGTH_DELIMITED: u8 = 2;

/// A body that may be readable now.
#[derive(Default)]
pub(crate) struct Mended {
    pub(crate) body: Vec<u8>,
    /// How many items were left out.
    pub(crate) rejected: u64,
    /// Why the first of them was.
    pub(crate) fault: Option<String>,
    /// Whether messages within the item that is being copied nest deeper than the library reads.
    is_too_deep: bool,
}

/// Copies a message of this kind.
pub(crate) fn mended(kind: &Kind, body: &[u8]) -> Mended {
    let mut mended = Mended { body: Vec::with_capacity(body.len() + body.len() / 8), ..Mended::default() };
    mended.copy(kind, body, DEPTH_MAX);
    mended
}

impl Mended {
    fn copy(&mut self, kind: &Kind, mut message: &[u8], depth: usize) {
        while !message.is_empty() {
            let all = message;
            let Some((number, content)) = next_field(&mut message) else {
                self.body.extend_from_slice(all);
                return;
            };
            let field = &all[..all.len() - message.len()];
            let is_delimited = field[0] & 7 == LENGTH_DELIMITED;
            match kind.inner(number) {
                _ if !is_delimited => self.body.extend_from_slice(field),
                _ if kind.is_text(number) => self.copy_text(field, content),
                Some(inner) => self.copy_message(inner, field, content, depth),
                None => self.body.extend_from_slice(field),
            }
        }
    }

    fn copy_text(&mut self, field: &[u8], content: &[u8]) {
        match repair_utf8(content) {
            Cow::Borrowed(_) => self.body.extend_from_slice(field),
            Cow::Owned(text) => {
                let length_at = self.open(field);
                self.body.extend_from_slice(text.as_bytes());
                self.close(length_at);
            }
        }
    }

    fn copy_message(&mut self, kind: &Kind, field: &[u8], content: &[u8], depth: usize) {
        let before = self.body.len();
        let length_at = self.open(field);
        match depth.checked_sub(1) {
            Some(depth) => self.copy(kind, content, depth),
            None => {
                self.is_too_deep = true;
                self.body.extend_from_slice(content);
            }
        }
        self.close(length_at);
        let Some(item) = &kind.item else { return };
        let copied = &self.body[length_at + LENGTH_BYTES..];
        let verdict = (item.check)(copied).map_err(|error| error.to_string());
        // By itself an item may nest deeper than within a request.
        let verdict = if std::mem::take(&mut self.is_too_deep) { Err("it nests too deep".to_owned()) } else { verdict };
        if let Err(fault) = verdict {
            self.body.truncate(before);
            self.rejected += 1;
            self.fault.get_or_insert_with(|| format!("A {} cannot be read: {fault}.", item.name));
        }
    }

    /// Writes a field's key, and room for the length of what follows. Answers where.
    fn open(&mut self, field: &[u8]) -> usize {
        let mut rest = field;
        varint(&mut rest);
        self.body.extend_from_slice(&field[..field.len() - rest.len()]);
        self.body.extend_from_slice(&[0; LENGTH_BYTES]);
        self.body.len() - LENGTH_BYTES
    }

    fn close(&mut self, length_at: usize) {
        let (head, content) = self.body.split_at_mut(length_at + LENGTH_BYTES);
        let length = content.len();
        for (digit, byte) in head[length_at..].iter_mut().enumerate() {
            let more = if digit + 1 < LENGTH_BYTES { 0x80 } else { 0 };
            *byte = more | u8::try_from(length >> (7 * digit) & 0x7f).expect("seven bits");
        }
    }
}
