//! Where our own credentials are.

use debrief_app::{Ctx, rate};
use debrief_model::Error;

use crate::edge::auth::bearer;
use crate::edge::call::Call;

/// Who reads, if the key has not read too much in this minute.
///
/// # Errors
/// `Unauthenticated`, `RateLimited`.
pub(super) fn caller(call: &Call) -> Result<Ctx, Error> {
    let ctx = authenticated(call)?;
    rate::check(call.app(), &ctx)?;
    Ok(ctx)
}

/// Who records. Scopes are checked here because a body must not be read for a caller who may not send one.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn recorder(call: &Call) -> Result<Ctx, Error> {
    let ctx = authenticated(call)?;
    ctx.must_ingest()?;
    Ok(ctx)
}

fn authenticated(call: &Call) -> Result<Ctx, Error> {
    let secret = bearer(call).ok_or_else(|| Error::unauthenticated("Authorization header required: Bearer <key>"))?;
    call.app().keyring().authenticate(secret, &call.asked())
}
