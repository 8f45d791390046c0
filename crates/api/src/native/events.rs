//! `GET /api/v1/sessions/{session}/events`, `GET /api/v1/events/{event}/causes` and `…/effects`.

use std::collections::HashMap;

use debrief_app::audit::{self, Chain, Link};
use debrief_app::ingest::event_id;
use debrief_app::{EventView, events};
use debrief_content::{Message, ToolCall, chat_messages, format_of, input_messages, messages_of_transcript, output_messages};
use debrief_model::limit::{CHAIN_DEPTH_DEFAULT, CHAIN_DEPTH_MAX, CHAIN_EVENTS_DEFAULT, CHAIN_EVENTS_MAX};
use debrief_model::{Error, Kind, Order};
use debrief_telemetry::{Exchange, reread_log, reread_messages};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{auth, wire};
use crate::edge::call::Call;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;

/// The events of a session, oldest first unless `order=desc`, each with what the client sent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Session)`.
pub async fn of_session(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), &["kind", "order", "limit", "offset"])?;
    let paging = params.paging()?;
    let order = match params.text("order").as_deref() {
        None | Some("asc") => Order::Ascending,
        Some("desc") => Order::Descending,
        Some(_) => return Err(bad("order", "enum", "Parameter 'order' must be asc or desc".to_owned())),
    };
    let kind = params.text("kind").map(|word| kind(&word)).transpose()?;
    let page = events::of_session(call.app(), &ctx, call.path("session"), kind, order, paging).await?;
    let told = wire::PageOf::by_offset(page.total, paging, page.rows.len());
    let mut events: Vec<wire::Event> = page.rows.into_iter().map(event).collect();
    lend_messages(&mut events);
    Ok(Reply::json(&wire::Events { events, page: told }))
}

/// Clients that tell what was said in log records tell it apart from the call that it was said in: a call without messages is shown with
/// those of the records beside it in the list.
fn lend_messages(events: &mut [wire::Event]) {
    let mut told: HashMap<String, [Vec<wire::Message>; 2]> = HashMap::new();
    for event in events.iter().filter(|event| event.key.as_deref().is_some_and(|key| key.starts_with(LOG_RECORD))) {
        let Some(call) = &event.causation_id else { continue };
        let [input, output] = told.entry(call.clone()).or_default();
        input.extend(event.input.iter().flatten().cloned());
        output.extend(event.output.iter().flatten().cloned());
    }
    let is_call = |event: &&mut wire::Event| event.kind == Kind::Llm.word() && event.input.is_none() && event.output.is_none();
    for event in events.iter_mut().filter(is_call) {
        let Some([input, output]) = event.key.as_ref().and_then(|key| told.remove(key)) else { continue };
        event.tool_calls = output.iter().flat_map(|message| message.tools().to_vec()).collect();
        let some = |messages: Vec<wire::Message>| Some(messages).filter(|messages| !messages.is_empty());
        (event.input, event.output) = (some(input), some(output));
    }
}

/// How the keys of log records begin.
const LOG_RECORD: &str = "log-";

/// Why an event happened: its cause, the cause of that, and so on. The event is named by our id or the caller's.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Event)`.
pub async fn causes(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let depth = depth(&Params::new(call.query(), &["depth"])?)?;
    let chain = audit::causes(call.app(), &ctx, event_id(ctx.tenant, call.path("event")), depth).await?;
    Ok(Reply::json(&links(chain)))
}

/// What an event led to: what it caused, what that caused, and so on; the nearest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Event)`.
pub async fn effects(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), &["depth", "limit"])?;
    let (depth, limit) = (depth(&params)?, params.count("limit", CHAIN_EVENTS_MAX, CHAIN_EVENTS_DEFAULT)?);
    let chain = audit::effects(call.app(), &ctx, event_id(ctx.tenant, call.path("event")), depth, limit).await?;
    Ok(Reply::json(&links(chain)))
}

fn depth(params: &Params) -> Result<u32, Error> {
    params.count("depth", CHAIN_DEPTH_MAX, CHAIN_DEPTH_DEFAULT)
}

fn links(Chain { links, cut }: Chain) -> wire::Chain {
    let link = |Link { depth, via, view }| wire::Link { event: event(view), depth, via: via.to_string() };
    wire::Chain { events: links.into_iter().map(link).collect(), cut }
}

fn kind(word: &str) -> Result<Kind, Error> {
    let words = Kind::ALL.map(Kind::word).join(", ");
    Kind::from_word(word).ok_or_else(|| bad("kind", "enum", format!("Parameter 'kind' must be one of: {words}")))
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

/// An event with the messages and tool calls that its body holds. They are read from the body each time, so that a better reader of a
/// provider's format improves old events too.
pub(super) fn event(view: EventView) -> wire::Event {
    let said = view.body.as_deref().map(|body| said(&view, body)).unwrap_or_default();
    let (mut wire, body) = wire::Event::without_messages(view);
    let some = |messages: Vec<Message>| {
        Some(messages.into_iter().map(wire::Message::from).collect::<Vec<_>>()).filter(|messages| !messages.is_empty())
    };
    wire.tool_calls = said.tools.into_iter().map(wire::Tool::from).collect();
    (wire.input, wire.output) = (some(said.input), some(said.output));
    wire.payload = body.and_then(|body| RawValue::from_string(body).ok());
    wire
}

/// What was said in an event.
#[derive(Default)]
pub(super) struct Said {
    /// What it was asked with.
    pub(super) input: Vec<Message>,
    /// What it was answered.
    pub(super) output: Vec<Message>,
    /// The tools that the answer calls; of a tool's own event, that call.
    pub(super) tools: Vec<ToolCall>,
    /// Whether the client says that it shortened the history.
    pub(super) compacted: bool,
}

/// Reads what was said in an event from its body.
pub(super) fn said(view: &EventView, body: &str) -> Said {
    let facts = &view.event.facts;
    if let Some(message) = is_log_record(view).then(|| reread_log(body)).flatten().and_then(|record| record.message) {
        let (input, output) = if message.role == "assistant" { (vec![], vec![message]) } else { (vec![message], vec![]) };
        let tools = output.iter().flat_map(|message| message.tool_calls.clone()).collect();
        return Said { input, output, tools, compacted: false };
    }
    let is_exported = facts.span_id.is_some() || is_log_record(view);
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
pub(super) fn is_log_record(view: &EventView) -> bool {
    view.event.facts.key.as_deref().is_some_and(|key| key.starts_with(LOG_RECORD))
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
