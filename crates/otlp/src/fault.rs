//! What keeps a span from being recorded.
//!
//! Log records have no such check: time, trace and text are all optional in them, and none of them identifies a record.

use crate::proto::trace::v1::Span;

const TRACE_ID_BYTES: usize = 16;

const SPAN_ID_BYTES: usize = 8;

/// Why a span cannot be recorded, in a sentence for its sender; `None` if it can.
///
/// This also catches other signals on the route of traces: what decodes as a span there has no such ids.
pub fn span_fault(span: &Span) -> Option<&'static str> {
    if !is_id(&span.trace_id, TRACE_ID_BYTES) {
        return Some("A trace id must be 16 bytes that are not all zero.");
    }
    if !is_id(&span.span_id, SPAN_ID_BYTES) {
        return Some("A span id must be 8 bytes that are not all zero.");
    }
    (span.start_time_unix_nano == 0).then_some("A span must have a start time.")
}

fn is_id(id: &[u8], bytes: usize) -> bool {
    id.len() == bytes && id.iter().any(|byte| *byte != 0)
}

#[cfg(test)]
mod tests {
    use super::span_fault;
    use crate::proto::trace::v1::Span;

    fn check(trace_id: &[u8], span_id: &[u8], start_time_unix_nano: u64, expected: Option<&str>) {
        let span = Span { trace_id: trace_id.into(), span_id: span_id.into(), start_time_unix_nano, ..Span::default() };
        let fault = span_fault(&span);
        assert_eq!(fault.is_some(), expected.is_some(), "{fault:?}");
        assert!(fault.unwrap_or_default().contains(expected.unwrap_or_default()), "{fault:?}");
    }

    #[test]
    fn a_span_needs_ids_and_a_start() {
        check(&[1; 16], &[2; 8], 1, None);
        check(&[], &[2; 8], 1, Some("trace id"));
        check(&[0; 16], &[2; 8], 1, Some("trace id"));
        check(&[1; 15], &[2; 8], 1, Some("trace id"));
        check(&[1; 17], &[2; 8], 1, Some("trace id"));
        check(&[1; 16], &[], 1, Some("span id"));
        check(&[1; 16], &[0; 8], 1, Some("span id"));
        check(&[1; 16], &[2; 16], 1, Some("span id"));
        check(&[1; 16], &[2; 8], 0, Some("start time"));
    }
}
