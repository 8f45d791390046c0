//! Between Converra's wire and the domain. Pure: no I/O, and no clock or randomness but what is handed in.
//!
//! Agents are managed, so what is wrong with them is told, all of it at once. Conversations happened, so they are taken as they come.

mod agents;
mod insights;
mod messages;
mod runs;

use debrief_model::limit::KEY_CHARS_MAX;
use debrief_model::{Error, Timestamp};
use serde_json::value::RawValue;

pub(super) use agents::{agent_patch, new_agent, prompt_asked};
pub(super) use insights::run_insights;
pub(super) use runs::{Opening, Saying, appending, opening};

use crate::edge::members::members;
use crate::edge::time;

/// Where events come from, as they name it.
const SOURCE: &str = "converra";

/// A figure with one decimal, as the documents show them.
pub(super) fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// The named members of an object. Clients write null for what they do not have: it counts as absent.
fn given<'a, const N: usize>(text: &'a str, names: [&'static str; N]) -> serde_json::Result<[Option<&'a RawValue>; N]> {
    Ok(members(text, names)?.map(|member| member.filter(|raw| raw.get() != "null")))
}

/// A text, or a number or truth value written as one; `None` for anything else.
fn word(raw: Option<&RawValue>) -> Option<String> {
    let text = raw?.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).ok().map(without_nul),
        Some(b'{' | b'[' | b'n') | None => None,
        Some(_) => Some(text.to_owned()),
    }
}

/// A name that may be stored, or nothing where there is none or an empty one.
fn key(field: &'static str, raw: Option<&RawValue>) -> Result<Option<String>, Error> {
    let Some(text) = word(raw).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.len() > KEY_CHARS_MAX && text.chars().count() > KEY_CHARS_MAX {
        let sentence = format!("Must have at most {KEY_CHARS_MAX} characters");
        return Err(Error::invalid("Invalid request body").with("body", field, "too_long", sentence));
    }
    Ok(Some(text))
}

fn moment(raw: Option<&RawValue>) -> Option<Timestamp> {
    let raw = raw?;
    match serde_json::from_str::<f64>(raw.get()) {
        Ok(number) => time::from_number(number),
        Err(_) => time::parse(&word(Some(raw))?),
    }
}

fn number(raw: Option<&RawValue>) -> Option<f64> {
    word(raw)?.parse().ok().filter(|number: &f64| number.is_finite())
}

fn count(raw: Option<&RawValue>) -> Option<u64> {
    let text = word(raw)?;
    // Some clients write whole numbers with a fraction of zero.
    text.parse().ok().or_else(|| text.strip_suffix(".0")?.parse().ok())
}

fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

fn cut(mut text: String, chars_max: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(chars_max) {
        text.truncate(end);
    }
    text
}
