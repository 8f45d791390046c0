//! The warehouse on DuckDB keeps the promises of the contract.

mod crash;
mod opening;
mod promises;
