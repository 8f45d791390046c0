//! How the reference applies a group: each change checks first and writes after, so a refused one leaves no trace.

use std::sync::Arc;

use debrief_model::agent::{AgentStatus, DEFAULT_NAME};
use debrief_model::{
    AgentNumber, Contribution, Course, Draft, Error, Event, EventId, Facts, Fingerprint, FingerprintId, FingerprintNumber, Kind, Links,
    Mention, Person, PersonNumber, Position, Runtime, Seq, Session, SessionNumber, SessionPatch, Subject, TenantId, Timestamp, Totals,
    Turn, VersionNumber,
};
use debrief_store::notice::{self, Notice, Place, Thread};
use debrief_store::{Change, Commit, Group, Mint, Origin, Outcome, Record, Result, Revision};
use serde_json::json;

use super::reference::{Held, Kept, State};
use super::reference_traces;

/// A group being applied.
pub(super) struct Work<'a> {
    pub(super) state: &'a mut State,
    pub(super) now: Timestamp,
    pub(super) mint: Mint,
    record: Record,
    origin: Arc<Origin>,
    cause: Option<EventId>,
}

impl Work<'_> {
    pub(super) fn tell(&mut self, tenant: TenantId, notice: Notice) {
        self.tell_by(tenant, notice);
    }

    /// The same. Answers by which event it is told.
    pub(super) fn tell_by(&mut self, tenant: TenantId, notice: Notice) -> EventId {
        let seq = self.next_seq();
        let id = self.mint.event(seq);
        let place = Place { tenant, id, seq, position: self.record.position, recorded_at: self.now };
        self.record.events.push(notice.into_event(place, &self.origin, self.cause));
        id
    }

    fn next_seq(&mut self) -> Seq {
        self.state.seq = Seq(self.state.seq.0 + 1);
        self.state.seq
    }
}

pub(super) fn commit(state: &mut State, group: Group) -> Commit {
    let Group { recorded_at, entropy, changes } = group;
    let position = Position(state.journal.len() as u64 + 1);
    let record = Record { position, recorded_at, changes: changes.len() as u32, events: vec![], revisions: vec![] };
    let mint = Mint::new(recorded_at, entropy);
    let mut work = Work { state, now: recorded_at, mint, record, origin: Arc::new(Origin::system()), cause: None };
    let mut outcomes = Vec::new();
    for (origin, change) in changes {
        work.origin = origin;
        work.cause = None;
        outcomes.push(apply(&mut work, change));
    }
    let record = Arc::new(work.record);
    state.journal.push(Kept { recorded_at, record: Some(Arc::clone(&record)) });
    Commit { record, outcomes }
}

