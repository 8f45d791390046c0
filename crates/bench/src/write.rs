//! The write path: the matrix on the server and on the ceiling, then reading back, disk and restart.

use std::sync::Arc;
use std::time::Duration;

use indicatif::ProgressBar;

use crate::args::WriteArgs;
use crate::cell::{self, Cell, Loop, Shape};
use crate::error::Error;
use crate::goals::{self, Judged};
use crate::lane::{self, SessionLog};
use crate::launch::{Launcher, Running};
use crate::load::{self, Outcome, Plan, Site};
use crate::pool::Pool;
use crate::report::{self, Figures, Row, WriteReport};
use crate::subject::Subject;
use crate::verify;

/// Sessions that are read once more after the restart.
const RESTART_SAMPLE: usize = 500;
/// Sends before the window opens.
const WARM_UP: Duration = Duration::from_millis(700);

/// Measures, prints, and says whether everything acknowledged is there exactly once.
pub(crate) fn run(args: &WriteArgs, launcher: &Launcher) -> Result<bool, Error> {
    let report = measure(args, launcher)?;
    report::publish(&report, args.server.json.as_deref(), |out| report.render(out))?;
    Ok(report.verdict.holds() && report.verdict_after_restart.as_ref().is_none_or(verify::Verdict::holds))
}

fn measure(args: &WriteArgs, launcher: &Launcher) -> Result<WriteReport, Error> {
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(Duration::from_millis(250));
    progress.set_message("starting");
    let mut subject = Subject::new(&args.server, launcher)?;
    let setting = subject.setting(args.server.seed);
    let memory_idle = subject.memory();
    let first_start_ms = subject.started_in().map(|time| time.as_secs_f64() * 1_000.0);
    let target = subject.target()?;
    let pool = Arc::new(Pool::new(args.server.seed, &lane::register_fingerprint(&target)?));
    let ceiling = if args.no_ceiling { None } else { Some(subject.launch_ceiling()?) };

    let run = uuid::Uuid::new_v4().as_u128() as u64;
    let site = Site { target: &target, pid: subject.pid(), pool, run, lane: 0 };
    let mut sessions = Vec::new();
    let rows = sweep(args, site, ceiling.as_ref(), &mut sessions, &progress);
    drop(ceiling);
    let memory_load = subject.memory();

    progress.set_message("reading everything back");
    let verdict = verify::verify(&target, &sessions, &|_| {})?;
    progress.set_message("stopping and sizing");
    let sent_bytes = sent_bytes_per_event(&rows);
    let disk = subject.settle(verdict.found, sent_bytes)?;
    let restart = subject.restart(verdict.found)?;
    let sample = &sessions[..sessions.len().min(RESTART_SAMPLE)];
    let verdict_after_restart = match restart {
        Some(_) => Some(verify::verify(&subject.target()?, sample, &|_| {})?),
        None => None,
    };
    progress.finish_and_clear();

    let mut report = WriteReport {
        measurement: "write",
        setting,
        first_start_ms,
        memory_idle,
        memory_load,
        rows,
        verdict,
        verdict_after_restart,
        disk,
        restart,
        goals: Vec::new(),
    };
    report.goals = judge(&report);
    Ok(report)
}

fn cells(args: &WriteArgs) -> Vec<Cell> {
    match (args.only.is_empty(), args.quick) {
        (false, _) => args.only.clone(),
        (true, true) => cell::quick_matrix(),
        (true, false) => cell::matrix(),
    }
}

/// Each cell closed, then on the ceiling, then open: neighbours in time, so that a busy machine disturbs all alike.
fn sweep(
    args: &WriteArgs,
    mut site: Site<'_>,
    ceiling: Option<&Running>,
    sessions: &mut Vec<SessionLog>,
    progress: &ProgressBar,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let window = Duration::from_secs(args.seconds.unwrap_or(if args.quick { 2 } else { 5 }));
    for cell in cells(args) {
        // With one connection the machine is to be idle otherwise, so nobody watches.
        let watch_readable = cell.connections > 1;
        let closed = Plan { cell, rate: None, warm_up: WARM_UP, window, events_max: args.events_max, watch_readable, forget: false };
        progress.set_message(format!("{cell} closed loop"));
        let server = take(load::run(&closed, &site), &mut site, cell, sessions);
        let limit = ceiling.map(|ceiling| {
            progress.set_message(format!("{cell} ceiling"));
            let site = Site { target: &ceiling.target, pid: Some(ceiling.pid()), ..site.clone() };
            Figures::new(&load::run(&Plan { watch_readable: false, ..closed.clone() }, &site))
        });
        let most = server.events_per_second / cell.shape.events() as f64;
        rows.push(Row::new(cell.to_string(), Loop::Closed, None, server, limit));
        let rate = args.rate.map_or(most / 2.0, |rate| rate as f64);
        if !args.no_open && rate > 0.0 {
            progress.set_message(format!("{cell} open loop at {rate:.0} requests a second"));
            let open = Plan { rate: Some(rate), watch_readable: false, ..closed };
            let server = take(load::run(&open, &site), &mut site, cell, sessions);
            rows.push(Row::new(cell.to_string(), Loop::Open, Some(rate), server, None));
        }
    }
    rows
}

