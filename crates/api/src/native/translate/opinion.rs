//! Feedback on sessions and scores of events: as callers write them, and as they are read back out of what was kept. Pure: no I/O, no clock.
//! Strict: see [`super::super::fields`].

use std::borrow::Cow;

use debrief_app::events::encode_body;
use debrief_app::opinion::{self, Graded, Opinion};
use debrief_app::opinions::NewOpinion;
use debrief_content::repair_json;
use debrief_model::limit::{COMMENT_CHARS_MAX, EVENT_PAYLOAD_BYTES_MAX, KEY_CHARS_MAX, LABEL_CHARS_MAX};
use debrief_model::{Body, Error, Resolution, Timestamp};
use debrief_telemetry::{Evaluation, LogClass, reread_log};
use serde_json::value::RawValue;

use super::super::fields::{Fields, Problems};
use crate::edge::json;

/// Feedback on a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::native) struct Feedback {
    pub(in crate::native) thumbs: Option<&'static str>,
    pub(in crate::native) score: Option<Graded>,
    pub(in crate::native) label: Option<String>,
    pub(in crate::native) comment: Option<String>,
    pub(in crate::native) person: Option<String>,
    said: Option<Resolution>,
    id: Option<String>,
    occurred_at: Option<Timestamp>,
}

impl Feedback {
    /// What it says of the session.
    pub(in crate::native) fn resolution(&self) -> Option<Resolution> {
        let thumb_up = self.thumbs.map(|word| word == "up");
        Opinion { resolution: self.said, thumb_up, score: self.score, label: self.label.as_deref() }.resolution()
    }
}

/// How good an event is in some respect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::native) struct Score {
    pub(in crate::native) name: Option<String>,
    pub(in crate::native) value: Option<Value>,
    /// The worst and the best there is, where that is told.
    pub(in crate::native) min: Option<f64>,
    pub(in crate::native) max: Option<f64>,
    pub(in crate::native) label: Option<String>,
    pub(in crate::native) comment: Option<String>,
    pub(in crate::native) source: Option<&'static str>,
    id: Option<String>,
    occurred_at: Option<Timestamp>,
}

/// A score itself.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::native) enum Value {
    Number(f64),
    Truth(bool),
    Word(String),
}

impl Score {
    /// What it says of the session.
    pub(in crate::native) fn resolution(&self) -> Option<Resolution> {
        let (word, number) = match &self.value {
            Some(Value::Number(value)) => (None, Some(self.graded(*value))),
            Some(Value::Truth(true)) => (Some("true"), None),
            Some(Value::Truth(false)) => (Some("false"), None),
            Some(Value::Word(word)) => (Some(word.as_str()), None),
            None => (None, None),
        };
        opinion::of_score(self.name.as_deref()?, self.label.as_deref().or(word), number)
    }

    fn graded(&self, value: f64) -> Graded {
        Graded { value, min: self.min.unwrap_or(0.0), max: self.max.unwrap_or(1.0) }
    }
}

const SOURCES: [&str; 3] = ["human", "code", "model"];

/// Reads feedback.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(in crate::native) fn feedback(text: &str) -> Result<(Feedback, NewOpinion), Error> {
    let (told, body) = strictly(text, feedback_of)?;
    let resolution = told.resolution();
    let Feedback { id, occurred_at, person, .. } = told.clone();
    Ok((told, NewOpinion { id, name: None, occurred_at, person, resolution, body }))
}

/// Reads a score.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub(in crate::native) fn score(text: &str) -> Result<(Score, NewOpinion), Error> {
    let (told, body) = strictly(text, score_of)?;
    let resolution = told.resolution();
    let Score { id, occurred_at, name, .. } = told.clone();
    Ok((told, NewOpinion { id, name, occurred_at, person: None, resolution, body }))
}

/// Feedback as it was kept.
pub(in crate::native) fn kept_feedback(body: &str) -> Feedback {
    feedback(body).map(|(told, _)| told).unwrap_or_default()
}

/// A score as it was kept: as it was told here, or the log record that it came in.
pub(in crate::native) fn kept_score(body: &str, is_log_record: bool) -> Score {
    let record = is_log_record.then(|| reread_log(body)).flatten();
    match record.map(|record| record.class) {
        Some(LogClass::Evaluation(judged)) => evaluated(judged),
        _ => score(body).map(|(told, _)| told).unwrap_or_default(),
    }
}

fn evaluated(judged: Evaluation) -> Score {
    let Evaluation { name, score, label, explanation, judge: _, time_unix_nano: _, response_id: _, failure: _ } = judged;
    Score { name, value: score.map(Value::Number), label, comment: explanation, ..Score::default() }
}

