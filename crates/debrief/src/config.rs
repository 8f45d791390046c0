//! From flags to the settings of the layers below.

use std::net::SocketAddr;
use std::time::Duration;

use debrief_app::Settings;
use debrief_model::limit;

use crate::{cli, system};

/// The application's settings; `address` is the one really listened on.
pub(crate) fn settings(flags: &cli::Serve, address: SocketAddr) -> Settings {
    Settings {
        limits: limits(&flags.limits),
        journal_keep: Duration::from_secs(flags.journal_keep_seconds),
        public_url: flags.public_url.clone().unwrap_or_else(|| format!("http://{address}")).trim_end_matches('/').to_owned(),
        accept_gap: flags.accept_gap,
        conversation_idle: Duration::from_secs(flags.conversation_idle_minutes * 60),
        reads_per_minute_max: flags.limits.reads_per_minute_max,
        give_way: system::give_way,
        operator: system::operator(),
    }
}

/// The bounds.
pub(crate) fn limits(flags: &cli::Limits) -> limit::Limits {
    let cli::Limits {
        body_bytes_max,
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
