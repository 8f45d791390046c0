//! OTLP on the wire: export requests from protobuf and lenient JSON, and the answers to them in both.
//!
//! [`traces`], [`logs`] and [`metrics`] read a body into the published messages ([`proto`]); [`accepted`] and [`status`]
//! write what a sender expects back, in the encoding it used. [`span_fault`] says which spans cannot be recorded, and
//! [`points()`] lists what a metrics request measured.
//!
//! Reading refuses a body only if it is not OTLP at all. One unreadable id, number or attribute costs no more than itself, one span that
//! is none costs itself, and a text that is no text is mended, because a sender that is told 400 throws the whole batch away. Nothing here panics, whatever the body is.
//!
//! The crate knows the wire. It must not know HTTP beyond the two media types, nor storage, time, tenants, or what any
//! attribute means.

mod answer;
mod budget;
mod encoding;
mod fault;
mod json;
mod points;
mod protobuf;
mod read;
#[cfg(test)]
mod tests;

/// The messages of OTLP, as published.
pub use opentelemetry_proto::tonic as proto;

pub use answer::{Signal, accepted, status};
pub use encoding::Encoding;
pub use fault::span_fault;
pub use points::{Measured, Point, data_points, points};
pub use read::{Malformed, Read, logs, metrics, traces};
