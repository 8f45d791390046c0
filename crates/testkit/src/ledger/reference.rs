//! The reference ledger: everything in vectors, every question answered by looking at all of it.
//!
//! Written to be obviously right, not to be fast; engines are compared with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use debrief_model::{
    Agent, AgentFilter, AgentId, AgentNumber, AgentVersion, ApiKey, Conversation, Error, ErrorKind, Fingerprint, FingerprintId, KeyId,
    Page, Paging, Person, Position, Seq, Session, SessionFilter, SessionNumber, Subject, Tenant, TenantId, TimeRange, Timestamp,
    TokenSecret, Trace, TraceFilter, VersionNumber,
};
use debrief_store::{Commit, Group, KeptAnswer, Ledger, Names, Notice, Origin, Record, Result, Wanted, notice};
use parking_lot::Mutex;

use super::reference_traces::{self, HeldTrace};

/// A ledger in memory. Clones share what they hold.
#[derive(Clone, Default)]
pub struct MemoryLedger {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) journal: Vec<Kept>,
    pub(super) seq: Seq,
    pub(super) agents: Vec<HeldAgent>,
    pub(super) versions: Vec<AgentVersion>,
    pub(super) people: Vec<Person>,
    pub(super) fingerprints: Vec<Fingerprint>,
    pub(super) sessions: Vec<Held>,
    /// The number of the newest session, those that are gone included.
    pub(super) newest_session: u64,
    pub(super) traces: Vec<HeldTrace>,
    pub(super) session_aliases: HashMap<(TenantId, String), SessionNumber>,
    pub(super) answers: BTreeMap<(TenantId, String), KeptAnswer>,
    pub(super) notices: Vec<(TenantId, Arc<Origin>, Notice)>,
    tenants: Vec<Tenant>,
    keys: Vec<ApiKey>,
    token_secrets: Vec<TokenSecret>,
    credentials_version: u64,
    settings: Option<BTreeMap<String, String>>,
}

/// A journal record, or what is left of a trimmed one.
pub(super) struct Kept {
    pub(super) recorded_at: Timestamp,
    pub(super) record: Option<Arc<Record>>,
}

/// An agent, hidden or not.
pub(super) struct HeldAgent {
    pub(super) agent: Agent,
    pub(super) deleted: bool,
}

impl State {
    fn agent(&self, tenant: TenantId, is: impl Fn(&Agent) -> bool) -> Option<Agent> {
        self.live_agents(tenant).find(|agent| is(agent)).cloned()
    }

    /// Newest first.
    fn live_agents(&self, tenant: TenantId) -> impl Iterator<Item = &Agent> {
        let live = move |held: &&HeldAgent| held.agent.tenant == tenant && !held.deleted;
        self.agents.iter().rev().filter(live).map(|held| &held.agent)
    }

    fn tell_all(&mut self, at: Timestamp, origin: &Origin, notices: impl IntoIterator<Item = Notice>) {
        for notice in notices {
            for tenant in self.tenants.clone() {
                self.keep_notice(tenant.id, at, notice.clone(), origin);
            }
        }
    }

    fn keep_notice(&mut self, tenant: TenantId, at: Timestamp, mut notice: Notice, origin: &Origin) {
        notice.occurred_at.get_or_insert(at);
        self.notices.push((tenant, Arc::new(origin.clone()), notice));
    }
}

