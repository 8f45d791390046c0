//! `POST /api/v1/events`.

use debrief_app::Ctx;
use debrief_model::Error;

use crate::edge::call::Call;
use crate::edge::facade::worded;
use crate::edge::reply::Reply;
use crate::native::domain_events::{self, Form};
use crate::native::{self, error};
use crate::voker;
use crate::voker::events::{Taken, create_event};

/// Records a model call or domain events, whichever the body is.
///
/// # Errors
/// What Voker's side answers; ours is in the reply already, in our own words.
pub(super) async fn record(mut call: Call) -> Result<Reply, Error> {
    let now = call.now;
    let ours = |answer: Result<Reply, Error>| Ok(answer.unwrap_or_else(|failed| worded(&failed, error::render, super::EVENTS, now)));
    if let Some(form) = domain_events::announced(&call) {
        call.dialect = native::NAME;
        return ours(domain_events::record(call, form).await);
    }
    call.dialect = voker::NAME;
    match create_event(call).await? {
        Taken::Recorded(reply) => Ok(reply),
        Taken::Foreign(call, ctx, payload) => {
            let ctx = Ctx { source: native::NAME, ..ctx };
            ours(domain_events::record_read(*call, ctx, payload, Form::Ours).await)
        }
    }
}
