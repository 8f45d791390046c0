//! The conversations of agents in a period, each with how it stands now and what was found in it.
//!
//! How a conversation stands and what was told of it is the ledger's word and true at once; what was found comes a little later, and what
//! was told goes before it.

use debrief_insight::lifecycle::{State, Verdict, judge};
use debrief_insight::outcome::{Judgement, Outcome, Source};
use debrief_model::{AgentNumber, Conversation, Resolution, TenantId, TimeRange, Timestamp};
use debrief_store::{Findings, Judged, Ledger, Outline, Outlined};

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

/// What is asked and of what.
#[derive(Clone, Copy)]
pub(crate) struct Question<'q> {
    pub(crate) ledger: &'q dyn Ledger,
    pub(crate) findings: &'q dyn Findings,
    pub(crate) tenant: TenantId,
    pub(crate) began: TimeRange,
    pub(crate) now: Timestamp,
    pub(crate) idle_us: i64,
    /// Whether what was judged counts for this tenant.
    pub(crate) judged_counts: bool,
}

impl Question<'_> {
    /// Shows every conversation that the agent led and that began in the period, in order of session number.
    pub(crate) fn of_agent(&self, agent: AgentNumber, see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<()> {
        let mut found: Vec<Outlined> = Vec::new();
        self.findings.outlines(self.tenant, Some(agent), self.began, &mut |outlined| found.push(outlined.clone()))?;
        self.with(agent, &found, see)
    }

    /// The same for all agents of whose conversations something was found, in order of agent and session number.
    pub(crate) fn of_all(&self, see: &mut dyn FnMut(AgentNumber, &Seen<'_>)) -> crate::Result<()> {
        let mut found: Vec<Outlined> = Vec::new();
        self.findings.outlines(self.tenant, None, self.began, &mut |outlined| found.push(outlined.clone()))?;
        for of_agent in found.chunk_by(|one, other| one.agent == other.agent) {
            let agent = of_agent[0].agent;
            self.with(agent, of_agent, &mut |seen| see(agent, seen))?;
        }
        Ok(())
    }

    /// Both come in order of session number.
    fn with(&self, agent: AgentNumber, found: &[Outlined], see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<()> {
        let mut rest = found;
        self.ledger.conversations(self.tenant, agent, self.began, &mut |conversation: &Conversation| {
            while let Some((first, later)) = rest.split_first().filter(|(first, _)| first.session < conversation.session) {
                debug_assert!(first.session < conversation.session);
                rest = later;
            }
            let outline = rest.first().filter(|first| first.session == conversation.session).map(|first| &first.outline);
            see(&Seen { conversation, verdict: judge(conversation, self.now, self.idle_us), outline, judged_counts: self.judged_counts });
        })
    }
}
