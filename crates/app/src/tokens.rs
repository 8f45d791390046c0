//! Session tokens: short-lived proof that a key opened a session. JWT, HS256 and nothing else.

use debrief_model::{Error, KeyId, TenantId, Timestamp, TokenSecret};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ctx::Ctx;

/// How long a token works: 24 hours, in seconds.
pub const TOKEN_SECONDS: i64 = 24 * 60 * 60;
const ISSUER: &str = "debrief";
const AUDIENCE: &str = "session";

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionToken {
    /// Whose session.
    pub tenant: TenantId,
    /// The key that opened it.
    pub key: KeyId,
    /// The session's key.
    pub session: String,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFault {
    /// It was ours and is over.
    Expired,
    /// It is not ours, or damaged.
    Invalid,
}

impl TokenFault {
    /// As the domain's error.
    #[must_use]
    pub fn into_error(self) -> Error {
        let sentence = match self {
            Self::Expired => "Expired Token",
            Self::Invalid => "Invalid Token",
        };
        Error::unauthenticated(sentence).about(debrief_model::Subject::Token)
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    session_id: String,
    sub: String,
    key: String,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// Signs with the newest secret, accepts the newest and the one before.
pub struct TokenSigner {
    secrets: Vec<(String, EncodingKey, DecodingKey)>,
}

impl TokenSigner {
    /// A signer over `secrets`, newest first.
    #[must_use]
    pub fn new(secrets: &[TokenSecret]) -> Self {
        let secrets =
            secrets.iter().map(|s| (s.id.clone(), EncodingKey::from_secret(&s.secret), DecodingKey::from_secret(&s.secret))).collect();
        Self { secrets }
    }

    /// A token for `session`, opened by the caller.
    ///
    /// # Errors
    /// `Internal` when there is no secret to sign with.
    pub fn sign(&self, ctx: &Ctx, session: &str) -> crate::Result<String> {
        let (id, key, _) = self.secrets.first().ok_or_else(|| Error::internal("no token secret"))?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(id.clone());
        let now_s = ctx.now.0.div_euclid(1_000_000);
        let claims = Claims {
            session_id: session.to_owned(),
            sub: ctx.tenant.0.to_string(),
            key: ctx.key.0.to_string(),
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now_s,
            exp: now_s + TOKEN_SECONDS,
        };
        jsonwebtoken::encode(&header, &claims, key).map_err(Error::internal)
    }

    /// What `token` says, if it is ours and still works.
    ///
    /// # Errors
    /// The fault.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<SessionToken, TokenFault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::Invalid)?;
        let (_, _, key) = self.secrets.iter().find(|(id, _, _)| header.kid.as_deref() == Some(id)).ok_or(TokenFault::Invalid)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[AUDIENCE]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.validate_exp = false; // checked below against the request's own time
        let claims = jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| TokenFault::Invalid)?.claims;
        if claims.exp.saturating_mul(1_000_000) <= now.0 {
            return Err(TokenFault::Expired);
        }
        let tenant = claims.sub.parse().map_err(|_| TokenFault::Invalid)?;
        let key = Uuid::try_parse(&claims.key).map_err(|_| TokenFault::Invalid)?;
        Ok(SessionToken { tenant: TenantId(tenant), key: KeyId(key), session: claims.session_id })
    }
}

/// A new random secret.
#[must_use]
pub fn new_secret(now: Timestamp) -> TokenSecret {
    // Four random UUIDs carry 488 random bits; the hash spreads them evenly over 32 bytes.
    let seed: Vec<u8> = (0..4).flat_map(|_| Uuid::new_v4().into_bytes()).collect();
    let secret = *blake3::hash(&seed).as_bytes();
    TokenSecret { id: Uuid::now_v7().simple().to_string(), secret, created_at: now }
}

#[cfg(test)]
mod tests;
