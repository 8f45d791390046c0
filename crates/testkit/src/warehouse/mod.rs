//! The warehouse: reference implementation, conformance suite, differential test, builders.

pub mod builders;
pub mod check;
pub mod conformance;
pub mod differential;
pub mod reference;

use std::sync::Arc;

use debrief_store::Warehouse;

/// A place where a warehouse lives, so that tests can close and open it.
pub trait Fixture {
    /// Opens the warehouse. The one opened before must have been dropped.
    fn open(&self) -> Arc<dyn Warehouse>;
}
