//! The ledger on a real disk.

mod conformance;
mod crash;
mod fixture;
mod open;
mod plans;
