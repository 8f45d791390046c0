//! The ledger: reference implementation, conformance suite, differential test.

pub mod build;
pub mod conformance;
pub mod differential;
pub mod reference;
mod reference_agents;
mod reference_commit;
mod reference_traces;
pub mod view;

use std::sync::Arc;

use debrief_store::Ledger;

pub use reference::MemoryLedger;

/// A store of its own for one test.
pub trait Fixture {
    /// Opens the store. Opening again, once the former ledger is dropped, finds what was in it.
    fn open(&self) -> Arc<dyn Ledger>;
}

/// The reference keeps its state as long as the fixture lives.
#[derive(Default)]
pub struct MemoryFixture(MemoryLedger);

impl Fixture for MemoryFixture {
    fn open(&self) -> Arc<dyn Ledger> {
        Arc::new(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    crate::ledger_conformance!(super::MemoryFixture::default());
}
