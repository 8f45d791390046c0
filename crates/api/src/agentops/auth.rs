//! Where this vendor's credentials are: an API key opens a session and reads it back, a session token does everything within it; a
//! project's token does everything that concerns no session of the older interface.

use debrief_app::Ctx;
use debrief_app::door::Reason;
use debrief_app::tokens::{ProjectToken, TokenFault};
use debrief_model::{Error, Subject, TenantId};
use uuid::Uuid;

use crate::edge::auth::bearer;
use crate::edge::call::Call;

const KEY: &str = "x-agentops-api-key";
const PARENT_KEY: &str = "x-agentops-parent-key";

/// A caller within its session.
pub(super) struct Caller {
    pub(super) ctx: Ctx,
    /// The session's key, from the token.
    pub(super) session: String,
}

/// Who holds the API key. `doing` is what the vendor says of the attempt, for example `creating session`.
///
/// # Errors
/// `Unauthenticated` when the key is missing, not a UUID, or nobody's.
pub(super) fn by_key(call: &Call, doing: &str) -> Result<Ctx, Error> {
    let secret = well_formed(call.header(KEY).unwrap_or_default())?;
    let known = call.app().keyring().authenticate(secret, &call.asked());
    known.map_err(|error| {
        let why = if error.public == "Invalid API key" { "Invalid API Key" } else { error.public.as_ref() };
        Error::unauthenticated(format!("Error {doing}: {why}"))
    })
}

/// Whom the session is to be shown to as well. A key that nobody knows shares with nobody, and refuses nothing.
///
/// # Errors
/// `Unauthenticated` when it is not a UUID.
pub(super) fn parent(call: &Call) -> Result<Option<TenantId>, Error> {
    let Some(secret) = call.header(PARENT_KEY).filter(|secret| !secret.trim().is_empty()) else { return Ok(None) };
    let known = call.app().keyring().authenticate(well_formed(secret)?, &call.asked());
    if known.is_err() {
        tracing::warn!("a session was created with a parent key that nobody knows; it is shared with nobody");
    }
    Ok(known.ok().map(|ctx| ctx.tenant))
}

/// Who holds the session token.
///
/// # Errors
/// `Unauthenticated`: missing, or (about the token) expired, forged, or of a key that works no longer.
pub(super) fn by_token(call: &Call, doing: &str) -> Result<Caller, Error> {
    let token = bearer(call).ok_or_else(|| Error::unauthenticated(format!("Error {doing}: Bearer Token is Missing")))?;
    let keyring = call.app().keyring();
    let told = keyring.signer().verify(token, call.now).map_err(|fault| {
        keyring.door().turned_away(Reason::BadToken, None, &call.asked());
        fault.into_error()
    })?;
    let ctx = keyring.vouch(told.key, told.tenant, &call.asked()).map_err(|error| error.about(Subject::Token))?;
    Ok(Caller { ctx, session: told.session })
}

/// Who may read `session`: the holder of an API key, or of that session's own token.
///
/// # Errors
/// `Unauthenticated`; `NotFound(Session)` for the token of another session.
pub(super) fn reader(call: &Call, session: &str) -> Result<Ctx, Error> {
    if call.header(KEY).is_some() || bearer(call).is_none() {
        return by_key(call, "reading session");
    }
    let caller = by_token(call, "reading session")?;
    if caller.session == session { Ok(caller.ctx) } else { Err(Error::not_found(Subject::Session(session.to_owned()))) }
}

/// What the project's token says that came along.
///
/// # Errors
/// `Unauthenticated`, about the token.
pub(super) fn project_token(call: &Call) -> Result<ProjectToken, Error> {
    verified(call, told(call)?)
}

/// Who holds the project's token. A key is as good: it is what the token stands for.
///
/// # Errors
/// `Unauthenticated`, about the token.
pub(super) fn project(call: &Call) -> Result<Ctx, Error> {
    let secret = told(call)?;
    let keyring = call.app().keyring();
    let known = if Uuid::try_parse(secret).is_ok() {
        keyring.authenticate(secret, &call.asked())
    } else {
        let ProjectToken { tenant, key, expires_at: _ } = verified(call, secret)?;
        keyring.vouch(key, tenant, &call.asked())
    };
    known.map_err(|error| error.about(Subject::Token))
}

/// Who reads by the public interface, with the same credentials and fewer words for what is wrong with them.
///
/// # Errors
/// `Unauthenticated`.
pub(super) fn public(call: &Call) -> Result<Ctx, Error> {
    if bearer(call).is_none() {
        return Err(Error::unauthenticated("Missing or invalid Authorization header"));
    }
    project(call).map_err(|_| Error::unauthenticated("Invalid Bearer token"))
}

/// The credential that came along.
fn told(call: &Call) -> Result<&str, Error> {
    let refused = |sentence| Error::unauthenticated(sentence).about(Subject::Token);
    let value = call.header("authorization").ok_or_else(|| refused("Authorization header missing"))?;
    let scheme = value.split_whitespace().next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused("Invalid authentication scheme"));
    }
    bearer(call).ok_or_else(|| refused("Invalid token format"))
}

fn verified(call: &Call, token: &str) -> Result<ProjectToken, Error> {
    let keyring = call.app().keyring();
    let signer = keyring.signer();
    signer.verify_project(token, call.now).map_err(|fault| {
        keyring.door().turned_away(Reason::BadToken, None, &call.asked());
        let is_of_a_session = || signer.verify(token, call.now) != Err(TokenFault::Invalid);
        let sentence = match fault {
            _ if token.split('.').count() != 3 => "Invalid token format",
            TokenFault::Expired => "Token has expired",
            TokenFault::Invalid if is_of_a_session() => "Invalid audience",
            TokenFault::Invalid => "Invalid token",
        };
        Error::unauthenticated(sentence).about(Subject::Token)
    })
}

fn well_formed(secret: &str) -> Result<&str, Error> {
    let secret = secret.trim();
    // The vendor's SDK refuses keys of any other shape as well, before it sends anything.
    Uuid::try_parse(secret).map(|_| secret).map_err(|_| Error::unauthenticated("Invalid API key format"))
}
