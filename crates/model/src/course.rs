//! The course of a conversation: what is kept of it, event by event, so that nobody has to read it again to tell how it went.

use crate::event::{Facts, Kind, Status};
use crate::id::{SessionNumber, VersionNumber};
use crate::resolution::Resolution;
use crate::session::{Session, SessionPatch};
use crate::time::Timestamp;

/// Who said something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person served.
    User,
    /// The agent.
    Assistant,
}

/// What was said in one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Messages of the user.
    pub user_messages: u32,
    /// Messages of the agent to the user.
    pub assistant_messages: u32,
    /// Whether the counts are of the whole conversation so far, as when a model call repeats it, or of this event alone.
    pub repeats: bool,
    /// Who spoke last.
    pub last_speaker: Option<Speaker>,
    /// Whether the agent's last words ask the user for something; `None` where it said nothing.
    pub asks: Option<bool>,
    /// Whether the user's last words close the conversation; `None` where they said nothing.
    pub closes: Option<bool>,
    /// How long the user waited for the answer, microseconds.
    pub response_us: Option<i64>,
}

/// How a conversation went so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// Messages of the user.
    pub user_messages: u32,
    /// Messages of the agent to the user.
    pub assistant_messages: u32,
    /// When something was last said: in a call of a model as it ended, as far as that is known.
    pub said_at: Option<Timestamp>,
    /// Who said it.
    pub last_speaker: Option<Speaker>,
    /// Whether the agent's last words asked the user for something.
    pub asks: bool,
    /// Whether the user's last words closed the conversation.
    pub closes: bool,
    /// When a call of a model or tool last came to its end, as far as ends are known, else began.
    pub called_at: Option<Timestamp>,
    /// Whether that call failed.
    pub failed: bool,
    /// Sum of the times that the user waited for an answer, microseconds.
    pub response_us: i64,
    /// How many those were.
    pub responses: u32,
}

impl Course {
    /// Goes on by one event. Events may come in any order; of two things said at the same time the one recorded later counts.
    pub fn follow(&mut self, facts: &Facts, turn: Option<&Turn>) {
        // Coarse clocks have calls that follow each other begin together; they hardly ever have them end together.
        let ended_at = facts.ended_at.unwrap_or(facts.occurred_at);
        if matches!(facts.kind, Kind::Llm | Kind::Tool) && self.called_at.is_none_or(|last| ended_at >= last) {
            self.called_at = Some(ended_at);
            self.failed = facts.status == Status::Error;
        }
        if let Some(turn) = turn {
            self.hear(turn, ended_at);
        }
    }

    fn hear(&mut self, turn: &Turn, at: Timestamp) {
        let Turn { user_messages, assistant_messages, repeats, last_speaker, asks, closes, response_us } = *turn;
        if repeats {
            self.user_messages = self.user_messages.max(user_messages);
            self.assistant_messages = self.assistant_messages.max(assistant_messages);
        } else {
            self.user_messages = self.user_messages.saturating_add(user_messages);
            self.assistant_messages = self.assistant_messages.saturating_add(assistant_messages);
        }
        if let Some(us) = response_us {
            self.response_us = self.response_us.saturating_add(us);
            self.responses = self.responses.saturating_add(1);
        }
        if last_speaker.is_some() && self.said_at.is_none_or(|last| at >= last) {
            self.said_at = Some(at);
            self.last_speaker = last_speaker;
            self.asks = asks.unwrap_or(self.asks);
            self.closes = closes.unwrap_or(self.closes);
        }
    }
}

/// How a conversation ended, where its client said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was brought to its end.
    Completed,
    /// It was brought to its end and did not achieve what it was for.
    Failed,
    /// It was given up.
    Abandoned,
}

impl Told {
    /// What a client's words say, in whatever case. A state that is also what clients send of a session that goes on
    /// (`Indeterminate`, `active`, …) is an end only together with the time of the end.
    #[must_use]
    pub fn of(set: &SessionPatch) -> Option<Self> {
        let state = set.end_state.as_deref().unwrap_or_default();
        let is = |words: &[&str]| words.iter().any(|word| state.eq_ignore_ascii_case(word));
        if is(&["success", "completed", "complete", "succeeded"]) {
            Some(Self::Completed)
        } else if is(&["fail", "failed", "failure", "error"]) {
            Some(Self::Failed)
        } else if is(&["abandoned", "cancelled", "canceled"]) {
            Some(Self::Abandoned)
        } else if set.goes_on() {
            None
        } else {
            set.ended_at.map(|_| Self::Completed)
        }
    }
}

