//! What the writer remembers between groups, so that a known name costs a look-up in memory instead of one in a table.
//!
//! Bounded by bytes, since callers choose names of any length: two generations, of which the older is forgotten when the younger
//! is full. Whatever is used moves to the younger one, so what is in use stays.

use debrief_model::{
    AgentNumber, Course, FingerprintId, FingerprintNumber, PersonNumber, Resolution, SessionId, SessionNumber, TenantId, Timestamp, Told,
    Totals, VersionNumber,
};
use hashbrown::{Equivalent, HashMap, HashSet};

use super::traces::LiveTrace;

const SESSIONS_BYTES_MAX: usize = 8 << 20;
const TRACES_BYTES_MAX: usize = 8 << 20;
const NAMES_BYTES_MAX: usize = 1 << 20;
/// What an entry takes beside its name, roughly.
const ENTRY_BYTES: usize = 64;

/// A name within a scope (an agent's number, a session's number, or 0) of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) tenant: u32,
    scope: u64,
    pub(crate) name: Box<str>,
}

/// The same, borrowed.
#[derive(Clone, Copy, Hash)]
pub(crate) struct KeyRef<'a> {
    pub(crate) tenant: TenantId,
    pub(crate) scope: u64,
    pub(crate) name: &'a str,
}

impl KeyRef<'_> {
    pub(crate) fn owned(self) -> Key {
        Key { tenant: self.tenant.0, scope: self.scope, name: self.name.into() }
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.tenant.0 == key.tenant && self.scope == key.scope && *self.name == *key.name
    }
}

/// Values by name, the least recently used ones forgotten.
pub(crate) struct Recent<V> {
    young: HashMap<Key, V>,
    old: HashMap<Key, V>,
    young_bytes: usize,
    /// Of one generation.
    bytes_max: usize,
}

impl<V> Recent<V> {
    fn new(bytes_max: usize) -> Self {
        Self { young: HashMap::new(), old: HashMap::new(), young_bytes: 0, bytes_max: bytes_max / 2 }
    }

    fn clear(&mut self) {
        *self = Self::new(self.bytes_max * 2);
    }

    pub(crate) fn put(&mut self, key: KeyRef<'_>, value: V) {
        self.keep(key.owned(), value);
    }

    /// Takes the value out; it comes back by `put`.
    pub(crate) fn take(&mut self, key: KeyRef<'_>) -> Option<V> {
        if let Some((key, value)) = self.young.remove_entry(&key) {
            self.young_bytes = self.young_bytes.saturating_sub(Self::weight(&key));
            return Some(value);
        }
        self.old.remove(&key)
    }

    /// [`Recent::put`] with a key of one's own.
    pub(crate) fn keep(&mut self, key: Key, value: V) {
        if self.young_bytes >= self.bytes_max {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        let weight = Self::weight(&key);
        if self.young.insert(key, value).is_none() {
            self.young_bytes += weight;
        }
    }

    fn weight(key: &Key) -> usize {
        key.name.len() + size_of::<V>() + ENTRY_BYTES
    }
}

impl<V: Copy> Recent<V> {
    pub(crate) fn get(&mut self, key: KeyRef<'_>) -> Option<V> {
        if let Some(value) = self.young.get(&key) {
            return Some(*value);
        }
        let (key, value) = self.old.remove_entry(&key)?;
        self.keep(key, value);
        Some(value)
    }
}

/// What recording an event must know of its session.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) number: SessionNumber,
    pub(crate) id: SessionId,
    pub(crate) agent: Option<AgentNumber>,
    /// When the event occurred that named `agent`; `None` while it is only the default.
    pub(crate) agent_named_at: Option<Timestamp>,
    pub(crate) agent_version: Option<VersionNumber>,
    /// How many of its events count as the default agent's because they name none.
    pub(crate) unnamed: u64,
    pub(crate) person: Option<PersonNumber>,
    /// When the event occurred that named `person`.
    pub(crate) person_named_at: Option<Timestamp>,
    pub(crate) fingerprint: Option<FingerprintNumber>,
    pub(crate) shared_with: Option<TenantId>,
    pub(crate) started_at: Timestamp,
    /// Whether a client told `started_at`.
    pub(crate) started_told: bool,
    pub(crate) last_activity_at: Timestamp,
    pub(crate) totals: Totals,
    /// The last agent and version known to be noted as having taken part.
    pub(crate) noted: Option<(AgentNumber, VersionNumber)>,
    /// How it ended, as told.
    pub(crate) told: Option<Told>,
    /// Whether it achieved what it was for, as told.
    pub(crate) resolution: Option<Resolution>,
    pub(crate) course: Course,
    /// The agent that the written course is under, once one is written.
    pub(crate) course_of: Option<Option<AgentNumber>>,
}

/// Everything remembered. Dropping it all is always safe: it comes back from the tables.
pub(crate) struct Caches {
    pub(crate) agents: Recent<AgentNumber>,
    pub(crate) versions: Recent<VersionNumber>,
    /// The version that an agent is now; agents that do not say what they are made of are remembered too.
    pub(crate) current: Recent<Option<VersionNumber>>,
    pub(crate) people: Recent<PersonNumber>,
    /// Unknown aliases are remembered too: they are asked for with every event.
    pub(crate) aliases: Recent<Option<AgentNumber>>,
    pub(crate) sessions: Recent<Live>,
    pub(crate) traces: Recent<LiveTrace>,
    /// Traces that are known not to be there, until the next group is committed.
    pub(crate) new_traces: HashSet<Key>,
    pub(crate) fingerprints: HashMap<(TenantId, FingerprintId), FingerprintNumber>,
}

const FINGERPRINTS_MAX: usize = 8_192;
const NEW_TRACES_MAX: usize = 8_192;

impl Caches {
    pub(crate) fn new() -> Self {
        Self {
            agents: Recent::new(NAMES_BYTES_MAX),
            versions: Recent::new(NAMES_BYTES_MAX),
            current: Recent::new(NAMES_BYTES_MAX),
            people: Recent::new(NAMES_BYTES_MAX),
            aliases: Recent::new(NAMES_BYTES_MAX),
            sessions: Recent::new(SESSIONS_BYTES_MAX),
            traces: Recent::new(TRACES_BYTES_MAX),
            new_traces: HashSet::new(),
            fingerprints: HashMap::new(),
        }
    }

    pub(crate) fn clear(&mut self) {
        let Self { agents, versions, current, people, aliases, sessions, traces, new_traces, fingerprints } = self;
        agents.clear();
        versions.clear();
        current.clear();
        people.clear();
        aliases.clear();
        sessions.clear();
        traces.clear();
        new_traces.clear();
        fingerprints.clear();
    }

    pub(crate) fn put_new_trace(&mut self, key: KeyRef<'_>) {
        if self.new_traces.len() < NEW_TRACES_MAX {
            self.new_traces.insert(key.owned());
        }
    }

    pub(crate) fn put_fingerprint(&mut self, tenant: TenantId, id: FingerprintId, number: FingerprintNumber) {
        if self.fingerprints.len() >= FINGERPRINTS_MAX {
            self.fingerprints.clear();
        }
        self.fingerprints.insert((tenant, id), number);
    }
}
