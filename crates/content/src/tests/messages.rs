//! Conversations of every format.

use super::{call, data, raw, show};
use crate::{Format, input_messages, output_messages};

fn check(json: &str, inputs: &[&str], output: &[&str]) {
    let call = call(json);
    assert_eq!(show(&input_messages(call.format, Some(&call.inputs))), inputs, "inputs");
    assert_eq!(show(&output_messages(call.format, Some(&call.output))), output, "output");
}

const PARIS: &str = r#"assistant: "The capital of France is Paris.""#;
const QUESTION: &str = r#"user: "Capital of France?""#;

#[test]
fn openai_chat() {
    let inputs = [r#"system: "You are a helpful assistant""#, QUESTION];
    check(data!("openai_chat"), &inputs, &[PARIS]);
    check(data!("openai_chat_stream"), &inputs, &[PARIS]);
    check(data!("openai_chat_tools"), &inputs, &[r#"assistant: get_weather#call_fake1({"city":"Paris"})"#]);
    check(
        data!("composed_chat_tools"),
        &[
            r#"developer: "Be brief""#,
            r#"user: "Weather in Paris?""#,
            r#"assistant: get_weather#call_1({"city":"Paris"})"#,
            r#"tool#call_1: "18 degrees""#,
        ],
        &[r#"assistant: "18 degrees.""#, r#"assistant: "I cannot." run#call_2("42") old_style("notjson")"#],
    );
}

#[test]
fn openai_responses() {
    check(data!("openai_responses"), &[r#"system: "Be brief""#, QUESTION], &[PARIS]);
    check(data!("openai_responses_stream"), &[QUESTION], &[PARIS]);
    check(
        data!("composed_responses_tools"),
        &[
            r#"system: "Be brief""#,
            r#"user: "Weather in Paris?""#,
            r#"assistant: get_weather#call_1({"city":"Paris"})"#,
            r#"tool#call_1: "18 degrees""#,
        ],
        &[
            r#"assistant: web_search_call#ws_1({"type":"search","query":"Parisweather"})"#,
            r#"assistant: "18 degrees." get_weather#call_2("{\"city\":") run#call_3("1+1") lookup#mcp_1({})"#,
            r#"tool#mcp_1: "found""#,
        ],
    );
}

#[test]
fn anthropic() {
    let inputs = [r#"system: "Be brief""#, QUESTION];
    check(data!("anthropic"), &inputs, &[PARIS]);
    check(data!("anthropic_stream"), &inputs, &[PARIS]);
    check(data!("anthropic_beta"), &inputs, &[PARIS]);
    check(
        data!("composed_anthropic_tools"),
        &[
            r#"system: "Be brief. Use tools.""#,
            r#"user: "Weather in Paris?""#,
            r#"assistant: "Looking." get_weather#toolu_1({"city":"Paris"})"#,
            r#"tool#toolu_1: "18 degrees""#,
            r#"user: "And Rome?""#,
        ],
        &[
            r#"assistant: "Let me search." web_search#srvtoolu_1({"query":"Romeweather"})"#,
            "tool#srvtoolu_1:",
            r#"assistant: "Rome has 24 degrees." note#toolu_2({})"#,
        ],
    );
}

#[test]
fn gemini() {
    check(data!("gemini"), &[QUESTION], &[PARIS]);
    check(data!("gemini_stream"), &[QUESTION], &[PARIS]);
    check(
        data!("composed_gemini_tools"),
        &[
            r#"system: "Be brief""#,
            r#"user: "Weather in Paris?""#,
            r#"assistant: get_weather({"city":"Paris"})"#,
            r#"tool: "{\"result\": \"18 degrees\"}""#,
        ],
        &[r#"assistant: "It is 18 degrees." get_weather#fc1({"city":"Rome"})"#, r#"assistant: "18.""#],
    );
    check(data!("composed_gemini_rest"), &[r#"system: "Be kind""#, r#"user: "Hi""#], &[r#"assistant: greet({"who":"me"})"#]);
}

#[test]
fn gemini_contents_in_every_form() {
    let check = |inputs: &str, expected: &[&str]| {
        assert_eq!(show(&input_messages(Some(Format::GeminiModels), Some(&raw(inputs)))), expected, "{inputs}");
    };
    check(r#"{"contents":["a","b"]}"#, &[r#"user: "ab""#]);
    check(r#"{"contents":{"text":"a"}}"#, &[r#"user: "a""#]);
    check(r#"{"contents":{"parts":{"text":"a"}}}"#, &[r#"user: "a""#]);
    check(
        r#"{"contents":["a",{"role":"model","parts":[]},{"text":"b"}],"config":{"systemInstruction":["s","t"]}}"#,
        &[r#"system: "st""#, r#"user: "a""#, "assistant:", r#"user: "b""#],
    );
    let code = r#"{"contents":[{"role":"model","parts":[{"executableCode":{"code":"1"}},{"codeExecutionResult":{"output":"1"}}]}]}"#;
    check(code, &[r#"assistant: executable_code({"code":"1"})"#, r#"tool: "1""#]);
}

#[test]
fn gemini_interactions() {
    check(
        data!("composed_interactions_outputs"),
        &[
            r#"system: "Be brief""#,
            r#"user: "Weather in Paris?""#,
            r#"assistant: get_weather#call_1({"city":"Paris"})"#,
            r#"tool#call_1: "18 degrees""#,
        ],
        &[
            r#"assistant: "18 degrees. " google_search_call#s1({"queries":["Parisweather"]})"#,
            "tool#s1:",
            r#"assistant: get_weather#call_2({"city":"Rome"})"#,
        ],
    );
    check(data!("composed_interactions_steps"), &[QUESTION], &[r#"assistant: "Paris." note#f1({})"#]);
}

#[test]
fn interactions_input_in_every_form() {
    let check = |input: &str, expected: &[&str]| {
        let inputs = raw(&format!(r#"{{"input":{input}}}"#));
        assert_eq!(show(&input_messages(Some(Format::GeminiInteractions), Some(&inputs))), expected, "{input}");
    };
    check(r#"{"type":"text","text":"a"}"#, &[r#"user: "a""#]);
    check(r#"[{"type":"text","text":"a"},{"type":"image","data":"eA=="}]"#, &[r#"user: "a""#]);
    check(r#"[{"role":"user","content":"a"},{"role":"model","content":"b"}]"#, &[r#"user: "a""#, r#"assistant: "b""#]);
    check(
        r#"[{"type":"user_input","content":[{"type":"text","text":"a"}]},{"type":"thought"},
            {"type":"model_output","content":[{"type":"text","text":"b"}]},
            {"type":"function_result","call_id":"c","result":{"items":[{"type":"text","text":"d"}]}},
            {"type":"function_result","call_id":"e","result":{"f":1}}]"#,
        &[r#"user: "a""#, r#"assistant: "b""#, r#"tool#c: "d""#, r#"tool#e: "{\"f\":1}""#],
    );
}

#[test]
fn an_unknown_format_is_read_as_chat_where_it_looks_like_it() {
    let show_input = |json: &str| show(&input_messages(None, Some(&raw(json))));
    let show_output = |json: &str| show(&output_messages(None, Some(&raw(json))));
    assert_eq!(show_input(r#"{"prompt":"a"}"#), [r#"user: "a""#]);
    assert_eq!(show_output(r#""a""#), [r#"assistant: "a""#]);
    assert_eq!(show_output(r#"{"role":"assistant","content":"a"}"#), [r#"assistant: "a""#]);
    assert!(show_output(r#"{"whatever":1}"#).is_empty());
    assert!(input_messages(None, None).is_empty());
    assert!(output_messages(None, None).is_empty());
}
