//! `debrief doctor`: reads a data directory and says what is wrong with it and what is behind.

use std::process::ExitCode;

use comfy_table::{Table, presets};
use debrief_app::analysis;
use debrief_app::clock::{Clock, SystemClock};
use debrief_store::{Findings, Ledger, Warehouse};

use crate::cli::Doctor;
use crate::config;
use crate::data_dir::DataDir;
use crate::logging::say;

/// How it is about one thing.
struct Finding {
    what: &'static str,
    is_well: bool,
    told: String,
}

fn well(what: &'static str, told: String) -> Finding {
    Finding { what, is_well: true, told }
}

fn unwell(what: &'static str, told: String) -> Finding {
    Finding { what, is_well: false, told }
}

pub(super) fn run(wish: &Doctor) -> Result<ExitCode, String> {
    let directory = DataDir::open_existing(&wish.data.path)?;
    let lock = directory.lock();
    let mut found = vec![ledger_file(&directory)];
    let ledger = directory.ledger()?;
    let findings = directory.findings()?;
    match &lock {
        // Another process has the warehouse to itself.
        Err(_) => found.push(well("warehouse", "in use by a running server: see its GET /health and GET /metrics".to_owned())),
        Ok(_) => found.push(warehouse(&directory, ledger.as_ref())),
    }
    found.push(insights(findings.as_ref(), ledger.as_ref(), &analysis::rules(&config::patterns(wish.patterns.as_deref())?))?);
    show(&found);
    let is_well = found.iter().all(|finding| finding.is_well);
    Ok(if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn ledger_file(directory: &DataDir) -> Finding {
    match directory.examine_ledger() {
        Ok(problems) if problems.is_empty() => well("ledger", "every page of the file is sound".to_owned()),
        Ok(problems) => unwell("ledger", format!("damaged: {}; restore it from a backup", problems.join("; "))),
        Err(error) => unwell("ledger", error),
    }
}

fn warehouse(directory: &DataDir, ledger: &dyn Ledger) -> Finding {
    let compared = || -> Result<Finding, String> {
        let warehouse = directory.warehouse_with(&debrief_store_duckdb::Options::default())?;
        let committed = ledger.last_position().map_err(|error| error.to_string())?;
        let applied = warehouse.applied();
        let told = format!("has journal records up to {applied} of {committed}");
        Ok(match applied.cmp(&committed) {
            std::cmp::Ordering::Equal => well("warehouse", told),
            std::cmp::Ordering::Less => match ledger.journal(applied, 1) {
                Ok(_) => well("warehouse", format!("{told}; the rest follows at the next start")),
                Err(error) => unwell("warehouse", format!("{told}, and the journal no longer keeps the next: {error}")),
            },
            std::cmp::Ordering::Greater => unwell("warehouse", format!("{told}: the two files do not belong together")),
        })
    };
    compared().unwrap_or_else(|error| unwell("warehouse", error))
}

fn insights(findings: &dyn Findings, ledger: &dyn Ledger, rules: &str) -> Result<Finding, String> {
    let told = |error: debrief_model::Error| error.to_string();
    let (now, noted) = (SystemClock.now(), findings.noted().map_err(told)?);
    let (figures, again) = (findings.figures(now).map_err(told)?, findings.again().map_err(told)?);
    let committed = ledger.last_position().map_err(told)?;
    let mut said = vec![format!("{} conversations looked at, {} go on", figures.found, figures.waiting)];
    if noted < committed {
        said.push(format!("journal records noted up to {noted} of {committed}"));
    }
    if let Some(since) = figures.due_since {
        let seconds = now.micros_since(since) / 1_000_000;
        said.push(format!("{} are over and wait to be looked at, the first for {seconds} s", figures.due));
    }
    match again {
        Some(again) if again.rules != rules => {
            said.push("they were looked at by other rules: all are looked at again at the next start".to_owned());
        }
        Some(again) if again.goes_on() => said.push(format!("looking at all again is at session {} of {}", again.done.0, again.upto.0)),
        Some(_) => {}
        None => said.push("nobody has looked yet".to_owned()),
    }
    Ok(well("insights", said.join("; ")))
}

fn show(found: &[Finding]) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    for Finding { what, is_well, told } in found {
        table.add_row([*what, if *is_well { "ok" } else { "BAD" }, told.as_str()]);
    }
    say(&table.to_string());
}
