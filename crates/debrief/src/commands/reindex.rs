//! `debrief reindex insights`: looks at all conversations again, and shows how far that is.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use debrief_app::clock::SystemClock;
use debrief_app::{App, Engines, Settings};
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::{Reindex, ReindexInsights};
use crate::data_dir::DataDir;
use crate::logging::{self, say};
use crate::{config, system};

/// How often the bar is drawn.
const LOOKS_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(command: Reindex) -> Result<ExitCode, String> {
    match command {
        Reindex::Insights(wish) => insights(&wish),
    }
}

fn insights(wish: &ReindexInsights) -> Result<ExitCode, String> {
    logging::start();
    let directory = DataDir::open_existing(&wish.data.path)?;
    let in_use = |error| format!("{error}; a running server looks at everything again for POST /api/v1/insights/reindex");
    let _lock = directory.lock().map_err(in_use)?;
    let patterns = Arc::new(config::patterns(wish.patterns.as_deref())?);
    let runtime = tokio::runtime::Runtime::new().map_err(|error| format!("cannot start threads: {error}"))?;
    runtime.block_on(async {
        let warehouse = directory.warehouse_with(&debrief_store_duckdb::Options::default())?;
        let engines = Engines { ledger: directory.ledger()?, warehouse, findings: directory.findings()?, clock: Arc::new(SystemClock) };
        let conversation_idle = Duration::from_secs(wish.conversation_idle_minutes * 60);
        let settings =
            Settings { patterns, conversation_idle, analysis_every: Duration::MAX, operator: system::operator(), ..Settings::default() };
        let app = App::start(engines, settings).map_err(|error| error.to_string())?;
        let looked = look(&app).await;
        let closing = tokio::task::spawn_blocking(move || app.close()).await;
        closing.map_err(|error| error.to_string())?.map_err(|error| format!("closing was not clean: {error}"))?;
        looked.map(|()| ExitCode::SUCCESS)
    })
}

async fn look(app: &Arc<App>) -> Result<(), String> {
    app.analyse_all_again().await.map_err(|error| error.to_string())?;
    let looking = tokio::spawn({
        let app = app.clone();
        async move { app.analyse().await }
    });
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} sessions").expect("the template is well formed");
    let bar = ProgressBar::new(0).with_style(style);
    while !looking.is_finished() {
        if let Ok(progress) = app.analysis_progress().await
            && let Some(again) = progress.again
        {
            bar.set_length(again.upto.0);
            bar.set_position(again.done.0.saturating_sub(progress.figures.due));
        }
        tokio::time::sleep(LOOKS_EVERY).await;
    }
    bar.finish_and_clear();
    looking.await.map_err(|error| error.to_string())?.map_err(|error| format!("not all conversations were looked at: {error}"))?;
    let progress = app.analysis_progress().await.map_err(|error| error.to_string())?;
    say(&format!("Looked at every conversation that is over: something was found in {}.", progress.figures.found));
    Ok(())
}
