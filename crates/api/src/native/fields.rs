//! Bodies that are read strictly: each member of an object is taken by name with what it must be, and everything that is wrong is
//! gathered, so that the sender hears it at once. Whatever nobody took is unknown, and that is wrong too.

use std::collections::BTreeMap;

use debrief_model::limit::PROBLEMS_MAX;
use debrief_model::{Error, Problem, Timestamp};
use serde_json::value::RawValue;

use crate::edge::time;

/// What is wrong with a body.
#[derive(Default)]
pub(super) struct Problems {
    listed: Vec<Problem>,
    unlisted: usize,
}

impl Problems {
    pub(super) fn add(&mut self, field: String, code: &'static str, message: String) {
        if self.listed.len() < PROBLEMS_MAX {
            self.listed.push(Problem { place: "body", field, code, message });
        } else {
            self.unlisted += 1;
        }
    }

    /// `value`, if nothing is wrong.
    ///
    /// # Errors
    /// `Invalid` with everything that is.
    pub(super) fn unless_any<T>(self, value: T) -> Result<T, Error> {
        let Some(first) = self.listed.first() else { return Ok(value) };
        let field = if first.field.is_empty() { "The body" } else { &first.field };
        let more = match self.listed.len() - 1 + self.unlisted {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let mut error = Error::invalid(format!("{field}: {}{more}", first.message));
        error.problems = self.listed;
        Err(error)
    }
}

/// The members of one object.
pub(super) struct Fields<'a, 'p> {
    members: BTreeMap<String, &'a RawValue>,
    at: String,
    problems: &'p mut Problems,
}

impl<'a, 'p> Fields<'a, 'p> {
    /// The object that `raw` is; `at` is where it stands in the body, with a dot at its end unless that is the top.
    pub(super) fn of(raw: &'a RawValue, at: String, problems: &'p mut Problems) -> Option<Self> {
        match serde_json::from_str(raw.get()) {
            Ok(members) => Some(Self { members, at, problems }),
            Err(_) => {
                problems.add(at.trim_end_matches('.').to_owned(), "type", "must be an object".to_owned());
                None
            }
        }
    }

    /// Adds something that is wrong with a member.
    pub(super) fn wrong(&mut self, name: &str, code: &'static str, message: impl Into<String>) {
        self.problems.add(format!("{}{name}", self.at), code, message.into());
    }

    /// The names of the members that nobody has taken.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// A member as it is; null is none.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a RawValue> {
        self.members.remove(name).filter(|raw| raw.get() != "null")
    }

    /// A text of 1 to so many characters.
    pub(super) fn text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let raw = self.take(name)?;
        let Ok(text) = serde_json::from_str::<String>(raw.get()) else {
            self.wrong(name, "type", "must be a text");
            return None;
        };
        if text.is_empty() || text.chars().count() > chars_max {
            self.wrong(name, "length", format!("must have 1 to {chars_max} characters"));
        } else if text.contains('\0') {
            self.wrong(name, "characters", "must not contain the character NUL");
        } else {
            return Some(text);
        }
        None
    }

    /// The same where there must be one.
    pub(super) fn required(&mut self, name: &str, chars_max: usize) -> Option<String> {
        if self.members.get(name).is_none_or(|raw| raw.get() == "null") {
            self.members.remove(name);
            self.wrong(name, "missing", "is required");
            return None;
        }
        self.text(name, chars_max)
    }

    /// Whether there is such a member, and it is not null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.peek(name).is_some()
    }

    /// A member as it is, left for whoever takes it; null is none.
    pub(super) fn peek(&self, name: &str) -> Option<&'a RawValue> {
        self.members.get(name).copied().filter(|raw| raw.get() != "null")
    }

    /// One of a few words.
    pub(super) fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let raw = self.take(name)?;
        let told: Option<String> = serde_json::from_str(raw.get()).ok();
        let found = words.iter().find(|word| told.as_deref() == Some(**word)).copied();
        if found.is_none() {
            self.wrong(name, "enum", format!("must be one of: {}", words.join(", ")));
        }
        found
    }

    /// A number.
    pub(super) fn number(&mut self, name: &str) -> Option<f64> {
        let raw = self.take(name)?;
        let number = serde_json::from_str(raw.get()).ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.wrong(name, "type", "must be a number");
        }
        number
    }

    /// A time in RFC 3339.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        const TIME_CHARS_MAX: usize = 64;
        let text = self.text(name, TIME_CHARS_MAX)?;
        let at = time::parse_strict(&text);
        if at.is_none() {
            self.wrong(name, "datetime", "must be a time in RFC 3339, as in 2026-01-31T12:00:00Z");
        }
        at
    }

    /// An object as it is, of at most so many bytes.
    pub(super) fn object(&mut self, name: &str, bytes_max: usize) -> Option<&'a RawValue> {
        let raw = self.take(name)?;
        if !raw.get().starts_with('{') {
            self.wrong(name, "type", "must be an object");
        } else if raw.get().len() > bytes_max {
            self.wrong(name, "length", format!("must have at most {bytes_max} bytes"));
        } else {
            return Some(raw);
        }
        None
    }

    /// The members of an object inside.
    pub(super) fn inner(&mut self, name: &str) -> Option<Fields<'a, '_>> {
        let raw = self.take(name)?;
        Fields::of(raw, format!("{}{name}.", self.at), self.problems)
    }

    /// Refuses what nobody has taken.
    pub(super) fn nothing_else(self) {
        let Self { members, at, problems } = self;
        for name in members.keys() {
            // Names are the sender's, of any length.
            let name: String = name.chars().take(100).collect();
            problems.add(format!("{at}{name}"), "unknown", "is unknown".to_owned());
        }
    }
}
