//! `cargo xtask …`: what a developer or the CI runs that is more than one cargo command.
//!
//! Every command decides first how DuckDB gets into the binary ([`mode`]), then hands cargo the matching flags and
//! environment, so that nobody has to remember them. Nothing here is part of the server, and the server knows
//! nothing of this crate.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its terminal")]

mod cli;
mod commands;
mod duckdb;
mod mode;
mod pin;
mod process;
mod suite;
mod tally;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// What a command returns: `false` when it ran and something it checked is not in order.
type Outcome = Result<bool, Failure>;

/// Why a command could not run, as one sentence for the terminal.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match commands::run(cli::Xtask::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
