//! Judgements: OpenTelemetry's event `gen_ai.evaluation.result`, as a log record or on a span, and lists of them that were
//! flattened to numbered attributes of the span that is judged.

use std::borrow::Cow;

use debrief_model::Failure;
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use crate::attributes::{Attributes, last};
use crate::reading::Evaluation;
use crate::subject::Subject;
use crate::value;

/// The event's name.
pub(crate) const RESULT: &str = "gen_ai.evaluation.result";

/// Judgements that are read of one span.
pub(crate) const EVALUATIONS_MAX: usize = 32;

/// What the attributes of an event say.
pub(crate) fn of_event<'a>(get: impl Fn(&'static str) -> Option<&'a Value>, time_unix_nano: u64) -> Evaluation {
    let text = |key| get(key).and_then(value::text).map(Cow::into_owned);
    let kind = text("error.type");
    Evaluation {
        name: text("gen_ai.evaluation.name"),
        score: get("gen_ai.evaluation.score.value").and_then(value::number),
        label: text("gen_ai.evaluation.score.label"),
        explanation: text("gen_ai.evaluation.explanation"),
        response_id: text("gen_ai.response.id"),
        judge: None,
        time_unix_nano,
        failure: kind.map(|kind| Failure { kind: Some(kind), message: text("error.message") }),
    }
}

/// What is judged on a span: in its events, then in its attributes.
pub(crate) fn of_span(subject: &Subject<'_>) -> Vec<Evaluation> {
    let events = subject.events.iter().filter(|event| event.name == RESULT);
    let in_events = events.map(|event| of_event(|key| last(&event.attributes, key), event.time_unix_nano));
    let lists = subject.tables.iter().flat_map(|table| table.evaluations);
    let in_lists = lists.flat_map(|(list, item)| numbered(&subject.attributes, list, item));
    in_events.chain(in_lists).take(EVALUATIONS_MAX).collect()
}

/// The items of a list with the keys `<list><number>.<item><field>`, in the order of their keys. One without a name is none.
fn numbered(attributes: &Attributes<'_>, list: &str, item: &str) -> Vec<Evaluation> {
    let mut found: Vec<(&str, Evaluation)> = Vec::new();
    if !attributes.any_starts_with(list) {
        return Vec::new();
    }
    for (key, value) in attributes.starting_with(list) {
        let Some((number, field)) = key[list.len()..].split_once('.') else { continue };
        let Some(field) = field.strip_prefix(item).filter(|_| number.bytes().all(|byte| byte.is_ascii_digit())) else { continue };
        if found.last().is_none_or(|(last, _)| *last != number) {
            if found.len() == EVALUATIONS_MAX {
                break;
            }
            found.push((number, Evaluation::default()));
        }
        if let Some((_, judged)) = found.last_mut() {
            take(judged, field, value);
        }
    }
    found.into_iter().map(|(_, judged)| judged).filter(|judged| judged.name.is_some()).collect()
}

fn take(judged: &mut Evaluation, field: &str, value: &Value) {
    let text = || value::text(value).map(Cow::into_owned);
    match field {
        "name" => judged.name = text(),
        "score" => judged.score = value::number(value),
        "label" => judged.label = text(),
        "explanation" => judged.explanation = text(),
        "annotator_kind" => judged.judge = text(),
        _ => {}
    }
}
