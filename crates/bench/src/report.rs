//! The shape of the reports, and their tables. One structure serves both, so table and JSON cannot disagree.

use std::io::{self, Write};
use std::path::Path;

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::cell::Loop;
use crate::disk::FileSize;
use crate::error::{Error, io as failed};
use crate::goals::{Grade, Judged, number};
use crate::latency::{Summary, ms};
use crate::load::Outcome;
use crate::process::Memory;
use crate::readable::Readable;
use crate::verify::Verdict;

/// Where and how a measurement was made.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Setting {
    /// Cores that server and client share.
    pub cores: usize,
    /// Seed of the texts.
    pub seed: u64,
    /// Where the data was.
    pub scratch: String,
    /// Whether that is memory, where a sync costs nothing.
    pub scratch_in_memory: bool,
    /// Median time to append and sync 4 kB there.
    pub sync_us: Option<u64>,
    /// When the measurement started.
    pub started_at: String,
}

/// What one cell did on one server.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Figures {
    /// Acknowledged events a second.
    pub events_per_second: f64,
    /// The same, with the time until everything was readable counted in.
    pub readable_events_per_second: Option<f64>,
    /// Acknowledged events per second of the server's CPU time, later work on them included.
    pub events_per_cpu_second: Option<f64>,
    /// Latency of requests.
    pub latency: Option<Summary>,
    /// From the last acknowledgement until everything was readable.
    pub settle_ms: Option<f64>,
    /// How soon single events were readable under this load.
    pub readable: Option<Readable>,
    /// Mean bytes of an event as sent.
    pub bytes_per_event: f64,
    /// Cores the client used meanwhile.
    pub client_cores: Option<f64>,
    /// Requests answered with an error.
    pub refused: u64,
    /// Requests not answered.
    pub failed: u64,
    /// The first of those, in words.
    pub first_problem: Option<String>,
}

impl Figures {
    pub(crate) fn new(outcome: &Outcome) -> Figures {
        let seconds = outcome.window.as_secs_f64();
        let events = outcome.events as f64;
        let per = |total: f64, over: f64| (over > 0.0).then(|| total / over);
        Figures {
            events_per_second: per(events, seconds).unwrap_or(0.0),
            readable_events_per_second: outcome
                .settle
                .and_then(|settle| per(outcome.events_for_cpu as f64, seconds + settle.as_secs_f64())),
            events_per_cpu_second: outcome.server_cpu_s.and_then(|cpu| per(outcome.events_for_cpu as f64, cpu)),
            latency: outcome.latencies.as_ref().and_then(|latencies| latencies.summary()),
            settle_ms: outcome.settle.map(|settle| settle.as_secs_f64() * 1_000.0),
            readable: outcome.readable,
            bytes_per_event: per(outcome.body_bytes as f64, outcome.events_for_cpu as f64).unwrap_or(0.0),
            client_cores: outcome.client_cpu_s.and_then(|cpu| per(cpu, seconds)),
            refused: outcome.refused,
            failed: outcome.failed,
            first_problem: outcome.first_problem.clone(),
        }
    }
}

/// One row of the matrix.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    /// `voker:32`, `agentops100:8`, …
    pub cell: String,
    /// Closed or open.
    #[serde(rename = "loop")]
    pub pace: Loop,
    /// Requests a second that were due, in the open loop.
    pub due_per_second: Option<f64>,
    /// The server.
    pub server: Figures,
    /// The ceiling under the same load.
    pub ceiling: Option<Figures>,
    /// The server's events a second as a percentage of the ceiling's.
    pub percent_of_ceiling: Option<f64>,
    /// The same for events per CPU-second.
    pub percent_of_ceiling_per_cpu: Option<f64>,
}

impl Row {
    pub(crate) fn new(cell: String, pace: Loop, due_per_second: Option<f64>, server: Figures, ceiling: Option<Figures>) -> Row {
        let percent = |ours: Option<f64>, theirs: Option<f64>| Some(100.0 * ours? / theirs.filter(|theirs| *theirs > 0.0)?);
        let limit = ceiling.as_ref();
        Row {
            percent_of_ceiling: percent(Some(server.events_per_second), limit.map(|figures| figures.events_per_second)),
            percent_of_ceiling_per_cpu: percent(server.events_per_cpu_second, limit.and_then(|figures| figures.events_per_cpu_second)),
            cell,
            pace,
            due_per_second,
            server,
            ceiling,
        }
    }
}

/// What the data directory holds after the server has stopped.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disk {
    /// Events in the store.
    pub events: u64,
    /// Mean bytes of an event as sent.
    pub sent_bytes_per_event: f64,
    /// Bytes on disk per event, everything included.
    pub bytes_per_event: f64,
    /// How long stopping took, compaction included.
    pub stop_ms: f64,
    /// File by file.
    pub files: Vec<FileSize>,
}

/// What a restart took.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Restart {
    /// Events in the store.
    pub events: u64,
    /// From starting the process to the first 200 on `/health`.
    pub health_ms: f64,
    /// From starting the process to the first answered read.
    pub read_ms: f64,
}

