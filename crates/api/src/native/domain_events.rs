//! `POST /api/v1/events` with domain events: one, a batch, or CloudEvents. [`crate::shared`] decides what is for here.

use debrief_app::domain::{self, Once, Told};
use debrief_app::{Ctx, Outcome, offload};
use debrief_model::Error;
use debrief_model::limit::IDEMPOTENCY_KEY_CHARS_MAX;

use super::translate::Events;
pub(crate) use super::translate::Form;
use super::{auth, cloud_events, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

const KEY_HEADER: &str = "idempotency-key";

/// The form that the content type announces, where it is one of CloudEvents.
#[must_use]
pub(crate) fn announced(call: &Call) -> Option<Form> {
    call.header("content-type").and_then(cloud_events::form_of)
}

/// Records the events of a call whose body nobody has read yet.
///
/// # Errors
/// Those of [`record_read`], and `Unauthenticated`, `Overloaded`.
pub(crate) async fn record(mut call: Call, form: Form) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let payload = call.payload().await?;
    record_read(call, ctx, payload, form).await
}

/// Records the events of a body, all or none. The same request again under its `Idempotency-Key` gets the same answer.
///
/// # Errors
/// `Forbidden`, `Invalid`, `TooLarge`, `Conflict`, `Unavailable`.
pub(crate) async fn record_read(call: Call, ctx: Ctx, payload: Payload, form: Form) -> Result<Reply, Error> {
    let key = idempotency_key(&call)?;
    let Payload { text, permit } = payload;
    // A body is not `Sync`, so what waits here must not hold a reference to the call.
    let app = call.app().clone();
    drop(call);
    let (bytes, events_max) = (text.len(), app.settings().limits.batch_events_max);
    let read = move || {
        let once = key.map(|key| Once::of(&key, form.word(), &text));
        translate::events(&text, form, events_max).map(|events| (events, once))
    };
    let (Events { list, is_batch }, once) = offload::translate(bytes, read).await?;
    let answer = |told: &[Told]| wire::told(told, is_batch);
    let recorded = domain::record(&app, &ctx, permit, list, once, answer).await;
    let (written, answer) = recorded.map_err(|error| translate::worded(error, form, is_batch))?;
    let reply = Reply::written(answer).at(written.position);
    Ok(if matches!(written.outcome, Outcome::Kept(_)) { reply.header("idempotent-replayed", "true") } else { reply })
}

pub(super) fn idempotency_key(call: &Call) -> Result<Option<String>, Error> {
    let Some(key) = call.sole_header(KEY_HEADER)? else { return Ok(None) };
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_CHARS_MAX {
        let sentence = format!("must have 1 to {IDEMPOTENCY_KEY_CHARS_MAX} characters (limit IDEMPOTENCY_KEY_CHARS_MAX)");
        return Err(Error::invalid(format!("Header '{KEY_HEADER}' {sentence}")).with("header", KEY_HEADER, "length", sentence));
    }
    Ok(Some(key.to_owned()))
}
