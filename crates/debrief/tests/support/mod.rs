//! What the process tests share: the real binary on a real directory, a small HTTP client, traffic that remembers what was acknowledged.
//!
//! Nothing here sleeps to be safe. Where a test has to wait it waits for the thing itself, with a bound that only a broken server reaches.
#![expect(dead_code, reason = "each test binary uses its own part of this")]

pub(crate) mod agentops;
pub(crate) mod http;
pub(crate) mod read;
pub(crate) mod rng;
pub(crate) mod server;
pub(crate) mod truth;
pub(crate) mod voker;

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again until there is an answer; fails when there is none for too long.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, within: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < within, "not within {within:?}: {what}");
        // Gives the processor to whatever is being waited for.
        thread::park_timeout(Duration::from_millis(5));
    }
}
