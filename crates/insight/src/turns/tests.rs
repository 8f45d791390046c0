//! The rules on whole conversations. Each phrase of each list has examples of its own, see [`crate::patterns`].

use proptest::prelude::*;

use super::{Kind, SUBJECT_CHARS_MAX, Signal, Subject, is_correction};
use crate::analysis::{Given, analyse};
use crate::lifecycle::{Reason, State, Verdict};
use crate::testing::{Talk, failed_inference, failed_tool, finished, inference, tool};
use crate::transcript::What;

const IDLE: Verdict = Verdict { state: State::Completed, reason: Some(Reason::Idle) };

fn signals(talk: Talk<'_>, verdict: Verdict, median_s: Option<i64>) -> Vec<Signal> {
    let given = Given { response_us_median: median_s.map(|seconds| seconds * 1_000_000), ..Given::of(verdict) };
    analyse(&talk.transcript(), &given).signals
}

/// The signals of a conversation as `turn kind`, with `!` for errors that were not made up for.
fn check(talk: Talk<'_>, expected: &[&str]) {
    let found = signals(talk, IDLE, None);
    let open = |signal: &Signal| if signal.recovered == Some(false) { "!" } else { "" };
    let words: Vec<_> = found.iter().map(|signal| format!("{} {}{}", signal.turn, signal.kind.word(), open(signal))).collect();
    assert_eq!(words, expected, "{found:?}");
}

#[test]
fn corrections() {
    let check =
        |assistant: Option<&str>, user: &str, expected| assert_eq!(is_correction(assistant, user), expected, "{assistant:?} {user}");
    check(Some("It is booked."), "Sorry, but that's wrong.", true);
    check(Some("It is booked."), "No", true);
    check(Some("It is booked."), "NO! I said Monday", true);
    check(Some("It is booked."), "No, that's all", false);
    check(Some("It is booked."), "Actually, that works", false);
    check(Some("It is booked."), "That’s not what I asked for, thanks", true);
    check(Some("It is booked."), "Actually, never mind", false);
    check(Some("It is booked."), "Actually, I'd like to fly on Monday", false);
    check(Some("It is booked."), "No, can you change it to Monday please?", true);
    check(Some("It is booked."), "Actually it was Monday. Can you change it?", true);
    check(Some("It is booked."), "Thanks again! Will do", false);
    check(Some("Please confirm the date."), "No, I have not looked at it", false);
    check(Some("It is booked."), "", false);
    check(Some("It is booked."), "Is Monday wrong?", false);
    check(None, "That's wrong", false);
    check(Some("Anything else?"), "No", false);
    check(Some("Anything else?"), "no thanks, but please cancel the other one", false);
    check(Some("Do you have a receipt?"), "No, I lost the receipt on my way", false);
    check(Some("Did you mean Paris in France?"), "No, I meant Paris in Texas", true);
    check(Some("It is booked. Anything else?"), "No, that's wrong, it was Monday", true);
    check(Some("It is booked. Anything else?"), "That's wrong, it was Monday", true);
}

#[test]
fn a_rephrase_says_again_what_was_answered() {
    let lost = "parcel number seven from Rome to Paris never arrived";
    check(Talk::new().user(lost).assistant("Hm.").user("Parcel number seven from Rome to Paris never arrived??"), &["2 rephrase"]);
    check(Talk::new().user(lost).assistant("Hm.").user("ok").assistant("Hm.").user(lost), &["3 rephrase"]);
    let too_late = Talk::new().user(lost).assistant("Hm.").user("ok").user("fine").assistant("Hm.").user(lost);
    check(too_late, &[]);
    check(Talk::new().user(lost).assistant("Hm.").user(&format!("Yes, {lost}")), &[]);
    check(Talk::new().user(lost).user(lost), &[]);
    check(Talk::new().user("hello parcel").assistant("Hm.").user("hello parcel"), &[]);
    check(Talk::new().user(lost).assistant("Hm.").user("how much does sending letters cost"), &[]);
}

