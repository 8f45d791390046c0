//! `GET /api/v1/events`, `…/aggregate`, `…/correlation/{correlation}`, `…/resource/{resource_type}/{resource}`, `…/stats/by-actor` and
//! `…/{event}`.

use debrief_app::audit::{self, LogQuery};
use debrief_app::{App, Ctx, events};
use debrief_model::{Error, Order, Paging};

use super::{translate, wire};
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// The log, filtered, newest first.
///
/// # Errors
/// `Invalid`, `Unavailable`.
pub(super) async fn list(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let (query, paging) = translate::list(&call.query())?;
    page(call.app(), &ctx, query, Order::Descending, paging).await
}

/// One workflow, oldest first.
///
/// # Errors
/// `Invalid`, `Unavailable`.
pub(super) async fn by_correlation(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let (query, paging) = translate::by_correlation(call.path("correlation"), &call.query())?;
    page(call.app(), &ctx, query, Order::Ascending, paging).await
}

/// What happened to one thing, newest first.
///
/// # Errors
/// `Invalid`, `Unavailable`.
pub(super) async fn by_resource(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let (query, paging) = translate::by_resource(call.path("resource_type"), call.path("resource"), &call.query())?;
    page(call.app(), &ctx, query, Order::Descending, paging).await
}

async fn page(app: &App, ctx: &Ctx, query: LogQuery, order: Order, paging: Paging) -> Result<Reply, Error> {
    let page = audit::list(app, ctx, query, order, paging).await?;
    Ok(Reply::json(&wire::Events::new(page, paging)))
}

/// How many events of each sort there are.
///
/// # Errors
/// `Invalid`, `Unavailable`.
pub(super) async fn aggregate(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let time = translate::time(&call.query())?;
    Ok(Reply::json(&wire::Sums::from(audit::sums(call.app(), &ctx, time).await?)))
}

/// What each actor did.
///
/// # Errors
/// `Invalid`, `Unavailable`.
pub(super) async fn by_actor(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let time = translate::time(&call.query())?;
    Ok(Reply::json(&wire::Actors::from(audit::actors(call.app(), &ctx, time).await?)))
}

/// One event.
///
/// # Errors
/// `Invalid`, `NotFound(Event)`, `Unavailable`.
pub(super) async fn get(call: Call, ctx: Ctx) -> Result<Reply, Error> {
    let id = translate::event_id(call.path("event"), &call.query())?;
    Ok(Reply::json(&wire::Event::from(events::get(call.app(), &ctx, id).await?)))
}
