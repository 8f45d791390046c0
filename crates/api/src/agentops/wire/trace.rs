//! Traces and spans as the public interface shows them.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

pub(in crate::agentops) use super::nested::Nested;

/// A trace.
#[derive(Serialize)]
pub(in crate::agentops) struct Trace {
    pub(in crate::agentops) trace_id: String,
    pub(in crate::agentops) project_id: String,
    pub(in crate::agentops) tags: Vec<String>,
    pub(in crate::agentops) spans: Vec<Span>,
}

/// A span, in short. The duration is in nanoseconds.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::agentops) struct Span {
    pub(in crate::agentops) span_id: String,
    pub(in crate::agentops) parent_span_id: Option<String>,
    pub(in crate::agentops) span_name: String,
    pub(in crate::agentops) span_kind: String,
    pub(in crate::agentops) start_time: String,
    pub(in crate::agentops) end_time: Option<String>,
    pub(in crate::agentops) duration: u64,
    pub(in crate::agentops) status_code: String,
    pub(in crate::agentops) status_message: String,
}

/// A span with everything that was said of it: `attributes` as sent, and the same with dotted keys nested.
#[derive(Serialize)]
pub(in crate::agentops) struct SpanDetail<'a> {
    #[serde(flatten)]
    pub(in crate::agentops) span: Span,
    pub(in crate::agentops) service_name: Cow<'a, str>,
    pub(in crate::agentops) attributes: &'a RawValue,
    pub(in crate::agentops) resource_attributes: Nested<'a>,
    pub(in crate::agentops) span_attributes: Nested<'a>,
}

/// What a trace used. Costs are US dollars with seven decimals.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::agentops) struct TraceMetrics {
    pub(in crate::agentops) span_count: u64,
    pub(in crate::agentops) trace_count: u64,
    pub(in crate::agentops) success_count: u64,
    pub(in crate::agentops) fail_count: u64,
    pub(in crate::agentops) indeterminate_count: u64,
    pub(in crate::agentops) prompt_tokens: u64,
    pub(in crate::agentops) completion_tokens: u64,
    pub(in crate::agentops) cache_read_input_tokens: u64,
    pub(in crate::agentops) reasoning_tokens: u64,
    pub(in crate::agentops) total_tokens: u64,
    pub(in crate::agentops) prompt_cost: String,
    pub(in crate::agentops) completion_cost: String,
    pub(in crate::agentops) average_cost_per_trace: String,
    pub(in crate::agentops) total_cost: String,
}

/// What a span used.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(in crate::agentops) struct SpanMetrics {
    pub(in crate::agentops) total_tokens: u64,
    pub(in crate::agentops) prompt_tokens: u64,
    pub(in crate::agentops) completion_tokens: u64,
    pub(in crate::agentops) cache_read_input_tokens: u64,
    pub(in crate::agentops) reasoning_tokens: u64,
    pub(in crate::agentops) success_tokens: u64,
    pub(in crate::agentops) fail_tokens: u64,
    pub(in crate::agentops) indeterminate_tokens: u64,
    pub(in crate::agentops) prompt_cost: String,
    pub(in crate::agentops) completion_cost: String,
    pub(in crate::agentops) total_cost: String,
}
