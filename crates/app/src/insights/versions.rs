//! One version of an agent against another.

use debrief_insight::comparison::{self, Comparison, Side};
use debrief_insight::figures::{Outcomes, Sentiments};
use debrief_insight::issues::IssueKey;
use debrief_insight::lifecycle::State;
use debrief_model::{Agent, AgentVersion, TimeRange};

use super::Labels;
use super::gather::{Question, Seen};
use crate::agents::{self, Handle};
use crate::analysis::memory;
use crate::{App, Ctx};

/// Two versions of an agent, and how the second differs from the first.
pub struct Versions {
    /// The agent.
    pub agent: Agent,
    /// The first version.
    pub from: AgentVersion,
    /// The second.
    pub to: AgentVersion,
    /// The conversations of the first.
    pub first: VersionSide,
    /// Those of the second.
    pub second: VersionSide,
    /// How they differ.
    pub comparison: Comparison,
    /// What the clusters in the keys of issues are called.
    labels: Labels,
}

impl Versions {
    /// What a cluster is called.
    #[must_use]
    pub fn label(&self, cluster: debrief_insight::clusters::ClusterId) -> Option<String> {
        self.labels.label(cluster)
    }
}

/// The conversations of one version.
#[derive(Clone, Debug, Default)]
pub struct VersionSide {
    /// Conversations that are over.
    pub conversations: u64,
    /// What came of them.
    pub outcomes: Outcomes,
    /// How their users sound.
    pub sentiments: Sentiments,
    /// What is compared.
    pub side: Side,
}

impl VersionSide {
    fn add(&mut self, seen: &Seen<'_>, keys: &[IssueKey]) {
        self.conversations += 1;
        let judgement = seen.judgement();
        self.outcomes.add(&judgement);
        self.side.completed.total += 1;
        self.side.completed.count += u64::from(seen.verdict.state == State::Completed);
        self.side.resolved = self.outcomes.proportion();
        let Some(outline) = seen.outline else { return };
        self.sentiments.add(seen.sentiment());
        seen.sentiment().into_iter().for_each(|compound| self.side.sentiment.add(compound));
        self.side.corrected.total += 1;
        self.side.corrected.count += u64::from(outline.corrections > 0);
        outline.cost_nano_usd.into_iter().for_each(|nano| self.side.cost_usd.add(nano as f64 / 1e9));
        outline.response_ms.into_iter().for_each(|ms| self.side.response_s.add(f64::from(ms) / 1e3));
        self.side.issues.add(keys, seen.ended_badly());
    }
}

/// Compares two versions of an agent by the conversations that began in a period.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn compare(app: &App, ctx: &Ctx, handle: &Handle, from: &str, to: &str, began: TimeRange) -> crate::Result<Versions> {
    let agent = agents::get(app, ctx, handle).await?;
    let from = agents::version(app, ctx, handle, from).await?;
    let to = agents::version(app, ctx, handle, to).await?;
    let question = Question::new(app, ctx, began);
    app.readers
        .run(move || {
            let known = memory::issues(question.findings.as_ref(), question.tenant)?;
            let (mut first, mut second) = (VersionSide::default(), VersionSide::default());
            question.of_agent(agent.number, &mut |seen| {
                let version = seen.conversation.agent_version;
                let sides = [(from.number, &mut first), (to.number, &mut second)];
                for (_, side) in sides.into_iter().filter(|(number, _)| seen.is_over() && version == Some(*number)) {
                    let numbers = seen.outline.map(|outline| outline.issues.as_slice()).unwrap_or_default();
                    let keys: Vec<IssueKey> = numbers.iter().filter_map(|number| known.get(number).cloned()).collect();
                    side.add(seen, &keys);
                }
            })?;
            let comparison = comparison::compare(&first.side, &second.side);
            let labels = Labels::of(question.findings.as_ref(), question.tenant)?;
            Ok(Versions { labels, agent, from, to, first, second, comparison })
        })
        .await
}
