//! The ledger on SQLite: the journal, the catalogue and the session totals in one file, one transaction per commit group.
//!
//! One connection writes, a few read, one moves the write-ahead log into the file. SQL is written here and nowhere else. Another
//! process may have the file open at the same time to manage keys; only one process commits groups.
//!
//! A group is on disk when `commit` returns: the write-ahead log is synced with every transaction (`synchronous=FULL`). The log
//! is never moved into the file by a commit, only by [`Ledger::checkpoint`], so no commit pays for it.

mod checkpoint;
mod commit;
mod courses;
mod credentials;
mod findings;
mod open;
mod pool;
mod read;
mod row;
mod schema;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use debrief_model::{
    Agent, AgentFilter, AgentId, AgentNumber, AgentVersion, ApiKey, Conversation, Fingerprint, FingerprintId, KeyId, Page, Paging, Person,
    Position, Session, SessionFilter, SessionNumber, Tenant, TenantId, TimeRange, Timestamp, TokenSecret, Trace, TraceFilter,
    VersionNumber,
};
use debrief_store::{Commit, Group, KeptAnswer, Ledger, Names, Origin, Record, Result, Wanted};
use parking_lot::Mutex;
use rusqlite::Connection;

pub use findings::SqliteFindings;
pub use open::{OpenError, examine};

/// The ledger in one SQLite file.
pub struct SqliteLedger {
    writer: Mutex<commit::Writer>,
    readers: pool::Pool,
    checkpoints: checkpoint::Checkpoints,
}

impl SqliteLedger {
    /// Opens the ledger in the file at `path`, made where there is none. Checks only what is cheap to check; [`examine`] reads it all.
    ///
    /// # Errors
    /// When the file is no ledger, damaged, from a newer version, or cannot be read and written.
    pub fn open(path: &Path) -> std::result::Result<Self, OpenError> {
        let explain = |cause| open::explain(path, cause);
        let conn = open::writer(path)?;
        let writer = Mutex::new(commit::Writer::new(conn).map_err(explain)?);
        Ok(Self { writer, readers: pool::Pool::new(path.into()), checkpoints: checkpoint::Checkpoints::new(path.into()) })
    }

    /// The hash of every journal record so far, trimmed ones too, oldest first: each covers its record and the hash before it.
    ///
    /// # Errors
    /// When storage cannot be read.
    pub fn hashes(&self) -> Result<Vec<(Position, [u8; 32])>> {
        self.read(read::journal::hashes)
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        self.readers.with(read).map_err(row::unavailable)
    }
}

impl Ledger for SqliteLedger {
    fn commit(&self, group: Group) -> Result<Commit> {
        self.writer.lock().commit(group)
    }

    fn last_position(&self) -> Result<Position> {
        self.read(read::journal::last_position)
    }

    fn journal(&self, after: Position, bytes_max: usize) -> Result<Vec<Arc<Record>>> {
        read::journal::decode(self.read(|conn| read::journal::after(conn, after, bytes_max))?)
    }

    fn trim(&self, upto: Position, before: Timestamp) -> Result<u64> {
        commit::trim(&mut self.writer.lock().conn, upto, before).map_err(row::unavailable)
    }

    fn wants_checkpoint(&self) -> bool {
        // What goes wrong with it, goes wrong with the checkpoint too, which says so.
        self.checkpoints.are_due().unwrap_or(false)
    }

    fn checkpoint(&self) -> Result<()> {
        self.checkpoints.run(&self.writer).map(drop).map_err(row::unavailable)
    }

    fn compact(&self) -> Result<()> {
        commit::vacuum(&self.writer.lock().conn).map_err(row::unavailable)?;
        self.checkpoint()
    }

    fn tenants(&self) -> Result<Vec<Tenant>> {
        self.read(credentials::tenants)
    }

    fn create_tenant(&self, name: &str, now: Timestamp, origin: &Origin) -> Result<Tenant> {
        credentials::create_tenant(&mut self.writer.lock().conn, name, now, origin)
    }

    fn keys(&self) -> Result<Vec<ApiKey>> {
        self.read(credentials::keys)
    }

    fn create_key(&self, key: &ApiKey, origin: &Origin) -> Result<()> {
        credentials::create_key(&mut self.writer.lock().conn, key, origin)
    }

    fn revoke_key(&self, id: KeyId, now: Timestamp, origin: &Origin) -> Result<ApiKey> {
        credentials::revoke_key(&mut self.writer.lock().conn, id, now, origin)
    }

    fn touch_keys(&self, uses: &[(KeyId, Timestamp)]) -> Result<()> {
        credentials::touch_keys(&mut self.writer.lock().conn, uses).map_err(row::unavailable)
    }

    fn pepper(&self) -> Result<[u8; 32]> {
        self.read(credentials::pepper)
    }

    fn token_secrets(&self) -> Result<Vec<TokenSecret>> {
        self.read(credentials::token_secrets)
    }

    fn put_token_secret(&self, secret: &TokenSecret, origin: &Origin) -> Result<()> {
        credentials::put_token_secret(&mut self.writer.lock().conn, secret, origin)
    }

