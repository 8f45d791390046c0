//! Tests over recorded and composed requests (`tests/data`), over each leniency, and over bodies nobody should send.

mod answers;
mod astray;
mod crowded;
mod hostile;
mod lenient;
mod mended;
mod metrics;
mod samples;
mod shapes;

use crate::proto::collector::logs::v1::ExportLogsServiceRequest;
use crate::proto::collector::metrics::v1::ExportMetricsServiceRequest;
use crate::proto::collector::trace::v1::ExportTraceServiceRequest;
use crate::{Encoding, Malformed, Read};

macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/data/", $name)).as_slice()
    };
}
use data;

fn traces(encoding: Encoding, body: &[u8]) -> Result<ExportTraceServiceRequest, Malformed> {
    crate::traces(encoding, body).map(whole)
}

fn logs(encoding: Encoding, body: &[u8]) -> Result<ExportLogsServiceRequest, Malformed> {
    crate::logs(encoding, body).map(whole)
}

fn metrics(encoding: Encoding, body: &[u8]) -> Result<ExportMetricsServiceRequest, Malformed> {
    crate::metrics(encoding, body).map(whole)
}

/// A request of which nothing was left out.
fn whole<T>(read: Read<T>) -> T {
    assert_eq!((read.rejected, &read.fault), (0, &None));
    read.request
}
