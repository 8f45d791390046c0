//! What is heard on the way in is what is shown later.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::hostile::{FORMATS, any_json};
use super::{call, data, raw};
use crate::lenient::{Json, each_field, each_item, fields, first_item, is_array, open_json_string};
use crate::{Format, Said, Speaker, chat_messages, format_of, input_messages, output_messages, said, said_in_chat, said_in_messages};

/// What the built messages say, once with and once without the answer.
fn shown(format: Option<Format>, inputs: Option<&RawValue>, output: Option<&RawValue>) -> Said {
    let format = format.or_else(|| format_of(None, inputs, output));
    let first = output.map(first_choice);
    joined(input_messages(format, inputs), output_messages(format, first.as_deref()))
}

fn joined(mut messages: Vec<crate::Message>, reply: Vec<crate::Message>) -> Said {
    let before = said_in_messages(&messages).assistant_messages;
    messages.extend(reply);
    let all = said_in_messages(&messages);
    Said { replied: all.assistant_messages > before, ..all }
}

/// The output without all choices but the first.
fn first_choice(output: &RawValue) -> Box<RawValue> {
    let opened = open_json_string(Some(Json::of(output)));
    let output = Json::of(opened.as_deref().unwrap_or(output));
    let mut kept = Vec::new();
    each_field(Some(output), |name, value| {
        let first = (matches!(name, "choices" | "candidates") && is_array(value)).then(|| first_item(Some(value)));
        let value = match first {
            Some(first) => format!("[{}]", first.map(Json::get).unwrap_or_default()),
            None => value.get().to_owned(),
        };
        kept.push(format!("{}:{value}", as_json(name)));
    });
    if kept.is_empty() { output.to_raw() } else { raw(&format!("{{{}}}", kept.join(","))) }
}

fn check_agreement(json: &str) {
    let call = call(json);
    let (inputs, output) = (Some(&*call.inputs), Some(&*call.output));
    let heard = said(call.format, inputs, output);
    assert!(heard.user_messages > 0, "a recorded call begins with a question: {json}");
    assert_eq!(heard, shown(call.format, inputs, output), "{json}");
    assert_eq!(said(None, inputs, output), heard, "by shape: {json}");
    let as_text = |json: &RawValue| raw(&as_json(json.get()));
    assert_eq!(said(None, Some(&as_text(&call.inputs)), Some(&as_text(&call.output))), heard, "as JSON text: {json}");
}

#[test]
fn recorded_calls_are_heard_as_they_are_shown() {
    let mut files = 0;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    for file in std::fs::read_dir(folder).expect("the data of these tests") {
        let path = file.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        // AgentOps events are not calls of a provider; see below.
        if name.ends_with(".json") && !name.starts_with("agentops") {
            check_agreement(&std::fs::read_to_string(&path).expect("readable"));
            files += 1;
        }
    }
    assert!(files >= 17, "only {files} calls: has the folder moved?");
}

#[test]
fn recorded_prompts_are_heard_as_they_are_shown() {
    each_item(Some(Json::of(&raw(data!("agentops_llms")))), |event| {
        let [prompt, completion] = fields(Some(event), ["prompt", "completion"]).map(|json| json.map(Json::to_raw));
        let heard = said_in_chat(prompt.as_deref(), completion.as_deref());
        assert_eq!((heard.user_messages, heard.assistant_messages, heard.replied), (1, 1, true));
        assert_eq!(heard, joined(chat_messages(prompt.as_deref(), "user"), chat_messages(completion.as_deref(), "assistant")));
    });
}

