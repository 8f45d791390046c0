//! The prompts and completions of AgentOps events.

use super::{data, raw, show};
use crate::lenient::{Json, each_item, fields};
use crate::{call_facts, chat_messages};

fn check(value: &str, expected: &[&str]) {
    assert_eq!(show(&chat_messages(Some(&raw(value)), "user")), expected, "{value}");
}

#[test]
fn prompts_and_completions() {
    check(r#""Hello""#, &[r#"user: "Hello""#]);
    check(r#"[{"role":"system","content":"s"},"t"]"#, &[r#"system: "s""#, r#"user: "t""#]);
    check(r#"{"type":"chatml","messages":[{"role":"user","content":"a"}]}"#, &[r#"user: "a""#]);
    check(r#"{"type":"chatml","messages":{"role":"assistant","content":"a"}}"#, &[r#"assistant: "a""#]);
    check(r#"{"type":"string","string":"a"}"#, &[r#"user: "a""#]);
    check(r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#, &[r#"user: "ab""#]);
    check(r#"{"role":"assistant","content":""}"#, &[r#"assistant: """#]);
    check(r#"{"role":"assistant","content":null}"#, &["assistant:"]);
    check(r#"{"role":"function","name":"f","content":"r"}"#, &[r#"tool: "r""#]);
    check(r#"{"content":"a","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]}"#, &[r#"user: "a" f({"x":1})"#]);
    for nothing in ["null", "1", "true", "{}", "[]", "[null,1,{}]", r#"{"other":"x"}"#] {
        check(nothing, &[]);
    }
    assert!(chat_messages(None, "user").is_empty());
}

#[test]
fn arguments_are_json_where_they_parse() {
    let check_arguments = |arguments: &str, expected: &str| {
        let value = format!(r#"{{"role":"assistant","function_call":{{"name":"f","arguments":{arguments}}}}}"#);
        check(&value, &[&format!("assistant: f({expected})")]);
    };
    check_arguments(r#""{\"a\":1}""#, r#"{"a":1}"#);
    check_arguments(r#""{\"a\":""#, r#""{\"a\":""#);
    check_arguments(r#""""#, r#""""#);
    check_arguments(r#"{"a":1}"#, r#"{"a":1}"#);
    // What nests too deep to be shown as JSON stays the text it was.
    let deep = format!("\"{}{}\"", "[".repeat(65), "]".repeat(65));
    check_arguments(&deep, &deep);
}

#[test]
fn recorded_agentops_events() {
    let (mut conversations, mut ids) = (Vec::new(), Vec::new());
    each_item(Some(Json::of(&raw(data!("agentops_llms")))), |event| {
        let [prompt, completion, params, returns] =
            fields(Some(event), ["prompt", "completion", "params", "returns"]).map(|json| json.map(Json::to_raw));
        let mut said = show(&chat_messages(prompt.as_deref(), "user"));
        said.extend(show(&chat_messages(completion.as_deref(), "assistant")));
        conversations.push(said.join(" | "));
        let facts = call_facts(None, params.as_deref(), returns.as_deref());
        ids.push((facts.response_id, facts.finish_reason, facts.request_model, facts.input_tokens));
    });
    let paris = r#"assistant: "The capital of France is Paris.""#;
    let expected = [
        format!(r#"system: "You are a helpful assistant" | user: "Capital of France?" | {paris}"#),
        format!(r#"user: "Capital of France? (stream)" | {paris}"#),
        format!(r#"user: "Capital of France?" | {paris}"#),
        r#"user: "Hello, world!" | assistant: "Hi there!""#.to_owned(),
    ];
    assert_eq!(conversations, expected);
    let some = |text: &str| Some(text.to_owned());
    let expected = [
        (some("chatcmpl-fake1"), some("stop"), some("gpt-4o"), Some(24)),
        (some("chatcmpl-fake1"), some("stop"), some("gpt-4o"), None),
        (some("msg_fake1"), some("end_turn"), some("claude-3-5-sonnet-20240620"), Some(24)),
        (None, None, None, None),
    ];
    assert_eq!(ids, expected);
}
