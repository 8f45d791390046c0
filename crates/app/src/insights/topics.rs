//! What users want, what they correct and what goes wrong, over many conversations, each with conversations to look at.

use std::collections::{BTreeMap, HashMap};

use debrief_insight::clusters::ClusterId;
use debrief_insight::issues::{Issue, IssueKey, Tally};
use debrief_insight::outcome::Outcome;
use debrief_model::{AgentNumber, SessionNumber, TimeRange, Timestamp, VersionNumber};
use debrief_store::Wanted;

use super::Labels;
use super::gather::{Question, Seen};
use crate::agents::{self, Handle};
use crate::analysis::detail::Detail;
use crate::analysis::memory;
use crate::{App, Ctx};

/// Conversations shown with each.
const EXAMPLES_MAX: usize = 10;

/// Of which conversations.
#[derive(Clone, Debug, Default)]
pub struct TopicQuery {
    /// Of this agent only.
    pub agent: Option<Handle>,
    /// Of this version of it only, by name.
    pub version: Option<String>,
    /// That began in this time.
    pub began: TimeRange,
    /// At most so many topics.
    pub limit: usize,
}

/// What was found, and in how much.
#[derive(Clone, Debug)]
pub struct Topics<T> {
    /// The topics, the most important first.
    pub topics: Vec<T>,
    /// Topics that there are.
    pub total: u64,
    /// Conversations that were looked at.
    pub conversations: u64,
}

/// A conversation to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// Its session, as the caller calls it.
    pub session: String,
    /// When it began.
    pub started_at: Timestamp,
    /// The words in it, where there are any.
    pub quote: Option<String>,
    /// The event with them.
    pub event: Option<debrief_model::EventId>,
}

/// Something that users want or correct.
#[derive(Clone, Debug)]
pub struct Topic {
    /// The cluster.
    pub id: ClusterId,
    /// What it is about; `None` where the cluster is no more.
    pub label: Option<String>,
    /// A typical text.
    pub example: Option<String>,
    /// How often.
    pub count: u64,
    /// In how many conversations.
    pub conversations: u64,
    /// How often it was met.
    pub resolved: u64,
    /// How often it was not.
    pub unresolved: u64,
    /// The newest conversations with it.
    pub examples: Vec<Example>,
}

/// Something that goes wrong.
#[derive(Clone, Debug)]
pub struct WentWrong {
    /// What, how often, and how much it matters.
    pub issue: Issue,
    /// The newest conversations with it.
    pub examples: Vec<Example>,
}

/// A question about topics.
struct Asked {
    question: Question,
    agent: Option<AgentNumber>,
    version: Option<VersionNumber>,
    limit: usize,
}

/// Words, and the event that they are in.
type Words = (String, u128);

/// A session with something in it.
type Place = (Timestamp, SessionNumber);

impl Asked {
    async fn new(app: &App, ctx: &Ctx, query: &TopicQuery) -> crate::Result<Self> {
        ctx.must_read()?;
        let (mut agent, mut version) = (None, None);
        if let Some(handle) = &query.agent {
            agent = Some(agents::get(app, ctx, handle).await?.number);
            if let Some(name) = &query.version {
                version = Some(agents::version(app, ctx, handle, name).await?.number);
            }
        }
        Ok(Self { question: Question::new(app, ctx, query.began), agent, version, limit: query.limit })
    }

    /// Shows the conversations that are over and were looked at.
    fn each(&self, see: &mut dyn FnMut(&Seen<'_>)) -> crate::Result<u64> {
        let mut conversations = 0;
        let mut one = |seen: &Seen<'_>| {
            let is_meant = self.version.is_none() || seen.conversation.agent_version == self.version;
            if is_meant && seen.is_over() && seen.outline.is_some() {
                conversations += 1;
                see(seen);
            }
        };
        match self.agent {
            Some(agent) => self.question.of_agent(agent, &mut one)?,
            None => self.question.of_all(&mut one)?,
        }
        Ok(conversations)
    }

    fn labels(&self) -> crate::Result<Labels> {
        Labels::of(self.question.findings.as_ref(), self.question.tenant)
    }

    fn names(&self, places: impl Iterator<Item = Place>) -> crate::Result<HashMap<SessionNumber, String>> {
        let wanted = Wanted { sessions: places.map(|(_, session)| session).collect(), ..Wanted::default() };
        Ok(self.question.ledger.names(self.question.tenant, &wanted)?.sessions)
    }
}

/// The newest places.
fn note(places: &mut Vec<Place>, place: Place) {
    let at = places.partition_point(|known| *known > place);
    if at < EXAMPLES_MAX {
        places.insert(at, place);
        places.truncate(EXAMPLES_MAX);
    }
}

