//! `PUT /api/v1/agents`, `GET /api/v1/agents/{agent}`, `PUT …/agent-versions`, `GET …/agent-versions/{version}`.

use debrief_app::{Change, Outcome, Write, agents, offload};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::agent;
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Declares an agent; one that is known stays as it is.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`.
pub(super) async fn create_agent(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let (name, description) = offload::translate(text.len(), move || translate::agent(&text)).await?;
    let change = Change::PutAgent { tenant: ctx.tenant, name, description };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    match written.outcome {
        Outcome::Agent(agent) => Ok(Reply::json(&wire::Agent::from(agent)).at(written.position)),
        other => Err(translate::unexpected(&other)),
    }
}

/// One agent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Agent)`.
pub(super) async fn get_agent(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let agent = agents::get(call.app(), &ctx, &agent::handle(&translate::path_name(&call, "agent")?)).await?;
    Ok(Reply::json(&wire::Agent::from(agent)))
}

/// Declares a version of an agent; one that is known stays as it is.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `NotFound(Agent)`.
pub(super) async fn create_version(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let agent = translate::path_name(&call, "agent")?;
    let Payload { text, permit } = call.payload().await?;
    let (name, description) = offload::translate(text.len(), move || translate::version(&text)).await?;
    let change = Change::PutAgentVersion { tenant: ctx.tenant, agent, name, description };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    match written.outcome {
        Outcome::AgentVersion(version) => Ok(Reply::json(&wire::AgentVersion::from(version)).at(written.position)),
        other => Err(translate::unexpected(&other)),
    }
}

/// One version of an agent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub(super) async fn get_version(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let (agent, name) = (translate::path_name(&call, "agent")?, translate::path_name(&call, "version")?);
    let version = agents::version(call.app(), &ctx, &agent::handle(&agent), &name).await?;
    Ok(Reply::json(&wire::AgentVersion::from(version)))
}
