//! What was said in an event, for the course of its conversation: words become counts and signals, and are not kept.

use std::cell::RefCell;

use debrief_content::{Said, Speaker as Heard};
use debrief_insight::signals::{asks_for_input, closes};
use debrief_model::{Facts, Speaker, Turn};
use debrief_store::body;
use debrief_telemetry::{LogClass, LogReading, reread, reread_log};

/// Of a model call that repeats the conversation so far. `response_us` is how long it took, and counts only if it answered the user.
#[must_use]
pub fn of_call(said: &Said, response_us: Option<i64>) -> Option<Turn> {
    let Said { user_messages, assistant_messages, last_speaker, user_words, assistant_words, replied, continues } = said;
    let speaker = last_speaker.as_ref().map(|speaker| match speaker {
        Heard::User => Speaker::User,
        Heard::Assistant => Speaker::Assistant,
    });
    let nothing = speaker.is_none() && *user_messages == 0 && *assistant_messages == 0;
    (!nothing).then(|| Turn {
        user_messages: *user_messages,
        assistant_messages: *assistant_messages,
        // Where the provider keeps the history, a call holds only what is new.
        repeats: !continues,
        last_speaker: speaker,
        asks: assistant_words.as_deref().map(asks_for_input),
        closes: user_words.as_deref().map(closes_again),
        response_us: response_us.filter(|_| *replied),
    })
}

thread_local! {
    /// What a user said last, and whether it closes the conversation: while an agent calls tools, call after call ends with it.
    static LAST: RefCell<(String, bool)> = RefCell::new((String::new(), closes("")));
}

/// [`closes`], which looks at many words, of what may have been looked at just before.
fn closes_again(words: &str) -> bool {
    LAST.with_borrow_mut(|(last, closed)| {
        if last != words {
            *closed = closes(words);
            words.clone_into(last);
        }
        *closed
    })
}

/// Of a log record. The history comes again with every call: only the answer is new, and the question that it answers is in the span.
#[must_use]
pub fn of_log(reading: &LogReading) -> Option<Turn> {
    match &reading.class {
        LogClass::Choice => {
            let message = reading.message.as_ref();
            let role = message.map_or("user", |message| message.role.as_str());
            of_message(role, message.and_then(|message| message.text.as_deref()), None)
        }
        LogClass::Inference(call) => call.said.as_ref().and_then(|said| of_call(said, None)),
        LogClass::Message | LogClass::Evaluation(_) | LogClass::Exception(_) | LogClass::Other => None,
    }
}

/// Of a recorded span or log record, as it was when it was recorded.
#[must_use]
pub fn of_recorded(facts: &Facts) -> Option<Turn> {
    let body = body::decode(&facts.body).ok()?;
    let body = std::str::from_utf8(&body).ok()?;
    match facts.span_id {
        Some(_) => of_call(&reread(body)?.said?, facts.duration_us),
        None => of_log(&reread_log(body)?),
    }
}

/// Of a single message. What neither the user nor the agent says is context.
#[must_use]
pub fn of_message(role: &str, text: Option<&str>, response_us: Option<i64>) -> Option<Turn> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    match role {
        "user" => Some(Turn { user_messages: 1, last_speaker: Some(Speaker::User), closes: Some(closes(text)), ..Turn::default() }),
        "assistant" => Some(Turn {
            assistant_messages: 1,
            last_speaker: Some(Speaker::Assistant),
            asks: Some(asks_for_input(text)),
            response_us,
            ..Turn::default()
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_counts_what_it_repeats_and_how_long_it_took_to_answer() {
        let said = Said {
            user_messages: 2,
            assistant_messages: 2,
            last_speaker: Some(Heard::Assistant),
            user_words: Some("Thanks, that works!".into()),
            assistant_words: Some("Which one?".into()),
            replied: true,
            continues: false,
        };
        let turn = of_call(&said, Some(7)).unwrap();
        assert_eq!(
            (turn.user_messages, turn.repeats, turn.asks, turn.closes, turn.response_us),
            (2, true, Some(true), Some(true), Some(7))
        );
        let silent = Said { replied: false, ..said };
        assert_eq!(of_call(&silent, Some(7)).unwrap().response_us, None, "a call for a tool answers nobody");
        assert_eq!(of_call(&Said::default(), Some(7)), None);
    }

    #[test]
    fn only_users_and_agents_speak() {
        assert_eq!(of_message("user", Some("hi"), Some(3)).unwrap().response_us, None);
        assert_eq!(of_message("assistant", Some("Hello!"), Some(3)).unwrap().response_us, Some(3));
        for (role, text) in [("system", Some("x")), ("tool", Some("x")), ("user", Some("  ")), ("user", None), ("unknown", Some("x"))] {
            assert_eq!(of_message(role, text, None), None, "{role} {text:?}");
        }
    }
}
