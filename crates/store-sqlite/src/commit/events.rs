//! Recording and revising events.

use debrief_model::agent::DEFAULT_NAME;
use debrief_model::{
    AgentNumber, Contribution, Draft, Error, Event, EventId, Facts, Kind, Links, Mention, Subject, TenantId, Turn, VersionNumber,
};
use debrief_store::{Outcome, Revision};

use super::sessions::{self, Slot};
use super::{Stop, Work, agents, catalogue, traces};
use crate::row;

pub(super) fn record(work: &mut Work<'_>, tenant: TenantId, events: Vec<(EventId, Draft)>) -> Result<Outcome, Stop> {
    for (_, draft) in &events {
        if let Some(id) = draft.mention.fingerprint
            && catalogue::fingerprint(work, tenant, id)?.is_none()
        {
            return Err(Stop::Refused(Error::not_found(Subject::Fingerprint(id.to_string()))));
        }
    }
    let count = events.len();
    work.events.reserve(count);
    for (id, draft) in events {
        work.cause = Some(id);
        let links = link(work, tenant, &draft.facts, &draft.mention, draft.turn.as_ref())?;
        let (seq, position, recorded_at) = (work.next_seq(), work.position, work.now);
        let event = Event { tenant, id, seq, position, recorded_at, links, facts: draft.facts };
        traces::note(work, &event)?;
        work.events.push(event);
    }
    Ok(Outcome::Events(count))
}

/// Finds or creates everyone the event mentions and notes the event in its session.
fn link(work: &mut Work<'_>, tenant: TenantId, facts: &Facts, mention: &Mention, turn: Option<&Turn>) -> rusqlite::Result<Links> {
    let began = facts.occurred_at.min(work.now);
    let slot = mention.session.as_deref().map(|key| sessions::open(work, tenant, key, began)).transpose()?;
    let named = named_agent(work, tenant, mention, slot)?;
    let led = led(work, tenant, mention, facts, named)?;
    let person = mention.person.as_deref().map(|key| catalogue::person(work, tenant, key)).transpose()?;
    let fingerprint = match mention.fingerprint {
        Some(id) => catalogue::fingerprint(work, tenant, id)?,
        None => None,
    };
    let (agent, agent_version) = led.unzip();
    let mut links = Links { session: None, agent, agent_version, person, fingerprint };
    if let Some(slot) = slot {
        links.session = Some(work.touched.live(slot).number);
        note(work, slot, &links, named.is_some(), facts, turn)?;
    }
    Ok(links)
}

/// The agent, and the version of it, that did what the event tells of. Nobody named means the agent `default`; except that a domain
/// event need not be about any agent.
fn led(
    work: &mut Work<'_>,
    tenant: TenantId,
    mention: &Mention,
    facts: &Facts,
    named: Option<AgentNumber>,
) -> rusqlite::Result<Option<(AgentNumber, VersionNumber)>> {
    let agent = match named {
        Some(agent) => agent,
        None if facts.kind == Kind::Domain => return Ok(None),
        None => agents::mentioned(work, tenant, DEFAULT_NAME)?,
    };
    let version = match &mention.agent_version {
        Some(name) => agents::version(work, tenant, agent, name)?,
        None => default_version(work, tenant, agent)?,
    };
    Ok(Some((agent, version)))
}

/// The version that events belong to which name none: the one the agent is now, else `default`.
pub(super) fn default_version(work: &mut Work<'_>, tenant: TenantId, agent: AgentNumber) -> rusqlite::Result<VersionNumber> {
    match agents::current_version(work, tenant, agent)? {
        Some(current) => Ok(current),
        None => agents::version(work, tenant, agent, DEFAULT_NAME),
    }
}

/// The agent the event names: by its name, or by one that holds within the session.
fn named_agent(work: &mut Work<'_>, tenant: TenantId, mention: &Mention, slot: Option<Slot>) -> rusqlite::Result<Option<AgentNumber>> {
    match (&mention.agent, &mention.agent_alias, slot) {
        (Some(name), _, _) => agents::mentioned(work, tenant, name).map(Some),
        (None, Some(alias), Some(slot)) => sessions::alias(work, tenant, slot, alias),
        _ => Ok(None),
    }
}

