//! How verdicts of yes and no agree with the truth, where a verdict may also be missing.
//!
//! Balanced accuracy is the mean of the two recalls, so that always saying the same is 0.5 whatever is common. Cohen's kappa
//! (1960) is agreement beyond what two that answer at random, each as often yes as it does, would have.

use serde::Serialize;

/// How one of the two answers fares. Nothing where it never was given, or never was true.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Answer {
    /// How often it is right when it is given.
    pub precision: Option<f64>,
    /// How often it is given when it is true.
    pub recall: Option<f64>,
}

/// The agreement. Shares are of those with a verdict, except the base rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VerdictFigures {
    /// Cases.
    pub n: usize,
    /// Those with a verdict.
    pub known: usize,
    /// The share of cases of which yes is true.
    pub base_rate: Option<f64>,
    /// The share of verdicts that are right.
    pub accuracy: Option<f64>,
    /// The mean of both recalls.
    pub balanced_accuracy: Option<f64>,
    /// Cohen's kappa.
    pub kappa: Option<f64>,
    /// Verdicts of yes.
    pub yes: Answer,
    /// Verdicts of no.
    pub no: Answer,
}

/// Compares cases: what is true, and the verdict if there is one.
pub(crate) fn compare(cases: &[(bool, Option<bool>)]) -> VerdictFigures {
    let count = |truth: bool, verdict: bool| cases.iter().filter(|case| **case == (truth, Some(verdict))).count() as f64;
    let (hits, misses, alarms, passes) = (count(true, true), count(true, false), count(false, true), count(false, false));
    let known = hits + misses + alarms + passes;
    let yes = Answer { precision: share(hits, hits + alarms), recall: share(hits, hits + misses) };
    let no = Answer { precision: share(passes, passes + misses), recall: share(passes, passes + alarms) };
    let accuracy = share(hits + passes, known);
    let by_chance = share((hits + misses) * (hits + alarms) + (passes + alarms) * (passes + misses), known * known);
    VerdictFigures {
        n: cases.len(),
        known: cases.iter().filter(|(_, verdict)| verdict.is_some()).count(),
        base_rate: share(cases.iter().filter(|(truth, _)| *truth).count() as f64, cases.len() as f64),
        accuracy,
        balanced_accuracy: yes.recall.zip(no.recall).map(|(yes, no)| f64::midpoint(yes, no)),
        kappa: accuracy.zip(by_chance).and_then(|(accuracy, by_chance)| share(accuracy - by_chance, 1.0 - by_chance)),
        yes,
        no,
    }
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