/// What goes wrong.
///
/// # Errors
/// `Forbidden` without scope `read`; `NotFound(Agent)`, `NotFound(AgentVersion)`.
pub async fn issues(app: &App, ctx: &Ctx, query: &TopicQuery) -> crate::Result<Topics<WentWrong>> {
    let asked = Asked::new(app, ctx, query).await?;
    app.readers.run(move || what_went_wrong(&asked)).await
}

fn what_went_wrong(asked: &Asked) -> crate::Result<Topics<WentWrong>> {
    let known = memory::issues(asked.question.findings.as_ref(), asked.question.tenant)?;
    let mut tally = Tally::default();
    let mut places: HashMap<u32, Vec<Place>> = HashMap::new();
    let conversations = asked.each(&mut |seen| {
        let Some(outline) = seen.outline else { return };
        let keys: Vec<IssueKey> = outline.issues.iter().filter_map(|number| known.get(number).cloned()).collect();
        tally.add(&keys, seen.ended_badly());
        for number in &outline.issues {
            note(places.entry(*number).or_default(), (seen.conversation.started_at, seen.conversation.session));
        }
    })?;
    let labels = asked.labels()?;
    let mut ranked = tally.ranked(&|cluster| labels.label(cluster));
    let total = ranked.len() as u64;
    ranked.truncate(asked.limit);
    let number_of: HashMap<&IssueKey, u32> = known.iter().map(|(number, key)| (key, *number)).collect();
    let places_of = |issue: &Issue| number_of.get(&issue.key).and_then(|number| places.get(number)).cloned().unwrap_or_default();
    let found: Vec<(Issue, Vec<Place>)> = ranked.into_iter().map(|issue| (issue.clone(), places_of(&issue))).collect();
    let names = asked.names(found.iter().flat_map(|(_, places)| places.iter().copied()))?;
    let topics = found.into_iter().map(|(issue, places)| {
        let quote = |detail: &Detail| quote_of_issue(detail, &issue.key);
        let examples = examples(asked, &names, &places, &quote)?;
        Ok(WentWrong { issue, examples })
    });
    Ok(Topics { topics: topics.collect::<crate::Result<_>>()?, total, conversations })
}

/// The places as examples, with the words that `quote` finds in what was found there.
fn examples(
    asked: &Asked,
    names: &HashMap<SessionNumber, String>,
    places: &[Place],
    quote: &dyn Fn(&Detail) -> Option<Words>,
) -> crate::Result<Vec<Example>> {
    let example = |(started_at, number): &Place| {
        let Some(session) = names.get(number).cloned() else { return Ok(None) };
        let detail = asked.question.findings.found(asked.question.tenant, *number)?.and_then(|found| Detail::decode(&found.detail));
        let (quote, event) = detail.as_ref().and_then(quote).unzip();
        let quote = quote.filter(|quote| !quote.is_empty());
        Ok(Some(Example { session, started_at: *started_at, quote, event: event.map(crate::analysis::detail::event_id) }))
    };
    places.iter().map(example).filter_map(Result::transpose).collect()
}

/// The words that show an issue.
fn quote_of_issue(detail: &Detail, key: &IssueKey) -> Option<Words> {
    let kind = match key {
        IssueKey::ToolError { .. } | IssueKey::LlmError { .. } | IssueKey::OtherError { .. } => "error",
        IssueKey::Negative { .. } => "frustration",
        IssueKey::Unresolved { intent } => {
            let cluster = intent.map(|intent| intent.0);
            let of_cluster = detail.intents.iter().find(|asked| asked.cluster == cluster && asked.resolved == Some(false));
            let asked = of_cluster.or(detail.intents.first()).map(|asked| (asked.text.clone(), asked.event));
            return asked.or_else(|| outcome_shown(detail));
        }
        other => other.kind(),
    };
    let of_kind = || detail.signals.iter().filter(|signal| signal.kind == kind);
    let is_meant = |signal: &&crate::analysis::detail::Signal| match key {
        IssueKey::ToolError { tool, error_type } => signal.tool == *tool && signal.error_type == *error_type,
        IssueKey::LlmError { error_type } | IssueKey::OtherError { error_type } => signal.error_type == *error_type,
        IssueKey::Correction { cluster } => signal.cluster == cluster.map(|cluster| cluster.0),
        _ => true,
    };
    of_kind().find(is_meant).or(of_kind().next()).map(|signal| (signal.quote.clone(), signal.event))
}

/// The words and the event that the outcome rests on; where it rests on none, the last one said in the conversation.
fn outcome_shown(detail: &Detail) -> Option<Words> {
    let last = || detail.turns.iter().rev().find_map(|turn| turn.assistant.or(turn.user));
    let shown = detail.evidence.iter().find(|shown| shown.event.is_some()).or(detail.evidence.first())?;
    Some((shown.quote.clone(), shown.event.or_else(last)?))
}

