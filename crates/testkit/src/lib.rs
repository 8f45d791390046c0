//! For tests only: reference stores in memory, the conformance suites that every engine passes, and builders.

pub mod findings;
pub mod ledger;
pub mod warehouse;
