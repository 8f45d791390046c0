//! From flags to the settings of the layers below.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use debrief_app::Settings;
use debrief_app::clock::{Clock, SystemClock};
use debrief_app::judge::{Bounds, Judging};
use debrief_app::prices::{CostShown, Prices};
use debrief_insight::patterns::Patterns;
use debrief_judge::Endpoint;
use debrief_model::limit;
use debrief_pricing::Book;
use rust_decimal::prelude::ToPrimitive;

use crate::{cli, data_dir, system};

/// How often it is looked whether a conversation is over: insights follow its end within seconds.
const ANALYSIS_EVERY: Duration = Duration::from_millis(500);

/// The application's settings; `address` is the one really listened on.
///
/// # Errors
/// When the prices cannot be read, or the judge cannot be asked.
pub(crate) fn settings(flags: &cli::Serve, address: SocketAddr) -> Result<Settings, String> {
    let prices = Arc::new(prices(&flags.prices, &flags.data, flags.cost_shown)?);
    Ok(Settings {
        limits: limits(&flags.limits),
        journal_keep: Duration::from_secs(flags.journal_keep_seconds),
        public_url: flags.public_url.clone().unwrap_or_else(|| url(&flags.tls, address)).trim_end_matches('/').to_owned(),
        accept_gap: flags.accept_gap,
        conversation_idle: Duration::from_secs(flags.conversation_idle_minutes * 60),
        reads_per_minute_max: flags.limits.reads_per_minute_max,
        give_way: system::give_way,
        judge: judge(&flags.judge, &prices)?,
        prices,
        estimate_tokens: flags.estimate_tokens,
        analysis: !flags.no_analysis,
        analysis_every: ANALYSIS_EVERY,
        patterns: Arc::new(patterns(flags.patterns.as_deref())?),
        operator: system::operator(),
    })
}

/// Where a server with these flags is that listens there.
pub(crate) fn url(tls: &cli::Tls, address: SocketAddr) -> String {
    let scheme = if tls.tls_cert.is_some() { "https" } else { "http" };
    format!("{scheme}://{address}")
}

/// The judge, where an address is named. Nothing is asked yet.
fn judge(flags: &cli::Judge, prices: &Prices) -> Result<Option<Judging>, String> {
    let (Some(base_url), Some(model)) = (&flags.judge_url, &flags.judge_model) else { return Ok(None) };
    let config = debrief_judge::Config {
        base_url: base_url.clone(),
        model: model.clone(),
        api_key: flags.judge_api_key_env.as_deref().map(key).transpose()?,
        timeout: Duration::from_secs(flags.judge_timeout_seconds),
        plain_http: flags.judge_plain_http,
    };
    let endpoint = Endpoint::new(&config).map_err(|error| format!("cannot use the judge's address: {error}"))?;
    let nano_usd_per_day_max = flags.judge_usd_per_day.map(nano);
    if nano_usd_per_day_max.is_some() && prices.of_call(model, SystemClock.now(), 1_000, 1_000).is_none() {
        return Err(format!(
            "--judge-usd-per-day cannot be kept, because {model} has no price: bring one with --prices, or leave the flag away"
        ));
    }
    Ok(Some(Judging {
        model: Arc::new(endpoint),
        concurrency: flags.judge_concurrency.into(),
        bounds: Bounds { requests_per_hour_max: flags.judge_requests_per_hour, nano_usd_per_day_max },
        sample_rate: flags.judge_sample_rate,
        chars_max: flags.judge_chars_max as usize,
        redacts: !flags.judge_no_redaction,
    }))
}

/// A key from the environment. What it is is never said.
fn key(variable: &str) -> Result<String, String> {
    let told = std::env::var(variable).ok().filter(|key| !key.trim().is_empty());
    told.ok_or_else(|| format!("--judge-api-key-env names the variable {variable}, which holds nothing"))
}

/// Billionths of a US dollar.
fn nano(usd: rust_decimal::Decimal) -> i64 {
    (usd * rust_decimal::Decimal::from(1_000_000_000_i64)).to_i64().expect("the command line admits no more than a million dollars")
}

/// The price book, with one's own prices in front: those of the flag, else those that the data directory keeps. It is read once and stays
/// as long as the process does.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn prices(file: &cli::PriceFile, data: &cli::DataDir, shown: cli::CostShown) -> Result<Prices, String> {
    let kept = cli::PriceFile { path: Some(data.path.join(data_dir::PRICES)).filter(|path| path.is_file()) };
    let book = match price_book(if file.path.is_some() { file } else { &kept })? {
        Cow::Borrowed(book) => book,
        Cow::Owned(book) => Box::leak(Box::new(book)),
    };
    let shown = match shown {
        cli::CostShown::Reported => CostShown::Reported,
        cli::CostShown::Computed => CostShown::Computed,
    };
    Ok(Prices::new(book, shown))
}

/// The built-in lists of phrases, and what the files of a directory add to them or take away. A file is named like the list that it changes.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn patterns(directory: Option<&Path>) -> Result<Patterns, String> {
    let Some(directory) = directory else { return Ok(Patterns::built_in().clone()) };
    let told = |path: &Path, error: &dyn std::fmt::Display| format!("cannot read the phrases in {}: {error}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(|error| told(directory, &error))? {
        let path = entry.map_err(|error| told(directory, &error))?.path();
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).filter(|_| path.extension().is_some_and(|end| end == "txt"))
        else {
            continue;
        };
        files.push((name.to_owned(), std::fs::read_to_string(&path).map_err(|error| told(&path, &error))?));
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Patterns::with(&files).map_err(|bad| {
        let lines = bad.iter().map(ToString::to_string).collect::<Vec<_>>();
        told(directory, &lines.join("; "))
    })
}

/// The built-in book, and a file's prices in front of it.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn price_book(file: &cli::PriceFile) -> Result<Cow<'static, Book>, String> {
    let Some(path) = &file.path else { return Ok(Cow::Borrowed(Book::built_in())) };
    let told = |error: &dyn std::fmt::Display| format!("cannot read the prices in {}: {error}", path.display());
    let text = std::fs::read(path).map_err(|error| told(&error))?;
    let own = Book::parse_any(&text).map_err(|error| told(&error))?;
    Ok(Cow::Owned(Book::built_in().clone().overlaid(own)))
}

/// The bounds.
pub(crate) fn limits(flags: &cli::Limits) -> limit::Limits {
    let cli::Limits {
        body_bytes_max,
        otlp_body_bytes_max,
        queue_bytes_max,
        json_depth_max,
        batch_events_max,
        connections_max,
        header_seconds_max,
        body_idle_seconds_max,
        body_seconds_max,
        fence_seconds_max,
        reads_per_minute_max: _,
    } = *flags;
    limit::Limits {
        body_bytes_max,
        otlp_body_bytes_max,
        queue_bytes_max,
        json_depth_max,
        batch_events_max,
        connections_max,
        header_seconds_max,
        body_idle_seconds_max,
        body_seconds_max,
        fence_seconds_max,
    }
}
