//! Tenants: isolated customers or projects.

use crate::id::TenantId;
use crate::time::Timestamp;

/// An isolated customer or project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name, unique.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A secret that session tokens are signed with. The newest signs; the one before it is still accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSecret {
    /// Its id, named in the token's header.
    pub id: String,
    /// 32 random bytes.
    pub secret: [u8; 32],
    /// When it was made.
    pub created_at: Timestamp,
}
