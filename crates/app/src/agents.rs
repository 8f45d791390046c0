//! Reading agents and their versions.

use debrief_model::{Agent, AgentVersion, Error, Page, Paging, Subject};

use crate::offload::blocking;
use crate::{App, Ctx};

/// One agent by name.
///
/// # Errors
/// `NotFound(Agent)`.
pub async fn get(app: &App, ctx: &Ctx, name: &str) -> crate::Result<Agent> {
    ctx.must_read()?;
    let (ledger, tenant, name) = (app.ledger.clone(), ctx.tenant, name.to_owned());
    blocking(move || ledger.agent(tenant, &name)?.ok_or_else(|| Error::not_found(Subject::Agent(name)))).await
}

/// One version of an agent, both by name.
///
/// # Errors
/// `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn version(app: &App, ctx: &Ctx, agent: &str, name: &str) -> crate::Result<AgentVersion> {
    ctx.must_read()?;
    let (ledger, tenant, agent, name) = (app.ledger.clone(), ctx.tenant, agent.to_owned(), name.to_owned());
    blocking(move || {
        let agent = ledger.agent(tenant, &agent)?.ok_or_else(|| Error::not_found(Subject::Agent(agent)))?;
        ledger.agent_version(tenant, agent.number, &name)?.ok_or_else(|| Error::not_found(Subject::AgentVersion(name)))
    })
    .await
}

/// The versions of an agent, in order of number.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`.
pub async fn versions(app: &App, ctx: &Ctx, agent: &str, paging: Paging) -> crate::Result<Page<AgentVersion>> {
    ctx.must_read()?;
    let (ledger, tenant, agent) = (app.ledger.clone(), ctx.tenant, agent.to_owned());
    blocking(move || {
        let agent = ledger.agent(tenant, &agent)?.ok_or_else(|| Error::not_found(Subject::Agent(agent)))?;
        ledger.agent_versions(tenant, agent.number, paging)
    })
    .await
}
