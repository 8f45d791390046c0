//! `GET /api/v1/sessions/{session}/events`, `GET /api/v1/events/{event}/causes` and `…/effects`.

use std::collections::HashMap;

use debrief_app::audit::{self, Chain, Link};
use debrief_app::ingest::event_id;
use debrief_app::{EventView, events, said};
use debrief_content::Message;
use debrief_model::limit::{CHAIN_DEPTH_DEFAULT, CHAIN_DEPTH_MAX, CHAIN_EVENTS_DEFAULT, CHAIN_EVENTS_MAX};
use debrief_model::{Error, Kind, Order};
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
    for event in events.iter().filter(|event| event.key.as_deref().is_some_and(|key| key.starts_with(said::LOG_RECORD))) {
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

/// An event with the messages and tool calls that its body holds. They are read from the body each time, so that a better reader of a
/// provider's format improves old events too.
pub(super) fn event(view: EventView) -> wire::Event {
    let said = view.body.as_deref().map(|body| said::of_event(&view.event.facts, body)).unwrap_or_default();
    let (mut wire, body) = wire::Event::without_messages(view);
    let some = |messages: Vec<Message>| {
        Some(messages.into_iter().map(wire::Message::from).collect::<Vec<_>>()).filter(|messages| !messages.is_empty())
    };
    wire.tool_calls = said.tools.into_iter().map(wire::Tool::from).collect();
    (wire.input, wire.output) = (some(said.input), some(said.output));
    wire.payload = body.and_then(|body| RawValue::from_string(body).ok());
    wire
}
