//! Telling new events from re-sent ones.
//!
//! An event with a caller's id always gets the same [`EventId`], so "the same event twice" is "the same id twice". The set below
//! remembers a 64-bit hash of every recent id. A hit is confirmed by a look-up before anything is concluded from it, so the answer is exact.
//! A miss means new, unless the event occurred before the latest of those that were forgotten; then a look-up decides as well.
//!
//! So that events from clocks that run ahead do not make every event of an hour look like one that may have been forgotten, their
//! ids are carried along until the time they claim has come.

use std::sync::LazyLock;

use blake3::Hasher;
use blake3::hazmat::{ContextKey, HasherExt as _, hash_derive_key_context};
use debrief_model::{Draft, EventId, TenantId, Timestamp};
use debrief_store::{CLOCK_AHEAD_US, RecentIds};
use hashbrown::HashSet;
use uuid::Uuid;

/// Ids kept per generation; two generations are kept, 9 bytes a slot.
pub(crate) const GENERATION_IDS_MAX: usize = 1 << 20;
/// An event that claims to be later than when it came by more than this has a clock that runs ahead: one second.
const AHEAD_US: i64 = 1_000_000;
/// Ids carried along because their clocks run ahead. Beyond, they are treated like all others.
const CARRIED_IDS_MAX: usize = 1 << 16;

/// The id of the event that a caller calls `key`.
#[must_use]
pub fn event_id(tenant: TenantId, key: &str) -> EventId {
    if let Ok(uuid) = Uuid::try_parse(key) {
        return EventId(uuid);
    }
    static CONTEXT: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context("debrief event id from caller's id, version 1"));
    let mut hasher = Hasher::new_from_context_key(&CONTEXT);
    hasher.update(&tenant.0.to_le_bytes());
    hasher.update(key.as_bytes());
    let bytes = hasher.finalize().as_bytes().first_chunk().copied().unwrap_or_default();
    EventId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// Gives an event with a caller's id the id that follows from it, away from the one thread that needs it several times.
pub(crate) fn identify(tenant: TenantId, Draft { facts, id, .. }: &mut Draft) {
    if let Some(key) = &facts.key {
        *id = Some(event_id(tenant, key));
    }
}

/// The id of an event with a caller's id.
pub(crate) fn known_id(tenant: TenantId, draft: &Draft) -> Option<EventId> {
    let key = draft.facts.key.as_deref()?;
    Some(draft.id.unwrap_or_else(|| event_id(tenant, key)))
}

pub(crate) struct Identity {
    newer: Generation,
    older: Generation,
    /// Ids of events that claim to be from later than when they came, with that time.
    carried: Vec<(u64, Timestamp)>,
    /// The latest time that something forgotten occurred at.
    forgotten: Option<Timestamp>,
}

/// Ids, and the latest time that one of their events occurred at, those carried along left out.
#[derive(Default)]
struct Generation {
    ids: HashSet<u64, Plain>,
    latest: Option<Timestamp>,
}

impl Generation {
    fn hold(&mut self, digest: u64, occurred_at: Timestamp) {
        self.ids.insert(digest);
        self.latest = self.latest.max(Some(occurred_at));
    }
}

impl Identity {
    pub(crate) fn new(recent: &RecentIds) -> Self {
        let ids = recent.ids.iter().map(|(tenant, id)| digest(*tenant, *id)).collect();
        Self {
            newer: Generation { ids, latest: recent.latest },
            older: Generation::default(),
            carried: Vec::new(),
            forgotten: recent.latest_left_out,
        }
    }

    /// Whether an event with this id was probably recorded before; a look-up decides.
    pub(crate) fn remembers(&self, tenant: TenantId, id: EventId) -> bool {
        let digest = digest(tenant, id);
        self.newer.ids.contains(&digest) || self.older.ids.contains(&digest)
    }

    /// Whether an event of that time may have been recorded before and forgotten here; a look-up decides.
    pub(crate) fn may_have_forgotten(&self, occurred_at: Timestamp) -> bool {
        self.forgotten.is_some_and(|latest| occurred_at <= latest)
    }

    pub(crate) fn remember(&mut self, tenant: TenantId, id: EventId, occurred_at: Timestamp, recorded_at: Timestamp) {
        if self.newer.ids.len() >= GENERATION_IDS_MAX {
            self.begin_generation(recorded_at);
        }
        let digest = digest(tenant, id);
        if occurred_at > recorded_at.plus_micros(AHEAD_US) && self.carried.len() < CARRIED_IDS_MAX {
            self.newer.ids.insert(digest);
            self.carried.push((digest, occurred_at));
        } else {
            self.newer.hold(digest, occurred_at.min(recorded_at.plus_micros(CLOCK_AHEAD_US)));
        }
    }

