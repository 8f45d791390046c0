//! Traces: the operations that belong together under one trace id, with totals that are always those of their events.

use crate::id::{SessionNumber, TenantId};
use crate::query::TimeRange;
use crate::session::Totals;
use crate::time::Timestamp;

/// One trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id, 32 lower-case hexadecimal digits where it came by OpenTelemetry.
    pub id: String,
    /// The session of its first operation, as far as known.
    pub session: Option<SessionNumber>,
    /// The name of the operation that contains all others; `None` until it came.
    pub name: Option<String>,
    /// When its first operation began.
    pub started_at: Timestamp,
    /// When its last operation that has ended did.
    pub ended_at: Option<Timestamp>,
    /// What its events add up to.
    pub totals: Totals,
}

/// What a span is known by: its place in its trace. The caller's id of its event, and what an event that it caused names as the cause.
#[must_use]
pub fn span_key(trace_id: &str, span_id: &str) -> String {
    [trace_id, "-", span_id].concat()
}

/// The trace and the span that such a key names.
#[must_use]
pub fn span_of_key(key: &str) -> Option<(&str, &str)> {
    key.split_once('-')
}

/// Which traces. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceFilter {
    /// Of this session.
    pub session: Option<SessionNumber>,
    /// With an operation that failed, or without.
    pub failed: Option<bool>,
    /// That began in this range.
    pub time: TimeRange,
}
