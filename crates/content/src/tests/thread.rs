//! One conversation out of calls that repeat it.

use super::show;
use crate::{Call, Message, ToolCall, thread};

fn message(role: &str, text: &str) -> Message {
    Message { role: role.into(), text: Some(text.into()), ..Message::default() }
}

/// `user: text`, separated by commas; `calling#id` and `tool#id` for tools.
fn messages(lines: &str) -> Vec<Message> {
    let line = |line: &str| match line.split_once(": ") {
        Some((role, text)) if role.starts_with("tool#") => Message { tool_call_id: Some(role[5..].into()), ..message("tool", text) },
        Some((role, text)) => message(role, text),
        None => {
            let id = line.strip_prefix("calling#").unwrap();
            let call = ToolCall { id: Some(id.into()), name: Some("look".into()), arguments: None };
            Message { role: "assistant".into(), tool_calls: vec![call], ..Message::default() }
        }
    };
    lines.split(", ").filter(|part| !part.is_empty()).map(line).collect()
}

/// Calls as history and answer, `!` before the history of one that was compacted.
fn check(calls: &[(&str, &str)], expected: &[&str]) {
    let built: Vec<_> =
        calls.iter().map(|(input, output)| (input.starts_with('!'), messages(input.trim_start_matches('!')), messages(output))).collect();
    let calls: Vec<_> = built.iter().map(|(compacted, input, output)| Call { input, output, compacted: *compacted }).collect();
    let told: Vec<_> =
        thread(&calls).into_iter().map(|(index, message)| format!("{index} {}", show(std::slice::from_ref(message))[0])).collect();
    assert_eq!(told, expected);
}

#[test]
fn every_call_adds_what_follows_the_one_before() {
    check(
        &[("system: S, user: a", "assistant: 1"), ("system: S, user: a, assistant: 1, user: b", "assistant: 2")],
        &["0 system: \"S\"", "0 user: \"a\"", "0 assistant: \"1\"", "1 user: \"b\"", "1 assistant: \"2\""],
    );
    check(
        &[("user: a b", "assistant: 1"), ("user:  a  b , assistant: 1 , user: c", "assistant: 2")],
        &["0 user: \"a b\"", "0 assistant: \"1\"", "1 user: \"c\"", "1 assistant: \"2\""],
    );
    check(
        &[("user: a", "calling#1"), ("user: a, calling#1, tool#1: x", "assistant: 1")],
        &["0 user: \"a\"", "0 assistant: look#1()", "1 tool#1: \"x\"", "1 assistant: \"1\""],
    );
    check(&[], &[]);
    check(&[("", "")], &[]);
}

#[test]
fn a_shortened_history_adds_what_the_user_said_last() {
    let first = ("user: a, assistant: 1, user: b", "assistant: 2");
    let told = ["0 user: \"a\"", "0 assistant: \"1\"", "0 user: \"b\"", "0 assistant: \"2\"", "1 user: \"c\"", "1 assistant: \"3\""];
    check(&[first, ("user: b, assistant: 2, user: c", "assistant: 3")], &told);
    check(&[first, ("!assistant: Summary., user: c", "assistant: 3")], &told);
    check(&[first, ("!user: a, assistant: 1, user: b, assistant: 2, user: c", "assistant: 3")], &told);
}

#[test]
fn an_answer_that_comes_back_in_another_form_is_not_told_twice() {
    check(
        &[("user: a", "calling#1"), ("user: a, calling#other, tool#1: x", "assistant: 1")],
        &["0 user: \"a\"", "0 assistant: look#1()", "1 tool#1: \"x\"", "1 assistant: \"1\""],
    );
}

#[test]
fn the_same_question_again_is_another_question() {
    check(
        &[("user: a", "assistant: 1"), ("user: a", "assistant: 2")],
        &["0 user: \"a\"", "0 assistant: \"1\"", "1 user: \"a\"", "1 assistant: \"2\""],
    );
}

#[test]
fn instructions_are_told_once() {
    check(
        &[("system: S, user: a", "assistant: 1"), ("system: S, system: T, user: a, assistant: 1, user: b", "")],
        &["0 system: \"S\"", "0 user: \"a\"", "0 assistant: \"1\"", "1 system: \"T\"", "1 user: \"b\""],
    );
}
