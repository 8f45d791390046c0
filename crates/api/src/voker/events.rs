//! `POST /api/v1/events`.

use debrief_app::{Ctx, Write, offload};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// What became of a body that arrived where Voker's clients send model calls.
pub(crate) enum Taken {
    /// It was one, and is recorded.
    Recorded(Reply),
    /// It is a domain event, which this dialect does not have: the call, who asks, and the body, handed on.
    Foreign(Box<Call>, Ctx, Payload),
}

/// Records a model call; agents, versions, people and sessions that it names and nobody knows are created.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`, `NotFound(Fingerprint)`.
pub(crate) async fn create_event(mut call: Call) -> Result<Taken, Error> {
    let ctx = auth::recorder(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let now = call.now;
    match offload::translate(text.len(), move || translate::event(text, now)).await? {
        translate::Body::Call(draft) => {
            let written = call.write(&ctx, permit, Write::Events { tenant: ctx.tenant, drafts: vec![*draft] }).await?;
            Ok(Taken::Recorded(Reply::json(&wire::Recorded {}).at(written.position)))
        }
        translate::Body::Foreign(text) => Ok(Taken::Foreign(Box::new(call), ctx, Payload { text, permit })),
    }
}
