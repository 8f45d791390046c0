//! `GET /api/v1/traces`, `GET /api/v1/traces/{trace}`.

use debrief_app::traces::{self, TraceQuery, tree};
use debrief_model::{Error, TimeRange};

use super::wire::traces as wire;
use super::{auth, wire::PageOf};
use crate::edge::call::Call;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;

const PARAMS: &[&str] = &["session", "failed", "from", "to", "limit", "offset"];

/// Traces, newest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Session)`.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), PARAMS)?;
    let paging = params.paging()?;
    let query = TraceQuery {
        session: params.text("session"),
        failed: params.text("failed").map(|word| truth("failed", &word)).transpose()?,
        time: TimeRange { from: params.time("from")?, to: params.time("to")? },
    };
    let page = traces::list(call.app(), &ctx, query, paging).await?;
    let told = PageOf::by_offset(page.total, paging, page.rows.len());
    Ok(Reply::json(&wire::Traces { traces: page.rows.into_iter().map(wire::Trace::from).collect(), page: told }))
}

/// One trace as a tree.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Trace)`.
pub async fn get(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let id = call.path("trace").to_ascii_lowercase();
    let (view, page) = traces::get(call.app(), &ctx, &id, false).await?;
    let (shown, total, began) = (page.rows.len() as u64, page.total, view.trace.started_at);
    let spans = tree::tree(page.rows, began).into_iter().map(wire::Span::from).collect();
    Ok(Reply::json(&wire::Whole { trace: wire::Trace::from(view), spans, total, cut: shown < total }))
}

fn truth(name: &str, word: &str) -> Result<bool, Error> {
    word.parse().map_err(|_| bad(name, "boolean", format!("Parameter '{name}' must be true or false")))
}