/// The report of the write path.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WriteReport {
    /// Always `write`.
    pub measurement: &'static str,
    /// Where and how.
    pub setting: Setting,
    /// From starting the process on an empty directory to the first 200 on `/health`.
    pub first_start_ms: Option<f64>,
    /// Memory before any load.
    pub memory_idle: Option<Memory>,
    /// Memory after the load, with its peak.
    pub memory_load: Option<Memory>,
    /// The matrix.
    pub rows: Vec<Row>,
    /// Whether everything acknowledged is there once.
    pub verdict: Verdict,
    /// The same for up to 500 sessions after a restart.
    pub verdict_after_restart: Option<Verdict>,
    /// Disk.
    pub disk: Option<Disk>,
    /// Restart.
    pub restart: Option<Restart>,
    /// Promise by promise.
    pub goals: Vec<Judged>,
}

impl WriteReport {
    /// The tables and sentences a person reads.
    pub(crate) fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        setting(&self.setting, out)?;
        writeln!(out, "\n{}", matrix(&self.rows))?;
        for row in &self.rows {
            if let Some(problem) = &row.server.first_problem {
                writeln!(
                    out,
                    "{} {}: {} refused, {} unanswered; the first: {problem}",
                    row.cell, row.pace, row.server.refused, row.server.failed
                )?;
            }
        }
        if let (Some(idle), Some(load)) = (self.memory_idle, self.memory_load) {
            writeln!(
                out,
                "Memory: {} MB idle, {} MB after the load, {} MB at its peak",
                maybe(idle.resident_mb),
                maybe(load.resident_mb),
                maybe(load.peak_mb)
            )?;
        }
        verdict("Read back", &self.verdict, out)?;
        if let Some(after) = &self.verdict_after_restart {
            verdict("After the restart, a sample", after, out)?;
        }
        if let Some(disk) = &self.disk {
            disk_lines(disk, out)?;
        }
        if let Some(first) = self.first_start_ms {
            writeln!(out, "First start: {} ms to the first /health", number(first))?;
        }
        if let Some(restart) = self.restart {
            restart_line(restart, out)?;
        }
        goals(&self.goals, out)
    }
}

pub(crate) fn setting(setting: &Setting, out: &mut dyn Write) -> io::Result<()> {
    let sync = setting.sync_us.map_or_else(|| "unknown".to_owned(), |us| format!("{} ms", ms(us)));
    writeln!(
        out,
        "{} cores shared by server and client · seed {} · data in {} · appending and syncing 4 kB there: {sync}",
        setting.cores, setting.seed, setting.scratch
    )?;
    if setting.scratch_in_memory {
        writeln!(out, "Note: that directory is in memory, where a sync costs nothing. Use --scratch to name a real disk.")?;
    }
    Ok(())
}

pub(crate) fn disk_lines(disk: &Disk, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Disk after stopping ({} ms): {} bytes per event for {} events of {} bytes as sent",
        number(disk.stop_ms),
        number(disk.bytes_per_event),
        number(disk.events as f64),
        number(disk.sent_bytes_per_event)
    )?;
    for file in disk.files.iter().take(12) {
        writeln!(out, "  {:>14}  {}", number(file.allocated_bytes as f64), file.path)?;
    }
    Ok(())
}

pub(crate) fn restart_line(restart: Restart, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Restart with {} events: {} ms to the first /health, {} ms to the first answered read",
        number(restart.events as f64),
        number(restart.health_ms),
        number(restart.read_ms)
    )
}

fn verdict(title: &str, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let word = if verdict.holds() { "every acknowledged event is there exactly once" } else { "FAILED" };
    writeln!(
        out,
        "{title}: {word}. {} sessions, {} acknowledged, {} found; lost {}, doubled {}, invented {}, wrong totals {}; {} unacknowledged, of which {} are there",
        verdict.sessions,
        verdict.acknowledged,
        verdict.found,
        verdict.lost,
        verdict.duplicated,
        verdict.invented,
        verdict.wrong_totals,
        verdict.unsure,
        verdict.unsure_found
    )?;
    verdict.example.as_ref().map_or(Ok(()), |example| writeln!(out, "  for example {example}"))
}

pub(crate) fn goals(goals: &[Judged], out: &mut dyn Write) -> io::Result<()> {
    let mut table = plain(&["figure", "must", "goal", "measured", "verdict"]);
    for row in goals {
        let verdict = match row.verdict {
            Grade::Goal => "goal",
            Grade::Must => "must",
            Grade::Miss => "MISS",
        };
        table.add_row([&row.figure, &row.must, &row.goal, &row.measured, &verdict.to_owned()]);
    }
    writeln!(out, "\n{table}")
}

