//! `POST /api/v1/prices/reprice`, `GET /api/v1/prices/reprice`.

use debrief_app::reprice::{self, Progress};
use debrief_model::{Error, ErrorKind, TimeRange};
use serde::Serialize;

use super::auth;
use crate::edge::auth::by_bearer;
use crate::edge::call::Call;
use crate::edge::money;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    state: &'static str,
    from: Option<String>,
    to: Option<String>,
    started_at: String,
    ended_at: Option<String>,
    total: u64,
    looked_at: u64,
    changed: u64,
    cost_before_usd: String,
    cost_after_usd: String,
    failure: Option<String>,
}

impl From<Progress> for Job {
    fn from(progress: Progress) -> Self {
        let Progress { range, started_at, ended_at, total, looked_at, changed, before_nano_usd, after_nano_usd, failure } = progress;
        let state = match (ended_at, &failure) {
            (None, _) => "running",
            (Some(_), None) => "completed",
            (Some(_), Some(_)) => "failed",
        };
        Self {
            state,
            from: range.from.map(time),
            to: range.to.map(time),
            started_at: time(started_at),
            ended_at: ended_at.map(time),
            total,
            looked_at,
            changed,
            cost_before_usd: money::render(before_nano_usd),
            cost_after_usd: money::render(after_nano_usd),
            failure,
        }
    }
}

/// Begins to price calls again; with `wait=true` the answer comes when that is done.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `Conflict`.
pub async fn reprice(mut call: Call) -> Result<Reply, Error> {
    let ctx = by_bearer(&call, "Authorization header required: Bearer <key>")?;
    ctx.must_manage()?;
    let params = Params::new(call.query(), &["from", "to", "wait"])?;
    let wait = match params.text("wait").as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(bad("wait", "boolean", "Parameter 'wait' must be true or false".to_owned())),
    };
    let range = TimeRange { from: params.time("from")?, to: params.time("to")? };
    // Whoever gives a range there must not have everything priced again.
    if !matches!(call.payload().await?.text.trim(), "" | "{}") {
        let sentence = "must be empty: 'from', 'to' and 'wait' are parameters of the query";
        return Err(Error::invalid(format!("The body {sentence}")).with("body", "", "unknown", sentence));
    }
    let job = reprice::start(call.app(), &ctx, range)?;
    let progress = if wait { job.done().await? } else { job.progress() };
    Ok(Reply::json(&Job::from(progress)))
}

/// How far the newest job is.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound` where none was begun since the server started.
pub async fn progress(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let found = reprice::progress(call.app(), &ctx)?;
    let none = || Error::new(ErrorKind::NotFound, "No calls were priced again since the server started");
    let job = found.ok_or_else(none)?;
    Ok(Reply::json(&Job::from(job)))
}