/// What users want.
///
/// # Errors
/// As [`issues`].
pub async fn intents(app: &App, ctx: &Ctx, query: &TopicQuery) -> crate::Result<Topics<Topic>> {
    let asked = Asked::new(app, ctx, query).await?;
    app.readers
        .run(move || {
            let mut counts = Counts::default();
            let conversations = asked.each(&mut |seen| {
                let told = match seen.judgement().outcome {
                    Outcome::Resolved => Some(true),
                    Outcome::Unresolved => Some(false),
                    Outcome::Unknown => None,
                };
                let intents = seen.outline.map(|outline| outline.intents.as_slice()).unwrap_or_default();
                // What is told of a conversation with one intent is told of that.
                let only = intents.len() == 1 && seen.conversation.resolution.is_some();
                counts.add(intents.iter().map(|(cluster, met)| (*cluster, if only { told } else { *met })), seen);
            })?;
            let quote = |cluster: ClusterId, detail: &Detail| {
                let asked = detail.intents.iter().find(|intent| intent.cluster == Some(cluster.0))?;
                Some((asked.text.clone(), asked.event))
            };
            counts.into_topics(&asked, conversations, &quote)
        })
        .await
}

/// What users correct.
///
/// # Errors
/// As [`issues`].
pub async fn corrections(app: &App, ctx: &Ctx, query: &TopicQuery) -> crate::Result<Topics<Topic>> {
    let asked = Asked::new(app, ctx, query).await?;
    app.readers
        .run(move || {
            let mut counts = Counts::default();
            let conversations = asked.each(&mut |seen| {
                let corrected = seen.outline.map(|outline| outline.corrected.as_slice()).unwrap_or_default();
                counts.add(corrected.iter().map(|cluster| (*cluster, None)), seen);
            })?;
            let quote = |cluster: ClusterId, detail: &Detail| {
                let corrected = detail.signals.iter().find(|signal| signal.cluster == Some(cluster.0))?;
                Some((corrected.quote.clone(), corrected.event))
            };
            counts.into_topics(&asked, conversations, &quote)
        })
        .await
}

#[derive(Default)]
struct Count {
    count: u64,
    conversations: u64,
    last: Option<SessionNumber>,
    resolved: u64,
    unresolved: u64,
    places: Vec<Place>,
}

#[derive(Default)]
struct Counts(BTreeMap<u32, Count>);

impl Counts {
    fn add(&mut self, found: impl Iterator<Item = (u32, Option<bool>)>, seen: &Seen<'_>) {
        let session = seen.conversation.session;
        for (cluster, met) in found {
            let count = self.0.entry(cluster).or_default();
            count.count += 1;
            count.resolved += u64::from(met == Some(true));
            count.unresolved += u64::from(met == Some(false));
            if count.last != Some(session) {
                count.last = Some(session);
                count.conversations += 1;
                note(&mut count.places, (seen.conversation.started_at, session));
            }
        }
    }

    /// Clusters that became one meanwhile count together.
    fn merged(self, labels: &Labels) -> BTreeMap<ClusterId, Count> {
        let mut merged: BTreeMap<ClusterId, Count> = BTreeMap::new();
        for (cluster, count) in self.0 {
            let id = ClusterId(cluster.into());
            let into = merged.entry(labels.clusters().resolve(id).unwrap_or(id)).or_default();
            into.count += count.count;
            into.conversations += count.conversations;
            into.resolved += count.resolved;
            into.unresolved += count.unresolved;
            count.places.into_iter().for_each(|place| note(&mut into.places, place));
        }
        merged
    }

    fn into_topics(
        self,
        asked: &Asked,
        conversations: u64,
        quote: &dyn Fn(ClusterId, &Detail) -> Option<Words>,
    ) -> crate::Result<Topics<Topic>> {
        let labels = asked.labels()?;
        let mut counts: Vec<(ClusterId, Count)> = self.merged(&labels).into_iter().collect();
        let total = counts.len() as u64;
        counts.sort_by_key(|(id, count)| (std::cmp::Reverse(count.conversations), *id));
        counts.truncate(asked.limit);
        let names = asked.names(counts.iter().flat_map(|(_, count)| count.places.iter().copied()))?;
        let topics = counts.into_iter().map(|(id, count)| {
            let described = labels.clusters().describe(id);
            let examples = examples(asked, &names, &count.places, &|detail| quote(id, detail))?;
            let Count { count, conversations, last: _, resolved, unresolved, places: _ } = count;
            let (label, example) = described.map(|described| (described.label, described.example)).unzip();
            Ok(Topic { id, label, example, count, conversations, resolved, unresolved, examples })
        });
        Ok(Topics { topics: topics.collect::<crate::Result<_>>()?, total, conversations })
    }
}
