//! Ids that a ledger makes up: time-ordered UUIDs (version 7) that follow from the group's entropy and from what they are for, so
//! that they are unpredictable to callers and the same in every ledger that is told the same.

use debrief_model::{AgentId, AgentNumber, EventId, Seq, SessionId, SessionNumber, TenantId, Timestamp};
use uuid::{Builder, Uuid};

/// Makes the ids of one group.
#[derive(Clone, Copy, Debug)]
pub struct Mint {
    recorded_at: Timestamp,
    entropy: [u8; 16],
}

impl Mint {
    /// The mint of a group.
    #[must_use]
    pub fn new(recorded_at: Timestamp, entropy: [u8; 16]) -> Self {
        Self { recorded_at, entropy }
    }

    /// The id of a new session.
    #[must_use]
    pub fn session(&self, number: SessionNumber) -> SessionId {
        SessionId(self.uuid(b"session", number.0, 0))
    }

    /// The id of a new agent.
    #[must_use]
    pub fn agent(&self, tenant: TenantId, number: AgentNumber) -> AgentId {
        AgentId(self.uuid(b"agent", number.0.into(), tenant.0))
    }

    /// The id of an event that tells of a change.
    #[must_use]
    pub fn event(&self, seq: Seq) -> EventId {
        EventId(self.uuid(b"event", seq.0, 0))
    }

    fn uuid(&self, what: &[u8], number: u64, scope: u32) -> Uuid {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.entropy).update(what).update(&number.to_le_bytes()).update(&scope.to_le_bytes());
        let mut random = [0; 10];
        hasher.finalize_xof().fill(&mut random);
        let millis = u64::try_from(self.recorded_at.0.div_euclid(1_000)).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_entropy_and_use_and_nothing_else() {
        let mint = Mint::new(Timestamp(1_700_000_000_000_000), [7; 16]);
        let id = mint.session(SessionNumber(1)).0;
        assert_eq!((id.get_version_num(), id), (7, mint.session(SessionNumber(1)).0));
        assert_ne!(id, mint.session(SessionNumber(2)).0);
        assert_ne!(id, mint.event(Seq(1)).0);
        assert_ne!(id, Mint::new(Timestamp(1_700_000_000_000_000), [8; 16]).session(SessionNumber(1)).0);
        assert_ne!(mint.agent(TenantId(1), AgentNumber(1)), mint.agent(TenantId(2), AgentNumber(1)));
        assert!(Mint::new(Timestamp(-5), [7; 16]).event(Seq(1)).0.get_version_num() == 7, "times before 1970 do no harm");
    }
}
