//! All that a ledger answers, as lines of text that can be compared.

use debrief_model::{
    AgentFilter, AgentNumber, Conversation, FingerprintNumber, Page, Paging, PersonNumber, Position, SessionFilter, SessionNumber,
    TenantId, TimeRange, TraceFilter, VersionNumber,
};
use debrief_store::{Ledger, Wanted};

/// Everything there is in one page.
pub const ALL: Paging = Paging { limit: 100_000, offset: 0 };
const NUMBERS_MAX: u32 = 16;

/// Everything that `tenants` can read, and the journal. Two ledgers that were told the same differ in nothing.
///
/// # Panics
/// When the ledger cannot be read.
#[must_use]
pub fn lines(ledger: &dyn Ledger, tenants: &[TenantId]) -> Vec<String> {
    let mut lines = vec![format!("position {}", ledger.last_position().expect("the ledger can be read"))];
    for &tenant in tenants {
        agents(ledger, tenant, &mut lines);
        page(&ledger.people(tenant, ALL).expect("the ledger can be read"), &mut lines);
        sessions(ledger, tenant, &mut lines);
        traces(ledger, tenant, &mut lines);
    }
    match ledger.journal(Position(0), usize::MAX) {
        Ok(records) => lines.extend(records.iter().map(|record| format!("{record:?}"))),
        Err(error) => lines.push(format!("journal: {error}")),
    }
    lines
}

fn page<T: std::fmt::Debug>(page: &Page<T>, lines: &mut Vec<String>) {
    lines.push(format!("{} in all", page.total));
    lines.extend(page.rows.iter().map(|row| format!("{row:?}")));
}

fn agents(ledger: &dyn Ledger, tenant: TenantId, lines: &mut Vec<String>) {
    let agents: Vec<AgentNumber> = (1..=NUMBERS_MAX).map(AgentNumber).collect();
    let versions = agents.iter().flat_map(|&agent| (1..=NUMBERS_MAX).map(move |version| (agent, VersionNumber(version)))).collect();
    let people = (1..=u64::from(NUMBERS_MAX) * 16).map(PersonNumber).collect();
    let fingerprints = (1..=u64::from(NUMBERS_MAX) * 16).map(FingerprintNumber).collect();
    let wanted = Wanted { agents: agents.clone(), versions, people, fingerprints, sessions: vec![] };
    let names = ledger.names(tenant, &wanted).expect("the ledger can be read");
    page(&ledger.agents(tenant, &AgentFilter::default(), ALL).expect("the ledger can be read"), lines);
    for number in agents {
        let (Some(name), Some(id)) = (names.agents.get(&number), names.agent_ids.get(&number)) else { continue };
        let by_name = ledger.agent(tenant, name).expect("the ledger can be read");
        let by_id = ledger.agent_by_id(tenant, *id).expect("the ledger can be read");
        assert!(by_id.is_none() || by_id == by_name, "{by_id:?} {by_name:?}");
        lines.push(format!("{number} {name:?} {by_name:?} {}", by_id.is_some()));
        courses(ledger, tenant, number, lines);
        page(&ledger.agent_versions(tenant, number, ALL).expect("the ledger can be read"), lines);
    }
    lines.push(format!("version names {:?}", sorted(names.versions)));
    lines.push(format!("people {:?}", sorted(names.people)));
    for (number, id) in sorted(names.fingerprints) {
        let known = ledger.fingerprint(tenant, id).expect("the ledger can be read").expect("a fingerprint that has a number is there");
        lines.push(format!("{number} {known:?}"));
    }
}

fn sessions(ledger: &dyn Ledger, tenant: TenantId, lines: &mut Vec<String>) {
    let found = ledger.sessions(tenant, &SessionFilter::default(), ALL).expect("the ledger can be read");
    let wanted = Wanted { sessions: found.rows.iter().map(|session| session.number).collect(), ..Wanted::default() };
    lines.push(format!("{} sessions {:?}", found.total, sorted(ledger.names(tenant, &wanted).expect("the ledger can be read").sessions)));
    for session in found.rows {
        assert_eq!(ledger.session(tenant, &session.key).expect("the ledger can be read").as_ref(), Some(&session), "by key");
        assert_eq!(ledger.session(tenant, &session.id.0.to_string()).expect("the ledger can be read").as_ref(), Some(&session), "by id");
        let (agents, log) = beside(ledger, tenant, session.number);
        lines.push(format!("{session:?} {agents:?} {log:?}"));
    }
}

fn traces(ledger: &dyn Ledger, tenant: TenantId, lines: &mut Vec<String>) {
    let found = ledger.traces(tenant, &TraceFilter::default(), ALL).expect("the ledger can be read");
    for trace in &found.rows {
        assert_eq!(ledger.trace(tenant, &trace.id).expect("the ledger can be read").as_ref(), Some(trace), "by id");
    }
    page(&found, lines);
}

fn courses(ledger: &dyn Ledger, tenant: TenantId, agent: AgentNumber, lines: &mut Vec<String>) {
    let mut seen = Vec::new();
    let mut see = |conversation: &Conversation| seen.push((conversation.session, format!("{conversation:?}")));
    ledger.conversations(tenant, agent, TimeRange::default(), &mut see).expect("the ledger can be read");
    seen.sort();
    lines.extend(seen.into_iter().map(|(_, line)| line));
}

fn beside(ledger: &dyn Ledger, tenant: TenantId, session: SessionNumber) -> (Vec<(AgentNumber, VersionNumber)>, String) {
    (
        ledger.session_agents(tenant, session).expect("the ledger can be read"),
        ledger.session_log(tenant, session).expect("the ledger can be read"),
    )
}

fn sorted<K: Ord, V>(map: impl IntoIterator<Item = (K, V)>) -> Vec<(K, V)> {
    let mut all: Vec<(K, V)> = map.into_iter().collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}