    fn put_settings(&self, settings: &BTreeMap<String, String>, now: Timestamp, origin: &Origin) -> Result<()> {
        credentials::put_settings(&mut self.writer.lock().conn, settings, now, origin)
    }

    fn tell_gap(&self, after: Position, upto: Position, now: Timestamp, origin: &Origin) -> Result<()> {
        credentials::tell_gap(&mut self.writer.lock().conn, after, upto, now, origin)
    }

    fn notices_wait(&self) -> Result<bool> {
        self.read(credentials::notices_wait)
    }

    fn credentials_version(&self) -> Result<u64> {
        self.read(credentials::version)
    }

    fn agent(&self, tenant: TenantId, name: &str) -> Result<Option<Agent>> {
        self.read(|conn| read::agents::by_name(conn, tenant, name))
    }

    fn agent_by_id(&self, tenant: TenantId, id: AgentId) -> Result<Option<Agent>> {
        self.read(|conn| read::agents::by_id(conn, tenant, id))
    }

    fn agents(&self, tenant: TenantId, filter: &AgentFilter, paging: Paging) -> Result<Page<Agent>> {
        self.read(|conn| read::agents::page(conn, tenant, filter, paging))
    }

    fn agent_by_prompt(&self, tenant: TenantId, hash: &[u8; 32]) -> Result<Option<Agent>> {
        self.read(|conn| read::agents::by_prompt(conn, tenant, hash))
    }

    fn conversations(&self, tenant: TenantId, agent: AgentNumber, began: TimeRange, see: &mut dyn FnMut(&Conversation)) -> Result<()> {
        self.read(|conn| courses::each(conn, tenant, agent, began, see))
    }

    fn kept_answer(&self, tenant: TenantId, key: &str) -> Result<Option<KeptAnswer>> {
        self.read(|conn| read::answers::kept(conn, tenant, key))
    }

    fn forget_answers(&self, before: Timestamp) -> Result<u64> {
        commit::forget_answers(&self.writer.lock().conn, before).map_err(row::unavailable)
    }

    fn agent_version(&self, tenant: TenantId, agent: AgentNumber, name: &str) -> Result<Option<AgentVersion>> {
        self.read(|conn| read::agents::version_by_name(conn, tenant, agent, name))
    }

    fn agent_versions(&self, tenant: TenantId, agent: AgentNumber, paging: Paging) -> Result<Page<AgentVersion>> {
        self.read(|conn| read::agents::versions(conn, tenant, agent, paging))
    }

    fn person(&self, tenant: TenantId, key: &str) -> Result<Option<Person>> {
        self.read(|conn| read::people::by_key(conn, tenant, key))
    }

    fn people(&self, tenant: TenantId, paging: Paging) -> Result<Page<Person>> {
        self.read(|conn| read::people::page(conn, tenant, paging))
    }

    fn fingerprint(&self, tenant: TenantId, id: FingerprintId) -> Result<Option<Fingerprint>> {
        self.read(|conn| read::people::fingerprint(conn, tenant, id))
    }

    fn session(&self, tenant: TenantId, key_or_id: &str) -> Result<Option<Session>> {
        self.read(|conn| read::sessions::by_key_or_id(conn, tenant, key_or_id))
    }

    fn sessions(&self, tenant: TenantId, filter: &SessionFilter, paging: Paging) -> Result<Page<Session>> {
        self.read(|conn| read::sessions::page(conn, tenant, filter, paging))
    }

    fn sessions_numbered(&self, tenant: TenantId, numbers: &[SessionNumber]) -> Result<Vec<Session>> {
        self.read(|conn| read::sessions::numbered(conn, tenant, numbers))
    }

    fn session_numbers(&self, after: SessionNumber, at_most: usize) -> Result<Vec<(TenantId, SessionNumber)>> {
        self.read(|conn| read::sessions::numbers(conn, after, at_most))
    }

    fn trace(&self, tenant: TenantId, id: &str) -> Result<Option<Trace>> {
        self.read(|conn| read::traces::by_id(conn, tenant, id))
    }

    fn known_traces(&self, ids: &[(TenantId, &str)]) -> Result<Vec<Trace>> {
        self.writer.lock().known_traces(ids).map_err(row::unavailable)
    }

    fn traces(&self, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> Result<Page<Trace>> {
        self.read(|conn| read::traces::page(conn, tenant, filter, paging))
    }

    fn session_agents(&self, tenant: TenantId, session: SessionNumber) -> Result<Vec<(AgentNumber, VersionNumber)>> {
        self.read(|conn| read::sessions::agents(conn, tenant, session))
    }

    fn session_log(&self, tenant: TenantId, session: SessionNumber) -> Result<String> {
        self.read(|conn| read::sessions::log(conn, tenant, session))
    }

    fn names(&self, tenant: TenantId, wanted: &Wanted) -> Result<Names> {
        self.read(|conn| read::names::names(conn, tenant, wanted))
    }
}
