//! Builders of groups and drafts for ledger tests.

use std::sync::Arc;

use debrief_model::{
    Actor, Cost, CostSource, Draft, Event, EventId, Facts, FingerprintId, Kind, Mention, Runtime, SessionPatch, Status, TenantId,
    Timestamp, Tokens,
};
use debrief_store::{Change, Commit, Group, Ledger, Origin, Outcome, Record, Result};
use uuid::Uuid;

/// The first tenant of the tests. Ledgers take any number: who may use it is decided above them.
pub const ACME: TenantId = TenantId(1);
/// Another tenant, whose rows the first must never see.
pub const RIVAL: TenantId = TenantId(2);

/// A time `micros` after the tests' beginning.
#[must_use]
pub fn at(micros: i64) -> Timestamp {
    Timestamp(1_700_000_000_000_000 + micros)
}

/// Commits `changes` as one group at `now`.
///
/// # Panics
/// When the ledger does not commit.
pub fn commit(ledger: &dyn Ledger, now: Timestamp, changes: Vec<Change>) -> Commit {
    ledger.commit(group(now, changes)).expect("the group is committed")
}

/// A group of `changes` that somebody with a key asked for.
#[must_use]
pub fn group(now: Timestamp, changes: Vec<Change>) -> Group {
    let origin = Arc::new(origin());
    Group {
        recorded_at: now,
        entropy: now.0.to_le_bytes().repeat(2).try_into().expect("twice eight bytes"),
        changes: changes.into_iter().map(|change| (origin.clone(), change)).collect(),
    }
}

/// The events of a record that somebody sent, without those that tell what they changed.
#[must_use]
pub fn sent(record: &Record) -> Vec<Event> {
    record.events.iter().filter(|event| event.facts.source != origin().source).cloned().collect()
}

/// The types of the events of a record that tell of changes, in order.
#[must_use]
pub fn told(record: &Record) -> Vec<String> {
    record.events.iter().filter(|event| event.facts.source == origin().source).map(|event| event.facts.event_type.to_string()).collect()
}

/// Somebody with a key.
#[must_use]
pub fn origin() -> Origin {
    Origin {
        actor: Actor { kind: "api_key".into(), id: Some("k1".into()) },
        correlation_id: Some("request-1".into()),
        source: "test".into(),
    }
}

/// Commits one change and answers its outcome.
///
/// # Errors
/// The change's own.
pub fn commit_one(ledger: &dyn Ledger, now: Timestamp, change: Change) -> Result<Outcome> {
    commit(ledger, now, vec![change]).outcomes.pop().expect("one outcome per change")
}

/// A model call that occurred at `occurred_at`, in the session `session`.
#[must_use]
pub fn call(occurred_at: Timestamp, session: &str) -> Draft {
    let mut facts = Facts::new(Kind::Llm, "llm.completed", occurred_at, "voker");
    facts.tokens = Tokens { input: Some(10), output: Some(3), ..Tokens::default() };
    facts.status = Status::Ok;
    facts.cost = Some(Cost { nano_usd: 5, source: CostSource::Reported });
    facts.body = b"\x00{\"said\":\"h\xc3\xa9llo\"}".to_vec().into();
    Draft::new(facts, Mention { session: Some(session.into()), ..Mention::default() })
}

/// Records drafts, each with a new id.
#[must_use]
pub fn record(tenant: TenantId, drafts: impl IntoIterator<Item = Draft>) -> Change {
    Change::Record { tenant, events: drafts.into_iter().map(|draft| (EventId(Uuid::new_v4()), draft)).collect() }
}

/// Declares an agent.
#[must_use]
pub fn put_agent(tenant: TenantId, name: &str) -> Change {
    Change::PutAgent { tenant, name: name.into(), description: None }
}

/// Says something of a session.
#[must_use]
pub fn put_session(tenant: TenantId, key: &str, patch: SessionPatch) -> Change {
    Change::PutSession { tenant, key: key.into(), patch, shared_with: None, alias: None }
}

/// Declares the `n`th runtime of the tests.
#[must_use]
pub fn put_fingerprint(tenant: TenantId, n: u32) -> Change {
    let runtime = Runtime { language: "python".into(), details: format!("{{\"n\":{n}}}"), ..Runtime::default() };
    Change::PutFingerprint { tenant, id: fingerprint_id(tenant, n), runtime }
}

/// Its id.
#[must_use]
pub fn fingerprint_id(tenant: TenantId, n: u32) -> FingerprintId {
    FingerprintId(Uuid::from_u128(u128::from(tenant.0) << 64 | u128::from(n)))
}
