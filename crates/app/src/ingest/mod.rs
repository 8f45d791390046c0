//! The write path: requests put writes on a queue bounded by bytes, one committer commits what gathered as one transaction, one
//! applier feeds the warehouse. A write is answered after its commit is on disk.
//!
//! No artificial delay: while one group is being committed the next one gathers, so batching comes from the disk's own pace.

mod amend;
mod applier;
mod committer;
mod group;
mod identity;
mod queue;
mod tail;
mod traces;

use std::sync::Arc;

use debrief_model::{Draft, Error, Patch, Position, TenantId};
use debrief_store::{Change, Origin, Outcome};
use tokio::sync::oneshot;

pub(crate) use amend::merge_objects;
pub(crate) use applier::Applier;
pub(crate) use committer::{Committer, Parts};
pub use identity::event_id;
pub(crate) use identity::identify;
pub(crate) use queue::Queue;
pub use queue::{Permit, QueueFigures};
pub(crate) use tail::Tail;

/// What a request wants written. All of one write is committed together.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one per request, moved a few times: a box would cost more than the bytes")]
pub enum Write {
    /// Events. One with a caller's id that is known already amends the known event instead.
    Events {
        /// Whose.
        tenant: TenantId,
        /// What happened.
        drafts: Vec<Draft>,
    },
    /// Amendments by the caller's event ids; unknown ids are ignored.
    Amend {
        /// Whose.
        tenant: TenantId,
        /// Caller's id and what changes.
        patches: Vec<(String, Patch)>,
    },
    /// Anything else, as the ledger takes it.
    Catalogue(Change),
    /// All of these, in order; the outcome is the last one's. Only for writes that cannot be refused, because each is a change of its own.
    All(Vec<Write>),
    /// The write, once for the key: a request that comes again within a day gets the answer that is kept here; another request with the
    /// same key is a conflict. Only for writes that cannot be refused.
    Once {
        /// Whose key.
        tenant: TenantId,
        /// The caller's key of the request.
        key: String,
        /// Hash of the request.
        digest: [u8; 32],
        /// What it is answered.
        answer: Vec<u8>,
        /// What it wants.
        write: Box<Write>,
    },
}

impl Write {
    /// Shows every new event in it, with whose it is, to be filled in.
    pub(crate) fn for_each_draft(&mut self, fill: &mut impl FnMut(TenantId, &mut Draft)) {
        match self {
            Self::Events { tenant, drafts } => drafts.iter_mut().for_each(|draft| fill(*tenant, draft)),
            Self::All(writes) => writes.iter_mut().for_each(|write| write.for_each_draft(fill)),
            Self::Once { write, .. } => write.for_each_draft(fill),
            Self::Amend { .. } | Self::Catalogue(_) => {}
        }
    }
}

/// How long answers are kept for requests that come again: a day, in microseconds.
pub const KEPT_ANSWER_US: i64 = 24 * 3_600 * 1_000_000;

/// A write that is on disk.
#[derive(Debug)]
pub struct Written {
    /// The journal record that holds it.
    pub position: Position,
    /// What it came to.
    pub outcome: Outcome,
}

pub(crate) struct Pending {
    pub(crate) origin: Arc<Origin>,
    pub(crate) write: Write,
    pub(crate) permit: Permit,
    pub(crate) reply: oneshot::Sender<Result<Written, Error>>,
}
