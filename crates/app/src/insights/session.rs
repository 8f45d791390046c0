//! What one conversation tells.

use debrief_insight::lifecycle::{Verdict, judge};
use debrief_insight::outcome::Claim;
use debrief_model::audit::Resourced;
use debrief_model::{
    Conversation, Error, Event, EventFilter, EventId, Kind, Order, Paging, Resolution, Scan, Session, Subject, TenantId, Timestamp,
};
use debrief_store::{Warehouse, body};
use serde_json::Value;

use super::{Labels, idle_us};
use crate::analysis::detail::Detail;
use crate::analysis::look::claim;
use crate::{App, Ctx};

/// What one conversation tells.
#[derive(Clone, Debug)]
pub struct SessionInsights {
    /// The session.
    pub session: Session,
    /// How it stands.
    pub verdict: Verdict,
    /// What was told of its outcome.
    pub told: Option<Resolution>,
    /// The event that tells of its end, where the end told of its outcome.
    pub ended_by: Option<EventId>,
    /// What was found in it, and when; `None` while nobody has looked.
    pub found: Option<(Timestamp, Detail)>,
    /// What the clusters of its intents and corrections are called, by id.
    pub labels: Vec<(u64, String)>,
    /// Whether conversations are looked at at all.
    pub is_analysed: bool,
}

impl SessionInsights {
    /// What was told of its outcome, how, and by which event, where one told it.
    #[must_use]
    pub fn claim(&self) -> Option<Claim<'_>> {
        let said = self.told.map(|resolution| claim(&self.session, resolution))?;
        Some(Claim { event: said.event.or(self.ended_by), ..said })
    }

    /// What a cluster is called.
    #[must_use]
    pub fn label(&self, cluster: Option<u64>) -> Option<&str> {
        let wanted = cluster?;
        self.labels.iter().find(|(id, _)| *id == wanted).map(|(_, label)| label.as_str())
    }
}

/// What one conversation tells, turn by turn.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Session)`.
pub async fn of_session_in_detail(app: &App, ctx: &Ctx, session: &str) -> crate::Result<SessionInsights> {
    ctx.must_read()?;
    let (ledger, findings, tenant, key) = (app.ledger.clone(), app.findings.clone(), ctx.tenant, session.to_owned());
    let (now, idle_us, is_analysed) = (ctx.now, idle_us(app.settings().conversation_idle), app.settings().analysis);
    let mut insights = app
        .readers
        .run(move || {
            let session = ledger.session(tenant, &key)?.ok_or_else(|| Error::not_found(Subject::Session(key)))?;
            let conversation = Conversation::of(&session);
            let found = findings.found(session.tenant, session.number)?;
            let found = found.and_then(|found| Detail::decode(&found.detail).map(|detail| (found.looked_at, detail)));
            let labels = match &found {
                Some((_, detail)) => labels(&Labels::of(findings.as_ref(), session.tenant)?, detail),
                None => Vec::new(),
            };
            let (verdict, told) = (judge(&conversation, now, idle_us), conversation.resolution);
            Ok(SessionInsights { session, verdict, told, ended_by: None, found, labels, is_analysed })
        })
        .await?;
    if insights.told.is_some() && insights.session.set.resolution.is_none() {
        let tenant = insights.session.tenant;
        app.fence.pass().await?;
        let (warehouse, session) = (app.warehouse.clone(), insights.session.id.to_string());
        insights.ended_by = app.readers.run(move || end_of(warehouse.as_ref(), tenant, session)).await?;
    }
    Ok(insights)
}

/// Events about a session that are looked through for the one that tells how it ended.
const NOTICES_MAX: u32 = 100;

/// The last event that tells how a session ended.
fn end_of(warehouse: &dyn Warehouse, tenant: TenantId, session: String) -> crate::Result<Option<EventId>> {
    let filter = EventFilter {
        kind: Some(Kind::Domain),
        resource: Some(Resourced { id: session, event: None, session: None }),
        ..EventFilter::default()
    };
    let scan = Scan { filter, order: Order::Descending, paging: Paging { limit: NOTICES_MAX, offset: 0 }, bodies: true };
    Ok(warehouse.scan(tenant, &scan)?.rows.iter().find(|event| tells_how_it_ended(event)).map(|event| event.id))
}

fn tells_how_it_ended(event: &Event) -> bool {
    let Some(told) = body::decode(&event.facts.body).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok()) else {
        return false;
    };
    let place = match &*event.facts.event_type {
        "session.started" => "/endState",
        "session.ended" | "session.updated" => "/changes/endState/to",
        _ => return false,
    };
    told.pointer(place).is_some_and(|state| !state.is_null())
}

fn labels(known: &Labels, detail: &Detail) -> Vec<(u64, String)> {
    let clusters = detail.intents.iter().map(|intent| intent.cluster).chain(detail.signals.iter().map(|signal| signal.cluster));
    let mut wanted: Vec<u64> = clusters.flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let label = |id: u64| known.label(debrief_insight::clusters::ClusterId(id)).map(|label| (id, label));
    wanted.into_iter().filter_map(label).collect()
}
