//! `GET /api/v1/sessions/{session}/messages`.

use std::collections::HashMap;

use debrief_app::said::{self, Said};
use debrief_app::{EventView, events};
use debrief_content::{Call as Held, Message, thread};
use debrief_model::limit::PAGE_ROWS_MAX;
use debrief_model::{Error, Kind, Order, Paging};

use super::auth;
use super::wire::Tool;
use super::wire::thread as wire;
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;
use crate::edge::time;

/// What was said in a session, each message once although every call of a model repeats what was said before it.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`.
pub async fn of_session(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let session = call.path("session").to_owned();
    let paging = Paging { limit: PAGE_ROWS_MAX, offset: 0 };
    let mut page = events::of_session(call.app(), &ctx, &session, None, Order::Ascending, paging).await?;
    page.rows.sort_by_key(|view| said::place_of(&view.event.facts));
    let looked_at = page.rows.len() as u64;
    let session_id = page.rows.first().and_then(|view| view.session.clone()).unwrap_or(session);
    Ok(Reply::json(&wire::Thread { session_id, messages: messages(&page.rows), events: looked_at, total: page.total }))
}

/// The events that one call of a model comes in: itself, or the log records that hold its messages one by one.
struct Talk<'v> {
    view: &'v EventView,
    said: Said,
}

fn messages(views: &[EventView]) -> Vec<wire::Said> {
    let tools = tools(views);
    let talks = talks(views);
    let held: Vec<Held<'_>> =
        talks.iter().map(|Talk { said, .. }| Held { input: &said.input, output: &said.output, compacted: said.compacted }).collect();
    thread(&held).into_iter().map(|(at, message)| shown(talks[at].view, message, &tools)).collect()
}

fn talks(views: &[EventView]) -> Vec<Talk<'_>> {
    let mut talks: Vec<Talk<'_>> = Vec::new();
    for view in views.iter().filter(|view| matches!(view.event.facts.kind, Kind::Llm | Kind::Message)) {
        let Some(body) = &view.body else { continue };
        let said = said::of_event(&view.event.facts, body);
        match talks.last_mut().filter(|last| of_one_call(last.view, view)) {
            Some(last) => {
                last.said.input.extend(said.input);
                last.said.output.extend(said.output);
            }
            None if said.input.is_empty() && said.output.is_empty() => {}
            None => talks.push(Talk { view, said }),
        }
    }
    talks
}

/// Whether both are log records of one call.
fn of_one_call(one: &EventView, other: &EventView) -> bool {
    let call = said::record_of(&one.event.facts);
    call.is_some() && call == said::record_of(&other.event.facts)
}

/// The events of tools' work by the model's id of the call.
fn tools(views: &[EventView]) -> HashMap<String, String> {
    let of_tool = views.iter().filter(|view| view.event.facts.kind == Kind::Tool);
    let call = |view: &EventView| {
        Some((said::of_event(&view.event.facts, view.body.as_deref()?).tools.into_iter().next()?.id?, view.event.id.to_string()))
    };
    of_tool.filter_map(call).collect()
}

fn shown(view: &EventView, message: &Message, tools: &HashMap<String, String>) -> wire::Said {
    let asked = |call: &debrief_content::ToolCall| wire::Asked {
        event_id: call.id.as_ref().and_then(|id| tools.get(id)).cloned(),
        call: Tool::from(call.clone()),
    };
    wire::Said {
        event_id: view.event.id.to_string(),
        occurred_at: time::render(view.event.facts.occurred_at),
        agent: view.agent.clone(),
        role: message.role.clone(),
        text: message.text.clone(),
        tool_calls: message.tool_calls.iter().map(asked).collect(),
        tool_call_id: message.tool_call_id.clone(),
    }
}
