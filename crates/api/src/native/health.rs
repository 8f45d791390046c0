//! `GET /health`, `GET /metrics`, `GET /api/v1/openapi.json`: for machines that watch, without credentials.

use debrief_model::Error;
use http::StatusCode;
use serde::Serialize;

use crate::edge::call::Call;
use crate::edge::reply::Reply;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Health {
    status: &'static str,
    message: &'static str,
    version: &'static str,
    committed: u64,
    readable: u64,
}

/// Whether the server works; 503 when it cannot write any more.
///
/// # Errors
/// None.
pub async fn health(call: Call) -> Result<Reply, Error> {
    let fence = call.app().fence();
    let well = !call.app().has_failed();
    let health = Health {
        status: if well { "ok" } else { "failed" },
        message: "Server Up",
        version: env!("CARGO_PKG_VERSION"),
        committed: fence.committed().0,
        readable: fence.applied().0,
    };
    Ok(Reply::json(&health).with_status(if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }))
}

/// Figures in Prometheus' text format.
///
/// # Errors
/// None.
pub async fn metrics(call: Call) -> Result<Reply, Error> {
    let app = call.app();
    let (queue, warehouse, fence) = (app.queue_figures(), app.warehouse_figures(), app.fence());
    #[expect(clippy::cast_precision_loss, reason = "gauges are doubles by Prometheus' definition")]
    let gauges = [
        ("debrief_queue_bytes", queue.bytes as f64),
        ("debrief_queue_bytes_max", queue.bytes_max as f64),
        ("debrief_queue_refused", queue.refused as f64),
        ("debrief_ledger_position", fence.committed().0 as f64),
        ("debrief_warehouse_position", fence.applied().0 as f64),
        ("debrief_warehouse_durable_position", app.warehouse_durable().0 as f64),
        ("debrief_warehouse_fresh_rows", warehouse.fresh_rows as f64),
        ("debrief_warehouse_settles", warehouse.settles as f64),
        ("debrief_warehouse_settle_seconds_last", warehouse.settle_us_last as f64 / 1e6),
    ];
    for (name, value) in gauges {
        ::metrics::gauge!(name).set(value);
    }
    match app.analysis_progress().await {
        Ok(progress) => tell_of_analysis(&progress),
        Err(error) => tracing::warn!("how far analysis is cannot be told: {error}"),
    }
    Ok(Reply::text("text/plain; version=0.0.4; charset=utf-8", (call.api.metrics)()))
}

#[expect(clippy::cast_precision_loss, reason = "gauges are doubles by Prometheus' definition")]
fn tell_of_analysis(progress: &debrief_app::analysis::Progress) {
    let gauges = [
        ("debrief_analysis_on", f64::from(u8::from(progress.is_on))),
        ("debrief_analysis_position", progress.noted.0 as f64),
        ("debrief_analysis_conversations", progress.figures.found as f64),
        ("debrief_analysis_waiting", progress.figures.waiting as f64),
        ("debrief_analysis_due", progress.figures.due as f64),
        ("debrief_analysis_behind_seconds", progress.behind_us() as f64 / 1e6),
        ("debrief_analysis_again_left", progress.left() as f64),
    ];
    for (name, value) in gauges {
        ::metrics::gauge!(name).set(value);
    }
}

/// The description of every route.
///
/// # Errors
/// None.
pub async fn openapi(_call: Call) -> Result<Reply, Error> {
    Ok(Reply::text("application/json", crate::edge::openapi::document().to_owned()))
}
