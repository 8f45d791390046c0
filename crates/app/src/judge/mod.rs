//! The optional judge: a model outside that reads conversations which are over, and says what came of them, with quoted evidence.
//!
//! Off unless the operator names a model, and never needed: what is told goes before what is judged, and what is judged counts in the figures
//! of agents only once it [agrees](debrief_insight::agreement) well enough with what is told. The analyst, who writes all that analysis
//! keeps, [decides](desk) which conversations are put before the judge and sets aside what that may cost; a [thread](work) of its own asks;
//! what comes back is [checked](answer) and kept, and the conversation is looked at again.
//!
//! Nothing here knows HTTP: how a model is reached is behind [`model::Model`].

mod account;
pub mod answer;
mod ask;
mod budget;
mod desk;
mod figures;
mod kept;
pub mod model;
mod prompt;
pub mod redaction;
mod settle;
mod sheet;
mod work;

use std::sync::Arc;

pub use account::{Account, Books};
pub use budget::{Bounds, Spent};
pub(crate) use desk::Judge;
pub use figures::{Figures, Running, figures, on_session};
pub use kept::{Failure, Opinion};
pub use model::Model;
pub use prompt::PROMPT_VERSION;
pub(crate) use work::run;

/// How an operator has conversations judged.
#[derive(Clone, Debug)]
pub struct Judging {
    /// The model that is asked.
    pub model: Arc<dyn Model>,
    /// Conversations about which it is asked at a time.
    pub concurrency: usize,
    /// How often it may be asked, and what that may cost.
    pub bounds: Bounds,
    /// The part of conversations that it is asked about, 0 to 1. Which ones follows from their ids.
    pub sample_rate: f64,
    /// Characters of a conversation that it reads.
    pub chars_max: usize,
    /// Whether personal data and keys are taken out before.
    pub redacts: bool,
}

impl Judging {
    /// Whether a session, by its id, is in the sample. The same sessions are at any time, and those of a smaller rate are among those of a
    /// larger one.
    fn is_chosen(&self, session: &[u8]) -> bool {
        let hash = blake3::hash(session);
        let first: [u8; 8] = hash.as_bytes()[..8].try_into().expect("a hash is longer than that");
        #[expect(clippy::cast_precision_loss, reason = "a sample need not be exact")]
        let place = u64::from_le_bytes(first) as f64 / 2.0_f64.powi(64);
        place < self.sample_rate
    }
}
