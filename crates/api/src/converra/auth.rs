//! Where this vendor's clients put their key: `Authorization: Bearer <key>`, any text.

use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::auth::bearer;
use crate::edge::call::Call;

/// Who writes. Scopes are checked here because a body must not be read for a caller who may not send one.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn writer(call: &Call) -> Result<Ctx, Error> {
    let ctx = caller(call)?;
    ctx.must_ingest()?;
    Ok(ctx)
}

/// Who reads.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn reader(call: &Call) -> Result<Ctx, Error> {
    let ctx = caller(call)?;
    ctx.must_read()?;
    Ok(ctx)
}

fn caller(call: &Call) -> Result<Ctx, Error> {
    let secret = bearer(call).ok_or_else(|| Error::unauthenticated("Authorization header required"))?;
    call.app().keyring().authenticate(secret, &call.asked())
}