fn take(mut outcome: Outcome, site: &mut Site<'_>, cell: Cell, sessions: &mut Vec<SessionLog>) -> Figures {
    sessions.append(&mut outcome.sessions);
    site.lane += cell.connections as u64 + 1;
    Figures::new(&outcome)
}

/// Mean size of an event over all rows, by how many events each row had.
fn sent_bytes_per_event(rows: &[Row]) -> f64 {
    let weight: f64 = rows.iter().map(|row| row.server.events_per_second).sum();
    let bytes: f64 = rows.iter().map(|row| row.server.bytes_per_event * row.server.events_per_second).sum();
    if weight > 0.0 { bytes / weight } else { 0.0 }
}

/// Every promise that this run has a figure for.
fn judge(report: &WriteReport) -> Vec<Judged> {
    let named = |shape, connections, pace| {
        let name = Cell { shape, connections }.to_string();
        report.rows.iter().find(move |row| row.cell == name && row.pace == pace)
    };
    let mut judged = Vec::new();
    let mut add = |promise: &goals::Promise, value: Option<f64>, note: &str| judged.extend(value.map(|value| promise.judge(value, note)));
    let batch = named(Shape::Agentops(100), 8, Loop::Closed);
    add(&goals::BATCH_PER_CPU, batch.and_then(|row| row.server.events_per_cpu_second), "");
    add(&goals::BATCH_OF_CEILING, batch.and_then(|row| row.percent_of_ceiling_per_cpu), "");
    let spans = named(Shape::Otlp(100), 8, Loop::Closed);
    add(&goals::SPANS_PER_CPU, spans.and_then(|row| row.server.events_per_cpu_second), "");
    add(&goals::SPANS_OF_CEILING, spans.and_then(|row| row.percent_of_ceiling_per_cpu), "");
    // A session costs something by itself: the comparison that counts is with sessions as long, the other is told beside it.
    let bytes = |row: &Row| row.server.events_per_cpu_second.map(|events| events * row.server.bytes_per_event);
    let of_agentops = |row: &Row| Some(100.0 * bytes(spans?)? / bytes(row).filter(|theirs| *theirs > 0.0)?);
    if let Some((same, spans)) = named(cell::CONVERSATIONS, 8, Loop::Closed).zip(spans) {
        let [ours, theirs] = [spans, same].map(|row| goals::number(row.server.bytes_per_event));
        let long = batch.and_then(of_agentops).map_or_else(String::new, |share| format!("; {share:.0} % of those of long sessions"));
        add(&goals::SPANS_OF_AGENTOPS, of_agentops(same), &format!("spans of {ours} bytes, events of {theirs}{long}"));
    }
    let single = named(Shape::Voker, 32, Loop::Closed);
    add(&goals::SINGLE_PER_SECOND, single.map(|row| row.server.events_per_second), "");
    add(&goals::SINGLE_OF_CEILING, single.and_then(|row| row.percent_of_ceiling), "");
    let ack = named(Shape::Voker, 1, Loop::Closed).and_then(|row| row.server.latency);
    add(&goals::ACK_P50, ack.map(|latency| latency.p50_us as f64 / 1_000.0), "");
    add(&goals::ACK_P99, ack.map(|latency| latency.p99_us as f64 / 1_000.0), "");
    let open = report.rows.iter().filter(|row| row.pace == Loop::Open).filter_map(|row| Some((row.server.latency?.p99_us, &row.cell)));
    if let Some((p99, cell)) = open.max() {
        add(&goals::OPEN_P99, Some(p99 as f64 / 1_000.0), cell);
    }
    if let Some(disk) = &report.disk {
        add(&goals::DISK, Some(disk.bytes_per_event), &format!("events of {:.0} bytes", disk.sent_bytes_per_event));
    }
    add(&goals::MEMORY_IDLE, report.memory_idle.and_then(|memory| memory.resident_mb), "");
    add(&goals::MEMORY_LOAD, report.memory_load.and_then(|memory| memory.peak_mb), "");
    add(&goals::FIRST_START, report.first_start_ms.map(|ms| ms / 1_000.0), "");
    if let Some(restart) = report.restart {
        add(
            &goals::RESTART,
            Some(restart.read_ms / 1_000.0),
            &format!("{} events; the promise is for 1 M", goals::number(restart.events as f64)),
        );
    }
    judged
}