/// A conversation as it is judged: no text, only its course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Its session.
    pub session: SessionNumber,
    /// The version of the agent that led it.
    pub agent_version: Option<VersionNumber>,
    /// When it began.
    pub started_at: Timestamp,
    /// When something last happened in it.
    pub last_activity_at: Timestamp,
    /// How it ended, as told.
    pub told: Option<Told>,
    /// Whether it achieved what it was for, as told.
    pub resolution: Option<Resolution>,
    /// How it went.
    pub course: Course,
}

impl Conversation {
    /// A session as a conversation.
    #[must_use]
    pub fn of(session: &Session) -> Self {
        Self {
            session: session.number,
            agent_version: session.agent_version,
            started_at: session.started_at,
            last_activity_at: session.last_activity_at,
            told: Told::of(&session.set),
            resolution: Resolution::of(&session.set),
            course: session.course,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: Kind, at: i64, status: Status) -> Facts {
        Facts { status, ..Facts::new(kind, "x.completed", Timestamp(at), "test") }
    }

    #[test]
    fn counts_add_up_or_repeat() {
        let mut course = Course::default();
        let one = Turn { user_messages: 1, last_speaker: Some(Speaker::User), closes: Some(true), ..Turn::default() };
        course.follow(&facts(Kind::Message, 1, Status::Unset), Some(&one));
        course.follow(&facts(Kind::Message, 2, Status::Unset), Some(&one));
        assert_eq!((course.user_messages, course.last_speaker, course.closes), (2, Some(Speaker::User), true));
        let whole = Turn { user_messages: 2, assistant_messages: 2, repeats: true, last_speaker: Some(Speaker::Assistant), ..one };
        course.follow(&facts(Kind::Llm, 3, Status::Ok), Some(&whole));
        course.follow(&facts(Kind::Llm, 4, Status::Ok), Some(&whole));
        assert_eq!((course.user_messages, course.assistant_messages), (2, 2));
    }

    #[test]
    fn what_comes_late_does_not_become_the_last_word() {
        let mut course = Course::default();
        let said = |speaker| Turn { last_speaker: Some(speaker), ..Turn::default() };
        course.follow(&facts(Kind::Llm, 10, Status::Ok), Some(&said(Speaker::Assistant)));
        course.follow(&facts(Kind::Llm, 5, Status::Error), Some(&said(Speaker::User)));
        assert_eq!((course.last_speaker, course.failed, course.called_at), (Some(Speaker::Assistant), false, Some(Timestamp(10))));
        course.follow(&facts(Kind::Tool, 10, Status::Error), None);
        assert!(course.failed, "of the same time, the one recorded later counts");
        let ended = |at, status| Facts { ended_at: Some(Timestamp(at)), ..facts(Kind::Tool, 10, status) };
        for calls in [[12, 11], [11, 12]] {
            let mut course = Course::default();
            calls.into_iter().for_each(|at| course.follow(&ended(at, if at == 12 { Status::Ok } else { Status::Error }), None));
            assert!(!course.failed, "of those that began together, the one that ended last counts");
        }
    }

    #[test]
    fn an_end_is_what_clients_call_one() {
        let check = |state: Option<&str>, ended: bool, expected| {
            let set = SessionPatch { end_state: state.map(Into::into), ended_at: ended.then_some(Timestamp(1)), ..SessionPatch::default() };
            assert_eq!(Told::of(&set), expected, "{state:?} {ended}");
        };
        check(None, false, None);
        check(None, true, Some(Told::Completed));
        check(Some("Indeterminate"), false, None);
        check(Some("Indeterminate"), true, Some(Told::Completed));
        check(Some("Success"), false, Some(Told::Completed));
        check(Some("Fail"), true, Some(Told::Failed));
        check(Some("abandoned"), false, Some(Told::Abandoned));
        check(Some("in_progress"), true, None);
    }
}
