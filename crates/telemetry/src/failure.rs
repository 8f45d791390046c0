//! Whether a span failed and why. One error is told up to four times: in the status, an attribute, and in exception
//! events, of which some senders write one for each frame that it passed through.

use std::borrow::Cow;

use debrief_model::{Failure, Status};
use opentelemetry_proto::tonic::trace::v1 as proto;

use crate::attributes::last;
use crate::subject::Subject;
use crate::value;

pub(crate) fn read(subject: &Subject<'_>, told: Option<&proto::Status>) -> (Status, Option<Failure>) {
    let exception = subject.events.iter().rev().find(|event| event.name == "exception");
    let of_exception = |key| exception.and_then(|event| last(&event.attributes, key)).and_then(value::text).map(Cow::into_owned);
    let kind = subject.text(|table| table.error_kind);
    let status = match told.map_or(0, |status| status.code) {
        2 => Status::Error,
        _ if claims_failure(subject) => Status::Error,
        1 => Status::Ok,
        _ if kind.is_some() || of_exception("exception.escaped").is_some_and(|escaped| escaped.eq_ignore_ascii_case("true")) => {
            Status::Error
        }
        _ => Status::Unset,
    };
    if status != Status::Error {
        return (status, None);
    }
    let of_status = || told.map(|status| status.message.clone()).filter(|message| !message.is_empty());
    let failure = Failure {
        kind: kind.or_else(|| of_exception("exception.type")),
        message: of_exception("exception.message").or_else(of_status).or_else(|| subject.text(|table| table.error_message)),
    };
    (status, Some(failure))
}

fn claims_failure(subject: &Subject<'_>) -> bool {
    subject.tables.iter().flat_map(|table| table.failed).any(|(key, value)| subject.has(key, value))
}
