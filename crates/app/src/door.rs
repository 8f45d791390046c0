//! Who was turned away. Failed log-ins are told in the event log, but not one by one: somebody who guesses keys must not be able to fill
//! the disk. Each sort is told when it begins, and then at most once a minute with how many there were.

use std::borrow::Cow;
use std::collections::HashMap;

use debrief_model::{Actor, Draft, Facts, Failure, KeyId, Kind, Mention, Resource, Status, TenantId, Timestamp, audit};
use parking_lot::Mutex;
use serde_json::json;

use crate::ctx::Asked;
use crate::events;

/// How often the same sort of failure is told: every minute, in microseconds.
const TOLD_EVERY_US: i64 = 60_000_000;
/// Sorts of failures remembered; more only make those beyond it untold until others are.
const SORTS_MAX: usize = 1_024;

/// Why somebody was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// Nobody has that key.
    UnknownKey,
    /// The key was revoked.
    Revoked,
    /// The key has expired.
    Expired,
    /// The session token is none of ours, or over.
    BadToken,
}

impl Reason {
    /// The word used in the event.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownKey => "unknown_key",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::BadToken => "bad_token",
        }
    }
}

type Sort = (Option<(TenantId, KeyId)>, Reason, &'static str);

#[derive(Clone, Copy)]
struct Count {
    untold: u64,
    first_at: Timestamp,
    last_at: Timestamp,
    told_at: Option<Timestamp>,
}

/// Counts who was turned away.
#[derive(Default)]
pub struct Door {
    counts: Mutex<HashMap<Sort, Count>>,
}

impl Door {
    /// Notes a refusal. `key` is the key that was shown, where it is one of ours.
    pub fn turned_away(&self, reason: Reason, key: Option<(TenantId, KeyId)>, asked: &Asked) {
        let sort = (key, reason, asked.source);
        let mut counts = self.counts.lock();
        if counts.len() >= SORTS_MAX && !counts.contains_key(&sort) {
            return;
        }
        let fresh = Count { untold: 0, first_at: asked.now, last_at: asked.now, told_at: None };
        let count = counts.entry(sort).or_insert(fresh);
        if count.untold == 0 {
            count.first_at = asked.now;
        }
        count.untold += 1;
        count.last_at = asked.now;
    }

    /// What is to be told now, as events of whose log it belongs to: the key's tenant, or `unknown` where nobody knows the key.
    #[must_use]
    pub fn due(&self, now: Timestamp, unknown: TenantId) -> Vec<(TenantId, Draft)> {
        let mut counts = self.counts.lock();
        let mut due = Vec::new();
        for ((key, reason, source), count) in counts.iter_mut() {
            let is_due = count.told_at.is_none_or(|told| told.plus_micros(TOLD_EVERY_US) <= now);
            if count.untold > 0 && is_due {
                due.push((key.map_or(unknown, |(tenant, _)| tenant), draft(*key, *reason, source, count)));
                count.told_at = Some(now);
                count.untold = 0;
            }
        }
        counts.retain(|_, count| count.untold > 0 || count.told_at.is_some_and(|told| told.plus_micros(TOLD_EVERY_US) > now));
        due
    }
}

fn draft(key: Option<(TenantId, KeyId)>, reason: Reason, source: &'static str, count: &Count) -> Draft {
    let id = key.map(|(_, key)| key.to_string());
    let actor = if id.is_some() { audit::API_KEY } else { audit::ANONYMOUS };
    let payload = json!({ "reason": reason.word(), "count": count.untold, "firstAtUnixMicros": count.first_at.0, "dialect": source });
    let facts = Facts {
        actor: Some(Actor { kind: actor.to_owned(), id: id.clone() }),
        resource: Some(Resource { kind: audit::API_KEY.to_owned(), id }),
        status: Status::Error,
        failure: Some(Failure { kind: Some(reason.word().to_owned()), message: None }),
        body: events::encode_body(&payload.to_string()),
        source: Cow::Borrowed("debrief"),
        ..Facts::new(Kind::Domain, "auth.failed", count.last_at, "debrief")
    };
    Draft::new(facts, Mention::default())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn asked(second: i64) -> Asked {
        Asked { now: Timestamp(second * 1_000_000), request: Uuid::nil(), source: "native" }
    }

    fn told(door: &Door, second: i64) -> Vec<(TenantId, String)> {
        let due = door.due(Timestamp(second * 1_000_000), TenantId(1)).into_iter();
        due.map(|(tenant, draft)| (tenant, String::from_utf8(debrief_store::body::decode(&draft.facts.body).unwrap()).unwrap())).collect()
    }

    #[test]
    fn the_first_is_told_at_once_and_the_rest_once_a_minute() {
        let door = Door::default();
        assert!(told(&door, 0).is_empty());
        door.turned_away(Reason::UnknownKey, None, &asked(1));
        let first = told(&door, 1);
        assert_eq!(first.len(), 1);
        assert!(first[0].1.contains(r#""count":1"#) && first[0].1.contains("unknown_key"), "{first:?}");
        for second in 2..50 {
            door.turned_away(Reason::UnknownKey, None, &asked(second));
        }
        assert!(told(&door, 50).is_empty());
        let later = told(&door, 61);
        assert!(later.len() == 1 && later[0].1.contains(r#""count":48"#), "{later:?}");
        assert!(told(&door, 200).is_empty(), "nothing more happened");
    }

    #[test]
    fn a_known_key_is_told_to_its_tenant() {
        let door = Door::default();
        door.turned_away(Reason::Revoked, Some((TenantId(7), KeyId(Uuid::from_u128(9)))), &asked(1));
        door.turned_away(Reason::UnknownKey, None, &asked(1));
        let mut tenants: Vec<_> = told(&door, 1).into_iter().map(|(tenant, _)| tenant.0).collect();
        tenants.sort_unstable();
        assert_eq!(tenants, [1, 7]);
    }
}
