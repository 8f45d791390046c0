//! What it costs to read a span and to write down what is kept of it.
//!
//! `cargo run --release -p debrief-telemetry --example rate`

#![expect(clippy::print_stdout, reason = "a measurement is for reading")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use debrief_telemetry::{Around, Keeper, read_span, reread, reread_messages};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;

/// Each function runs this long for each span.
const MEASURED: Duration = Duration::from_millis(600);
const ROUND_RUNS: u32 = 50;

const QUESTION: &str = "Our order 4711 has not arrived yet, and the page only says \"in transit\".\nCould you please find out where it is?";
const ANSWER: &str = "I have looked it up: the parcel left the depot in Lyon this morning and should be with you tomorrow.\nAnything else?";

fn main() {
    println!(
        "{:<34} {:>6} {:>10} {:>10} {:>10} {:>10} {:>12}",
        "span", "bytes", "read µs", "keep µs", "both µs", "reread µs", "messages µs"
    );
    measure("OpenTelemetry, messages in parts", &otel());
    measure("OpenInference, numbered", &openinference());
    measure("Langfuse over gen_ai", &langfuse());
    measure("HTTP, nothing of agents", &http());
}

fn measure(name: &str, span: &Span) {
    let resource = [text("service.name", "shop"), text("service.version", "1.4.2"), text("deployment.environment.name", "production")];
    let around = Around { resource: &resource, scope_name: "shop.agent", scope_version: "1.4.2", ..Around::default() };
    let kept = Keeper::of(&around).span(span);
    let read = microseconds(|| read_span(black_box(&around), black_box(span)));
    let keep = microseconds(|| Keeper::of(black_box(&around)).span(black_box(span)));
    let both = microseconds(|| (read_span(black_box(&around), black_box(span)), Keeper::of(black_box(&around)).span(black_box(span))));
    let again = microseconds(|| reread(black_box(&kept)));
    let messages = microseconds(|| reread_messages(black_box(&kept)));
    println!("{name:<34} {:>6} {read:>10.2} {keep:>10.2} {both:>10.2} {again:>10.2} {messages:>12.2}", kept.len());
}

/// The time of one run, by the fastest of many rounds: others use this machine too.
fn microseconds<T>(run: impl Fn() -> T) -> f64 {
    let began = Instant::now();
    let mut fastest = Duration::MAX;
    while began.elapsed() < MEASURED {
        let round = Instant::now();
        for _ in 0..ROUND_RUNS {
            black_box(run());
        }
        fastest = fastest.min(round.elapsed());
    }
    fastest.as_secs_f64() * 1e6 / f64::from(ROUND_RUNS)
}

fn otel() -> Span {
    let part = |role: &str, said: &str| format!(r#"{{"role":"{role}","parts":[{{"type":"text","content":{said:?}}}]}}"#);
    let input = format!("[{},{},{}]", part("user", QUESTION), part("assistant", ANSWER), part("user", QUESTION));
    span(vec![
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", "openai"),
        text("gen_ai.request.model", "gpt-5.4"),
        text("gen_ai.response.model", "gpt-5.4-2026-03-05"),
        text("gen_ai.response.id", "chatcmpl-BxY8u2k1"),
        text("gen_ai.response.finish_reasons", "[\"stop\"]"),
        text("gen_ai.conversation.id", "conv_5j66UpCpwteGg4YSxUnt7lPY"),
        text("gen_ai.agent.name", "Support"),
        text("server.address", "api.openai.com"),
        int("server.port", 443),
        double("gen_ai.request.temperature", 0.2),
        int("gen_ai.request.max_tokens", 1024),
        int("gen_ai.usage.input_tokens", 1204),
        int("gen_ai.usage.output_tokens", 96),
        int("gen_ai.usage.cache_read.input_tokens", 1024),
        int("gen_ai.usage.reasoning.output_tokens", 64),
        text("user.id", "customer-2207"),
        text("gen_ai.system_instructions", r#"[{"type":"text","content":"You are the support agent of a shop. Be friendly and brief."}]"#),
        text("gen_ai.input.messages", &input),
        text("gen_ai.output.messages", &format!("[{}]", part("assistant", ANSWER))),
    ])
}

fn openinference() -> Span {
    let mut attributes = vec![
        text("openinference.span.kind", "LLM"),
        text("llm.provider", "openai"),
        text("llm.system", "openai"),
        text("llm.model_name", "gpt-5.4"),
        text("llm.invocation_parameters", r#"{"model":"gpt-5.4","temperature":0.2}"#),
        int("llm.token_count.prompt", 1204),
        int("llm.token_count.completion", 96),
        int("llm.token_count.total", 1300),
        int("llm.token_count.prompt_details.cache_read", 1024),
        text("session.id", "conv_5j66UpCpwteGg4YSxUnt7lPY"),
        text("user.id", "customer-2207"),
        text("llm.output_messages.0.message.role", "assistant"),
        text("llm.output_messages.0.message.content", ANSWER),
    ];
    for (nth, (role, said)) in
        [("system", "You are the support agent of a shop."), ("user", QUESTION), ("assistant", ANSWER), ("user", QUESTION)]
            .iter()
            .enumerate()
    {
        attributes.push(text(&format!("llm.input_messages.{nth}.message.role"), role));
        attributes.push(text(&format!("llm.input_messages.{nth}.message.content"), said));
    }
    span(attributes)
}

fn langfuse() -> Span {
    let input = format!(
        r#"[{{"role":"system","content":"Be brief."}},{{"role":"user","content":{QUESTION:?}}},{{"role":"assistant","content":{ANSWER:?}}},{{"role":"user","content":{QUESTION:?}}}]"#
    );
    span(vec![
        text("langfuse.observation.type", "generation"),
        text("langfuse.observation.model.name", "gpt-5.4"),
        text("langfuse.observation.model.parameters", r#"{"temperature":0.2}"#),
        text(
            "langfuse.observation.usage_details",
            r#"{"input":180,"input_cached_tokens":1024,"output":32,"output_reasoning_tokens":64,"total":1300}"#,
        ),
        text("langfuse.observation.cost_details", r#"{"input":0.0012,"output":0.003,"total":0.0042}"#),
        text("langfuse.observation.completion_start_time", "2026-11-21T23:58:15.250Z"),
        text("langfuse.session.id", "conv_5j66UpCpwteGg4YSxUnt7lPY"),
        text("langfuse.user.id", "customer-2207"),
        text("langfuse.trace.name", "support"),
        text("langfuse.environment", "production"),
        text("langfuse.observation.level", "DEFAULT"),
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.system", "openai"),
        text("gen_ai.request.model", "gpt-5.4"),
        int("gen_ai.usage.input_tokens", 1204),
        int("gen_ai.usage.output_tokens", 96),
        text("langfuse.observation.input", &input),
        text("langfuse.observation.output", &format!(r#"{{"role":"assistant","content":{ANSWER:?}}}"#)),
    ])
}

fn http() -> Span {
    span(vec![
        text("http.request.method", "GET"),
        text("url.full", "https://shop.example/orders/4711"),
        int("http.response.status_code", 200),
        text("server.address", "shop.example"),
    ])
}

fn span(attributes: Vec<KeyValue>) -> Span {
    let began = 1_795_305_495_000_000_000;
    Span {
        name: "chat gpt-5.4".into(),
        kind: 3,
        start_time_unix_nano: began,
        end_time_unix_nano: began + 900_000_000,
        attributes,
        ..Span::default()
    }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.into(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.into()))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn double(key: &str, value: f64) -> KeyValue {
    attribute(key, Value::DoubleValue(value))
}
