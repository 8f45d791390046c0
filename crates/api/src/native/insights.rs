//! `GET /api/v1/sessions/{session}/insights`, `GET /api/v1/insights/{issues,intents,corrections}`, `GET /api/v1/agents/{agent}/compare`,
//! `GET,POST /api/v1/insights/reindex`.

use debrief_app::App;
use debrief_app::insights::{self, TopicQuery};
use debrief_insight::period::Span;
use debrief_model::{Error, TimeRange};

use serde::Serialize;

use super::auth;
use super::wire::insights as wire;
use crate::edge::agent;
use crate::edge::auth::by_bearer;
use crate::edge::call::Call;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;

const PARAMS: &[&str] = &["agent", "agentVersion", "from", "to", "limit"];
/// Topics shown at most, and if nobody says how many.
const TOPICS_MAX: u32 = 100;
const TOPICS_DEFAULT: u32 = 20;

/// What one conversation tells, turn by turn, with what that is based on.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`.
pub async fn of_session(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let found = insights::of_session_in_detail(call.app(), &ctx, call.path("session")).await?;
    Ok(Reply::json(&wire::Session::from(found)))
}

/// What goes wrong most, over conversations that are over.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn issues(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let found = insights::issues(call.app(), &ctx, &query(&call)?).await?;
    Ok(Reply::json(&wire::Issues::from(found)))
}

/// What users want.
///
/// # Errors
/// As [`issues`].
pub async fn intents(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let found = insights::intents(call.app(), &ctx, &query(&call)?).await?;
    Ok(Reply::json(&wire::Intents::from(found)))
}

/// What users correct.
///
/// # Errors
/// As [`issues`].
pub async fn corrections(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let found = insights::corrections(call.app(), &ctx, &query(&call)?).await?;
    Ok(Reply::json(&wire::Corrections::from(found)))
}

/// One version of an agent against another.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn compare(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    ctx.must_read()?;
    let params = Params::new(call.query(), &["from", "to", "days"])?;
    let wanted =
        |name: &str| params.text(name).ok_or_else(|| bad(name, "missing", format!("Parameter '{name}' must name a version of the agent")));
    let (from, to) = (wanted("from")?, wanted("to")?);
    let span = match params.text("days") {
        None => Span::All,
        Some(word) => Span::of(&word).ok_or_else(|| bad("days", "enum", "Parameter 'days' must be one of: 7, 30, 90, all".to_owned()))?,
    };
    let handle = agent::handle(call.path("agent"));
    let found = insights::compare(call.app(), &ctx, &handle, &from, &to, span.ending(ctx.now)).await?;
    Ok(Reply::json(&wire::Compared::from(found)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Progress {
    state: &'static str,
    rules: Option<String>,
    /// Conversations in which something was found.
    conversations: u64,
    /// Conversations that go on.
    waiting: u64,
    /// Conversations that are over and were not looked at yet.
    due: u64,
    behind_seconds: f64,
    /// Sessions that are still to be taken up, when all are looked at again.
    left: u64,
}

/// Makes all conversations be looked at again.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub async fn reindex(call: Call) -> Result<Reply, Error> {
    let ctx = by_bearer(&call, "Authorization header required: Bearer <key>")?;
    ctx.must_manage()?;
    Params::new(call.query(), &[])?;
    call.app().analyse_all_again().await?;
    progressed(call.app()).await
}

/// How far looking at conversations is.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub async fn progress(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    ctx.must_read()?;
    Params::new(call.query(), &[])?;
    progressed(call.app()).await
}

async fn progressed(app: &App) -> Result<Reply, Error> {
    let progress = app.analysis_progress().await?;
    let left = progress.left();
    let state = match (progress.is_on, left + progress.figures.due) {
        (false, _) => "off",
        (true, 0) => "current",
        (true, _) => "running",
    };
    Ok(Reply::json(&Progress {
        state,
        behind_seconds: progress.behind_us() as f64 / 1e6,
        rules: progress.again.map(|again| again.rules),
        conversations: progress.figures.found,
        waiting: progress.figures.waiting,
        due: progress.figures.due,
        left,
    }))
}

fn query(call: &Call) -> Result<TopicQuery, Error> {
    let params = Params::new(call.query(), PARAMS)?;
    if params.text("agentVersion").is_some() && params.text("agent").is_none() {
        return Err(bad("agentVersion", "needs", "Parameter 'agentVersion' needs 'agent'".to_owned()));
    }
    Ok(TopicQuery {
        agent: params.text("agent").map(|name| agent::handle(&name)),
        version: params.text("agentVersion"),
        began: TimeRange { from: params.time("from")?, to: params.time("to")? },
        limit: params.count("limit", TOPICS_MAX, TOPICS_DEFAULT)? as usize,
    })
}
