//! Promise by promise, what the full store showed.
//!
//! Bytes on disk are not among them: that promise is about events of model calls and judged by the write path, and here a good part of
//! the events is much smaller.

use super::Stage;
use super::catalogue::Group;
use super::ingest::UnderIngest;
use super::timing::Timing;
use crate::goals::{self, Grade, Judged, Promise, number};
use crate::latency::Summary;

/// Judges a stage.
pub(crate) fn judge(stage: &Stage) -> Vec<Judged> {
    let events = format!("{} events", number(stage.filled.events as f64));
    let size = |group: Group| match (group, stage.calls_counted) {
        (Group::Trace, _) => format!("{} spans of {events}", number(stage.filled.largest_trace as f64)),
        (Group::Costs, Some(calls)) => format!("{} calls of models among {events}", number(calls as f64)),
        _ => events.clone(),
    };
    let alone = |group: Group| {
        let (promise, slowest) = (group.promise()?, slowest(&stage.timings, group, |latency| latency.p50_us));
        let judged = slowest.map(|(us, query)| promise.judge(ms(us), &format!("{query}, {}", size(group))));
        Some(without_gaps(promise, judged, &stage.timings, group))
    };
    let mut judged: Vec<Judged> = Group::ALL.into_iter().filter_map(alone).collect();
    let analysed = stage.analysed.and_then(|analysed| Some((analysed.per_second?, analysed.conversations)));
    judged.extend(analysed.map(|(rate, of)| goals::ANALYSED.judge(rate, &format!("{} conversations", number(of as f64)))));
    judged.extend(stage.memory.and_then(|memory| memory.resident_mb).map(|mb| goals::MEMORY_SERVING.judge(mb, &events)));
    judged.extend(stage.restart.map(|restart| goals::RESTART.judge(restart.read_ms / 1_000.0, &events)));
    if let Some(under) = &stage.under_ingest {
        let promised = Group::ALL.into_iter().filter(|group| group.promise().is_some());
        judged.extend(promised.map(|group| slowdown(&stage.timings, under, group)));
        let slowest = slowest(&under.timings, Group::Sdk, |latency| latency.p99_us);
        let sdk = slowest.map(|(us, query)| goals::SDK_P99.judge(ms(us), &format!("{query}{}", caveat(under))));
        judged.push(without_gaps(&goals::SDK_P99, sdk, &under.timings, Group::Sdk));
    }
    judged
}

/// A group's slowest median while ingest runs as a multiple of its slowest without, which is the mean of those before and after: the
/// store grew from the one to the other.
fn slowdown(alone: &[Timing], under: &UnderIngest, group: Group) -> Judged {
    let median = |timings| slowest(timings, group, |latency| latency.p50_us);
    let worst = (0..alone.len()).filter(|index| alone[*index].group == group).filter_map(|index| ratio(alone, under, index));
    let worst = worst.max_by(f64::total_cmp).unwrap_or_default();
    let quiet = median(alone).zip(median(&under.timings_after));
    let judged = quiet.zip(median(&under.timings)).map(|(((before, _), (after, _)), (meanwhile, query))| {
        let [before_ms, after_ms, meanwhile_ms] = [before, after, meanwhile].map(|us| number(ms(us)));
        let medians = format!("{before_ms} ms before, {meanwhile_ms} meanwhile, {after_ms} after");
        let note = format!("{}: {medians}, {query}; a single query {} times at worst{}", group.word(), number(worst), caveat(under));
        goals::SLOWDOWN.judge(meanwhile as f64 / mean(before as f64, after as f64), &note)
    });
    without_gaps(&goals::SLOWDOWN, judged, &under.timings, group)
}

/// How many times slower a query was while ingest ran.
pub(crate) fn ratio(alone: &[Timing], under: &UnderIngest, index: usize) -> Option<f64> {
    let median = |timings: &[Timing]| {
        let timing = timings.get(index).filter(|timing| timing.is_clean())?;
        Some(timing.latency?.p50_us as f64)
    };
    Some(median(&under.timings)? / mean(median(alone)?, median(&under.timings_after)?))
}

fn mean(before: f64, after: f64) -> f64 {
    f64::midpoint(before, after).max(1.0)
}

fn slowest(timings: &[Timing], group: Group, pick: fn(Summary) -> u64) -> Option<(u64, &'static str)> {
    let timed = timings.iter().filter(|timing| timing.group == group && timing.is_clean());
    timed.filter_map(|timing| Some((pick(timing.latency?), timing.query))).max()
}

/// A promise about a group in which a query has problems is missed, whatever the others say.
fn without_gaps(promise: &Promise, judged: Option<Judged>, timings: &[Timing], group: Group) -> Judged {
    let judged = judged.unwrap_or_else(|| promise.unmeasured(&format!("not measured: {}", group.word())));
    let gaps: Vec<&str> = timings.iter().filter(|timing| timing.group == group && !timing.is_clean()).map(|timing| timing.query).collect();
    if gaps.is_empty() {
        return judged;
    }
    let measured = format!("{}; with problems: {}", judged.measured, gaps.join(", "));
    Judged { measured, verdict: Grade::Miss, ..judged }
}

fn caveat(under: &UnderIngest) -> String {
    under.problem.as_ref().map(|problem| format!("; {problem}")).unwrap_or_default()
}

fn ms(us: u64) -> f64 {
    us as f64 / 1_000.0
}
