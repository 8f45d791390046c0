//! How well an agent does, over all its conversations in a period. Needs no model and reads no text.

use std::time::Duration;

use debrief_insight::figures::{Figures, Trend, trend};
use debrief_insight::lifecycle::{Verdict, judge};
use debrief_insight::period::{Span, preceding};
use debrief_model::{Agent, Conversation, Session, TimeRange};

use crate::agents::{self, Handle};
use crate::{App, Ctx};

/// What an agent's conversations in a period come to.
#[derive(Clone, Debug)]
pub struct AgentInsights {
    /// The agent.
    pub agent: Agent,
    /// The period that was asked for.
    pub span: Span,
    /// Its time. For all time it begins with the day of the first conversation; without any it has no beginning.
    pub period: TimeRange,
    /// The conversations of the period.
    pub figures: Figures,
    /// Against the period of the same length before.
    pub trend: Trend,
}

/// An agent's insights.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`.
pub async fn of_agent(app: &App, ctx: &Ctx, handle: &Handle, span: Span) -> crate::Result<AgentInsights> {
    let agent = agents::get(app, ctx, handle).await?;
    let period = span.ending(ctx.now);
    let before = preceding(period);
    let began = TimeRange { from: before.map_or(period.from, |before| before.from), to: period.to };
    let (ledger, tenant, now, idle_us) = (app.ledger.clone(), ctx.tenant, ctx.now, idle_us(app.settings().conversation_idle));
    app.readers
        .run(move || {
            let (mut figures, mut former, mut first) = (Figures::default(), Figures::default(), None);
            ledger.conversations(tenant, agent.number, began, &mut |conversation: &Conversation| {
                let verdict = judge(conversation, now, idle_us);
                match period.contains(conversation.started_at) {
                    true => figures.add(conversation, verdict),
                    false => former.add(conversation, verdict),
                }
                first = Some(first.map_or(conversation.started_at, |first: debrief_model::Timestamp| first.min(conversation.started_at)));
            })?;
            let from = period.from.or_else(|| first.map(day_of));
            Ok(AgentInsights { trend: trend(&figures, &former), agent, span, period: TimeRange { from, ..period }, figures })
        })
        .await
}

/// The midnight (UTC) that a time's day begins with.
fn day_of(at: debrief_model::Timestamp) -> debrief_model::Timestamp {
    const DAY_US: i64 = 86_400_000_000;
    debrief_model::Timestamp(at.0.div_euclid(DAY_US) * DAY_US)
}

/// How a session stands as a conversation.
#[must_use]
pub fn of_session(app: &App, ctx: &Ctx, session: &Session) -> Verdict {
    judge(&Conversation::of(session), ctx.now, idle_us(app.settings().conversation_idle))
}

/// How long nothing must happen until a conversation is over, microseconds.
pub(crate) fn idle_us(idle: Duration) -> i64 {
    i64::try_from(idle.as_micros()).unwrap_or(i64::MAX)
}
