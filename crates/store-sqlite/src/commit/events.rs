//! Recording and revising events.

use debrief_model::agent::DEFAULT_NAME;
use debrief_model::{
    AgentNumber, Contribution, Draft, Error, Event, EventId, Facts, FingerprintNumber, Links, Mention, Seq, Subject, TenantId,
    VersionNumber,
};
use debrief_store::{Outcome, Revision};

use super::sessions::{self, Slot};
use super::{Stop, Work, catalogue};
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
    for (id, Draft { facts, mention }) in events {
        let links = link(work, tenant, &mention, &facts)?;
        work.counters.seq = Seq(work.counters.seq.0 + 1);
        let (seq, position, recorded_at) = (work.counters.seq, work.position, work.now);
        work.events.push(Event { tenant, id, seq, position, recorded_at, links, facts });
    }
    Ok(Outcome::Events(count))
}

/// Finds or creates everyone the event mentions and notes the event in its session.
fn link(work: &mut Work<'_>, tenant: TenantId, mention: &Mention, facts: &Facts) -> rusqlite::Result<Links> {
    let slot = mention.session.as_deref().map(|key| sessions::open(work, tenant, key)).transpose()?;
    let named = named_agent(work, tenant, mention, slot)?;
    let agent = match named {
        Some(agent) => agent,
        None => catalogue::agent(work, tenant, DEFAULT_NAME)?,
    };
    let agent_version = catalogue::version(work, tenant, agent, mention.agent_version.as_deref().unwrap_or(DEFAULT_NAME))?;
    let person = mention.person.as_deref().map(|key| catalogue::person(work, tenant, key)).transpose()?;
    let fingerprint = match mention.fingerprint {
        Some(id) => catalogue::fingerprint(work, tenant, id)?,
        None => None,
    };
    let mut links = Links { session: None, agent: Some(agent), agent_version: Some(agent_version), person, fingerprint };
    if let Some(slot) = slot {
        links.session = Some(work.touched.live(slot).number);
        note(work, slot, &links, (agent, agent_version), named.is_some(), fingerprint, facts)?;
    }
    Ok(links)
}

/// The agent the event names: by its name, or by one that holds within the session.
fn named_agent(work: &mut Work<'_>, tenant: TenantId, mention: &Mention, slot: Option<Slot>) -> rusqlite::Result<Option<AgentNumber>> {
    match (&mention.agent, &mention.agent_alias, slot) {
        (Some(name), _, _) => catalogue::agent(work, tenant, name).map(Some),
        (None, Some(alias), Some(slot)) => sessions::alias(work, tenant, slot, alias),
        _ => Ok(None),
    }
}

/// What an event does to its session.
fn note(
    work: &mut Work<'_>,
    slot: Slot,
    links: &Links,
    (agent, version): (AgentNumber, VersionNumber),
    named: bool,
    fingerprint: Option<FingerprintNumber>,
    facts: &Facts,
) -> rusqlite::Result<()> {
    let now = work.now;
    let session = work.touched.change(slot);
    let live = &mut session.live;
    if live.agent.is_none() || (named && !live.agent_named) {
        live.agent = Some(agent);
        live.agent_version = Some(version);
        live.agent_named = named;
        session.relinked = true;
    }
    if links.person.is_some() && live.person != links.person {
        live.person = links.person;
        session.relinked = true;
    }
    if fingerprint.is_some() && live.fingerprint != fingerprint {
        live.fingerprint = fingerprint;
        session.relinked = true;
    }
    if !live.started_told {
        live.started_at = live.started_at.min(facts.occurred_at);
    }
    // A client whose clock runs ahead must not stay on top of the list for ever.
    live.last_activity_at = live.last_activity_at.max(facts.occurred_at.min(now));
    live.totals.add(&Contribution::of(facts), facts.occurred_at);
    row::clamp(&mut live.totals);
    session.happened = true;
    sessions::note_agent(work, slot, agent, version)
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
    for (Revision { before, after }, slot) in revisions.into_iter().zip(slots) {
        if let Some(slot) = slot {
            let session = work.touched.change(slot);
            session.live.totals.revise(&before, &Contribution::of(&after.facts));
            row::clamp(&mut session.live.totals);
        }
        work.revisions.push(after);
    }
    Ok(Outcome::Events(count))
}
