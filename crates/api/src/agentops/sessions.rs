//! Sessions: opened with a key, changed with their token.

use debrief_app::{Change, Outcome, Write, offload, sessions};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::money;
use crate::edge::reply::Reply;

/// Opens a session and answers its token. A session that is open already, perhaps by another process, is joined.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` without a session id.
pub(super) async fn create(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::by_key(&call, "creating session")?;
    let shared_with = auth::parent(&call)?.filter(|parent| *parent != ctx.tenant);
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let (named, patch) = offload::translate(text.len(), move || translate::session(&text)).await?;
    let session = translate::session_key(named, "creating session")?;
    let written = sessions::open(call.app(), &ctx, permit, &session, patch, shared_with).await?;
    let jwt = call.app().keyring().signer().sign(&ctx, &session)?;
    let session_url = Some(translate::session_url(&call.app().settings().public_url, &session));
    Ok(Reply::json(&wire::Opened { status: "Success", jwt, session_url }).at(written.position))
}

/// Changes what is given of the token's session. The SDK sends its whole state each time, with events that it will send again; the
/// id in the body is not needed and not looked at.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` when the body is no JSON object.
pub(super) async fn update(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session } = auth::by_token(&call, "posting session")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let (_, patch) = offload::translate(text.len(), move || translate::session(&text)).await?;
    let session_url = translate::session_url(&call.app().settings().public_url, &session);
    let change = Change::PutSession { tenant: ctx.tenant, key: session, patch, shared_with: None, alias: None };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    let cost = match &written.outcome {
        Outcome::Session(session) => session.totals.cost_nano_usd,
        _ => None,
    };
    Ok(Reply::json(&wire::Updated { status: "success", token_cost: cost.map(money::render), session_url }).at(written.position))
}

/// Answers a new token for a session of the key's tenant.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` for a session that is not there, or not the tenant's.
pub(super) async fn reauthorize(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::by_key(&call, "reauthorizing Api Key")?;
    ctx.must_ingest()?;
    let Payload { text, permit: _ } = call.payload().await?;
    let (named, _) = translate::session(&text)?;
    // The vendor's sentence begins with a blank.
    let unknown = || Error::invalid(" Error reauthorizing Api Key: Invalid Session Id");
    let session = sessions::own(call.app(), &ctx, &named.ok_or_else(unknown)?).await?.ok_or_else(unknown)?;
    let jwt = call.app().keyring().signer().sign(&ctx, &session.key)?;
    Ok(Reply::json(&wire::Opened { status: "Success", jwt, session_url: None }))
}

/// Appends to the log of the token's session.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid` when the body is no JSON object.
pub(super) async fn update_logs(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session } = auth::by_token(&call, "updating logs")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let text = offload::translate(text.len(), move || translate::log_text(&text)).await?;
    let logs_url = translate::logs_url(&call.app().settings().public_url, &session);
    let change = Change::AppendSessionLog { tenant: ctx.tenant, session, text };
    let written = call.write(&ctx, permit, Write::Catalogue(change)).await?;
    Ok(Reply::json(&wire::Logged { status: "success", logs_url }).at(written.position))
}
