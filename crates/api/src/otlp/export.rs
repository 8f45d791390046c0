//! `POST /v1/traces`, `/v1/logs`, `/v1/metrics`.

use std::sync::Arc;

use debrief_app::{App, Ctx, Permit, Write, offload};
use debrief_content::{json_depth_exceeds, repair_utf8};
use debrief_model::{Draft, Error, Position, Timestamp};
use debrief_otlp::{Encoding, Signal};
use http::StatusCode;

use super::{auth, error, translate};
use crate::edge::call::Call;
use crate::edge::facade::worded;
use crate::edge::reply::Reply;

/// Spans.
///
/// # Errors
/// None: what goes wrong is told in the encoding of the request.
pub(super) async fn traces(call: Call) -> Result<Reply, Error> {
    over_http(call, Signal::Traces).await
}

/// Log records.
///
/// # Errors
/// None: what goes wrong is told in the encoding of the request.
pub(super) async fn logs(call: Call) -> Result<Reply, Error> {
    over_http(call, Signal::Logs).await
}

/// Metrics, which are counted and not kept.
///
/// # Errors
/// None: what goes wrong is told in the encoding of the request.
pub(super) async fn metrics(call: Call) -> Result<Reply, Error> {
    over_http(call, Signal::Metrics).await
}

async fn over_http(mut call: Call, signal: Signal) -> Result<Reply, Error> {
    // Exporters say what they send; people who try it out write JSON.
    let known = call.header("content-type").map_or(Some(Encoding::Json), Encoding::from_content_type);
    let encoding = known.unwrap_or(Encoding::Json);
    let (app, now, path) = (call.app().clone(), call.now, call.uri_path().to_owned());
    let done = match receive(&mut call, known).await {
        Ok((ctx, received)) => take(app, now, ctx, signal, received).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(Taken { rejected, message, position }) => {
            let body = debrief_otlp::accepted(encoding, signal, rejected, &message);
            let reply = Reply::bytes(encoding.content_type(), body);
            Ok(position.map_or(reply.clone(), |position| reply.at(position)))
        }
        Err(fault) => {
            let reply = worded(&fault, |fault, _| error::reply(fault, encoding), &path, now);
            let unsupported = known.is_none() && reply.status == StatusCode::BAD_REQUEST;
            Ok(if unsupported { reply.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE) } else { reply })
        }
    }
}

async fn receive(call: &mut Call, known: Option<Encoding>) -> Result<(Ctx, Received), Error> {
    let ctx = auth::recorder(call)?;
    let unknown = || Error::invalid("Unsupported Content-Type: use application/x-protobuf or application/json");
    let encoding = known.ok_or_else(unknown)?;
    let (body, permit) = call.bytes().await?;
    let depth = call.app().settings().limits.json_depth_max;
    if encoding == Encoding::Json && json_depth_exceeds(&body, depth) {
        return Err(Error::invalid(format!("JSON is nested deeper than {depth} levels (limit json_depth_max)")));
    }
    let body = match (encoding, std::str::from_utf8(&body).is_ok()) {
        (Encoding::Json, false) => repair_utf8(&body).into_owned().into_bytes(),
        _ => body,
    };
    Ok((ctx, Received { encoding, body, permit }))
}

/// A body, plain, and the room on the queue that it holds.
pub(super) struct Received {
    pub(super) encoding: Encoding,
    pub(super) body: Vec<u8>,
    pub(super) permit: Permit,
}

/// What became of a request.
pub(super) struct Taken {
    pub(super) rejected: u64,
    /// Why.
    pub(super) message: String,
    /// The record that holds what was accepted.
    pub(super) position: Option<Position>,
}

/// Records what a body holds.
pub(super) async fn take(app: Arc<App>, now: Timestamp, ctx: Ctx, signal: Signal, received: Received) -> Result<Taken, Error> {
    let Received { encoding, body, permit } = received;
    let limit = app.settings().limits.batch_events_max;
    let translated = offload::translate(body.len(), move || translate::read(signal, encoding, &body, now)).await?;
    let translate::Translated { drafts, scores, rejected, message } = translated;
    let items = drafts.len() - scores;
    if items > limit {
        let sentence = format!("{items} items in one request are too many: the limit is {limit} (limit batch_events_max)");
        return Err(Error::new(debrief_model::ErrorKind::TooLarge, sentence));
    }
    let position = record(&app, &ctx, permit, drafts).await?;
    Ok(Taken { rejected, message, position })
}

async fn record(app: &App, ctx: &Ctx, permit: Permit, drafts: Vec<Draft>) -> Result<Option<Position>, Error> {
    if drafts.is_empty() {
        return Ok(None);
    }
    let write = Write::Events { tenant: ctx.tenant, drafts };
    Ok(Some(app.write(ctx, permit, write).await?.position))
}
