//! `GET /api/v1/sessions`, `GET /api/v1/sessions/{session}`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use debrief_app::{SessionQuery, SessionView, insights, sessions};
use debrief_model::{Error, SessionNumber, TimeRange, Timestamp};

use super::{auth, wire};
use crate::edge::call::Call;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;

const PARAMS: &[&str] = &["agent", "agentVersion", "person", "tag", "endState", "from", "to", "limit", "offset", "cursor"];

/// Sessions, newest activity first; paged by offset, or by `cursor` where new activity must not shift the pages.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let params = Params::new(call.query(), PARAMS)?;
    let paging = params.paging()?;
    let query = SessionQuery {
        agent: params.text("agent"),
        agent_version: params.text("agentVersion"),
        person: params.text("person"),
        tag: params.text("tag"),
        end_state: params.text("endState"),
        time: TimeRange { from: params.time("from")?, to: params.time("to")? },
        after: params.text("cursor").map(|cursor| read_cursor(&cursor)).transpose()?,
    };
    let by_cursor = query.after.is_some();
    // One row more than asked for tells whether there is a next page, however it is paged.
    let page = sessions::list(call.app(), &ctx, query, debrief_model::Paging { limit: paging.limit + 1, ..paging }).await?;
    let has_next = page.rows.len() > paging.limit as usize;
    let mut rows = page.rows;
    rows.truncate(paging.limit as usize);
    let next_cursor = rows.last().filter(|_| has_next).map(|last| write_cursor(last.session.last_activity_at, last.session.number));
    debug_assert!(by_cursor || has_next == (paging.offset + (rows.len() as u64) < page.total));
    let page = wire::PageOf::new(page.total, paging, rows.len(), has_next);
    let row = |view: SessionView| {
        let verdict = insights::of_session(call.app(), &ctx, &view.session);
        wire::Session::row(view, verdict)
    };
    Ok(Reply::json(&wire::Sessions { sessions: rows.into_iter().map(row).collect(), page, next_cursor }))
}

/// One session with its totals, by the client's id or ours.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`.
pub async fn get(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    Params::new(call.query(), &[])?;
    let (view, agents) = sessions::get(call.app(), &ctx, call.path("session")).await?;
    let verdict = insights::of_session(call.app(), &ctx, &view.session);
    Ok(Reply::json(&wire::Session::whole(view, verdict, agents)))
}

fn write_cursor(at: Timestamp, number: SessionNumber) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", at.0, number.0))
}

fn read_cursor(cursor: &str) -> Result<(Timestamp, SessionNumber), Error> {
    let parse = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (at, number) = text.split_once('.')?;
        Some((Timestamp(at.parse().ok()?), SessionNumber(number.parse().ok()?)))
    };
    parse().ok_or_else(|| bad("cursor", "cursor", "Parameter 'cursor' must be a nextCursor of an earlier answer".to_owned()))
}
