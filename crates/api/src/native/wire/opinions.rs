//! Feedback and scores, field for field.

use debrief_app::EventView;
use debrief_app::said::is_log_record;
use debrief_model::Resolution;
use serde::Serialize;

use super::super::translate::opinion::{self, Value as Told};
use super::PageOf;
use crate::edge::time::render as time;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Feedback {
    id: String,
    session_id: Option<String>,
    thumbs: Option<&'static str>,
    score: Option<f64>,
    score_min: Option<f64>,
    score_max: Option<f64>,
    label: Option<String>,
    comment: Option<String>,
    resolution: Option<&'static str>,
    person: Option<String>,
    occurred_at: String,
    recorded_at: String,
}

impl From<EventView> for Feedback {
    fn from(view: EventView) -> Self {
        let told = opinion::kept_feedback(view.body.as_deref().unwrap_or_default());
        let graded = told.score;
        Self {
            id: view.event.id.to_string(),
            session_id: view.session,
            resolution: told.resolution().map(Resolution::word),
            thumbs: told.thumbs,
            score: graded.map(|graded| graded.value),
            score_min: graded.map(|graded| graded.min),
            score_max: graded.map(|graded| graded.max),
            label: told.label,
            comment: told.comment,
            person: told.person,
            occurred_at: time(view.event.facts.occurred_at),
            recorded_at: time(view.event.recorded_at),
        }
    }
}

#[derive(Serialize)]
pub(in crate::native) struct Feedbacks {
    pub(in crate::native) feedback: Vec<Feedback>,
    #[serde(flatten)]
    pub(in crate::native) page: PageOf,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Score {
    id: String,
    event_id: Option<String>,
    session_id: Option<String>,
    name: Option<String>,
    value: Option<Value>,
    min: Option<f64>,
    max: Option<f64>,
    label: Option<String>,
    comment: Option<String>,
    source: Option<&'static str>,
    resolution: Option<&'static str>,
    occurred_at: String,
    recorded_at: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Number(f64),
    Truth(bool),
    Word(String),
}

impl From<EventView> for Score {
    fn from(view: EventView) -> Self {
        let told = opinion::kept_score(view.body.as_deref().unwrap_or_default(), is_log_record(&view.event.facts));
        let value = |told| match told {
            Told::Number(number) => Value::Number(number),
            Told::Truth(truth) => Value::Truth(truth),
            Told::Word(word) => Value::Word(word),
        };
        Self {
            id: view.event.id.to_string(),
            event_id: view.cause().map(|id| id.to_string()),
            session_id: view.session,
            resolution: told.resolution().map(Resolution::word),
            name: told.name.or(view.event.facts.name),
            value: told.value.map(value),
            min: told.min,
            max: told.max,
            label: told.label,
            comment: told.comment,
            source: told.source,
            occurred_at: time(view.event.facts.occurred_at),
            recorded_at: time(view.event.recorded_at),
        }
    }
}

#[derive(Serialize)]
pub(in crate::native) struct Scores {
    pub(in crate::native) scores: Vec<Score>,
    #[serde(flatten)]
    pub(in crate::native) page: PageOf,
}
