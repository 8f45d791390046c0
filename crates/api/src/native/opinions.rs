//! `POST` and `GET /api/v1/sessions/{session}/feedback`, `POST` and `GET /api/v1/events/{event}/scores`.

use debrief_app::domain::Once;
use debrief_app::{Outcome, Written, opinions};
use debrief_model::Error;

use super::domain_events::idempotency_key;
use super::translate::opinion;
use super::wire::opinions as wire;
use super::{auth, wire::PageOf};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;

/// Records what somebody says of a session. The same again, by its id or its `Idempotency-Key`, is recorded once.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Session)`, `Conflict`, `TooLarge`, `Overloaded`, `Unavailable`.
pub async fn tell_feedback(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let key = idempotency_key(&call)?;
    let Payload { text, permit } = call.payload().await?;
    // A body is not `Sync`, so what waits here must not hold a reference to the call.
    let (app, session) = (call.app().clone(), call.path("session").to_owned());
    drop(call);
    let once = key.map(|key| Once::of(&key, &format!("feedback {session}"), &text));
    let (_, new) = opinion::feedback(&text)?;
    let (view, written) = opinions::tell_feedback(&app, &ctx, permit, &session, new, once).await?;
    Ok(told(Reply::json(&wire::Feedback::from(view)), &written))
}

/// Records how good an event is in some respect. The same again, by its id or its `Idempotency-Key`, is recorded once.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Event)`, `Conflict`, `TooLarge`, `Overloaded`, `Unavailable`.
pub async fn tell_score(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let key = idempotency_key(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let (app, event) = (call.app().clone(), call.path("event").to_owned());
    drop(call);
    let once = key.map(|key| Once::of(&key, &format!("score {event}"), &text));
    let (_, new) = opinion::score(&text)?;
    let (view, written) = opinions::tell_score(&app, &ctx, permit, &event, new, once).await?;
    Ok(told(Reply::json(&wire::Score::from(view)), &written))
}

fn told(reply: Reply, written: &Written) -> Reply {
    let reply = reply.at(written.position);
    if matches!(written.outcome, Outcome::Kept(_)) { reply.header("idempotent-replayed", "true") } else { reply }
}

/// The feedback on a session, newest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Session)`.
pub async fn feedback(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let paging = Params::new(call.query(), &["limit", "offset"])?.paging()?;
    let found = opinions::feedback(call.app(), &ctx, call.path("session"), paging).await?;
    let page = PageOf::by_offset(found.total, paging, found.rows.len());
    Ok(Reply::json(&wire::Feedbacks { feedback: found.rows.into_iter().map(wire::Feedback::from).collect(), page }))
}

/// The scores of an event, newest first. The event is named by our id or the caller's.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Event)`.
pub async fn scores(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let paging = Params::new(call.query(), &["limit", "offset"])?.paging()?;
    let found = opinions::scores(call.app(), &ctx, call.path("event"), paging).await?;
    let page = PageOf::by_offset(found.total, paging, found.rows.len());
    Ok(Reply::json(&wire::Scores { scores: found.rows.into_iter().map(wire::Score::from).collect(), page }))
}
