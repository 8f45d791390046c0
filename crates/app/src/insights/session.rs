//! What one conversation tells.

use debrief_insight::lifecycle::{Verdict, judge};
use debrief_insight::outcome::Claim;
use debrief_model::{Conversation, Error, Resolution, Session, Subject, Timestamp};

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
        self.told.map(|resolution| claim(&self.session, resolution))
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
    app.readers
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
            Ok(SessionInsights { session, verdict, told, found, labels, is_analysed })
        })
        .await
}

fn labels(known: &Labels, detail: &Detail) -> Vec<(u64, String)> {
    let clusters = detail.intents.iter().map(|intent| intent.cluster).chain(detail.signals.iter().map(|signal| signal.cluster));
    let mut wanted: Vec<u64> = clusters.flatten().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let label = |id: u64| known.label(debrief_insight::clusters::ClusterId(id)).map(|label| (id, label));
    wanted.into_iter().filter_map(label).collect()
}
