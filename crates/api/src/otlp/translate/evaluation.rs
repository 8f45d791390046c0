//! Evaluations to scores: what they say of a session, and drafts of those that stand on the span that they judge.

use std::borrow::Cow;

use debrief_app::events::encode_body;
use debrief_app::opinion::{self, Graded};
use debrief_app::opinions::SCORE;
use debrief_model::limit::{COLUMN_CHARS_MAX, COMMENT_CHARS_MAX, LABEL_CHARS_MAX};
use debrief_model::{Draft, Facts, Kind, Mention, SessionPatch, Span as Part, Status, Timestamp};
use debrief_telemetry::Evaluation;
use serde::Serialize;

use super::span::failure;
use super::{cut, moment};

/// A score as it is told over our own API, so that all are read back alike.
#[derive(Serialize)]
struct Score<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
}

/// What an evaluation says of its session, if it is about that. Conventions give scores no range: one from 0 to 1 is taken for a share, any
/// other says nothing. A judge that failed says nothing either.
pub(super) fn set(judged: &Evaluation) -> Option<Box<SessionPatch>> {
    let Evaluation { name, score, label, failure, .. } = judged;
    if failure.is_some() {
        return None;
    }
    let number = score.map(|value| Graded { value, min: 0.0, max: 1.0 });
    opinion::told(opinion::of_score(name.as_deref()?, label.as_deref(), number))
}

/// What an evaluation tells that happened at `at`.
pub(super) fn facts(judged: &Evaluation, at: Timestamp, dialect: &'static str) -> Facts {
    Facts {
        name: judged.name.clone().map(|name| cut(name, COLUMN_CHARS_MAX)),
        status: if judged.failure.is_some() { Status::Error } else { Status::Unset },
        failure: judged.failure.clone().map(failure),
        ..Facts::new(Kind::Span, SCORE, at, dialect)
    }
}

/// The evaluations that stand on a span, whose facts these are, as scores of it.
pub(super) fn of_span(evaluations: &[Evaluation], span: &Facts, dialect: &'static str) -> Vec<Draft> {
    let (Some(key), Some(trace_id), Some(span_id)) = (&span.key, &span.trace_id, &span.span_id) else { return Vec::new() };
    let ended = span.ended_at.unwrap_or(span.occurred_at);
    let draft = |judged: &Evaluation| {
        let body = body(judged);
        let facts = Facts {
            key: Some(again(key, judged.time_unix_nano, &body)),
            causation_id: Some(key.clone()),
            trace_id: Some(trace_id.clone()),
            parent_span_id: Some(span_id.clone()),
            body: encode_body(&body),
            ..facts(judged, moment(judged.time_unix_nano).unwrap_or(ended), dialect)
        };
        Draft { span: Some(Part::Leaf), set: set(judged), ..Draft::new(facts, Mention::default()) }
    };
    evaluations.iter().map(draft).collect()
}

/// It has no id of its own: what it is a judgement of, when, and all that it says, is what it is known by.
fn again(span: &str, time_unix_nano: u64, body: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("debrief key of an evaluation on a span, version 1");
    hasher.update(&time_unix_nano.to_le_bytes()).update(body.as_bytes());
    format!("{span}-score-{}", &hasher.finalize().to_hex()[..32])
}

/// The span keeps all of it as sent; of the score the parts are kept that fit.
fn body(judged: &Evaluation) -> String {
    let short = |text: &Option<String>, chars_max| text.clone().filter(|text| !text.is_empty()).map(|text| cut(text, chars_max));
    let name = short(&judged.name, LABEL_CHARS_MAX).map_or(Cow::Borrowed("unnamed"), Cow::Owned);
    let (label, comment) = (short(&judged.label, LABEL_CHARS_MAX), short(&judged.explanation, COMMENT_CHARS_MAX));
    let source = judged.judge.as_deref().and_then(source);
    let score = Score { name: &name, value: judged.score, label: label.as_deref(), comment: comment.as_deref(), source };
    serde_json::to_string(&score).expect("texts and finite numbers are always JSON")
}

/// Our word for who judged.
fn source(judge: &str) -> Option<&'static str> {
    let words = [("HUMAN", "human"), ("LLM", "model"), ("CODE", "code")];
    words.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(judge)).map(|(_, word)| word)
}
