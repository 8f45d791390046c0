//! Paging parameters: strict, because a read that guesses misleads.

use debrief_model::limit::{OFFSET_ROWS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use debrief_model::{Error, Paging, Timestamp};

use super::time;

/// The query string of a read: every parameter must be known, none given twice.
#[derive(Debug)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Checks the names.
    ///
    /// # Errors
    /// `Invalid` for a name that is not in `known` or comes twice.
    pub fn new(pairs: Vec<(String, String)>, known: &[&str]) -> Result<Self, Error> {
        for (index, (name, _)) in pairs.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                return Err(bad(name, "unknown", format!("Unknown parameter '{name}'; known are: {}", known.join(", "))));
            }
            if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(bad(name, "duplicate", format!("Parameter '{name}' is given twice")));
            }
        }
        Ok(Self(pairs))
    }

    /// A value as given; empty counts as not given.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
    }

    /// A time.
    ///
    /// # Errors
    /// `Invalid` when it is not RFC 3339.
    pub fn time(&self, name: &str) -> Result<Option<Timestamp>, Error> {
        let Some(text) = self.text(name) else { return Ok(None) };
        time::parse(&text)
            .map(Some)
            .ok_or_else(|| bad(name, "datetime", format!("Parameter '{name}' must be a time as in 2026-01-31T12:00:00Z")))
    }

    /// `limit` and `offset`.
    ///
    /// # Errors
    /// `Invalid` outside their ranges.
    pub fn paging(&self) -> Result<Paging, Error> {
        let limit = self.number("limit", 1, u64::from(PAGE_ROWS_MAX), u64::from(PAGE_ROWS_DEFAULT))?;
        let offset = self.number("offset", 0, OFFSET_ROWS_MAX, 0)?;
        Ok(Paging { limit: u32::try_from(limit).unwrap_or(PAGE_ROWS_MAX), offset })
    }

    /// A whole number from 1.
    ///
    /// # Errors
    /// `Invalid` outside its range.
    pub fn count(&self, name: &str, most: u32, default: u32) -> Result<u32, Error> {
        let count = self.number(name, 1, u64::from(most), u64::from(default))?;
        Ok(u32::try_from(count).unwrap_or(most))
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// `Invalid` outside of them.
    pub fn number(&self, name: &str, least: u64, most: u64, default: u64) -> Result<u64, Error> {
        let Some(text) = self.text(name) else { return Ok(default) };
        let value = text.parse().ok().filter(|value| (least..=most).contains(value));
        value.ok_or_else(|| bad(name, "range", format!("Parameter '{name}' must be a whole number from {least} to {most}")))
    }
}

/// An error about one parameter.
#[must_use]
pub fn bad(name: &str, code: &'static str, sentence: String) -> Error {
    Error::invalid(sentence.clone()).with("query", name, code, sentence)
}
