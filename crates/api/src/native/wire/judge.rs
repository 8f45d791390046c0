//! How the judge does.

use std::collections::BTreeMap;

use debrief_app::judge::answer::{Answer, Correction, Evidence, Intent, Issue, Ruling, Severity};
use debrief_app::judge::{Books, Failure, Figures, Opinion, PROMPT_VERSION, Running};
use debrief_insight::agreement::{self, Agreement};
use serde::Serialize;

use super::time;
use crate::edge::money;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Standing {
    /// `on` or `off`.
    state: &'static str,
    model: Option<String>,
    prompt_version: u32,
    sample_rate: Option<f64>,
    redaction: Option<bool>,
    calls: u64,
    verdicts: u64,
    failures: BTreeMap<&'static str, u64>,
    cache_hits: u64,
    dropped_items: u64,
    tokens: Tokens,
    usd_today: Option<String>,
    budget: Option<Budget>,
    skipped: Skipped,
    waiting: Option<usize>,
    agreement: Agrees,
    /// Whether what is judged counts in the figures of agents.
    headline: bool,
    /// Of the session that was asked for; absent if none was, null if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Option<Verdict>>,
}

#[derive(Serialize)]
struct Tokens {
    input: u64,
    output: u64,
}

/// Of the whole server: tenants share it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Budget {
    requests_per_hour: u32,
    requests_left: u32,
    usd_per_day: Option<String>,
    usd_left: Option<String>,
}

#[derive(Serialize)]
struct Skipped {
    budget: u64,
    sample: u64,
    queue: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Agrees {
    conversations: u64,
    accuracy: Option<f64>,
    kappa: Option<f64>,
    /// What was told, then how that was judged.
    table: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    conversations_min: u64,
    kappa_min: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    model: String,
    prompt_version: u32,
    judged_at: String,
    latency_ms: u64,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_usd: Option<String>,
    outcome: Ruling,
    evidence: Option<Shown>,
    sentiment: i8,
    intents: Vec<Wanted>,
    corrections: Vec<Corrected>,
    issues: Vec<WentWrong>,
    recommendation: Option<String>,
    dropped_items: u32,
}

#[derive(Serialize)]
struct Shown {
    turn: u32,
    quote: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    text: String,
    category: String,
    resolved: bool,
    evidence_turn: u32,
}

#[derive(Serialize)]
struct Corrected {
    turn: u32,
    text: String,
    category: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WentWrong {
    title: String,
    severity: Severity,
    evidence_turn: u32,
}

impl Standing {
    pub(in crate::native) fn new(figures: Figures, verdict: Option<Option<Opinion>>) -> Self {
        let Figures { running, books, nano_usd_today, agreement, headline } = figures;
        let Books {
            spent: _,
            requests,
            verdicts,
            failures,
            cache_hits,
            input_tokens,
            output_tokens,
            dropped,
            skipped_budget,
            skipped_sample,
            skipped_queue,
        } = books;
        Self {
            state: if running.is_some() { "on" } else { "off" },
            prompt_version: PROMPT_VERSION,
            calls: requests,
            verdicts,
            failures: Failure::ALL.iter().map(|failure| failure.word()).zip(failures).collect(),
            cache_hits,
            dropped_items: dropped,
            tokens: Tokens { input: input_tokens, output: output_tokens },
            usd_today: nano_usd_today.map(money::render),
            skipped: Skipped { budget: skipped_budget, sample: skipped_sample, queue: skipped_queue },
            waiting: running.as_ref().map(|running| running.waiting),
            sample_rate: running.as_ref().map(|running| running.sample_rate),
            redaction: running.as_ref().map(|running| running.redacts),
            budget: running.as_ref().map(budget),
            model: running.map(|running| running.model),
            agreement: agrees(&agreement),
            headline,
            verdict: verdict.map(|verdict| verdict.map(Verdict::from)),
        }
    }
}

fn budget(running: &Running) -> Budget {
    Budget {
        requests_per_hour: running.bounds.requests_per_hour_max,
        requests_left: running.requests_left,
        usd_per_day: running.bounds.nano_usd_per_day_max.map(money::render),
        usd_left: running.nano_usd_left.map(money::render),
    }
}

fn agrees(found: &Agreement) -> Agrees {
    let thousandth = |value: f64| (value * 1_000.0).round() / 1_000.0;
    let row = |judged: &agreement::Judged| {
        let agreement::Judged { resolved, unresolved, unclear } = *judged;
        BTreeMap::from([("resolved", resolved), ("unresolved", unresolved), ("unclear", unclear)])
    };
    Agrees {
        conversations: found.conversations(),
        accuracy: found.accuracy().map(thousandth),
        kappa: found.kappa().map(thousandth),
        table: BTreeMap::from([("resolved", row(&found.resolved)), ("unresolved", row(&found.unresolved))]),
        conversations_min: agreement::CONVERSATIONS_MIN,
        kappa_min: agreement::KAPPA_MIN,
    }
}

impl From<Opinion> for Verdict {
    fn from(opinion: Opinion) -> Self {
        let judged_at = time(opinion.at());
        let Opinion {
            key: _,
            model,
            prompt_version,
            judged_at_us: _,
            latency_ms,
            input_tokens,
            output_tokens,
            nano_usd,
            answer,
            told: _,
            seen: _,
        } = opinion;
        let Answer { outcome, evidence, sentiment, intents, corrections, issues, recommendation, dropped } = answer;
        Self {
            model,
            prompt_version,
            judged_at,
            latency_ms,
            input_tokens,
            output_tokens,
            cost_usd: nano_usd.map(money::render),
            outcome,
            evidence: evidence.map(|Evidence { turn, quote }| Shown { turn, quote }),
            sentiment,
            intents: intents.into_iter().map(wanted).collect(),
            corrections: corrections.into_iter().map(|Correction { turn, text, category }| Corrected { turn, text, category }).collect(),
            issues: issues
                .into_iter()
                .map(|Issue { title, severity, evidence_turn }| WentWrong { title, severity, evidence_turn })
                .collect(),
            recommendation,
            dropped_items: dropped,
        }
    }
}

fn wanted(Intent { text, category, resolved, evidence_turn }: Intent) -> Wanted {
    Wanted { text, category, resolved, evidence_turn }
}
