//! The contract of the transactional store.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use debrief_model::{
    Agent, AgentFilter, AgentId, AgentNumber, AgentVersion, ApiKey, Conversation, Fingerprint, FingerprintId, FingerprintNumber, KeyId,
    Page, Paging, Person, PersonNumber, Position, Session, SessionFilter, SessionId, SessionNumber, Tenant, TenantId, TimeRange, Timestamp,
    TokenSecret, Trace, TraceFilter, VersionNumber,
};

use crate::Result;
use crate::change::{Commit, Group, KeptAnswer, Origin};
use crate::record::Record;

/// The transactional truth: the journal, and the catalogue and session totals that it implies.
///
/// All methods block; callers keep them off asynchronous threads. Every read takes the tenant first and can never answer
/// with another tenant's rows: a foreign name or id is simply not there. A read that starts after a `commit` returned sees it.
pub trait Ledger: Send + Sync {
    /// Commits the group as one durable transaction: one journal record (the next position, without gaps), the catalogue rows and
    /// the session totals. When it returns `Ok` everything is on disk. A change that cannot be done has its own error in
    /// `outcomes` and leaves no trace; the others are committed. On `Err` nothing of the group happened.
    /// Calls are serialised by the caller: there is one writer.
    ///
    /// # Errors
    /// `Unavailable` when the disk refuses; the ledger then refuses all further commits.
    fn commit(&self, group: Group) -> Result<Commit>;

    /// The position of the newest record; 0 when there is none.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn last_position(&self) -> Result<Position>;

    /// Records after `after`, oldest first, until about `bytes_max` bytes are gathered (at least one record if there is one).
    ///
    /// # Errors
    /// `Unavailable` when the next record after `after` was trimmed; when storage cannot be read.
    fn journal(&self, after: Position, bytes_max: usize) -> Result<Vec<Arc<Record>>>;

    /// Forgets the contents of records up to `upto` that were recorded before `before`; their hashes stay. Answers how many were trimmed
    /// (bounded per call; call again while it is not 0).
    ///
    /// # Errors
    /// When storage cannot be written.
    fn trim(&self, upto: Position, before: Timestamp) -> Result<u64>;

    /// Whether the write-ahead log has grown so long that moving it should not wait for its turn. Cheap.
    fn wants_checkpoint(&self) -> bool;

    /// Housekeeping outside any request: moves the write-ahead log into the database file. Called now and then, and on closing.
    ///
    /// # Errors
    /// When storage cannot be written.
    fn checkpoint(&self) -> Result<()>;

    /// The same, and gives room that trimmed records left back to the file system. May take a while: for closing.
    ///
    /// # Errors
    /// When storage cannot be written.
    fn compact(&self) -> Result<()> {
        self.checkpoint()
    }

    /// All tenants, in order of id.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn tenants(&self) -> Result<Vec<Tenant>>;

    /// Makes a tenant. That it was made is kept in the same transaction as an event for [`Change::TakeNotices`](crate::Change) to record;
    /// likewise with keys and secrets below.
    ///
    /// # Errors
    /// `Conflict` when the name is taken.
    fn create_tenant(&self, name: &str, now: Timestamp, origin: &Origin) -> Result<Tenant>;

    /// All keys of all tenants, revoked and expired ones too, oldest first.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn keys(&self) -> Result<Vec<ApiKey>>;

    /// Keeps a new key.
    ///
    /// # Errors
    /// `Conflict` when its id or hash exists.
    fn create_key(&self, key: &ApiKey, origin: &Origin) -> Result<()>;

    /// Marks a key revoked; revoking again changes nothing.
    ///
    /// # Errors
    /// `NotFound(Key)`.
    fn revoke_key(&self, id: KeyId, now: Timestamp, origin: &Origin) -> Result<ApiKey>;

    /// Notes when keys were last used (later times win).
    ///
    /// # Errors
    /// When storage cannot be written.
    fn touch_keys(&self, uses: &[(KeyId, Timestamp)]) -> Result<()>;

    /// The secret that API key hashes are keyed with: 32 random bytes made with the store, the same for ever.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn pepper(&self) -> Result<[u8; 32]>;

    /// The token secrets, newest first; at most two.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn token_secrets(&self) -> Result<Vec<TokenSecret>>;

    /// Adds a token secret; only the newest two are kept. Every tenant is told of it.
    ///
    /// # Errors
    /// When storage cannot be written.
    fn put_token_secret(&self, secret: &TokenSecret, origin: &Origin) -> Result<()>;

    /// Remembers what the server is set to, a value by name, in the place of what was remembered before. Every tenant is told of each
    /// setting that has another value than then; the first time there is nothing to compare with.
    ///
    /// # Errors
    /// When storage cannot be written.
    fn put_settings(&self, settings: &BTreeMap<String, String>, now: Timestamp, origin: &Origin) -> Result<()>;

    /// Tells every tenant that the server goes on without the journal's records after `after` up to `upto`.
    ///
    /// # Errors
    /// When storage cannot be written.
    fn tell_gap(&self, after: Position, upto: Position, now: Timestamp, origin: &Origin) -> Result<()>;

    /// Whether there is something for [`Change::TakeNotices`](crate::Change) to record.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn notices_wait(&self) -> Result<bool>;

    /// A number that differs whenever tenants, keys or token secrets may have changed, by this process or another one.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn credentials_version(&self) -> Result<u64>;

