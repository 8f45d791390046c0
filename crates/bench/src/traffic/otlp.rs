//! Traces as OpenTelemetry's exporters send them, in protobuf: an agent's turn, with the calls of models and tools within it.
//!
//! Spans are encoded once, by the published definitions, and patched at every sending: ids and times have fixed widths in protobuf too.

use std::sync::LazyLock;

use debrief_otlp::proto::common::v1::{AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value::Value};
use debrief_otlp::proto::resource::v1::Resource;
use debrief_otlp::proto::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};
use prost::Message as _;

use super::json::{quote, tokens};
use super::rng::{Rng, mix};
use super::template::{SESSION_KEY_BYTES, Slot, event_uuid, response_id};
use super::text::{Scene, word};
use super::{AGENTS, person_id};

/// Spans of one trace at most. The number of a span is that of its trace, a multiple of this, and its place in the trace.
pub const TRACE_SPANS_MAX: u64 = 16;

/// A conversation as an agent's process reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpConversation {
    /// One trace for each turn.
    pub traces: Vec<OtlpTrace>,
}

/// What an agent did in one turn: its own span and those of the calls that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpTrace {
    /// In the order in which they end, which is the order of exporting: the agent's own, in which all others are, last.
    pub spans: Vec<OtlpSpan>,
    /// From the first span's beginning to the last one's end, microseconds.
    pub duration_us: i64,
}

/// A span, ready to be patched and sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtlpSpan {
    body: Vec<u8>,
    places: Vec<(usize, Place)>,
    /// The place in the trace of the span that it is part of.
    parent: Option<usize>,
    /// Microseconds since the trace began.
    began_us: i64,
    ended_us: i64,
}

/// What changes from one sending to the next.
#[derive(Clone, Copy, Debug)]
pub struct FreshTrace<'a> {
    /// The conversation's id.
    pub session: &'a [u8; SESSION_KEY_BYTES],
    /// The number of the first span, unique in a run; those of the others follow.
    pub first: u64,
    /// When the trace began, microseconds since 1970.
    pub began_us: i64,
}

/// The id of the trace whose spans' numbers begin here.
pub fn trace_id(first: u64) -> u128 {
    event_uuid(mix(first ^ 0x7_4ace))
}

/// The id of a span; different for different numbers.
pub fn span_id(number: u64) -> u64 {
    mix(number ^ 0x54a_0000_0000_0000)
}

/// The trace that the span with this number is part of, by the number of its first.
pub fn trace_of(number: u64) -> u64 {
    number - number % TRACE_SPANS_MAX
}

/// What a place in an encoded span holds. Each stands as bytes that no text and no length has until it is patched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    TraceId,
    SpanId,
    ParentId,
    BeganAt,
    EndedAt,
    Session,
    ResponseId,
}

impl Place {
    const ALL: [Place; 7] =
        [Place::TraceId, Place::SpanId, Place::ParentId, Place::BeganAt, Place::EndedAt, Place::Session, Place::ResponseId];

    /// What marks it while a span is encoded. Texts have to be texts.
    fn mark(self) -> Vec<u8> {
        let byte = |width: usize| [0xfe, self as u8].repeat(width / 2);
        match self {
            Place::TraceId => byte(16),
            Place::SpanId | Place::ParentId | Place::BeganAt | Place::EndedAt => byte(8),
            Place::Session => Slot::Session.mark().into_bytes(),
            Place::ResponseId => Slot::ResponseId.mark().into_bytes(),
        }
    }

    fn moment(self) -> u64 {
        u64::from_le_bytes(self.mark().try_into().expect("moments are eight bytes"))
    }
}

impl OtlpTrace {
    /// How many spans it has.
    pub fn size(&self) -> usize {
        self.spans.len()
    }

    /// Appends one of its spans, patched, to a list of spans.
    pub fn render(&self, index: usize, fresh: FreshTrace<'_>, out: &mut Vec<u8>) {
        let FreshTrace { session, first, began_us } = fresh;
        let OtlpSpan { body, places, parent, .. } = &self.spans[index];
        let start = out.len();
        out.extend_from_slice(body);
        let number = |index: usize| first + index as u64;
        let moment = |after_us: i64| ((began_us + after_us) as u64 * 1_000).to_le_bytes();
        for (at, place) in places {
            let mut put = |bytes: &[u8]| out[start + at..start + at + bytes.len()].copy_from_slice(bytes);
            match place {
                Place::TraceId => put(&trace_id(first).to_be_bytes()),
                Place::SpanId => put(&span_id(number(index)).to_be_bytes()),
                Place::ParentId => put(&span_id(number(parent.unwrap_or(index))).to_be_bytes()),
                Place::BeganAt => put(&moment(self.spans[index].began_us)),
                Place::EndedAt => put(&moment(self.spans[index].ended_us)),
                Place::Session => put(session),
                Place::ResponseId => put(&response_id(number(index))),
            }
        }
    }

