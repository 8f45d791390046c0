//! How the reference applies a group: each change checks first and writes after, so a refused one leaves no trace.

use std::sync::Arc;

use debrief_model::agent::{AgentStatus, DEFAULT_NAME};
use debrief_model::{
    Agent, AgentId, AgentNumber, AgentVersion, Contribution, Draft, Error, Event, Fingerprint, FingerprintId, FingerprintNumber, Links,
    Person, PersonNumber, Position, Runtime, Seq, Session, SessionId, SessionNumber, SessionPatch, Subject, TenantId, Timestamp, Totals,
    VersionNumber,
};
use debrief_store::{Change, Commit, Group, Outcome, Record, Result, Revision};
use uuid::Uuid;

use super::reference::{Held, Kept, State};

pub(super) fn commit(state: &mut State, group: Group) -> Commit {
    let Group { recorded_at, changes } = group;
    let position = Position(state.journal.len() as u64 + 1);
    let mut record = Record { position, recorded_at, changes: changes.len() as u32, events: vec![], revisions: vec![] };
    let outcomes = changes.into_iter().map(|change| apply(state, &mut record, change)).collect();
    let record = Arc::new(record);
    state.journal.push(Kept { recorded_at, record: Some(Arc::clone(&record)) });
    Commit { record, outcomes }
}

fn apply(state: &mut State, record: &mut Record, change: Change) -> Result<Outcome> {
    let now = record.recorded_at;
    match change {
        Change::Record { tenant, events } => {
            for (_, draft) in &events {
                if let Some(id) = draft.mention.fingerprint
                    && find_fingerprint(state, tenant, id).is_none()
                {
                    return Err(Error::not_found(Subject::Fingerprint(id.to_string())));
                }
            }
            let count = events.len();
            for (id, Draft { facts, mention }) in events {
                let links = link(state, tenant, now, &mention, &facts);
                state.seq = Seq(state.seq.0 + 1);
                record.events.push(Event { tenant, id, seq: state.seq, position: record.position, recorded_at: now, links, facts });
            }
            Ok(Outcome::Events(count))
        }
        Change::Revise { tenant, revisions } => revise(state, record, tenant, revisions),
        Change::PutAgent { tenant, name, description } => Ok(Outcome::Agent(agent(state, tenant, now, &name, description))),
        Change::PutAgentVersion { tenant, agent, name, description } => {
            let known = state.agents.iter().find(|known| known.tenant == tenant && known.name == agent);
            let number = known.ok_or_else(|| Error::not_found(Subject::Agent(agent)))?.number;
            Ok(Outcome::AgentVersion(version(state, tenant, now, number, &name, description)))
        }
        Change::PutAgentAlias { tenant, session, alias, name } => {
            let number = agent(state, tenant, now, &name, None).number;
            let default = version(state, tenant, now, number, DEFAULT_NAME, None).number;
            let held = touch(state, tenant, now, &session);
            took_part(held, (number, default));
            held.aliases.retain(|(known, _)| *known != alias);
            held.aliases.push((alias, number));
            Ok(Outcome::Done)
        }
        Change::PutPerson { tenant, key, properties } => {
            let is_new = !state.people.iter().any(|known| known.tenant == tenant && known.key == key);
            let person = person(state, tenant, now, &key);
            if properties.is_some() {
                person.properties = properties;
                person.updated_at = if is_new { person.created_at } else { now };
            }
            Ok(Outcome::Person(person.clone()))
        }
        Change::UpdatePerson { tenant, key, properties } => {
            let known = state.people.iter_mut().find(|known| known.tenant == tenant && known.key == key);
            let person = known.ok_or_else(|| Error::not_found(Subject::Person(key)))?;
            person.properties = properties;
            person.updated_at = now;
            Ok(Outcome::Person(person.clone()))
        }
        Change::PutFingerprint { tenant, id, runtime } => Ok(Outcome::Fingerprint(fingerprint(state, tenant, now, id, runtime))),
        Change::PutSession { tenant, key, patch, shared_with } => {
            let session = &mut touch(state, tenant, now, &key).session;
            session.set.absorb(patch);
            session.started_at = session.set.started_at.unwrap_or(session.started_at);
            session.shared_with = shared_with.or(session.shared_with);
            Ok(Outcome::Session(Box::new(session.clone())))
        }
        Change::AppendSessionLog { tenant, session, text } => {
            touch(state, tenant, now, &session).log.push_str(&text);
            Ok(Outcome::Done)
        }
        Change::PutThread { tenant, session, thread, agent_alias } => {
            let held = touch(state, tenant, now, &session);
            if !held.threads.iter().any(|(known, _)| *known == thread) {
                held.threads.push((thread, agent_alias));
            }
            Ok(Outcome::Done)
        }
    }
}

