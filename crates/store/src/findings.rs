//! The contract of the view that keeps what analysis found in conversations.
//!
//! Like the warehouse it is made from the journal and remembers how far it has looked, so it can be thrown away and made again. Unlike
//! it, it is not read through the fence: a conversation is looked at once it is over, and until then there is nothing to find.

use debrief_model::{AgentNumber, Position, SessionNumber, TenantId, TimeRange, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

use crate::Result;

/// What analysis found, a session at a time, and which sessions it has yet to look at.
///
/// All methods block. There is one writer; reads run beside it and each sees one consistent state. Every read of a tenant's takes the
/// tenant first.
pub trait Findings: Send + Sync {
    /// The newest position whose sessions are noted.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn noted(&self) -> Result<Position>;

    /// Notes the sessions that the records up to `upto` are about. Of one that waits already the newest note says when its time is, and the
    /// later position counts. All of it is there after a crash, or none of it.
    ///
    /// # Errors
    /// `Unavailable` when storage cannot be written.
    fn note(&self, upto: Position, waiting: &[Waiting]) -> Result<()>;

    /// The sessions whose time has come by `now`, those of the earliest times first.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn due(&self, now: Timestamp, at_most: usize) -> Result<Vec<Waiting>>;

    /// Keeps what came of looking at some sessions, all of it or nothing.
    ///
    /// # Errors
    /// `Unavailable` when storage cannot be written.
    fn put(&self, looked: &Looked) -> Result<()>;

    /// Forgets how far sessions of all times have been looked at by other rules: they are to be looked at again, those numbered up to `upto`.
    ///
    /// # Errors
    /// `Unavailable` when storage cannot be written.
    fn begin_again(&self, rules: &str, upto: SessionNumber) -> Result<()>;

    /// How far looking again is; `None` before the first time.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn again(&self) -> Result<Option<Again>>;

    /// Notes that the sessions up to `done` wait, to be looked at again.
    ///
    /// # Errors
    /// `Unavailable` when storage cannot be written.
    fn go_on_again(&self, done: SessionNumber, waiting: &[Waiting]) -> Result<()>;

    /// The outlines of what was found in the sessions that the agent led (of all agents if `None`) and that began in the range, in order of
    /// agent and session. `see` is called while storage is being read, so it should be quick.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn outlines(&self, tenant: TenantId, agent: Option<AgentNumber>, began: TimeRange, see: &mut dyn FnMut(&Outlined)) -> Result<()>;

    /// All that was found in a session.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn found(&self, tenant: TenantId, session: SessionNumber) -> Result<Option<Found>>;

    /// The pieces of a tenant's in one drawer, in order of their ids.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn pieces(&self, tenant: TenantId, drawer: Drawer) -> Result<Vec<(u64, Vec<u8>)>>;

    /// One piece.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn piece(&self, tenant: TenantId, drawer: Drawer, id: u64) -> Result<Option<Vec<u8>>>;

    /// Figures for operators, as of `now`.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn figures(&self, now: Timestamp) -> Result<FindingsFigures>;
}

/// A session that is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whose it is.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionNumber,
    /// Not before this.
    pub due_at: Timestamp,
    /// The newest record that is about it.
    pub position: Position,
}

/// What came of looking at some sessions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looked {
    /// The position that was seen: sessions about which there is something newer go on waiting.
    pub position: Position,
    /// What was found.
    pub found: Vec<Found>,
    /// Sessions in which there is nothing, or which are no more: what was found in them before is forgotten.
    pub nothing: Vec<(TenantId, SessionNumber)>,
    /// Sessions that are not over, with the time at which to look again.
    pub later: Vec<(TenantId, SessionNumber, Timestamp)>,
    /// What analysis carries from one conversation to the next, as far as it changed.
    pub pieces: Vec<Piece>,
}

/// All that was found in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whose the session is.
    pub tenant: TenantId,
    /// What can be summed up.
    pub outlined: Outlined,
    /// The position that was seen.
    pub position: Position,
    /// When it was looked at.
    pub looked_at: Timestamp,
    /// All the rest, turn by turn, in the form of whoever put it here.
    pub detail: Vec<u8>,
}