/// What an event does to its session.
fn note(work: &mut Work<'_>, slot: Slot, links: &Links, named: bool, facts: &Facts, turn: Option<&Turn>) -> rusqlite::Result<()> {
    let now = work.now;
    let session = work.touched.change(slot);
    let live = &mut session.live;
    let (led, at) = (links.agent.zip(links.agent_version), facts.occurred_at);
    if led.is_some() && (live.agent.is_none() || (named && live.agent_named_at.is_none_or(|known| at < known))) {
        session.relinked |= led != live.agent.zip(live.agent_version);
        (live.agent, live.agent_version) = led.unzip();
        live.agent_named_at = named.then_some(at);
    }
    live.unnamed += u64::from(led.is_some() && !named);
    if links.person.is_some() && live.person_named_at.is_none_or(|known| at >= known) {
        session.relinked |= live.person != links.person;
        live.person = links.person;
        live.person_named_at = Some(at);
    }
    if links.fingerprint.is_some() && live.fingerprint != links.fingerprint {
        live.fingerprint = links.fingerprint;
        session.relinked = true;
    }
    if !live.started_told {
        live.started_at = live.started_at.min(at);
    }
    live.last_activity_at = facts.activity(live.last_activity_at, live.totals.events, now);
    live.totals.add(&Contribution::of(facts), at);
    row::clamp(&mut live.totals);
    live.course.follow(facts, turn);
    session.happened = true;
    match led {
        Some((agent, version)) => sessions::note_agent(work, slot, agent, version),
        None => Ok(()),
    }
}

pub(super) fn revise(work: &mut Work<'_>, tenant: TenantId, revisions: Vec<Revision>) -> Result<Outcome, Stop> {
    let mut slots = Vec::with_capacity(revisions.len());
    for Revision { after, .. } in &revisions {
        let known = after.tenant == tenant && after.seq.0 > 0 && after.seq <= work.counters.seq;
        let slot = match after.links.session {
            Some(number) if known => Some(sessions::open_number(work, tenant, number)?),
            _ => None,
        };
        if !known || slot == Some(None) {
            return Err(Stop::Refused(Error::not_found(Subject::Event(after.id.to_string()))));
        }
        slots.push(slot.flatten());
    }
    let count = revisions.len();
    for (revision, slot) in revisions.into_iter().zip(slots) {
        let after = revise_one(work, tenant, revision, slot)?;
        work.revisions.push(after);
    }
    Ok(Outcome::Events(count))
}

fn revise_one(work: &mut Work<'_>, tenant: TenantId, revision: Revision, slot: Option<Slot>) -> rusqlite::Result<Event> {
    let Revision { before, mut after, turn, relink } = revision;
    match relink {
        Some(mention) => relinked(work, tenant, &before, &mut after, Relink { mention, turn, from: slot })?,
        None => {
            if let Some(slot) = slot {
                let session = work.touched.change(slot);
                session.live.totals.revise(&before, &Contribution::of(&after.facts));
                row::clamp(&mut session.live.totals);
                session.live.course.follow(&after.facts, turn.as_ref());
            }
        }
    }
    traces::revise(work, &before, &after)?;
    Ok(after)
}

/// How an event is linked anew.
struct Relink {
    mention: Mention,
    turn: Option<Turn>,
    /// The session that it was in.
    from: Option<Slot>,
}

/// Takes the event out of its session and notes it in the one that it belongs to now, which may be the same.
fn relinked(work: &mut Work<'_>, tenant: TenantId, before: &Contribution, after: &mut Event, how: Relink) -> rusqlite::Result<()> {
    let Relink { mention, turn, from } = how;
    let mut was_unnamed = None;
    if let Some(slot) = from {
        let live = &mut work.touched.change(slot).live;
        live.totals.remove(before);
        // Where this event named the agent, it is about to say which one it is now.
        if live.agent == after.links.agent && live.agent_named_at == Some(after.facts.occurred_at) {
            live.agent_named_at = None;
        }
        if live.unnamed > 0 {
            was_unnamed = agents::find(work, tenant, DEFAULT_NAME)?.filter(|default| after.links.agent == Some(*default));
        }
        work.touched.change(slot).live.unnamed -= u64::from(was_unnamed.is_some());
    }
    work.cause = Some(after.id);
    // A session hears each thing once.
    let stays = match (from, mention.session.as_deref()) {
        (Some(slot), Some(key)) => sessions::open(work, tenant, key, after.facts.occurred_at.min(work.now))? == slot,
        _ => false,
    };
    let links = link(work, tenant, &after.facts, &mention, turn.as_ref().filter(|_| !stays))?;
    after.links = Links { fingerprint: links.fingerprint.or(after.links.fingerprint), ..links };
    if let Some((slot, default)) = from.zip(was_unnamed).filter(|(slot, _)| work.touched.live(*slot).unnamed == 0) {
        sessions::forget_agent(work, slot, default)?;
    }
    let Some((slot, number)) = from.zip(after.links.session).filter(|_| !stays) else { return Ok(()) };
    if work.touched.live(slot).totals.events == 0
        && let Some(into) = sessions::open_number(work, tenant, number)?
    {
        sessions::dissolve(work, slot, into)?;
    }
    Ok(())
}
