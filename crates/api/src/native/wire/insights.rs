//! What conversations tell.

use debrief_app::analysis::detail::{self, Detail, event_id};
use debrief_app::insights::{Example as Place, SessionInsights, Topic as Cluster, Topics, VersionSide, Versions, WentWrong};
use debrief_insight::comparison::Change;
use debrief_insight::issues::{Issue as Weighed, IssueKey};
use debrief_insight::outcome::{Claim, Why};
use debrief_insight::statistics::Difference as Differs;
use serde::Serialize;

use super::time;

/// One conversation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Session {
    id: String,
    session_id: String,
    lifecycle: &'static str,
    lifecycle_reason: Option<&'static str>,
    /// `found`, `waiting` while nobody has looked yet, `off` where nobody does.
    analysis: &'static str,
    looked_at: Option<String>,
    rules: Option<String>,
    outcome: Outcome,
    sentiment: Option<f64>,
    unsupported_messages: Option<u32>,
    turns: Vec<Turn>,
    signals: Vec<Signal>,
    signals_left_out: u64,
    intents: Vec<Intent>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    value: String,
    /// `told`, `judged` or `estimated`; null where the outcome is unknown.
    basis: Option<String>,
    evidence: Vec<Evidence>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Evidence {
    reason: String,
    event_id: Option<String>,
    quote: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Turn {
    number: u32,
    user_event_id: Option<String>,
    assistant_event_id: Option<String>,
    sentiment: Option<f64>,
    response_ms: Option<f64>,
    model_calls: u32,
    tool_calls: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signal {
    kind: String,
    turn: u32,
    event_id: String,
    quote: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finish_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovered: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Intent {
    turn: u32,
    event_id: String,
    text: String,
    /// What it is about, as far as that has a name.
    category: Option<String>,
    cluster: Option<String>,
    resolved: Option<bool>,
}

impl From<SessionInsights> for Session {
    fn from(found: SessionInsights) -> Self {
        let analysis = match (&found.found, found.is_analysed) {
            (Some(_), _) => "found",
            (None, true) => "waiting",
            (None, false) => "off",
        };
        let detail = found.found.as_ref().map(|(_, detail)| detail);
        let turns = detail.map(|detail| detail.turns.iter().map(turn).collect()).unwrap_or_default();
        let signals = detail.map(|detail| detail.signals.iter().map(|kept| signal(kept, &found)).collect()).unwrap_or_default();
        let intents = detail.map(|detail| detail.intents.iter().map(|kept| intent(kept, &found)).collect()).unwrap_or_default();
        Self {
            lifecycle: found.verdict.state.word(),
            lifecycle_reason: found.verdict.reason.map(|reason| reason.word()),
            analysis,
            looked_at: found.found.as_ref().map(|(looked_at, _)| time(*looked_at)),
            rules: detail.map(|detail| detail.rules.clone()),
            outcome: outcome(&found, detail),
            sentiment: detail.and_then(|detail| detail.sentiment),
            unsupported_messages: detail.map(|detail| detail.unsupported_messages),
            turns,
            signals,
            signals_left_out: detail.map_or(0, |detail| detail.signals_left_out),
            intents,
            id: found.session.id.to_string(),
            session_id: found.session.key,
        }
    }
}

/// What was told goes before what was found.
fn outcome(found: &SessionInsights, detail: Option<&Detail>) -> Outcome {
    if let Some(Claim { outcome, event, words }) = found.claim() {
        let stated =
            Evidence { reason: Why::Stated.word().to_owned(), event_id: event.map(|event| event.to_string()), quote: words.to_owned() };
        return Outcome { value: outcome.word().to_owned(), basis: Some("told".to_owned()), evidence: vec![stated] };
    }
    match detail {
        Some(detail) => Outcome {
            value: detail.outcome.clone(),
            basis: (detail.outcome != "unknown").then(|| detail.outcome_source.clone()),
            evidence: detail.evidence.iter().map(evidence).collect(),
        },
        None => Outcome { value: "unknown".to_owned(), basis: None, evidence: Vec::new() },
    }
}

fn evidence(kept: &detail::Evidence) -> Evidence {
    Evidence { reason: kept.why.clone(), event_id: kept.event.map(id), quote: kept.quote.clone() }
}

fn id(kept: u128) -> String {
    event_id(kept).to_string()
}

fn turn(kept: &detail::Turn) -> Turn {
    let detail::Turn { number, user, assistant, sentiment, response_us, inferences, tool_calls } = *kept;
    Turn {
        number,
        user_event_id: user.map(id),
        assistant_event_id: assistant.map(id),
        sentiment,
        response_ms: response_us.map(|us| us as f64 / 1e3),
        model_calls: inferences,
        tool_calls,
    }
}

fn signal(kept: &detail::Signal, found: &SessionInsights) -> Signal {
    let detail::Signal { kind, turn, event, quote, tool, model, error_type, finish_reason, recovered, cluster } = kept.clone();
    let category = found.label(cluster).map(str::to_owned);
    Signal { kind, turn, event_id: id(event), quote, tool, model, error_type, finish_reason, recovered, category }
}

fn intent(kept: &detail::Intent, found: &SessionInsights) -> Intent {
    let detail::Intent { turn, event, text, resolved, cluster } = kept.clone();
    let category = found.label(cluster).map(str::to_owned);
    Intent { turn, event_id: id(event), text, category, cluster: cluster.map(|cluster| cluster.to_string()), resolved }
}

/// A conversation to look at.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Example {
    session_id: String,
    started_at: String,
    event_id: Option<String>,
    quote: Option<String>,
}

impl From<Place> for Example {
    fn from(place: Place) -> Self {
        let Place { session, started_at, quote, event } = place;
        Self { session_id: session, started_at: time(started_at), event_id: event.map(|event| event.to_string()), quote }
    }
}

/// What goes wrong.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Issues {
    issues: Vec<Issue>,
    total: u64,
    /// Conversations that were looked at.
    conversations: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    key: String,
    kind: &'static str,
    issue: String,
    impact: &'static str,
    frequency: u64,
    share: f64,
    ended_badly: u64,
    lift: f64,
    score: f64,
    sessions: Vec<Example>,
}

impl From<Topics<WentWrong>> for Issues {
    fn from(found: Topics<WentWrong>) -> Self {
        let Topics { topics, total, conversations } = found;
        let issue = |WentWrong { issue, examples }| {
            let Weighed { key, text, frequency, conversations: _, share, ended_badly, all_ended_badly: _, lift, score, impact } = issue;
            Issue {
                kind: key.kind(),
                key: key.to_string(),
                issue: text,
                impact: impact.word(),
                frequency,
                share: rounded(share),
                ended_badly,
                lift: rounded(lift),
                score: rounded(score),
                sessions: examples.into_iter().map(Into::into).collect(),
            }
        };
        Self { issues: topics.into_iter().map(issue).collect(), total, conversations }
    }
}

/// Four decimals say more than anybody can tell from conversations.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// What users want.
#[derive(Serialize)]
pub(in crate::native) struct Intents {
    intents: Vec<Topic>,
    total: u64,
    conversations: u64,
}

/// What users correct.
#[derive(Serialize)]
pub(in crate::native) struct Corrections {
    corrections: Vec<Topic>,
    total: u64,
    conversations: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Topic {
    cluster: String,
    category: Option<String>,
    example: Option<String>,
    count: u64,
    conversations: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unresolved: Option<u64>,
    sessions: Vec<Example>,
}

fn topic(found: Cluster, is_intent: bool) -> Topic {
    let Cluster { id, label, example, count, conversations, resolved, unresolved, examples } = found;
    Topic {
        cluster: id.0.to_string(),
        category: label.filter(|label| !label.is_empty()),
        example,
        count,
        conversations,
        resolved: is_intent.then_some(resolved),
        unresolved: is_intent.then_some(unresolved),
        sessions: examples.into_iter().map(Into::into).collect(),
    }
}

impl From<Topics<Cluster>> for Intents {
    fn from(found: Topics<Cluster>) -> Self {
        let Topics { topics, total, conversations } = found;
        Self { intents: topics.into_iter().map(|found| topic(found, true)).collect(), total, conversations }
    }
}

impl From<Topics<Cluster>> for Corrections {
    fn from(found: Topics<Cluster>) -> Self {
        let Topics { topics, total, conversations } = found;
        Self { corrections: topics.into_iter().map(|found| topic(found, false)).collect(), total, conversations }
    }
}

/// One version against another.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Compared {
    agent: String,
    from: Side,
    to: Side,
    completion: Option<Difference>,
    outcome: Option<Difference>,
    sentiment: Option<Difference>,
    corrections: Option<Difference>,
    cost_usd: Option<Difference>,
    response_seconds: Option<Difference>,
    appeared: Vec<Shift>,
    vanished: Vec<Shift>,
}

/// What is known of one version.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Side {
    agent_version: String,
    conversations: u64,
    completion_rate: Option<f64>,
    outcome_rate: Option<f64>,
    outcome_coverage: Option<f64>,
    outcome_basis: Option<&'static str>,
    low_confidence: bool,
    sentiment: Option<f64>,
    correction_rate: Option<f64>,
    cost_usd: Option<f64>,
    response_seconds: Option<f64>,
}

