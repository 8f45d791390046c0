//! Session tokens: short-lived proof that a key opened a session. JWT, HS256 and nothing else.

use debrief_model::{Error, KeyId, TenantId, Timestamp, TokenSecret};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ctx::Ctx;

/// How long a token works: 24 hours, in seconds.
pub const TOKEN_SECONDS: i64 = 24 * 60 * 60;
/// How long a project's token works: 30 days, in seconds.
pub const PROJECT_TOKEN_SECONDS: i64 = 30 * 24 * 60 * 60;
const ISSUER: &str = "debrief";
const SESSION: &str = "session";
/// What AgentOps' clients expect a project's token to be for.
const PROJECT: &str = "authenticated";

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

/// What a project's token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectToken {
    /// Whose project.
    pub tenant: TenantId,
    /// The key that it stands for.
    pub key: KeyId,
    /// Until when it works.
    pub expires_at: Timestamp,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// For clients that read it: a project is a tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    project_id: Option<String>,
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
        let claims = Claims { session_id: Some(session.to_owned()), ..claims(ctx, SESSION, TOKEN_SECONDS) };
        self.signed(&claims)
    }

    /// A token that stands for the caller's key. `project` is what clients are told the project is called.
    ///
    /// # Errors
    /// `Internal` when there is no secret to sign with.
    pub fn sign_project(&self, ctx: &Ctx, project: &str) -> crate::Result<String> {
        let claims = Claims { project_id: Some(project.to_owned()), ..claims(ctx, PROJECT, PROJECT_TOKEN_SECONDS) };
        self.signed(&claims)
    }

    fn signed(&self, claims: &Claims) -> crate::Result<String> {
        let (id, key, _) = self.secrets.first().ok_or_else(|| Error::internal("no token secret"))?;
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(id.clone());
        jsonwebtoken::encode(&header, claims, key).map_err(Error::internal)
    }

    /// What `token` says, if it is ours, for a session, and still works.
    ///
    /// # Errors
    /// The fault.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<SessionToken, TokenFault> {
        let (tenant, key, claims) = self.verified(token, SESSION, now)?;
        Ok(SessionToken { tenant, key, session: claims.session_id.ok_or(TokenFault::Invalid)? })
    }

    /// What `token` says, if it is ours, for a project, and still works.
    ///
    /// # Errors
    /// The fault.
    pub fn verify_project(&self, token: &str, now: Timestamp) -> Result<ProjectToken, TokenFault> {
        let (tenant, key, claims) = self.verified(token, PROJECT, now)?;
        Ok(ProjectToken { tenant, key, expires_at: Timestamp(claims.exp.saturating_mul(1_000_000)) })
    }

    fn verified(&self, token: &str, audience: &str, now: Timestamp) -> Result<(TenantId, KeyId, Claims), TokenFault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::Invalid)?;
        let (_, _, key) = self.secrets.iter().find(|(id, _, _)| header.kid.as_deref() == Some(id)).ok_or(TokenFault::Invalid)?;
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[audience]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        rules.validate_exp = false; // checked below against the request's own time
        let claims = jsonwebtoken::decode::<Claims>(token, key, &rules).map_err(|_| TokenFault::Invalid)?.claims;
        if claims.exp.saturating_mul(1_000_000) <= now.0 {
            return Err(TokenFault::Expired);
        }
        let tenant = claims.sub.parse().map_err(|_| TokenFault::Invalid)?;
        let key = Uuid::try_parse(&claims.key).map_err(|_| TokenFault::Invalid)?;
        Ok((TenantId(tenant), KeyId(key), claims))
    }
}

fn claims(ctx: &Ctx, audience: &str, seconds: i64) -> Claims {
    let now_s = ctx.now.0.div_euclid(1_000_000);
    Claims {
        session_id: None,
        project_id: None,
        sub: ctx.tenant.0.to_string(),
        key: ctx.key.0.to_string(),
        iss: ISSUER.to_owned(),
        aud: audience.to_owned(),
        iat: now_s,
        exp: now_s + seconds,
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
