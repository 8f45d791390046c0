//! `debrief bench insight`: how often what the server says of conversations is right, on labelled texts.
//!
//! Needs no server: it asks the analysis itself. Besides what is built in it reads any file of the layouts that public sets
//! come in. Every figure comes with the number of things it is of and the file's name. Must not choose anything: what is
//! measured here was fixed before.

mod corrections;
mod csv;
mod file;
mod intents;
mod partition;
mod ratings;
mod report;
mod runs;
mod verdicts;

#[cfg(test)]
mod tests;

use self::report::InsightReport;
use crate::args::InsightArgs;
use crate::error::Error;
use crate::report::publish;

/// Measures and prints.
pub(crate) fn run(args: &InsightArgs) -> Result<(), Error> {
    let report = measure(args)?;
    publish(&report, args.json.as_deref(), |out| report.render(out))
}

fn measure(args: &InsightArgs) -> Result<InsightReport, Error> {
    let mut sentiment = vec![ratings::built_in()];
    for path in &args.sentiment {
        sentiment.push(ratings::measure(&file::name(path), &file::read(path, ratings::parse)?));
    }
    let mut intents = Vec::new();
    for path in &args.intents {
        intents.extend(intents::measure(&file::name(path), &file::read(path, intents::parse)?));
    }
    let mut runs = Vec::new();
    for path in &args.runs {
        runs.push(runs::measure(&file::name(path), &file::read(path, runs::parse)?));
    }
    Ok(InsightReport { measurement: "insight", sentiment, intents, runs, corrections: corrections::measure() })
}