    /// Its last spans, of which an agent's own is the very last.
    fn end(mut self, spans: usize) -> OtlpTrace {
        let left_out = self.spans.len().saturating_sub(spans);
        self.spans.drain(..left_out);
        self.spans.iter_mut().for_each(|span| span.parent = span.parent.map(|parent| parent - left_out));
        self
    }
}

impl OtlpSpan {
    /// Encodes a span as part of the list that it will be in.
    fn new(span: Span, parent: Option<usize>, began_us: i64, ended_us: i64) -> OtlpSpan {
        let body = ScopeSpans { spans: vec![span], ..ScopeSpans::default() }.encode_to_vec();
        let found = |place: Place| {
            let mark = place.mark();
            let at: Vec<_> =
                body.windows(mark.len()).enumerate().filter(|(_, window)| *window == mark).map(|(at, _)| (at, place)).collect();
            at
        };
        let places = Place::ALL.into_iter().flat_map(found).collect();
        OtlpSpan { body, places, parent, began_us, ended_us }
    }

    /// How long the span is, whatever is patched into it.
    pub fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether the span has no bytes; it always has.
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

/// What surrounds all spans, encoded. A message in two parts is the parts one after the other, so that only lengths are written by hand.
static AROUND: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let resource = ResourceSpans { resource: Some(resource()), ..ResourceSpans::default() };
    let scope = ScopeSpans { scope: Some(scope()), ..ScopeSpans::default() };
    (resource.encode_to_vec(), scope.encode_to_vec())
});

/// Writes the body of `POST /v1/traces` around a list of spans as [`OtlpTrace::render`] makes it.
pub fn otlp_body(spans: &[u8], out: &mut Vec<u8>) {
    const RESOURCE_SPANS: u8 = 1 << 3 | 2;
    const SCOPE_SPANS: u8 = 2 << 3 | 2;
    let (resource, scope) = &*AROUND;
    let mut scope_length = Vec::with_capacity(10);
    length(scope.len() + spans.len(), &mut scope_length);
    out.push(RESOURCE_SPANS);
    length(resource.len() + 1 + scope_length.len() + scope.len() + spans.len(), out);
    out.extend_from_slice(resource);
    out.push(SCOPE_SPANS);
    out.extend_from_slice(&scope_length);
    out.extend_from_slice(scope);
    out.extend_from_slice(spans);
}