/// The second less the first, in the unit of what is compared; rates as shares of 1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Difference {
    difference: f64,
    confidence_interval: [f64; 2],
    p_value: f64,
    significant: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shift {
    key: String,
    kind: &'static str,
    category: Option<String>,
    from: u64,
    to: u64,
    p_value: Option<f64>,
    significant: Option<bool>,
}

impl From<Versions> for Compared {
    fn from(found: Versions) -> Self {
        let compared = &found.comparison;
        let shift = |change: &Change| Shift {
            key: change.key.to_string(),
            kind: change.key.kind(),
            category: category(&found, &change.key),
            from: change.first.count,
            to: change.second.count,
            p_value: change.difference.map(|difference| rounded(difference.p)),
            significant: change.difference.map(|difference| difference.is_significant()),
        };
        Self {
            agent: found.agent.name.clone(),
            from: side(&found.from.name, &found.first),
            to: side(&found.to.name, &found.second),
            completion: compared.completed.map(difference),
            outcome: compared.resolved.map(difference),
            sentiment: compared.sentiment.map(difference),
            corrections: compared.corrected.map(difference),
            cost_usd: compared.cost_usd.map(difference),
            response_seconds: compared.response_s.map(difference),
            appeared: compared.appeared.iter().map(shift).collect(),
            vanished: compared.vanished.iter().map(shift).collect(),
        }
    }
}

