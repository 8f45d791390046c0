//! The one binary: command line, configuration, wiring. What the product does is in the crates below.

mod cli;
mod commands;
mod config;
mod data_dir;
mod logging;
mod system;
mod tls;

use std::process::ExitCode;

use clap::Parser;

/// What DuckDB takes outside of its own pools comes from it, too. How it is set up: `.cargo/config.toml`. What it was measured against: docs/performance.md.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    match commands::run(arguments) {
        Ok(code) => code,
        Err(sentence) => {
            logging::complain(&sentence);
            ExitCode::FAILURE
        }
    }
}
