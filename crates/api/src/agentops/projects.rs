//! Projects, which are tenants: tokens that stand for a key, and what a project is called.

use debrief_app::{Ctx, tenants};
use debrief_model::{Error, ErrorKind};
use uuid::Uuid;

use super::{auth, translate, wire};
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Gives the project's token for a key.
///
/// # Errors
/// `Invalid` with what is wrong with the body or the key's form; `Unauthenticated` for a key that is nobody's.
pub(super) async fn token(mut call: Call) -> Result<Reply, Error> {
    let body = call.credentials().await?;
    let secret = translate::api_key(&body.text)?;
    let secret = Uuid::try_parse(&secret).map_err(|_| Error::invalid("Invalid API key format"))?;
    let ctx = call.app().keyring().authenticate(&secret.hyphenated().to_string(), &call.asked())?;
    let (token, project_id) = signed(&call, &ctx)?;
    Ok(Reply::json(&wire::Token { token, project_id, project_prem_status: wire::PLAN }))
}

/// Says what the token says that came along.
///
/// # Errors
/// `Unauthenticated`, about the token.
pub(super) async fn told(call: Call) -> Result<Reply, Error> {
    let token = auth::project_token(&call)?;
    let ctx = auth::project(&call)?;
    Ok(Reply::json(&translate::token_told(token.expires_at, project_id(&call, &ctx))))
}

/// Gives the same token to those who read.
///
/// # Errors
/// `Invalid` for a key that is missing or no UUID; `NotFound` for one that is nobody's.
pub(super) async fn access_token(mut call: Call) -> Result<Reply, Error> {
    let body = call.credentials().await?;
    let secret = translate::api_key(&body.text).ok().filter(|secret| !secret.is_empty());
    let secret = secret.ok_or_else(|| Error::invalid("api_key is required"))?;
    let secret = Uuid::try_parse(&secret).map_err(|_| Error::invalid("Invalid api_key format"))?;
    let known = call.app().keyring().authenticate(&secret.hyphenated().to_string(), &call.asked());
    let ctx = known.map_err(|_| Error::new(ErrorKind::NotFound, "Project not found"))?;
    let (bearer, _) = signed(&call, &ctx)?;
    Ok(Reply::json(&wire::AccessToken { bearer }))
}

/// The caller's project.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) async fn project(call: Call) -> Result<Reply, Error> {
    let ctx = auth::public(&call)?;
    let id = project_id(&call, &ctx);
    let name = tenants::own(call.app(), &ctx).await?.name;
    Ok(Reply::json(&wire::Project { id, name, environment: "production" }))
}

/// What the caller's project is called.
pub(super) fn project_id(call: &Call, ctx: &Ctx) -> String {
    call.app().keyring().project_id(ctx.tenant).to_string()
}

fn signed(call: &Call, ctx: &Ctx) -> Result<(String, String), Error> {
    let project = project_id(call, ctx);
    let token = call.app().keyring().signer().sign_project(ctx, &project)?;
    Ok((token, project))
}