fn category(found: &Versions, key: &IssueKey) -> Option<String> {
    key.cluster().and_then(|cluster| found.label(cluster))
}

fn side(name: &str, known: &VersionSide) -> Side {
    let VersionSide { conversations, outcomes, sentiments, side } = known;
    let mean = |sample: debrief_insight::statistics::Sample| (sample.total > 0).then_some(sample.mean);
    Side {
        agent_version: name.to_owned(),
        conversations: *conversations,
        completion_rate: side.completed.share().map(rounded),
        outcome_rate: side.resolved.share().map(rounded),
        outcome_coverage: outcomes.coverage(),
        outcome_basis: outcomes.basis().map(debrief_insight::figures::Basis::word),
        low_confidence: outcomes.has_low_confidence(),
        sentiment: sentiments.average_compound(),
        correction_rate: side.corrected.share().map(rounded),
        cost_usd: mean(side.cost_usd).map(|usd| (usd * 1e9).round() / 1e9),
        response_seconds: mean(side.response_s).map(rounded),
    }
}

fn difference(found: Differs) -> Difference {
    let Differs { estimate, low, high, p } = found;
    // Costs of single conversations are small.
    let fine = |value: f64| (value * 1e9).round() / 1e9;
    Difference {
        difference: fine(estimate),
        confidence_interval: [fine(low), fine(high)],
        p_value: rounded(p),
        significant: found.is_significant(),
    }
}
