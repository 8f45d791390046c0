//! The layouts of files, the arithmetic of agreement, and what comes out for a person.

use std::fs;
use std::path::PathBuf;

use debrief_insight::sentiment::Class;
use tempfile::TempDir;

use super::measure;
use super::ratings::{self, Rated};
use super::runs::{self, Call, Role};
use super::verdicts::compare;
use super::{corrections, intents};
use crate::args::InsightArgs;

const RUNS: &str = r#"[
  {"task_id": 1, "reward": 1.0, "info": {}, "trial": 0, "traj": [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Cancel AB1"},
    {"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "cancel", "arguments": "{\"id\": \"AB1\"}"}}]},
    {"role": "tool", "tool_call_id": "c1", "name": "cancel", "content": "done"},
    {"role": "assistant", "content": "Done.", "tool_calls": null, "audio": null}]},
  {"reward": 0.0, "traj": [{"role": "user", "content": "hi"}]}
]"#;

fn args() -> InsightArgs {
    InsightArgs::default()
}

/// A folder of files that is gone after the test.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn save(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn printed(args: &InsightArgs) -> String {
    let mut out = Vec::new();
    measure(args).unwrap().render(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn without_files_what_is_built_in_is_measured() {
    let report = measure(&args()).unwrap();
    let [sample] = report.sentiment.as_slice() else { panic!("one sample") };
    assert_eq!(sample.n, 400);
    assert!(sample.pearson.unwrap() > 0.85 && sample.accuracy.unwrap() > 0.85 && sample.macro_f1.unwrap() > 0.65, "{sample:?}");
    assert_eq!((report.corrections.reported.n, report.corrections.tuning.n), (71, 71));
    let shown = printed(&args());
    for expected in ["built-in sample", "only reported", "--sentiment FILE", "--intents FILE", "--runs FILE"] {
        assert!(shown.contains(expected), "{expected} is not in {shown}");
    }
}

#[test]
fn files_are_measured_under_their_names() {
    let files = Files::new();
    let sentiment = files.save("small.txt", "1\t2.5\tI love it\n2\t-2.5\tI hate it\n3\t0\tIt is a chair\n");
    let intents =
        files.save("intents.csv", "text,category\r\nlost card,a\r\nweather in Rome,b\r\n\"lost card, again\",a\r\nRome weather,b\r\n");
    let args = InsightArgs { sentiment: vec![sentiment], intents: vec![intents], runs: vec![files.save("runs.json", RUNS)], json: None };
    let report = measure(&args).unwrap();
    let small = &report.sentiment[1];
    assert_eq!((small.file.as_str(), small.n, small.accuracy, small.macro_f1), ("small.txt", 3, Some(1.0), Some(1.0)));
    let found: Vec<_> = report.intents.iter().map(|figures| (figures.rows, figures.how, figures.n, figures.groups)).collect();
    let second = "2nd, 4th, 6th …";
    assert_eq!(found, [(second, "at once", 2, 1), (second, "one by one", 2, 1), ("all", "at once", 4, 2), ("all", "one by one", 4, 2)]);
    assert!(report.intents.iter().all(|figures| figures.agreement.is_some_and(|agreement| agreement.nmi == 1.0)));
    let runs = &report.runs[0];
    assert_eq!((runs.messages, runs.tool_calls, runs.outcome.n, runs.outcome.base_rate), (6, 1, 2, Some(0.5)));
    let shown = printed(&args);
    assert!(["small.txt", "intents.csv", "runs.json"].iter().all(|name| shown.contains(name)), "{shown}");
    assert!(!shown.contains("Files would tell more"), "{shown}");
}

#[test]
fn files_of_other_layouts_say_what_is_wrong() {
    let files = Files::new();
    let check = |args: InsightArgs, expected: &str| {
        let error = measure(&args).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let sentiment = |text: &str| InsightArgs { sentiment: vec![files.save("bad.txt", text)], ..args() };
    check(sentiment("1\t2.5\tfine\n2\tgood\tfine\n"), "bad.txt: line 2: not an id, a mean rating");
    check(sentiment("1\t7\tfine\n"), "line 1: not an id, a mean rating from -4 to 4");
    check(sentiment("\n"), "no rated texts");
    let intents = |text: &str| InsightArgs { intents: vec![files.save("bad.csv", text)], ..args() };
    check(intents("lost card,a\n"), "bad.csv: the first row does not say text,category");
    check(intents("text,category\na,b,c\n"), "line 2: 3 fields, not 2");
    check(intents("text,category\n"), "no rows below the first");
    check(intents("text,category\n\"a,b\n"), "line 2: a quote that is never closed");
    let runs = |text: &str| InsightArgs { runs: vec![files.save("bad.json", text)], ..args() };
    check(runs("{}"), "bad.json: not an array of runs with reward and traj");
    check(runs("[]"), "no runs");
    check(runs(r#"[{"reward": 1, "traj": [{"role": "robot"}]}]"#), "unknown variant `robot`");
    check(InsightArgs { runs: vec![PathBuf::from("/nowhere/runs.json")], ..args() }, "opening /nowhere/runs.json");
}

#[test]
fn runs_are_read_into_messages() {
    let read = runs::parse(RUNS).unwrap();
    assert!(read[0].succeeded() && !read[1].succeeded());
    let roles: Vec<_> = read[0].messages.iter().map(|said| said.role).collect();
    assert_eq!(roles, [Role::System, Role::User, Role::Assistant, Role::Tool, Role::Assistant]);
    assert_eq!(read[0].messages[2].calls, [Call { tool: "cancel".to_owned(), arguments: r#"{"id": "AB1"}"#.to_owned() }]);
    assert_eq!((read[0].messages[2].text.as_str(), read[0].messages[3].text.as_str()), ("", "done"));
}

#[test]
fn quoted_texts_are_read_from_csv() {
    let read = intents::parse("text,category\n\"Why, \"\"oh\"\"\nwhy?\",why\n").unwrap();
    assert_eq!((read[0].text.as_str(), read[0].intent.as_str()), ("Why, \"oh\"\nwhy?", "why"));
}

#[test]
fn exchanges_are_of_their_layout() {
    let read = corrections::parse("# a comment\nyes\tIt is red.\tblue\nno\t-\thello\n").unwrap();
    assert_eq!((read[0].is_correction, read[0].assistant.as_deref(), read[0].user.as_str()), (true, Some("It is red."), "blue"));
    assert_eq!((read[1].is_correction, read[1].assistant.as_deref()), (false, None));
    assert_eq!(corrections::parse("maybe\ta\tb\n").unwrap_err(), "line 1: not yes or no and two texts, separated by tabs");
}

/// Expected figures are those of scikit-learn for the same verdicts: 6 hits, 2 misses, 3 false alarms, 9 right passes, 2 unknown.
#[test]
fn verdicts_agree_as_others_compute() {
    let cases = [((true, Some(true)), 6), ((true, Some(false)), 2), ((false, Some(true)), 3), ((false, Some(false)), 9), ((true, None), 2)];
    let cases: Vec<_> = cases.into_iter().flat_map(|(case, times)| vec![case; times]).collect();
    let found = compare(&cases);
    let check = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-4, "{found:?} is not {expected}");
    assert_eq!((found.n, found.known), (22, 20));
    check(found.base_rate, 10.0 / 22.0);
    check(found.accuracy, 0.75);
    check(found.balanced_accuracy, 0.75);
    check(found.kappa, 0.489_796);
    check(found.yes.precision, 0.666_667);
    check(found.yes.recall, 0.75);
    check(found.no.precision, 0.818_182);
    check(found.no.recall, 0.75);
}

#[test]
fn what_cannot_be_said_is_missing() {
    let nothing = compare(&[]);
    assert_eq!((nothing.n, nothing.base_rate, nothing.accuracy, nothing.kappa), (0, None, None, None));
    let unknown = compare(&[(true, None), (false, None)]);
    assert_eq!((unknown.known, unknown.base_rate, unknown.accuracy, unknown.yes.recall), (0, Some(0.5), None, None));
    let always = compare(&[(true, Some(true)), (true, Some(true))]);
    assert_eq!((always.accuracy, always.balanced_accuracy, always.kappa, always.no.precision), (Some(1.0), None, None, None));
}

#[test]
fn ratings_are_compared() {
    assert_eq!(ratings::pearson(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]), Some(1.0));
    let found = ratings::pearson(&[(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0)]).unwrap();
    assert!((found - 0.6).abs() < 1e-12, "{found}");
    assert_eq!(ratings::pearson(&[(1.0, 2.0), (1.0, 3.0)]), None);
    let [good, fair, bad] = [Class::Positive, Class::Neutral, Class::Negative];
    let found = ratings::macro_f1(&[(good, good), (good, fair), (bad, bad), (fair, fair)]).unwrap();
    assert!((found - (2.0 / 3.0 + 2.0 / 3.0 + 1.0) / 3.0).abs() < 1e-12, "{found}");
    assert_eq!(ratings::macro_f1(&[]), None);
}

#[test]
fn small_scales_have_small_bands() {
    let rated = |mean: f64| Rated { mean, text: "It is a chair".to_owned() };
    let figures = ratings::measure("small", &[rated(0.04), rated(-0.04), rated(0.1), rated(1.0)]);
    assert_eq!((figures.neutral_band, figures.accuracy), (0.05, Some(0.5)));
    let figures = ratings::measure("large", &[rated(0.04), rated(-0.04), rated(0.1), rated(2.0)]);
    assert_eq!((figures.neutral_band, figures.accuracy), (0.2, Some(0.75)));
}
