//! Text clusters against intents that people gave texts.

use std::collections::BTreeSet;
use std::time::Instant;

use debrief_insight::clusters::{ClusterId, Clusters};
use serde::Serialize;

use super::csv;
use super::partition::{self, Agreement};

/// A text and the intent it was given.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) intent: String,
}

/// How clusters agree with intents.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntentsFigures {
    /// Whose texts these are.
    pub file: String,
    /// Which of its rows.
    pub rows: &'static str,
    /// Whether all texts were there at once, or each was placed when it came.
    pub how: &'static str,
    /// Texts.
    pub n: usize,
    /// Intents among them.
    pub intents: usize,
    /// Clusters that were found; a text without one counts as one.
    pub groups: usize,
    /// The agreement.
    #[serde(flatten)]
    pub agreement: Option<Agreement>,
    /// How long it took.
    pub ms: f64,
}

/// Reads rows of text and intent, after a first row that names them.
pub(super) fn parse(text: &str) -> Result<Vec<Labelled>, String> {
    let mut records = csv::records(text)?.into_iter();
    let (_, head) = records.next().ok_or("no rows")?;
    if head.len() != 2 || !head[0].trim().eq_ignore_ascii_case("text") {
        return Err("the first row does not say text,category".to_owned());
    }
    let labelled: Vec<Labelled> = records
        .map(|(line, fields)| {
            let [text, intent]: [String; 2] =
                fields.try_into().map_err(|fields: Vec<_>| format!("line {line}: {} fields, not 2", fields.len()))?;
            Ok::<_, String>(Labelled { text, intent })
        })
        .collect::<Result<_, _>>()?;
    if labelled.is_empty() { Err("no rows below the first".to_owned()) } else { Ok(labelled) }
}

/// Clusters all rows, and every second one: the cosines and lists of words were chosen on the 1st, 3rd, 5th … row of Banking77's
/// training set, so that only the others tell how good they are there.
pub(super) fn measure(file: &str, labelled: &[Labelled]) -> Vec<IntentsFigures> {
    let all: Vec<&Labelled> = labelled.iter().collect();
    let second: Vec<&Labelled> = labelled.iter().skip(1).step_by(2).collect();
    let mut figures = Vec::new();
    for (rows, labelled) in [("2nd, 4th, 6th …", second), ("all", all)] {
        if !labelled.is_empty() {
            figures.push(at_once(file, rows, &labelled));
            figures.push(one_by_one(file, rows, &labelled));
        }
    }
    figures
}

fn at_once(file: &str, rows: &'static str, labelled: &[&Labelled]) -> IntentsFigures {
    let texts: Vec<(usize, &str)> = labelled.iter().map(|labelled| labelled.text.as_str()).enumerate().collect();
    let start = Instant::now();
    let fitted = Clusters::fit(&texts);
    let ms = start.elapsed().as_secs_f64() * 1_000.0;
    let placed = fitted.placed.into_iter().map(|(_, id)| id).collect();
    compare(file, rows, "at once", labelled, placed, ms)
}

fn one_by_one(file: &str, rows: &'static str, labelled: &[&Labelled]) -> IntentsFigures {
    let mut clusters = Clusters::new();
    let start = Instant::now();
    let placed: Vec<_> = labelled.iter().map(|labelled| clusters.place(&labelled.text)).collect();
    let ms = start.elapsed().as_secs_f64() * 1_000.0;
    let placed = placed.into_iter().map(|id| clusters.resolve(id?)).collect();
    compare(file, rows, "one by one", labelled, placed, ms)
}

fn compare(
    file: &str,
    rows: &'static str,
    how: &'static str,
    labelled: &[&Labelled],
    placed: Vec<Option<ClusterId>>,
    ms: f64,
) -> IntentsFigures {
    // A text in no cluster is a group of its own, by its place.
    let groups = placed.into_iter().enumerate().map(|(at, id)| id.ok_or(at));
    let pairs: Vec<_> = labelled.iter().map(|labelled| labelled.intent.as_str()).zip(groups).collect();
    IntentsFigures {
        file: file.to_owned(),
        rows,
        how,
        n: pairs.len(),
        intents: pairs.iter().map(|(intent, _)| intent).collect::<BTreeSet<_>>().len(),
        groups: pairs.iter().map(|(_, group)| group).collect::<BTreeSet<_>>().len(),
        agreement: partition::agreement(&pairs),
        ms,
    }
}
