//! Corrections against exchanges that were written and labelled for this.

use serde::Serialize;

use super::verdicts::{self, VerdictFigures};

/// `yes` or `no`, what the agent said, what the person answered; separated by tabs.
const EXCHANGES: &str = include_str!("../../data/corrections.txt");

/// An exchange, and whether the person corrects the agent in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exchange {
    pub(super) is_correction: bool,
    pub(super) assistant: Option<String>,
    pub(super) user: String,
}

/// How the rule fares, half by half.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct CorrectionFigures {
    /// The half that rules may be made better on.
    pub tuning: VerdictFigures,
    /// The half that only reports.
    pub reported: VerdictFigures,
}

/// Whether the rule takes an answer for a correction.
fn verdict(assistant: Option<&str>, user: &str) -> Option<bool> {
    Some(debrief_insight::turns::is_correction(assistant, user))
}

/// Compares the built-in exchanges.
pub(super) fn measure() -> CorrectionFigures {
    let exchanges = parse(EXCHANGES).expect("the built-in exchanges are of the layout");
    let compare = |half: usize| {
        let exchanges = exchanges.iter().skip(half).step_by(2);
        let cases: Vec<_> = exchanges.map(|said| (said.is_correction, verdict(said.assistant.as_deref(), &said.user))).collect();
        verdicts::compare(&cases)
    };
    CorrectionFigures { tuning: compare(0), reported: compare(1) }
}

pub(super) fn parse(text: &str) -> Result<Vec<Exchange>, String> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| exchange(line).ok_or_else(|| format!("line {number}: not yes or no and two texts, separated by tabs")))
        .collect()
}

fn exchange(line: &str) -> Option<Exchange> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [label, assistant, user] = columns.try_into().ok()?;
    let is_correction = match label {
        "yes" => true,
        "no" => false,
        _ => return None,
    };
    Some(Exchange { is_correction, assistant: (assistant != "-").then(|| assistant.to_owned()), user: user.to_owned() })
}
