//! The ledger on a real disk.

mod conformance;
mod crash;
mod fixture;
mod lists;
mod open;
