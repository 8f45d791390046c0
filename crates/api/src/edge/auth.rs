//! Where credentials can be; whose they are is the keyring's business.

use super::call::Call;

/// The value of `Authorization: Bearer …`.
#[must_use]
pub fn bearer(call: &Call) -> Option<&str> {
    let value = call.header("authorization")?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim()).filter(|secret| !secret.is_empty())
}
