//! The reference engines behind gates, failing and forgetting when told to.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;

use debrief_model::{
    Agent, AgentFilter, AgentId, AgentNumber, AgentVersion, Aggregate, AggregateRow, ApiKey, Conversation, Error, ErrorKind, Event,
    EventId, Fingerprint, FingerprintId, KeyId, Page, Paging, Person, Position, Scan, Session, SessionFilter, SessionNumber, Tally,
    TallyRow, Tenant, TenantId, TimeRange, Timestamp, TokenSecret, Trace, TraceFilter, VersionNumber,
};
use debrief_store::{Commit, Group, KeptAnswer, Ledger, Names, Origin, RecentIds, Record, Result, Wanted, Warehouse, WarehouseFigures};
use debrief_testkit::ledger::MemoryLedger;
use parking_lot::Mutex;

use crate::gate::Gate;

/// A ledger that can hold commits up and refuse them.
#[derive(Default)]
pub(crate) struct TestLedger {
    pub(crate) inner: MemoryLedger,
    pub(crate) commits: Gate,
    /// What becomes of the next commits: `Some` fails one.
    faults: Mutex<VecDeque<Option<ErrorKind>>>,
    /// Changes per group, in order.
    groups: Mutex<Vec<usize>>,
}

impl TestLedger {
    pub(crate) fn on(inner: MemoryLedger) -> Self {
        Self { inner, ..Self::default() }
    }

    /// Lets the next `good` commits happen and fails the one after them.
    pub(crate) fn fail_after(&self, good: usize, kind: ErrorKind) {
        let mut faults = self.faults.lock();
        faults.extend(std::iter::repeat_n(None, good));
        faults.push_back(Some(kind));
    }

    pub(crate) fn groups(&self) -> Vec<usize> {
        self.groups.lock().clone()
    }

    /// All revisions ever written.
    pub(crate) fn revisions(&self) -> Vec<Event> {
        self.inner.journal(Position(0), usize::MAX).unwrap().iter().flat_map(|record| record.revisions.clone()).collect()
    }
}

impl Ledger for TestLedger {
    fn commit(&self, group: Group) -> Result<Commit> {
        self.commits.pass();
        if let Some(Some(kind)) = self.faults.lock().pop_front() {
            return Err(Error::new(kind, "The disk is broken"));
        }
        self.groups.lock().push(group.changes.len());
        self.inner.commit(group)
    }
    fn last_position(&self) -> Result<Position> {
        self.inner.last_position()
    }
    fn journal(&self, after: Position, bytes_max: usize) -> Result<Vec<Arc<Record>>> {
        self.inner.journal(after, bytes_max)
    }
    fn trim(&self, upto: Position, before: Timestamp) -> Result<u64> {
        self.inner.trim(upto, before)
    }
    fn wants_checkpoint(&self) -> bool {
        self.inner.wants_checkpoint()
    }
    fn checkpoint(&self) -> Result<()> {
        self.inner.checkpoint()
    }
    fn tenants(&self) -> Result<Vec<Tenant>> {
        self.inner.tenants()
    }
    fn create_tenant(&self, name: &str, now: Timestamp, origin: &Origin) -> Result<Tenant> {
        self.inner.create_tenant(name, now, origin)
    }
    fn keys(&self) -> Result<Vec<ApiKey>> {
        self.inner.keys()
    }
    fn create_key(&self, key: &ApiKey, origin: &Origin) -> Result<()> {
        self.inner.create_key(key, origin)
    }
    fn revoke_key(&self, id: KeyId, now: Timestamp, origin: &Origin) -> Result<ApiKey> {
        self.inner.revoke_key(id, now, origin)
    }
    fn touch_keys(&self, uses: &[(KeyId, Timestamp)]) -> Result<()> {
        self.inner.touch_keys(uses)
    }
    fn pepper(&self) -> Result<[u8; 32]> {
        self.inner.pepper()
    }
    fn token_secrets(&self) -> Result<Vec<TokenSecret>> {
        self.inner.token_secrets()
    }
    fn put_token_secret(&self, secret: &TokenSecret, origin: &Origin) -> Result<()> {
        self.inner.put_token_secret(secret, origin)
    }
    fn put_settings(&self, settings: &BTreeMap<String, String>, now: Timestamp, origin: &Origin) -> Result<()> {
        self.inner.put_settings(settings, now, origin)
    }
    fn tell_gap(&self, after: Position, upto: Position, now: Timestamp, origin: &Origin) -> Result<()> {
        self.inner.tell_gap(after, upto, now, origin)
    }
    fn notices_wait(&self) -> Result<bool> {
        self.inner.notices_wait()
    }
    fn agent_by_id(&self, tenant: TenantId, id: AgentId) -> Result<Option<Agent>> {
        self.inner.agent_by_id(tenant, id)
    }
    fn agents(&self, tenant: TenantId, filter: &AgentFilter, paging: Paging) -> Result<Page<Agent>> {
        self.inner.agents(tenant, filter, paging)
    }
    fn agent_by_prompt(&self, tenant: TenantId, hash: &[u8; 32]) -> Result<Option<Agent>> {
        self.inner.agent_by_prompt(tenant, hash)
    }
    fn conversations(&self, tenant: TenantId, agent: AgentNumber, began: TimeRange, see: &mut dyn FnMut(&Conversation)) -> Result<()> {
        self.inner.conversations(tenant, agent, began, see)
    }
    fn kept_answer(&self, tenant: TenantId, key: &str) -> Result<Option<KeptAnswer>> {
        self.inner.kept_answer(tenant, key)
    }
    fn forget_answers(&self, before: Timestamp) -> Result<u64> {
        self.inner.forget_answers(before)
    }
    fn credentials_version(&self) -> Result<u64> {
        self.inner.credentials_version()
    }
    fn agent(&self, tenant: TenantId, name: &str) -> Result<Option<Agent>> {
        self.inner.agent(tenant, name)
    }
    fn agent_version(&self, tenant: TenantId, agent: AgentNumber, name: &str) -> Result<Option<AgentVersion>> {
        self.inner.agent_version(tenant, agent, name)
    }
    fn agent_versions(&self, tenant: TenantId, agent: AgentNumber, paging: Paging) -> Result<Page<AgentVersion>> {
        self.inner.agent_versions(tenant, agent, paging)
    }
    fn person(&self, tenant: TenantId, key: &str) -> Result<Option<Person>> {
        self.inner.person(tenant, key)
    }
    fn people(&self, tenant: TenantId, paging: Paging) -> Result<Page<Person>> {
        self.inner.people(tenant, paging)
    }
    fn fingerprint(&self, tenant: TenantId, id: FingerprintId) -> Result<Option<Fingerprint>> {
        self.inner.fingerprint(tenant, id)
    }
    fn session(&self, tenant: TenantId, key_or_id: &str) -> Result<Option<Session>> {
        self.inner.session(tenant, key_or_id)
    }
    fn sessions(&self, tenant: TenantId, filter: &SessionFilter, paging: Paging) -> Result<Page<Session>> {
        self.inner.sessions(tenant, filter, paging)
    }
    fn sessions_numbered(&self, tenant: TenantId, numbers: &[SessionNumber]) -> Result<Vec<Session>> {
        self.inner.sessions_numbered(tenant, numbers)
    }
    fn session_numbers(&self, after: SessionNumber, at_most: usize) -> Result<Vec<(TenantId, SessionNumber)>> {
        self.inner.session_numbers(after, at_most)
    }
    fn trace(&self, tenant: TenantId, id: &str) -> Result<Option<Trace>> {
        self.inner.trace(tenant, id)
    }
    fn traces(&self, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> Result<Page<Trace>> {
        self.inner.traces(tenant, filter, paging)
    }
    fn session_agents(&self, tenant: TenantId, session: SessionNumber) -> Result<Vec<(AgentNumber, VersionNumber)>> {
        self.inner.session_agents(tenant, session)
    }
    fn session_log(&self, tenant: TenantId, session: SessionNumber) -> Result<String> {
        self.inner.session_log(tenant, session)
    }
    fn names(&self, tenant: TenantId, wanted: &Wanted) -> Result<Names> {
        self.inner.names(tenant, wanted)
    }
}

/// A warehouse that can hold up what is applied, break, and claim to remember little.
pub(crate) struct TestWarehouse {
    pub(crate) inner: Arc<dyn Warehouse>,
    pub(crate) applies: Gate,
    /// When set, no id is told, and the latest left out occurred then.
    pub(crate) forgotten: Option<Timestamp>,
    breaks: Mutex<bool>,
    look_ups: Mutex<Vec<TimeRange>>,
}

impl TestWarehouse {
    pub(crate) fn on(inner: Arc<dyn Warehouse>, forgotten: Option<Timestamp>) -> Self {
        Self { inner, applies: Gate::default(), forgotten, breaks: Mutex::default(), look_ups: Mutex::default() }
    }

