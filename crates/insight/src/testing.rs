//! Conversations for tests, built in one expression.

use debrief_model::{EventId, Status, Timestamp};

use crate::transcript::{Step, Transcript, What};

const SECOND_US: i64 = 1_000_000;

/// A conversation that a test writes down: a step begins every second, and its event's number is its place, from 1.
#[derive(Clone, Debug, Default)]
pub(crate) struct Talk<'a>(Transcript<'a>);

impl<'a> Talk<'a> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn user(self, text: &'a str) -> Self {
        self.then(What::User { text })
    }

    pub(crate) fn assistant(self, text: &'a str) -> Self {
        self.then(What::Assistant { text })
    }

    pub(crate) fn then(mut self, what: What<'a>) -> Self {
        let number = self.0.steps.len();
        self.0.steps.push(Step { event: event(number as u128 + 1), at: Timestamp(number as i64 * SECOND_US), ended_at: None, what });
        self
    }

    /// Something that took so many seconds.
    pub(crate) fn took(self, seconds: i64, what: What<'a>) -> Self {
        let mut talk = self.then(what);
        let step = talk.0.steps.last_mut().expect("just added");
        step.ended_at = Some(step.at.plus_micros(seconds * SECOND_US));
        talk
    }

    pub(crate) fn transcript(self) -> Transcript<'a> {
        self.0
    }
}

pub(crate) fn event(number: u128) -> EventId {
    EventId(uuid::Uuid::from_u128(number))
}

pub(crate) fn inference(model: &str) -> What<'_> {
    What::Inference { model: Some(model), status: Status::Ok, error_type: None, finish_reason: None }
}

pub(crate) fn failed_inference<'a>(model: &'a str, error_type: &'a str) -> What<'a> {
    What::Inference { model: Some(model), status: Status::Error, error_type: Some(error_type), finish_reason: None }
}

pub(crate) fn finished(reason: &str) -> What<'_> {
    What::Inference { model: Some("m"), status: Status::Ok, error_type: None, finish_reason: Some(reason) }
}

pub(crate) fn tool<'a>(name: &'a str, arguments: &'a str, output: &'a str) -> What<'a> {
    What::Tool { name: Some(name), arguments: Some(arguments), status: Status::Unset, error_type: None, output: Some(output) }
}

pub(crate) fn failed_tool<'a>(name: &'a str, error_type: &'a str) -> What<'a> {
    What::Tool { name: Some(name), arguments: None, status: Status::Error, error_type: Some(error_type), output: None }
}
