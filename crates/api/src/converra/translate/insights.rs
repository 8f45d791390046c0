//! What was found in a run, as the SDK reads it.
//!
//! The SDK wants numbers where the vendor's model gives grades. Only what can be counted is given, by rules that docs/facades/converra.md
//! spells out; grades that take a model to give (relevancy, hallucination, clarity and so on) are null.

use std::collections::BTreeSet;

use debrief_app::analysis::detail::{Detail, Signal, event_id};
use debrief_app::insights::SessionInsights;
use debrief_model::Timestamp;

use super::super::wire::{RunInsights, RunIssue, RunMetrics};
use super::tenths;
use crate::edge::time::render as time;

/// Signals that say something against the agent; hand-offs may be right, and a phrase of giving up shows in the outcome.
const AGAINST: [&str; 10] =
    ["correction", "rephrase", "frustration", "refusal", "error", "truncated", "filtered", "loop", "slow", "unanswered"];
/// Issues and keywords that are shown.
const SHOWN_MAX: usize = 10;

/// The insights of a run.
pub(in crate::converra) fn run_insights(id: &str, found: &SessionInsights, looked_at: Timestamp, detail: &Detail) -> RunInsights {
    let outcome = found.told.map_or(detail.outcome.as_str(), |told| told.word());
    let quality = quality(detail);
    let resolved = match outcome {
        "resolved" => Some(100.0),
        "unresolved" => Some(0.0),
        _ => None,
    };
    let multiplier = if outcome == "unresolved" { 0.0 } else { 1.0 };
    let asked = detail.intents.first().map(|intent| intent.text.clone());
    RunInsights {
        id: format!("insight_{id}"),
        conversation_id: id.to_owned(),
        title: found.session.set.title.clone().or(asked).unwrap_or_else(|| "Conversation".to_owned()),
        executive_summary: summary(found, detail, outcome),
        top_issues: issues(detail),
        additional_concerns: [],
        next_steps: [],
        keywords: keywords(found, detail),
        metrics: RunMetrics {
            gated_score: quality * multiplier,
            quality_score: quality,
            objective_multiplier: multiplier,
            success_score: resolved,
            task_completion: resolved,
            sentiment: detail.sentiment.map(|compound| tenths((compound + 1.0) * 50.0)),
            ai_relevancy: (),
            hallucination_score: (),
            repetition_score: (),
            consistency_score: (),
            natural_language_score: (),
            context_retention_score: (),
            verbosity_score: (),
            clarity: (),
        },
        created_at: time(looked_at),
        updated_at: time(looked_at),
    }
}

fn is_against(signal: &&Signal) -> bool {
    AGAINST.contains(&signal.kind.as_str()) && signal.recovered != Some(true)
}

/// Percent of turns in which nothing was observed that speaks against the agent; 100 without turns.
fn quality(detail: &Detail) -> f64 {
    let troubled: BTreeSet<u32> = detail.signals.iter().filter(is_against).map(|signal| signal.turn).collect();
    let turns = detail.turns.len().max(1);
    tenths(100.0 * (turns - troubled.len().min(turns)) as f64 / turns as f64)
}

/// What happened, in sentences that say only what was counted.
fn summary(found: &SessionInsights, detail: &Detail, outcome: &str) -> String {
    let mut sentences = Vec::new();
    sentences.extend(detail.intents.first().map(|intent| format!("The user asked: \"{}\".", intent.text)));
    let basis = if found.told.is_some() { "told" } else { detail.outcome_source.as_str() };
    let state = found.verdict.state.word();
    sentences.push(match outcome {
        "unknown" => format!("The conversation was {state}; whether it achieved what it was for is not known."),
        outcome => format!("The conversation was {state} and counts as {outcome} ({basis})."),
    });
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for signal in detail.signals.iter().filter(is_against) {
        match kinds.iter_mut().find(|(kind, _)| *kind == signal.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((&signal.kind, 1)),
        }
    }
    let counted: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} \u{d7} {count}")).collect();
    sentences.push(match counted.is_empty() {
        true => "Nothing was observed that speaks against the agent.".to_owned(),
        false => format!("Observed: {}.", counted.join(", ")),
    });
    sentences.join(" ")
}

fn issues(detail: &Detail) -> Vec<RunIssue> {
    let issue = |signal: &Signal| RunIssue {
        issue: what(signal),
        kind: signal.kind.clone(),
        turn: signal.turn,
        event_id: event_id(signal.event).to_string(),
        evidence: signal.quote.clone(),
    };
    detail.signals.iter().filter(is_against).take(SHOWN_MAX).map(issue).collect()
}

fn what(signal: &Signal) -> String {
    let named = |name: &Option<String>| name.as_ref().map_or(String::new(), |name| format!(" \"{name}\""));
    match signal.kind.as_str() {
        "correction" => "The user corrects the agent".to_owned(),
        "rephrase" => "The user says the same again".to_owned(),
        "frustration" => "The user is upset".to_owned(),
        "refusal" => "The agent refuses".to_owned(),
        "error" if signal.tool.is_some() => format!("The tool{} fails{}", named(&signal.tool), with(&signal.error_type)),
        "error" => format!("A call fails{}", with(&signal.error_type)),
        "truncated" => "An answer is cut off".to_owned(),
        "filtered" => "An answer is held back by a content filter".to_owned(),
        "loop" => format!("The agent calls the same tool{} over and over", named(&signal.tool)),
        "slow" => "The user waits long for an answer".to_owned(),
        _ => "The user gets no answer".to_owned(),
    }
}

fn with(error_type: &Option<String>) -> String {
    error_type.as_ref().map_or(String::new(), |name| format!(" with \"{name}\""))
}

fn keywords(found: &SessionInsights, detail: &Detail) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let labels = detail.intents.iter().filter_map(|intent| found.label(intent.cluster)).map(str::to_owned);
    for word in labels.chain(detail.signals.iter().filter_map(|signal| signal.tool.clone())) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words.truncate(SHOWN_MAX);
    words
}
