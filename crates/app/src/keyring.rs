//! API keys in memory: who a secret belongs to, without a slow hash and without a query.
//!
//! Keys are random, so a keyed BLAKE3 hash is as good as a slow one and costs a microsecond. The ring is reloaded when the ledger says
//! that credentials changed, which a maintenance thread asks several times a second, so a revocation by another process works within one.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use debrief_model::{ApiKey, Error, ErrorKind, KeyId, Scopes, TenantId, Timestamp};
use debrief_store::{Ledger, Origin};
use parking_lot::RwLock;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::ctx::{Asked, Ctx};
use crate::door::{Door, Reason};
use crate::tokens::TokenSigner;

/// The keyed hash under which a secret is kept.
#[must_use]
pub fn hash_secret(pepper: &[u8; 32], secret: &str) -> [u8; 32] {
    *blake3::keyed_hash(pepper, canonical(secret).as_bytes()).as_bytes()
}

/// UUID-shaped secrets are the same secret in upper and lower case.
fn canonical(secret: &str) -> String {
    Uuid::try_parse(secret).map_or_else(|_| secret.to_owned(), |uuid| uuid.hyphenated().to_string())
}

struct Entry {
    key: ApiKey,
    used_at: AtomicI64,
}

struct Ring {
    by_hash: HashMap<[u8; 32], Arc<Entry>>,
    by_id: HashMap<KeyId, Arc<Entry>>,
    signer: Arc<TokenSigner>,
    version: u64,
}

/// All live credentials.
pub struct Keyring {
    ledger: Arc<dyn Ledger>,
    pepper: [u8; 32],
    ring: RwLock<Ring>,
    door: Door,
}

impl Keyring {
    /// Loads the ledger's credentials.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn open(ledger: Arc<dyn Ledger>) -> crate::Result<Self> {
        let pepper = ledger.pepper()?;
        let ring = RwLock::new(load(ledger.as_ref(), &HashMap::new())?);
        Ok(Self { ledger, pepper, ring, door: Door::default() })
    }

    /// Loads again if anything changed since, and answers whether it did.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn refresh(&self) -> crate::Result<bool> {
        let changed = self.ledger.credentials_version()? != self.ring.read().version;
        if changed {
            let fresh = load(self.ledger.as_ref(), &self.ring.read().by_id)?;
            *self.ring.write() = fresh;
        }
        Ok(changed)
    }

    /// Who was turned away, and how often.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.door
    }

    /// Who `secret` belongs to.
    ///
    /// # Errors
    /// `Unauthenticated` for an unknown, revoked or expired key.
    pub fn authenticate(&self, secret: &str, asked: &Asked) -> crate::Result<Ctx> {
        let hash = hash_secret(&self.pepper, secret);
        let entry = self.ring.read().by_hash.get(&hash).cloned();
        match entry.filter(|entry| bool::from(entry.key.hash.ct_eq(&hash))) {
            Some(entry) => self.admit(&entry, asked),
            None => {
                self.door.turned_away(Reason::UnknownKey, None, asked);
                Err(Error::unauthenticated("Invalid API key"))
            }
        }
    }

    /// Who a bearer credential belongs to: a key, or a project's token that was issued for one.
    ///
    /// # Errors
    /// `Unauthenticated`.
    pub fn authenticate_key_or_token(&self, secret: &str, asked: &Asked) -> crate::Result<Ctx> {
        // Keys have no dots, tokens have two.
        if !secret.contains('.') {
            return self.authenticate(secret, asked);
        }
        let told = self.signer().verify_project(secret, asked.now).map_err(|fault| {
            self.door.turned_away(Reason::BadToken, None, asked);
            fault.into_error()
        })?;
        self.vouch(told.key, told.tenant, asked)
    }

    /// The key behind a token that was issued for it.
    ///
    /// # Errors
    /// `Unauthenticated` when the key has been revoked or has expired since, or never was this tenant's.
    pub fn vouch(&self, key: KeyId, tenant: TenantId, asked: &Asked) -> crate::Result<Ctx> {
        let entry = self.ring.read().by_id.get(&key).cloned();
        match entry.filter(|entry| entry.key.tenant == tenant) {
            Some(entry) => self.admit(&entry, asked),
            None => {
                self.door.turned_away(Reason::BadToken, None, asked);
                Err(Error::unauthenticated("Invalid token"))
            }
        }
    }

    fn admit(&self, entry: &Entry, asked: &Asked) -> crate::Result<Ctx> {
        let ApiKey { tenant, id, scopes, expires_at, revoked_at, .. } = &entry.key;
        let refused = |reason, sentence| {
            self.door.turned_away(reason, Some((*tenant, *id)), asked);
            Err(Error::unauthenticated(sentence))
        };
        if revoked_at.is_some() {
            return refused(Reason::Revoked, "API key has been revoked");
        }
        if expires_at.is_some_and(|at| at <= asked.now) {
            return refused(Reason::Expired, "API key has expired");
        }
        entry.used_at.fetch_max(asked.now.0, Ordering::Relaxed);
        let Asked { now, request, source } = *asked;
        Ok(Ctx { tenant: *tenant, key: *id, scopes: *scopes, now, request, source })
    }

    /// What clients are told that a tenant's project is called: the same after every start, another one on every server.
    #[must_use]
    pub fn project_id(&self, tenant: TenantId) -> Uuid {
        let key = blake3::derive_key("debrief project id, version 1", &self.pepper);
        let mut bytes = [0; 16];
        blake3::Hasher::new_keyed(&key).update(&tenant.0.to_le_bytes()).finalize_xof().fill(&mut bytes);
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    /// What signs and checks session tokens.
    #[must_use]
    pub fn signer(&self) -> Arc<TokenSigner> {
        self.ring.read().signer.clone()
    }

    /// Writes down when keys were last used.
    ///
    /// # Errors
    /// When the ledger cannot be written.
    pub fn flush_uses(&self) -> crate::Result<()> {
        let uses: Vec<_> = self.ring.read().by_id.values().filter_map(|entry| unwritten_use(entry)).collect();
        let written = if uses.is_empty() { Ok(()) } else { self.ledger.touch_keys(&uses) };
        if written.is_err() {
            let ring = self.ring.read();
            for (id, at) in uses {
                if let Some(entry) = ring.by_id.get(&id) {
                    entry.used_at.fetch_max(at.0, Ordering::Relaxed);
                }
            }
        }
        written
    }
}

