//! What is said of an agent: every field is looked at, and everything wrong is told at once, keyed by field.

use std::collections::BTreeMap;

use debrief_app::agents::prompt;
use debrief_content::repair_json;
use debrief_model::limit::{KEY_CHARS_MAX, PROMPT_CHARS_MAX, TAGS_MAX};
use debrief_model::{AgentConfig, AgentPatch, AgentStatus, Error, NewAgent, Problem};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::edge::json;
use crate::edge::members::members;

const MODEL_CHARS_MAX: usize = 256;
const DESCRIPTION_CHARS_MAX: usize = 10_000;
const TAG_CHARS_MAX: usize = 200;
const TEMPERATURE_MAX: f64 = 2.0;

/// An agent to be created.
///
/// # Errors
/// `Invalid` with a problem for each field that is missing or wrong.
pub(in crate::converra) fn new_agent(text: &str) -> Result<NewAgent, Error> {
    let mut body = Body::read(text)?;
    let new = NewAgent {
        name: body.name("name").unwrap_or_default(),
        description: body.maybe("description", description).flatten(),
        status: body.maybe("status", status).flatten().unwrap_or_default(),
        tags: body.maybe("tags", tags).flatten().unwrap_or_default(),
        config: AgentConfig {
            prompt: body.required("content", content).map(prompt),
            model: body.required("llmModel", model),
            temperature: body.maybe("temperature", temperature).flatten(),
            max_tokens: body.maybe("maxTokens", max_tokens).flatten(),
        },
    };
    body.done(new)
}

/// What changes about an agent. `null` clears what may be missing.
///
/// # Errors
/// `Invalid` with a problem for each field that is wrong.
pub(in crate::converra) fn agent_patch(text: &str) -> Result<AgentPatch, Error> {
    let mut body = Body::read(text)?;
    let patch = AgentPatch {
        name: if body.has("name") { body.name("name") } else { None },
        description: body.maybe("description", description),
        status: if body.has("status") { body.required("status", status) } else { None },
        tags: body.maybe("tags", tags).map(Option::unwrap_or_default),
        prompt: if body.has("content") { body.required("content", content).map(|text| Some(prompt(text))) } else { None },
        model: if body.has("llmModel") { body.required("llmModel", model).map(Some) } else { None },
        temperature: body.maybe("temperature", temperature),
        max_tokens: body.maybe("maxTokens", max_tokens),
    };
    body.done(patch)
}

/// The prompt whose agent is asked for.
///
/// # Errors
/// `Invalid` when there is none.
pub(in crate::converra) fn prompt_asked(text: &str) -> Result<String, Error> {
    let mut body = Body::read(text)?;
    let content = body.required("content", |value| value.as_str().map(str::to_owned).ok_or_else(|| "Must be a string".to_owned()));
    body.done(content.unwrap_or_default())
}

/// The members that matter; whatever else is sent is not even looked at.
const FIELDS: [&str; 8] = ["name", "content", "llmModel", "description", "tags", "temperature", "maxTokens", "status"];

/// The members of a body, and what is wrong with them.
struct Body {
    members: BTreeMap<&'static str, Value>,
    problems: Vec<Problem>,
}

type Checked<T> = Result<T, String>;

impl Body {
    fn read(text: &str) -> Result<Self, Error> {
        let repaired = repair_json(text);
        let found = members(repaired.as_deref().unwrap_or(text), FIELDS).map_err(|error| {
            let mut error = json::invalid(&error);
            error.public = "Invalid request body".into();
            error
        })?;
        // Numbers that are none here are of no type that anything is asked for.
        let read = |raw: &RawValue| serde_json::from_str(raw.get()).unwrap_or(Value::Bool(false));
        let given = FIELDS.into_iter().zip(found).filter_map(|(name, raw)| Some((name, read(raw?))));
        Ok(Self { members: given.collect(), problems: Vec::new() })
    }

    fn has(&self, field: &str) -> bool {
        self.members.contains_key(field)
    }

