//! The reference ledger: everything in vectors, every question answered by looking at all of it.
//!
//! Written to be obviously right, not to be fast; engines are compared with it.

use std::sync::Arc;

use debrief_model::{
    Agent, AgentNumber, AgentVersion, ApiKey, Error, ErrorKind, Fingerprint, FingerprintId, KeyId, Page, Paging, Person, Position, Seq,
    Session, SessionFilter, SessionNumber, Subject, Tenant, TenantId, Timestamp, TokenSecret, VersionNumber,
};
use debrief_store::{Commit, Group, Ledger, Names, Record, Result, Wanted};
use parking_lot::Mutex;

/// A ledger in memory. Clones share what they hold.
#[derive(Clone, Default)]
pub struct MemoryLedger {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) journal: Vec<Kept>,
    pub(super) seq: Seq,
    pub(super) agents: Vec<Agent>,
    pub(super) versions: Vec<AgentVersion>,
    pub(super) people: Vec<Person>,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) sessions: Vec<Held>,
    tenants: Vec<Tenant>,
    keys: Vec<ApiKey>,
    token_secrets: Vec<TokenSecret>,
    credentials_version: u64,
}

/// A journal record, or what is left of a trimmed one.
pub(super) struct Kept {
    pub(super) recorded_at: Timestamp,
    pub(super) record: Option<Arc<Record>>,
}

/// A session and what hangs on it.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) session: Session,
    /// Whether an event named the session's agent.
    pub(super) agent_named: bool,
    /// Who took part, in order and without duplicates.
    pub(super) agents: Vec<(AgentNumber, VersionNumber)>,
    pub(super) aliases: Vec<(String, AgentNumber)>,
    pub(super) threads: Vec<(String, Option<String>)>,
    pub(super) log: String,
}

impl Ledger for MemoryLedger {
    fn commit(&self, group: Group) -> Result<Commit> {
        Ok(super::reference_commit::commit(&mut self.state.lock(), group))
    }

    fn last_position(&self) -> Result<Position> {
        Ok(Position(self.state.lock().journal.len() as u64))
    }

    fn journal(&self, after: Position, bytes_max: usize) -> Result<Vec<Arc<Record>>> {
        let state = self.state.lock();
        let rest = state.journal.get(after.0 as usize..).unwrap_or_default();
        if rest.first().is_some_and(|kept| kept.record.is_none()) {
            return Err(Error::new(ErrorKind::Unavailable, "These records were trimmed from the journal"));
        }
        let mut bytes = 0;
        let mut found = Vec::new();
        for record in rest.iter().map_while(|kept| kept.record.clone()) {
            bytes += record.encode().len();
            found.push(record);
            if bytes >= bytes_max {
                break;
            }
        }
        Ok(found)
    }

    fn trim(&self, upto: Position, before: Timestamp) -> Result<u64> {
        let mut trimmed = 0;
        for kept in self.state.lock().journal.iter_mut().take(upto.0 as usize) {
            if kept.recorded_at < before && kept.record.take().is_some() {
                trimmed += 1;
            }
        }
        Ok(trimmed)
    }

    fn checkpoint(&self) -> Result<()> {
        Ok(())
    }

    fn tenants(&self) -> Result<Vec<Tenant>> {
        Ok(self.state.lock().tenants.clone())
    }

    fn create_tenant(&self, name: &str, now: Timestamp) -> Result<Tenant> {
        let mut state = self.state.lock();
        if state.tenants.iter().any(|tenant| tenant.name == name) {
            return Err(Error::new(ErrorKind::Conflict, "A tenant of that name exists"));
        }
        let tenant = Tenant { id: TenantId(state.tenants.len() as u32 + 1), name: name.into(), created_at: now };
        state.tenants.push(tenant.clone());
        state.credentials_version += 1;
        Ok(tenant)
    }

