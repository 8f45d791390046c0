//! How well agents do: over all their conversations in a period, in one conversation, and one version against another.

pub(crate) mod gather;
mod session;
mod topics;
mod versions;

use std::time::Duration;

use debrief_insight::clusters::ClusterId;
use debrief_insight::figures::{Figures, Outcomes, Sentiments, Trend, trend};
use debrief_insight::issues::{Issue, IssueKey, Tally};
use debrief_insight::lifecycle::{Verdict, judge};
use debrief_insight::period::{Span, preceding};
use debrief_insight::recommendations::{Recommendation, recommend};
use debrief_model::{Agent, Conversation, Session, TimeRange, Timestamp};

use self::gather::{Question, Seen};
use crate::agents::{self, Handle};
use crate::analysis::memory;
use crate::{App, Ctx};

pub use session::{SessionInsights, of_session_in_detail};
pub use topics::{Example, Topic, TopicQuery, Topics, WentWrong, corrections, intents, issues};
pub use versions::{VersionSide, Versions, compare};

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
    /// What came of them.
    pub outcomes: Outcomes,
    /// Against the period before.
    pub outcomes_trend: Trend,
    /// How their users sound.
    pub sentiments: Sentiments,
    /// How long users waited, medians of conversations.
    pub responses: Responses,
    /// Turns that users began, in the conversations that were looked at.
    pub turns: u64,
    /// Conversations that are over and were looked at.
    pub looked_at: u64,
    /// Messages of users that could not be read because of their language.
    pub unsupported_messages: u64,
    /// What goes wrong most.
    pub issues: Vec<Issue>,
    /// What to do about it.
    pub recommendations: Vec<Recommendation>,
}

/// Quantiles over conversations of how long their users waited for an answer in the median, milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Responses {
    /// Half of the conversations are quicker.
    pub p50_ms: Option<u32>,
    /// 95 % are quicker.
    pub p95_ms: Option<u32>,
}

impl Responses {
    fn of(mut ms: Vec<u32>) -> Self {
        let mut at = |percent: usize| {
            let place = ms.len().checked_sub(1)? * percent / 100;
            Some(*ms.select_nth_unstable(place).1)
        };
        Self { p50_ms: at(50), p95_ms: at(95) }
    }
}

/// How an agent does, in the few figures of its status.
#[derive(Clone, Debug)]
pub struct AgentStanding {
    /// The agent.
    pub agent: Agent,
    /// The conversations of the period.
    pub figures: Figures,
    /// How their users sound.
    pub sentiments: Sentiments,
}

/// How an agent does, over the default period. What [`of_agent`] has besides is neither read nor worked out.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`.
pub async fn standing_of_agent(app: &App, ctx: &Ctx, handle: &Handle) -> crate::Result<AgentStanding> {
    let agent = agents::get(app, ctx, handle).await?;
    let question = Question::new(app, ctx, Span::default().ending(ctx.now));
    app.readers
        .run(move || {
            let (mut figures, mut sentiments) = (Figures::default(), Sentiments::default());
            question.of_agent(agent.number, &mut |seen| {
                figures.add(seen.conversation, seen.verdict);
                if seen.is_over() && seen.outline.is_some() {
                    sentiments.add(seen.sentiment());
                }
            })?;
            Ok(AgentStanding { agent, figures, sentiments })
        })
        .await
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
    let question = Question::new(app, ctx, began);
    app.readers
        .run(move || {
            let mut sums = Sums::default();
            question.of_agent(agent.number, &mut |seen| sums.add(seen, period))?;
            let issue_of = memory::issues(question.findings.as_ref(), question.tenant)?;
            let mut tally = Tally::default();
            for (numbers, ended_badly) in &sums.issues {
                let keys: Vec<IssueKey> = numbers.iter().filter_map(|number| issue_of.get(number).cloned()).collect();
                tally.add(&keys, *ended_badly);
            }
            let labels = Labels::of(question.findings.as_ref(), question.tenant)?;
            let issues = tally.ranked(&|cluster| labels.label(cluster));
            Ok(sums.into_insights(agent, span, period, issues, &labels))
        })
        .await
}

/// What is summed up over conversations.
#[derive(Default)]
struct Sums {
    figures: Figures,
    former: Figures,
    outcomes: Outcomes,
    former_outcomes: Outcomes,
    sentiments: Sentiments,
    response_ms: Vec<u32>,
    turns: u64,
    looked_at: u64,
    unsupported_messages: u64,
    /// Per conversation that is over.
    issues: Vec<(Vec<u32>, bool)>,
    first: Option<Timestamp>,
}

impl Sums {
    fn add(&mut self, seen: &Seen<'_>, period: TimeRange) {
        let began = seen.conversation.started_at;
        self.first = Some(self.first.map_or(began, |first| first.min(began)));
        if !period.contains(began) {
            self.former.add(seen.conversation, seen.verdict);
            if seen.is_over() {
                self.former_outcomes.add(&seen.judgement());
            }
            return;
        }
        self.figures.add(seen.conversation, seen.verdict);
        if !seen.is_over() {
            return;
        }
        self.outcomes.add(&seen.judgement());
        let Some(outline) = seen.outline else { return };
        self.sentiments.add(seen.sentiment());
        self.response_ms.extend(outline.response_ms);
        self.turns += u64::from(outline.turns);
        self.looked_at += 1;
        self.unsupported_messages += u64::from(outline.unheard);
        self.issues.push((outline.issues.clone(), seen.ended_badly()));
    }

    fn into_insights(self, agent: Agent, span: Span, period: TimeRange, issues: Vec<Issue>, labels: &Labels) -> AgentInsights {
        let from = period.from.or_else(|| self.first.map(day_of));
        AgentInsights {
            trend: trend(&self.figures, &self.former),
            outcomes_trend: self.outcomes.trend(&self.former_outcomes),
            recommendations: recommend(&issues, &|cluster| labels.label(cluster)),
            agent,
            span,
            period: TimeRange { from, ..period },
            figures: self.figures,
            outcomes: self.outcomes,
            sentiments: self.sentiments,
            responses: Responses::of(self.response_ms),
            turns: self.turns,
            looked_at: self.looked_at,
            unsupported_messages: self.unsupported_messages,
            issues,
        }
    }
}

/// What clusters are called.
pub(crate) struct Labels(debrief_insight::clusters::Clusters);

impl Labels {
    pub(crate) fn of(findings: &dyn debrief_store::Findings, tenant: debrief_model::TenantId) -> crate::Result<Self> {
        memory::clusters(findings, tenant).map(Self)
    }

    pub(crate) fn label(&self, cluster: ClusterId) -> Option<String> {
        self.0.describe(cluster).map(|described| described.label)
    }

    pub(crate) fn clusters(&self) -> &debrief_insight::clusters::Clusters {
        &self.0
    }
}

/// The midnight (UTC) that a time's day begins with.
fn day_of(at: Timestamp) -> Timestamp {
    const DAY_US: i64 = 86_400_000_000;
    Timestamp(at.0.div_euclid(DAY_US) * DAY_US)
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
