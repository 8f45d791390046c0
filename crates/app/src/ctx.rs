//! Who asks, on whose behalf, and when. Built once at the edge; the first argument of every use case.

use debrief_model::{Error, KeyId, Scopes, TenantId, Timestamp};

/// The context of one request.
#[derive(Clone, Debug)]
pub struct Ctx {
    /// Whose data. Comes only from the credential.
    pub tenant: TenantId,
    /// The key behind the credential.
    pub key: KeyId,
    /// What it may do.
    pub scopes: Scopes,
    /// When the request arrived.
    pub now: Timestamp,
}

impl Ctx {
    /// Refuses a caller who may not record.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_ingest(&self) -> crate::Result<()> {
        permitted(self.scopes.ingest, "This API key has no scope 'ingest'")
    }

    /// Refuses a caller who may not read.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_read(&self) -> crate::Result<()> {
        permitted(self.scopes.read, "This API key has no scope 'read'")
    }
}

fn permitted(held: bool, sentence: &'static str) -> crate::Result<()> {
    if held { Ok(()) } else { Err(Error::forbidden(sentence)) }
}
