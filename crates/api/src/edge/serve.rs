//! The connection loop. It has timers: a connection that dawdles over its head is closed, as `axum::serve` would not do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use debrief_model::limit::Limits;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::tls::Tls;

/// Largest request head.
const HEADER_BYTES_MAX: usize = 32 << 10;
/// How long open requests may take to finish after the server was asked to stop.
const DRAIN_SECONDS: u64 = 20;

/// Serves until `stop` resolves, then lets open requests finish. With `tls` the port speaks nothing else.
pub async fn serve(listener: TcpListener, router: axum::Router, limits: &Limits, tls: Option<Tls>, stop: impl Future<Output = ()>) {
    let head_time = Duration::from_secs(limits.header_seconds_max);
    let (going_on, stopping) = watch::channel(());
    let how = Arc::new(Serving { router, builder: builder(head_time), tls, head_time, stopping });
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections_max));
    tokio::pin!(stop);
    loop {
        let permit = tokio::select! {
            permit = room.clone().acquire_owned() => permit.expect("the semaphore is never closed"),
            () = &mut stop => break,
        };
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connect(stream, permit, how.clone(), graceful.watcher()),
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            () = &mut stop => break,
        }
    }
    drop((listener, going_on));
    if tokio::time::timeout(Duration::from_secs(DRAIN_SECONDS), graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish within {DRAIN_SECONDS} seconds of being asked to");
    }
}

/// What all connections have in common.
struct Serving {
    router: axum::Router,
    builder: auto::Builder<TokioExecutor>,
    tls: Option<Tls>,
    head_time: Duration,
    /// Closed once the server was asked to stop.
    stopping: watch::Receiver<()>,
}

fn builder(head_time: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_time).max_buf_size(HEADER_BYTES_MAX.max(256 << 10)).keep_alive(true);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(HEADER_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(256)
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}

fn connect(stream: TcpStream, permit: OwnedSemaphorePermit, how: Arc<Serving>, watcher: Watcher) {
    // Without it small answers would wait for the client's acknowledgement of earlier ones.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("a connection has no nodelay: {error}");
    }
    tokio::spawn(async move {
        let asked = Arc::new(AtomicBool::new(false));
        let served = async {
            match &how.tls {
                None => talk(stream, &how, watcher, &asked).await,
                Some(tls) => {
                    if let Some(stream) = tls.greet(stream, how.stopping.clone()).await {
                        talk(stream, &how, watcher, &asked).await;
                    }
                }
            }
        };
        tokio::select! {
            () = served => {}
            () = silence(&asked, how.head_time) => tracing::debug!("a connection that asked for nothing was closed"),
        }
        drop(permit);
    });
}

async fn talk<S>(stream: S, how: &Serving, watcher: Watcher, asked: &Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (router, seen) = (TowerToHyperService::new(how.router.clone()), asked.clone());
    let service = service_fn(move |request| {
        seen.store(true, Ordering::Relaxed);
        router.call(request)
    });
    let connection = how.builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!("a connection ended: {error}");
    }
}

/// Resolves when nothing was asked for in time, counted from the connection's beginning: a TLS handshake is part of it. The timeout of the
/// HTTP/1 side starts only when it is known to be HTTP/1: a connection that says nothing, or the beginning of what could be either version,
/// would stay for ever.
async fn silence(asked: &AtomicBool, head_time: Duration) {
    tokio::time::sleep(head_time).await;
    if asked.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}