fn strictly<T: Default>(text: &str, read: impl FnOnce(&mut Fields<'_, '_>) -> T) -> Result<(T, Body), Error> {
    let text = repair_json(text).map_or(Cow::Borrowed(text), Cow::Owned);
    let body: &RawValue = serde_json::from_str(&text).map_err(|error| json::invalid(&error))?;
    let mut problems = Problems::default();
    if body.get().len() > EVENT_PAYLOAD_BYTES_MAX {
        problems.add(String::new(), "length", format!("must have at most {EVENT_PAYLOAD_BYTES_MAX} bytes"));
    }
    let told = match Fields::of(body, String::new(), &mut problems) {
        Some(mut fields) => {
            let told = read(&mut fields);
            fields.nothing_else();
            told
        }
        None => T::default(),
    };
    problems.unless_any((told, encode_body(body.get())))
}

fn feedback_of(fields: &mut Fields<'_, '_>) -> Feedback {
    needs_one(fields, &["thumbs", "score", "label", "comment", "resolution"]);
    let numbers = ["score", "scoreMin", "scoreMax"].map(|name| fields.number(name));
    let [score, min, max] = numbers;
    if score.is_none() && (min.is_some() || max.is_some()) {
        fields.wrong("score", "missing", "is required where its range is given");
    }
    let score = score.map(|value| Graded { value, min: min.unwrap_or(0.0), max: max.unwrap_or(1.0) });
    score.into_iter().for_each(|graded| within(fields, graded, ["score", "scoreMin", "scoreMax"]));
    Feedback {
        thumbs: fields.word("thumbs", &["up", "down"]),
        score,
        label: fields.text("label", LABEL_CHARS_MAX),
        comment: fields.text("comment", COMMENT_CHARS_MAX),
        person: fields.text("person", KEY_CHARS_MAX),
        said: fields.word("resolution", &Resolution::ALL.map(Resolution::word)).and_then(Resolution::from_word),
        id: fields.text("id", KEY_CHARS_MAX),
        occurred_at: fields.time("occurredAt"),
    }
}

fn score_of(fields: &mut Fields<'_, '_>) -> Score {
    needs_one(fields, &["value", "label", "comment"]);
    let score = Score {
        name: fields.required("name", LABEL_CHARS_MAX),
        value: value(fields),
        min: fields.number("min"),
        max: fields.number("max"),
        label: fields.text("label", LABEL_CHARS_MAX),
        comment: fields.text("comment", COMMENT_CHARS_MAX),
        source: fields.word("source", &SOURCES),
        id: fields.text("id", KEY_CHARS_MAX),
        occurred_at: fields.time("occurredAt"),
    };
    let has_range = score.min.is_some() || score.max.is_some();
    match score.value {
        // Of any other score nobody needs to know what it is measured by.
        Some(Value::Number(number)) if has_range || score.name.as_deref().is_some_and(opinion::is_about_resolution) => {
            within(fields, score.graded(number), ["value", "min", "max"]);
        }
        Some(Value::Number(_)) => {}
        _ if has_range => fields.wrong("value", "type", "must be a number where its range is given"),
        _ => {}
    }
    score
}

fn value(fields: &mut Fields<'_, '_>) -> Option<Value> {
    let Some(raw) = fields.peek("value") else {
        // Null is no value, and no unknown member.
        fields.take("value");
        return None;
    };
    match raw.get().as_bytes().first() {
        Some(b'"') => fields.text("value", LABEL_CHARS_MAX).map(Value::Word),
        Some(b't' | b'f') => fields.take("value").map(|raw| Value::Truth(raw.get() == "true")),
        Some(b'[' | b'{') => {
            fields.take("value");
            fields.wrong("value", "type", "must be a number, a truth value or a text");
            None
        }
        _ => fields.number("value").map(Value::Number),
    }
}

fn within(fields: &mut Fields<'_, '_>, graded: Graded, [value, min, max]: [&str; 3]) {
    let Graded { value: number, min: least, max: most } = graded;
    if least >= most {
        fields.wrong(min, "range", format!("must be less than {max}, which is {most}"));
    } else if !(least..=most).contains(&number) {
        fields.wrong(value, "range", format!("must be from {least} to {most} ({min} and {max})"));
    }
}

/// Refuses what says nothing.
fn needs_one(fields: &mut Fields<'_, '_>, names: &[&str]) {
    if !names.iter().any(|name| fields.has(name)) {
        fields.wrong(names[0], "missing", format!("at least one of these is required: {}", names.join(", ")));
    }
}

#[cfg(test)]
mod tests;