    pub(crate) fn break_down(&self) {
        *self.breaks.lock() = true;
    }

    /// The ranges of all look-ups by id so far.
    pub(crate) fn look_ups(&self) -> Vec<TimeRange> {
        self.look_ups.lock().clone()
    }
}

impl Warehouse for TestWarehouse {
    fn apply(&self, records: &[Arc<Record>]) -> Result<()> {
        self.applies.pass();
        if *self.breaks.lock() {
            return Err(Error::new(ErrorKind::Unavailable, "The disk is broken"));
        }
        self.inner.apply(records)
    }
    fn applied(&self) -> Position {
        self.inner.applied()
    }
    fn durable(&self) -> Position {
        self.inner.durable()
    }
    fn settle(&self) -> Result<()> {
        self.inner.settle()
    }
    fn wants_settling(&self) -> bool {
        self.inner.wants_settling()
    }
    fn scan(&self, tenant: TenantId, scan: &Scan) -> Result<Page<Event>> {
        self.inner.scan(tenant, scan)
    }
    fn events(&self, tenant: TenantId, ids: &[EventId], within: TimeRange) -> Result<Vec<Event>> {
        self.look_ups.lock().push(within);
        self.inner.events(tenant, ids, within)
    }
    fn of_sessions(&self, tenant: TenantId, sessions: &[SessionNumber], within: TimeRange, at_most: u32) -> Result<Vec<Event>> {
        self.inner.of_sessions(tenant, sessions, within, at_most)
    }
    fn aggregate(&self, tenant: TenantId, aggregate: &Aggregate) -> Result<Vec<AggregateRow>> {
        self.inner.aggregate(tenant, aggregate)
    }
    fn tally(&self, tenant: TenantId, tally: &Tally) -> Result<Vec<TallyRow>> {
        self.inner.tally(tenant, tally)
    }
    fn recent_ids(&self, at_most: usize) -> Result<RecentIds> {
        match self.forgotten {
            Some(latest) => Ok(RecentIds { latest_left_out: Some(latest), ..RecentIds::default() }),
            None => self.inner.recent_ids(at_most),
        }
    }
    fn figures(&self) -> WarehouseFigures {
        self.inner.figures()
    }
}
