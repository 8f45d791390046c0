//! Two versions of an agent, side by side: what changed in its prompt line by line, and what else.

use std::ops::Range;
use std::time::Duration;

use debrief_model::{AgentConfig, AgentVersion};
use similar::{ChangeTag, DiffOp, TextDiff};

use crate::agents::{self, Handle};
use crate::offload::blocking;
use crate::{App, Ctx};

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 3;
/// How long the shortest way from one prompt to the other is looked for; after that any way will do.
const SEARCH_TIME_MAX: Duration = Duration::from_millis(500);

/// What is different.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The one version.
    pub from: AgentVersion,
    /// The other.
    pub to: AgentVersion,
    /// Where their prompts differ, in order, with what is around. None where they do not.
    pub hunks: Vec<Hunk>,
    /// The same in the form that `patch` reads; empty where they do not differ.
    pub unified: String,
}

/// A stretch of two prompts in which they differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// The number of its first line in the one prompt, from 1; 0 where it has no line there.
    pub from: usize,
    /// The number of its first line in the other.
    pub to: usize,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A line, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it is.
    pub op: Op,
    /// What it says.
    pub text: String,
}

/// Where a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// In both.
    Equal,
    /// Only in the other.
    Insert,
    /// Only in the one.
    Delete,
}

impl Op {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Insert => "insert",
            Self::Delete => "delete",
        }
    }
}

/// Compares two versions of an agent by name.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn of_versions(app: &App, ctx: &Ctx, agent: &Handle, from: &str, to: &str) -> crate::Result<Comparison> {
    let from = agents::version(app, ctx, agent, from).await?;
    let to = agents::version(app, ctx, agent, to).await?;
    blocking(move || Ok(compared(from, to))).await
}

fn compared(from: AgentVersion, to: AgentVersion) -> Comparison {
    let (old, new) = (prompt(&from.config), prompt(&to.config));
    let diff = TextDiff::configure().timeout(SEARCH_TIME_MAX).diff_lines(old, new);
    let unified = diff.unified_diff().context_radius(CONTEXT_LINES).header(&from.name, &to.name).to_string();
    let hunks = diff.grouped_ops(CONTEXT_LINES).iter().map(|ops| hunk(&diff, ops)).collect();
    Comparison { from, to, hunks, unified }
}

fn hunk(diff: &TextDiff<'_, '_, str>, ops: &[DiffOp]) -> Hunk {
    let lines = ops.iter().flat_map(|op| diff.iter_changes(op)).map(|change| {
        let text = without_end(change.value()).to_owned();
        Line { op: op(change.tag()), text }
    });
    Hunk { from: first(ops, DiffOp::old_range), to: first(ops, DiffOp::new_range), lines: lines.collect() }
}

/// The number of the first line in one of the texts, from 1; 0 where none of its lines are here.
fn first(ops: &[DiffOp], range: impl Fn(&DiffOp) -> Range<usize>) -> usize {
    ops.iter().map(range).find(|range| !range.is_empty()).map_or(0, |range| range.start + 1)
}

/// Nothing said is nothing to read.
fn prompt(config: &AgentConfig) -> &str {
    config.prompt.as_ref().map_or("", |prompt| &prompt.text)
}

fn op(tag: ChangeTag) -> Op {
    match tag {
        ChangeTag::Equal => Op::Equal,
        ChangeTag::Insert => Op::Insert,
        ChangeTag::Delete => Op::Delete,
    }
}

fn without_end(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use debrief_model::{AgentNumber, TenantId, Timestamp, VersionNumber};

    use super::*;

    fn version(name: &str, text: Option<&str>) -> AgentVersion {
        AgentVersion {
            tenant: TenantId(1),
            agent: AgentNumber(1),
            number: VersionNumber(1),
            name: name.to_owned(),
            description: None,
            config: AgentConfig { prompt: text.map(|text| agents::prompt(text.to_owned())), ..AgentConfig::default() },
            created_at: Timestamp(0),
            deprecated_at: None,
        }
    }

    /// Each hunk as `from,to:` and its lines with a sign before each.
    fn check(old: Option<&str>, new: Option<&str>, expected: &[&str]) {
        let told: Vec<_> = compared(version("v1", old), version("v2", new)).hunks.iter().map(outline).collect();
        assert_eq!(told, expected, "{old:?} {new:?}");
    }

    fn outline(hunk: &Hunk) -> String {
        let sign = |op| match op {
            Op::Equal => ' ',
            Op::Insert => '+',
            Op::Delete => '-',
        };
        let lines: Vec<_> = hunk.lines.iter().map(|line| format!("{}{}", sign(line.op), line.text)).collect();
        format!("{},{}:{}", hunk.from, hunk.to, lines.join("|"))
    }

    #[test]
    fn what_changed_is_told_line_by_line() {
        check(Some("a\nb\nc"), Some("a\nB\nc"), &["1,1: a|-b|+B| c"]);
        check(Some("a"), Some("a"), &[]);
        check(None, None, &[]);
        check(None, Some("a\nb"), &["0,1:+a|+b"]);
        check(Some("a\n"), None, &["1,0:-a"]);
        check(Some("a\r\nb"), Some("a\nb"), &["1,1:-a|+a| b"]);
        check(Some("a"), Some("a\n"), &["1,1:-a|+a"]);
    }

    #[test]
    fn what_is_far_apart_is_told_apart() {
        let lines = |first: &str, last: &str| format!("{first}\n1\n2\n3\n4\n5\n6\n7\n{last}");
        check(Some(&lines("a", "b")), Some(&lines("A", "B")), &["1,1:-a|+A| 1| 2| 3", "6,6: 5| 6| 7|-b|+B"]);
    }

    #[test]
    fn the_unified_form_is_what_patch_reads() {
        let told = compared(version("v1", Some("a\nb\n")), version("v2", Some("a\nc\n")));
        assert_eq!(told.unified, "--- v1\n+++ v2\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n");
        assert_eq!(compared(version("v1", Some("a")), version("v2", Some("a"))).unified, "");
    }

    #[test]
    fn prompts_that_have_nothing_in_common_are_compared_in_time() {
        let lines = |from: u32| (from..from + 50_000).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let told = compared(version("v1", Some(&lines(0))), version("v2", Some(&lines(1_000_000))));
        assert_eq!(told.hunks.iter().map(|hunk| hunk.lines.len()).sum::<usize>(), 100_000);
    }
}
