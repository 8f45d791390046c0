//! What it costs to hear a call's conversation on its way in, beside finding its facts, which is done anyway.
//!
//! `cargo run --release -p debrief-content --example said_cost`

#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use debrief_content::{Format, call_facts, format_of, input_messages, output_messages, said};
use serde_json::value::RawValue;

/// Each reader runs this long for each call.
const MEASURED: Duration = Duration::from_millis(400);
const ROUND_RUNS: u32 = 20;

fn main() {
    println!("{:<30} {:>8} {:>9} {:>9} {:>6} {:>9}", "call", "bytes", "facts ns", "said ns", "ratio", "build ns");
    measure("one question, Chat", Format::OpenAiChat, &chat(1, "Capital of France?"), CHAT_ANSWER);
    measure("10 turns, Chat", Format::OpenAiChat, &chat(10, PLAIN), CHAT_ANSWER);
    measure("10 turns, Chat, line breaks", Format::OpenAiChat, &chat(10, BROKEN), CHAT_ANSWER);
    measure("100 turns, Chat, line breaks", Format::OpenAiChat, &chat(100, BROKEN), CHAT_ANSWER);
    measure("10 turns, Messages, blocks", Format::AnthropicMessages, &blocks(10, BROKEN), ANTHROPIC_ANSWER);
    measure("question of 40 kB, Chat", Format::OpenAiChat, &chat(1, &BROKEN.repeat(150)), CHAT_ANSWER);
}

fn measure(name: &str, format: Format, inputs: &str, output: &str) {
    let (inputs, output) = (raw(inputs), raw(output));
    assert_eq!(format_of(None, Some(&inputs), Some(&output)), Some(format));
    let (inputs, output) = (Some(&*inputs), Some(&*output));
    let facts = nanoseconds(|| call_facts(Some(format), black_box(inputs), black_box(output)));
    let heard = nanoseconds(|| said(Some(format), black_box(inputs), black_box(output)));
    let built = nanoseconds(|| (input_messages(Some(format), black_box(inputs)), output_messages(Some(format), black_box(output))));
    let bytes = inputs.into_iter().chain(output).map(|json| json.get().len()).sum::<usize>();
    println!("{name:<30} {bytes:>8} {facts:>9.0} {heard:>9.0} {:>6.2} {built:>9.0}", heard / facts);
}

/// The time of one run, by the fastest of many rounds: others use this machine too.
fn nanoseconds<T>(run: impl Fn() -> T) -> f64 {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < MEASURED {
        let round = Instant::now();
        for _ in 0..ROUND_RUNS {
            black_box(run());
        }
        fastest = fastest.min(round.elapsed());
    }
    fastest.as_nanos() as f64 / f64::from(ROUND_RUNS)
}

fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).expect("the calls below are JSON")
}

const PLAIN: &str = "I would like to change the delivery address of my order, and to know whether it can still arrive this week, \
     because I leave on Friday evening and nobody else is there to take it from the courier at the door.";
const BROKEN: &str = "Here is what I found:\\n\\n1. The order was packed on Monday.\\n2. The courier has it since \\\"today\\\".\\n\\n\
     So the address can only be changed by the courier. Shall I ask them to deliver it to your neighbour instead?\\n";
const CHAT_ANSWER: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1795305498,"model":"gpt-4o-2024-08-06",
    "choices":[{"index":0,"message":{"role":"assistant","content":"The capital of France is Paris.","refusal":null,"annotations":[]},
    "logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":24,"completion_tokens":9,"total_tokens":33,
    "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#;
const ANTHROPIC_ANSWER: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5",
    "content":[{"type":"text","text":"The capital of France is Paris."}],"stop_reason":"end_turn","stop_sequence":null,
    "usage":{"input_tokens":24,"output_tokens":9,"cache_read_input_tokens":0,"cache_creation_input_tokens":0}}"#;

fn chat(turns: usize, said: &str) -> String {
    let mut messages = String::from(r#"{"role":"system","content":"You are a helpful assistant"}"#);
    for turn in 0..turns {
        write!(messages, r#",{{"role":"user","content":"{said}"}}"#).expect("a string takes all");
        if turn + 1 < turns {
            write!(messages, r#",{{"role":"assistant","content":"{said}"}}"#).expect("a string takes all");
        }
    }
    format!(r#"{{"model":"gpt-4o","messages":[{messages}],"temperature":0.2}}"#)
}

fn blocks(turns: usize, said: &str) -> String {
    let turn = |role: &str| format!(r#"{{"role":"{role}","content":[{{"type":"text","text":"{said}"}}]}}"#);
    let pair = format!("{},{}", turn("user"), turn("assistant"));
    let pairs = vec![pair; turns - 1].join(",");
    format!(r#"{{"model":"claude-sonnet-4-5","system":"Be brief","messages":[{pairs},{}],"max_tokens":1024}}"#, turn("user"))
}