/// A session and what hangs on it.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) session: Session,
    /// When the event occurred that named the session's agent; `None` while it is only the default.
    pub(super) agent_named_at: Option<Timestamp>,
    /// When the event occurred that named its person.
    pub(super) person_named_at: Option<Timestamp>,
    /// How many of its events count as the default agent's because they name none.
    pub(super) unnamed: u64,
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

    fn wants_checkpoint(&self) -> bool {
        false
    }

    fn checkpoint(&self) -> Result<()> {
        Ok(())
    }

    fn tenants(&self) -> Result<Vec<Tenant>> {
        Ok(self.state.lock().tenants.clone())
    }

    fn create_tenant(&self, name: &str, now: Timestamp, origin: &Origin) -> Result<Tenant> {
        let mut state = self.state.lock();
        if state.tenants.iter().any(|tenant| tenant.name == name) {
            return Err(Error::new(ErrorKind::Conflict, "A tenant of that name exists"));
        }
        let tenant = Tenant { id: TenantId(state.tenants.len() as u32 + 1), name: name.into(), created_at: now };
        state.tenants.push(tenant.clone());
        state.keep_notice(tenant.id, now, notice::tenant_created(&tenant), origin);
        state.credentials_version += 1;
        Ok(tenant)
    }

    fn keys(&self) -> Result<Vec<ApiKey>> {
        let mut keys = self.state.lock().keys.clone();
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    fn create_key(&self, key: &ApiKey, origin: &Origin) -> Result<()> {
        let mut state = self.state.lock();
        if state.keys.iter().any(|known| known.id == key.id || known.hash == key.hash) {
            return Err(Error::new(ErrorKind::Conflict, "That key exists"));
        }
        state.keys.push(key.clone());
        state.keep_notice(key.tenant, key.created_at, notice::key_created(key), origin);
        state.credentials_version += 1;
        Ok(())
    }

    fn revoke_key(&self, id: KeyId, now: Timestamp, origin: &Origin) -> Result<ApiKey> {
        let mut state = self.state.lock();
        state.credentials_version += 1;
        let key = state.keys.iter_mut().find(|key| key.id == id);
        let key = key.ok_or_else(|| Error::not_found(Subject::Key(id.to_string())))?;
        let was_live = key.revoked_at.is_none();
        key.revoked_at.get_or_insert(now);
        let key = key.clone();
        if was_live {
            state.keep_notice(key.tenant, now, notice::key_revoked(&key), origin);
        }
        Ok(key)
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

    fn put_token_secret(&self, secret: &TokenSecret, origin: &Origin) -> Result<()> {
        let mut state = self.state.lock();
        state.tell_all(secret.created_at, origin, [notice::token_secret_rotated(secret)]);
        state.token_secrets.insert(0, secret.clone());
        state.token_secrets.truncate(2);
        state.credentials_version += 1;
        Ok(())
    }

    fn put_settings(&self, settings: &BTreeMap<String, String>, now: Timestamp, origin: &Origin) -> Result<()> {
        let mut state = self.state.lock();
        if let Some(before) = state.settings.replace(settings.clone()) {
            state.tell_all(now, origin, notice::settings_updated(&before, settings));
        }
        Ok(())
    }

    fn tell_gap(&self, after: Position, upto: Position, now: Timestamp, origin: &Origin) -> Result<()> {
        self.state.lock().tell_all(now, origin, [notice::gap_accepted(after, upto)]);
        Ok(())
    }

    fn notices_wait(&self) -> Result<bool> {
        Ok(!self.state.lock().notices.is_empty())
    }

    fn credentials_version(&self) -> Result<u64> {
        Ok(self.state.lock().credentials_version)
    }

    fn agent(&self, tenant: TenantId, name: &str) -> Result<Option<Agent>> {
        Ok(self.state.lock().agent(tenant, |agent| agent.name == name))
    }

    fn agent_by_id(&self, tenant: TenantId, id: AgentId) -> Result<Option<Agent>> {
        Ok(self.state.lock().agent(tenant, |agent| agent.id == id))
    }

    fn agents(&self, tenant: TenantId, filter: &AgentFilter, paging: Paging) -> Result<Page<Agent>> {
        let AgentFilter { status, tags } = filter;
        let state = self.state.lock();
        let matches =
            |agent: &&Agent| status.is_none_or(|status| agent.status == status) && tags.iter().all(|wanted| agent.tags.contains(wanted));
        Ok(page(state.live_agents(tenant).filter(matches).cloned(), paging))
    }

    fn agent_by_prompt(&self, tenant: TenantId, hash: &[u8; 32]) -> Result<Option<Agent>> {
        let state = self.state.lock();
        let has = |config: &debrief_model::AgentConfig| config.prompt.as_ref().is_some_and(|prompt| prompt.hash == *hash);
        if let Some(now) = state.agent(tenant, |agent| has(&agent.config)) {
            return Ok(Some(now));
        }
        let live = |version: &&AgentVersion| state.live_agents(tenant).any(|agent| agent.number == version.agent);
        let once = state.versions.iter().filter(|version| version.tenant == tenant && has(&version.config)).filter(live);
        let newest = once.max_by_key(|version| (version.created_at, version.agent));
        Ok(newest.and_then(|version| state.agent(tenant, |agent| agent.number == version.agent)))
    }

    fn conversations(&self, tenant: TenantId, agent: AgentNumber, began: TimeRange, see: &mut dyn FnMut(&Conversation)) -> Result<()> {
        let state = self.state.lock();
        let led = state.sessions.iter().map(|held| &held.session);
        let of_agent = |session: &&Session| session.tenant == tenant && session.agent == Some(agent) && began.contains(session.started_at);
        let mut found: Vec<_> = led.filter(of_agent).map(Conversation::of).collect();
        found.sort_by_key(|conversation| conversation.session);
        found.iter().for_each(see);
        Ok(())
    }

    fn kept_answer(&self, tenant: TenantId, key: &str) -> Result<Option<KeptAnswer>> {
        Ok(self.state.lock().answers.get(&(tenant, key.to_owned())).cloned())
    }

    fn forget_answers(&self, before: Timestamp) -> Result<u64> {
        let mut state = self.state.lock();
        let had = state.answers.len();
        state.answers.retain(|_, kept| kept.answered_at >= before);
        Ok((had - state.answers.len()) as u64)
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
        let aliased = state.session_aliases.get(&(tenant, key_or_id.to_owned())).copied();
        let by_alias = |session: &&Session| Some(session.number) == aliased;
        let found = sessions().filter(own).find(by_key).or_else(|| sessions().filter(own).find(by_alias));
        let found = found.or_else(|| sessions().filter(shared).find(by_key));
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

    fn sessions_numbered(&self, tenant: TenantId, numbers: &[SessionNumber]) -> Result<Vec<Session>> {
        let state = self.state.lock();
        let own = state.sessions.iter().map(|held| &held.session).filter(|session| session.tenant == tenant);
        let mut found: Vec<Session> = own.filter(|session| numbers.contains(&session.number)).cloned().collect();
        found.sort_by_key(|session| session.number);
        Ok(found)
    }

    fn session_numbers(&self, after: SessionNumber, at_most: usize) -> Result<Vec<(TenantId, SessionNumber)>> {
        let state = self.state.lock();
        let mut found: Vec<_> =
            state.sessions.iter().map(|held| (held.session.tenant, held.session.number)).filter(|(_, number)| *number > after).collect();
        found.sort_by_key(|(_, number)| *number);
        found.truncate(at_most);
        Ok(found)
    }

    fn trace(&self, tenant: TenantId, id: &str) -> Result<Option<Trace>> {
        Ok(reference_traces::find(&self.state.lock(), tenant, id))
    }

    fn traces(&self, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> Result<Page<Trace>> {
        Ok(reference_traces::list(&self.state.lock(), tenant, filter, paging))
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
        let agents = state.agents.iter().map(|held| &held.agent);
        for agent in agents.filter(|agent| agent.tenant == tenant && wanted.agents.contains(&agent.number)) {
            names.agents.insert(agent.number, agent.name.clone());
            names.agent_ids.insert(agent.number, agent.id);
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
            names.session_ids.insert(held.session.number, held.session.id);
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

pub(super) fn page<T>(all: impl Iterator<Item = T>, paging: Paging) -> Page<T> {
    let all: Vec<T> = all.collect();
    let total = all.len() as u64;
    Page { rows: all.into_iter().skip(paging.offset as usize).take(paging.limit as usize).collect(), total }
}