#[test]
fn frustration() {
    check(Talk::new().user("This is terrible, awful, the worst, I hate it"), &["1 frustration"]);
    check(Talk::new().user("WHERE IS MY PARCEL NOW"), &["1 frustration"]);
    check(Talk::new().user("PARCEL IS LATE"), &[]);
    check(Talk::new().user("I I I I I AB 12 CD"), &[]);
    check(Talk::new().user("Great, I love it!!!"), &[]);
}

#[test]
fn what_assistants_say() {
    check(Talk::new().user("Cancel it").assistant("I see. I cannot cancel it. A colleague will call you."), &["1 refusal", "1 hand_off"]);
    let found = signals(Talk::new().assistant("I see. I cannot cancel it. Sorry."), IDLE, None);
    assert_eq!(found.iter().map(|signal| (signal.turn, signal.quote.as_str())).collect::<Vec<_>>(), [(0, "I cannot cancel it.")]);
}

#[test]
fn errors_and_what_made_up_for_them() {
    let user = || Talk::new().user("Find it");
    check(user().then(failed_tool("find", "timeout")), &["1 error!"]);
    check(user().then(failed_tool("find", "timeout")).then(tool("find", "{}", "7")), &["1 error"]);
    check(user().then(failed_tool("find", "timeout")).then(tool("other", "{}", "7")).then(inference("m")), &["1 error!"]);
    check(user().then(failed_tool("find", "timeout")).user("ok").then(tool("find", "{}", "7")), &["1 error!"]);
    check(user().then(failed_inference("m", "429")).then(inference("n")), &["1 error"]);
    check(user().then(inference("m")).then(failed_inference("m", "429")), &["1 error!"]);
    let reported = What::Error { error_type: None, message: Some("it broke") };
    check(user().then(reported).then(inference("m")).then(reported), &["1 error", "1 error!"]);
}

#[test]
fn failures_in_results_of_tools() {
    let check = |output: &'static str, expected: Option<&str>| {
        let found = signals(Talk::new().then(tool("find", "1", "[]")).then(tool("find", "2", output)), IDLE, None);
        let types: Vec<_> = found.iter().map(|signal| signal.subject.clone()).collect();
        let tool_error = |error_type: &str| Subject::ToolError { tool: Some("find".to_owned()), error_type: Some(error_type.to_owned()) };
        assert_eq!(types, expected.map(|error_type| Some(tool_error(error_type))).into_iter().collect::<Vec<_>>(), "{output}");
    };
    check("", Some("empty_output"));
    check(" \"\" ", Some("empty_output"));
    check("null", Some("empty_output"));
    check("{\"is_error\": true, \"content\": []}", Some("is_error"));
    check("{\"isError\":true}", Some("is_error"));
    check("{\"is_error\":false}", None);
    check("{\"status\": 404}", Some("http_404"));
    check("{\"status\": \"failed\", \"statusCode\": \"503\"}", Some("http_503"));
    check("{\"status\": 200, \"body\": {\"status\": 500}}", None);
    check("{\"status\": \"delivered\"}", None);
    check("[]", None);
    check("{}", None);
    check("404", None);
}

#[test]
fn tools_that_never_give_anything_do_not_fail_by_it() {
    check(Talk::new().then(tool("think", "1", "")).then(tool("think", "2", "null")), &[]);
    check(Talk::new().then(tool("find", "1", "")).then(tool("find", "2", "7")), &["0 error"]);
}

#[test]
fn models_that_stop_early() {
    let user = || Talk::new().user("Tell me");
    check(user().then(finished("length")).assistant("Once"), &["1 truncated"]);
    check(user().then(finished("MAX_TOKENS")).assistant("Once"), &["1 truncated"]);
    check(user().then(finished("content_filter")), &["1 filtered"]);
    check(user().then(finished("stop")).assistant("Once"), &[]);
    let found = signals(user().then(finished("length")).assistant("Once upon"), IDLE, None);
    assert_eq!((found[0].quote.as_str(), &found[0].subject), ("Once upon", &Some(Subject::FinishReason("length".to_owned()))));
}

#[test]
fn hand_offs_to_people() {
    check(Talk::new().user("Help").then(tool("transfer_to_billing", "{}", "ok")), &["1 hand_off"]);
    check(Talk::new().user("Help").then(tool("transfer_funds", "{}", "ok")), &[]);
}

