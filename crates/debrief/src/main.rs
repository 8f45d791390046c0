//! The one binary: command line, configuration, wiring. What the product does is in the crates below.

mod cli;
mod commands;
mod config;
mod data_dir;
mod logging;
mod system;

use std::process::ExitCode;

use clap::Parser;

/// Measured against the system's allocator: see docs/performance.md.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
