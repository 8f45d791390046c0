//! What is uploaded beside the spans: what a program printed while a trace ran, and objects that spans are too small for.

use debrief_app::ingest::event_id;
use debrief_app::{Write, events, offload, traces};
use debrief_model::{Error, ErrorKind};

use super::{auth, translate, wire};
use crate::edge::auth::{reading, recording};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Appends to the log of the session that the trace in the header belongs to. It may come before the trace's first span.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`.
pub(super) async fn log(mut call: Call) -> Result<Reply, Error> {
    let ctx = recording(auth::project(&call)?)?;
    let ids = translate::trace_ids(call.header("trace-id").unwrap_or_default())?;
    let Payload { text, permit } = call.upload().await?;
    let size = text.len();
    let printed = offload::translate(size, move || translate::uploaded(&text)).await?;
    let url = translate::upload_url(&call.app().settings().public_url, "logs", &ids[0]);
    let written = traces::append_log(call.app(), &ctx, permit, ids, printed).await?;
    Ok(Reply::json(&wire::Uploaded { url, size }).at(written.position))
}

/// The log of a trace's session.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Trace)`.
pub(super) async fn read_log(call: Call) -> Result<Reply, Error> {
    let ctx = reading(auth::project(&call)?)?;
    let ids = translate::trace_ids(call.path("trace"))?;
    Ok(Reply::text("text/plain; charset=utf-8", traces::log(call.app(), &ctx, ids).await?))
}

/// Keeps an object. The same again is the same object.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`.
pub(super) async fn object(mut call: Call) -> Result<Reply, Error> {
    let ctx = recording(auth::project(&call)?)?;
    let Payload { text, permit } = call.upload().await?;
    let (size, now) = (text.len(), call.now);
    let (key, draft) = offload::translate(size, move || translate::object(&text, now)).await?;
    let url = translate::upload_url(&call.app().settings().public_url, "objects", &event_id(ctx.tenant, &key).to_string());
    let written = call.write(&ctx, permit, Write::Events { tenant: ctx.tenant, drafts: vec![draft] }).await?;
    Ok(Reply::json(&wire::Uploaded { url, size }).at(written.position))
}

/// An object as it was uploaded.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound`.
pub(super) async fn read_object(call: Call) -> Result<Reply, Error> {
    let ctx = reading(auth::project(&call)?)?;
    let unknown = || Error::new(ErrorKind::NotFound, "Object not found");
    let found = events::get(call.app(), &ctx, event_id(ctx.tenant, call.path("object"))).await;
    let view = match found {
        Err(error) if error.kind == ErrorKind::NotFound => return Err(unknown()),
        found => found?,
    };
    let body = translate::object_body(view).ok_or_else(unknown)?;
    Ok(Reply::written(body.into_bytes()))
}
