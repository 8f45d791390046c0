//! A conversation as it is analysed: what was said and called, in the order of time.
//!
//! Where it comes from (model calls that repeat their history, single messages, spans) is for the caller to sort out; here
//! everything happens once.

use debrief_model::{EventId, Status, Timestamp};

/// A conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transcript<'a> {
    /// What happened, in the order of time.
    pub steps: Vec<Step<'a>>,
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'a> {
    /// The event that it was recorded in.
    pub event: EventId,
    /// When it happened or began.
    pub at: Timestamp,
    /// When it ended, if known.
    pub ended_at: Option<Timestamp>,
    /// What it was.
    pub what: What<'a>,
}

/// What can happen in a conversation. Unknown is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// The user said something.
    User {
        /// The words.
        text: &'a str,
    },
    /// The assistant said something to the user.
    Assistant {
        /// The words.
        text: &'a str,
    },
    /// A model was called.
    Inference {
        /// The model that answered, else the one that was asked for.
        model: Option<&'a str>,
        /// How it went.
        status: Status,
        /// The class or code of its error.
        error_type: Option<&'a str>,
        /// Why the model stopped.
        finish_reason: Option<&'a str>,
    },
    /// A tool was called.
    Tool {
        /// Its name.
        name: Option<&'a str>,
        /// What it was given, as JSON.
        arguments: Option<&'a str>,
        /// How it went.
        status: Status,
        /// The class or code of its error.
        error_type: Option<&'a str>,
        /// What it gave back: JSON or words.
        output: Option<&'a str>,
    },
    /// An error that was reported on its own.
    Error {
        /// Its class or code.
        error_type: Option<&'a str>,
        /// What it said.
        message: Option<&'a str>,
    },
}

/// One message of the user and everything until the next. What precedes the first message of the user is a turn of its
/// own, with the number 0 and without a message; where nothing does, there is no such turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn<'t, 'a> {
    /// The messages of the user up to here.
    pub number: u32,
    /// What happened, the user's message first; never empty.
    pub steps: &'t [Step<'a>],
}

impl<'a> Transcript<'a> {
    /// The conversation turn by turn.
    #[must_use]
    pub fn turns(&self) -> Vec<Turn<'_, 'a>> {
        turns_of(&self.steps)
    }
}

pub(crate) fn turns_of<'t, 'a>(steps: &'t [Step<'a>]) -> Vec<Turn<'t, 'a>> {
    let mut number = 0;
    let chunks = steps.chunk_by(|_, next| next.user().is_none());
    let turns = chunks.map(|steps| {
        number += u32::from(steps[0].user().is_some());
        Turn { number, steps }
    });
    turns.collect()
}

impl<'a> Step<'a> {
    /// What the user said in it.
    #[must_use]
    pub fn user(&self) -> Option<&'a str> {
        if let What::User { text } = self.what { Some(text) } else { None }
    }

    /// What the assistant said in it.
    #[must_use]
    pub fn assistant(&self) -> Option<&'a str> {
        if let What::Assistant { text } = self.what { Some(text) } else { None }
    }

    /// When it was over, as far as that is known.
    #[must_use]
    pub fn finished_at(&self) -> Timestamp {
        self.ended_at.unwrap_or(self.at)
    }
}

impl<'a> Turn<'_, 'a> {
    /// The user's message, and the event that it was recorded in.
    #[must_use]
    pub fn user(&self) -> Option<(EventId, &'a str)> {
        self.steps.first().and_then(|step| step.user().map(|text| (step.event, text)))
    }

    /// What the assistant says in it, message by message, with the events.
    pub fn answers(&self) -> impl DoubleEndedIterator<Item = (EventId, &'a str)> {
        self.steps.iter().filter_map(|step| step.assistant().map(|text| (step.event, text)))
    }

    /// How long the user waited for the assistant, microseconds: from the message of the user until the last call of a
    /// model in the turn was over, or, if none was recorded, the first message of the assistant. `None` where the user said
    /// nothing or the assistant did not answer.
    #[must_use]
    pub fn response_us(&self) -> Option<i64> {
        self.user()?;
        let answer = self.steps.iter().find(|step| step.assistant().is_some())?;
        let model = self.steps.iter().rev().find(|step| matches!(step.what, What::Inference { .. }));
        Some(model.unwrap_or(answer).finished_at().micros_since(self.steps[0].at).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Talk, inference};

    #[test]
    fn a_turn_begins_with_each_message_of_the_user() {
        let check = |talk: Talk<'static>, expected: &[(u32, usize)]| {
            let found: Vec<_> = talk.transcript().turns().iter().map(|turn| (turn.number, turn.steps.len())).collect();
            assert_eq!(found, expected);
        };
        check(Talk::new(), &[]);
        check(Talk::new().user("a").assistant("b").user("c"), &[(1, 2), (2, 1)]);
        check(Talk::new().assistant("a").assistant("b").user("c").assistant("d"), &[(0, 2), (1, 2)]);
        check(Talk::new().user("a").user("b"), &[(1, 1), (2, 1)]);
    }

    #[test]
    fn a_user_waits_until_the_last_model_is_done() {
        let check = |talk: Talk<'static>, seconds: Option<i64>| {
            let found = talk.transcript().turns().last().and_then(Turn::response_us);
            assert_eq!(found, seconds.map(|seconds| seconds * 1_000_000));
        };
        // A step begins every second.
        check(Talk::new().user("a").assistant("b"), Some(1));
        check(Talk::new().user("a").assistant("b").assistant("c"), Some(1));
        check(Talk::new().user("a").took(7, inference("m")).assistant("b"), Some(8));
        check(Talk::new().user("a").took(7, inference("m")), None);
        check(Talk::new().user("a"), None);
        check(Talk::new().assistant("b"), None);
    }
}
