//! Where our own credentials are.

use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::auth::bearer;
use crate::edge::call::Call;

/// Who asks.
///
/// # Errors
/// `Unauthenticated`.
pub(super) fn caller(call: &Call) -> Result<Ctx, Error> {
    let secret = bearer(call).ok_or_else(|| Error::unauthenticated("Authorization header required: Bearer <key>"))?;
    call.app().keyring().authenticate(secret, call.now)
}
