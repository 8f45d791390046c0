//! Latency distributions.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Longest latency that is told apart from longer ones.
const LATENCY_US_MAX: u64 = 300_000_000;

/// A histogram of microseconds, three significant digits.
#[derive(Clone, Debug)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new() -> Latencies {
        Latencies(Histogram::new_with_max(LATENCY_US_MAX, 3).expect("these bounds are valid"))
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.0.saturating_record((latency.as_micros() as u64).clamp(1, LATENCY_US_MAX));
    }

    pub(crate) fn add(&mut self, other: &Latencies) {
        self.0.add(&other.0).expect("all histograms here have the same bounds");
    }

    pub(crate) fn summary(&self) -> Option<Summary> {
        (!self.0.is_empty()).then(|| Summary {
            count: self.0.len(),
            p50_us: self.0.value_at_quantile(0.5),
            p90_us: self.0.value_at_quantile(0.9),
            p99_us: self.0.value_at_quantile(0.99),
            max_us: self.0.max(),
        })
    }
}

/// The figures of a distribution that are reported, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    /// How many were measured.
    pub count: u64,
    /// Half were at most this.
    pub p50_us: u64,
    /// Nine of ten were at most this.
    pub p90_us: u64,
    /// Ninety-nine of a hundred were at most this.
    pub p99_us: u64,
    /// The slowest.
    pub max_us: u64,
}

/// Microseconds as milliseconds with the digits that matter.
pub(crate) fn ms(us: u64) -> String {
    match us {
        0..10_000 => format!("{:.2}", us as f64 / 1_000.0),
        10_000..100_000 => format!("{:.1}", us as f64 / 1_000.0),
        _ => format!("{:.0}", us as f64 / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Latencies, ms};

    #[test]
    fn a_row_of_a_known_distribution() {
        let mut latencies = Latencies::new();
        assert_eq!(latencies.summary(), None);
        for us in 1..=1_000 {
            latencies.record(Duration::from_micros(us));
        }
        let mut twice = latencies.clone();
        twice.add(&latencies);
        let summary = twice.summary().unwrap();
        assert_eq!((summary.count, summary.p50_us, summary.p90_us, summary.p99_us, summary.max_us), (2_000, 500, 900, 990, 1_000));
    }

    #[test]
    fn milliseconds_keep_the_digits_that_matter() {
        assert_eq!([ms(950), ms(12_345), ms(1_234_567)], ["0.95", "12.3", "1235"]);
    }
}