fn apply(work: &mut Work<'_>, change: Change) -> Result<Outcome> {
    match change {
        Change::Record { tenant, events } => record(work, tenant, events),
        Change::Revise { tenant, revisions } => revise(work, tenant, revisions),
        Change::PutAgent { tenant, name, description } => Ok(Outcome::Agent(work.agent(tenant, &name, description))),
        Change::CreateAgent { tenant, agent } => work.create_agent(tenant, agent),
        Change::PatchAgent { tenant, agent, patch } => work.patch_agent(tenant, agent, *patch),
        Change::DeleteAgent { tenant, agent } => work.delete_agent(tenant, agent),
        Change::PutAgentVersion { tenant, agent, name, description } => work.put_version(tenant, &agent, &name, description),
        Change::PutAgentAlias { tenant, session, alias, name } => {
            let at = touch(work, tenant, &session);
            let number = work.agent(tenant, &name, None).number;
            let version = default_version(work, tenant, number);
            took_part(&mut work.state.sessions[at], (number, version));
            if aliased(&work.state.sessions[at], &alias) != Some(number) {
                extended(work, at, "agentAlias", json!({ "alias": alias, "agent": name }));
            }
            let held = &mut work.state.sessions[at];
            held.aliases.retain(|(known, _)| *known != alias);
            held.aliases.push((alias, number));
            Ok(Outcome::Done)
        }
        Change::PutPerson { tenant, key, properties } => {
            let known = find_person(work.state, tenant, &key);
            let at = known.unwrap_or_else(|| make_person(work, tenant, &key, properties.clone()));
            if known.is_some() && properties.is_some() {
                set_properties(work, at, properties);
            }
            Ok(Outcome::Person(work.state.people[at].clone()))
        }
        Change::UpdatePerson { tenant, key, properties } => {
            let at = find_person(work.state, tenant, &key).ok_or_else(|| Error::not_found(Subject::Person(key)))?;
            set_properties(work, at, properties);
            Ok(Outcome::Person(work.state.people[at].clone()))
        }
        Change::PutFingerprint { tenant, id, runtime } => Ok(Outcome::Fingerprint(fingerprint(work, tenant, id, runtime))),
        Change::PutSession { tenant, key, patch, shared_with, alias } => Ok(put_session(work, tenant, &key, patch, shared_with, alias)),
        Change::AppendSessionLog { tenant, session, text } => {
            let at = touch(work, tenant, &session);
            work.state.sessions[at].log.push_str(&text);
            extended(work, at, "log", json!({ "bytes": text.len() }));
            Ok(Outcome::Done)
        }
        Change::PutThread { tenant, session, thread, agent_alias } => {
            let at = touch(work, tenant, &session);
            if !work.state.sessions[at].threads.iter().any(|(known, _)| *known == thread) {
                extended(work, at, "thread", json!({ "id": thread, "agentAlias": agent_alias }));
                work.state.sessions[at].threads.push((thread, agent_alias));
            }
            Ok(Outcome::Done)
        }
        Change::KeepAnswer { tenant, key, answer } => {
            work.state.answers.insert((tenant, key), answer);
            Ok(Outcome::Done)
        }
        Change::TakeNotices => {
            let notices = std::mem::take(&mut work.state.notices);
            let count = notices.len();
            for (tenant, origin, notice) in notices {
                work.origin = origin;
                work.tell(tenant, notice);
            }
            Ok(Outcome::Events(count))
        }
    }
}

fn record(work: &mut Work<'_>, tenant: TenantId, events: Vec<(EventId, Draft)>) -> Result<Outcome> {
    for (_, draft) in &events {
        if let Some(id) = draft.mention.fingerprint
            && find_fingerprint(work.state, tenant, id).is_none()
        {
            return Err(Error::not_found(Subject::Fingerprint(id.to_string())));
        }
    }
    let count = events.len();
    for (id, draft) in events {
        work.cause = Some(id);
        let links = link(work, tenant, &draft.facts, &draft.mention, draft.turn.as_ref());
        let (seq, position, recorded_at) = (work.next_seq(), work.record.position, work.now);
        let event = Event { tenant, id, seq, position, recorded_at, links, facts: draft.facts };
        reference_traces::note(work.state, &event);
        work.record.events.push(event);
    }
    Ok(Outcome::Events(count))
}

fn revise(work: &mut Work<'_>, tenant: TenantId, revisions: Vec<Revision>) -> Result<Outcome> {
    for Revision { after, .. } in &revisions {
        let recorded = after.tenant == tenant && after.seq > Seq(0) && after.seq <= work.state.seq;
        let sessions = &work.state.sessions;
        let own = |number: SessionNumber| sessions.iter().any(|held| held.session.number == number && held.session.tenant == tenant);
        if !recorded || !after.links.session.is_none_or(own) {
            return Err(Error::not_found(Subject::Event(after.id.to_string())));
        }
    }
    let count = revisions.len();
    for Revision { before, mut after, turn, relink } in revisions {
        let from = after.links.session;
        match relink {
            Some(mention) => relinked(work, tenant, &before, &mut after, (mention, turn)),
            None => {
                if let Some(held) = work.state.sessions.iter_mut().find(|held| Some(held.session.number) == from) {
                    held.session.totals.revise(&before, &Contribution::of(&after.facts));
                    clamp(&mut held.session.totals);
                    held.session.course.follow(&after.facts, turn.as_ref());
                }
            }
        }
        reference_traces::revise(work.state, &before, &after);
        work.record.revisions.push(after);
    }
    Ok(Outcome::Events(count))
}

