//! `cargo xtask test`: runs every tier that this machine can run and adds up what they report.
//!
//! Tiers run one after the other, the quick ones first: the process tests measure and kill servers, and want the
//! machine for themselves. A tier that breaks is counted as a failure and the next one still runs.

use std::process::Command;

use crate::{Failure, Outcome, cli, commands, mode::Mode, process, tally, tally::Tally, workspace::Workspace};

/// The process tests in nextest's filter language: the integration tests of the binary.
const PROCESS_TESTS: &str = "package(debrief) & kind(test)";

/// What all tiers need to know.
struct Suite<'a> {
    workspace: &'a Workspace,
    mode: &'a Mode,
    options: &'a cli::Test,
}

/// One row of the final report.
struct Tier {
    name: &'static str,
    tally: Tally,
}

/// Runs all tiers and prints the counts, the sum of them alone on the last line.
pub(crate) fn run(workspace: &Workspace, mode: &Mode, options: &cli::Test) -> Outcome {
    let suite = Suite { workspace, mode, options };
    let mut tiers = Vec::new();
    if suite.compiles()? {
        suite.rust(&mut tiers)?;
        if options.filters.is_empty() {
            tiers.push(suite.sdks()?);
        }
    } else {
        tiers.push(Tier { name: "build", tally: Tally::BROKEN });
    }
    let total = report(&tiers);
    Ok(in_order(total, options.require_all))
}

impl Suite<'_> {
    /// Builds all tests and the binary they start, so that a mistake is shown once and not by every tier.
    fn compiles(&self) -> Result<bool, Failure> {
        let mut build = self.cargo(&["build"]);
        process::succeeds(build.args(["--tests", "--bins"]))
    }

    fn rust(&self, tiers: &mut Vec<Tier>) -> Result<(), Failure> {
        if !process::exists(process::cargo().arg("nextest")) {
            eprintln!("cargo-nextest is not installed: using cargo test, which is slower.");
            let mut test = self.cargo(&["test"]);
            test.args(["--no-fail-fast", "--color", process::colour(), "--"]).args(&self.options.filters);
            tiers.push(measure("rust", &mut test, tally::libtest)?);
            return Ok(());
        }
        tiers.push(measure("workspace", &mut self.nextest(&format!("not ({PROCESS_TESTS})")), tally::nextest)?);
        tiers.push(measure("documentation", &mut self.examples(), tally::libtest)?);
        tiers.push(measure("process", &mut self.nextest(PROCESS_TESTS), tally::nextest)?);
        Ok(())
    }

    fn nextest(&self, expression: &str) -> Command {
        let mut nextest = self.cargo(&["nextest", "run"]);
        nextest.args(["--no-fail-fast", "--no-tests", "pass", "--color", process::colour()]);
        nextest.args(["--filterset", expression]).args(&self.options.filters);
        nextest
    }

    /// The examples in doc comments, which nextest does not run.
    fn examples(&self) -> Command {
        let mut test = self.cargo(&["test"]);
        test.args(["--doc", "--no-fail-fast", "--color", process::colour(), "--"]).args(&self.options.filters);
        test
    }

    /// The vendors' real clients. The script knows what it needs and says what it had to skip.
    fn sdks(&self) -> Result<Tier, Failure> {
        let script = self.workspace.root.join("sdk-tests/run.sh");
        if !script.is_file() {
            eprintln!("Skipped: {} is not there.", script.display());
            return Ok(Tier { name: "sdk", tally: Tally::LEFT_OUT });
        }
        let mut sdks = Command::new("bash");
        sdks.arg(script).current_dir(&self.workspace.root);
        sdks.env("DEBRIEF_BIN", self.workspace.target.join("debug/debrief"));
        self.mode.apply(&mut sdks);
        self.require(&mut sdks);
        measure("sdk", &mut sdks, tally::plain)
    }

    fn cargo(&self, command: &[&str]) -> Command {
        let mut cargo = commands::cargo(self.workspace, self.mode, command);
        self.require(&mut cargo);
        cargo
    }

    fn require(&self, command: &mut Command) {
        if self.options.require_all {
            command.env("DEBRIEF_REQUIRE_ALL", "1");
        }
    }
}

/// Runs a tier and reads its counts. A runner that fails without a failed test has broken itself.
fn measure(name: &'static str, command: &mut Command, read: fn(&[String]) -> Option<Tally>) -> Result<Tier, Failure> {
    println!("\n── {name} tests");
    let watched = process::watch(command)?;
    let tally = match read(&watched.lines) {
        Some(tally) if watched.success || tally.failed > 0 => tally,
        Some(tally) => [tally, Tally::BROKEN].into_iter().sum(),
        None => Tally::BROKEN,
    };
    Ok(Tier { name, tally })
}

fn report(tiers: &[Tier]) -> Tally {
    println!();
    for Tier { name, tally } in tiers {
        println!("{name:>13}: {tally}");
    }
    let total: Tally = tiers.iter().map(|tier| tier.tally).sum();
    println!("{total}");
    total
}

/// Nothing failed, something ran, and nothing was skipped that had to run.
fn in_order(total: Tally, require_all: bool) -> bool {
    total.failed == 0 && total.passed > 0 && (total.skipped == 0 || !require_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn check_tier(script: &str, expected: &str) {
        let tier = measure("made-up", &mut shell(script), tally::plain).unwrap();
        assert_eq!(tier.tally.to_string(), expected, "{script}");
    }

    #[test]
    fn a_tier_cannot_break_unnoticed() {
        check_tier("echo 2 passed, 0 failed, 1 skipped", "2 passed, 0 failed, 1 skipped");
        check_tier("echo 2 passed, 1 failed, 0 skipped; exit 1", "2 passed, 1 failed, 0 skipped");
        check_tier("echo 2 passed, 0 failed, 0 skipped; exit 1", "2 passed, 1 failed, 0 skipped");
        check_tier("exit 1", "0 passed, 1 failed, 0 skipped");
        check_tier("exit 0", "0 passed, 1 failed, 0 skipped");
    }

    #[test]
    fn only_a_full_run_is_in_order_where_everything_is_required() {
        let skipping = Tally { passed: 1, failed: 0, skipped: 1 };
        assert!(in_order(skipping, false));
        assert!(!in_order(skipping, true));
        assert!(!in_order(Tally::BROKEN, false));
        assert!(!in_order(Tally::default(), false));
    }
}
