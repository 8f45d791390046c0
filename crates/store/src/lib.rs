//! The storage contracts: [`Ledger`] (transactional truth), [`Warehouse`] (analytical view) and [`Findings`] (what analysis found), and what
//! they exchange.
//!
//! Small and rarely edited: every engine and every use case hangs on it. What the contracts promise is written on their
//! methods and proved by the conformance suites in `testkit`, which every engine passes. Engines never know each other.

pub mod body;
pub mod change;
pub mod findings;
pub mod ledger;
pub mod minted;
pub mod notice;
pub mod record;
pub mod warehouse;

pub use change::{Change, Commit, Group, KeptAnswer, Origin, Outcome, Revision};
pub use findings::{Again, Drawer, Findings, FindingsFigures, Found, Judged, Looked, Outline, Outlined, Piece, Waiting};
pub use ledger::{Ledger, Names, Wanted};
pub use minted::Mint;
pub use notice::Notice;
pub use record::Record;
pub use warehouse::{CLOCK_AHEAD_US, RecentIds, Warehouse, WarehouseFigures};

/// What storage calls answer.
pub type Result<T> = std::result::Result<T, debrief_model::Error>;
