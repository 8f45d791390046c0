//! Logs and sentences for people at a terminal.

use std::io::{IsTerminal, Write};

use tracing_subscriber::EnvFilter;

/// Logs go to standard error: text for people, JSON where nobody watches and `DEBRIEF_LOG_FORMAT=json` says so.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("DEBRIEF_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let as_json = std::env::var("DEBRIEF_LOG_FORMAT").is_ok_and(|format| format == "json");
    let started = if as_json { builder.json().try_init() } else { builder.with_ansi(std::io::stderr().is_terminal()).try_init() };
    if let Err(error) = started {
        complain(&format!("cannot start logging: {error}"));
    }
}

/// One sentence on standard error.
pub(crate) fn complain(sentence: &str) {
    // When standard error is gone there is nobody left to tell.
    drop(writeln!(std::io::stderr(), "debrief: {sentence}"));
}

/// One line on standard output.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout();
    // A closed pipe on standard output must not stop a server.
    drop(writeln!(out, "{line}"));
    drop(out.flush());
}
