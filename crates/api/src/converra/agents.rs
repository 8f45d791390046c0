//! Agents: listed, created, changed, hidden; how they do.

use debrief_app::{agents, insights};
use debrief_insight::figures::Basis;
use debrief_insight::issues::Issue;
use debrief_insight::period::{Span, last_second};
use debrief_model::limit::OFFSET_ROWS_MAX;
use debrief_model::{AgentFilter, AgentStatus, Error, Paging};
use http::StatusCode;

use super::{auth, translate, wire};
use crate::edge::agent;
use crate::edge::body::Payload;
use crate::edge::call::Call;
use crate::edge::described::Described;
use crate::edge::page::{Params, bad};
use crate::edge::reply::Reply;
use crate::edge::time::render as time;

const LIMIT_DEFAULT: u64 = 20;
const LIMIT_MAX: u64 = 100;

/// Agents, newest first.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`.
pub(super) async fn list(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let params = Params::new(call.query(), &["limit", "offset", "tags", "status"])?;
    let limit = u32::try_from(params.number("limit", 1, LIMIT_MAX, LIMIT_DEFAULT)?).unwrap_or(u32::MAX);
    let paging = Paging { limit, offset: params.number("offset", 0, OFFSET_ROWS_MAX, 0)? };
    let filter = AgentFilter { status: params.text("status").map(|word| status_of(&word)).transpose()?, tags: tags(&params) };
    let page = agents::list(call.app(), &ctx, filter, paging).await?;
    let pagination = wire::Pagination { total: page.total, limit: paging.limit, offset: paging.offset };
    Ok(Reply::json(&wire::Agents { data: page.rows.into_iter().map(Described::from).collect(), pagination }))
}

fn status_of(word: &str) -> Result<AgentStatus, Error> {
    AgentStatus::from_word(word).ok_or_else(|| bad("status", "enum", "Must be one of: active, draft, archived".to_owned()))
}

/// An agent must have all of them.
fn tags(params: &Params) -> Vec<String> {
    let text = params.text("tags").unwrap_or_default();
    text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
}

/// Creates an agent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `Conflict` when the name is taken.
pub(super) async fn create(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::writer(&call)?;
    let Payload { text, permit } = call.payload().await?;
    let new = debrief_app::offload::translate(text.len(), move || translate::new_agent(&text)).await?;
    let app = call.app().clone();
    drop(call);
    let (created, written) = agents::create(&app, &ctx, permit, new).await?;
    Ok(Reply::json(&Described::from(created)).with_status(StatusCode::CREATED).at(written.position))
}

/// Changes what is given of an agent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`, `Conflict` when a new name is taken.
pub(super) async fn update(mut call: Call) -> Result<Reply, Error> {
    let ctx = auth::writer(&call)?;
    let handle = agent::handle(call.path("agent"));
    let Payload { text, permit } = call.payload().await?;
    let patch = debrief_app::offload::translate(text.len(), move || translate::agent_patch(&text)).await?;
    let app = call.app().clone();
    drop(call);
    let (changed, written) = agents::patch(&app, &ctx, permit, &handle, patch).await?;
    Ok(Reply::json(&Described::from(changed)).at(written.position))
}

/// Hides an agent.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Agent)`.
pub(super) async fn delete(call: Call) -> Result<Reply, Error> {
    let ctx = auth::writer(&call)?;
    let handle = agent::handle(call.path("agent"));
    let app = call.app().clone();
    drop(call);
    let permit = app.admit(handle.name.len())?;
    let (_, written) = agents::delete(&app, &ctx, permit, &handle).await?;
    Ok(Reply::json(&wire::Deleted { success: true, message: "Agent deleted" }).at(written.position))
}

