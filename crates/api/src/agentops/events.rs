//! Events: recorded and amended in batches, each in one go.

use debrief_app::{App, Ctx, Permit, Write, Written, offload};
use debrief_model::Error;

use super::translate::{self, Arrival, Recording};
use super::{auth, wire};
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::reply::Reply;

/// Bytes of a patch that marks an event as failed, about.
const FAILURE_BYTES: usize = 512;

/// Records events, and marks as failed those that errors among them point at. What is no event is left out and counted.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`, `Overloaded`.
pub(super) async fn create(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session } = auth::by_token(&call, "posting event")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let arrival = Arrival { session, now: call.now, events_max: call.app().settings().limits.batch_events_max };
    let recording = offload::translate(text.len(), move || translate::recording(&text, &arrival)).await?;
    let Recording { drafts, failures, refused } = recording;
    note_refused(refused);
    let room = call.app().admit(failures.len() * FAILURE_BYTES)?;
    let events = (!drafts.is_empty()).then_some((permit, Write::Events { tenant: ctx.tenant, drafts }));
    let amended = (!failures.is_empty()).then_some((room, Write::Amend { tenant: ctx.tenant, patches: failures }));
    // Both wait for the same commit: the first is on the queue before the second is.
    let (events, amended) = tokio::try_join!(write(call.app(), &ctx, events), write(call.app(), &ctx, amended))?;
    Ok(done([events, amended]))
}

/// Changes what is given of events; those that nobody knows are passed over.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `TooLarge`.
pub(super) async fn update(mut call: Call) -> Result<Reply, Error> {
    let auth::Caller { ctx, session: _ } = auth::by_token(&call, "posting event")?;
    ctx.must_ingest()?;
    let Payload { text, permit } = call.payload().await?;
    let events_max = call.app().settings().limits.batch_events_max;
    let amending = offload::translate(text.len(), move || translate::amending(&text, events_max)).await?;
    note_refused(amending.refused);
    let patches = amending.patches;
    let amended = (!patches.is_empty()).then_some((permit, Write::Amend { tenant: ctx.tenant, patches }));
    let amended = write(call.app(), &ctx, amended).await?;
    Ok(done([amended, None]))
}

/// Takes a crash report of the vendor's SDK. It is about the client's program, not about an agent: it is counted, and not kept.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `TooLarge`.
pub(super) async fn developer_error(mut call: Call) -> Result<Reply, Error> {
    let ctx = match auth::by_key(&call, "posting developer error") {
        Ok(ctx) => ctx,
        Err(no_key) => auth::by_token(&call, "posting developer error").map_err(|_| no_key)?.ctx,
    };
    ctx.must_ingest()?;
    let Payload { text, permit: _ } = call.payload().await?;
    // What a program's crash report quotes is nobody's business here: logs carry no bodies.
    tracing::warn!(tenant = %ctx.tenant, bytes = text.len(), "an AgentOps client reports an error of its own");
    metrics::counter!("debrief_client_errors_total", "source" => "agentops").increment(1);
    Ok(Reply::json(&wire::SUCCESS))
}

async fn write(app: &App, ctx: &Ctx, wish: Option<(Permit, Write)>) -> Result<Option<Written>, Error> {
    match wish {
        Some((permit, write)) => app.write(ctx, permit, write).await.map(Some),
        None => Ok(None),
    }
}

fn done(written: [Option<Written>; 2]) -> Reply {
    let reply = Reply::json(&wire::SUCCESS);
    match written.into_iter().flatten().map(|written| written.position).max() {
        Some(position) => reply.at(position),
        None => reply,
    }
}

fn note_refused(refused: usize) {
    if refused > 0 {
        metrics::counter!("debrief_events_refused_total", "source" => "agentops").increment(refused as u64);
        tracing::warn!(refused, "a batch held items that are no events; the others were recorded");
    }
}
