//! What every answer to somebody we know says of the reads that are left.

use debrief_app::Ctx;
use debrief_app::rate::{self, Budget};
use debrief_model::Error;

use super::{auth, error};
use crate::edge::call::Call;
use crate::edge::facade::worded;
use crate::edge::reply::Reply;

/// Answers the call by `handler`, if it is of somebody who may read and has reads left, and says how many are left.
///
/// # Errors
/// `Unauthenticated`. All other errors are in the reply already, because it says what is left as well.
pub(super) async fn within<F>(call: Call, handler: impl FnOnce(Call, Ctx) -> F) -> Result<Reply, Error>
where
    F: Future<Output = Result<Reply, Error>>,
{
    let ctx = auth::caller(&call)?;
    let (app, path, now) = (call.app().clone(), call.uri_path().to_owned(), call.now);
    let (budget, answer) = match rate::check(&app, &ctx) {
        Err(refused) => (rate::used_up(&app, &ctx), Err(refused)),
        Ok(budget) => (budget, permitted(call, ctx, handler).await),
    };
    let reply = answer.unwrap_or_else(|failed| worded(&failed, error::render, &path, now));
    Ok(told(reply, budget))
}

async fn permitted<F>(call: Call, ctx: Ctx, handler: impl FnOnce(Call, Ctx) -> F) -> Result<Reply, Error>
where
    F: Future<Output = Result<Reply, Error>>,
{
    ctx.must_read()?;
    handler(call, ctx).await
}

fn told(reply: Reply, budget: Option<Budget>) -> Reply {
    let Some(Budget { limit, remaining, resets_at }) = budget else { return reply };
    reply
        .header("x-ratelimit-limit", &limit.to_string())
        .header("x-ratelimit-remaining", &remaining.to_string())
        .header("x-ratelimit-reset", &resets_at.0.div_euclid(1_000_000).to_string())
}
