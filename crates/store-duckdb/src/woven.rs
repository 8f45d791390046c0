//! How spans are woven together: ids of traces and spans, as numbers where they are what OpenTelemetry's exporters send.
//!
//! Those are sixteen and eight random bytes, told as hexadecimal digits, and a span's own id, its parent's and its cause's repeat them: 162
//! letters in all that the engine would copy, hash and pack as texts. As numbers they take 32 bytes and are compared a column at a time.
//! What is no such id stays a text.

use debrief_model::{Facts, span_of_key};

const SPAN_DIGITS: usize = 16;
const TRACE_DIGITS: usize = 2 * SPAN_DIGITS;

/// A trace's id.
pub(crate) type Trace = (u64, u64);

/// The number that a span's id is, if it is one.
pub(crate) fn span(id: &str) -> Option<u64> {
    (id.len() == SPAN_DIGITS).then(|| number(id.as_bytes()))?
}

/// The numbers that a trace's id is, if it is such.
pub(crate) fn trace(id: &str) -> Option<Trace> {
    let (high, low) = id.as_bytes().split_at_checked(SPAN_DIGITS).filter(|_| id.len() == TRACE_DIGITS)?;
    number(high).zip(number(low))
}

/// A span's id as it was told.
pub(crate) fn span_text(span: u64) -> String {
    format!("{span:016x}")
}

/// A trace's id as it was told.
pub(crate) fn trace_text((high, low): Trace) -> String {
    format!("{high:016x}{low:016x}")
}

/// The trace and the span that a key names.
pub(crate) fn key(key: &str) -> Option<(Trace, u64)> {
    let (of_trace, of_span) = span_of_key(key)?;
    trace(of_trace).zip(span(of_span))
}

/// An event's ids as numbers, and which of its other ids repeat them.
#[derive(Clone, Copy)]
pub(crate) struct Woven {
    pub(crate) trace: Option<Trace>,
    pub(crate) span: Option<u64>,
    pub(crate) parent: Option<u64>,
    /// Whether the event is known by its place in its trace.
    pub(crate) is_known_by_span: bool,
    /// Whether its parent is what caused it.
    pub(crate) is_caused_by_parent: bool,
}

impl Woven {
    pub(crate) fn of(facts: &Facts) -> Self {
        let number = |id: &Option<String>| id.as_deref().and_then(span);
        let trace = facts.trace_id.as_deref().and_then(trace);
        let (span, parent) = (number(&facts.span_id), number(&facts.parent_span_id));
        let names = |key: &Option<String>, span_id: &Option<String>| {
            key.as_deref().and_then(span_of_key).is_some_and(|place| Some(place) == facts.trace_id.as_deref().zip(span_id.as_deref()))
        };
        Self {
            trace,
            span,
            parent,
            is_known_by_span: trace.and(span).is_some() && names(&facts.key, &facts.span_id),
            is_caused_by_parent: trace.and(parent).is_some() && names(&facts.causation_id, &facts.parent_span_id),
        }
    }
}

/// Lower-case digits only: others would be told otherwise than they were.
fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number, digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(value))
    })
}

#[cfg(test)]
mod tests {
    use debrief_model::span_key;

    use super::*;

    #[test]
    fn an_id_is_told_as_it_was() {
        for id in ["0000000000000000", "00f067aa0ba902b7", "ffffffffffffffff"] {
            assert_eq!(span(id).map(span_text).as_deref(), Some(id));
        }
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        assert_eq!(trace(id), Some((0x4bf9_2f35_77b3_4da6, 0xa3ce_929d_0e0e_4736)));
        assert_eq!(trace(id).map(trace_text).as_deref(), Some(id));
        assert_eq!(key(&span_key(id, "00f067aa0ba902b7")), Some((trace(id).unwrap(), 0x00f0_67aa_0ba9_02b7)));
    }

    #[test]
    fn what_would_read_otherwise_is_no_number() {
        for id in
            ["", "00F067AA0BA902B7", "+0f067aa0ba902b7", "00f067aa0ba902b", "00f067aa0ba902b70", "00f067aa0ba902bg", "00f067aa0ba902ü"]
        {
            assert_eq!(span(id), None, "{id}");
        }
        for id in [
            "4BF92F3577b34da6a3ce929d0e0e4736",
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
            "4bf92f3577b34da6a3ce929d0e0e473",
            "üüüüüüüüüüüüüüüü",
        ] {
            assert_eq!(trace(id), None, "{id}");
        }
        assert_eq!(key("4bf92f3577b34da6a3ce929d0e0e4736"), None);
        assert_eq!(key("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"), None);
    }
}
