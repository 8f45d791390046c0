//! Small JSON writers. What scripts hold as JSON is copied as it is; texts are escaped here.

use std::fmt::Write as _;

/// An object that is being written.
pub(super) struct Object<'a> {
    out: &'a mut String,
    is_first: bool,
}

/// Writes an object.
pub(super) fn object(out: &mut String, members: impl FnOnce(&mut Object<'_>)) {
    out.push('{');
    members(&mut Object { out, is_first: true });
    out.push('}');
}

impl Object<'_> {
    fn key(&mut self, key: &str) -> &mut String {
        if !std::mem::take(&mut self.is_first) {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
        self.out
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        quote(value, self.key(key));
    }

    pub(super) fn number(&mut self, key: &str, value: i64) {
        write!(self.key(key), "{value}").expect("writing to a String cannot fail");
    }

    /// A member that is JSON already.
    pub(super) fn raw(&mut self, key: &str, json: &str) {
        self.key(key).push_str(json);
    }

    pub(super) fn object(&mut self, key: &str, members: impl FnOnce(&mut Object<'_>)) {
        object(self.key(key), members);
    }
}

/// A text as JSON.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    quote(value, &mut out);
    out
}

/// Writes a text as JSON, copying whole stretches between what has to be escaped.
pub(super) fn quote(value: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    for (at, byte) in value.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'"' | b'\\' | 0..=0x1f)) {
        out.push_str(&value[copied..at]);
        copied = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            _ => write!(out, "\\u{byte:04x}").expect("writing to a String cannot fail"),
        }
    }
    out.push_str(&value[copied..]);
    out.push('"');
}

/// Joins JSON values as a list.
pub(super) fn list(items: impl IntoIterator<Item = String>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&item);
    }
    out.push(']');
    out
}
