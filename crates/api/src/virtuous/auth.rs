//! Where credentials may be: two headers and a cookie.

use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::auth::bearer;
use crate::edge::call::Call;

const COOKIE: &str = "vai_token";

/// Who asks. Scopes are checked later: whoever lacks one is still told what is left of the budget.
///
/// # Errors
/// `Unauthenticated`.
pub(super) fn caller(call: &Call) -> Result<Ctx, Error> {
    let key = || call.header("x-api-key").map(str::trim).filter(|key| !key.is_empty());
    let secret = bearer(call).or_else(key).or_else(|| cookie(call)).ok_or_else(|| Error::unauthenticated("Not authenticated"))?;
    call.app().keyring().authenticate(secret, &call.asked())
}

/// HTTP/2 clients may send each cookie in a header of its own.
fn cookie(call: &Call) -> Option<&str> {
    let pairs = call.headers("cookie").flat_map(|header| header.split(';'));
    let (_, value) = pairs.filter_map(|pair| pair.split_once('=')).find(|(name, _)| name.trim() == COOKIE)?;
    Some(value.trim().trim_matches('"')).filter(|value| !value.is_empty())
}
