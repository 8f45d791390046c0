//! Agents and threads of a session.

use debrief_app::{Change, Write};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Lets an id name an agent within the token's session; the same id again names another one from then on.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` without id and name.
pub(super) async fn create_agent(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session } = auth::by_token(&call, "creating agent")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let translate::Named { id: alias, name, agent_id: _ } = translate::agent(&text, "creating agent")?;
    let change = Change::PutAgentAlias { tenant: ctx.tenant, session, alias, name };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    Ok(Reply::json(&wire::SUCCESS).at(written.position))
}

/// Notes a thread of the token's session.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` without an id.
pub(super) async fn create_thread(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session } = auth::by_token(&call, "creating thread")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let translate::Named { id: thread, name: _, agent_id: agent_alias } = translate::agent(&text, "creating thread")?;
    let change = Change::PutThread { tenant: ctx.tenant, session, thread, agent_alias };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    Ok(Reply::json(&wire::SUCCESS).at(written.position))
}
