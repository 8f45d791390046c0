//! Whole conversations of every shape.

use proptest::prelude::*;

use super::{Findings, Given, SIGNALS_MAX, STEPS_MAX, analyse};
use crate::intents::INTENTS_MAX;
use crate::lifecycle::{Reason, State, Verdict};
use crate::quote::QUOTE_CHARS_MAX;
use crate::testing::{Talk, event, failed_inference, failed_tool, inference, tool};

fn completed() -> Given<'static> {
    Given::of(Verdict { state: State::Completed, reason: Some(Reason::Idle) })
}

#[test]
fn a_conversation_in_full() {
    let talk = Talk::new()
        .assistant("Welcome!")
        .user("I hate this terrible shop, where is my parcel")
        .took(2, inference("m"))
        .then(tool("find", "{}", "7"))
        .assistant("In Rome.")
        .user("请问我的包裹现在在哪里为什么还没有送到我已经等了很久了")
        .assistant("Fine.")
        .user("Great, thanks");
    let Findings { turns, sentiment, unsupported_messages, intents, signals, .. } = analyse(&talk.transcript(), &completed());
    let numbers: Vec<_> = turns.iter().map(|turn| (turn.number, turn.user, turn.assistant, turn.inferences, turn.tool_calls)).collect();
    let expected = [
        (0, None, Some(event(1)), 0, 0),
        (1, Some(event(2)), Some(event(5)), 1, 1),
        (2, Some(event(6)), Some(event(7)), 0, 0),
        (3, Some(event(8)), None, 0, 0),
    ];
    assert_eq!(numbers, expected);
    assert_eq!(turns.iter().map(|turn| turn.response_us).collect::<Vec<_>>(), [None, Some(3_000_000), Some(1_000_000), None]);
    assert!(turns[1].sentiment.is_some_and(|compound| compound < -0.5) && turns[3].sentiment.is_some_and(|compound| compound > 0.5));
    assert!(sentiment.is_some() && turns[2].sentiment.is_none() && unsupported_messages == 1);
    assert_eq!((intents.len(), signals.len()), (1, 1));
}

#[test]
fn an_empty_one() {
    let found = analyse(&Talk::new().transcript(), &completed());
    assert!(found.turns.is_empty() && found.signals.is_empty() && found.intents.is_empty() && found.sentiment.is_none());
}

#[test]
fn of_a_very_long_one_the_end_is_looked_at() {
    let long = (0..STEPS_MAX).fold(Talk::new().user("first"), |talk, _| talk.then(failed_inference("m", "429")));
    let found = analyse(&long.user("last").transcript(), &completed());
    assert_eq!((found.steps_left_out, found.turns.len(), found.turns[0].number), (2, 2, 0));
    assert_eq!((found.signals.len(), found.signals_left_out), (SIGNALS_MAX, STEPS_MAX - 1 - SIGNALS_MAX));
}

fn steps() -> impl Strategy<Value = Vec<(u8, String)>> {
    let text = prop_oneof![
        "\\PC{0,40}",
        "(no|that's wrong|thanks|hi|I can't|book a flight to|[a-z]{1,6}|[ ,.?!\n]){0,12}",
        Just("x ".repeat(3_000)),
        Just("{\"status\":500}".to_owned()),
    ];
    prop::collection::vec((0_u8..6, text), 0..40)
}

proptest! {
    #[test]
    fn any_conversation_is_analysed_the_same_twice_and_within_bounds(steps in steps(), reason in 0..3) {
        let talk = steps.iter().fold(Talk::new(), |talk, (kind, text)| match kind {
            0 | 1 => talk.user(text),
            2 => talk.assistant(text),
            3 => talk.took(60, inference(text)),
            4 => talk.then(tool("find", text, text)),
            _ => talk.then(failed_tool(text, "timeout")),
        });
        let verdict = match reason {
            0 => Verdict { state: State::InProgress, reason: None },
            1 => Verdict { state: State::Abandoned, reason: Some(Reason::NoReply) },
            _ => Verdict { state: State::Completed, reason: Some(Reason::Idle) },
        };
        let given = Given { response_us_median: Some(1), ..Given::of(verdict) };
        let transcript = talk.transcript();
        let found = analyse(&transcript, &given);
        prop_assert_eq!(format!("{found:?}"), format!("{:?}", analyse(&transcript, &given)));
        let quotes = found.signals.iter().map(|signal| &signal.quote).chain(found.intents.iter().map(|intent| &intent.text));
        prop_assert!(quotes.chain(found.outcome.evidence.iter().map(|evidence| &evidence.quote)).all(|quote| quote.chars().count() <= QUOTE_CHARS_MAX));
        prop_assert!(found.intents.len() <= INTENTS_MAX && found.signals.is_sorted_by_key(|signal| signal.turn));
        let events: Vec<_> = transcript.steps.iter().map(|step| step.event).collect();
        prop_assert!(found.signals.iter().all(|signal| events.contains(&signal.event)));
    }
}
