//! HTTP: one port, one root, a folder per dialect.
//!
//! A dialect's folder holds everything of one vendor's wire and nothing of another's; below it there are only the domain's words.
//! [`shared`] holds the routes that two of them claim. [`edge`] is what all dialects share: the route table, request bodies and their limits, answers, times, the connection loop, TLS.

pub mod agentops;
pub mod converra;
pub mod edge;
pub mod native;
pub mod otlp;
pub mod shared;
pub mod virtuous;
pub mod voker;

use std::sync::Arc;

use debrief_app::App;
pub use edge::facade::{Facade, Route};
pub use edge::serve::serve;
pub use edge::tls::Tls;

/// What every request can reach.
pub struct Api {
    /// The use cases.
    pub app: Arc<App>,
    /// Renders the metrics in Prometheus' text format.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
}

/// Every dialect. The order decides who answers for a path nobody serves: the first whose prefix fits.
#[must_use]
pub fn facades() -> Vec<Facade> {
    vec![agentops::facade(), otlp::facade(), converra::facade(), virtuous::facade(), voker::facade(), shared::facade(), native::facade()]
}

/// The whole surface as one service.
pub fn router(api: Arc<Api>) -> axum::Router {
    edge::facade::mount(facades(), api)
}
