//! Fingerprints: the runtime that a client runs in. The same content always has the same id.

use crate::id::{FingerprintId, FingerprintNumber, TenantId};
use crate::time::Timestamp;

/// What a client says of its runtime.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runtime {
    /// Programming language.
    pub language: String,
    /// Its version.
    pub language_version: String,
    /// Operating system.
    pub system: String,
    /// Everything else, a JSON object with its members in order of name.
    pub details: String,
}

/// A recorded runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its number.
    pub number: FingerprintNumber,
    /// Its id, derived from tenant and content.
    pub id: FingerprintId,
    /// The content.
    pub runtime: Runtime,
    /// When it was first seen.
    pub created_at: Timestamp,
}
