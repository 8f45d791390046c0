//! `GET /api/v1/agents/{agent}/agent-versions`, `GET …/agent-versions/{version}/diff/{other}`.

use debrief_app::{agents, comparison};
use debrief_model::Error;

use super::{auth, wire};
use crate::edge::agent;
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
    let (agent, page) = agents::versions(call.app(), &ctx, &agent::handle(call.path("agent")), paging).await?;
    let told = wire::PageOf::by_offset(page.total, paging, page.rows.len());
    let row = |version| wire::AgentVersionRow::of(version, agent.current_version);
    Ok(Reply::json(&wire::AgentVersions { agent_versions: page.rows.into_iter().map(row).collect(), page: told }))
}

/// What changed from one version of an agent to another.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn diff(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let agent = agent::handle(call.path("agent"));
    let compared = comparison::of_versions(call.app(), &ctx, &agent, call.path("version"), call.path("other")).await?;
    Ok(Reply::json(&wire::Diff::from(compared)))
}