proptest! {
    #[test]
    fn any_call_is_heard_as_it_is_shown(inputs in any_json(), output in any_json()) {
        let (inputs, output) = (raw(&inputs), raw(&output));
        let (inputs, output) = (Some(&*inputs), Some(&*output));
        for format in FORMATS {
            let heard = said(format, inputs, output);
            let expected = Said { continues: heard.continues, ..shown(format, inputs, output) };
            prop_assert_eq!(heard, expected, "{:?}", format);
        }
        let in_chat = joined(chat_messages(inputs, "user"), chat_messages(output, "assistant"));
        prop_assert_eq!(said_in_chat(inputs, output), in_chat);
    }

    #[test]
    fn any_long_text_is_cut_where_the_decoded_one_is(
        parts in vec("(\\PC|[\n\"\\\\\u{1}😀]){0,40}", 1..4),
        times in 1_usize..300,
        escape in any::<bool>(),
    ) {
        let escaping = if escape { escaped } else { as_json };
        let parts: Vec<_> = parts.iter().map(|part| format!(r#"{{"type":"text","text":{}}}"#, escaping(&part.repeat(times)))).collect();
        let prompt = raw(&format!(r#"{{"role":"user","content":[{}]}}"#, parts.join(",")));
        prop_assert_eq!(said_in_chat(Some(&prompt), None), joined(chat_messages(Some(&prompt), "user"), Vec::new()));
    }
}

fn as_json(text: &str) -> String {
    serde_json::to_string(text).expect("a string is JSON")
}

/// With every character that is not ASCII as an escape, as some clients write JSON.
fn escaped(text: &str) -> String {
    let json = as_json(text);
    json.encode_utf16().map(|unit| if unit < 0x80 { char::from(unit as u8).to_string() } else { format!("\\u{unit:04x}") }).collect()
}

/// What is heard in one line: counts, who spoke last, `+` for an answer that speaks, and the last words of both.
fn line(said: &Said) -> String {
    let Said { user_messages, assistant_messages, last_speaker, user_words, assistant_words, replied, continues } = said;
    let last = last_speaker.map_or("nobody", |speaker| if speaker == Speaker::User { "user" } else { "assistant" });
    let (plus, goes_on) = (if *replied { "+" } else { "" }, if *continues { "…" } else { "" });
    let words = |words: &Option<String>| words.as_deref().unwrap_or("-").to_owned();
    format!("{goes_on}{user_messages}:{assistant_messages}{plus} {last} {} | {}", words(user_words), words(assistant_words))
}

fn check(format: Format, inputs: &str, output: &str, expected: &str) {
    assert_eq!(line(&said(Some(format), Some(&raw(inputs)), Some(&raw(output)))), expected, "{inputs} {output}");
}

#[test]
fn who_speaks() {
    let check = |messages: &str, output: &str, expected: &str| {
        let choices = format!(r#"{{"choices":[{output}]}}"#);
        check(Format::OpenAiChat, &format!(r#"{{"messages":[{messages}]}}"#), &choices, expected);
    };
    let asked = r#"{"role":"system","content":"s"},{"role":"user","content":"q"}"#;
    check(asked, r#"{"message":{"role":"assistant","content":"a"}}"#, "1:1+ assistant q | a");
    check(asked, r#"{"message":{"role":"assistant","content":null,"tool_calls":[{"function":{"name":"f"}}]}}"#, "1:0 user q | -");
    check(asked, r#"{"message":{"role":"assistant","content":" \n"}}"#, "1:0 user q | -");
    check(asked, r#"{"message":{"role":"assistant","content":"","refusal":"no"}}"#, "1:1+ assistant q | no");
    check(asked, "", "1:0 user q | -");
    check(r#"{"role":"assistant","content":"hello"}"#, "", "0:1 assistant - | hello");
    check(r#"{"role":"tool","content":"t"},{"role":"developer","content":"d"}"#, "", "0:0 nobody - | -");
    // Of several choices the first is the answer, even if it says nothing.
    check(asked, r#"null,{"message":{"content":"a"}},{"message":{"content":"b"}}"#, "1:1+ assistant q | a");
    check(asked, r#"{"message":{"content":null,"tool_calls":[]}},{"message":{"content":"b"}}"#, "1:0 user q | -");
}

#[test]
fn messages_end_where_they_are_shown_to_end() {
    let used = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
        {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"18"}]}]}"#;
    let output = r#"{"role":"assistant","content":[{"type":"thinking","thinking":"h"},{"type":"text","text":"c"},
        {"type":"server_tool_use","id":"x"},{"type":"web_search_tool_result"},{"type":"text","text":"d"}]}"#;
    check(Format::AnthropicMessages, used, output, "1:2+ assistant ab | d");
    let candidates =
        r#"{"candidates":[{"content":{"parts":[{"text":"x","thought":true},{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]}}]}"#;
    check(Format::GeminiModels, r#"{"contents":["q","r"]}"#, candidates, "1:1+ assistant qr | a");
}

#[test]
fn a_history_that_the_provider_keeps_is_told_apart() {
    let responses = r#"{"input":"q","previous_response_id":"resp_1"}"#;
    check(Format::OpenAiResponses, responses, r#"{"output":[{"type":"message","content":"a"}]}"#, "…1:1+ assistant q | a");
    check(Format::OpenAiResponses, r#"{"input":"q","conversation":{"id":"c"}}"#, "{}", "…1:0 user q | -");
    check(Format::OpenAiResponses, r#"{"input":"q","previous_response_id":null}"#, "{}", "1:0 user q | -");
    check(Format::GeminiInteractions, r#"{"input":"q","previous_interaction_id":"i"}"#, "{}", "…1:0 user q | -");
}

#[test]
fn long_words_keep_their_end() {
    let check = |text: &str, expected: &str| {
        let heard = said_in_chat(Some(&raw(&as_json(text))), None);
        assert_eq!(heard.user_words.as_deref(), Some(expected));
        assert_eq!(said_in_chat(Some(&raw(&escaped(text))), None), heard);
    };
    check(&"é".repeat(2_000), &"é".repeat(2_000));
    check(&format!("x{}", "é".repeat(2_000)), &"é".repeat(2_000));
    check(&format!("{}thanks\n", "😀\n".repeat(9_000)), &format!("\n{}thanks\n", "😀\n".repeat(996)));
}

#[test]
fn words_in_very_many_parts_keep_their_end() {
    let parts: Vec<_> = (0..9_001).map(|at| format!(r#"{{"type":"text","text":"{}"}}"#, ["", " ", "é", "x"][at % 4])).collect();
    let prompt = raw(&format!(r#"{{"role":"user","content":[{}]}}"#, parts.join(",")));
    let heard = said_in_chat(Some(&prompt), None);
    assert_eq!(heard.user_words.as_ref().map(|words| words.chars().count()), Some(2_000));
    assert_eq!(heard, joined(chat_messages(Some(&prompt), "user"), Vec::new()));
}
