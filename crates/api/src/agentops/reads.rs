//! Reading back in the vendor's shapes.

use debrief_app::{events, sessions};
use debrief_model::limit::PAGE_ROWS_MAX;
use debrief_model::{Error, ErrorKind, Kind, Order, Paging};

use super::{auth, translate, wire};
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Bytes of rows that one export may hold; a longer session is read page by page over our own API.
const EXPORT_BYTES_MAX: usize = 64 << 20;

/// What a session adds up to.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`.
pub(super) async fn stats(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call, call.path("session"))?;
    let (view, _) = sessions::get(call.app(), &ctx, call.path("session")).await?;
    Ok(Reply::json(&translate::stats(&view)))
}

/// A session with all its events. The event log tells who got it.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Session)`, `TooLarge`; `Overloaded`, `Unavailable` where the log cannot be told of it.
pub(super) async fn export(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call, call.path("session"))?;
    let (view, _) = sessions::get(call.app(), &ctx, call.path("session")).await?;
    let key = view.session.key.clone();
    let (mut actions, mut llms, mut tools, mut errors) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut offset, mut bytes) = (0, 0);
    loop {
        let paging = Paging { limit: PAGE_ROWS_MAX, offset };
        let page = events::of_session(call.app(), &ctx, call.path("session"), None, Order::Ascending, paging).await?;
        offset += page.rows.len() as u64;
        let last = page.rows.is_empty() || offset >= page.total;
        for event in page.rows {
            let (kind, row) = translate::row(&event, &key);
            bytes += row.get().len();
            match kind {
                Kind::Llm => llms.push(row),
                Kind::Tool => tools.push(row),
                Kind::Error => errors.push(row),
                Kind::Action | Kind::Span | Kind::Message | Kind::Domain => actions.push(row),
            }
        }
        if bytes > EXPORT_BYTES_MAX {
            let sentence = format!("The session is too long to export at once (more than {EXPORT_BYTES_MAX} bytes): read it page by page");
            return Err(Error::new(ErrorKind::TooLarge, sentence));
        }
        if last {
            let told = sessions::tell_exported(call.app(), &ctx, &view.session).await?;
            let session = translate::exported_session(view);
            return Ok(Reply::json(&wire::Export { session, actions, llms, tools, errors }).at(told.position));
        }
    }
}

/// The SDK's time travel asks, without credentials, for answers to replay. Debrief keeps none; an empty list replays nothing.
///
/// # Errors
/// None.
pub(super) async fn time_travel(_call: Call) -> Result<Reply, Error> {
    Ok(Reply::json(&[(); 0]))
}
