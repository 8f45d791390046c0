//! Spans that nobody should send: whatever it is, it is read, and from what is kept of it the same again.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::logs::v1::LogRecord;

use super::builder::{Builder, list, map, span, text};
use super::{document, exchange, read};
use crate::{Keeper, read_log, reread_log};

const SPANS: u64 = 3_000;

/// Keys that are read, and numbers and words that they may be continued with.
const KEYS: &[&str] = &[
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.response.finish_reasons",
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.prompt",
    "gen_ai.prompt.0.role",
    "gen_ai.prompt.0.content",
    "gen_ai.prompt.10.content",
    "gen_ai.completion.0.tool_calls.0.name",
    "gen_ai.conversation.id",
    "llm.input_messages.0.message.role",
    "llm.input_messages.0.message.contents.1.message_content.text",
    "openinference.span.kind",
    "llm.output_messages.3.message.content",
    "llm.output_messages.99999999999.x",
    "input.value",
    "output.value",
    "traceloop.span.kind",
    "traceloop.entity.name",
    "ai.operationId",
    "ai.prompt",
    "ai.prompt.messages",
    "ai.response.text",
    "ai.response.toolCalls",
    "langfuse.observation.type",
    "langfuse.observation.usage_details",
    "langfuse.observation.cost_details",
    "langfuse.observation.input",
    "langfuse.observation.completion_start_time",
    "langfuse.trace.tags",
    "langfuse.observation.level",
    "pydantic_ai.all_messages",
    "events",
    "final_result",
    "logfire.span_type",
    "agentops.span.kind",
    "agentops.tags",
    "operation.name",
    "genkit:metadata:subtype",
    "genkit:output",
    "gcp.vertex.agent.llm_response",
    "lk.chat_ctx",
    "mlflow.spanType",
    "mlflow.spanInputs",
    "mlflow.chat.tokenUsage",
    "lmnr.span.type",
    "gen_ai.usage.cost",
    "gen_ai.response.time_to_first_chunk",
    "error.type",
    "session.id",
    "",
    "\u{0}",
];

const TEXTS: &[&str] = &[
    "",
    "chat",
    "LLM",
    "generation",
    "model",
    "session",
    "agent",
    "tool",
    "ai.generateText.doGenerate",
    "\"CHAT_MODEL\"",
    "ERROR",
    "pending_span",
    "0.1",
    "1e-7",
    "1e400",
    "-0",
    "18446744073709551616",
    "NaN",
    "null",
    "[",
    "{",
    "[]",
    "{}",
    "[{}]",
    "[null]",
    "\"",
    "[\"stop\"]",
    "{\"input\":5,\"input_cached_tokens\":9223372036854775807}",
    "[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Hi\"}]},{\"role\":\"assistant\",\"content\":\"Hello\"}]",
    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"x\"}]}],\"usage\":{\"inputTokens\":\"3\"}}",
    "{\"a\":\"\\ud800\"}",
    "[{\"type\":\"text\"",
    "2026-11-21T23:58:15.25Z",
    "2026-99-99T99:99:99Z",
    "\u{1F600}",
    "a\tb\u{7f}\u{0}",
];

