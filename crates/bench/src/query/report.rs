//! The report of the query bench and its tables.

use std::io::{self, Write};

use comfy_table::Table;
use serde::Serialize;

use super::Stage;
use super::catalogue::QUERIES;
use super::ingest::UnderIngest;
use super::judge::ratio;
use super::timing::Timing;
use crate::goals::{Judged, number};
use crate::latency::ms;
use crate::report::{self, Setting};

/// The report of the query bench.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueryReport {
    /// Always `query`.
    pub measurement: &'static str,
    /// Where and how.
    pub setting: Setting,
    /// Small, then full size.
    pub stages: Vec<Stage>,
    /// Promise by promise, at the full size.
    pub goals: Vec<Judged>,
}

impl QueryReport {
    /// The tables and sentences a person reads.
    pub(crate) fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        report::setting(&self.setting, out)?;
        for stage in &self.stages {
            store(stage, out)?;
        }
        writeln!(out, "\n{}", self.table())?;
        for stage in &self.stages {
            let size = number(stage.filled.events as f64);
            problems(&format!("at {size} events"), &stage.timings, out)?;
            if let Some(under) = &stage.under_ingest {
                problems("while ingest ran", &under.timings, out)?;
                problems("after ingest", &under.timings_after, out)?;
            }
        }
        report::goals(&self.goals, out)
    }

    /// One row a query, one group of columns a size, and one for the pass with ingest.
    fn table(&self) -> Table {
        let mut head = vec!["query".to_owned()];
        for stage in &self.stages {
            let size = number(stage.filled.events as f64);
            head.extend([format!("{size}: cold ms"), "median".to_owned(), "p99".to_owned(), "bytes".to_owned()]);
            if stage.under_ingest.is_some() {
                head.extend(["with ingest: median ms", "p99", "median after", "times"].map(str::to_owned));
            }
        }
        let names: Vec<&str> = head.iter().map(String::as_str).collect();
        let mut table = report::plain(&names);
        for (index, query) in QUERIES.iter().enumerate() {
            let mut row = vec![query.name.to_owned()];
            for stage in &self.stages {
                row.extend(columns(&stage.timings[index]));
                if let Some(under) = &stage.under_ingest {
                    let [_, median, p99, _] = columns(&under.timings[index]);
                    let [_, after, _, _] = columns(&under.timings_after[index]);
                    row.extend([median, p99, after, report::maybe(ratio(&stage.timings, under, index))]);
                }
            }
            table.add_row(row);
        }
        report::right_align(&mut table, 1);
        table
    }
}

fn store(stage: &Stage, out: &mut dyn Write) -> io::Result<()> {
    let shares = stage.filled.shares;
    let known = |total: Option<u64>| total.map_or_else(|| "?".to_owned(), |total| number(total as f64));
    writeln!(
        out,
        "\n{} events: {} calls, {} spans, up to {} a trace, {} domain events, {} messages in {} conversations of one agent; filled at {} events/s",
        number(stage.filled.events as f64),
        number(shares.calls as f64),
        number(shares.spans as f64),
        number(stage.filled.largest_trace as f64),
        number(shares.domain as f64),
        number(shares.messages as f64),
        number(shares.conversations as f64),
        number(stage.filled.events_per_second),
    )?;
    writeln!(
        out,
        "The server counts {} events, those it wrote itself on top (sessions, agents, people), {} of them calls of models, and lists {} sessions of {}; memory {} MB, peak {} MB",
        known(stage.events_counted),
        known(stage.calls_counted),
        known(stage.sessions_listed),
        number(stage.sessions_made as f64),
        report::maybe(stage.memory.and_then(|memory| memory.resident_mb)),
        report::maybe(stage.memory.and_then(|memory| memory.peak_mb)),
    )?;
    if let Some(disk) = &stage.disk {
        report::disk_lines(disk, out)?;
    }
    if let Some(restart) = stage.restart {
        report::restart_line(restart, out)?;
    }
    if let Some(analysed) = stage.analysed {
        let rate =
            analysed.per_second.map_or("at an unknown rate".to_owned(), |rate| format!("{} a second of its thread's work", number(rate)));
        writeln!(
            out,
            "Analysis: {} conversations, {rate}, all of them again in {} s",
            number(analysed.conversations as f64),
            number(analysed.waited_s)
        )?;
    }
    stage.under_ingest.as_ref().map_or(Ok(()), |under| ingest(under, out))
}

fn ingest(under: &UnderIngest, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Ingest meanwhile ({}, open loop): {} events/s of {} at most, for {} s; acknowledged in {} ms (median), {} ms (p99); {} events came on top; memory peak {} MB",
        under.cell,
        number(under.load.events_per_second),
        number(under.most.events_per_second),
        number(under.seconds),
        under.load.latency.map_or_else(|| "–".to_owned(), |latency| ms(latency.p50_us)),
        under.load.latency.map_or_else(|| "–".to_owned(), |latency| ms(latency.p99_us)),
        number(under.events_added as f64),
        report::maybe(under.memory.and_then(|memory| memory.peak_mb)),
    )?;
    match &under.problem {
        Some(problem) => {
            writeln!(out, "  PROBLEM: {problem} ({} requests refused, {} not answered)", under.load.refused, under.load.failed)
        }
        None => Ok(()),
    }
}

fn problems(when: &str, timings: &[Timing], out: &mut dyn Write) -> io::Result<()> {
    for timing in timings {
        if let Some(problem) = &timing.first_problem {
            writeln!(out, "PROBLEM {when}: {}, {} of {}: {problem}", timing.query, timing.problems, timing.asked)?;
        }
    }
    Ok(())
}

fn columns(timing: &Timing) -> [String; 4] {
    let dash = || "–".to_owned();
    match timing.latency.filter(|_| timing.is_clean()) {
        Some(latency) => [ms(timing.cold_us), ms(latency.p50_us), ms(latency.p99_us), number(timing.answer_bytes as f64)],
        None => ["PROBLEM".to_owned(), "PROBLEM".to_owned(), dash(), dash()],
    }
}
