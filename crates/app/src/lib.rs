//! The use cases: everything Debrief can do, without knowing who asks over which wire or which engines keep the data.
//!
//! [`App`] is opened on one ledger and one warehouse. Writes go through the ingest pipeline (queue → group commit → apply), reads wait
//! for the [fence](fence) and then ask an engine. Nothing here speaks HTTP or SQL, and no vendor's name for a thing occurs below the facades.

pub mod agents;
pub mod analysis;
pub mod audit;
pub mod clock;
pub mod comparison;
pub mod costs;
pub mod ctx;
pub mod domain;
pub mod door;
pub mod estimate;
pub mod events;
pub mod fence;
pub mod fingerprints;
pub mod ingest;
pub mod insights;
pub mod judge;
pub mod keyring;
pub mod maintenance;
pub mod names;
pub mod offload;
pub mod opinion;
pub mod opinions;
pub mod people;
pub mod prices;
pub mod rate;
mod recover;
pub mod reprice;
pub mod runs;
pub mod said;
pub mod sessions;
mod start;
mod teller;
pub mod tenants;
pub mod tokens;
pub mod traces;
pub mod turns;

pub use ctx::{Asked, Ctx};
pub use debrief_store::{Change, Outcome};
pub use events::EventView;
pub use ingest::{Permit, Write, Written};
pub use sessions::{SessionQuery, SessionView};
pub use start::{App, Engines, Settings};

/// What use cases answer.
pub type Result<T> = std::result::Result<T, debrief_model::Error>;
