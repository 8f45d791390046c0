//! The lists of phrases that the rules look for, and how they are added to.
//!
//! Lists are text, so that people who do not read code can read and change them: the first line says the list's version,
//! `#` begins a comment, and every other line is a phrase in small letters. What is added to a list is written in the same
//! way; there a line that begins with `-` takes a built-in phrase away. The built-in lists are English: texts in other
//! languages match nothing until somebody adds phrases of theirs.

mod reading;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::phrases::Phrases;

/// Goes up whenever a rule changes that is not in a list, so that what was found by the former rules can be told from new.
const RULES: u32 = 3;

/// Hexadecimal digits of the hash in the version of the rules.
const VERSION_DIGITS: usize = 16;

/// Phrases of one list, the built-in ones included.
pub const PHRASES_MAX: usize = 2_000;

macro_rules! lists {
    ($($(#[$doc:meta])* $list:ident $name:literal,)*) => {
        /// What a list of phrases is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum List {
            $($(#[$doc])* $list,)*
        }

        impl List {
            /// Every list.
            pub const ALL: [Self; [$($name),*].len()] = [$(Self::$list),*];

            /// The name by which it is added to.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$list => $name,)* }
            }

            /// The built-in list as it is written.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$list => include_str!(concat!("../data/", $name, ".txt")),)* }
            }
        }
    };
}

lists! {
    /// What a user says who gives up.
    Abandoning "abandoning",
    /// What a user says who is done.
    Closing "closing",
    /// What a user's message begins with that puts right what the assistant said.
    Corrections "corrections",
    /// What an assistant says at the end that asks for nothing.
    Courtesies "courtesies",
    /// What a user says who wants one thing more.
    Further "further",
    /// What a message consists of that only greets.
    Greetings "greetings",
    /// Names of tools that hand a conversation to people.
    HandoffTools "handoff_tools",
    /// What an assistant says that hands a conversation to people.
    Handoffs "handoffs",
    /// What an assistant says that waits for something.
    NeedsInput "needs_input",
    /// What only looks like a refusal.
    NotRefusals "not_refusals",
    /// What an assistant says that does not do what it was asked.
    Refusals "refusals",
    /// What a clause of a user's message begins with that puts right what the assistant said, wherever it stands.
    Repairs "repairs",
    /// What a user says who still wants something.
    Requests "requests",
}

/// All lists, ready to be looked for.
#[derive(Clone, Debug)]
pub struct Patterns {
    lists: Vec<Phrases>,
    version: String,
}

/// A line of an added list that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The list, as it was named.
    pub list: String,
    /// The line, from 1; `None` where the list itself is wrong.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: &'static str,
}

impl std::fmt::Display for BadLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "list {:?}, line {line}: {}", self.list, self.what),
            None => write!(f, "list {:?}: {}", self.list, self.what),
        }
    }
}

impl std::error::Error for BadLine {}

impl Patterns {
    /// The lists as they come with the product.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Patterns> = LazyLock::new(|| Patterns::of(&built_in_entries()));
        &BUILT_IN
    }

    /// The built-in lists, with what the named texts add and take away, in the order in which they are given.
    ///
    /// # Errors
    ///
    /// Every line that cannot be used, and every name that no list has.
    pub fn with(extra: &[(&str, &str)]) -> Result<Self, Vec<BadLine>> {
        let mut entries = built_in_entries();
        let mut bad = Vec::new();
        for (name, text) in extra {
            let wrong = |(line, what)| BadLine { list: (*name).to_owned(), line, what };
            match List::ALL.iter().position(|list| list.name() == *name) {
                Some(list) => bad.extend(reading::change(&mut entries[list], text).into_iter().map(wrong)),
                None => bad.push(wrong((None, "there is no such list"))),
            }
        }
        if bad.is_empty() { Ok(Self::of(&entries)) } else { Err(bad) }
    }

    /// What distinguishes these lists and rules from others: equal if and only if they find the same. Whatever was found by
    /// another version has to be found anew.
    #[must_use]
    pub fn rules_version(&self) -> &str {
        &self.version
    }

    pub(crate) fn list(&self, list: List) -> &Phrases {
        &self.lists[list as usize]
    }

    fn of(entries: &[BTreeSet<String>]) -> Self {
        let mut hash = blake3::Hasher::new();
        for (list, entries) in List::ALL.iter().zip(entries) {
            for part in std::iter::once(list.name()).chain(entries.iter().map(String::as_str)) {
                hash.update(part.as_bytes());
                hash.update(b"\n");
            }
            hash.update(b"\n");
        }
        let digits = &hash.finalize().to_hex()[..VERSION_DIGITS];
        let lists = entries.iter().map(|entries| Phrases::of(entries.iter().map(String::as_str))).collect();
        Self { lists, version: format!("{RULES}-{digits}") }
    }
}

fn built_in_entries() -> Vec<BTreeSet<String>> {
    List::ALL.iter().map(|list| reading::entries(list.text()).map(str::to_owned).collect()).collect()
}

#[cfg(test)]
mod tests;
