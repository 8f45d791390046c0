//! What was said in an event, read from its body each time, so that a better reader of a provider's format improves old events too.

use debrief_content::{Message, ToolCall, chat_messages, format_of, input_messages, messages_of_transcript, output_messages};
use debrief_model::{Facts, Kind, Timestamp};
use debrief_telemetry::{Exchange, reread_log, reread_messages};
use serde::Deserialize;
use serde_json::value::RawValue;

/// How the keys of log records begin.
pub const LOG_RECORD: &str = "log-";

/// What was said in an event.
#[derive(Debug, Default)]
pub struct Said {
    /// What it was asked with.
    pub input: Vec<Message>,
    /// What it was answered.
    pub output: Vec<Message>,
    /// The tools that the answer calls; of a tool's own event, that call.
    pub tools: Vec<ToolCall>,
    /// Whether the client says that it shortened the history.
    pub compacted: bool,
}

/// Reads what was said in an event from its body.
#[must_use]
pub fn of_event(facts: &Facts, body: &str) -> Said {
    if let Some(message) = is_log_record(facts).then(|| reread_log(body)).flatten().and_then(|record| record.message) {
        let (input, output) = if message.role == "assistant" { (vec![], vec![message]) } else { (vec![message], vec![]) };
        let tools = output.iter().flat_map(|message| message.tool_calls.clone()).collect();
        return Said { input, output, tools, compacted: false };
    }
    let is_exported = facts.span_id.is_some() || is_log_record(facts);
    if let Some(exchange) = is_exported.then(|| reread_messages(body)).flatten() {
        return exchanged(exchange, facts.kind);
    }
    if !matches!(facts.kind, Kind::Llm | Kind::Message) {
        return Said::default();
    }
    let (input, output) = conversation(body);
    let tools = output.iter().flat_map(|message| message.tool_calls.clone()).collect();
    Said { input, output, tools, compacted: false }
}

/// What went into a span and came out of it, as messages: a tool is asked by its call and answers with its result, anything else is asked
/// and answers.
fn exchanged(exchange: Exchange, kind: Kind) -> Said {
    let Exchange { mut input, mut output, other_input, other_output, tools, compacted } = exchange;
    let is_tool = kind == Kind::Tool;
    if input.is_empty() && is_tool && !tools.is_empty() {
        input.push(Message { role: "assistant".to_owned(), tool_calls: tools.clone(), ..Message::default() });
    } else if input.is_empty() {
        input.extend(other_input.map(|raw| Message { role: "user".to_owned(), text: Some(plain(&raw)), ..Message::default() }));
    }
    if output.is_empty() {
        let tool_call_id = tools.first().filter(|_| is_tool).and_then(|call| call.id.clone());
        let role = if is_tool { "tool" } else { "assistant" };
        output.extend(other_output.map(|raw| Message {
            role: role.to_owned(),
            text: Some(plain(&raw)),
            tool_call_id,
            ..Message::default()
        }));
    }
    Said { input, output, tools, compacted }
}

/// A text as it reads, anything else as JSON.
fn plain(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

/// Whether the event was a log record, of which one holds one message.
#[must_use]
pub fn is_log_record(facts: &Facts) -> bool {
    facts.key.as_deref().is_some_and(|key| key.starts_with(LOG_RECORD))
}

/// The call that a log record is of. Records of one call hold its messages one by one.
#[must_use]
pub fn record_of(facts: &Facts) -> Option<&str> {
    facts.parent_span_id.as_deref().filter(|_| is_log_record(facts))
}

/// What decides the order in which events are read. Coarse clocks have calls that follow each other begin together.
#[must_use]
pub fn place_of(facts: &Facts) -> (Timestamp, Timestamp) {
    (facts.occurred_at, facts.ended_at.unwrap_or(facts.occurred_at))
}

fn conversation(body: &str) -> (Vec<Message>, Vec<Message>) {
    let parts: Conversation<'_> = serde_json::from_str(body).unwrap_or_default();
    if parts.prompt.is_some() || parts.completion.is_some() {
        (chat_messages(parts.prompt, "user"), chat_messages(parts.completion, "assistant"))
    } else if parts.messages.is_some() && parts.inputs.is_none() {
        question_and_answer(chat_messages(parts.messages, "user"))
    } else if parts.role.is_some() {
        (Vec::new(), RawValue::from_string(body.to_owned()).map(|raw| chat_messages(Some(&raw), "assistant")).unwrap_or_default())
    } else if let Some(text) = parts.content.filter(|_| parts.inputs.is_none()) {
        question_and_answer(messages_of_transcript(&serde_json::from_str::<String>(text.get()).unwrap_or_default()))
    } else {
        let api = parts.api.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let format = format_of(api.as_deref(), parts.inputs, parts.output);
        (input_messages(format, parts.inputs), output_messages(format, parts.output))
    }
}

/// What the agent said last is the answer to all that came before.
fn question_and_answer(mut messages: Vec<Message>) -> (Vec<Message>, Vec<Message>) {
    let answers = messages.iter().rev().take_while(|message| message.role == "assistant").count();
    let answer = messages.split_off(messages.len() - answers);
    (messages, answer)
}

/// The members of a body that hold a conversation, whichever client sent it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation<'a> {
    #[serde(borrow)]
    api: Option<&'a RawValue>,
    #[serde(borrow)]
    inputs: Option<&'a RawValue>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(borrow)]
    prompt: Option<&'a RawValue>,
    #[serde(borrow)]
    completion: Option<&'a RawValue>,
    /// A whole conversation, of which the last message is the answer.
    #[serde(borrow)]
    messages: Option<&'a RawValue>,
    /// A single message has these; without a role it is a whole conversation in one text.
    #[serde(borrow)]
    role: Option<&'a RawValue>,
    #[serde(borrow)]
    content: Option<&'a RawValue>,
}