    fn begin_generation(&mut self, now: Timestamp) {
        let before = std::mem::replace(&mut self.older, std::mem::take(&mut self.newer));
        self.forgotten = self.forgotten.max(before.latest);
        for (digest, at) in std::mem::take(&mut self.carried) {
            if at > now {
                self.newer.ids.insert(digest);
                self.carried.push((digest, at));
            } else {
                self.newer.hold(digest, at);
            }
        }
    }
}

fn digest(tenant: TenantId, id: EventId) -> u64 {
    let (high, low) = id.0.as_u64_pair();
    (high ^ low.rotate_left(32) ^ u64::from(tenant.0).wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

/// Ids are random already: hashing them again would only cost time.
#[derive(Clone, Copy, Default)]
struct Plain;

impl std::hash::BuildHasher for Plain {
    type Hasher = PlainHasher;
    fn build_hasher(&self) -> PlainHasher {
        PlainHasher(0)
    }
}

struct PlainHasher(u64);

impl std::hash::Hasher for PlainHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: TenantId = TenantId(1);

    fn id(n: u128) -> EventId {
        EventId(Uuid::from_u128(n * 0x1234_5678_9abc_def1_2345))
    }

    #[test]
    fn a_uuid_stays_itself_and_other_keys_get_one_id_per_tenant() {
        let uuid = "5d228221-015a-46d4-8bf9-393e51feb1f9";
        assert_eq!(event_id(T, uuid).to_string(), uuid);
        assert_eq!(event_id(T, "event-1"), event_id(T, "event-1"));
        assert_eq!(event_id(T, "event-1").to_string(), "106c15c3-7cdf-8e85-b1e6-dd8875692d57", "the same for ever");
        assert_ne!(event_id(T, "event-1"), event_id(TenantId(2), "event-1"));
        assert_ne!(event_id(T, "event-1"), event_id(T, "event-2"));
    }

    /// Event `n` came at second `n` and says it occurred `ahead` seconds later.
    fn remember(set: &mut Identity, n: u128, ahead: i64) {
        let at = Timestamp(second(n));
        set.remember(T, id(n), at.plus_micros(ahead * 1_000_000), at);
    }

    fn second(n: u128) -> i64 {
        i64::try_from(n).unwrap() * 1_000_000
    }

    #[test]
    fn remembers_two_generations_and_knows_what_it_forgot() {
        let generation = GENERATION_IDS_MAX as u128;
        let mut set = Identity::new(&RecentIds::default());
        assert!(!set.remembers(T, id(1)) && !set.may_have_forgotten(Timestamp(-1)));
        for n in 0..2 * generation {
            remember(&mut set, n, 0);
        }
        assert!(!set.may_have_forgotten(Timestamp(-1)), "nothing is forgotten yet");
        for n in 2 * generation..3 * generation {
            remember(&mut set, n, 0);
        }
        assert!(set.remembers(T, id(3 * generation - 1)));
        assert!(set.remembers(T, id(generation)));
        assert!(!set.remembers(T, id(5)));
        assert!(!set.remembers(TenantId(2), id(3 * generation - 1)), "another tenant's id is another id");
        assert!(set.may_have_forgotten(Timestamp(second(5))), "old enough to have been forgotten");
        assert!(set.may_have_forgotten(Timestamp(second(generation - 1))));
        assert!(!set.may_have_forgotten(Timestamp(second(generation - 1) + 1)), "later than anything forgotten");
    }

    #[test]
    fn ids_from_clocks_that_run_ahead_are_carried_along_until_their_time_has_come() {
        let generation = GENERATION_IDS_MAX as u128;
        let ahead = i64::try_from(4 * generation).unwrap();
        let mut set = Identity::new(&RecentIds::default());
        remember(&mut set, 0, ahead);
        for n in 1..4 * generation {
            remember(&mut set, n, 0);
        }
        assert!(set.remembers(T, id(0)) && !set.remembers(T, id(1)));
        assert!(!set.may_have_forgotten(Timestamp(second(3 * generation))), "one clock does not speak for all");
        for n in 4 * generation..8 * generation {
            remember(&mut set, n, 0);
        }
        assert!(!set.remembers(T, id(0)) && set.may_have_forgotten(Timestamp(second(4 * generation))));
    }

    #[test]
    fn more_ids_from_ahead_than_are_carried_count_up_to_an_hour() {
        let generation = GENERATION_IDS_MAX as u128;
        let mut set = Identity::new(&RecentIds::default());
        for n in 0..2 * generation {
            remember(&mut set, n, 10_000_000);
        }
        assert_eq!(set.carried.len(), CARRIED_IDS_MAX);
        assert!(set.remembers(T, id(0)), "those that are carried");
        let forgotten = Timestamp(second(generation - 1) + CLOCK_AHEAD_US);
        assert!(set.may_have_forgotten(Timestamp(second(generation))) && !set.may_have_forgotten(forgotten.plus_micros(1)));
    }
}