fn revise(state: &mut State, record: &mut Record, tenant: TenantId, revisions: Vec<Revision>) -> Result<Outcome> {
    for Revision { after, .. } in &revisions {
        let recorded = after.tenant == tenant && after.seq > Seq(0) && after.seq <= state.seq;
        let own = |number: SessionNumber| state.sessions.iter().any(|held| held.session.number == number && held.session.tenant == tenant);
        if !recorded || !after.links.session.is_none_or(own) {
            return Err(Error::not_found(Subject::Event(after.id.to_string())));
        }
    }
    let count = revisions.len();
    for Revision { before, after } in revisions {
        if let Some(held) = state.sessions.iter_mut().find(|held| Some(held.session.number) == after.links.session) {
            held.session.totals.revise(&before, &Contribution::of(&after.facts));
            clamp(&mut held.session.totals);
        }
        record.revisions.push(after);
    }
    Ok(Outcome::Events(count))
}

fn link(state: &mut State, tenant: TenantId, now: Timestamp, mention: &debrief_model::Mention, facts: &debrief_model::Facts) -> Links {
    if let Some(key) = &mention.session {
        session(state, tenant, now, key);
    }
    let named = match (&mention.agent, &mention.agent_alias, &mention.session) {
        (Some(name), _, _) => Some(agent(state, tenant, now, name, None).number),
        (None, Some(alias), Some(key)) => {
            let held = session(state, tenant, now, key);
            held.aliases.iter().find(|(known, _)| known == alias).map(|(_, number)| *number)
        }
        _ => None,
    };
    let agent = named.unwrap_or_else(|| agent(state, tenant, now, DEFAULT_NAME, None).number);
    let version = version(state, tenant, now, agent, mention.agent_version.as_deref().unwrap_or(DEFAULT_NAME), None).number;
    let person = mention.person.as_ref().map(|key| person(state, tenant, now, key).number);
    let fingerprint = mention.fingerprint.and_then(|id| find_fingerprint(state, tenant, id)).map(|known| known.number);
    let mut links = Links { session: None, agent: Some(agent), agent_version: Some(version), person, fingerprint };
    if let Some(key) = &mention.session {
        let held = session(state, tenant, now, key);
        links.session = Some(held.session.number);
        note(held, now, &links, (agent, version), named.is_some(), facts);
    }
    links
}

fn note(
    held: &mut Held,
    now: Timestamp,
    links: &Links,
    (agent, version): (AgentNumber, VersionNumber),
    named: bool,
    facts: &debrief_model::Facts,
) {
    let session = &mut held.session;
    if session.agent.is_none() || (named && !held.agent_named) {
        session.agent = Some(agent);
        session.agent_version = Some(version);
        held.agent_named = named;
    }
    session.person = links.person.or(session.person);
    session.fingerprint = links.fingerprint.or(session.fingerprint);
    if session.set.started_at.is_none() {
        session.started_at = session.started_at.min(facts.occurred_at);
    }
    session.last_activity_at = session.last_activity_at.max(facts.occurred_at.min(now));
    session.totals.add(&Contribution::of(facts), facts.occurred_at);
    clamp(&mut session.totals);
    took_part(held, (agent, version));
}

fn took_part(held: &mut Held, agent: (AgentNumber, VersionNumber)) {
    if !held.agents.contains(&agent) {
        held.agents.push(agent);
        held.agents.sort_unstable();
    }
}

