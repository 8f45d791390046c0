//! `POST /api/v1/events`.

use debrief_app::{Write, offload};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Records a model call; agents, versions, people and sessions that it names and nobody knows are created.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `NotFound(Fingerprint)`.
pub(super) async fn create_event(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let now = call.now;
    let draft = offload::translate(text.len(), move || translate::event(&text, now)).await?;
    let written = call.write(&ctx, permit, Write::Events { tenant: ctx.tenant, drafts: vec![draft] }).await?;
    Ok(Reply::json(&wire::Recorded {}).at(written.position))
}
