//! Converra's JSON, field for field, as it is answered. What is asked is read in [`super::translate`], field by field, because a wrong
//! type in one must be told together with one in another.

use serde::Serialize;

use crate::edge::described::Described;

/// A list of agents.
#[derive(Serialize)]
pub(super) struct Agents {
    pub(super) data: Vec<Described>,
    pub(super) pagination: Pagination,
}

#[derive(Serialize)]
pub(super) struct Pagination {
    pub(super) total: u64,
    pub(super) limit: u32,
    pub(super) offset: u64,
}

/// The answer to a deletion.
#[derive(Serialize)]
pub(super) struct Deleted {
    pub(super) success: bool,
    pub(super) message: &'static str,
}

/// How an agent does.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: &'static str,
    /// Nothing is being optimized here.
    pub(super) optimization_state: &'static str,
    pub(super) metrics: StatusMetrics,
    pub(super) last_optimized: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusMetrics {
    pub(super) conversation_count: u64,
    pub(super) task_completion_rate: Option<f64>,
    pub(super) avg_sentiment: Option<f64>,
}

/// What an agent's conversations come to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Insights {
    pub(super) agent_id: String,
    pub(super) period: Period,
    pub(super) summary: Summary,
    pub(super) metrics: Metrics,
    pub(super) top_issues: Vec<TopIssue>,
    pub(super) recommendations: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct TopIssue {
    pub(super) issue: String,
    pub(super) frequency: u64,
    pub(super) impact: &'static str,
    /// Ours besides: what it is called from day to day.
    pub(super) key: String,
}

#[derive(Serialize)]
pub(super) struct Period {
    /// A number of days; null for all time.
    pub(super) days: Option<u32>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary {
    pub(super) total_conversations: u64,
    pub(super) completed_conversations: u64,
    pub(super) abandoned_conversations: u64,
    pub(super) completion_rate: Option<f64>,
    /// Ours besides: those that are not over yet and are not counted above, and why the abandoned ones count as such.
    pub(super) in_progress_conversations: u64,
    pub(super) abandoned_by: serde_json::Map<String, serde_json::Value>,
    /// Ours besides: the completion rate against the period before, and whether that is more than chance.
    pub(super) trend: String,
    pub(super) trend_significant: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metrics {
    pub(super) task_completion: TaskCompletion,
    pub(super) sentiment: Sentiment,
    pub(super) avg_response_time: Option<f64>,
    pub(super) avg_conversation_length: Option<f64>,
    /// Ours besides: quantiles over conversations of the median wait in each, seconds.
    pub(super) response_time: ResponseTime,
    /// Ours besides: messages of the user per conversation that was looked at.
    pub(super) avg_turns: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct ResponseTime {
    pub(super) p50: Option<f64>,
    pub(super) p95: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaskCompletion {
    pub(super) rate: Option<f64>,
    pub(super) trend: String,
    /// Ours besides: how it is known, of how many conversations, and whether those are too few to say much.
    pub(super) trend_significant: Option<bool>,
    pub(super) basis: Option<&'static str>,
    pub(super) coverage: Option<f64>,
    pub(super) low_confidence: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sentiment {
    pub(super) average: Option<f64>,
    pub(super) distribution: Distribution,
    /// Ours besides: the same from -1 to 1, and messages in languages that are not read.
    pub(super) average_compound: Option<f64>,
    pub(super) unsupported_messages: u64,
}

#[derive(Default, Serialize)]
pub(super) struct Distribution {
    pub(super) positive: Option<u32>,
    pub(super) neutral: Option<u32>,
    pub(super) negative: Option<u32>,
}

/// What the SDK finds in `data`.
#[derive(Serialize)]
pub(super) struct Data<T> {
    pub(super) data: T,
}

/// Something bare, as the documents show it, and in `data`, as the SDK reads it.
#[derive(Serialize)]
pub(super) struct Twice<T> {
    #[serde(flatten)]
    pub(super) bare: T,
    pub(super) data: T,
}

/// A run, and where it goes on.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    pub(super) run: Twice<Run>,
    #[serde(rename = "_links")]
    pub(super) links: Links,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub(super) id: String,
    pub(super) agent_id: Option<String>,
    /// The former name of the same.
    pub(super) prompt_id: Option<String>,
    pub(super) session_id: String,
    pub(super) status: &'static str,
    pub(super) created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Links {
    pub(super) append_messages: Link,
}

#[derive(Serialize)]
pub(super) struct Link {
    pub(super) href: String,
    pub(super) method: &'static str,
    pub(super) hint: &'static str,
}

/// Insights of a run.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunInsights {
    pub(super) id: String,
    pub(super) conversation_id: String,
    pub(super) title: String,
    pub(super) executive_summary: String,
    pub(super) top_issues: Vec<RunIssue>,
    pub(super) additional_concerns: [(); 0],
    pub(super) next_steps: [(); 0],
    pub(super) keywords: Vec<String>,
    pub(super) metrics: RunMetrics,
    pub(super) created_at: String,
    pub(super) updated_at: String,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunIssue {
    pub(super) issue: String,
    pub(super) kind: String,
    pub(super) turn: u32,
    pub(super) event_id: String,
    pub(super) evidence: String,
}

/// Percent, but for the multiplier. What only a model could grade is null.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunMetrics {
    pub(super) gated_score: f64,
    pub(super) quality_score: f64,
    pub(super) objective_multiplier: f64,
    pub(super) success_score: Option<f64>,
    pub(super) task_completion: Option<f64>,
    pub(super) sentiment: Option<f64>,
    pub(super) ai_relevancy: (),
    pub(super) hallucination_score: (),
    pub(super) repetition_score: (),
    pub(super) consistency_score: (),
    pub(super) natural_language_score: (),
    pub(super) context_retention_score: (),
    pub(super) verbosity_score: (),
    pub(super) clarity: (),
}

/// Insights of a run that are not there.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lifecycle {
    pub(super) conversation_id: String,
    pub(super) status: &'static str,
    pub(super) message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
}

/// What the SDK is set to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Config {
    pub(super) testing_mode: &'static str,
    pub(super) capture_enabled: bool,
    pub(super) active_optimizations: [(); 0],
    /// Agents by the hash of their prompt.
    pub(super) agent_hashes: serde_json::Map<String, serde_json::Value>,
    /// The former name of the same.
    pub(super) prompt_hashes: serde_json::Map<String, serde_json::Value>,
}

/// The agent that a prompt belongs to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Match {
    pub(super) agent_id: String,
    pub(super) prompt_id: String,
    pub(super) name: String,
    pub(super) content_hash: String,
    pub(super) matched: bool,
}

/// Whether a variant of an agent is being tried.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Variant {
    pub(super) has_active_variant: bool,
    pub(super) assignment: &'static str,
}
