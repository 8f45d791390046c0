//! What a ledger commits: a [`Group`] of [`Change`]s becomes one transaction and one journal record.

use std::sync::Arc;

use std::borrow::Cow;

use debrief_model::{
    Actor, Agent, AgentId, AgentPatch, AgentVersion, Contribution, Draft, Event, EventId, Fingerprint, FingerprintId, Mention, NewAgent,
    Person, Runtime, Session, SessionPatch, TenantId, Timestamp, Turn,
};

use crate::record::Record;

/// Changes that are committed together, in order.
#[derive(Clone, Debug)]
pub struct Group {
    /// The time the whole group is recorded at.
    pub recorded_at: Timestamp,
    /// Random bytes: the ids that the ledger makes up follow from them, so that two ledgers told the same make up the same.
    pub entropy: [u8; 16],
    /// The changes, each with who asked for it.
    pub changes: Vec<(Arc<Origin>, Change)>,
}

/// Who asked for a change, and as part of what. The events that tell of the change carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Who.
    pub actor: Actor,
    /// The request that it came with.
    pub correlation_id: Option<String>,
    /// The dialect that it came by.
    pub source: Cow<'static, str>,
}

impl Origin {
    /// The server itself, on its own.
    #[must_use]
    pub fn system() -> Self {
        let actor = Actor { kind: debrief_model::audit::SYSTEM.to_owned(), id: None };
        Self { actor, correlation_id: None, source: Cow::Borrowed("debrief") }
    }
}

