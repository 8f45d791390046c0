//! Traces.

use debrief_app::traces::TraceView;
use debrief_app::traces::tree::Node;
use debrief_model::{Status, Trace as Model};
use serde::Serialize;

use super::{PageOf, SessionTotals};
use crate::edge::money;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Traces {
    pub(in crate::native) traces: Vec<Trace>,
    #[serde(flatten)]
    pub(in crate::native) page: PageOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Trace {
    trace_id: String,
    name: Option<String>,
    session_id: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    duration_ms: Option<f64>,
    status: &'static str,
    totals: SessionTotals,
}

impl From<TraceView> for Trace {
    fn from(view: TraceView) -> Self {
        let TraceView { trace, session, session_id: _ } = view;
        let Model { tenant: _, id, session: _, name, started_at, ended_at, totals } = trace;
        Self {
            trace_id: id,
            name,
            session_id: session,
            started_at: time(started_at),
            ended_at: ended_at.map(time),
            duration_ms: ended_at.map(|ended| milliseconds(ended.micros_since(started_at))),
            status: if totals.failures > 0 { Status::Error.word() } else { Status::Ok.word() },
            totals: SessionTotals::of(totals),
        }
    }
}

/// A trace with its operations, each before what it contains.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Whole {
    #[serde(flatten)]
    pub(in crate::native) trace: Trace,
    pub(in crate::native) spans: Vec<Span>,
    pub(in crate::native) total: u64,
    pub(in crate::native) cut: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Span {
    id: String,
    span_id: Option<String>,
    parent_span_id: Option<String>,
    depth: u32,
    children: u32,
    orphan: bool,
    running: bool,
    name: Option<String>,
    kind: &'static str,
    event_type: String,
    started_at: String,
    offset_ms: f64,
    duration_ms: Option<f64>,
    self_ms: Option<f64>,
    status: &'static str,
    error_type: Option<String>,
    error_message: Option<String>,
    agent: Option<String>,
    agent_version: Option<String>,
    person: Option<String>,
    session_id: Option<String>,
    provider: Option<String>,
    model: Option<String>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_usd: Option<String>,
    source: String,
    within: Within,
}

/// An operation and everything that it contains.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Within {
    events: u64,
    llm_calls: u64,
    tool_calls: u64,
    failures: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_usd: Option<String>,
    unpriced_calls: u64,
}

impl From<Node> for Span {
    fn from(node: Node) -> Self {
        let Node { view, depth, offset_us, self_us, children, within, is_orphan } = node;
        let facts = view.event.facts;
        let failure = facts.failure.unwrap_or_default();
        Self {
            id: view.event.id.to_string(),
            // What is known of a record without an end, and is an operation, still runs.
            running: facts.span_id.is_some() && facts.ended_at.is_none(),
            span_id: facts.span_id,
            parent_span_id: facts.parent_span_id,
            depth,
            children,
            orphan: is_orphan,
            name: facts.name,
            kind: facts.kind.word(),
            event_type: facts.event_type.into_owned(),
            started_at: time(facts.occurred_at),
            offset_ms: milliseconds(offset_us),
            duration_ms: facts.duration_us.map(milliseconds),
            self_ms: self_us.map(milliseconds),
            status: facts.status.word(),
            error_type: failure.kind,
            error_message: failure.message,
            agent: view.agent,
            agent_version: view.agent_version,
            person: view.person,
            session_id: view.session,
            provider: facts.provider,
            model: facts.response_model.or(facts.request_model),
            input_tokens: facts.tokens.input,
            output_tokens: facts.tokens.output,
            cost_usd: facts.cost.map(|cost| money::render(cost.nano_usd)),
            source: facts.source.into_owned(),
            within: Within {
                events: within.events,
                llm_calls: within.llm_calls,
                tool_calls: within.tool_calls,
                failures: within.failures,
                input_tokens: within.tokens.input,
                output_tokens: within.tokens.output,
                cost_usd: within.cost_nano_usd.map(money::render),
                unpriced_calls: within.unpriced,
            },
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of any sensible duration fit a double exactly")]
fn milliseconds(us: i64) -> f64 {
    us as f64 / 1e3
}
