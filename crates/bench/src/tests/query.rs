//! The query bench against the fake server: what it sends, what it asks, what it makes of the answers.

use std::path::PathBuf;
use std::time::Duration;

use super::fake::{self, Manner};
use crate::args::{QueryArgs, ServerArgs};
use crate::goals::Grade;
use crate::http::{Conn, Target};
use crate::launch::Launcher;
use crate::query::{QueryReport, Spell, measure};

const SPELL: Spell = Spell {
    warm_up: Duration::from_millis(50),
    burst: Duration::from_millis(200),
    pass_max: Duration::from_secs(20),
    rest: Duration::ZERO,
};

fn measured(url: &str, no_ingest: bool) -> QueryReport {
    let server = ServerArgs { url: Some(url.to_owned()), key: Some("key".to_owned()), seed: 1, ..ServerArgs::default() };
    let args = QueryArgs { server, events: 1_000, runs: 30, no_ingest };
    let launcher = Launcher { program: PathBuf::new(), serve: Vec::new(), ceiling: Vec::new() };
    measure(&args, &launcher, SPELL).unwrap()
}

fn rendered(report: &QueryReport) -> String {
    let mut text = Vec::new();
    report.render(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_store_is_filled_with_what_was_asked_for() {
    let url = fake::start(Manner::Honest);
    let report = measured(&url, true);
    let target = Target::new(&url, "key").unwrap();
    let there: serde_json::Value = Conn::new(&target).get_json(&target, "/api/v1/events").unwrap();
    let filled = report.stages[0].filled;
    assert_eq!((there["total"].as_u64(), filled.events), (Some(1_000), 1_000));
    assert_eq!(there["domain"].as_u64(), Some(100));
    assert_eq!((filled.shares.spans, filled.largest_trace), (200, 100));
    assert_eq!((there["messages"].as_u64(), filled.shares.conversations), (Some(filled.shares.messages), 100));
    assert_eq!(report.stages[0].sessions_listed, Some(report.stages[0].sessions_made));
}

#[test]
fn every_query_is_timed_alone_and_while_ingest_runs() {
    let report = measured(&fake::start(Manner::Honest), false);
    let text = rendered(&report);
    let stage = &report.stages[0];
    let under = stage.under_ingest.as_ref().unwrap();
    assert!(!text.contains("PROBLEM:") || under.problem.is_some(), "{text}");
    assert!(stage.timings.iter().all(|timing| timing.problems == 0 && timing.asked > 0), "{text}");
    assert!(under.timings.iter().all(|timing| timing.problems == 0 && timing.asked > 0), "{text}");
    assert!(under.timings.iter().any(|timing| timing.asked > 31), "look-ups whose p99 counts are made often");
    assert!(under.events_added > 0 && under.due_per_second > 0.0);
    let figures: Vec<&str> = report.goals.iter().map(|judged| judged.figure.as_str()).collect();
    for promise in [
        "newest 100",
        "one event",
        "counts and stats",
        "by correlation",
        "status and insights",
        "a trace of",
        "costs by day",
        "SDK look-ups",
    ] {
        assert_eq!(figures.iter().filter(|figure| figure.contains(promise)).count(), 1, "{promise} in {figures:?}");
    }
    assert_eq!(figures.iter().filter(|figure| figure.contains("against without")).count(), 8);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["stages"][0]["timings"][0]["group"], "lists");
    assert!(json["stages"][0]["underIngest"]["timings"][0]["latency"]["p50Us"].is_u64());
}

#[test]
fn the_second_pass_can_be_left_out() {
    let report = measured(&fake::start(Manner::Honest), true);
    assert!(report.stages[0].under_ingest.is_none());
    assert!(report.goals.iter().all(|judged| !judged.figure.contains("ingest")));
    assert!(!rendered(&report).contains("with ingest"));
}

#[test]
fn empty_answers_are_problems() {
    let report = measured(&fake::start(Manner::Mute), true);
    let text = rendered(&report);
    assert!(text.contains("PROBLEM at 1,000 events: newest 100 events, 5 of 5: nothing at /events on /api/v1/events?limit=100"), "{text}");
    let lists = report.goals.iter().find(|judged| judged.figure.starts_with("newest 100")).unwrap();
    // Of so few events none may have been a person's: then there is nobody to ask for, which is a problem of its own.
    let (_, problems) = lists.measured.split_once("with problems: ").unwrap();
    assert!(problems.contains("newest 100 events, newest 100 events of a type of call"), "{problems}");
    assert_eq!(lists.verdict, Grade::Miss);
}
