//! What OpenTelemetry spans and log records say of agents' work, in every dialect that describes it. Pure.
//!
//! OpenTelemetry says how to write down that something happened, and leaves to conventions how to write down what. For
//! the work of agents there are a dozen conventions and many versions of them, and spans often mix several. This crate
//! reads them all into one [`Reading`].
//!
//! * [`read_span`] and [`read_log`] run on the way in, once per record.
//! * A [`Keeper`] writes down everything raw, as JSON. [`reread`] reads that again, so that a better
//!   reader improves what was recorded long ago: what it says is what [`read_span`] says of the span itself.
//! * [`reread_messages`] builds the messages when somebody looks at a span.
//!
//! All are total: nothing here returns an error or panics. What is unknown is `None`, and a word that nobody knows is
//! [`Class::Other`]. Each dialect is a table of its own, in `dialect`. The crate must not know storage, HTTP or time.

mod attributes;
mod dialect;
mod evaluations;
mod exchange;
mod failure;
mod json;
mod keep;
mod kept;
mod log;
mod money;
mod numbered;
mod read;
mod reading;
mod subject;
mod table;
#[cfg(test)]
mod tests;
mod tokens;
mod value;

pub use exchange::Exchange;
pub use keep::Keeper;
pub use kept::{reread, reread_log, reread_messages};
pub use log::read_log;
pub use read::read_span;
pub use reading::{Around, Audio, Class, Evaluation, LogClass, LogReading, Reading, Warning};
