//! `GET /api/v1/receipts/{position}`: what has become of a write.

use debrief_model::Error;
use serde::Serialize;

use super::auth;
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;

#[derive(Serialize)]
struct Receipt {
    position: u64,
    accepted: bool,
    durable: bool,
    readable: bool,
}

/// Whether the write at this position (header `X-Debrief-Position` of its answer) is accepted, durable and readable.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`.
pub async fn get(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    ctx.must_read()?;
    Params::new(call.query(), &[])?;
    let position = call.path("position").parse::<u64>().ok().filter(|position| *position > 0).ok_or_else(|| {
        let sentence = "A position is a whole number from 1";
        Error::invalid(sentence).with("path", "position", "range", sentence)
    })?;
    let fence = call.app().fence();
    // Nothing is accepted before it is durable: the two differ only in name here, and will not in every deployment.
    let committed = position <= fence.committed().0;
    Ok(Reply::json(&Receipt { position, accepted: committed, durable: committed, readable: position <= fence.applied().0 }))
}
