//! `GET /api/v1/sessions/{session}/events`, `GET /api/v1/events/{event}/causes` and `…/effects`.

use debrief_app::audit::{self, Chain, Link};
use debrief_app::ingest::event_id;
use debrief_app::{EventView, events};
use debrief_content::{Message, chat_messages, format_of, input_messages, messages_of_transcript, output_messages};
use debrief_model::limit::{CHAIN_DEPTH_DEFAULT, CHAIN_DEPTH_MAX, CHAIN_EVENTS_DEFAULT, CHAIN_EVENTS_MAX};
use debrief_model::{Error, Kind, Order};
use debrief_telemetry::reread_messages;
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
    Ok(Reply::json(&wire::Events { events: page.rows.into_iter().map(event).collect(), page: told }))
}

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
    let is_call = matches!(view.event.facts.kind, Kind::Llm | Kind::Message);
    let is_exported = view.event.facts.span_id.is_some() || view.event.facts.key.as_deref().is_some_and(|key| key.starts_with("log-"));
    let (mut wire, body) = wire::Event::without_messages(view);
    let Some(body) = body else { return wire };
    if let Some(exchange) = is_exported.then(|| reread_messages(&body)).flatten() {
        wire.tool_calls = exchange.tools.into_iter().map(wire::Tool::from).collect();
        let some = |messages: Vec<Message>| {
            Some(messages.into_iter().map(wire::Message::from).collect::<Vec<_>>()).filter(|list| !list.is_empty())
        };
        (wire.input, wire.output) = (some(exchange.input), some(exchange.output));
    } else if is_call {
        let (input, output) = conversation(&body);
        wire.tool_calls = output.iter().flat_map(|message| message.tools().to_vec()).collect();
        (wire.input, wire.output) = (Some(input).filter(|list| !list.is_empty()), Some(output).filter(|list| !list.is_empty()));
    }
    wire.payload = RawValue::from_string(body).ok();
    wire
}

fn conversation(body: &str) -> (Vec<wire::Message>, Vec<wire::Message>) {
    let parts: Conversation<'_> = serde_json::from_str(body).unwrap_or_default();
    let (input, output) = if parts.prompt.is_some() || parts.completion.is_some() {
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
    };
    (input.into_iter().map(wire::Message::from).collect(), output.into_iter().map(wire::Message::from).collect())
}

/// What the agent said last is the answer to all that came before.
fn question_and_answer(mut messages: Vec<Message>) -> (Vec<Message>, Vec<Message>) {
    let answers = messages.iter().rev().take_while(|message| message.role == "assistant").count();
    let answer = messages.split_off(messages.len() - answers);
    (messages, answer)
}
