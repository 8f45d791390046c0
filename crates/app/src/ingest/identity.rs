//! Telling new events from re-sent ones.
//!
//! An event with a caller's id always gets the same [`EventId`], so "the same event twice" is "the same id twice". The set below
//! remembers a 64-bit hash of every recent id. A hit is confirmed by a look-up before anything is concluded from it, so the answer is exact.
//! A miss means new, unless the event claims to be older than what the set is complete for; then a look-up decides as well.

use debrief_model::{EventId, TenantId, Timestamp};
use debrief_store::RecentIds;
use hashbrown::HashSet;
use uuid::Uuid;

/// Ids kept per generation; two generations are kept, 9 bytes a slot.
pub(crate) const GENERATION_IDS_MAX: usize = 1 << 20;
/// How far a client's clock may be ahead of ours before a very late repetition of its event could go unnoticed: one hour.
const SKEW_US: i64 = 3_600 * 1_000_000;

/// The id of the event that a caller calls `key`.
#[must_use]
pub fn event_id(tenant: TenantId, key: &str) -> EventId {
    if let Ok(uuid) = Uuid::try_parse(key) {
        return EventId(uuid);
    }
    let mut hasher = blake3::Hasher::new_derive_key("debrief event id from caller's id, version 1");
    hasher.update(&tenant.0.to_le_bytes());
    hasher.update(key.as_bytes());
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    EventId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

pub(crate) struct Identity {
    newer: HashSet<u64, Plain>,
    older: HashSet<u64, Plain>,
    newer_since: Timestamp,
    complete_since: Option<Timestamp>,
}

impl Identity {
    pub(crate) fn new(recent: &RecentIds, now: Timestamp) -> Self {
        let mut newer = HashSet::with_hasher(Plain);
        newer.extend(recent.ids.iter().map(|(tenant, id)| digest(*tenant, *id)));
        Self {
            newer,
            older: HashSet::with_hasher(Plain),
            newer_since: recent.complete_since.unwrap_or(now),
            complete_since: recent.complete_since,
        }
    }

    /// Whether an event with this id was probably recorded before; a look-up decides.
    pub(crate) fn remembers(&self, tenant: TenantId, id: EventId) -> bool {
        let digest = digest(tenant, id);
        self.newer.contains(&digest) || self.older.contains(&digest)
    }

    /// Whether an event of that time may have been recorded before and forgotten here; a look-up decides.
    pub(crate) fn may_have_forgotten(&self, occurred_at: Timestamp) -> bool {
        self.complete_since.is_some_and(|since| occurred_at < since.plus_micros(SKEW_US))
    }

    pub(crate) fn remember(&mut self, tenant: TenantId, id: EventId, recorded_at: Timestamp) {
        if self.newer.len() >= GENERATION_IDS_MAX {
            self.older = std::mem::replace(&mut self.newer, HashSet::with_hasher(Plain));
            self.complete_since = Some(self.newer_since);
            self.newer_since = recorded_at;
        }
        self.newer.insert(digest(tenant, id));
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
        assert_ne!(event_id(T, "event-1"), event_id(TenantId(2), "event-1"));
        assert_ne!(event_id(T, "event-1"), event_id(T, "event-2"));
    }

    #[test]
    fn remembers_two_generations_and_knows_what_it_forgot() {
        let generation = GENERATION_IDS_MAX as u128;
        let mut set = Identity::new(&RecentIds::default(), Timestamp(0));
        assert!(!set.remembers(T, id(1)) && !set.may_have_forgotten(Timestamp(-1)));
        for n in 0..3 * generation {
            set.remember(T, id(n), Timestamp(i64::try_from(n).unwrap()));
        }
        assert!(set.remembers(T, id(3 * generation - 1)));
        assert!(set.remembers(T, id(2 * generation - 1)));
        assert!(!set.remembers(T, id(5)));
        assert!(!set.remembers(TenantId(2), id(3 * generation - 1)), "another tenant's id is another id");
        assert!(set.may_have_forgotten(Timestamp(5)), "old enough to have been forgotten");
        assert!(!set.may_have_forgotten(Timestamp(3 * GENERATION_IDS_MAX as i64 + SKEW_US)), "newer than anything forgotten");
    }
}