fn relinked(work: &mut Work<'_>, tenant: TenantId, before: &Contribution, after: &mut Event, how: (Mention, Option<Turn>)) {
    let (mention, turn) = how;
    let from = after.links.session;
    let default = work.find_agent(tenant, DEFAULT_NAME).filter(|default| after.links.agent == Some(*default));
    let mut was_unnamed = None;
    if let Some(held) = work.state.sessions.iter_mut().find(|held| Some(held.session.number) == from) {
        held.session.totals.remove(before);
        // Where this event named the agent, it is about to say which one it is now.
        if held.session.agent == after.links.agent && held.agent_named_at == Some(after.facts.occurred_at) {
            held.agent_named_at = None;
        }
        was_unnamed = default.filter(|_| held.unnamed > 0);
        held.unnamed -= u64::from(was_unnamed.is_some());
    }
    work.cause = Some(after.id);
    let stays = mention.session.as_ref().is_some_and(|key| {
        let at = open(work, tenant, key, after.facts.occurred_at.min(work.now));
        Some(work.state.sessions[at].session.number) == from
    });
    let links = link(work, tenant, &after.facts, &mention, turn.as_ref().filter(|_| !stays));
    after.links = Links { fingerprint: links.fingerprint.or(after.links.fingerprint), ..links };
    if let Some(default) = was_unnamed {
        let left = work.state.sessions.iter_mut().find(|held| Some(held.session.number) == from && held.unnamed == 0);
        left.into_iter().for_each(|held| held.agents.retain(|(agent, _)| *agent != default));
    }
    if let (Some(from), Some(to), false) = (from, links.session, stays) {
        let at = |state: &State, number| state.sessions.iter().position(|held| held.session.number == number);
        if let (Some(from), Some(to)) = (at(work.state, from), at(work.state, to))
            && work.state.sessions[from].session.totals.events == 0
        {
            dissolve(work, from, to);
        }
    }
}

fn dissolve(work: &mut Work<'_>, from: usize, to: usize) {
    let Held { session: gone, threads, log, .. } = work.state.sessions[from].clone();
    let held = &mut work.state.sessions[to];
    let mut set = gone.set.clone();
    set.absorb(held.session.set.clone());
    held.session.started_at = set.started_at.unwrap_or(held.session.started_at);
    held.session.last_activity_at = held.session.last_activity_at.max(gone.last_activity_at);
    held.session.set = set;
    held.log.push_str(&log);
    for thread in threads {
        if !held.threads.iter().any(|(known, _)| *known == thread.0) {
            held.threads.push(thread);
        }
    }
    let (number, key) = (held.session.number, held.session.key.clone());
    work.state.session_aliases.values_mut().filter(|known| **known == gone.number).for_each(|known| *known = number);
    work.state.session_aliases.insert((gone.tenant, gone.key.clone()), number);
    work.tell(gone.tenant, notice::session_merged(Thread { id: gone.id, key: &gone.key }, &key));
    work.state.sessions.remove(from);
}

fn link(work: &mut Work<'_>, tenant: TenantId, facts: &Facts, mention: &Mention, turn: Option<&Turn>) -> Links {
    let began = facts.occurred_at.min(work.now);
    let at = mention.session.as_ref().map(|key| open(work, tenant, key, began));
    let named = named_agent(work, tenant, mention, at);
    let led = match named {
        None if facts.kind == Kind::Domain => None,
        _ => {
            let agent = named.unwrap_or_else(|| work.agent(tenant, DEFAULT_NAME, None).number);
            let version = match &mention.agent_version {
                Some(name) => work.version(tenant, agent, name, None).number,
                None => default_version(work, tenant, agent),
            };
            Some((agent, version))
        }
    };
    let person = mention.person.as_ref().map(|key| {
        let at = find_person(work.state, tenant, key).unwrap_or_else(|| make_person(work, tenant, key, None));
        work.state.people[at].number
    });
    let fingerprint = mention.fingerprint.and_then(|id| find_fingerprint(work.state, tenant, id)).map(|known| known.number);
    let (agent, agent_version) = led.unzip();
    let mut links = Links { session: None, agent, agent_version, person, fingerprint };
    if let Some(at) = at {
        let now = work.now;
        let held = &mut work.state.sessions[at];
        links.session = Some(held.session.number);
        note(held, now, &links, named.is_some(), facts, turn);
    }
    links
}

