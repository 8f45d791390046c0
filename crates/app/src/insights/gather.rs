//! The conversations of agents in a period, each with how it stands now and what was found in it.
//!
//! How a conversation stands and what was told of it is the ledger's word and true at once; what was found comes a little later, and what
//! was told goes before it.

use std::sync::Arc;

use debrief_insight::lifecycle::{State, Verdict, judge};
use debrief_insight::outcome::{Judgement, Outcome, Source};
use debrief_model::{AgentNumber, Conversation, Resolution, TenantId, TimeRange, Timestamp};
use debrief_store::{Findings, Judged, Ledger, Outline, Outlined};

use super::idle_us;
use crate::{App, Ctx};

/// One conversation.
pub(crate) struct Seen<'s> {
    /// How it went.
    pub(crate) conversation: &'s Conversation,
    /// Whether it is over, and how.
    pub(crate) verdict: Verdict,
    /// What was found in it; `None` while nobody has looked, or there was nothing to find.
    pub(crate) outline: Option<&'s Outline>,
    /// Whether what was judged counts: a judge stands for what is not told only once it agrees well enough with what is. Until then
    /// there are the estimates.
    pub(crate) judged_counts: bool,
}

impl Seen<'_> {
    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.verdict.state != State::InProgress
    }

    /// What came of it, as far as that is known.
    pub(crate) fn judgement(&self) -> Judgement {
        let judgement = |outcome, source| Judgement { outcome, source, evidence: Vec::new() };
        match (self.conversation.resolution, self.outline) {
            (Some(Resolution::Resolved), _) => judgement(Outcome::Resolved, Source::Told),
            (Some(Resolution::Unresolved), _) => judgement(Outcome::Unresolved, Source::Told),
            (None, Some(outline)) => match (outline.judged.filter(|_| self.judged_counts), outline.resolved) {
                (Some(Judged::Resolved), _) => judgement(Outcome::Resolved, Source::Judged),
                (Some(Judged::Unresolved), _) => judgement(Outcome::Unresolved, Source::Judged),
                (Some(Judged::Unclear), _) => judgement(Outcome::Unknown, Source::Judged),
                (None, Some(true)) => judgement(Outcome::Resolved, Source::Estimated),
                (None, Some(false)) => judgement(Outcome::Unresolved, Source::Estimated),
                (None, None) => judgement(Outcome::Unknown, Source::Estimated),
            },
            (None, None) => judgement(Outcome::Unknown, Source::Estimated),
        }
    }

    /// Whether it was given up, or is known not to have achieved what it was for.
    pub(crate) fn ended_badly(&self) -> bool {
        self.verdict.state == State::Abandoned || self.judgement().outcome == Outcome::Unresolved
    }

    /// How its user sounds, −1…1.
    pub(crate) fn sentiment(&self) -> Option<f64> {
        self.outline?.sentiment_e4.map(|e4| f64::from(e4) / 10_000.0)
    }
}

/// Which conversations are asked about, and what answers: on a thread that may block.
pub(crate) struct Question {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) findings: Arc<dyn Findings>,
    pub(crate) tenant: TenantId,
    began: TimeRange,
    now: Timestamp,
    idle_us: i64,
    /// Whether what was judged counts for this tenant.
    judged_counts: bool,
}

impl Question {
    /// About conversations of the caller's that began in the period.
    pub(crate) fn new(app: &App, ctx: &Ctx, began: TimeRange) -> Self {
        Self {
            ledger: app.ledger.clone(),
            findings: app.findings.clone(),
            tenant: ctx.tenant,
            began,
            now: ctx.now,
            idle_us: idle_us(app.settings().conversation_idle),
            judged_counts: app.judged_counts(ctx.tenant),
        }
    }

    /// Shows every conversation that the agent led, in order of session number.
    pub(crate) fn of_agent(&self, agent: AgentNumber, see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<()> {
        self.with(agent, &self.outlines(Some(agent))?, see)
    }

    /// The same for all agents of whose conversations something was found, in order of agent and session number.
    pub(crate) fn of_all(&self, see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<()> {
        let found = self.outlines(None)?;
        found.chunk_by(|one, other| one.agent == other.agent).try_for_each(|of_agent| self.with(of_agent[0].agent, of_agent, see))
    }

    fn outlines(&self, agent: Option<AgentNumber>) -> crate::Result<Vec<Outlined>> {
        let mut found = Vec::new();
        self.findings.outlines(self.tenant, agent, self.began, &mut |outlined| found.push(outlined.clone()))?;
        Ok(found)
    }

    /// Both come in order of session number.
    fn with(&self, agent: AgentNumber, found: &[Outlined], see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<()> {
        let mut rest = found.iter().peekable();
        self.ledger.conversations(self.tenant, agent, self.began, &mut |conversation: &Conversation| {
            while rest.next_if(|first| first.session < conversation.session).is_some() {}
            let outline = rest.peek().filter(|first| first.session == conversation.session).map(|first| &first.outline);
            see(&Seen { conversation, verdict: judge(conversation, self.now, self.idle_us), outline, judged_counts: self.judged_counts });
        })
    }
}
