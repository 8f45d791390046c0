//! Whether a conversation goes on, was brought to an end, or was given up.
//!
//! This says nothing about success: a conversation can be completed without having achieved what it was for. Who is told
//! by the client how it ended need not guess; otherwise silence decides, and what was left open when it began.

use debrief_model::{Conversation, Course, Speaker, Timestamp, Told};

/// Silence after which a conversation is taken to be over, unless an operator says otherwise: 15 minutes, as sessions end
/// in Amazon Bedrock AgentCore.
pub const IDLE_TIMEOUT_US_DEFAULT: i64 = 15 * 60 * 1_000_000;

/// What a conversation is, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What it is.
    pub state: State,
    /// Why it is over; `None` while it is not.
    pub reason: Option<Reason>,
}

/// What a conversation is. One that is over is completed or abandoned, never both and never neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It goes on.
    InProgress,
    /// It was brought to an end, successful or not.
    Completed,
    /// It was given up.
    Abandoned,
}

/// Why a conversation is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Its client said so.
    Told,
    /// Nothing happened any more, and nothing was left open: completed.
    Idle,
    /// Abandoned: the user spoke last and got no reply.
    NoReply,
    /// Abandoned: the assistant asked for something, and the user neither answered nor said goodbye.
    AskedAndUnanswered,
    /// Abandoned: the last call of a model or tool failed.
    FailedLastCall,
    /// Abandoned: the assistant never said anything.
    NoAssistantMessage,
}

impl State {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
        }
    }
}

impl Reason {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Told => "told",
            Self::Idle => "idle",
            Self::NoReply => "no_reply",
            Self::AskedAndUnanswered => "asked_and_unanswered",
            Self::FailedLastCall => "failed_last_call",
            Self::NoAssistantMessage => "no_assistant_message",
        }
    }
}

/// Judges a conversation as it stands at `now`.
///
/// 1. What its client says holds: a failure is completed, though unsuccessful.
/// 2. Otherwise it is in progress until nothing has happened in it for `idle_timeout_us` microseconds.
/// 3. After that it is completed, unless, in this order: the user spoke last; or the assistant's last words ask for
///    something, and the user's last words do not close the conversation; or the last call of a model or tool failed; or
///    the assistant never spoke. Then it is abandoned, for that reason.
/// 4. Whatever happens later changes its course, and with that the verdict: there is no state to reset.
#[must_use]
pub fn judge(conversation: &Conversation, now: Timestamp, idle_timeout_us: i64) -> Verdict {
    let over = |state, reason| Verdict { state, reason: Some(reason) };
    match conversation.told {
        Some(Told::Completed | Told::Failed) => over(State::Completed, Reason::Told),
        Some(Told::Abandoned) => over(State::Abandoned, Reason::Told),
        None if now.micros_since(conversation.last_activity_at) < idle_timeout_us => Verdict { state: State::InProgress, reason: None },
        None => match left_open(&conversation.course) {
            Some(reason) => over(State::Abandoned, reason),
            None => over(State::Completed, Reason::Idle),
        },
    }
}

fn left_open(course: &Course) -> Option<Reason> {
    if course.last_speaker == Some(Speaker::User) {
        Some(Reason::NoReply)
    } else if course.asks && !course.closes {
        Some(Reason::AskedAndUnanswered)
    } else if course.failed {
        Some(Reason::FailedLastCall)
    } else if course.assistant_messages == 0 {
        Some(Reason::NoAssistantMessage)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use debrief_model::SessionNumber;

    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    fn answered() -> Course {
        Course { user_messages: 1, assistant_messages: 1, last_speaker: Some(Speaker::Assistant), ..Course::default() }
    }

    fn check(told: Option<Told>, idle_us: i64, course: Course, expected: &str) {
        let at = NOW.plus_micros(-idle_us);
        let conversation = Conversation {
            session: SessionNumber(1),
            agent_version: None,
            started_at: at,
            last_activity_at: at,
            told,
            resolution: None,
            course,
        };
        let Verdict { state, reason } = judge(&conversation, NOW, IDLE_TIMEOUT_US_DEFAULT);
        let words = reason.map_or(state.word().to_owned(), |reason| format!("{} {}", state.word(), reason.word()));
        assert_eq!(words, expected, "{conversation:?}");
    }

    #[test]
    fn what_is_told_holds() {
        for idle_us in [0, IDLE_TIMEOUT_US_DEFAULT] {
            check(Some(Told::Completed), idle_us, Course::default(), "completed told");
            check(Some(Told::Failed), idle_us, answered(), "completed told");
            check(Some(Told::Abandoned), idle_us, answered(), "abandoned told");
        }
    }

    #[test]
    fn silence_ends_it() {
        check(None, -5, answered(), "in_progress");
        check(None, 0, Course::default(), "in_progress");
        check(None, 899_999_999, answered(), "in_progress");
        check(None, 900_000_000, answered(), "completed idle");
        check(None, NOW.0, answered(), "completed idle");
    }

    #[test]
    fn what_was_left_open_makes_it_abandoned() {
        let check = |course, expected| check(None, IDLE_TIMEOUT_US_DEFAULT, course, expected);
        check(Course { last_speaker: Some(Speaker::User), closes: true, ..answered() }, "abandoned no_reply");
        check(Course { asks: true, ..answered() }, "abandoned asked_and_unanswered");
        check(Course { asks: true, closes: true, ..answered() }, "completed idle");
        check(Course { failed: true, ..answered() }, "abandoned failed_last_call");
        check(Course { last_speaker: None, assistant_messages: 0, ..answered() }, "abandoned no_assistant_message");
        check(Course::default(), "abandoned no_assistant_message");
    }

    #[test]
    fn the_first_reason_is_given() {
        let check = |course, expected| check(None, IDLE_TIMEOUT_US_DEFAULT, course, expected);
        let all = Course { asks: true, failed: true, assistant_messages: 0, ..answered() };
        check(Course { last_speaker: Some(Speaker::User), ..all }, "abandoned no_reply");
        check(all, "abandoned asked_and_unanswered");
        check(Course { closes: true, ..all }, "abandoned failed_last_call");
    }
}