fn named_agent(work: &mut Work<'_>, tenant: TenantId, mention: &Mention, at: Option<usize>) -> Option<AgentNumber> {
    match (&mention.agent, &mention.agent_alias, at) {
        (Some(name), _, _) => Some(work.agent(tenant, name, None).number),
        (None, Some(alias), Some(at)) => aliased(&work.state.sessions[at], alias),
        _ => None,
    }
}

fn aliased(held: &Held, alias: &str) -> Option<AgentNumber> {
    held.aliases.iter().find(|(known, _)| known == alias).map(|(_, number)| *number)
}

fn default_version(work: &mut Work<'_>, tenant: TenantId, agent: AgentNumber) -> VersionNumber {
    let known = work.state.agents.iter().find(|known| known.agent.tenant == tenant && known.agent.number == agent);
    match known.and_then(|known| known.agent.current_version) {
        Some(current) => current,
        None => work.version(tenant, agent, DEFAULT_NAME, None).number,
    }
}

fn note(held: &mut Held, now: Timestamp, links: &Links, named: bool, facts: &Facts, turn: Option<&Turn>) {
    let session = &mut held.session;
    let (led, at) = (links.agent.zip(links.agent_version), facts.occurred_at);
    if led.is_some() && (session.agent.is_none() || (named && held.agent_named_at.is_none_or(|known| at < known))) {
        (session.agent, session.agent_version) = led.unzip();
        held.agent_named_at = named.then_some(at);
    }
    held.unnamed += u64::from(led.is_some() && !named);
    if links.person.is_some() && held.person_named_at.is_none_or(|known| at >= known) {
        session.person = links.person;
        held.person_named_at = Some(at);
    }
    session.fingerprint = links.fingerprint.or(session.fingerprint);
    if session.set.started_at.is_none() {
        session.started_at = session.started_at.min(facts.occurred_at);
    }
    session.last_activity_at = facts.activity(session.last_activity_at, session.totals.events, now);
    session.totals.add(&Contribution::of(facts), facts.occurred_at);
    clamp(&mut session.totals);
    session.course.follow(facts, turn);
    if let Some(led) = led {
        took_part(held, led);
    }
}

fn took_part(held: &mut Held, agent: (AgentNumber, VersionNumber)) {
    if !held.agents.contains(&agent) {
        held.agents.push(agent);
        held.agents.sort_unstable();
    }
}

/// Sums end where the storage engines' signed integers do.
pub(super) fn clamp(totals: &mut Totals) {
    let tokens = &mut totals.tokens;
    for sum in [&mut tokens.input, &mut tokens.output, &mut tokens.cache_read, &mut tokens.cache_write, &mut tokens.reasoning] {
        *sum = sum.map(|sum| sum.min(i64::MAX as u64));
    }
}

fn find_person(state: &State, tenant: TenantId, key: &str) -> Option<usize> {
    state.people.iter().position(|known| known.tenant == tenant && known.key == key)
}

fn make_person(work: &mut Work<'_>, tenant: TenantId, key: &str, properties: Option<String>) -> usize {
    let number = PersonNumber(work.state.people.len() as u64 + 1);
    let person = Person { tenant, number, key: key.into(), properties, created_at: work.now, updated_at: work.now };
    work.tell(tenant, notice::person_created(&person));
    work.state.people.push(person);
    work.state.people.len() - 1
}

fn set_properties(work: &mut Work<'_>, at: usize, properties: Option<String>) {
    let now = work.now;
    let person = &mut work.state.people[at];
    let changed = person.properties != properties;
    person.properties = properties;
    person.updated_at = now;
    if changed {
        let person = person.clone();
        work.tell(person.tenant, notice::person_updated(&person));
    }
}

fn find_fingerprint(state: &State, tenant: TenantId, id: FingerprintId) -> Option<&Fingerprint> {
    state.fingerprints.iter().find(|known| known.tenant == tenant && known.id == id)
}

