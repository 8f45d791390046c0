//! Log records to drafts.

use std::borrow::Cow;

use debrief_app::turns;
use debrief_model::limit::{COLUMN_CHARS_MAX, KEY_CHARS_MAX, MESSAGE_CHARS_MAX};
use debrief_model::{Draft, Facts, Failure, Kind, Mention, Span as Part, Status, Timestamp, hex, span_key};
use debrief_otlp::proto::collector::logs::v1::ExportLogsServiceRequest;
use debrief_otlp::proto::common::v1::any_value::Value;
use debrief_otlp::proto::logs::v1::LogRecord;
use debrief_telemetry::{Around, Keeper, LogClass, LogReading, read_log};

use super::span::{around, failure, mention};
use super::{Translated, cut, evaluation, moment};
use crate::edge::kept::Kept;

/// From this severity on a record tells of an error.
const ERROR_SEVERITY: i32 = 17;

/// Every record of a request.
pub(super) fn all(request: &ExportLogsServiceRequest, now: Timestamp) -> Translated {
    let scopes = || request.resource_logs.iter().flat_map(|resource| &resource.scope_logs);
    let records = scopes().map(|scope| scope.log_records.len()).sum();
    let mut translated = Translated { drafts: Vec::with_capacity(records), ..Translated::default() };
    let mut kept = Kept::telemetry(records);
    for resource in &request.resource_logs {
        for scope in &resource.scope_logs {
            let around = around(resource.resource.as_ref(), scope.scope.as_ref());
            let keeper = Keeper::of(&around);
            for record in &scope.log_records {
                let text = keeper.log(record);
                kept.add(translated.drafts.len(), &text);
                translated.drafts.push(draft(&around, &text, record, now));
            }
        }
    }
    kept.give_to(&mut translated.drafts);
    translated
}

/// The record without its body, of which `kept` is kept.
fn draft(around: &Around<'_>, kept: &str, record: &LogRecord, now: Timestamp) -> Draft {
    let reading = read_log(around, record);
    let at = moment(record.time_unix_nano).or_else(|| moment(record.observed_time_unix_nano)).unwrap_or(now);
    let id = |bytes: &[u8], length: usize| (bytes.len() == length && bytes.iter().any(|byte| *byte != 0)).then(|| hex(bytes));
    let trace_id = id(&record.trace_id, 16);
    let parent = id(&record.span_id, 8).filter(|_| trace_id.is_some());
    let (mut facts, mention) = told(&reading, record, at);
    facts.key = Some(again(trace_id.as_deref(), parent.as_deref(), record, kept));
    facts.causation_id = trace_id.as_deref().zip(parent.as_deref()).map(|(trace, span)| span_key(trace, span));
    facts.parent_span_id = parent;
    facts.trace_id = trace_id;
    let span = facts.trace_id.is_some().then_some(Part::Leaf);
    let set = match &reading.class {
        LogClass::Evaluation(judged) => evaluation::set(judged),
        _ => None,
    };
    Draft { turn: turns::of_log(&reading), span, set, ..Draft::new(facts, mention) }
}

/// What the record tells, and whom it names. What a call used is counted with its span.
fn told(reading: &LogReading, record: &LogRecord, at: Timestamp) -> (Facts, Mention) {
    let named = reading.event_name.clone().or_else(|| Some(record.severity_text.clone()).filter(|text| !text.is_empty()));
    let facts = |kind, event_type| Facts {
        name: named.clone().map(|name| cut(name, COLUMN_CHARS_MAX)),
        ..Facts::new(kind, event_type, at, reading.dialect)
    };
    match &reading.class {
        LogClass::Message | LogClass::Choice => {
            (Facts { finish_reason: reading.finish_reason.clone(), ..facts(Kind::Message, "message.created") }, Mention::default())
        }
        LogClass::Inference(call) => (facts(Kind::Message, "message.created"), mention(call)),
        LogClass::Evaluation(judged) => {
            let session = reading.conversation.clone().filter(|name| !name.trim().is_empty()).map(|name| cut(name, KEY_CHARS_MAX));
            let told = evaluation::facts(judged, at, reading.dialect);
            let name = told.name.clone().or_else(|| named.clone().map(|name| cut(name, COLUMN_CHARS_MAX)));
            (Facts { name, ..told }, Mention { session, ..Mention::default() })
        }
        LogClass::Exception(told) => (error(facts(Kind::Error, "error.raised"), told.clone()), Mention::default()),
        LogClass::Other if record.severity_number >= ERROR_SEVERITY => {
            let message = record.body.as_ref().and_then(|body| body.value.as_ref()).and_then(text);
            let told = Failure { kind: Some(record.severity_text.clone()).filter(|text| !text.is_empty()), message };
            (error(facts(Kind::Error, "error.raised"), told), Mention::default())
        }
        LogClass::Other => (facts(Kind::Span, "log.recorded"), Mention::default()),
    }
}

fn error(facts: Facts, told: Failure) -> Facts {
    Facts { status: Status::Error, failure: Some(failure(told)), event_type: Cow::Borrowed("error.raised"), ..facts }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::StringValue(text) => Some(cut(text.clone(), MESSAGE_CHARS_MAX)),
        _ => None,
    }
}

/// A record has no id of its own: what it is a record of, when, and all that it says, is what it is known by.
fn again(trace_id: Option<&str>, span_id: Option<&str>, record: &LogRecord, kept: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("debrief key of a log record, version 1");
    for part in [trace_id.unwrap_or_default(), span_id.unwrap_or_default(), &record.time_unix_nano.to_string(), kept] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    format!("log-{}", &hasher.finalize().to_hex()[..32])
}