/// A small generator, so that a failure can be repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }

    fn key(&mut self) -> &'static str {
        let known = &document::WORDS;
        let at = self.roll(KEYS.len() + known.len());
        KEYS.get(at).copied().unwrap_or_else(|| known[at - KEYS.len()])
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.roll(if depth > 3 { 9 } else { 12 }) {
            0..=3 => text(self.pick(TEXTS)),
            4 => text(self.key()),
            5 => Value::IntValue([0, 1, 42, -1, i64::MAX, i64::MIN][self.roll(6)]),
            6 => Value::DoubleValue([0.1, -0.0, 1e300, f64::NAN, f64::INFINITY, 5e-324, 3.0, 0.1 + 0.2][self.roll(8)]),
            7 => Value::BoolValue(self.roll(2) == 0),
            8 => Value::BytesValue(vec![self.roll(256) as u8; self.roll(4)]),
            9 => Value::StringValueStrindex(3),
            10 => list((0..self.roll(4)).map(|_| self.value(depth + 1)).collect::<Vec<_>>()),
            _ => {
                let members: Vec<_> = (0..self.roll(4))
                    .map(|_| (self.pick(&["role", "content", "parts", "type", "text", "input", "total"]), self.value(depth + 1)))
                    .collect();
                map(members)
            }
        }
    }

    fn attributes(&mut self) -> Vec<KeyValue> {
        let count = self.roll(30);
        let attribute = |dice: &mut Self| {
            let value = (dice.roll(20) > 0).then(|| AnyValue { value: (dice.roll(20) > 0).then(|| dice.value(0)) });
            KeyValue { key: dice.key().into(), value, ..KeyValue::default() }
        };
        (0..count).map(|_| attribute(self)).collect()
    }

    fn span(&mut self) -> Builder {
        let mut builder =
            span(self.pick(&["", "chat gpt", "call_llm", "llm_request", "x"])).scope(self.pick(&["", "ai", "agentops", "lmnr"]));
        builder.span.attributes = self.attributes();
        builder.resource = self.attributes();
        builder.span.end_time_unix_nano *= self.roll(2) as u64;
        for _ in 0..self.roll(3) {
            let name = self.pick(&["exception", "gen_ai.choice", "gen_ai.user.message", "gen_ai.content.prompt"]);
            let key =
                self.pick(&["message", "content", "role", "tool_calls", "exception.escaped", "gen_ai.prompt", "gen_ai.event.content"]);
            builder = builder.event(name, &[(key, self.pick(TEXTS))]);
        }
        builder.status([0, 1, 2, -5, 99][self.roll(5)], self.pick(TEXTS))
    }
}

#[test]
fn any_span_is_read_and_reads_the_same_from_what_is_kept() {
    for seed in 0..SPANS {
        let builder = Dice(seed).span();
        read(&builder);
        exchange(&builder);
    }
}

#[test]
fn any_log_record_is_read_and_reads_the_same_from_what_is_kept() {
    for seed in 0..SPANS {
        let mut dice = Dice(seed);
        let event_name = dice
            .pick(&[
                "gen_ai.choice",
                "gen_ai.tool.message",
                "gen_ai.evaluation.result",
                "gen_ai.client.inference.operation.details",
                "",
                "x",
            ])
            .into();
        let body = (dice.roll(4) > 0).then(|| AnyValue { value: Some(dice.value(0)) });
        let record = LogRecord { event_name, attributes: dice.attributes(), body, ..LogRecord::default() };
        let builder = dice.span();
        let reading = read_log(&builder.around(), &record);
        let kept = Keeper::of(&builder.around()).log(&record);
        assert_eq!(format!("{:?}", reread_log(&kept).unwrap()), format!("{reading:?}"), "seed {seed}: {kept}");
    }
}

#[test]
fn depth_beyond_any_stack() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    for key in [
        "gen_ai.input.messages",
        "langfuse.observation.usage_details",
        "genkit:output",
        "pydantic_ai.all_messages",
        "ai.response.toolCalls",
    ] {
        let builder = span("x").text("gen_ai.operation.name", "chat").text(key, &deep);
        read(&builder);
        exchange(&builder);
    }
    let mut value = Value::IntValue(1);
    for _ in 0..120 {
        value = list([map([("a", value)])]);
    }
    let builder = span("x").text("gen_ai.operation.name", "chat").value("gen_ai.input.messages", value);
    read(&builder);
}

#[test]
fn a_great_many_attributes() {
    let builder = (0..20_000).fold(span("x"), |span, nth| span.int(&format!("k.{}", nth / 2), nth));
    let reading = read(&builder);
    assert_eq!(reading.dialect, "otel");
}
