//! Conversations that a client sends as such: opened with their messages, continued, brought to an end.
//!
//! A run is a handle on a session: its own where the client names none, else one that several runs may share.

use debrief_model::limit::METADATA_BYTES_MAX;
use debrief_model::{Agent, Draft, Error, Mention, Session, SessionPatch, Subject};
use debrief_store::Change;

use crate::agents::{self, Handle};
use crate::domain::Once;
use crate::ingest::merge_objects;
use crate::offload::blocking;
use crate::{App, Ctx, Outcome, Permit, Write, Written};

/// A conversation to be opened.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The run's id.
    pub id: String,
    /// The session that it is part of; its own where there is none.
    pub session: Option<String>,
    /// The agent that leads it.
    pub agent: Option<Handle>,
    /// The person served.
    pub person: Option<String>,
    /// What is said of the session.
    pub patch: SessionPatch,
    /// What was said, and what else happened.
    pub drafts: Vec<Draft>,
}

/// A run as it is now.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its session.
    pub session: Session,
    /// Its agent: the one it was opened with, else the one that leads its session.
    pub agent: Option<Agent>,
}

/// Opens a run. The same request again, recognised by `once`, opens nothing and answers the first.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `Conflict` for another request under the same idempotency key; `Unavailable`.
pub async fn open(app: &App, ctx: &Ctx, permit: Permit, new: NewRun, once: Option<Once>) -> crate::Result<(Run, Written)> {
    ctx.must_ingest()?;
    let NewRun { id, session, agent, person, patch, drafts } = new;
    let agent = match agent {
        Some(handle) => Some(agents::find(app, ctx, &handle).await?.map_or(handle.name, |agent| agent.name)),
        None => None,
    };
    let known = match &session {
        Some(key) => known(app, ctx, key).await?,
        None => None,
    };
    // A session that is found under another key keeps the one it has.
    let key = known.as_ref().map(|session| session.key.clone()).or(session).unwrap_or_else(|| id.clone());
    let patch = SessionPatch { metadata: added(known.as_ref(), patch.metadata), ..patch };
    let mention = Mention { session: Some(key.clone()), agent: agent.clone(), person, ..Mention::default() };
    let change = Change::PutSession { tenant: ctx.tenant, key, patch, shared_with: None, alias: Some(id.clone()) };
    let mut write = Write::All(vec![recorded(ctx, drafts, &mention), Write::Catalogue(change)]);
    if let Some(Once { key, digest }) = once {
        write = Write::Once { tenant: ctx.tenant, key, digest, answer: id.clone().into_bytes(), write: Box::new(write) };
    }
    let written = app.write(ctx, permit, write).await?;
    let id = match &written.outcome {
        Outcome::Kept(former) => String::from_utf8_lossy(former).into_owned(),
        _ => id,
    };
    let mut run = existing(app, ctx, &id).await?;
    if let Some(name) = agent {
        // The session may be another agent's.
        run.agent = agents::find(app, ctx, &Handle { id: None, name }).await?.or(run.agent);
    }
    Ok((run, written))
}

/// Continues a run.
///
/// # Errors
/// `Forbidden` without scope `ingest`; `NotFound(Session)`; `Unavailable`.
pub async fn append(
    app: &App,
    ctx: &Ctx,
    permit: Permit,
    id: &str,
    patch: SessionPatch,
    drafts: Vec<Draft>,
) -> crate::Result<(Run, Written)> {
    ctx.must_ingest()?;
    let Run { id, session, agent } = existing(app, ctx, id).await?;
    let mention = Mention { session: Some(session.key.clone()), agent: agent.map(|agent| agent.name), ..Mention::default() };
    let patch = SessionPatch { metadata: added(Some(&session), patch.metadata), ..patch };
    let change = Change::PutSession { tenant: ctx.tenant, key: session.key, patch, shared_with: None, alias: None };
    let write = Write::All(vec![recorded(ctx, drafts, &mention), Write::Catalogue(change)]);
    let written = app.write(ctx, permit, write).await?;
    Ok((existing(app, ctx, &id).await?, written))
}

/// A run, for callers who may read.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`.
pub async fn get(app: &App, ctx: &Ctx, id: &str) -> crate::Result<Run> {
    ctx.must_read()?;
    existing(app, ctx, id).await
}

fn recorded(ctx: &Ctx, mut drafts: Vec<Draft>, mention: &Mention) -> Write {
    for draft in &mut drafts {
        draft.mention = mention.clone();
    }
    Write::Events { tenant: ctx.tenant, drafts }
}

/// What is said of a session is added to what was said of it before. Of two who add to it at the same moment the later one counts.
fn added(known: Option<&Session>, metadata: Option<String>) -> Option<String> {
    let (former, newer) = (known.and_then(|session| session.set.metadata.as_deref()), metadata?);
    let both = former.and_then(|former| merge_objects(former, &newer)).filter(|both| both.len() <= METADATA_BYTES_MAX);
    both.or(Some(newer))
}

/// A session of the caller's own tenant.
async fn known(app: &App, ctx: &Ctx, key: &str) -> crate::Result<Option<Session>> {
    let (ledger, tenant, key) = (app.ledger.clone(), ctx.tenant, key.to_owned());
    Ok(blocking(move || ledger.session(tenant, &key)).await?.filter(|session| session.tenant == tenant))
}

async fn existing(app: &App, ctx: &Ctx, id: &str) -> crate::Result<Run> {
    let session = known(app, ctx, id).await?.ok_or_else(|| Error::not_found(Subject::Session(id.to_owned())))?;
    let agent = match session.agent {
        Some(agent) => agents::leading(app, ctx, session.number, agent).await?,
        None => None,
    };
    Ok(Run { id: id.to_owned(), session, agent })
}
