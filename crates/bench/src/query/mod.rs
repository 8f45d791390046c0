//! The query bench: fill a store, then time what a person or a program asks of it, at 20,000 events and at the full size.

mod catalogue;
mod fill;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use self::catalogue::{Group, QUERIES, Query};
use self::fill::{Fill, Filled, HttpFill, Known};
use crate::args::QueryArgs;
use crate::error::{Error, io as failed};
use crate::goals::{self, Judged, number};
use crate::http::{Conn, Target};
use crate::latency::{Latencies, Summary, ms};
use crate::launch::Launcher;
use crate::process::Memory;
use crate::report::{self, Disk, Restart, Setting};
use crate::subject::Subject;
use crate::traffic::Rng;

/// The small size that the full one is compared with.
const SMALL_EVENTS: u64 = 20_000;

/// How one query did at one size.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timing {
    /// What was asked.
    pub query: &'static str,
    /// Whether the server has the route.
    pub served: bool,
    /// The first run, in microseconds.
    pub cold_us: u64,
    /// The runs after it.
    pub latency: Option<Summary>,
    /// Bytes of the last answer.
    pub answer_bytes: usize,
    /// What went wrong, if anything.
    pub problem: Option<String>,
    #[serde(skip)]
    group: Group,
}

/// One size of the store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stage {
    /// How filling went.
    pub filled: Filled,
    /// Sessions that were made, and how many the server says there are.
    pub sessions_made: u64,
    /// The server's own exact total.
    pub sessions_listed: Option<u64>,
    /// Disk, when the server is ours or its directory is known.
    pub disk: Option<Disk>,
    /// Restart, when the server is ours.
    pub restart: Option<Restart>,
    /// Memory after the queries.
    pub memory: Option<Memory>,
    /// Query by query.
    pub timings: Vec<Timing>,
}

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

/// Measures and prints.
pub(crate) fn run(args: &QueryArgs, launcher: &Launcher) -> Result<(), Error> {
    let mut subject = Subject::new(&args.server, launcher)?;
    let setting = subject.setting(args.server.seed);
    let mut plan = HttpFill::new(args.server.seed, args.events);
    let sizes = if args.events > SMALL_EVENTS { vec![SMALL_EVENTS, args.events] } else { vec![args.events] };
    let mut stages = Vec::new();
    for size in sizes {
        stages.push(stage(size, args, &mut subject, &mut plan)?);
    }
    let goals = stages.last().map_or_else(Vec::new, judge);
    let report = QueryReport { measurement: "query", setting, stages, goals };
    report::publish(&report, args.server.json.as_deref(), |out| report.render(out))
}

