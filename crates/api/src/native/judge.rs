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
    // In this order: a verdict is counted before it can be read, so that the figures have every verdict that is shown.
    let verdict = match params.text("session") {
        Some(session) => Some(judge::on_session(call.app(), &ctx, &session).await?),
        None => None,
    };
    let figures = judge::figures(call.app(), &ctx).await?;
    Ok(Reply::json(&wire::Standing::new(figures, verdict)))
}
