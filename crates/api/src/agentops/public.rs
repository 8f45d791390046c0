//! The public interface: traces and spans, read back.

use debrief_app::traces;
use debrief_model::Error;

use super::projects::project_id;
use super::translate::{self, Sums};
use super::{auth, wire};
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// A trace and its spans, oldest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Trace)`.
pub(super) async fn trace(call: Call) -> Result<Reply, Error> {
    let ctx = auth::public(&call)?;
    let (id, project) = (call.path("trace").to_ascii_lowercase(), project_id(&call, &ctx));
    let empty = wire::trace::Trace { trace_id: id.clone(), project_id: project, tags: Vec::new(), spans: Vec::new() };
    let (_, trace) = traces::fold(call.app(), &ctx, &id, empty, |trace, view| translate::add_span(trace, &view)).await?;
    Ok(Reply::json(&trace))
}

/// What a trace used.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Trace)`.
pub(super) async fn trace_metrics(call: Call) -> Result<Reply, Error> {
    let ctx = auth::public(&call)?;
    let id = call.path("trace").to_ascii_lowercase();
    let (_, sums) = traces::fold(call.app(), &ctx, &id, Sums::default(), |sums, view| sums.add(&view)).await?;
    Ok(Reply::json(&sums.of_trace()))
}

/// A span with everything that was said of it.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Span)`.
pub(super) async fn span(call: Call) -> Result<Reply, Error> {
    let ctx = auth::public(&call)?;
    let project = project_id(&call, &ctx);
    let view = traces::span(call.app(), &ctx, &call.path("span").to_ascii_lowercase()).await?;
    Ok(translate::with_detail(&view, &project, |detail| Reply::json(detail)))
}

/// What a span used.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Span)`.
pub(super) async fn span_metrics(call: Call) -> Result<Reply, Error> {
    let ctx = auth::public(&call)?;
    let view = traces::span(call.app(), &ctx, &call.path("span").to_ascii_lowercase()).await?;
    let mut sums = Sums::default();
    sums.add(&view);
    Ok(Reply::json(&sums.of_span()))
}
