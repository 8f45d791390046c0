//! People: the end users that agents serve.

use crate::id::{PersonNumber, TenantId};
use crate::time::Timestamp;

/// An end user with free properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its number.
    pub number: PersonNumber,
    /// The caller's id.
    pub key: String,
    /// A JSON object as sent; `None` while nobody gave any.
    pub properties: Option<String>,
    /// When it was first declared or mentioned.
    pub created_at: Timestamp,
    /// When its properties last changed.
    pub updated_at: Timestamp,
}
