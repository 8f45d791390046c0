//! Runs, which the documents call conversations: opened with what was said, continued, asked about.

use debrief_app::domain::Once;
use debrief_app::{Ctx, insights, offload, runs};
use debrief_insight::lifecycle::State;
use debrief_model::{Error, EventId};
use uuid::Uuid;

use super::translate::{self, Opening, Saying};
use super::{auth, wire};
use crate::edge::agent;
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;
use crate::edge::time::render as time;

/// Opens a run.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `Conflict` for a repeated idempotency key.
pub(super) async fn create(call: Call) -> Result<Reply, Error> {
    open(call, "run_").await
}

/// Opens a run by its former name.
///
/// # Errors
/// As [`create`].
pub(super) async fn create_conversation(call: Call) -> Result<Reply, Error> {
    open(call, "conv_").await
}

async fn open(mut call: Call, prefix: &'static str) -> Result<Reply, Error> {
    let ctx = auth::writer(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let now = call.now;
    let digest = *blake3::hash(text.as_bytes()).as_bytes();
    let Opening { agent, session, person, idempotency_key, saying } =
        offload::translate(text.len(), move || translate::opening(&text, now, fresh)).await?;
    let Saying { patch, drafts } = saying;
    let new = runs::NewRun { id: format!("{prefix}{}", Uuid::now_v7().simple()), session, agent, person, patch, drafts };
    let once = idempotency_key.map(|key| Once { key: format!("run:{key}"), digest });
    let app = call.app().clone();
    drop(call);
    let (run, written) = runs::open(&app, &ctx, permit, new, once).await?;
    Ok(shown(&app, &ctx, run).at(written.position))
}

/// Continues a run.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `NotFound(Session)`.
pub(super) async fn append(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::writer(&call)?;
    let id = call.path("run").to_owned();
    let Payload { text, permit } = call.payload().await?;
    let now = call.now;
    let Saying { patch, drafts } = offload::translate(text.len(), move || translate::appending(&text, now, fresh)).await?;
    let app = call.app().clone();
    drop(call);
    let (run, written) = runs::append(&app, &ctx, permit, &id, patch, drafts).await?;
    Ok(shown(&app, &ctx, run).at(written.position))
}

fn fresh() -> EventId {
    EventId(Uuid::now_v7())
}

fn shown(app: &debrief_app::App, ctx: &Ctx, run: runs::Run) -> Reply {
    let agent_id = run.agent.map(|known| agent::id(known.id));
    let bare = wire::Run {
        prompt_id: agent_id.clone(),
        agent_id,
        status: word(insights::of_session(app, ctx, &run.session).state),
        session_id: run.session.key,
        created_at: time(run.session.started_at),
        id: run.id,
    };
    let links = wire::Links {
        append_messages: wire::Link {
            href: format!("/api/v1/runs/{}/messages", bare.id),
            method: "POST",
            hint: "Continue this conversation with further messages",
        },
    };
    Reply::json(&wire::Shown { run: wire::Twice { data: bare.clone(), bare }, links })
}

/// The client's own words for it.
fn word(state: State) -> &'static str {
    match state {
        State::InProgress => "active",
        State::Completed => "completed",
        State::Abandoned => "abandoned",
    }
}

/// The insights of one run, once it is over and was looked at.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`.
pub(super) async fn insights(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let run = runs::get(call.app(), &ctx, call.path("run")).await?;
    let conversation_id = run.id.clone();
    let found = insights::of_session_in_detail(call.app(), &ctx, &run.session.id.to_string()).await?;
    let lifecycle = |status, message, reason| {
        let lifecycle = wire::Lifecycle { conversation_id: conversation_id.clone(), status, message, reason };
        Ok(Reply::json(&wire::Twice { data: lifecycle.clone(), bare: lifecycle }))
    };
    match (found.verdict.state, &found.found) {
        (State::InProgress, _) => lifecycle("pending", "The conversation is not over yet", None),
        (_, None) if !found.is_analysed => {
            lifecycle("skipped", "This server is set not to analyse conversations", Some("analysis_not_available"))
        }
        (_, None) => lifecycle("pending", "The conversation is being analysed", None),
        (_, Some((looked_at, detail))) => {
            let insights = translate::run_insights(&run.id, &found, *looked_at, detail);
            Ok(Reply::json(&wire::Twice { data: insights.clone(), bare: insights }))
        }
    }
}
