//! `debrief serve`.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use debrief_api::{Api, Tls};
use debrief_app::clock::{Clock, SystemClock};
use debrief_app::keyring::{self, NewKey};
use debrief_app::{App, Engines};
use debrief_model::Scopes;
use debrief_store::{Ledger, Origin};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

use super::FIRST_TENANT;
use crate::cli::Serve;
use crate::config;
use crate::data_dir::DataDir;
use crate::logging::{self, say};
use crate::system;
use crate::tls::{self, Certificate};

/// What has begun to be served.
pub(super) struct Listening {
    /// Where.
    pub(super) address: SocketAddr,
    /// The key of the first tenant, if it was made now.
    pub(super) first_key: Option<String>,
}

pub(super) fn run(flags: &Serve) -> Result<ExitCode, String> {
    run_telling(flags, Arc::new(SystemClock), |_| {})
}

/// Serves by a clock, and tells once it listens. Who is told must not block.
pub(super) fn run_telling(flags: &Serve, clock: Arc<dyn Clock>, tell: impl FnOnce(Listening)) -> Result<ExitCode, String> {
    logging::start();
    system::keep_files_private();
    let certificate = Certificate::read(&flags.tls)?;
    let directory = DataDir::open_or_create(&flags.data.path)?;
    let _lock = directory.lock()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("debrief-async")
        .max_blocking_threads(32)
        .build()
        .map_err(|error| format!("cannot start threads: {error}"))?;
    runtime.block_on(serve(flags, &directory, certificate, clock, tell))
}

async fn serve(
    flags: &Serve,
    directory: &DataDir,
    certificate: Option<Arc<Certificate>>,
    clock: Arc<dyn Clock>,
    tell: impl FnOnce(Listening),
) -> Result<ExitCode, String> {
    let listener = TcpListener::bind(flags.listen).await.map_err(|error| cannot_listen(flags, &error))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| format!("cannot start metrics: {error}"))?;
    let ledger = directory.ledger()?;
    // The engine's own threads, which help with queries, take their priority from the one that starts them.
    let opening = || {
        system::give_way();
        directory.warehouse(flags)
    };
    let opened = std::thread::scope(|scope| scope.spawn(opening).join());
    let warehouse = opened.map_err(|_| "opening the warehouse panicked".to_owned())??;
    let first_key = first_start(ledger.as_ref(), clock.as_ref(), flags.bootstrap_key)?;
    let settings = config::settings(flags, address)?;
    let engines = Engines { ledger, warehouse, findings: directory.findings()?, clock };
    let app = App::start(engines, settings).map_err(|error| error.to_string())?;
    let router = debrief_api::router(Arc::new(Api { app: app.clone(), metrics: Box::new(move || metrics.render()) }));

    let mut limits = config::limits(&flags.limits);
    limits.connections_max = system::make_room_for(limits.connections_max);
    // Before anybody is told that it listens: whoever reads that may ask it to stop at once.
    let stop = asked_to_stop(&app)?;
    let keeping_up = keep_up(certificate.clone())?;
    welcome(&app, &config::url(&flags.tls, address), first_key.as_deref());
    tell(Listening { address, first_key });
    let tls = certificate.map(|certificate| Tls::new(certificate));
    tokio::select! {
        () = debrief_api::serve(listener, router, &limits, tls, stop) => {}
        () = keeping_up => {}
    }
    let failed = app.has_failed();
    tracing::info!("closing");
    let closing = tokio::task::spawn_blocking(move || app.close()).await;
    closing.map_err(|error| error.to_string())?.map_err(|error| format!("closing was not clean: {error}"))?;
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn cannot_listen(flags: &Serve, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!("{} is taken by another program; choose another with --listen ADDR:PORT", flags.listen),
        io::ErrorKind::PermissionDenied => format!("may not listen on {}: ports below 1024 need privileges", flags.listen),
        _ => format!("cannot listen on {}: {error}", flags.listen),
    }
}

/// In a new data directory: makes the first tenant and its key, or finishes that where a first start was cut off. Answers the key if it
/// was made now.
fn first_start(ledger: &dyn Ledger, clock: &dyn Clock, wanted: Option<Uuid>) -> Result<Option<String>, String> {
    let make = || {
        if !ledger.keys()?.is_empty() {
            return Ok(None);
        }
        let now = clock.now();
        let tenant = match ledger.tenants()?.first() {
            Some(tenant) => tenant.id,
            None => ledger.create_tenant(FIRST_TENANT, now, &Origin::system())?.id,
        };
        let wish = NewKey { tenant, name: "first key".to_owned(), scopes: Scopes::ALL, expires_at: None, secret: wanted };
        Ok(Some(keyring::create_key(ledger, wish, now, &Origin::system())?.0))
    };
    make().map_err(|error: debrief_model::Error| error.to_string())
}

fn welcome(app: &App, listening: &str, first_key: Option<&str>) {
    if let Some(key) = first_key {
        let address = &app.settings().public_url;
        say(&format!("Tenant key: {key}   (all scopes; shown this once)"));
        say("");
        say("Point an SDK here:");
        say(&format!("  voker      VokerClient(base_url=\"{address}\", api_key=\"{key}\")"));
        say(&format!("  agentops   export AGENTOPS_API_ENDPOINT={address} AGENTOPS_API_KEY={key}"));
        say(&format!("  converra   export CONVERRA_BASE_URL={address}/api/v1 CONVERRA_API_KEY={key}"));
        say(&format!(
            "  OTLP       export OTEL_EXPORTER_OTLP_ENDPOINT={address} OTEL_EXPORTER_OTLP_HEADERS=\"authorization=Bearer {key}\""
        ));
        say("");
        say("Read it back:");
        say(&format!("  curl -H 'Authorization: Bearer {key}' {address}/api/v1/sessions"));
        say("");
    }
    let behind = app.fence().committed().0 - app.fence().applied().0;
    if behind > 0 {
        tracing::info!("the warehouse is {behind} journal records behind and catches up now");
    }
    say(&format!("Debrief is listening on {listening}"));
}

/// Looks after the certificate, if there is one. Never resolves.
fn keep_up(certificate: Option<Arc<Certificate>>) -> Result<impl Future<Output = ()>, String> {
    let told = certificate.is_some().then(|| signal(SignalKind::hangup())).transpose();
    let told = told.map_err(|error| format!("cannot listen for signals: {error}"))?;
    Ok(async move {
        match certificate.zip(told) {
            Some((certificate, told)) => certificate.keep_up(told, tls::LOOK_EVERY).await,
            None => std::future::pending().await,
        }
    })
}

/// Resolves on SIGTERM, SIGINT, or when the app has failed.
fn asked_to_stop(app: &Arc<App>) -> Result<impl Future<Output = ()> + use<>, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let app = app.clone();
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("asked to stop; finishing what was accepted"),
            _ = interrupt.recv() => tracing::info!("interrupted; finishing what was accepted"),
            () = app.failed() => tracing::error!("stopping: a part the server cannot do without has failed"),
        }
    })
}
