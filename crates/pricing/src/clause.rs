//! Conditions on names.

use fancy_regex::Regex;
use serde::{Deserialize, Deserializer, de};

/// A condition on a name, which is in lower case.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Clause {
    StartsWith(Lower),
    EndsWith(Lower),
    Contains(Lower),
    Equals(Lower),
    Regex(Pattern),
    Or(Vec<Self>),
    And(Vec<Self>),
}

impl Clause {
    pub(crate) fn accepts(&self, name: &str) -> bool {
        match self {
            Self::StartsWith(Lower(text)) => name.starts_with(text),
            Self::EndsWith(Lower(text)) => name.ends_with(text),
            Self::Contains(Lower(text)) => name.contains(text),
            Self::Equals(Lower(text)) => name == text,
            Self::Regex(pattern) => pattern.finds(name),
            Self::Or(clauses) => clauses.iter().any(|clause| clause.accepts(name)),
            Self::And(clauses) => clauses.iter().all(|clause| clause.accepts(name)),
        }
    }
}

/// Text in lower case.
#[derive(Clone, Debug)]
pub(crate) struct Lower(String);

impl<'de> Deserialize<'de> for Lower {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(String::deserialize(from)?.to_lowercase()))
    }
}

/// A regular expression. Some of the book look around, which needs more than an automaton.
#[derive(Clone, Debug)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Whether it is anywhere in the text. One that takes too many steps is not.
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.0.is_match(text).unwrap_or(false)
    }

    /// Whether the text begins with it.
    pub(crate) fn begins(&self, text: &str) -> bool {
        self.0.find(text).ok().flatten().is_some_and(|found| found.start() == 0)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Regex::new(&String::deserialize(from)?).map(Self).map_err(de::Error::custom)
    }
}
