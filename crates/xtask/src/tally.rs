//! Reads how many tests passed, failed and were skipped out of what the test runners print. Pure.

use std::{fmt, iter::Sum};

/// Counts of one tier, or of all of them.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// A tier that could not be run to its counts: one failure, so that it cannot pass for an empty one.
    pub(crate) const BROKEN: Self = Self { passed: 0, failed: 1, skipped: 0 };

    /// A tier that this machine cannot run.
    pub(crate) const LEFT_OUT: Self = Self { passed: 0, failed: 0, skipped: 1 };
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(formatter, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Self>>(tallies: I) -> Self {
        tallies.fold(Self::default(), |sum, tally| Self {
            passed: sum.passed + tally.passed,
            failed: sum.failed + tally.failed,
            skipped: sum.skipped + tally.skipped,
        })
    }
}

/// Of `cargo nextest run`: its one summary line. What nextest calls skipped are tests that a filter left out; a test
/// that is switched off in the source does not exist here, which the layering test holds.
pub(crate) fn nextest(lines: &[String]) -> Option<Tally> {
    let line = lines.iter().rev().find(|line| line.starts_with("Summary"))?;
    let counts = line.rsplit_once("run: ")?.1;
    // Slow and flaky tests are counted inside the parentheses and have passed.
    let passed = count(counts, " passed")?;
    let failed = [" failed", " exec failed", " timed out"].iter().filter_map(|what| count(counts, what)).sum();
    Some(Tally { passed, failed, skipped: 0 })
}

/// Of `cargo test`: one line for each test binary.
pub(crate) fn libtest(lines: &[String]) -> Option<Tally> {
    let results: Vec<_> = lines.iter().filter_map(|line| line.strip_prefix("test result: ")).collect();
    if results.is_empty() {
        return None;
    }
    results.into_iter().map(libtest_line).sum()
}

/// Of `sdk-tests/run.sh`: the last line in the form that we print ourselves.
pub(crate) fn plain(lines: &[String]) -> Option<Tally> {
    lines.iter().rev().find_map(|line| {
        let tally = Tally { passed: count(line, " passed")?, failed: count(line, " failed")?, skipped: count(line, " skipped")? };
        (tally.to_string() == *line).then_some(tally)
    })
}

fn libtest_line(line: &str) -> Option<Tally> {
    Some(Tally { passed: count(line, " passed")?, failed: count(line, " failed")?, skipped: count(line, " ignored")? })
}

/// The number directly before a word.
fn count(line: &str, word: &str) -> Option<u64> {
    line.match_indices(word).find_map(|(at, _)| {
        let before = &line[..at];
        let digits = before.trim_end_matches(|character: char| character.is_ascii_digit());
        before[digits.len()..].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    fn check(read: fn(&[String]) -> Option<Tally>, text: &str, expected: Option<&str>) {
        let tally = read(&lines(text)).map(|tally| tally.to_string());
        assert_eq!(tally.as_deref(), expected, "{text}");
    }

    #[test]
    fn nextest_summaries() {
        check(nextest, "     Summary [   0.005s] 1 test run: 1 passed, 41 skipped", Some("1 passed, 0 failed, 0 skipped"));
        check(
            nextest,
            "Summary [1.2s] 7/9 tests run: 2 passed (1 slow, 1 flaky), 3 failed, 1 exec failed, 1 timed out, 0 skipped\n FAIL [1s] a test",
            Some("2 passed, 5 failed, 0 skipped"),
        );
        check(nextest, "error: could not compile", None);
    }

    #[test]
    fn libtest_summaries_are_added_up() {
        check(
            libtest,
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 5 filtered out; finished in 0.00s\n\
             test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
            Some("13 passed, 2 failed, 1 skipped"),
        );
        check(libtest, "error: could not compile", None);
    }

    #[test]
    fn the_last_plain_line_counts() {
        check(
            plain,
            "1 passed, 0 failed, 0 skipped\nvoker: 4 passed, 1 failed, 2 skipped\n12 passed, 1 failed, 2 skipped\nbye",
            Some("12 passed, 1 failed, 2 skipped"),
        );
        check(plain, "Traceback: nothing passed", None);
    }

    #[test]
    fn tallies_add_up() {
        let tallies = [Tally::BROKEN, Tally::LEFT_OUT, Tally { passed: 2, ..Tally::default() }];
        let sum: Tally = tallies.into_iter().sum();
        assert_eq!(sum.to_string(), "2 passed, 1 failed, 1 skipped");
    }
}
