//! Who asks, on whose behalf, and when. Built once at the edge; the first argument of every use case.

use std::borrow::Cow;

use debrief_model::{Actor, Error, KeyId, Scopes, TenantId, Timestamp, audit};
use debrief_store::Origin;
use uuid::Uuid;

/// What is known of a request before it is known whose it is.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// When it arrived.
    pub now: Timestamp,
    /// Its id, under which everything that it changes is told.
    pub request: Uuid,
    /// The dialect that it came by.
    pub source: &'static str,
}

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
    /// Its id.
    pub request: Uuid,
    /// The dialect that it came by.
    pub source: &'static str,
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

    /// Refuses a caller who may not manage.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn must_manage(&self) -> crate::Result<()> {
        permitted(self.scopes.admin, "This API key has no scope 'admin'")
    }

    /// Who asks, as the event log says it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { kind: audit::API_KEY.to_owned(), id: Some(self.key.to_string()) }
    }

    /// Who asks for a change, and as part of what.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin { actor: self.actor(), correlation_id: Some(self.request.to_string()), source: Cow::Borrowed(self.source) }
    }
}

fn permitted(held: bool, sentence: &'static str) -> crate::Result<()> {
    if held { Ok(()) } else { Err(Error::forbidden(sentence)) }
}
