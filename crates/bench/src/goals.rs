//! The figures that were promised, as data, and the verdict on what was measured. A miss is called a miss.

use serde::Serialize;

/// How a measured figure compares with what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Grade {
    /// The goal is reached.
    Goal,
    /// What must be is reached, the goal is not.
    Must,
    /// What must be is not reached.
    Miss,
}

/// A promised figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise {
    pub(crate) figure: &'static str,
    unit: &'static str,
    /// Nothing when only a goal was set.
    must: Option<f64>,
    goal: f64,
    more_is_better: bool,
}

/// A promise and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Judged {
    /// What was promised.
    pub figure: String,
    /// What must be, in words.
    pub must: String,
    /// What should be, in words.
    pub goal: String,
    /// What is, in words.
    pub measured: String,
    /// The figure itself; null in JSON where there is none.
    pub value: f64,
    /// The verdict.
    pub verdict: Grade,
}

const fn at_least(figure: &'static str, must: f64, goal: f64, unit: &'static str) -> Promise {
    Promise { figure, unit, must: Some(must), goal, more_is_better: true }
}

const fn at_most(figure: &'static str, must: f64, goal: f64, unit: &'static str) -> Promise {
    Promise { figure, unit, must: Some(must), goal, more_is_better: false }
}

pub(crate) const BATCH_PER_CPU: Promise =
    at_least("AgentOps batches of 100, 8 connections: events per server CPU-second", 10_000.0, 25_000.0, "");
pub(crate) const BATCH_OF_CEILING: Promise =
    at_least("AgentOps batches of 100, 8 connections: share of the ceiling's events per CPU-second", 10.0, 25.0, " %");
pub(crate) const SPANS_PER_CPU: Promise =
    at_least("OTLP batches of 100 spans, 8 connections: spans per server CPU-second", 10_000.0, 25_000.0, "");
pub(crate) const SPANS_OF_CEILING: Promise =
    at_least("OTLP batches of 100 spans, 8 connections: share of the ceiling's spans per CPU-second", 10.0, 25.0, " %");
pub(crate) const SPANS_OF_AGENTOPS: Promise = at_least(
    "OTLP batches of 100, 8 connections: bytes per server CPU-second, against AgentOps JSON of sessions as long",
    100.0,
    100.0,
    " %",
);
pub(crate) const SINGLE_PER_SECOND: Promise = at_least("Voker single events, 32 connections: events a second", 4_000.0, 10_000.0, "/s");
pub(crate) const SINGLE_OF_CEILING: Promise =
    at_least("Voker single events, 32 connections: share of the ceiling's events a second", 20.0, 50.0, " %");
pub(crate) const ACK_P50: Promise = at_most("acknowledgement, one connection, idle machine: p50", 2.0, 1.0, " ms");
pub(crate) const ACK_P99: Promise =
    Promise { figure: "acknowledgement, one connection, idle machine: p99", unit: " ms", must: None, goal: 12.0, more_is_better: false };
