//! What was measured, as tables for people; the same structure is the JSON.

use std::io::{self, Write};

use comfy_table::Table;
use serde::Serialize;

use super::corrections::CorrectionFigures;
use super::intents::IntentsFigures;
use super::ratings::RatingsFigures;
use super::runs::RunsFigures;
use super::verdicts::VerdictFigures;
use crate::goals::number;
use crate::report::{maybe, plain};

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InsightReport {
    /// `insight`.
    pub measurement: &'static str,
    /// Sentiment, file by file; first the sample that is built in.
    pub sentiment: Vec<RatingsFigures>,
    /// Clusters, file by file.
    pub intents: Vec<IntentsFigures>,
    /// Outcomes, file by file.
    pub runs: Vec<RunsFigures>,
    /// Corrections, on what is built in.
    pub corrections: CorrectionFigures,
}

impl InsightReport {
    pub(crate) fn render(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "Sentiment of texts against the mean of people's ratings\n{}", self.sentiment_table())?;
        if !self.intents.is_empty() {
            writeln!(out, "\nText clusters against intents that people gave\n{}", self.intents_table())?;
        }
        if !self.runs.is_empty() {
            writeln!(out, "\nOutcomes of runs against their checks\n{}", self.runs_table())?;
        }
        writeln!(out, "\nCorrections against exchanges written and labelled for this\n{}", self.corrections_table())?;
        self.hints(out)
    }

    fn sentiment_table(&self) -> Table {
        let mut table = plain(&["file", "n", "not read in messages", "Pearson r", "3-class accuracy", "macro-F1", "neutral up to"]);
        for RatingsFigures { file, n, unsupported, pearson, neutral_band, accuracy, macro_f1 } in &self.sentiment {
            let figures = [*pearson, *accuracy, *macro_f1].map(share);
            let [pearson, accuracy, macro_f1] = figures;
            table.add_row([file.clone(), count(*n), count(*unsupported), pearson, accuracy, macro_f1, format!("±{neutral_band}")]);
        }
        table
    }

    fn intents_table(&self) -> Table {
        let mut table = plain(&["file", "rows", "texts came", "n", "intents", "groups", "NMI", "ARI", "homogeneity", "ms"]);
        for IntentsFigures { file, rows, how, n, intents, groups, agreement, ms } in &self.intents {
            let [nmi, ari, homogeneity] =
                agreement.map_or([None; 3], |found| [Some(found.nmi), Some(found.ari), Some(found.homogeneity)]).map(share);
            let [n, intents, groups] = [*n, *intents, *groups].map(count);
            table.add_row([file.clone(), (*rows).to_owned(), (*how).to_owned(), n, intents, groups, nmi, ari, homogeneity, number(*ms)]);
        }
        table
    }

    fn runs_table(&self) -> Table {
        let mut table = verdict_table("file", "success");
        for RunsFigures { file, messages: _, tool_calls: _, outcome } in &self.runs {
            table.add_row(verdict_row(file, outcome));
        }
        table
    }

    fn corrections_table(&self) -> Table {
        let mut table = verdict_table("exchanges", "correction");
        let CorrectionFigures { tuning, reported } = &self.corrections;
        table.add_row(verdict_row("2nd, 4th, 6th …: only reported", reported));
        table.add_row(verdict_row("1st, 3rd, 5th …: rules may be made on them", tuning));
        table
    }

    /// What else could be measured.
    fn hints(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.corrections.reported.known == 0 {
            writeln!(out, "No verdicts on corrections: there is no rule for them yet.")?;
        }
        if self.runs.iter().any(|runs| runs.outcome.known == 0) {
            writeln!(out, "No verdicts on runs: only how many succeeded is known.")?;
        }
        let is_given = [self.sentiment.len() > 1, !self.intents.is_empty(), !self.runs.is_empty()];
        let options = [
            "--sentiment FILE   id, mean rating (-4 to 4) and text, separated by tabs: the ground truths of cjhutto/vaderSentiment",
            "--intents FILE     CSV with text,category: Banking77 of PolyAI-LDN/task-specific-datasets",
            "--runs FILE        JSON of runs with reward and traj: historical trajectories of sierra-research/tau-bench",
        ];
        let missing: Vec<_> = options.iter().zip(is_given).filter(|(_, is_given)| !is_given).map(|(option, _)| option).collect();
        if missing.is_empty() {
            return Ok(());
        }
        writeln!(out, "\nFiles would tell more:")?;
        missing.into_iter().try_for_each(|option| writeln!(out, "  {option}"))
    }
}

fn verdict_table(first: &str, yes: &str) -> Table {
    let [precision, recall] = ["precision", "recall"].map(|what| format!("{what} of {yes}"));
    let [other_precision, other_recall] = ["precision", "recall"].map(|what| format!("{what} of none"));
    let head = [first, "n", "with a verdict", yes, "accuracy", "balanced", "kappa", &precision, &recall, &other_precision, &other_recall];
    plain(&head)
}

fn verdict_row(name: &str, figures: &VerdictFigures) -> Vec<String> {
    let VerdictFigures { n, known, base_rate, accuracy, balanced_accuracy, kappa, yes, no } = figures;
    let shares = [*base_rate, *accuracy, *balanced_accuracy, *kappa, yes.precision, yes.recall, no.precision, no.recall];
    [name.to_owned(), count(*n), count(*known)].into_iter().chain(shares.map(share)).collect()
}

fn count(things: usize) -> String {
    number(things as f64)
}

/// Three places: more than a few hundred texts can tell, and enough to see a change.
fn share(value: Option<f64>) -> String {
    value.map_or_else(|| maybe(None), |value| format!("{value:.3}"))
}