/// How an agent does, over the last 30 days.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `NotFound(Agent)`.
pub(super) async fn status(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    Params::new(call.query(), &[])?;
    let found = insights::standing_of_agent(call.app(), &ctx, &agent::handle(call.path("agent"))).await?;
    let metrics = wire::StatusMetrics {
        conversation_count: found.figures.counted(),
        task_completion_rate: found.figures.completion_rate(),
        avg_sentiment: found.sentiments.average(),
    };
    Ok(Reply::json(&wire::Status {
        id: agent::id(found.agent.id),
        name: found.agent.name,
        status: found.agent.status.word(),
        optimization_state: "idle",
        metrics,
        last_optimized: None,
    }))
}

/// What an agent's conversations come to.
///
/// # Errors
/// `Unauthenticated`, `Forbidden`, `Invalid`, `NotFound(Agent)`.
pub(super) async fn insights(call: Call) -> Result<Reply, Error> {
    let ctx = auth::reader(&call)?;
    let params = Params::new(call.query(), &["days"])?;
    let span = match params.text("days") {
        None => Span::default(),
        Some(word) => Span::of(&word).ok_or_else(|| bad("days", "enum", "Must be one of: 7, 30, 90, all".to_owned()))?,
    };
    let found = insights::of_agent(call.app(), &ctx, &agent::handle(call.path("agent")), span).await?;
    let figures = &found.figures;
    let abandoned_by = figures.abandoned_by.iter().map(|(reason, count)| (reason.word().to_owned(), (*count).into())).collect();
    Ok(Reply::json(&wire::Insights {
        agent_id: agent::id(found.agent.id),
        period: wire::Period { days: found.span.days(), from: found.period.from.map(time), to: last_second(found.period).map(time) },
        summary: wire::Summary {
            total_conversations: figures.counted(),
            completed_conversations: figures.completed,
            abandoned_conversations: figures.abandoned,
            completion_rate: figures.completion_rate(),
            in_progress_conversations: figures.in_progress,
            abandoned_by,
            trend: found.trend.change.clone(),
            trend_significant: found.trend.significant,
        },
        metrics: wire::Metrics {
            task_completion: task_completion(&found),
            sentiment: sentiment(&found),
            avg_response_time: figures.average_response_s(),
            avg_conversation_length: figures.average_messages(),
            response_time: wire::ResponseTime { p50: seconds(found.responses.p50_ms), p95: seconds(found.responses.p95_ms) },
            avg_turns: (found.looked_at > 0).then(|| translate::tenths(found.turns as f64 / found.looked_at as f64)),
        },
        top_issues: found.issues.iter().map(issue).collect(),
        recommendations: found.recommendations.iter().map(|recommended| recommended.text.clone()).collect(),
    }))
}

fn task_completion(found: &insights::AgentInsights) -> wire::TaskCompletion {
    let outcomes = &found.outcomes;
    wire::TaskCompletion {
        rate: outcomes.rate(),
        trend: found.outcomes_trend.change.clone(),
        trend_significant: found.outcomes_trend.significant,
        basis: outcomes.basis().map(Basis::word),
        coverage: outcomes.coverage(),
        low_confidence: outcomes.has_low_confidence(),
    }
}

fn sentiment(found: &insights::AgentInsights) -> wire::Sentiment {
    let sentiments = &found.sentiments;
    let distribution = sentiments.distribution().map(|percents| wire::Distribution {
        positive: Some(percents.positive.into()),
        neutral: Some(percents.neutral.into()),
        negative: Some(percents.negative.into()),
    });
    wire::Sentiment {
        average: sentiments.average(),
        average_compound: sentiments.average_compound(),
        distribution: distribution.unwrap_or_default(),
        unsupported_messages: found.unsupported_messages,
    }
}

fn issue(found: &Issue) -> wire::TopIssue {
    wire::TopIssue { issue: found.text.clone(), frequency: found.frequency, impact: found.impact.word(), key: found.key.to_string() }
}

fn seconds(ms: Option<u32>) -> Option<f64> {
    ms.map(|ms| translate::tenths(f64::from(ms) / 1e3))
}