#[test]
fn going_round_in_circles() {
    let calls = |arguments: &[&'static str]| {
        arguments.iter().fold(Talk::new().user("Find"), |talk, arguments| talk.then(tool("find", arguments, "none")))
    };
    check(calls(&[r#"{"a":1,"b":2}"#, r#"{"b": 2, "a": 1}"#, r#"{ "a":1,"b":2 }"#]), &["1 loop"]);
    check(calls(&["{\"a\":1}", "{\"a\":2}", "{\"a\":1}"]), &[]);
    check(calls(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]), &[]);
    check(calls(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13"]), &["1 loop"]);
    check(calls(&["1", "1"]).user("again please").then(tool("find", "1", "none")), &[]);
    let unknown = What::Tool { name: Some("find"), arguments: None, status: Default::default(), error_type: None, output: None };
    check((0..5).fold(Talk::new(), |talk, _| talk.then(unknown)), &[]);
}

#[test]
fn a_loop_is_of_the_tool_that_makes_it() {
    let check = |tools: &[&'static str], expected: Option<&str>| {
        let talk = tools.iter().fold(Talk::new(), |talk, name| talk.then(failed_tool(name, "none")));
        let found: Vec<_> = signals(talk, IDLE, None).into_iter().filter(|signal| signal.kind == Kind::Loop).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subject, expected.map(|tool| Subject::Tool(tool.to_owned())));
    };
    check(&["a", "b", "b", "b", "c", "d", "e", "f", "g", "h", "i", "j"], Some("b"));
    check(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"], None);
}

#[test]
fn slow_answers() {
    let check = |seconds: i64, median_s, expected: &[Kind]| {
        let talk = Talk::new().user("Find").took(seconds, inference("m")).took(1, tool("find", "{}", "7")).assistant("7");
        let found = signals(talk, IDLE, median_s);
        assert_eq!(found.iter().map(|signal| signal.kind).collect::<Vec<_>>(), expected, "{seconds} {median_s:?}");
    };
    // The model begins a second after the user spoke.
    check(9, Some(1), &[]);
    check(10, Some(1), &[Kind::Slow]);
    check(14, Some(5), &[]);
    check(15, Some(5), &[Kind::Slow]);
    check(600, None, &[]);
    let slow = Talk::new().user("Find").took(20, inference("m")).took(30, tool("find", "{}", "7")).assistant("7");
    assert_eq!(signals(slow.clone(), IDLE, Some(1))[0].subject, Some(Subject::Tool("find".to_owned())));
    let handed = slow.assistant("I will transfer you to a colleague.");
    assert_eq!(signals(handed, IDLE, Some(1)).iter().map(|signal| signal.kind).collect::<Vec<_>>(), [Kind::HandOff]);
}

#[test]
fn unanswered_as_the_verdict_says() {
    let check = |talk: Talk<'_>, reason, expected: &[u32]| {
        let found = signals(talk, Verdict { state: State::Abandoned, reason: Some(reason) }, None);
        assert_eq!(found.iter().map(|signal| signal.turn).collect::<Vec<_>>(), expected);
    };
    let talk = || Talk::new().user("Refund").assistant("Done.").user("And the other");
    check(talk(), Reason::NoReply, &[2]);
    check(talk(), Reason::FailedLastCall, &[]);
    check(Talk::new(), Reason::NoReply, &[]);
}

proptest! {
    #[test]
    fn names_are_bounded(name in "\\PC{0,300}") {
        for signal in signals(Talk::new().then(failed_tool(&name, &name)), IDLE, None) {
            let Some(Subject::ToolError { tool, error_type }) = signal.subject else { continue };
            prop_assert!([tool, error_type].iter().flatten().all(|name| name.chars().count() <= SUBJECT_CHARS_MAX));
        }
    }

    #[test]
    fn any_words_are_judged(assistant in "\\PC{0,60}\\??", user in "(no|that's wrong|[ ,.!?]|\\PC){0,40}") {
        prop_assert!(!is_correction(Some(&assistant), &user) || user.contains(char::is_alphabetic));
    }
}
