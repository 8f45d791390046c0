//! Agents and their versions: found, listed, created, changed, hidden.

use debrief_model::{Agent, AgentFilter, AgentId, AgentPatch, AgentVersion, Error, NewAgent, Page, Paging, Prompt, SessionNumber, Subject};
use debrief_store::{Change, Outcome};
use sha2::{Digest, Sha256};

use crate::offload::blocking;
use crate::{App, Ctx, Permit, Write, Written};

/// How a caller names one agent: by our id or by its name. Where both could be meant the id counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Our id, if what the caller wrote can be one.
    pub id: Option<AgentId>,
    /// What the caller wrote.
    pub name: String,
}

impl Handle {
    fn missing(&self) -> Error {
        Error::not_found(Subject::Agent(self.name.clone()))
    }
}

/// A system prompt with the hash it is found by.
#[must_use]
pub fn prompt(text: String) -> Prompt {
    let hash = prompt_hash(&text);
    Prompt { text, hash }
}

/// SHA-256 of a prompt with its ends trimmed and every run of white space made one space.
#[must_use]
pub fn prompt_hash(text: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 {
            hasher.update(b" ");
        }
        hasher.update(word);
    }
    hasher.finalize().into()
}

/// One agent.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`.
pub async fn get(app: &App, ctx: &Ctx, handle: &Handle) -> crate::Result<Agent> {
    ctx.must_read()?;
    find(app, ctx, handle).await?.ok_or_else(|| handle.missing())
}

/// One agent, whoever asks; `None` where there is none.
pub(crate) async fn find(app: &App, ctx: &Ctx, handle: &Handle) -> crate::Result<Option<Agent>> {
    let (ledger, tenant, Handle { id, name }) = (app.ledger.clone(), ctx.tenant, handle.clone());
    blocking(move || {
        let by_id = id.map(|id| ledger.agent_by_id(tenant, id)).transpose()?.flatten();
        by_id.map_or_else(|| ledger.agent(tenant, &name), |agent| Ok(Some(agent)))
    })
    .await
}

/// Agents, newest first, with the exact total.
///
/// # Errors
/// `Forbidden` without scope `read`.
pub async fn list(app: &App, ctx: &Ctx, filter: AgentFilter, paging: Paging) -> crate::Result<Page<Agent>> {
    ctx.must_read()?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || ledger.agents(tenant, &filter, paging)).await
}

/// Creates an agent. One that is only known by name so far becomes it.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `Conflict` when one of that name is described already; `Unavailable`.
pub async fn create(app: &App, ctx: &Ctx, permit: Permit, agent: NewAgent) -> crate::Result<(Agent, Written)> {
    changed(app.write(ctx, permit, Write::Catalogue(Change::CreateAgent { tenant: ctx.tenant, agent })).await?)
}

/// Changes what is given of an agent.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `NotFound(Agent)`; `Conflict` when a new name is taken; `Unavailable`.
pub async fn patch(app: &App, ctx: &Ctx, permit: Permit, handle: &Handle, patch: AgentPatch) -> crate::Result<(Agent, Written)> {
    ctx.must_ingest()?;
    let agent = find(app, ctx, handle).await?.ok_or_else(|| handle.missing())?.id;
    let change = Change::PatchAgent { tenant: ctx.tenant, agent, patch: Box::new(patch) };
    changed(app.write(ctx, permit, Write::Catalogue(change)).await?)
}

/// Hides an agent; its history stays.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `NotFound(Agent)`; `Unavailable`.
pub async fn delete(app: &App, ctx: &Ctx, permit: Permit, handle: &Handle) -> crate::Result<(Agent, Written)> {
    ctx.must_ingest()?;
    let agent = find(app, ctx, handle).await?.ok_or_else(|| handle.missing())?.id;
    changed(app.write(ctx, permit, Write::Catalogue(Change::DeleteAgent { tenant: ctx.tenant, agent })).await?)
}

fn changed(written: Written) -> crate::Result<(Agent, Written)> {
    match &written.outcome {
        Outcome::Agent(agent) => Ok((agent.clone(), written)),
        other => Err(Error::internal(format!("the ledger answered a change of an agent with another kind of outcome: {other:?}"))),
    }
}

/// The agent that has this prompt, or had it once; `None` where nobody does.
///
/// # Errors
/// `Forbidden` without scope `read`.
pub async fn with_prompt(app: &App, ctx: &Ctx, text: &str) -> crate::Result<Option<Agent>> {
    ctx.must_read()?;
    let (ledger, tenant, hash) = (app.ledger.clone(), ctx.tenant, prompt_hash(text));
    blocking(move || ledger.agent_by_prompt(tenant, &hash)).await
}

/// One version of an agent, by name.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn version(app: &App, ctx: &Ctx, agent: &Handle, name: &str) -> crate::Result<AgentVersion> {
    let agent = get(app, ctx, agent).await?;
    let (ledger, tenant, name) = (app.ledger.clone(), ctx.tenant, name.to_owned());
    blocking(move || ledger.agent_version(tenant, agent.number, &name)?.ok_or_else(|| Error::not_found(Subject::AgentVersion(name)))).await
}

/// An agent and its versions, in order of number.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`.
pub async fn versions(app: &App, ctx: &Ctx, agent: &Handle, paging: Paging) -> crate::Result<(Agent, Page<AgentVersion>)> {
    let agent = get(app, ctx, agent).await?;
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || {
        let page = ledger.agent_versions(tenant, agent.number, paging)?;
        Ok((agent, page))
    })
    .await
}

/// The name of the agent that leads a session.
pub(crate) async fn leading(
    app: &App,
    ctx: &Ctx,
    session: SessionNumber,
    agent: debrief_model::AgentNumber,
) -> crate::Result<Option<Agent>> {
    let (ledger, tenant) = (app.ledger.clone(), ctx.tenant);
    blocking(move || {
        let wanted = debrief_store::Wanted { agents: vec![agent], sessions: vec![session], ..Default::default() };
        let id = ledger.names(tenant, &wanted)?.agent_ids.remove(&agent);
        id.map(|id| ledger.agent_by_id(tenant, id)).transpose().map(Option::flatten)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_that_a_model_reads_alike_have_one_hash() {
        let hex = |text: &str| prompt_hash(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        // From a recording of the client that made the rule.
        let recorded = "4324be3e00088a60792e99cf59aeebb4617f8bf8b9587cca1c81c658c215fb0c";
        assert_eq!(hex("You are a helpful   support agent.\n"), recorded);
        assert_eq!(hex("  You are a\thelpful support agent. "), recorded);
        assert_ne!(hex("You are a helpful support agent"), recorded);
        assert_eq!(prompt_hash(""), prompt_hash(" \n"));
    }
}
