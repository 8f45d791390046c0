//! The warehouse on DuckDB keeps the promises of the contract.

#![expect(clippy::unwrap_used, reason = "tests, their helpers included, fail by panicking")]

mod bodies;
mod crash;
mod cut_off;
mod opening;
mod promises;
mod waiting;
