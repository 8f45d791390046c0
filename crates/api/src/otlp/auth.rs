//! Where exporters put their credentials.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::auth::{bearer, recording};
use crate::edge::call::Call;

const MISSING: &str = "Credentials required: Authorization: Bearer <key>, x-api-key, or basic credentials with the key as the password";

/// Who records.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn recorder(call: &Call) -> Result<Ctx, Error> {
    let keyring = call.app().keyring();
    if let Some(secret) = bearer(call) {
        return recording(keyring.authenticate_key_or_token(secret, &call.asked())?);
    }
    let told = call.header("x-api-key").map(str::trim).filter(|secret| !secret.is_empty()).map(str::to_owned);
    let secret = told.or_else(|| password(call)).ok_or_else(|| Error::unauthenticated(MISSING))?;
    recording(keyring.authenticate(&secret, &call.asked())?)
}

/// The password of `Authorization: Basic …`.
fn password(call: &Call) -> Option<String> {
    let (scheme, encoded) = call.header("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (_, password) = plain.split_once(':')?;
    Some(password.to_owned()).filter(|password| !password.is_empty())
}
