//! Where credentials can be; whose they are is the keyring's business.

use debrief_app::Ctx;
use debrief_model::Error;

use super::call::Call;

/// The value of `Authorization: Bearer …`.
#[must_use]
pub fn bearer(call: &Call) -> Option<&str> {
    let value = call.header("authorization")?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim()).filter(|secret| !secret.is_empty())
}

/// Who holds the bearer key; `missing` is what the dialect says where there is none.
///
/// # Errors
/// `Unauthenticated`.
pub fn by_bearer(call: &Call, missing: &'static str) -> Result<Ctx, Error> {
    let secret = bearer(call).ok_or_else(|| Error::unauthenticated(missing))?;
    call.app().keyring().authenticate(secret, &call.asked())
}

/// The caller, who has to be one that may record. Asked before a body is read, because it must not be for one who may not send it.
///
/// # Errors
/// `Forbidden`.
pub fn recording(ctx: Ctx) -> Result<Ctx, Error> {
    ctx.must_ingest()?;
    Ok(ctx)
}

/// The caller, who has to be one that may read.
///
/// # Errors
/// `Forbidden`.
pub fn reading(ctx: Ctx) -> Result<Ctx, Error> {
    ctx.must_read()?;
    Ok(ctx)
}
