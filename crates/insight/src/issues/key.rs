//! Keys of issues: what can go wrong, and how that is written so that it can be stored, sorted and asked for.

use std::fmt;
use std::str::FromStr;

use crate::clusters::ClusterId;

/// What goes wrong. Unknown names, and texts in no cluster, are `None`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueKey {
    /// `tool_error:{tool}:{error type}`: a tool fails.
    ToolError {
        /// The tool.
        tool: Option<String>,
        /// The class or code of the error.
        error_type: Option<String>,
    },
    /// `llm_error:{error type}`: calls of models fail.
    LlmError {
        /// The class or code of the error.
        error_type: Option<String>,
    },
    /// `error:{error type}`: errors are reported that belong to no call.
    OtherError {
        /// The class or code of the error.
        error_type: Option<String>,
    },
    /// `unresolved:{intent}`: what users want is not achieved.
    Unresolved {
        /// The cluster of the intent.
        intent: Option<ClusterId>,
    },
    /// `unanswered`: users get no answer.
    Unanswered,
    /// `correction:{cluster}`: users put the agent right.
    Correction {
        /// The cluster of the corrections.
        cluster: Option<ClusterId>,
    },
    /// `refusal:{intent}`: the agent refuses.
    Refusal {
        /// The cluster of the intent.
        intent: Option<ClusterId>,
    },
    /// `loop:{tool}`: the agent goes round in circles.
    Loop {
        /// The tool.
        tool: Option<String>,
    },
    /// `truncated`: answers are cut off.
    Truncated,
    /// `filtered`: answers are held back.
    Filtered,
    /// `slow:{tool or model}`: answers take long.
    Slow {
        /// The tool or model that takes longest.
        name: Option<String>,
    },
    /// `negative:{intent}`: users are upset.
    Negative {
        /// The cluster of the intent.
        intent: Option<ClusterId>,
    },
}

/// A text that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the key of an issue")
    }
}

impl std::error::Error for NotAKey {}

/// How what is unknown is written.
const UNKNOWN: &str = "-";

impl IssueKey {
    /// The word that the key begins with.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ToolError { .. } => "tool_error",
            Self::LlmError { .. } => "llm_error",
            Self::OtherError { .. } => "error",
            Self::Unresolved { .. } => "unresolved",
            Self::Unanswered => "unanswered",
            Self::Correction { .. } => "correction",
            Self::Refusal { .. } => "refusal",
            Self::Loop { .. } => "loop",
            Self::Truncated => "truncated",
            Self::Filtered => "filtered",
            Self::Slow { .. } => "slow",
            Self::Negative { .. } => "negative",
        }
    }

    /// How much one conversation with it matters: 3 where users do not get what they came for, 2 where they have to fight
    /// for it, 1 where it is unpleasant.
    #[must_use]
    pub fn severity(&self) -> u8 {
        match self {
            Self::ToolError { .. } | Self::LlmError { .. } | Self::OtherError { .. } | Self::Unresolved { .. } | Self::Unanswered => 3,
            Self::Correction { .. } | Self::Refusal { .. } | Self::Loop { .. } => 2,
            Self::Truncated | Self::Filtered | Self::Slow { .. } | Self::Negative { .. } => 1,
        }
    }

    /// The cluster that it is about.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterId> {
        match self {
            Self::Unresolved { intent: cluster }
            | Self::Correction { cluster }
            | Self::Refusal { intent: cluster }
            | Self::Negative { intent: cluster } => *cluster,
            _ => None,
        }
    }
}

impl fmt::Display for IssueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())?;
        match self {
            Self::ToolError { tool, error_type } => write!(f, ":{}:{}", escaped(tool.as_deref()), escaped(error_type.as_deref())),
            Self::LlmError { error_type: name }
            | Self::OtherError { error_type: name }
            | Self::Loop { tool: name }
            | Self::Slow { name } => {
                write!(f, ":{}", escaped(name.as_deref()))
            }
            Self::Unresolved { intent: cluster }
            | Self::Correction { cluster }
            | Self::Refusal { intent: cluster }
            | Self::Negative { intent: cluster } => match cluster {
                Some(ClusterId(number)) => write!(f, ":{number}"),
                None => write!(f, ":{UNKNOWN}"),
            },
            Self::Unanswered | Self::Truncated | Self::Filtered => Ok(()),
        }
    }
}

