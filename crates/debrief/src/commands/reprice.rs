//! `debrief reprice`: prices recorded calls again, tenant by tenant.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use debrief_app::clock::SystemClock;
use debrief_app::reprice::{self, Progress};
use debrief_app::{App, Engines, Settings};
use debrief_model::{Tenant, TimeRange, Timestamp};
use debrief_store::Ledger;
use indicatif::{ProgressBar, ProgressStyle};
use rust_decimal::Decimal;

use crate::cli::Reprice;
use crate::data_dir::DataDir;
use crate::logging::{self, say};
use crate::{config, system};

/// How often the bar is drawn.
const LOOKS_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(wish: &Reprice) -> Result<ExitCode, String> {
    logging::start();
    let directory = DataDir::open_existing(&wish.data.path)?;
    let in_use = |error| format!("{error}; a running server prices again for POST /api/v1/prices/reprice");
    let _lock = directory.lock().map_err(in_use)?;
    let prices = Arc::new(config::prices(&wish.prices, &wish.data, wish.cost_shown)?);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start threads: {error}"))?;
    runtime.block_on(async {
        let ledger = directory.ledger()?;
        let warehouse = directory.warehouse_with(&debrief_store_duckdb::Options::default())?;
        let tenants = ledger.tenants().map_err(|error| error.to_string())?;
        let settings = Settings { prices, operator: system::operator(), ..Settings::default() };
        let engines = Engines { ledger, warehouse, findings: directory.findings()?, clock: Arc::new(SystemClock) };
        let app = App::start(engines, settings).map_err(|error| error.to_string())?;
        let micros = |at: jiff::Timestamp| Timestamp(at.as_microsecond());
        let range = TimeRange { from: wish.from.map(micros), to: wish.to.map(micros) };
        let mut outcome = Ok(ExitCode::SUCCESS);
        for tenant in tenants {
            let done = one(&app, &tenant, range).await?;
            if let Some(failure) = done.failure {
                outcome = Err(format!("tenant {}: stopped after {} of {} events: {failure}", tenant.name, done.looked_at, done.total));
                break;
            }
        }
        let closing = tokio::task::spawn_blocking(move || app.close()).await;
        closing.map_err(|error| error.to_string())?.map_err(|error| format!("closing was not clean: {error}"))?;
        outcome
    })
}

async fn one(app: &Arc<App>, tenant: &Tenant, range: TimeRange) -> Result<Progress, String> {
    let job = reprice::begin(app, tenant.id, system::operator(), range).map_err(|error| error.to_string())?;
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} events").expect("the template is well formed");
    let bar = ProgressBar::new(0).with_style(style).with_message(tenant.name.clone());
    loop {
        let progress = job.progress();
        bar.set_length(progress.total);
        bar.set_position(progress.looked_at);
        if progress.ended_at.is_some() {
            break;
        }
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    bar.finish_and_clear();
    let done = job.done().await.map_err(|error| error.to_string())?;
    if done.failure.is_none() {
        let (before, after) = (dollars(done.before_nano_usd), dollars(done.after_nano_usd));
        say(&format!("{}: {} events, {} cost something else now: {before} before, {after} now", tenant.name, done.looked_at, done.changed));
    }
    Ok(done)
}

fn dollars(nano_usd: i64) -> String {
    format!("${}", Decimal::new(nano_usd, 9).normalize())
}
