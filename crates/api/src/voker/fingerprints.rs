//! `PUT /api/v1/fingerprints`.

use debrief_app::{Change, Outcome, Write, fingerprints, offload};
use debrief_model::Error;

use super::{auth, translate, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Declares the runtime that a client runs in; the same runtime always gets the same id.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`.
pub(super) async fn create_fingerprint(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::recorder(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let runtime = offload::translate(text.len(), move || translate::runtime(&text)).await?;
    let (tenant, id) = (ctx.tenant, fingerprints::id_of(ctx.tenant, &runtime));
    let written = call.write(&ctx, permit, Write::Catalogue(Change::PutFingerprint { tenant, id, runtime })).await?;
    match written.outcome {
        Outcome::Fingerprint(fingerprint) => Ok(Reply::json(&wire::Fingerprint::from(&fingerprint)).at(written.position)),
        other => Err(translate::unexpected(&other)),
    }
}