impl FromStr for IssueKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let slots: Vec<&str> = text.split(':').collect();
        Ok(match slots[..] {
            ["tool_error", tool, error_type] => Self::ToolError { tool: name(tool)?, error_type: name(error_type)? },
            ["llm_error", error_type] => Self::LlmError { error_type: name(error_type)? },
            ["error", error_type] => Self::OtherError { error_type: name(error_type)? },
            ["unresolved", intent] => Self::Unresolved { intent: cluster(intent)? },
            ["unanswered"] => Self::Unanswered,
            ["correction", number] => Self::Correction { cluster: cluster(number)? },
            ["refusal", intent] => Self::Refusal { intent: cluster(intent)? },
            ["loop", tool] => Self::Loop { tool: name(tool)? },
            ["truncated"] => Self::Truncated,
            ["filtered"] => Self::Filtered,
            ["slow", slowest] => Self::Slow { name: name(slowest)? },
            ["negative", intent] => Self::Negative { intent: cluster(intent)? },
            _ => return Err(NotAKey),
        })
    }
}

/// A name in which the colon is left for what it separates, `%3A` as in addresses; a name that is written like an unknown
/// one is written otherwise.
fn escaped(name: Option<&str>) -> String {
    match name {
        None => UNKNOWN.to_owned(),
        Some(UNKNOWN) => "%2D".to_owned(),
        Some(name) => name.replace('%', "%25").replace(':', "%3A"),
    }
}

fn name(slot: &str) -> Result<Option<String>, NotAKey> {
    if slot == UNKNOWN {
        return Ok(None);
    }
    let name = slot.replace("%3A", ":").replace("%2D", UNKNOWN).replace("%25", "%");
    if escaped(Some(&name)) == slot { Ok(Some(name)) } else { Err(NotAKey) }
}

fn cluster(slot: &str) -> Result<Option<ClusterId>, NotAKey> {
    if slot == UNKNOWN {
        return Ok(None);
    }
    let number = slot.parse::<u64>().map_err(|_| NotAKey)?;
    if number.to_string() == slot { Ok(Some(ClusterId(number))) } else { Err(NotAKey) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_as_they_are_written() {
        let check = |key: IssueKey, expected: &str| {
            assert_eq!(key.to_string(), expected);
            assert_eq!(expected.parse(), Ok(key));
        };
        let some = |name: &str| Some(name.to_owned());
        check(IssueKey::ToolError { tool: some("db:find"), error_type: some("50%") }, "tool_error:db%3Afind:50%25");
        check(IssueKey::ToolError { tool: None, error_type: some("-") }, "tool_error:-:%2D");
        check(IssueKey::LlmError { error_type: some("429") }, "llm_error:429");
        check(IssueKey::OtherError { error_type: None }, "error:-");
        check(IssueKey::Unresolved { intent: Some(ClusterId(7)) }, "unresolved:7");
        check(IssueKey::Unanswered, "unanswered");
        check(IssueKey::Correction { cluster: None }, "correction:-");
        check(IssueKey::Refusal { intent: Some(ClusterId(u64::MAX)) }, "refusal:18446744073709551615");
        check(IssueKey::Loop { tool: some("find") }, "loop:find");
        check(IssueKey::Truncated, "truncated");
        check(IssueKey::Filtered, "filtered");
        check(IssueKey::Slow { name: some("") }, "slow:");
        check(IssueKey::Negative { intent: Some(ClusterId(0)) }, "negative:0");
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in
            ["", "tool_error", "tool_error:a", "tool_error:a:b:c", "unanswered:", "unresolved:x", "unresolved:01", "loop:%2d", "loop:%"]
        {
            assert_eq!(text.parse::<IssueKey>(), Err(NotAKey), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_key_is_read_as_it_was_written(tool in "([%:-]|25|2D|3A|\\PC){0,8}", error_type in prop::option::of("\\PC{0,8}")) {
            let key = IssueKey::ToolError { tool: Some(tool), error_type };
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }

        #[test]
        fn any_text_is_read(text in "(tool_error|slow|[:%-]|2D|\\PC){0,8}") {
            if let Ok(key) = text.parse::<IssueKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }
}