/// What was found in a session, as far as it can be summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlined {
    /// The session.
    pub session: SessionNumber,
    /// The agent that led it; the number 0 while none did.
    pub agent: AgentNumber,
    /// That agent's version.
    pub agent_version: Option<VersionNumber>,
    /// When it began.
    pub started_at: Timestamp,
    /// What was found.
    pub outline: Outline,
}

/// Figures and references of one conversation. Kept as one value, because there may be very many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    /// Whether it achieved what it was for, as far as that was estimated.
    pub resolved: Option<bool>,
    /// What a model judged came of it, if one was asked. Whether that goes before the estimate is for whoever sums up.
    pub judged: Option<Judged>,
    /// The mean sentiment of the user's messages, −10,000…10,000; `None` where there is none.
    pub sentiment_e4: Option<i16>,
    /// Messages of the user whose sentiment is known.
    pub heard: u32,
    /// Messages of the user in languages whose sentiment is not read.
    pub unheard: u32,
    /// How often the user corrected the agent.
    pub corrections: u32,
    /// The median time that the user waited for an answer, milliseconds.
    pub response_ms: Option<u32>,
    /// Turns that the user began.
    pub turns: u32,
    /// What its calls cost, billionths of a US dollar; `None` while none of them has a known cost.
    pub cost_nano_usd: Option<i64>,
    /// What went wrong: ids of pieces in [`Drawer::Issues`], each once.
    pub issues: Vec<u32>,
    /// What the user wanted: clusters, and whether each was resolved.
    pub intents: Vec<(u32, Option<bool>)>,
    /// What was corrected: clusters.
    pub corrected: Vec<u32>,
}

/// What a model judged came of a conversation. Before there were any, the place held a 0, which is what "none" is stored as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Judged {
    /// It achieved what it was for.
    Resolved,
    /// It did not.
    Unresolved,
    /// It could not tell.
    Unclear,
}

/// The version of the stored form of outlines.
const OUTLINE_VERSION: u8 = 1;

impl Outline {
    /// The stored form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![OUTLINE_VERSION]).expect("writing to memory cannot fail and every part is serialisable")
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When the bytes are no outline of this version.
    pub fn decode(bytes: &[u8]) -> std::result::Result<Self, OutlineError> {
        match bytes.split_first() {
            Some((&OUTLINE_VERSION, rest)) => Ok(postcard::from_bytes(rest)?),
            Some((&version, _)) => Err(OutlineError::Version(version)),
            None => Err(OutlineError::Version(0)),
        }
    }
}

/// A stored outline that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum OutlineError {
    /// Written by a version of the program this one does not know.
    #[error("outline has format version {0}, this program reads {OUTLINE_VERSION}")]
    Version(u8),
    /// Damaged.
    #[error("outline is damaged: {0}")]
    Damaged(#[from] postcard::Error),
}

/// A piece of what analysis carries from one conversation to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whose it is.
    pub tenant: TenantId,
    /// Where it lies.
    pub drawer: Drawer,
    /// Its id there.
    pub id: u64,
    /// What it is; `None` takes it away.
    pub value: Option<Vec<u8>>,
}

/// Where pieces lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Drawer {
    /// What can go wrong, by its key.
    Issues,
    /// Clusters of what users want and correct.
    Clusters,
    /// In how many texts each word occurs.
    Words,
    /// What is said of a model's judgements.
    Judge,
}

impl Drawer {
    /// The stored code: stable for ever.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Issues => 0,
            Self::Clusters => 1,
            Self::Words => 2,
            Self::Judge => 3,
        }
    }
}

/// How far looking again is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// By which rules.
    pub rules: String,
    /// The sessions up to this one wait or were looked at.
    pub done: SessionNumber,
    /// The last one.
    pub upto: SessionNumber,
}

impl Again {
    /// Whether there are sessions left.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.left() > 0
    }

    /// How many sessions are left at most, by their numbers.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.upto.0.saturating_sub(self.done.0)
    }
}

/// Figures for operators.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FindingsFigures {
    /// Sessions in which something was found.
    pub found: u64,
    /// Sessions that wait for their time.
    pub waiting: u64,
    /// Sessions whose time has come.
    pub due: u64,
    /// When the time of the first of those had come.
    pub due_since: Option<Timestamp>,
}
