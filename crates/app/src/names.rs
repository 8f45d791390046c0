//! Names for the numbers that events and sessions carry.

use debrief_model::agent::DEFAULT_NAME;
use debrief_model::{Event, Mention, Session};
use debrief_store::{Names, Wanted};

/// What is needed to name everything in `events`.
pub(crate) fn wanted_by_events(events: &[Event]) -> Wanted {
    let mut wanted = Wanted::default();
    for event in events {
        let links = &event.links;
        wanted.agents.extend(links.agent);
        wanted.versions.extend(links.agent.zip(links.agent_version));
        wanted.people.extend(links.person);
        wanted.fingerprints.extend(links.fingerprint);
        wanted.sessions.extend(links.session);
    }
    once_each(wanted)
}

/// Whom an event concerns, in its caller's words. An agent or version that nobody named is none.
pub(crate) fn mention(event: &Event, names: &Names) -> Mention {
    let links = &event.links;
    let named = |name: &&String| *name != DEFAULT_NAME;
    let versions = links.agent.zip(links.agent_version);
    Mention {
        session: links.session.and_then(|number| names.sessions.get(&number)).cloned(),
        agent: links.agent.and_then(|number| names.agents.get(&number)).filter(named).cloned(),
        agent_version: versions.and_then(|pair| names.versions.get(&pair)).filter(named).cloned(),
        person: links.person.and_then(|number| names.people.get(&number)).cloned(),
        ..Mention::default()
    }
}

/// What is needed to name everything in `sessions`.
pub(crate) fn wanted_by_sessions(sessions: &[Session]) -> Wanted {
    let mut wanted = Wanted::default();
    for session in sessions {
        wanted.agents.extend(session.agent);
        wanted.versions.extend(session.agent.zip(session.agent_version));
        wanted.people.extend(session.person);
        wanted.fingerprints.extend(session.fingerprint);
    }
    once_each(wanted)
}

fn once_each(mut wanted: Wanted) -> Wanted {
    fn dedup<T: Ord>(list: &mut Vec<T>) {
        list.sort_unstable();
        list.dedup();
    }
    dedup(&mut wanted.agents);
    dedup(&mut wanted.versions);
    dedup(&mut wanted.people);
    dedup(&mut wanted.fingerprints);
    dedup(&mut wanted.sessions);
    wanted
}
