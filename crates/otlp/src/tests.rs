//! Tests over recorded and composed requests (`tests/data`), over each leniency, and over bodies nobody should send.

mod answers;
mod crowded;
mod hostile;
mod lenient;
mod metrics;
mod samples;
mod shapes;

macro_rules! data {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/data/", $name)).as_slice()
    };
}
use data;
