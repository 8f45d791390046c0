//! The public face of the use cases, on the reference engines and on doubles of them that block and fail when told to.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod analysis;
mod closing;
mod domain;
mod doubles;
mod failures;
mod gate;
mod isolation;
mod judging;
mod managing;
mod opinions;
mod reading;
mod repeats;
mod repricing;
mod scopes;
mod slow;
mod world;