    fn keys(&self) -> Result<Vec<ApiKey>> {
        let mut keys = self.state.lock().keys.clone();
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    fn create_key(&self, key: &ApiKey) -> Result<()> {
        let mut state = self.state.lock();
        if state.keys.iter().any(|known| known.id == key.id || known.hash == key.hash) {
            return Err(Error::new(ErrorKind::Conflict, "That key exists"));
        }
        state.keys.push(key.clone());
        state.credentials_version += 1;
        Ok(())
    }

    fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<ApiKey> {
        let mut state = self.state.lock();
        state.credentials_version += 1;
        let key = state.keys.iter_mut().find(|key| key.id == id);
        let key = key.ok_or_else(|| Error::not_found(Subject::Key(id.to_string())))?;
        key.revoked_at.get_or_insert(now);
        Ok(key.clone())
    }

    fn touch_keys(&self, uses: &[(KeyId, Timestamp)]) -> Result<()> {
        let mut state = self.state.lock();
        for (id, at) in uses {
            for key in state.keys.iter_mut().filter(|key| key.id == *id) {
                key.last_used_at = key.last_used_at.max(Some(*at));
            }
        }
        Ok(())
    }

    fn pepper(&self) -> Result<[u8; 32]> {
        Ok([7; 32])
    }

    fn token_secrets(&self) -> Result<Vec<TokenSecret>> {
        Ok(self.state.lock().token_secrets.clone())
    }

    fn put_token_secret(&self, secret: &TokenSecret) -> Result<()> {
        let mut state = self.state.lock();
        state.token_secrets.insert(0, secret.clone());
        state.token_secrets.truncate(2);
        state.credentials_version += 1;
        Ok(())
    }

    fn credentials_version(&self) -> Result<u64> {
        Ok(self.state.lock().credentials_version)
    }

    fn agent(&self, tenant: TenantId, name: &str) -> Result<Option<Agent>> {
        Ok(self.state.lock().agents.iter().find(|agent| agent.tenant == tenant && agent.name == name).cloned())
    }

    fn agent_version(&self, tenant: TenantId, agent: AgentNumber, name: &str) -> Result<Option<AgentVersion>> {
        let state = self.state.lock();
        Ok(state.versions.iter().find(|version| version.tenant == tenant && version.agent == agent && version.name == name).cloned())
    }

    fn agent_versions(&self, tenant: TenantId, agent: AgentNumber, paging: Paging) -> Result<Page<AgentVersion>> {
        let state = self.state.lock();
        Ok(page(state.versions.iter().filter(|version| version.tenant == tenant && version.agent == agent).cloned(), paging))
    }

    fn person(&self, tenant: TenantId, key: &str) -> Result<Option<Person>> {
        Ok(self.state.lock().people.iter().find(|person| person.tenant == tenant && person.key == key).cloned())
    }

    fn people(&self, tenant: TenantId, paging: Paging) -> Result<Page<Person>> {
        let state = self.state.lock();
        Ok(page(state.people.iter().rev().filter(|person| person.tenant == tenant).cloned(), paging))
    }

    fn fingerprint(&self, tenant: TenantId, id: FingerprintId) -> Result<Option<Fingerprint>> {
        let state = self.state.lock();
        Ok(state.fingerprints.iter().find(|fingerprint| fingerprint.tenant == tenant && fingerprint.id == id).cloned())
    }

    fn session(&self, tenant: TenantId, key_or_id: &str) -> Result<Option<Session>> {
        let state = self.state.lock();
        let sessions = || state.sessions.iter().map(|held| &held.session);
        let own = |session: &&Session| session.tenant == tenant;
        let shared = |session: &&Session| session.shared_with == Some(tenant);
        let by_key = |session: &&Session| session.key == key_or_id;
        let by_id = |session: &&Session| session.id.0.to_string() == key_or_id;
        let found = sessions().filter(own).find(by_key).or_else(|| sessions().filter(shared).find(by_key));
        Ok(found.or_else(|| sessions().filter(|session| own(session) || shared(session)).find(by_id)).cloned())
    }

    fn sessions(&self, tenant: TenantId, filter: &SessionFilter, paging: Paging) -> Result<Page<Session>> {
        let state = self.state.lock();
        let place = |session: &Session| (session.last_activity_at, session.number);
        let mut found: Vec<&Session> =
            state.sessions.iter().filter(|held| held.session.tenant == tenant && matches(held, filter)).map(|held| &held.session).collect();
        found.sort_by_key(|session| std::cmp::Reverse(place(session)));
        let total = found.len() as u64;
        let rest = found.into_iter().filter(|session| filter.after.is_none_or(|after| place(session) < after)).cloned();
        Ok(Page { total, ..page(rest, paging) })
    }

    fn session_agents(&self, tenant: TenantId, session: SessionNumber) -> Result<Vec<(AgentNumber, VersionNumber)>> {
        Ok(self.held(tenant, session).map(|held| held.agents).unwrap_or_default())
    }

    fn session_log(&self, tenant: TenantId, session: SessionNumber) -> Result<String> {
        Ok(self.held(tenant, session).map(|held| held.log).unwrap_or_default())
    }

    fn names(&self, tenant: TenantId, wanted: &Wanted) -> Result<Names> {
        let state = self.state.lock();
        let mut names = Names::default();
        for agent in state.agents.iter().filter(|agent| agent.tenant == tenant && wanted.agents.contains(&agent.number)) {
            names.agents.insert(agent.number, agent.name.clone());
        }
        for version in state.versions.iter().filter(|version| version.tenant == tenant) {
            if wanted.versions.contains(&(version.agent, version.number)) {
                names.versions.insert((version.agent, version.number), version.name.clone());
            }
        }
        for person in state.people.iter().filter(|person| person.tenant == tenant && wanted.people.contains(&person.number)) {
            names.people.insert(person.number, person.key.clone());
        }
        for known in state.fingerprints.iter().filter(|known| known.tenant == tenant && wanted.fingerprints.contains(&known.number)) {
            names.fingerprints.insert(known.number, known.id);
        }
        for held in state.sessions.iter().filter(|held| held.session.tenant == tenant && wanted.sessions.contains(&held.session.number)) {
            names.sessions.insert(held.session.number, held.session.key.clone());
        }
        Ok(names)
    }
}

impl MemoryLedger {
    fn held(&self, tenant: TenantId, session: SessionNumber) -> Option<Held> {
        let state = self.state.lock();
        state.sessions.iter().find(|held| held.session.tenant == tenant && held.session.number == session).cloned()
    }
}

fn matches(held: &Held, filter: &SessionFilter) -> bool {
    let SessionFilter { agent, agent_version, person, tag, end_state, time, after: _ } = filter;
    let session = &held.session;
    let took_part = |&(number, version): &(AgentNumber, VersionNumber)| {
        agent.is_none_or(|agent| agent == number) && agent_version.is_none_or(|wanted| wanted == version)
    };
    (agent.is_none() && agent_version.is_none() || held.agents.iter().any(took_part))
        && person.is_none_or(|person| session.person == Some(person))
        && tag.as_ref().is_none_or(|tag| session.set.tags.as_ref().is_some_and(|tags| tags.contains(tag)))
        && end_state.as_ref().is_none_or(|wanted| session.set.end_state.as_ref() == Some(wanted))
        && time.contains(session.last_activity_at)
}

fn page<T>(all: impl Iterator<Item = T>, paging: Paging) -> Page<T> {
    let all: Vec<T> = all.collect();
    let total = all.len() as u64;
    Page { rows: all.into_iter().skip(paging.offset as usize).take(paging.limit as usize).collect(), total }
}
