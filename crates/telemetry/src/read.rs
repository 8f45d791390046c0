//! Reads a span by the tables of the dialects that it speaks.

use std::borrow::Cow;

use opentelemetry_proto::tonic::trace::v1::{self as proto, Span};

use crate::attributes::Attributes;
use crate::evaluations;
use crate::exchange;
use crate::failure;
use crate::json;
use crate::reading::{Around, Class, Reading};
use crate::subject::{Subject, unquoted};
use crate::table::{Parts, Source, Wait};
use crate::{tokens, value};

/// Reads a span.
#[must_use]
pub fn read_span(around: &Around<'_>, span: &Span) -> Reading {
    let attributes = Attributes::of(&span.attributes);
    let subject = Subject::new(around, &span.name, attributes, &span.events, span.start_time_unix_nano);
    read(&subject, span.status.as_ref(), span.end_time_unix_nano == 0)
}

/// Reads whatever has the attributes of a span.
pub(crate) fn read(subject: &Subject<'_>, status: Option<&proto::Status>, endless: bool) -> Reading {
    let mut warnings = Vec::new();
    let (class, class_word) = class(subject);
    let (status, failure) = failure::read(subject, status);
    let agent = subject.text(|table| table.agent);
    let tool = if class == Class::Tool { subject.text(|table| table.tool) } else { None };
    let (tokens, cache_write_1h) = tokens::read(subject, class, &mut warnings);
    let said = if class == Class::Inference { exchange::said(subject, &mut warnings) } else { None };
    Reading {
        dialect: subject.tables.first().map_or("otel", |table| table.name),
        class,
        name: tool.or_else(|| Some(subject.name.to_owned()).filter(|name| !name.is_empty())),
        provider: subject.text(|table| table.provider),
        request_model: subject.text(|table| table.request_model),
        response_model: subject.text(|table| table.response_model),
        finish_reason: subject.text(|table| table.finish_reason).and_then(first_word),
        response_id: subject.text(|table| table.response_id),
        tokens,
        terms: tokens::terms(subject, class, cache_write_1h),
        audio: tokens::audio(subject),
        total_tokens: subject.count(|table| table.total_tokens),
        reported_cost_usd: subject.first(|table| table.cost, value::amount).or_else(|| cost_in_parts(subject)),
        conversation: subject.text(|table| table.conversation),
        person: subject.text(|table| table.person),
        agent_id: subject.text(|table| table.agent_id),
        agent_version: subject.text(|table| table.agent_version).or_else(|| of_service(subject, agent.as_deref())),
        agent,
        tool_call_id: subject.text(|table| table.tool_call_id),
        ttft_us: first_token(subject),
        tags: subject.first(|table| table.tags, |found| Some(value::words(found)).filter(|tags| !tags.is_empty())).unwrap_or_default(),
        environment: subject.text(|table| table.environment),
        end_state: subject.text(|table| table.end_state),
        // A session that is called `session` has not been given a name.
        title: subject.text(|table| table.title).filter(|title| class_word.as_ref() != Some(title)),
        status,
        failure,
        running: endless || any_has(subject, |table| table.pending),
        aggregates: !class.calls_a_model() || is_aggregated(subject),
        said,
        evaluations: evaluations::of_span(subject),
        warnings,
        class_word,
    }
}

/// What the span is, and the sender's word for it: the first word that its dialect knows; else what its name or an
/// attribute implies, with the first word there is.
fn class(subject: &Subject<'_>) -> (Class, Option<String>) {
    let mut unknown = None;
    for table in &subject.tables {
        for source in table.class {
            let Some(found) = subject.find(*source) else { continue };
            let Some(said) = value::text(&found) else { continue };
            let word = unquoted(&said);
            if let Some((_, class)) = table.classes.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)) {
                return (*class, Some(word.to_owned()));
            }
            // The name of a span is not a word for what it is, unless it is a known one.
            if unknown.is_none() && !matches!(source, Source::NameWord) {
                unknown = Some(word.to_owned());
            }
        }
    }
    let mut named = subject.tables.iter().flat_map(|table| table.named);
    let mut implied = subject.tables.iter().flat_map(|table| table.implied);
    let implied = named
        .find(|(beginning, _)| subject.name.starts_with(beginning))
        .or_else(|| implied.find(|(key, _)| subject.attributes.get(key).is_some()));
    (implied.map_or(Class::Other, |(_, class)| *class), unknown)
}

fn of_service(subject: &Subject<'_>, agent: Option<&str>) -> Option<String> {
    let found = subject.find(Source::Resource("service.version")).filter(|_| agent.is_some())?;
    value::text(&found).map(Cow::into_owned)
}

/// A list of reasons that came as JSON text has its first word inside.
fn first_word(reason: String) -> Option<String> {
    match json::items(&reason) {
        Some(items) => json::scalar(items.first()?).map(Cow::into_owned),
        None => Some(reason),
    }
}

fn cost_in_parts(subject: &Subject<'_>) -> Option<String> {
    subject.tables.iter().flat_map(|table| table.cost_parts).find_map(|parts| match *parts {
        Parts::Keys(keys) => value::sum(keys.iter().filter_map(|key| value::amount(subject.attributes.get(key)?))),
        Parts::Members(key) => value::sum(subject.all_members(key).iter().filter_map(value::amount)),
    })
}

fn first_token(subject: &Subject<'_>) -> Option<i64> {
    let number = |key, micros: f64| {
        let waited = value::number(subject.attributes.get(key)?)? * micros;
        (0.0..1e15).contains(&waited).then(|| waited.round() as i64)
    };
    let moment = |key| {
        let found = value::text(subject.attributes.get(key)?)?;
        let began_us = i64::try_from(subject.began_nanos / 1_000).ok().filter(|began| *began > 0)?;
        let waited = debrief_content::rfc3339_us(unquoted(&found))?.checked_sub(began_us)?;
        (waited >= 0).then_some(waited)
    };
    subject.tables.iter().flat_map(|table| table.first_token).find_map(|wait| match *wait {
        Wait::Seconds(key) => number(key, 1e6),
        Wait::Millis(key) => number(key, 1e3),
        Wait::Moment(key) => moment(key),
    })
}

fn any_has(subject: &Subject<'_>, field: fn(&crate::table::Table) -> &'static [(&'static str, &'static str)]) -> bool {
    subject.tables.iter().flat_map(|table| field(table)).any(|(key, value)| subject.has(key, value))
}

fn is_aggregated(subject: &Subject<'_>) -> bool {
    subject.tables.iter().flat_map(|table| table.aggregated).any(|prefix| subject.attributes.any_starts_with(prefix))
}