fn length(mut value: usize, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn resource() -> Resource {
    let attributes = vec![
        text("service.name", "shop-agents"),
        text("service.version", "2.14.0"),
        text("deployment.environment.name", "production"),
        text("host.name", "agents-7c9d"),
        text("telemetry.sdk.language", "python"),
        text("telemetry.sdk.name", "opentelemetry"),
        text("telemetry.sdk.version", "1.39.1"),
    ];
    Resource { attributes, ..Resource::default() }
}

fn scope() -> InstrumentationScope {
    InstrumentationScope { name: "shop.agents".to_owned(), version: "2.14.0".to_owned(), ..InstrumentationScope::default() }
}

/// A conversation of several turns, of four to eleven spans each.
pub(super) fn conversation(rng: &mut Rng) -> OtlpConversation {
    let scene = Scene::new(rng);
    let who = Who::of(&scene, rng);
    OtlpConversation { traces: (0..rng.between(3, 9)).map(|_| turn(&scene, &who, Within::Nothing, rng)).collect() }
}

/// One trace of exactly so many spans: an agent that lets others work for it, one after the other.
pub(super) fn run(spans: usize, rng: &mut Rng) -> OtlpTrace {
    let scene = Scene::new(rng);
    let who = Who::of(&scene, rng);
    let root = spans.saturating_sub(1);
    let mut run = OtlpTrace { spans: Vec::with_capacity(spans), duration_us: 0 };
    while run.size() < root {
        let (at, after_us) = (run.size(), run.duration_us);
        let part = turn(&scene, &Who { agent: rng.pick(AGENTS), ..who.clone() }, Within::Another, rng);
        let part = part.end(root - at);
        run.duration_us += part.duration_us;
        run.spans.extend(part.spans.into_iter().map(|span| OtlpSpan {
            parent: span.parent.map(|parent| parent + at).or(Some(root)),
            began_us: span.began_us + after_us,
            ended_us: span.ended_us + after_us,
            ..span
        }));
    }
    let question = scene.question(rng);
    let answer = scene.answer(&question, rng);
    let whole = Turn { at_us: run.duration_us + 900, ..Turn::of(&who, rng) };
    run.duration_us = whole.at_us;
    run.spans.extend(whole.agent("gpt-4o", &question, &answer, Within::Nothing).spans);
    run
}

/// What stays the same through a conversation.
#[derive(Clone)]
struct Who {
    agent: &'static str,
    person: String,
    system: String,
}

impl Who {
    fn of(scene: &Scene, rng: &mut Rng) -> Who {
        Who { agent: rng.pick(AGENTS), person: person_id(rng.below(super::PEOPLE)), system: scene.system(rng) }
    }
}

/// A model calls tools until it can answer, and the agent's span is around it all.
fn turn(scene: &Scene, who: &Who, within: Within, rng: &mut Rng) -> OtlpTrace {
    let mut turn = Turn::of(who, rng);
    let question = scene.question(rng);
    turn.messages.push(said("user", &question));
    let (asked, answered) =
        rng.pick(&[("gpt-4o", "gpt-4o-2024-08-06"), ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"), ("o4-mini", "o4-mini-2025-04-16")]);
    for _ in 0..rng.between(1, 3) {
        turn.tool_round(scene, (asked, answered), rng);
    }
    let answer = scene.answer(&question, rng);
    turn.call((asked, answered), &said("assistant", &answer), tokens(&answer), "stop", rng);
    turn.agent(asked, &question, &answer, within)
}

/// Whether an agent works for another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Nothing,
    Another,
}

/// How many messages a call carries at most beside the instructions: agents trim what they send, and it keeps spans near 1.5 kB.
const MESSAGES_MAX: usize = 4;

/// A tool that was called.
struct Tool {
    name: &'static str,
    /// As JSON, like the result.
    arguments: String,
    result: String,
    id: String,
}

impl Tool {
    fn of(scene: &Scene, rng: &mut Rng) -> Tool {
        let (name, arguments, found) = scene.tool(rng);
        let (_, _, related) = scene.tool(rng);
        let result = format!("{{\"result\":{found},\"related\":{related}}}");
        Tool { name, arguments, result, id: format!("call_{}{}", word("hex", rng), word("hex", rng)) }
    }
}

struct Turn<'a> {
    who: &'a Who,
    spans: Vec<OtlpSpan>,
    at_us: i64,
    /// As JSON.
    messages: Vec<String>,
    used: (usize, usize),
}

impl<'a> Turn<'a> {
    fn of(who: &'a Who, rng: &mut Rng) -> Turn<'a> {
        Turn { who, spans: Vec::new(), at_us: rng.between(300, 4_000) as i64, messages: Vec::new(), used: (0, 0) }
    }

    /// The model asks for one or two tools, which answer.
    fn tool_round(&mut self, scene: &Scene, models: (&str, &str), rng: &mut Rng) {
        let tools: Vec<_> = (0..rng.between(1, 2)).map(|_| Tool::of(scene, rng)).collect();
        let part = |Tool { name, arguments, id, .. }: &Tool| {
            format!("{{\"type\":\"tool_call\",\"id\":\"{id}\",\"name\":\"{name}\",\"arguments\":{arguments}}}")
        };
        let parts: Vec<String> = tools.iter().map(part).collect();
        let asking = format!("{{\"role\":\"assistant\",\"parts\":[{}]}}", parts.join(","));
        self.call(models, &asking, tokens(&asking), "tool_calls", rng);
        self.messages.push(asking);
        for tool in &tools {
            self.tool(tool, rng);
            let Tool { id, result, .. } = tool;
            let answered = format!("{{\"type\":\"tool_call_response\",\"id\":\"{id}\",\"response\":{result}}}");
            self.messages.push(format!("{{\"role\":\"tool\",\"parts\":[{answered}]}}"));
        }
    }

    fn call(&mut self, (asked, answered): (&str, &str), answer: &str, output: usize, finish: &str, rng: &mut Rng) {
        let newest = &self.messages[self.messages.len().saturating_sub(MESSAGES_MAX)..];
        let input = format!("[{}]", newest.join(","));
        let counted = (tokens(&input) + tokens(&self.who.system), output);
        self.used = (self.used.0 + counted.0, self.used.1 + counted.1);
        let finish_word = format!(",\"finish_reason\":\"{finish}\"}}");
        let answer = format!("[{}{finish_word}]", answer.strip_suffix('}').unwrap_or(answer));
        let attributes = vec![
            text("gen_ai.operation.name", "chat"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", asked),
            text("gen_ai.response.model", answered),
            text("gen_ai.response.id", &format!("chatcmpl-{}", Slot::ResponseId.mark())),
            list("gen_ai.response.finish_reasons", finish),
            text("gen_ai.conversation.id", &Slot::Session.mark()),
            text("gen_ai.agent.name", self.who.agent),
            text("user.id", &self.who.person),
            text("server.address", "api.openai.com"),
            int("server.port", 443),
            double("gen_ai.request.temperature", rng.below(10) as f64 / 10.0),
            int("gen_ai.usage.input_tokens", counted.0 as i64),
            int("gen_ai.usage.output_tokens", counted.1 as i64),
            int("gen_ai.usage.cache_read.input_tokens", (counted.0 / 2 / 64 * 64) as i64),
            text("gen_ai.system_instructions", &format!("[{{\"type\":\"text\",\"content\":{}}}]", quote(&self.who.system))),
            text("gen_ai.input.messages", &input),
            text("gen_ai.output.messages", &answer),
        ];
        self.push(format!("chat {asked}"), attributes, rng.between(120_000, 1_900_000) as i64);
    }

    fn tool(&mut self, Tool { name, arguments, result, id }: &Tool, rng: &mut Rng) {
        let attributes = vec![
            text("gen_ai.operation.name", "execute_tool"),
            text("gen_ai.tool.name", name),
            text("gen_ai.tool.call.id", id),
            text("gen_ai.tool.type", "function"),
            text("gen_ai.agent.name", self.who.agent),
            text("gen_ai.tool.call.arguments", arguments),
            text("gen_ai.tool.call.result", result),
        ];
        self.push(format!("execute_tool {name}"), attributes, rng.between(2_000, 600_000) as i64);
    }

    fn push(&mut self, name: String, attributes: Vec<KeyValue>, took_us: i64) {
        let (began_us, ended_us) = (self.at_us, self.at_us + took_us);
        self.at_us = ended_us + 700;
        let span = Span { parent_span_id: Place::ParentId.mark(), ..span(name, attributes) };
        self.spans.push(OtlpSpan::new(span, None, began_us, ended_us));
    }

    fn agent(mut self, asked: &str, question: &str, answer: &str, within: Within) -> OtlpTrace {
        let attributes = vec![
            text("gen_ai.operation.name", "invoke_agent"),
            text("gen_ai.provider.name", "openai"),
            text("gen_ai.request.model", asked),
            text("gen_ai.conversation.id", &Slot::Session.mark()),
            text("gen_ai.agent.name", self.who.agent),
            text("user.id", &self.who.person),
            int("gen_ai.usage.input_tokens", self.used.0 as i64),
            int("gen_ai.usage.output_tokens", self.used.1 as i64),
            text("gen_ai.system_instructions", &format!("[{{\"type\":\"text\",\"content\":{}}}]", quote(&self.who.system))),
            text("gen_ai.input.messages", &format!("[{}]", said("user", question))),
            text("gen_ai.output.messages", &format!("[{}]", said("assistant", answer))),
        ];
        let parent_span_id = if within == Within::Another { Place::ParentId.mark() } else { Vec::new() };
        let span = Span { kind: 1, parent_span_id, ..span(format!("invoke_agent {}", self.who.agent), attributes) };
        let agent = self.spans.len();
        self.spans.iter_mut().for_each(|span| span.parent = Some(agent));
        self.spans.push(OtlpSpan::new(span, None, 0, self.at_us));
        OtlpTrace { spans: self.spans, duration_us: self.at_us }
    }
}

fn span(name: String, attributes: Vec<KeyValue>) -> Span {
    Span {
        trace_id: Place::TraceId.mark(),
        span_id: Place::SpanId.mark(),
        flags: 0x101,
        name,
        kind: 3,
        start_time_unix_nano: Place::BeganAt.moment(),
        end_time_unix_nano: Place::EndedAt.moment(),
        attributes,
        status: Some(Status { code: 1, ..Status::default() }),
        ..Span::default()
    }
}

/// A message of one text.
fn said(role: &str, content: &str) -> String {
    format!("{{\"role\":\"{role}\",\"parts\":[{{\"type\":\"text\",\"content\":{}}}]}}", quote(content))
}

fn attribute(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Value::StringValue(value.to_owned()))
}

fn list(key: &str, word: &str) -> KeyValue {
    let values = vec![AnyValue { value: Some(Value::StringValue(word.to_owned())) }];
    attribute(key, Value::ArrayValue(ArrayValue { values }))
}

fn int(key: &str, value: i64) -> KeyValue {
    attribute(key, Value::IntValue(value))
}

fn double(key: &str, value: f64) -> KeyValue {
    attribute(key, Value::DoubleValue(value))
}