/// Sums end where the storage engines' signed integers do.
fn clamp(totals: &mut Totals) {
    let tokens = &mut totals.tokens;
    for sum in [&mut tokens.input, &mut tokens.output, &mut tokens.cache_read, &mut tokens.cache_write, &mut tokens.reasoning] {
        *sum = sum.map(|sum| sum.min(i64::MAX as u64));
    }
}

fn agent(state: &mut State, tenant: TenantId, now: Timestamp, name: &str, description: Option<String>) -> Agent {
    if let Some(known) = state.agents.iter().find(|known| known.tenant == tenant && known.name == name) {
        return known.clone();
    }
    let number = AgentNumber(state.agents.iter().filter(|known| known.tenant == tenant).count() as u32 + 1);
    let id = AgentId(Uuid::now_v7());
    let status = AgentStatus::Active;
    let new = Agent { tenant, number, id, name: name.into(), description, status, created_at: now, updated_at: now, deprecated_at: None };
    state.agents.push(new.clone());
    new
}

fn version(
    state: &mut State,
    tenant: TenantId,
    now: Timestamp,
    agent: AgentNumber,
    name: &str,
    description: Option<String>,
) -> AgentVersion {
    let of_agent = |known: &&AgentVersion| known.tenant == tenant && known.agent == agent;
    if let Some(known) = state.versions.iter().filter(of_agent).find(|known| known.name == name) {
        return known.clone();
    }
    let number = VersionNumber(state.versions.iter().filter(of_agent).count() as u32 + 1);
    let new = AgentVersion { tenant, agent, number, name: name.into(), description, created_at: now, deprecated_at: None };
    state.versions.push(new.clone());
    new
}

fn person<'a>(state: &'a mut State, tenant: TenantId, now: Timestamp, key: &str) -> &'a mut Person {
    let known = state.people.iter().position(|known| known.tenant == tenant && known.key == key);
    let at = known.unwrap_or_else(|| {
        let number = PersonNumber(state.people.len() as u64 + 1);
        state.people.push(Person { tenant, number, key: key.into(), properties: None, created_at: now, updated_at: now });
        state.people.len() - 1
    });
    &mut state.people[at]
}

fn find_fingerprint(state: &State, tenant: TenantId, id: FingerprintId) -> Option<&Fingerprint> {
    state.fingerprints.iter().find(|known| known.tenant == tenant && known.id == id)
}

fn fingerprint(state: &mut State, tenant: TenantId, now: Timestamp, id: FingerprintId, runtime: Runtime) -> Fingerprint {
    if let Some(known) = find_fingerprint(state, tenant, id) {
        return known.clone();
    }
    let number = FingerprintNumber(state.fingerprints.len() as u64 + 1);
    let new = Fingerprint { tenant, number, id, runtime, created_at: now };
    state.fingerprints.push(new.clone());
    new
}

fn session<'a>(state: &'a mut State, tenant: TenantId, now: Timestamp, key: &str) -> &'a mut Held {
    let known = state.sessions.iter().position(|held| held.session.tenant == tenant && held.session.key == key);
    let at = known.unwrap_or_else(|| {
        let session = Session {
            tenant,
            number: SessionNumber(state.sessions.len() as u64 + 1),
            id: SessionId(Uuid::now_v7()),
            key: key.into(),
            agent: None,
            agent_version: None,
            person: None,
            fingerprint: None,
            shared_with: None,
            started_at: now,
            last_activity_at: Timestamp(i64::MIN),
            set: SessionPatch::default(),
            totals: Totals::default(),
        };
        state.sessions.push(Held { session, agent_named: false, agents: vec![], aliases: vec![], threads: vec![], log: String::new() });
        state.sessions.len() - 1
    });
    &mut state.sessions[at]
}

/// A session that something other than an event happens to, which counts as activity now.
fn touch<'a>(state: &'a mut State, tenant: TenantId, now: Timestamp, key: &str) -> &'a mut Held {
    let held = session(state, tenant, now, key);
    held.session.last_activity_at = held.session.last_activity_at.max(now);
    held
}