fn matrix(rows: &[Row]) -> Table {
    let mut table = plain(&[
        "cell",
        "loop",
        "events/s",
        "per CPU-s",
        "p50 ms",
        "p90",
        "p99",
        "max",
        "readable p50",
        "p99",
        "settle ms",
        "errors",
        "client cores",
        "ceiling/s",
        "%",
        "ceiling per CPU-s",
        "%",
    ]);
    for row in rows {
        let figures = &row.server;
        let latency = |pick: fn(&Summary) -> u64| figures.latency.as_ref().map_or_else(|| "–".to_owned(), |summary| ms(pick(summary)));
        let read = figures.readable.and_then(|readable| readable.read);
        let readable = |pick: fn(&Summary) -> u64| read.as_ref().map_or_else(|| "–".to_owned(), |summary| ms(pick(summary)));
        let ceiling = row.ceiling.as_ref();
        table.add_row([
            row.cell.clone(),
            row.pace.to_string(),
            number(figures.events_per_second),
            maybe(figures.events_per_cpu_second),
            latency(|summary| summary.p50_us),
            latency(|summary| summary.p90_us),
            latency(|summary| summary.p99_us),
            latency(|summary| summary.max_us),
            readable(|summary| summary.p50_us),
            readable(|summary| summary.p99_us),
            maybe(figures.settle_ms),
            (figures.refused + figures.failed).to_string(),
            maybe(figures.client_cores),
            maybe(ceiling.map(|figures| figures.events_per_second)),
            maybe(row.percent_of_ceiling),
            maybe(ceiling.and_then(|figures| figures.events_per_cpu_second)),
            maybe(row.percent_of_ceiling_per_cpu),
        ]);
    }
    right_align(&mut table, 2);
    table
}

pub(crate) fn right_align(table: &mut Table, from: usize) {
    table.column_iter_mut().skip(from).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
}

pub(crate) fn plain(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_header(head);
    table
}

pub(crate) fn maybe(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), number)
}

/// Writes the JSON where it was asked for and the tables beside it.
pub(crate) fn publish<T: Serialize>(
    report: &T,
    json: Option<&Path>,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Error> {
    let to_stdout = json == Some(Path::new("-"));
    let mut people: Box<dyn Write> = if to_stdout { Box::new(io::stderr()) } else { Box::new(io::stdout()) };
    render(&mut *people).map_err(failed("printing the report"))?;
    let Some(path) = json else { return Ok(()) };
    let text = serde_json::to_string_pretty(report).map_err(|error| Error::Server(format!("the report is no JSON: {error}")))?;
    if to_stdout {
        writeln!(io::stdout(), "{text}").map_err(failed("printing the report"))
    } else {
        std::fs::write(path, text + "\n").map_err(failed(format!("writing {}", path.display())))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Figures, Row, Setting, WriteReport};
    use crate::cell::Loop;
    use crate::goals;
    use crate::latency::Latencies;
    use crate::load::Outcome;
    use crate::verify::Verdict;

    fn report() -> WriteReport {
        let mut latencies = Latencies::new();
        latencies.record(Duration::from_millis(2));
        let outcome = Outcome {
            events: 10_000,
            events_for_cpu: 10_500,
            window: Duration::from_secs(2),
            settle: Some(Duration::from_millis(100)),
            server_cpu_s: Some(1.5),
            client_cpu_s: Some(0.5),
            body_bytes: 10_500 * 1_500,
            latencies: Some(latencies),
            ..Outcome::default()
        };
        let ceiling = Figures { events_per_second: 20_000.0, events_per_cpu_second: Some(70_000.0), ..Figures::default() };
        WriteReport {
            measurement: "write",
            setting: Setting { cores: 2, ..Setting::default() },
            first_start_ms: Some(80.0),
            memory_idle: None,
            memory_load: None,
            rows: vec![Row::new("voker:32".to_owned(), Loop::Closed, None, Figures::new(&outcome), Some(ceiling))],
            verdict: Verdict { acknowledged: 10_500, found: 10_500, ..Verdict::default() },
            verdict_after_restart: None,
            disk: None,
            restart: None,
            goals: vec![goals::SINGLE_PER_SECOND.judge(3_000.0, "")],
        }
    }

    #[test]
    fn json_has_the_documented_shape() {
        let json = serde_json::to_value(report()).unwrap();
        let row = &json["rows"][0];
        assert_eq!(row["loop"], "closed");
        assert_eq!(row["server"]["eventsPerSecond"], 5_000.0);
        assert_eq!(row["server"]["eventsPerCpuSecond"], 7_000.0);
        assert_eq!(row["server"]["readableEventsPerSecond"], 5_000.0);
        assert_eq!(row["server"]["bytesPerEvent"], 1_500.0);
        assert_eq!((row["percentOfCeiling"].as_f64(), row["percentOfCeilingPerCpu"].as_f64()), (Some(25.0), Some(10.0)));
        assert_eq!(row["server"]["latency"]["count"], 1);
        assert_eq!(json["goals"][0]["verdict"], "miss");
        assert_eq!(json["verdict"]["lost"], 0);
        assert!(json["memoryIdle"].is_null(), "unknown is null, never zero");
    }

    #[test]
    fn tables_show_misses_in_capitals() {
        let mut text = Vec::new();
        report().render(&mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        for part in ["voker:32", "5,000", "7,000", "exactly once", "MISS", "≥ 4,000/s"] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
