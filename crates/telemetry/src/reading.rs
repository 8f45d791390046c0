//! What was read: plain data.

use debrief_content::{Message, Said};
use debrief_model::{Failure, Status, Terms, Tokens};
use opentelemetry_proto::tonic::common::v1::KeyValue;

/// What surrounds a span or a log record in an export request.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The resource's attributes.
    pub resource: &'a [KeyValue],
    /// The scope's name.
    pub scope_name: &'a str,
    /// The scope's version.
    pub scope_version: &'a str,
    /// The scope's attributes.
    pub scope_attributes: &'a [KeyValue],
}

/// What a span is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A call of a model that answers.
    Inference,
    /// A call of a model that embeds.
    Embedding,
    /// A call of a model that ranks.
    Rerank,
    /// A search for knowledge or memories.
    Retrieval,
    /// The work of an agent, or a step of it.
    Agent,
    /// A workflow, a chain, a task, or the root of a session.
    Workflow,
    /// A tool's work.
    Tool,
    /// A check of what goes in or comes out.
    Guardrail,
    /// A judgement.
    Evaluator,
    /// The making of a prompt.
    Prompt,
    /// Anything else.
    Other,
}

impl Class {
    /// Whether it is one call of a model, so that its usage is its own.
    #[must_use]
    pub fn calls_a_model(self) -> bool {
        matches!(self, Self::Inference | Self::Embedding | Self::Rerank)
    }
}

/// What a span says. Everything is the claim of this span alone: what it has from its parents is not in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The most specific dialect that it speaks: `otel-genai`, `openinference`, …; `otel` if it says nothing of agents.
    pub dialect: &'static str,
    /// What it is.
    pub class: Class,
    /// The sender's own word for that.
    pub class_word: Option<String>,
    /// The tool's name for a tool, otherwise the span's.
    pub name: Option<String>,
    /// The model's provider, in the sender's word.
    pub provider: Option<String>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// The model that answered.
    pub response_model: Option<String>,
    /// Why the first choice ended.
    pub finish_reason: Option<String>,
    /// The provider's id of the answer.
    pub response_id: Option<String>,
    /// Token counts. Input includes what was read from and written to a cache, output includes reasoning.
    pub tokens: Tokens,
    /// How it was made, for a call of a model that tells.
    pub terms: Option<Box<Terms>>,
    /// Of the tokens, the ones of sound.
    pub audio: Audio,
    /// The sender's total, which need not be the sum.
    pub total_tokens: Option<u64>,
    /// What the sender says it cost, in US dollars, as decimal text.
    pub reported_cost_usd: Option<String>,
    /// The conversation or session; without one the caller takes the trace.
    pub conversation: Option<String>,
    /// The person served.
    pub person: Option<String>,
    /// The agent's name.
    pub agent: Option<String>,
    /// The agent's id.
    pub agent_id: Option<String>,
    /// The agent's version; the service's if the span names an agent without one.
    pub agent_version: Option<String>,
    /// The model's id of the call that a tool answers.
    pub tool_call_id: Option<String>,
    /// Time to the first token, microseconds.
    pub ttft_us: Option<i64>,
    /// Tags.
    pub tags: Vec<String>,
    /// The environment that it ran in.
    pub environment: Option<String>,
    /// How a session ended, in the sender's word.
    pub end_state: Option<String>,
    /// A title for the whole session or trace.
    pub title: Option<String>,
    /// How it went.
    pub status: Status,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// Whether it has not ended yet, so that a later span with its id replaces it.
    pub running: bool,
    /// Whether usage on it repeats that of the spans below it.
    pub aggregates: bool,
    /// What was said, for a call of a model that tells.
    pub said: Option<Said>,
    /// What is judged on it, at most 32 judgements.
    pub evaluations: Vec<Evaluation>,
    /// Doubts about the above.
    pub warnings: Vec<Warning>,
}

/// Tokens of sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audio {
    /// Heard.
    pub input: Option<u64>,
    /// Spoken.
    pub output: Option<u64>,
}

/// Something that whoever relies on a reading should know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Warning {
    /// More cached tokens than input: the sender counted them apart, so they were added to the input.
    CacheOutsideInput,
    /// More reasoning than output: the sender counted it apart, so it was added to the output.
    ReasoningOutsideOutput,
    /// More messages, or numbers beyond every bound, in numbered attributes: the rest was left out.
    TooManyMessages,
    /// Messages break off, as if the sender limited the length of attributes: only whole ones were read.
    CutOff,
}

/// What a log record says. The trace and span that it belongs to stand in the record itself.
#[derive(Debug, Clone)]
pub struct LogReading {
    /// The event's name; older senders have it in the attribute `event.name`.
    pub event_name: Option<String>,
    /// The most specific dialect that it speaks.
    pub dialect: &'static str,
    /// What it is.
    pub class: LogClass,
    /// Who speaks, by the event's name.
    pub role: Option<&'static str>,
    /// What is said, in a message or a choice.
    pub message: Option<Message>,
    /// Why a choice ended.
    pub finish_reason: Option<String>,
    /// The conversation that the record itself names.
    pub conversation: Option<String>,
}

/// What a log record is.
#[derive(Debug, Clone)]
pub enum LogClass {
    /// A message of the history that a model was called with.
    Message,
    /// One of a model's answers.
    Choice,
    /// A whole call of a model, which says what its span may leave out.
    Inference(Box<Reading>),
    /// A judgement.
    Evaluation(Evaluation),
    /// An error.
    Exception(Failure),
    /// Anything else.
    Other,
}

/// A judgement of a span.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// What was judged.
    pub name: Option<String>,
    /// The score.
    pub score: Option<f64>,
    /// The score in a word.
    pub label: Option<String>,
    /// The reason.
    pub explanation: Option<String>,
    /// Who or what judges, in the sender's word: `HUMAN`, `LLM`, `CODE`, …
    pub judge: Option<String>,
    /// When it was judged, where that is told beside when the span ran; else 0. Nanoseconds since 1970.
    pub time_unix_nano: u64,
    /// The answer that was judged, by the provider's id.
    pub response_id: Option<String>,
    /// Why the judge failed, if it did.
    pub failure: Option<Failure>,
}
