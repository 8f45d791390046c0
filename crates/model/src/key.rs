//! API keys: credentials with scopes. The secret itself is never kept.

use crate::id::{KeyId, TenantId};
use crate::time::Timestamp;

/// What a key may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scopes {
    /// May record.
    pub ingest: bool,
    /// May read.
    pub read: bool,
    /// May manage keys and settings.
    pub admin: bool,
}

impl Scopes {
    /// Every scope.
    pub const ALL: Self = Self { ingest: true, read: true, admin: true };

    /// The words of the scopes held, in a fixed order.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        [(self.ingest, "ingest"), (self.read, "read"), (self.admin, "admin")]
            .into_iter()
            .filter_map(|(held, word)| held.then_some(word))
            .collect()
    }

    /// Adds the scope named by `word`; `false` when there is no such scope.
    pub fn grant(&mut self, word: &str) -> bool {
        match word {
            "ingest" => self.ingest = true,
            "read" => self.read = true,
            "admin" => self.admin = true,
            _ => return false,
        }
        true
    }
}

/// A credential of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its id.
    pub id: KeyId,
    /// What its owner calls it.
    pub name: String,
    /// Keyed hash of the secret.
    pub hash: [u8; 32],
    /// The last four characters of the secret, to recognise it by.
    pub last_four: String,
    /// What it may do.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to within a few seconds.
    pub last_used_at: Option<Timestamp>,
}