pub(crate) const OPEN_P99: Promise = at_most("p99 at half of own maximum, open loop (worst cell)", 50.0, 20.0, " ms");
pub(crate) const DISK: Promise = at_most("bytes on disk per event, everything included", 900.0, 600.0, "");
pub(crate) const LIST: Promise = at_most("newest 100 with any filter and exact total (slowest median)", 30.0, 10.0, " ms");
pub(crate) const ONE: Promise = at_most("one event, one session by id (slowest median)", 15.0, 5.0, " ms");
pub(crate) const SUMS: Promise = at_most("counts and stats by actor over all time (slowest median)", 100.0, 40.0, " ms");
pub(crate) const RELATED: Promise = at_most("events by correlation or resource (slowest median)", 15.0, 5.0, " ms");
pub(crate) const VERSIONS: Promise = at_most("two versions of an agent compared (slowest median)", 300.0, 100.0, " ms");
pub(crate) const ANALYSED: Promise = at_least("conversations analysed a second by one thread", 500.0, 2_000.0, "/s");
pub(crate) const FIGURES: Promise = at_most("status and insights of the busy agent (slowest median)", 150.0, 50.0, " ms");
pub(crate) const TRACE: Promise = at_most("a trace of 10,000 spans (slowest median)", 150.0, 50.0, " ms");
pub(crate) const COSTS: Promise = at_most("costs by day and model over a million calls (slowest median)", 100.0, 40.0, " ms");
pub(crate) const SLOWDOWN: Promise = at_most("slowest median while ingest runs at half its maximum, against without", 3.0, 2.0, " times");
pub(crate) const SDK_P99: Promise = at_most("SDK look-ups while ingest runs (slowest p99)", 20.0, 10.0, " ms");
pub(crate) const MEMORY_IDLE: Promise = at_most("memory idle", 80.0, 40.0, " MB");
pub(crate) const MEMORY_LOAD: Promise = at_most("memory under load (peak)", 500.0, 300.0, " MB");
pub(crate) const MEMORY_SERVING: Promise = at_most("memory serving the filled store", 400.0, 200.0, " MB");
pub(crate) const FIRST_START: Promise = at_most("first start", 0.5, 0.1, " s");
pub(crate) const RESTART: Promise = at_most("restart to the first answered read", 2.0, 0.5, " s");

impl Promise {
    /// Judges a measured value; `note` says what it was measured on, when that is not the promise's own words.
    pub(crate) fn judge(&self, value: f64, note: &str) -> Judged {
        let reached = |bound: f64| if self.more_is_better { value >= bound } else { value <= bound };
        let verdict = if reached(self.goal) {
            Grade::Goal
        } else if self.must.is_none_or(reached) {
            Grade::Must
        } else {
            Grade::Miss
        };
        let sign = if self.more_is_better { "≥" } else { "≤" };
        let words = |bound: f64| format!("{sign} {}{}", number(bound), self.unit);
        let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
        Judged {
            figure: self.figure.to_owned(),
            must: self.must.map_or_else(|| "–".to_owned(), words),
            goal: words(self.goal),
            measured: format!("{}{}{note}", number(value), self.unit),
            value,
            verdict,
        }
    }

    /// A promise that there is no figure for, and why.
    pub(crate) fn unmeasured(&self, why: &str) -> Judged {
        let judged = self.judge(f64::NAN, "");
        Judged { measured: why.to_owned(), verdict: Grade::Miss, ..judged }
    }
}

/// A number with three meaningful digits and separated thousands.
pub(crate) fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        let text = if value.abs() < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") };
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{ACK_P99, BATCH_PER_CPU, DISK, Grade, LIST, number};

    #[test]
    fn verdicts_are_plain() {
        let grades = |values: [f64; 4]| values.map(|value| BATCH_PER_CPU.judge(value, "").verdict);
        assert_eq!(grades([25_000.0, 24_999.0, 10_000.0, 9_999.0]), [Grade::Goal, Grade::Must, Grade::Must, Grade::Miss]);
        assert_eq!(DISK.judge(600.0, "").verdict, Grade::Goal);
        assert_eq!(DISK.judge(900.1, "").verdict, Grade::Miss);
        assert_eq!(ACK_P99.judge(40.0, "").verdict, Grade::Must, "a goal without a must cannot be missed");
    }

    #[test]
    fn rows_say_what_was_measured() {
        let row = BATCH_PER_CPU.judge(12_345.6, "2 cores");
        assert_eq!((row.must.as_str(), row.goal.as_str(), row.measured.as_str()), ("≥ 10,000", "≥ 25,000", "12,346 (2 cores)"));
    }

    #[test]
    fn what_was_not_measured_is_missed() {
        let row = LIST.unmeasured("no answer");
        assert_eq!((row.measured.as_str(), row.verdict), ("no answer", Grade::Miss));
        assert!(serde_json::to_value(row).unwrap()["value"].is_null());
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(
            [number(0.5), number(2.0), number(33.333), number(999.9), number(1_234_567.0)],
            ["0.5", "2", "33.3", "1,000", "1,234,567"]
        );
    }
}
