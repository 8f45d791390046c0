//! Route tables that remember what they mounted, so that tests can ask.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request};
use axum::response::Response;
use axum::routing::MethodRouter;
use debrief_app::rate::resets_at;
use debrief_model::{Error, ErrorKind, Subject, Timestamp};
use futures_util::FutureExt;
use http::Method;

use super::call::Call;
use super::reply::Reply;
use super::rest::heard_out;
use crate::Api;

/// How a dialect words an error: the error, and the path that was asked for.
pub type Render = fn(&Error, &str) -> Reply;

type Answer = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;
type Handler = Arc<dyn Fn(Call) -> Answer + Send + Sync>;

/// One route of a dialect.
#[derive(Clone)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path template.
    pub path: &'static str,
    /// Whether a caller without credentials is answered; tests hold every other route to refusing.
    pub open: bool,
    handler: Handler,
}

/// One dialect: its name, its way with errors, its routes.
pub struct Facade {
    /// The dialect's name, as events name their source.
    pub name: &'static str,
    /// How it words errors.
    pub render: Render,
    /// The paths it answers for when there is no such route.
    pub prefixes: &'static [&'static str],
    /// Its routes.
    pub routes: Vec<Route>,
}

impl Facade {
    /// A dialect without routes.
    #[must_use]
    pub fn new(name: &'static str, render: Render, prefixes: &'static [&'static str]) -> Self {
        Self { name, render, prefixes, routes: Vec::new() }
    }

    /// Serves `GET path`.
    #[must_use]
    pub fn get<F, A>(self, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        self.route(Method::GET, path, handler)
    }

    /// Serves `POST path`.
    #[must_use]
    pub fn post<F, A>(self, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        self.route(Method::POST, path, handler)
    }

    /// Serves `PUT path`.
    #[must_use]
    pub fn put<F, A>(self, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        self.route(Method::PUT, path, handler)
    }

    /// Serves `PATCH path`.
    #[must_use]
    pub fn patch<F, A>(self, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        self.route(Method::PATCH, path, handler)
    }

    /// Serves `DELETE path`.
    #[must_use]
    pub fn delete<F, A>(self, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        self.route(Method::DELETE, path, handler)
    }

    /// Declares that the route added last answers callers without credentials.
    #[must_use]
    pub fn open(mut self) -> Self {
        if let Some(route) = self.routes.last_mut() {
            route.open = true;
        }
        self
    }

    fn route<F, A>(mut self, method: Method, path: &'static str, handler: F) -> Self
    where
        F: Fn(Call) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Reply, Error>> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |call| Box::pin(handler(call)));
        self.routes.push(Route { method, path, open: false, handler });
        self
    }
}

/// All dialects on one router.
pub(crate) fn mount(facades: Vec<Facade>, api: Arc<Api>) -> axum::Router {
    let mut router = axum::Router::new();
    let mut strangers = Vec::new();
    let serve = move |route, dialect, render| method_router(route, dialect, render, api.clone());
    for facade in facades {
        strangers.push((facade.prefixes, facade.render));
        for route in facade.routes {
            router = router.route(route.path, serve(route, facade.name, facade.render));
        }
    }
    let strangers: Arc<[_]> = strangers.into();
    let (missing, wrong) = (strangers.clone(), strangers);
    router
        .fallback(move |request: Request| std::future::ready(nobody(&missing, &request, false)))
        .method_not_allowed_fallback(move |request: Request| std::future::ready(nobody(&wrong, &request, true)))
        .layer(axum::middleware::from_fn(heard_out))
}

fn method_router(route: Route, dialect: &'static str, render: Render, api: Arc<Api>) -> MethodRouter {
    let filter = axum::routing::MethodFilter::try_from(route.method).expect("route tables use the usual methods");
    let (handler, path) = (route.handler, route.path);
    axum::routing::on(filter, move |params: Result<RawPathParams, RawPathParamsRejection>, request: Request| {
        let (api, handler) = (api.clone(), handler.clone());
        async move {
            match params {
                Ok(params) => answer(handler, Call::new(api, dialect, &params, request), render, path).await,
                Err(_) => render(&Error::invalid("The path is not UTF-8"), request.uri().path()).into_response(),
            }
        }
    })
}

async fn answer(handler: Handler, call: Call, render: Render, route: &'static str) -> Response {
    let started = Instant::now();
    let path = call.uri_path().to_owned();
    let (request, now) = (call.request, call.now);
    let caught = AssertUnwindSafe(handler(call)).catch_unwind().await;
    let reply = match caught {
        Ok(Ok(reply)) => reply,
        Ok(Err(error)) => worded(&error, render, &path, now),
        Err(_) => {
            metrics::counter!("debrief_panics_total").increment(1);
            worded(&Error::internal("a request panicked"), render, &path, now)
        }
    };
    metrics::counter!("debrief_requests_total", "route" => route, "status" => status_class(reply.status.as_u16())).increment(1);
    metrics::histogram!("debrief_request_seconds", "route" => route).record(started.elapsed().as_secs_f64());
    reply.header("x-request-id", &request.to_string()).into_response()
}

/// The answer to a request that arrived at `now` and failed; what is nobody's fault but ours is logged.
pub(crate) fn worded(error: &Error, render: impl Fn(&Error, &str) -> Reply, path: &str, now: Timestamp) -> Reply {
    if error.kind == ErrorKind::Internal {
        tracing::error!(path, cause = error.cause().map(tracing::field::display), "a request failed: {error}");
    }
    let reply = render(error, path);
    match error.kind {
        ErrorKind::Overloaded | ErrorKind::Unavailable => reply.header("retry-after", "1"),
        ErrorKind::RateLimited => {
            let seconds = (resets_at(now).micros_since(now) + 999_999).div_euclid(1_000_000);
            reply.header("retry-after", &seconds.to_string())
        }
        _ => reply,
    }
}

fn status_class(status: u16) -> &'static str {
    match status {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

fn nobody(strangers: &[(&'static [&'static str], Render)], request: &Request, wrong_method: bool) -> Response {
    let path = request.uri().path();
    let render = strangers.iter().find(|(prefixes, _)| prefixes.iter().any(|prefix| path.starts_with(prefix))).or(strangers.last());
    let error = Error::not_found(Subject::Route(path.to_owned()));
    let reply = render.map_or_else(|| Reply::status(http::StatusCode::NOT_FOUND), |(_, render)| render(&error, path));
    let reply = if wrong_method { reply.with_status(http::StatusCode::METHOD_NOT_ALLOWED) } else { reply };
    reply.into_response()
}
