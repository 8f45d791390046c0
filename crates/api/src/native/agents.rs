//! `GET /api/v1/agents/{agent}/agent-versions`.

use debrief_app::agents;
use debrief_model::Error;

use super::{auth, wire};
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;

/// The versions of an agent, in order of number.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`.
pub async fn versions(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let paging = Params::new(call.query(), &["limit", "offset"])?.paging()?;
    let page = agents::versions(call.app(), &ctx, call.path("agent"), paging).await?;
    let told = wire::PageOf::by_offset(page.total, paging, page.rows.len());
    Ok(Reply::json(&wire::AgentVersions { agent_versions: page.rows.into_iter().map(wire::AgentVersionRow::from).collect(), page: told }))
}
