//! The commands, one file each. A command answers an exit code, or one sentence about what stopped it.

mod demo;
mod doctor;
mod keys;
mod prices;
mod reindex;
mod reprice;
mod serve;
mod tenants;

use std::process::ExitCode;

use crate::cli::{Arguments, Command};

/// The name of the tenant that the first start makes.
pub(crate) const FIRST_TENANT: &str = "default";

/// Runs a command.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, String> {
    match arguments.command {
        Command::Serve(flags) => serve::run(&flags),
        Command::Demo(flags) => demo::run(&flags),
        Command::Keys(command) => keys::run(command),
        Command::Tenants(command) => tenants::run(command),
        Command::Prices(command) => prices::run(command),
        Command::Reprice(wish) => reprice::run(&wish),
        Command::Reindex(command) => reindex::run(command),
        Command::Doctor(wish) => doctor::run(&wish),
        Command::Bench(arguments) => {
            let launcher = debrief_bench::Launcher::current().map_err(|error| format!("cannot find the running program: {error}"))?;
            debrief_bench::run(&arguments, &launcher).map_err(|error| error.to_string())
        }
    }
}
