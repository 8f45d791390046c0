//! Where our own credentials are.

use debrief_app::{Ctx, rate};
use debrief_model::Error;

use crate::edge::auth::{by_bearer, recording};
use crate::edge::call::Call;

const MISSING: &str = "Authorization header required: Bearer <key>";

/// Who reads, if the key has not read too much in this minute.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`.
pub(super) fn caller(call: &Call) -> Result<Ctx, Error> {
    let ctx = by_bearer(call, MISSING)?;
    rate::check(call.app(), &ctx)?;
    Ok(ctx)
}

/// Who records.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn recorder(call: &Call) -> Result<Ctx, Error> {
    recording(by_bearer(call, MISSING)?)
}
