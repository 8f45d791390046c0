//! The query bench: fill a store, then time what a person or a program asks of it, at 20,000 events and at the full size, and there once
//! more while ingest runs.

mod analysis;
mod catalogue;
mod fill;
mod filler;
mod ingest;
mod judge;
mod known;
mod report;
mod shares;
mod timing;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use self::analysis::Analysed;
use self::catalogue::QUERIES;
use self::fill::{Filled, HttpFill};
pub(crate) use self::ingest::Spell;
use self::ingest::UnderIngest;
pub(crate) use self::report::QueryReport;
use self::timing::{Asking, Timing};
use crate::args::QueryArgs;
use crate::error::Error;
use crate::http::{Conn, Target};
use crate::launch::Launcher;
use crate::process::Memory;
use crate::report::{Disk, Restart, publish};
use crate::subject::Subject;

/// The small size that the full one is compared with.
const SMALL_EVENTS: u64 = 20_000;

/// One size of the store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stage {
    /// How filling went.
    pub filled: Filled,
    /// The events that the server counts: ours and its own.
    pub events_counted: Option<u64>,
    /// The completed calls of models among them.
    pub calls_counted: Option<u64>,
    /// Sessions that were made, and how many the server says there are.
    pub sessions_made: u64,
    /// The server's own exact total.
    pub sessions_listed: Option<u64>,
    /// Disk, when the server is ours or its directory is known.
    pub disk: Option<Disk>,
    /// Restart, when the server is ours.
    pub restart: Option<Restart>,
    /// How conversations were analysed, before the queries.
    pub analysed: Option<Analysed>,
    /// Memory after the queries.
    pub memory: Option<Memory>,
    /// Query by query.
    pub timings: Vec<Timing>,
    /// The same while ingest ran, at the full size.
    pub under_ingest: Option<UnderIngest>,
}

/// Measures and prints.
pub(crate) fn run(args: &QueryArgs, launcher: &Launcher) -> Result<(), Error> {
    let report = measure(args, launcher, Spell::default())?;
    publish(&report, args.server.json.as_deref(), |out| report.render(out))
}

/// Measures.
pub(crate) fn measure(args: &QueryArgs, launcher: &Launcher, spell: Spell) -> Result<QueryReport, Error> {
    let mut subject = Subject::new(&args.server, launcher)?;
    let setting = subject.setting(args.server.seed);
    let mut plan = HttpFill::new(args.server.seed, args.events);
    let mut stages = Vec::new();
    if args.events > SMALL_EVENTS {
        stages.push(stage(SMALL_EVENTS, args, &mut subject, &mut plan)?);
    }
    let mut full = stage(args.events, args, &mut subject, &mut plan)?;
    if !args.no_ingest {
        full.under_ingest = Some(under_ingest(args, &subject, &plan, spell)?);
    }
    let goals = judge::judge(&full);
    stages.push(full);
    Ok(QueryReport { measurement: "query", setting, stages, goals })
}

fn stage(size: u64, args: &QueryArgs, subject: &mut Subject, plan: &mut HttpFill) -> Result<Stage, Error> {
    let bar = ProgressBar::new(size);
    bar.set_style(
        ProgressStyle::with_template("filling {bar:40} {human_pos}/{human_len} events, {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let target = subject.target()?;
    let filled = plan.fill(&target, size, &|events| bar.inc(events))?;
    bar.finish_and_clear();
    // A stop and a start make the first run of each query a cold one, for the server if not for the operating system.
    let mean_bytes = filled.bytes as f64 / filled.events.max(1) as f64;
    let disk = subject.settle(filled.events, mean_bytes)?;
    let restart = subject.restart(filled.events)?;
    let target = subject.target()?;
    let analysed = analysis::finished(&target);
    let timings = ask_all(&asking(args, &target, plan), "");
    Ok(Stage {
        filled,
        events_counted: total(&target, "/api/v1/events?limit=1"),
        calls_counted: total(&target, "/api/v1/events?event_type=llm.completed&limit=1"),
        sessions_made: plan.known().sessions_made(),
        sessions_listed: total(&target, "/api/v1/sessions?limit=1"),
        disk,
        restart,
        analysed,
        memory: subject.memory(),
        timings,
        under_ingest: None,
    })
}

fn under_ingest(args: &QueryArgs, subject: &Subject, plan: &HttpFill, spell: Spell) -> Result<UnderIngest, Error> {
    let target = subject.target()?;
    // The store grows all the while, so medians have to do with half the runs.
    let halved = |deadline| Asking { deadline, runs: args.runs / 2, ..asking(args, &target, plan) };
    let mut under = ingest::meanwhile(&target, subject.pid(), args.server.seed, spell, |deadline| {
        ask_all(&halved(Some(deadline)), " while ingest runs")
    })?;
    std::thread::sleep(spell.rest);
    under.timings_after = ask_all(&halved(None), " after ingest");
    Ok(under)
}

fn asking<'a>(args: &QueryArgs, target: &'a Target, plan: &'a HttpFill) -> Asking<'a> {
    Asking { target, known: plan.known(), runs: args.runs, seed: args.server.seed, deadline: None }
}

fn ask_all(asking: &Asking<'_>, when: &str) -> Vec<Timing> {
    let spinner = ProgressBar::new_spinner();
    let mut conn = Conn::new(asking.target);
    let ask = |query: &catalogue::Query| {
        spinner.set_message(format!("{}{when}", query.name));
        asking.time(query, &mut conn)
    };
    let timings = QUERIES.iter().map(ask).collect();
    spinner.finish_and_clear();
    timings
}

/// An exact total that the server tells.
fn total(target: &Target, path: &str) -> Option<u64> {
    Conn::new(target).get_json::<serde_json::Value>(target, path).ok().and_then(|page| page["total"].as_u64())
}
