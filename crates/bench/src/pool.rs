//! Prepared traffic: made once before the clock starts, patched with fresh ids at every sending.

use crate::traffic::{AgentopsSession, OtlpConversation, OtlpTrace, Traffic, VokerSession};

/// Events of each dialect in the pool: far more than any compression window holds, so reuse is no gift to the server.
const POOL_EVENTS: usize = 20_000;
/// Events of one prepared AgentOps run.
const RUN_EVENTS: usize = 1_000;

/// Sessions to draw from.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) voker: Vec<VokerSession>,
    pub(crate) agentops: Vec<AgentopsSession>,
    pub(crate) otlp: Vec<OtlpConversation>,
}

impl Pool {
    pub(crate) fn new(seed: u64, fingerprint_id: &str) -> Pool {
        Pool::sized(seed, fingerprint_id, POOL_EVENTS)
    }

    pub(crate) fn sized(seed: u64, fingerprint_id: &str, events: usize) -> Pool {
        let mut traffic = Traffic::new(seed);
        let mut voker = Vec::new();
        let mut made = 0;
        while made < events {
            let session = traffic.voker_session(fingerprint_id);
            made += session.events.len();
            voker.push(session);
        }
        let agentops = (0..events.div_ceil(RUN_EVENTS)).map(|_| traffic.agentops_session(RUN_EVENTS.min(events))).collect();
        let mut otlp = Vec::new();
        let mut made = 0;
        while made < events {
            let conversation = traffic.otlp_conversation();
            made += conversation.traces.iter().map(OtlpTrace::size).sum::<usize>();
            otlp.push(conversation);
        }
        Pool { voker, agentops, otlp }
    }
}