    /// An agent by name.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agent(&self, tenant: TenantId, name: &str) -> Result<Option<Agent>>;

    /// An agent by our id; deleted ones are not there.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agent_by_id(&self, tenant: TenantId, id: AgentId) -> Result<Option<Agent>>;

    /// The agents of a tenant, newest first (by number); deleted ones are not there.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agents(&self, tenant: TenantId, filter: &AgentFilter, paging: Paging) -> Result<Page<Agent>>;

    /// The newest agent whose current prompt has this hash, else the newest that once had it; deleted ones are not there.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agent_by_prompt(&self, tenant: TenantId, hash: &[u8; 32]) -> Result<Option<Agent>>;

    /// The conversations that the agent led and that began in the range, in order of session number. They are shown one by one because they
    /// may be many; `see` is called while storage is being read, so it should be quick.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn conversations(&self, tenant: TenantId, agent: AgentNumber, began: TimeRange, see: &mut dyn FnMut(&Conversation)) -> Result<()>;

    /// The answer kept under a key.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn kept_answer(&self, tenant: TenantId, key: &str) -> Result<Option<KeptAnswer>>;

    /// Forgets answers from before `before`. Answers how many were forgotten (bounded per call; call again while it is not 0).
    ///
    /// # Errors
    /// When storage cannot be written.
    fn forget_answers(&self, before: Timestamp) -> Result<u64>;

    /// A version by the agent's number and the version's name.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agent_version(&self, tenant: TenantId, agent: AgentNumber, name: &str) -> Result<Option<AgentVersion>>;

    /// The versions of an agent, in order of number.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn agent_versions(&self, tenant: TenantId, agent: AgentNumber, paging: Paging) -> Result<Page<AgentVersion>>;

    /// A person by the caller's id.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn person(&self, tenant: TenantId, key: &str) -> Result<Option<Person>>;

    /// The people of a tenant, newest first (by number).
    ///
    /// # Errors
    /// When storage cannot be read.
    fn people(&self, tenant: TenantId, paging: Paging) -> Result<Page<Person>>;

    /// A fingerprint by id.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn fingerprint(&self, tenant: TenantId, id: FingerprintId) -> Result<Option<Fingerprint>>;

    /// A session by the caller's id, or else by an alias, or else by ours written as a UUID. Sessions shared with the tenant are found as
    /// well.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn session(&self, tenant: TenantId, key_or_id: &str) -> Result<Option<Session>>;

    /// Sessions of the tenant (not those shared with it), newest activity first, by (`last_activity_at`, `number`) descending.
    /// `total` counts what matches the filter without its `after`. `paging.offset` counts from `after`.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn sessions(&self, tenant: TenantId, filter: &SessionFilter, paging: Paging) -> Result<Page<Session>>;

    /// The tenant's own sessions with these numbers, in order of number; others are left out.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn sessions_numbered(&self, tenant: TenantId, numbers: &[SessionNumber]) -> Result<Vec<Session>>;

    /// The numbers of the sessions of all tenants after `after`, in order, for the server's own work.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn session_numbers(&self, after: SessionNumber, at_most: usize) -> Result<Vec<(TenantId, SessionNumber)>>;

    /// A trace by its id.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn trace(&self, tenant: TenantId, id: &str) -> Result<Option<Trace>>;

    /// Those of these traces that there are, in their order. For whoever commits next: what there is not yet may be remembered as such until
    /// then.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn known_traces(&self, ids: &[(TenantId, &str)]) -> Result<Vec<Trace>> {
        ids.iter().filter_map(|(tenant, id)| self.trace(*tenant, id).transpose()).collect()
    }

    /// Traces of the tenant, newest first by (`started_at`, id) descending.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn traces(&self, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> Result<Page<Trace>>;

    /// The agents that took part in a session, in order of number, each with the versions that did.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn session_agents(&self, tenant: TenantId, session: SessionNumber) -> Result<Vec<(AgentNumber, VersionNumber)>>;

    /// The log appended to a session so far; empty when there is none.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn session_log(&self, tenant: TenantId, session: SessionNumber) -> Result<String>;

    /// Names for numbers; numbers of other tenants are left out.
    ///
    /// # Errors
    /// When storage cannot be read.
    fn names(&self, tenant: TenantId, wanted: &Wanted) -> Result<Names>;
}

/// Numbers whose names are wanted. Duplicates are harmless.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Agents.
    pub agents: Vec<AgentNumber>,
    /// Versions.
    pub versions: Vec<(AgentNumber, VersionNumber)>,
    /// People.
    pub people: Vec<PersonNumber>,
    /// Fingerprints.
    pub fingerprints: Vec<FingerprintNumber>,
    /// Sessions.
    pub sessions: Vec<SessionNumber>,
}

/// Names for numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Agent names; deleted agents keep theirs.
    pub agents: HashMap<AgentNumber, String>,
    /// Agent ids.
    pub agent_ids: HashMap<AgentNumber, AgentId>,
    /// Version names.
    pub versions: HashMap<(AgentNumber, VersionNumber), String>,
    /// Person keys.
    pub people: HashMap<PersonNumber, String>,
    /// Fingerprint ids.
    pub fingerprints: HashMap<FingerprintNumber, FingerprintId>,
    /// Session keys.
    pub sessions: HashMap<SessionNumber, String>,
    /// Session ids.
    pub session_ids: HashMap<SessionNumber, SessionId>,
}
