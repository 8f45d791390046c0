//! `GET /api/v1/insights/judge`: how the optional judge does, and what it says of one session.

use debrief_app::judge;
use debrief_model::Error;

use super::auth;
use super::wire::judge as wire;
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;

/// What judging took, what came of it, and how far it agrees with what was told.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Session)`.
pub async fn standing(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), &["session"])?;
    let figures = judge::figures(call.app(), &ctx).await?;
    let verdict = match params.text("session") {
        Some(session) => Some(judge::on_session(call.app(), &ctx, &session).await?),
        None => None,
    };
    Ok(Reply::json(&wire::Standing::new(figures, verdict)))
}
