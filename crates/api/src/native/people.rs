//! `GET /api/v1/people`.

use debrief_app::people;
use debrief_model::Error;

use super::{auth, wire};
use crate::edge::call::Call;
use crate::edge::page::Params;
use crate::edge::reply::Reply;

/// The people, newest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let ctx = auth::caller(&call)?;
    let paging = Params::new(call.query(), &["limit", "offset"])?.paging()?;
    let page = people::list(call.app(), &ctx, paging).await?;
    let told = wire::PageOf::by_offset(page.total, paging, page.rows.len());
    Ok(Reply::json(&wire::People { people: page.rows.into_iter().map(wire::PersonRow::from).collect(), page: told }))
}
