//! `debrief bench`: measures a server from outside, over HTTP, with realistic traffic, and checks what it kept.
//!
//! Knows the wire formats of the clients and the native read API; knows nothing of the server's inside. Only `insight`, which
//! measures how often the analysis is right, asks the analysis itself.

mod args;
mod ceiling;
mod cell;
mod disk;
mod error;
mod exporter;
mod goals;
mod insight;
mod lane;
mod latency;
mod launch;
mod load;
mod pool;
mod process;
mod query;
mod readable;
mod report;
mod subject;
mod verify;
mod write;

pub mod http;
pub mod traffic;

#[cfg(test)]
mod tests;

use std::process::ExitCode;

pub use args::{BenchArgs, CeilingArgs, InsightArgs, QueryArgs, ServerArgs, What, WriteArgs};
pub use cell::{Cell, Shape};
pub use error::Error;
pub use launch::Launcher;

/// Carries out what the command line asks for.
///
/// The exit code is 1 when an acknowledged event was lost or doubled or something was invented. Missed goals are printed and
/// do not change it: they depend on the machine.
pub fn run(args: &BenchArgs, tools: &Launcher) -> Result<ExitCode, Error> {
    let holds = match &args.what {
        Some(What::CeilingServer(args)) => ceiling::serve(&args.listen, &args.data).map(|()| true),
        Some(What::Query(args)) => query::run(args, tools).map(|()| true),
        Some(What::Insight(args)) => insight::run(args).map(|()| true),
        None => write::run(&args.write, tools),
    }?;
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
