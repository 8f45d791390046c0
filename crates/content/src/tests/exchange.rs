//! Calls in pieces, and messages in parts.

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{raw, show};
use crate::{Piece, answer_in, chat_messages, history_in, said_in_messages, said_in_pieces};

fn check(value: &str, expected: &[&str]) {
    assert_eq!(show(&chat_messages(Some(&raw(value)), "user")), expected, "{value}");
}

#[test]
fn messages_in_parts() {
    let text = r#"{"type":"text","content":"Hi"}"#;
    check(&format!(r#"[{{"role":"user","parts":[{text},{text}]}}]"#), &["user: \"HiHi\""]);
    check(
        &format!(r#"[{{"role":"assistant","parts":[{{"type":"reasoning","content":"Hm"}},{text}],"finish_reason":"stop"}}]"#),
        &["assistant: \"Hi\""],
    );
    let call = r#"{"type":"tool_call","id":"c1","name":"look","arguments":"{\"at\":1}"}"#;
    check(&format!(r#"[{{"role":"assistant","parts":[{text},{call}]}}]"#), &["assistant: \"Hi\" look#c1({\"at\":1})"]);
    for result in ["response", "result"] {
        let part = format!(r#"{{"type":"tool_call_response","id":"c1","{result}":"rain"}}"#);
        check(&format!(r#"[{{"role":"tool","parts":[{part}]}}]"#), &["tool#c1: \"rain\""]);
    }
    let server = r#"{"type":"server_tool_call","id":"s1","name":"web","server_tool_call":{"q":"x"}},{"type":"server_tool_call_response","id":"s1","server_tool_call_response":{"hits":1}}"#;
    check(
        &format!(r#"[{{"role":"assistant","parts":[{server}]}}]"#),
        &["assistant: web#s1({\"q\":\"x\"})", "tool#s1: \"{\\\"hits\\\":1}\""],
    );
    check(r#"[{"role":"user","parts":[{"type":"blob","content":"AAAA"},{"type":"hologram"}]}]"#, &["user:"]);
    check(r#"[{"role":"model","parts":[{"text":"Hi"},{"functionCall":{"name":"look","args":{}}}]}]"#, &["assistant: \"Hi\" look({})"]);
    check(r#"[{"role":"user","parts":"Hi"}]"#, &["user:"]);
    check(&format!("[{text}]"), &["user: \"Hi\""]);
}

#[test]
fn the_ai_sdk_names_calls_and_results_its_own_way() {
    check(
        r#"[{"role":"assistant","content":[{"type":"tool-call","toolCallId":"t1","toolName":"look","args":{"at":1}}]}]"#,
        &["assistant: look#t1({\"at\":1})"],
    );
    let result =
        |output: &str| format!(r#"[{{"role":"tool","content":[{{"type":"tool-result","toolCallId":"t1","toolName":"look",{output}}}]}}]"#);
    check(&result(r#""result":"rain""#), &["tool#t1: \"rain\""]);
    check(&result(r#""output":{"type":"text","value":"rain"}"#), &["tool#t1: \"rain\""]);
    check(&result(r#""output":{"sky":"grey"}"#), &["tool#t1: \"{\\\"sky\\\":\\\"grey\\\"}\""]);
}

#[test]
fn calls_and_results_without_a_type() {
    let used = r#"{"role":"assistant","content":[{"text":"Let me see."},{"toolUse":{"toolUseId":"u1","name":"look","input":{"at":1}}}]}"#;
    let result = r#"{"role":"user","content":[{"toolResult":{"toolUseId":"u1","content":[{"text":"rain"}]}}]}"#;
    check(&format!("[{used},{result}]"), &["assistant: \"Let me see.\" look#u1({\"at\":1})", "tool#u1: \"rain\""]);
    let request = r#"{"role":"model","content":[{"toolRequest":{"name":"look","ref":"r1","input":{}}}]}"#;
    let response = r#"{"role":"tool","content":[{"toolResponse":{"name":"look","ref":"r1","output":"rain"}}]}"#;
    check(&format!("[{request},{response}]"), &["assistant: look#r1({})", "tool#r1: \"rain\""]);
}

#[test]
fn roles_of_other_houses() {
    check(r#"[{"role":"human","content":"Hi"},{"role":"ai","content":"Hello"}]"#, &["user: \"Hi\"", "assistant: \"Hello\""]);
    check(r#"{"index":0,"message":{"role":"assistant","content":"Hello"}}"#, &["assistant: \"Hello\""]);
    check(r#"{"role":"tool","content":"rain","id":"c1"}"#, &["tool#c1: \"rain\""]);
}

#[test]
fn both_sides_in_pieces() {
    let jsons = [
        raw(r#"[{"type":"text","content":"Be brief."}]"#),
        raw(r#"{"model":"m","messages":[{"role":"user","content":"One?"},{"role":"assistant","content":"1"}]}"#),
        raw(r#"{"prompt":"Two?"}"#),
        raw(r#"{"choices":[{"message":{"role":"assistant","content":"2"}},{"message":{"role":"assistant","content":"two"}}]}"#),
    ];
    let piece = |nth: usize, role| Piece { json: &jsons[nth], role };
    let history = [piece(0, "system"), piece(1, "user"), piece(2, "user")];
    let answer = [piece(3, "assistant")];
    assert_eq!(show(&history_in(&history)), ["system: \"Be brief.\"", "user: \"One?\"", "assistant: \"1\"", "user: \"Two?\""]);
    assert_eq!(show(&answer_in(&answer)), ["assistant: \"2\"", "assistant: \"two\""]);
    let said = said_in_pieces(&history, &answer);
    assert_eq!((said.user_messages, said.assistant_messages, said.replied), (2, 2, true), "of several choices the first");
    assert_eq!((said.user_words.as_deref(), said.assistant_words.as_deref()), (Some("Two?"), Some("2")));
    assert!(!said_in_pieces(&history, &[]).replied);
}

proptest! {
    #[test]
    fn any_history_is_heard_as_it_is_shown(texts in proptest::collection::vec(("user|assistant|tool|system|ai", "[ a-c]{0,3}", "text|reasoning|tool_call|tool_call_response|x"), 0..6)) {
        let messages = texts.iter().map(|(role, text, kind)| format!(r#"{{"role":"{role}","parts":[{{"type":"{kind}","content":"{text}","response":"{text}"}},{{"type":"text","content":"{text}"}}]}}"#));
        let json = RawValue::from_string(format!("[{}]", messages.collect::<Vec<_>>().join(","))).unwrap();
        let pieces = [Piece { json: &json, role: "user" }];
        prop_assert_eq!(said_in_pieces(&pieces, &[]), said_in_messages(&history_in(&pieces)));
    }
}
