//! Where Voker's clients put their key: `Authorization: Bearer <key>`, any text.

use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::auth::{by_bearer, reading, recording};
use crate::edge::call::Call;

const MISSING: &str = "Authorization header required: Bearer <key>";

/// Who records.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn recorder(call: &Call) -> Result<Ctx, Error> {
    recording(by_bearer(call, MISSING)?)
}

/// Who reads.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`.
pub(super) fn reader(call: &Call) -> Result<Ctx, Error> {
    reading(by_bearer(call, MISSING)?)
}