/// One accepted request's wish. Either all of a change happens or none of it; its neighbours in the group are not affected.
#[derive(Clone, Debug)]
pub enum Change {
    /// Record events. Agents, versions, people and sessions they mention are created where unknown; a mentioned fingerprint that
    /// does not exist refuses the whole change with `NotFound(Fingerprint)`. Ids are new: telling new from re-sent is the caller's work.
    Record {
        /// Whose events.
        tenant: TenantId,
        /// The events, each with the id it will have.
        events: Vec<(EventId, Draft)>,
    },
    /// Replace events by amended ones (same id, seq, position and `occurred_at`), and correct the totals of their sessions and traces.
    /// One with a mention is linked anew, which may take it to another session. A session that loses its last event so is gone, and its
    /// key finds the other one from then on.
    Revise {
        /// Whose events.
        tenant: TenantId,
        /// The amended events.
        revisions: Vec<Revision>,
    },
    /// Declare an agent. Known name: nothing changes and the agent is answered as it is.
    PutAgent {
        /// Whose agent.
        tenant: TenantId,
        /// Its name.
        name: String,
        /// What it is for.
        description: Option<String>,
    },
    /// Create an agent: `Conflict` when one of that name is described already. One that is only known by name so far becomes it, and keeps
    /// its number, id and history. What it is made of is its first version, called `v1` or the next such name that is free.
    CreateAgent {
        /// Whose agent.
        tenant: TenantId,
        /// What it is.
        agent: NewAgent,
    },
    /// Change what is given of an agent, else `NotFound(Agent)`; `Conflict` when a new name is taken. If that changes what it is made
    /// of, a version is made: `v2`, `v3`, … the next name that is free. Archiving sets `deprecated_at`, the way back clears it.
    PatchAgent {
        /// Whose agent.
        tenant: TenantId,
        /// Which.
        agent: AgentId,
        /// What changes.
        patch: Box<AgentPatch>,
    },
    /// Hide an agent and free its name, else `NotFound(Agent)`. Its number, versions and events stay.
    DeleteAgent {
        /// Whose agent.
        tenant: TenantId,
        /// Which.
        agent: AgentId,
    },
    /// Declare a version of an existing agent, else `NotFound(Agent)`. Known name: nothing changes.
    PutAgentVersion {
        /// Whose agent.
        tenant: TenantId,
        /// The agent's name.
        agent: String,
        /// The version's name.
        name: String,
        /// What is special about it.
        description: Option<String>,
    },
    /// Let `alias` name the agent `name` (created where unknown) within one session. The agent, with its default version, takes part in
    /// the session from then on.
    PutAgentAlias {
        /// Whose session.
        tenant: TenantId,
        /// The session's key; created where unknown.
        session: String,
        /// The name that holds within the session.
        alias: String,
        /// The agent's name.
        name: String,
    },
    /// Declare a person. Known key: given properties replace the former, none given leave them.
    PutPerson {
        /// Whose person.
        tenant: TenantId,
        /// The caller's id.
        key: String,
        /// A JSON object.
        properties: Option<String>,
    },
    /// Replace the properties of an existing person, else `NotFound(Person)`.
    UpdatePerson {
        /// Whose person.
        tenant: TenantId,
        /// The caller's id.
        key: String,
        /// A JSON object, or `None` for none.
        properties: Option<String>,
    },
    /// Declare a runtime. Same tenant and content: same fingerprint.
    PutFingerprint {
        /// Whose runtime.
        tenant: TenantId,
        /// The id derived from tenant and content.
        id: FingerprintId,
        /// The content.
        runtime: Runtime,
    },
    /// Create a session or change what is given of an existing one.
    PutSession {
        /// Whose session.
        tenant: TenantId,
        /// The caller's id.
        key: String,
        /// What is said of it.
        patch: SessionPatch,
        /// Another tenant that may see it too.
        shared_with: Option<TenantId>,
        /// Another key that finds the session from now on. One that means another session already is left as it is.
        alias: Option<String>,
    },
    /// Append text to a session's log; the session is created where unknown.
    AppendSessionLog {
        /// Whose session.
        tenant: TenantId,
        /// The caller's id.
        session: String,
        /// The text.
        text: String,
    },
    /// Note a thread of a session; the session is created where unknown, a known thread stays as it is.
    PutThread {
        /// Whose session.
        tenant: TenantId,
        /// The session's key.
        session: String,
        /// The thread's id.
        thread: String,
        /// The agent's alias within the session.
        agent_alias: Option<String>,
    },
    /// Keep an answer, so that the same request again gets the same answer. Overwrites what the key held.
    KeepAnswer {
        /// Whose request.
        tenant: TenantId,
        /// The caller's key of it.
        key: String,
        /// The answer.
        answer: KeptAnswer,
    },
    /// Record the events that tell of changes to tenants, keys and secrets, which are made outside of groups. Each is recorded once.
    TakeNotices,
}

/// An answer that is kept for a request that may come again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Hash of the request, to tell the same one from another with the same key.
    pub digest: [u8; 32],
    /// When it was answered.
    pub answered_at: Timestamp,
    /// The answer, in whatever form whoever keeps it likes.
    pub answer: Vec<u8>,
}

/// One amended event.
#[derive(Clone, Debug)]
pub struct Revision {
    /// What turns out to have been said in it, if anything.
    pub turn: Option<Turn>,
    /// What the event added to its session's totals so far.
    pub before: Contribution,
    /// The event as it reads from now on.
    pub after: Event,
    /// Whom it concerns from now on, where that changes: its links are made anew from this.
    pub relink: Option<Mention>,
}

/// What a change came to.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Events were recorded or revised: how many.
    Events(usize),
    /// The agent as it is now.
    Agent(Agent),
    /// The version as it is now.
    AgentVersion(AgentVersion),
    /// The person as it is now.
    Person(Person),
    /// The fingerprint.
    Fingerprint(Fingerprint),
    /// The session as it is now.
    Session(Box<Session>),
    /// The answer that was kept for an earlier request of the same key; nothing was changed.
    Kept(Vec<u8>),
    /// Done, nothing to show.
    Done,
}

/// A committed group.
#[derive(Debug)]
pub struct Commit {
    /// What went into the journal.
    pub record: Arc<Record>,
    /// One outcome per change, in order.
    pub outcomes: Vec<crate::Result<Outcome>>,
}