fn stage(size: u64, args: &QueryArgs, subject: &mut Subject, plan: &mut HttpFill) -> Result<Stage, Error> {
    let bar = ProgressBar::new(size);
    bar.set_style(
        ProgressStyle::with_template("filling {bar:40} {human_pos}/{human_len} events, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let target = subject.target()?;
    let mut fill = plan.on(&target);
    let filled = fill.fill(size, &|events| bar.inc(events))?;
    let known = fill.known().clone();
    bar.finish_and_clear();
    // A stop and a start make the first run of each query a cold one, for the server if not for the operating system.
    let mean_bytes = filled.bytes as f64 / filled.events.max(1) as f64;
    let disk = subject.settle(filled.events, mean_bytes)?;
    let restart = subject.restart(filled.events)?;
    let target = subject.target()?;
    let spinner = ProgressBar::new_spinner();
    let mut rng = Rng::new(args.server.seed);
    let mut conn = Conn::new(&target);
    let mut timings = Vec::new();
    for query in QUERIES {
        spinner.set_message(query.name);
        timings.push(time(query, args.runs, &known, &mut rng, &mut conn, &target)?);
    }
    spinner.finish_and_clear();
    let listed = conn.get_json::<serde_json::Value>(&target, "/api/v1/sessions?limit=1").ok().and_then(|page| page["total"].as_u64());
    Ok(Stage {
        filled,
        sessions_made: known.sessions.len() as u64,
        sessions_listed: listed,
        disk,
        restart,
        memory: subject.memory(),
        timings,
    })
}

fn time(query: &Query, runs: u64, known: &Known, rng: &mut Rng, conn: &mut Conn, target: &Target) -> Result<Timing, Error> {
    let mut timing =
        Timing { query: query.name, served: true, cold_us: 0, latency: None, answer_bytes: 0, problem: None, group: query.group };
    let mut latencies = Latencies::new();
    for run in 0..=runs {
        let Some(path) = (query.path)(known, rng) else {
            timing.problem = Some("nothing of this kind was filled in".to_owned());
            break;
        };
        let start = Instant::now();
        let answer = conn.get(target, &path).map_err(failed(format!("GET {path}")))?;
        let took: Duration = start.elapsed();
        if !answer.is_success() {
            timing.served = !matches!(answer.status, 404 | 405);
            timing.problem = Some(format!("{} on {path}", answer.status));
            break;
        }
        timing.answer_bytes = answer.body.len();
        if run == 0 {
            timing.cold_us = took.as_micros() as u64;
        } else {
            latencies.record(took);
        }
    }
    timing.latency = latencies.summary();
    Ok(timing)
}

fn judge(stage: &Stage) -> Vec<Judged> {
    let slowest = |group| {
        let timed = stage.timings.iter().filter(move |timing| timing.group == group && timing.problem.is_none());
        timed.filter_map(|timing| Some((timing.latency?.p50_us, timing.query))).max()
    };
    let events = format!("{} events", number(stage.filled.events as f64));
    let mut judged = Vec::new();
    for (promise, group) in [(&goals::LIST, Group::FilteredList), (&goals::ONE, Group::One)] {
        // A query without an answer must not make the others look like the whole.
        let unanswered = stage.timings.iter().filter(|timing| timing.group == group && timing.problem.is_some());
        let gaps: String = unanswered.map(|timing| format!("; without an answer: {}", timing.query)).collect();
        judged.extend(slowest(group).map(|(us, query)| promise.judge(us as f64 / 1_000.0, &format!("{query}, {events}{gaps}"))));
    }
    judged.extend(stage.memory.and_then(|memory| memory.resident_mb).map(|mb| goals::MEMORY_SERVING.judge(mb, &events)));
    judged.extend(stage.restart.map(|restart| goals::RESTART.judge(restart.read_ms / 1_000.0, &events)));
    judged.extend(
        stage
            .disk
            .as_ref()
            .map(|disk| goals::DISK.judge(disk.bytes_per_event, &format!("events of {:.0} bytes", disk.sent_bytes_per_event))),
    );
    judged
}

impl QueryReport {
    fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        report::setting(&self.setting, out)?;
        for stage in &self.stages {
            let listed = stage.sessions_listed.map_or_else(|| "?".to_owned(), |total| total.to_string());
            writeln!(
                out,
                "\n{} events in {} sessions (the server lists {listed}); filled at {} events/s; memory {} MB, peak {} MB",
                number(stage.filled.events as f64),
                stage.sessions_made,
                number(stage.filled.events_per_second),
                report::maybe(stage.memory.and_then(|memory| memory.resident_mb)),
                report::maybe(stage.memory.and_then(|memory| memory.peak_mb)),
            )?;
            if let Some(disk) = &stage.disk {
                report::disk_lines(disk, out)?;
            }
            if let Some(restart) = stage.restart {
                report::restart_line(restart, out)?;
            }
        }
        writeln!(out, "\n{}", self.table())?;
        report::goals(&self.goals, out)
    }

    /// One row a query, one group of columns a size.
    fn table(&self) -> comfy_table::Table {
        let mut head = vec!["query".to_owned()];
        for stage in &self.stages {
            let size = number(stage.filled.events as f64);
            head.extend([format!("{size}: cold ms"), "median".to_owned(), "p99".to_owned(), "bytes".to_owned()]);
        }
        let names: Vec<&str> = head.iter().map(String::as_str).collect();
        let mut table = report::plain(&names);
        for (index, query) in QUERIES.iter().enumerate() {
            let mut row = vec![query.name.to_owned()];
            for stage in &self.stages {
                row.extend(columns(&stage.timings[index]));
            }
            table.add_row(row);
        }
        report::right_align(&mut table, 1);
        table
    }
}

fn columns(timing: &Timing) -> [String; 4] {
    let dash = || "–".to_owned();
    match (&timing.problem, timing.latency) {
        (None, Some(latency)) => [ms(timing.cold_us), ms(latency.p50_us), ms(latency.p99_us), number(timing.answer_bytes as f64)],
        (Some(_), _) if !timing.served => ["not served yet".to_owned(), dash(), dash(), dash()],
        (problem, _) => [problem.clone().unwrap_or_else(dash), dash(), dash(), dash()],
    }
}
