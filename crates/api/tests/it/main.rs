//! The whole HTTP surface, in-process, on the reference engines.
//!
//! [`wire`] replays transcripts, [`recordings`] what real senders exported, [`order`] the same in any order; [`routes`] asks the route
//! tables what must hold for every route; [`hostile`] sends every body route what no client should; [`long_traces`] reads more than fits a
//! page.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod exchange;
mod hostile;
mod long_traces;
mod made_up;
mod order;
mod pattern;
mod planned;
mod reader;
mod recorded;
mod recordings;
mod routes;
mod runner;
mod wire;
mod world;
