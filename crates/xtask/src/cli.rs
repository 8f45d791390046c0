//! The command line of `cargo xtask`, as clap reads it. Behaviour is in [`crate::commands`].

use std::num::NonZeroU32;

use clap::{Args, Parser, Subcommand};

/// Builds, runs, tests and measures Debrief.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
pub(crate) struct Xtask {
    #[command(subcommand)]
    pub(crate) command: Command,

    /// Compile DuckDB from source instead of linking the prebuilt library
    #[arg(long, global = true)]
    pub(crate) bundled: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Build the server and start it: `cargo xtask serve -- --listen 0.0.0.0:4820`
    Serve(Binary),
    /// Build the binary and run any of its commands: `cargo xtask run -- keys list`
    Run(Binary),
    /// Run every test: the workspace, the process tests, the real SDKs
    Test(Test),
    /// Measure with an optimised build: `cargo xtask bench -- --help`
    Bench(Arguments),
    /// Check formatting and lints; a warning is a failure
    Lint,
    /// Kill the server at random moments under load and check that nothing acknowledged is lost
    Kill9(Kill9),
    /// Fetch the prebuilt DuckDB library and print where it is
    Duckdb,
    /// Print what plain cargo needs to link that library: `eval "$(cargo xtask env)"`
    Env,
}

#[derive(Debug, Args)]
pub(crate) struct Binary {
    /// Optimise as for a release
    #[arg(long)]
    pub(crate) release: bool,

    #[command(flatten)]
    pub(crate) arguments: Arguments,
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Handed to `debrief` as they are
    #[arg(last = true)]
    pub(crate) list: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// A skipped test is a failure, as in CI
    #[arg(long)]
    pub(crate) require_all: bool,

    /// Run only Rust tests whose name contains one of these; the SDK tests are left out then
    pub(crate) filters: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Kill9 {
    /// How many times to kill the server
    #[arg(long, default_value = "200")]
    pub(crate) kills: NonZeroU32,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Xtask::command().debug_assert();
    }

    #[test]
    fn what_follows_two_dashes_belongs_to_the_server() {
        let parsed = Xtask::parse_from(["xtask", "serve", "--release", "--", "--listen", "[::1]:0"]);
        let Command::Serve(binary) = parsed.command else {
            panic!("not serve: {:?}", parsed.command);
        };
        assert!(binary.release);
        assert_eq!(binary.arguments.list, ["--listen", "[::1]:0"]);
    }

    #[test]
    fn no_kills_is_no_test() {
        assert!(Xtask::try_parse_from(["xtask", "kill9", "--kills", "0"]).is_err());
    }
}