fn fingerprint(work: &mut Work<'_>, tenant: TenantId, id: FingerprintId, runtime: Runtime) -> Fingerprint {
    if let Some(known) = find_fingerprint(work.state, tenant, id) {
        return known.clone();
    }
    let number = FingerprintNumber(work.state.fingerprints.len() as u64 + 1);
    let new = Fingerprint { tenant, number, id, runtime, created_at: work.now };
    work.state.fingerprints.push(new.clone());
    work.tell(tenant, notice::fingerprint_created(&new));
    new
}

fn put_session(
    work: &mut Work<'_>,
    tenant: TenantId,
    key: &str,
    patch: SessionPatch,
    shared_with: Option<TenantId>,
    alias: Option<String>,
) -> Outcome {
    let (at, is_new) = find_or_make(work, tenant, key);
    let now = work.now;
    if let Some(alias) = alias.filter(|alias| alias != key) {
        let number = work.state.sessions[at].session.number;
        work.state.session_aliases.entry((tenant, alias)).or_insert(number);
    }
    let session = &mut work.state.sessions[at].session;
    if patch.goes_on() || session.totals.events == 0 {
        session.last_activity_at = session.last_activity_at.max(now);
    }
    let before = session.set.clone();
    session.set.absorb(patch);
    session.started_at = session.set.started_at.unwrap_or(session.started_at);
    session.shared_with = shared_with.or(session.shared_with);
    let mut session = session.clone();
    let thread = Thread { id: session.id, key };
    let is_told_to_end = session.set.end_state.is_some() && (is_new || session.set.end_state != before.end_state);
    let (before, started) = match is_new {
        true => {
            let open = SessionPatch { ended_at: None, ..session.set.clone() };
            let started = work.tell_by(tenant, notice::session_started(thread, session.started_at, &open));
            (open, Some(started))
        }
        false => (before, None),
    };
    let said = notice::session_said(thread, &before, &session.set).map(|notice| work.tell_by(tenant, notice));
    if let Some(event) = started.or(said).filter(|_| is_told_to_end) {
        session.set.ended_by(event);
        work.state.sessions[at].session.set.ended_by(event);
    }
    Outcome::Session(Box::new(session))
}

fn extended(work: &mut Work<'_>, at: usize, what: &'static str, value: serde_json::Value) {
    let session = work.state.sessions[at].session.clone();
    work.tell(session.tenant, notice::session_extended(Thread { id: session.id, key: &session.key }, what, value));
}

fn find_or_make(work: &mut Work<'_>, tenant: TenantId, key: &str) -> (usize, bool) {
    let known = work.state.sessions.iter().position(|held| held.session.tenant == tenant && held.session.key == key);
    if let Some(at) = known {
        return (at, false);
    }
    work.state.newest_session += 1;
    let number = SessionNumber(work.state.newest_session);
    let session = Session {
        tenant,
        number,
        id: work.mint.session(number),
        key: key.into(),
        agent: None,
        agent_version: None,
        person: None,
        fingerprint: None,
        shared_with: None,
        started_at: work.now,
        last_activity_at: Timestamp(i64::MIN),
        set: SessionPatch::default(),
        totals: Totals::default(),
        course: Course::default(),
    };
    let held = Held {
        session,
        agent_named_at: None,
        person_named_at: None,
        unnamed: 0,
        agents: vec![],
        aliases: vec![],
        threads: vec![],
        log: String::new(),
    };
    work.state.sessions.push(held);
    (work.state.sessions.len() - 1, true)
}

fn open(work: &mut Work<'_>, tenant: TenantId, key: &str, began: Timestamp) -> usize {
    let (at, is_new) = find_or_make(work, tenant, key);
    if is_new {
        let id = work.state.sessions[at].session.id;
        work.tell(tenant, notice::session_started(Thread { id, key }, began, &SessionPatch::default()));
    }
    at
}

/// A session that something other than an event happens to, which counts as activity now.
fn touch(work: &mut Work<'_>, tenant: TenantId, key: &str) -> usize {
    let now = work.now;
    let at = open(work, tenant, key, now);
    let session = &mut work.state.sessions[at].session;
    session.last_activity_at = session.last_activity_at.max(now);
    at
}

/// Whether an agent that is archived now was before is what its date tells.
pub(super) fn deprecated_at(status: AgentStatus, before: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    (status == AgentStatus::Archived).then(|| before.unwrap_or(now))
}
