//! `GET /api/v1/sessions/{session}/events`.

use debrief_app::{EventView, events};
use debrief_content::{chat_messages, format_of, input_messages, output_messages};
use debrief_model::{Error, Kind, Order};
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
}

/// An event with the messages and tool calls that its body holds. They are read from the body each time, so that a better reader of a
/// provider's format improves old events too.
pub(super) fn event(view: EventView) -> wire::Event {
    let is_call = view.event.facts.kind == Kind::Llm;
    let (mut wire, body) = wire::Event::without_messages(view);
    let Some(body) = body else { return wire };
    if is_call {
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
    } else {
        let api = parts.api.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let format = format_of(api.as_deref(), parts.inputs, parts.output);
        (input_messages(format, parts.inputs), output_messages(format, parts.output))
    };
    (input.into_iter().map(wire::Message::from).collect(), output.into_iter().map(wire::Message::from).collect())
}
