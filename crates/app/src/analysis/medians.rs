//! How long answers of an agent usually take: the median over its conversations that were looked at last.

use std::collections::{HashMap, VecDeque};

use debrief_model::{AgentNumber, TenantId, TimeRange, Timestamp};
use debrief_store::Findings;

/// Conversations that count: the latest.
const CONVERSATIONS_MAX: usize = 500;
/// Conversations below which nobody knows what is usual.
const CONVERSATIONS_MIN: usize = 5;
/// How far back conversations are looked for when an agent is met for the first time.
const BACK_US: i64 = 7 * 86_400 * 1_000_000;

/// Usual response times by agent.
#[derive(Debug, Default)]
pub(crate) struct Medians(HashMap<(TenantId, AgentNumber), VecDeque<u32>>);

impl Medians {
    /// The median of an agent's, microseconds; `None` where too few conversations are known.
    pub(crate) fn of(
        &mut self,
        findings: &dyn Findings,
        tenant: TenantId,
        agent: AgentNumber,
        now: Timestamp,
    ) -> crate::Result<Option<i64>> {
        if let std::collections::hash_map::Entry::Vacant(place) = self.0.entry((tenant, agent)) {
            let began = TimeRange { from: Some(now.plus_micros(-BACK_US)), to: None };
            let mut known = VecDeque::new();
            findings.outlines(tenant, Some(agent), began, &mut |outlined| {
                outlined.outline.response_ms.into_iter().for_each(|ms| push(&mut known, ms));
            })?;
            place.insert(known);
        }
        let known = &self.0[&(tenant, agent)];
        if known.len() < CONVERSATIONS_MIN {
            return Ok(None);
        }
        let mut sorted: Vec<u32> = known.iter().copied().collect();
        let middle = sorted.len() / 2;
        Ok(Some(i64::from(*sorted.select_nth_unstable(middle).1) * 1_000))
    }

    /// Adds a conversation.
    pub(crate) fn add(&mut self, tenant: TenantId, agent: AgentNumber, response_ms: Option<u32>) {
        if let (Some(ms), Some(known)) = (response_ms, self.0.get_mut(&(tenant, agent))) {
            push(known, ms);
        }
    }
}

fn push(known: &mut VecDeque<u32>, ms: u32) {
    known.push_back(ms);
    if known.len() > CONVERSATIONS_MAX {
        known.pop_front();
    }
}
