//! Whatever is recorded: an answer, never a panic, and no recursion to run out of stack with.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::value::RawValue;

use super::raw;
use crate::{
    Format, call_facts, chat_messages, format_of, input_messages, json_depth_exceeds, output_messages, repair_json, repair_utf8, said,
};

pub(super) const FORMATS: [Option<Format>; 6] = [
    None,
    Some(Format::OpenAiChat),
    Some(Format::OpenAiResponses),
    Some(Format::AnthropicMessages),
    Some(Format::GeminiModels),
    Some(Format::GeminiInteractions),
];

/// Words the readers look for, so that random JSON leads somewhere.
const WORDS: &[&str] = &[
    "model",
    "messages",
    "message",
    "role",
    "content",
    "parts",
    "text",
    "type",
    "usage",
    "prompt_tokens",
    "choices",
    "tool_calls",
    "function",
    "function_call",
    "functionCall",
    "arguments",
    "input",
    "output",
    "outputs",
    "steps",
    "system",
    "config",
    "system_instruction",
    "contents",
    "candidates",
    "usage_metadata",
    "usageMetadata",
    "error",
    "errors",
    "status",
    "code",
    "created",
    "created_at",
    "tool_use",
    "tool_result",
    "tool_use_id",
    "user_input",
    "model_output",
    "web_search_call",
    "function_call_output",
    "function_result",
    "result",
    "items",
    "thought",
    "finish_reason",
    "prompt_token_count",
    "total_tokens",
    "user",
    "tool",
    "delta",
    "string",
    "refusal",
    "custom",
    "assistant",
    "previous_response_id",
];

const ODDITIES: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "-0.0",
    "18446744073709551616",
    "\"\"",
    "\"\\ud800\"",
    "\"\\\\\"",
    "\"\\u0000\"",
    "\"{\\\"choices\\\":[{}]}\"",
    "\"[1,\"",
    "\"2026-11-21T23:58:20Z\"",
    "[]",
    "{}",
    "24",
];

pub(super) fn any_json() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS).prop_map(|word| format!("\"{word}\""));
    let oddity = prop::sample::select(ODDITIES).prop_map(str::to_owned);
    let string = any::<String>().prop_map(|text| serde_json::to_string(&text).expect("a string is JSON"));
    prop_oneof![word.clone(), oddity, string].prop_recursive(6, 96, 6, move |inner| {
        // Keys may repeat.
        let field = (word.clone(), inner.clone()).prop_map(|(key, value)| format!("{key}:{value}"));
        let object = vec(field, 0..6).prop_map(|fields| format!("{{{}}}", fields.join(",")));
        prop_oneof![2 => object, 1 => vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")))]
    })
}

fn read_everything(inputs: &RawValue, output: &RawValue) -> usize {
    let (inputs, output) = (Some(inputs), Some(output));
    format_of(Some("unheard-of"), inputs, output);
    let in_formats = FORMATS.iter().map(|format| {
        call_facts(*format, inputs, output);
        said(*format, inputs, output);
        input_messages(*format, inputs).len() + output_messages(*format, output).len()
    });
    in_formats.sum::<usize>() + chat_messages(inputs, "user").len()
}

proptest! {
    #[test]
    fn any_json_is_read(inputs in any_json(), output in any_json()) {
        let (inputs, output) = (raw(&inputs), raw(&output));
        let messages = read_everything(&inputs, &output);
        prop_assert!(messages <= 11 * (inputs.get().len() + output.get().len()), "messages out of nothing");
        prop_assert_eq!(call_facts(None, Some(&inputs), Some(&output)), call_facts(None, Some(&inputs), Some(&output)));
    }

    #[test]
    fn depth_is_what_a_parser_finds(json in any_json()) {
        let depth = depth_by_parsing(&json);
        prop_assert!(!json_depth_exceeds(json.as_bytes(), depth));
        prop_assert!(depth == 0 || json_depth_exceeds(json.as_bytes(), depth - 1));
    }

    #[test]
    fn any_bytes_are_scanned_and_repaired(bytes in vec(any::<u8>(), 0..300), limit in 0_usize..10) {
        json_depth_exceeds(&bytes, limit);
        let text = repair_utf8(&bytes);
        if let Some(repaired) = repair_json(&text) {
            prop_assert_eq!(repair_json(&repaired), None, "one repair is enough");
        }
    }

    #[test]
    fn any_escapes_parse_after_repair(units in vec(prop_oneof![any::<u16>(), 0xD7F0_u16..0xE010], 0..40)) {
        let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let json = format!("\"{escaped}\"");
        let repaired = repair_json(&json).unwrap_or(json);
        prop_assert_eq!(serde_json::from_str::<String>(&repaired).ok(), Some(String::from_utf16_lossy(&units)));
    }
}

fn depth_by_parsing(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_string = !in_string,
            (false, b'[' | b'{') => depth += 1,
            (false, b']' | b'}') => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[test]
fn depth_beyond_any_stack_is_stepped_over() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    for at in ["usage", "choices", "messages", "contents", "input", "output", "content", "candidates", "outputs", "model"] {
        let json = raw(&format!(r#"{{"{at}":{deep},"id":"kept"}}"#));
        read_everything(&json, &json);
    }
    let chat = raw(&format!(r#"{{"choices":{deep},"id":"kept"}}"#));
    assert_eq!(call_facts(None, None, Some(&chat)).response_id.as_deref(), Some("kept"));
    let nested = raw(&format!(r#"[{{"role":"user","content":{deep}}}]"#));
    assert_eq!(chat_messages(Some(&nested), "user").len(), 1);
}