fn unwritten_use(entry: &Entry) -> Option<(KeyId, Timestamp)> {
    let used_at = entry.used_at.swap(0, Ordering::Relaxed);
    (used_at > entry.key.last_used_at.map_or(0, |at| at.0)).then_some((entry.key.id, Timestamp(used_at)))
}

fn load(ledger: &dyn Ledger, former: &HashMap<KeyId, Arc<Entry>>) -> crate::Result<Ring> {
    let version = ledger.credentials_version()?;
    let (mut by_hash, mut by_id) = (HashMap::new(), HashMap::new());
    for key in ledger.keys()? {
        let used_at = former.get(&key.id).map_or(0, |entry| entry.used_at.load(Ordering::Relaxed));
        let entry = Arc::new(Entry { key, used_at: AtomicI64::new(used_at) });
        by_hash.insert(entry.key.hash, entry.clone());
        by_id.insert(entry.key.id, entry);
    }
    Ok(Ring { by_hash, by_id, signer: Arc::new(TokenSigner::new(&ledger.token_secrets()?)), version })
}

/// Makes a key: the secret, to be shown once, and what is kept of it.
///
/// # Errors
/// `Conflict` when the secret exists already; when the ledger cannot be written.
pub fn create_key(ledger: &dyn Ledger, wish: NewKey, now: Timestamp, origin: &Origin) -> crate::Result<(String, ApiKey)> {
    let NewKey { tenant, name, scopes, expires_at, secret } = wish;
    let secret = secret.unwrap_or_else(Uuid::new_v4).hyphenated().to_string();
    let key = ApiKey {
        tenant,
        id: KeyId(Uuid::now_v7()),
        name,
        hash: hash_secret(&ledger.pepper()?, &secret),
        last_four: secret.chars().skip(secret.len().saturating_sub(4)).collect(),
        scopes,
        created_at: now,
        expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    ledger.create_key(&key, origin)?;
    Ok((secret, key))
}

/// A key that is wanted.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// For whom.
    pub tenant: TenantId,
    /// What its owner calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// A secret of the caller's choosing; `None` makes a random one. Secrets are UUIDs because AgentOps clients refuse any other shape.
    pub secret: Option<Uuid>,
}

/// Refuses a read-only or nameless wish early, with a clear sentence.
///
/// # Errors
/// `Invalid`.
pub fn check_scopes(scopes: Scopes) -> crate::Result<()> {
    if scopes == Scopes::default() {
        Err(Error::new(ErrorKind::Invalid, "A key needs at least one scope: ingest, read or admin"))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
