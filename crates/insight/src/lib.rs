//! What conversations tell about an agent: whether they were brought to an end, and the figures that follow.
//!
//! Everything here is a pure function of what is recorded and of a time that is given. There are no models and no
//! guesses about content beyond lists of phrases, so the same conversations always lead to the same figures, and each
//! verdict can say its reason.
//!
//! * [`signals`] reads two things from texts: that the assistant asks for something, that the user says goodbye.
//! * [`lifecycle`] judges one conversation by its course.
//! * [`figures`] adds up what was judged.
//! * [`period`] says which days a question is about.
//!
//! What the texts of one conversation tell is a second matter: [`analysis`] reads a [`transcript`] and finds the signals
//! of its [`turns`], its [`intents`] and its [`outcome`], by the lists of [`patterns`]. What many conversations have in
//! common are [`issues`], what to do about them [`recommendations`], and [`comparison`] says whether one version of an
//! agent does better than another, with [`statistics`].
//!
//! The crate knows `model`. It must not know I/O, clocks, HTTP, JSON or vendors.

pub mod agreement;
pub mod analysis;
pub mod clusters;
pub mod comparison;
pub mod figures;
mod heard;
pub mod intents;
pub mod issues;
pub mod language;
pub mod lifecycle;
mod members;
pub mod outcome;
pub mod patterns;
pub mod period;
mod phrases;
pub mod quote;
pub mod recommendations;
pub mod sentiment;
pub mod signals;
mod similarity;
pub mod statistics;
#[cfg(test)]
mod testing;
mod text;
pub mod transcript;
pub mod turns;