    /// A field that must be there.
    fn required<T>(&mut self, field: &'static str, check: impl FnOnce(&Value) -> Checked<T>) -> Option<T> {
        let value = self.members.get(field).unwrap_or(&Value::Null);
        let checked = if value.is_null() { Err("Is required".to_owned()) } else { check(value) };
        self.told(field, checked)
    }

    /// A field that may be missing (`None`) or null (`Some(None)`).
    fn maybe<T>(&mut self, field: &'static str, check: impl FnOnce(&Value) -> Checked<T>) -> Option<Option<T>> {
        match self.members.get(field)? {
            Value::Null => Some(None),
            value => {
                let checked = check(value);
                self.told(field, checked).map(Some)
            }
        }
    }

    fn name(&mut self, field: &'static str) -> Option<String> {
        self.required(field, |value| {
            let name = text(value, 1, KEY_CHARS_MAX)?;
            if name.trim().is_empty() { Err("Must not be blank".to_owned()) } else { Ok(name) }
        })
    }

    fn told<T>(&mut self, field: &'static str, checked: Checked<T>) -> Option<T> {
        checked.map_err(|message| self.problems.push(Problem { place: "body", field: field.into(), code: "invalid", message })).ok()
    }

    fn done<T>(self, value: T) -> Result<T, Error> {
        if self.problems.is_empty() {
            return Ok(value);
        }
        Err(Error::invalid("Invalid request body").with_all(self.problems))
    }
}

fn text(value: &Value, least: usize, most: usize) -> Checked<String> {
    let text = value.as_str().ok_or_else(|| "Must be a string".to_owned())?;
    let chars = text.chars().count();
    match chars {
        _ if text.contains('\0') => Err("Must not contain the character NUL".to_owned()),
        _ if chars < least => Err("Must not be empty".to_owned()),
        _ if chars > most => Err(format!("Must have at most {most} characters")),
        _ => Ok(text.to_owned()),
    }
}

fn content(value: &Value) -> Checked<String> {
    text(value, 1, PROMPT_CHARS_MAX)
}

fn description(value: &Value) -> Checked<String> {
    text(value, 0, DESCRIPTION_CHARS_MAX)
}

fn model(value: &Value) -> Checked<String> {
    let name = value.as_str().unwrap_or_default();
    let well_formed = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
    let fits = (1..=MODEL_CHARS_MAX).contains(&name.len()) && name.chars().all(well_formed);
    if fits { Ok(name.to_owned()) } else { Err("Must be a valid model name".to_owned()) }
}

fn status(value: &Value) -> Checked<AgentStatus> {
    match value.as_str() {
        // The vendor's word for it in other documents.
        Some("deprecated") => Ok(AgentStatus::Archived),
        word => word.and_then(AgentStatus::from_word).ok_or_else(|| "Must be one of: active, draft, archived".to_owned()),
    }
}

fn tags(value: &Value) -> Checked<Vec<String>> {
    let wrong = || format!("Must be an array of at most {TAGS_MAX} strings of 1 to {TAG_CHARS_MAX} characters");
    let items = value.as_array().filter(|items| items.len() <= TAGS_MAX).ok_or_else(wrong)?;
    let mut tags: Vec<String> = Vec::with_capacity(items.len());
    for item in items {
        let tag = text(item, 1, TAG_CHARS_MAX).map_err(|_| wrong())?;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}

fn temperature(value: &Value) -> Checked<f64> {
    let number = value.as_f64().filter(|number| (0.0..=TEMPERATURE_MAX).contains(number));
    number.ok_or_else(|| "Must be a number from 0 to 2".to_owned())
}

fn max_tokens(value: &Value) -> Checked<u32> {
    let whole = value.as_u64().or_else(|| {
        value.as_f64().filter(|number| number.fract() == 0.0 && *number > 0.0).map(|number| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "positive, whole, and checked against its bound below"
            )]
            let whole = number as u64;
            whole
        })
    });
    whole
        .and_then(|number| u32::try_from(number).ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| "Must be a whole number above 0".to_owned())
}
