//! What clients know: which events were acknowledged, and what may be there because nobody can know.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::http::Client;
use super::read;

/// What a client knows of one event.
#[derive(Debug, Default)]
struct Known {
    /// It was acknowledged, so it must be there.
    certain: bool,
    /// What it may say. One thing, unless the answer to the last change of it never came.
    contents: Vec<String>,
}

/// What clients know of everything.
#[derive(Debug, Default)]
pub(crate) struct Truth {
    sessions: BTreeMap<String, BTreeMap<String, Known>>,
    /// Agents that events named, and whether one of those events was acknowledged.
    agents: BTreeMap<String, bool>,
}

impl Truth {
    /// A session was mentioned in something sent.
    pub(crate) fn mentions(&mut self, session: &str) {
        self.sessions.entry(session.to_owned()).or_default();
    }

    /// An event, or other content for one, is about to be sent.
    pub(crate) fn sends(&mut self, session: &str, id: &str, content: &str) {
        let known = self.sessions.entry(session.to_owned()).or_default().entry(id.to_owned()).or_default();
        known.contents.push(content.to_owned());
    }

    /// It was acknowledged.
    pub(crate) fn knows(&mut self, session: &str, id: &str, content: &str) {
        let known = self.sessions.entry(session.to_owned()).or_default().entry(id.to_owned()).or_default();
        *known = Known { certain: true, contents: vec![content.to_owned()] };
    }

    /// An amendment was acknowledged. Amending what is not there changes nothing.
    pub(crate) fn knows_amended(&mut self, session: &str, id: &str, content: &str) {
        let known = self.sessions.entry(session.to_owned()).or_default().entry(id.to_owned()).or_default();
        known.contents = vec![content.to_owned()];
    }

    pub(crate) fn names_agent(&mut self, name: &str, acknowledged: bool) {
        *self.agents.entry(name.to_owned()).or_default() |= acknowledged;
    }

    pub(crate) fn ids(&self, session: &str) -> Vec<String> {
        self.sessions.get(session).into_iter().flat_map(|events| events.keys().cloned()).collect()
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.sessions.values().flat_map(BTreeMap::values).filter(|known| known.certain).count()
    }

    /// Takes in what another client knows.
    pub(crate) fn absorb(&mut self, other: &mut Self) {
        self.sessions.append(&mut other.sessions);
        for (name, acknowledged) in std::mem::take(&mut other.agents) {
            self.names_agent(&name, acknowledged);
        }
    }

    /// Everything acknowledged is there exactly once, with its content; nothing else is, except what may be.
    #[track_caller]
    pub(crate) fn holds(&self, client: &mut Client) {
        for session in self.sessions.keys() {
            self.holds_of(session, client);
        }
    }

    /// The same for one session, whose totals are a recount of its events, too.
    #[track_caller]
    pub(crate) fn holds_of(&self, session: &str, client: &mut Client) {
        let known = &self.sessions[session];
        let answer = client.get(&format!("/api/v1/sessions/{session}"));
        if answer.status == 404 {
            let missing: Vec<_> = known.iter().filter(|(_, known)| known.certain).collect();
            assert!(missing.is_empty(), "session {session} is gone with {missing:?}");
            return;
        }
        let row = answer.ok();
        let events = read::events(client, session);
        let mut seen = BTreeMap::new();
        for event in &events {
            let (id, content) = identity(event);
            let known = known.get(&id).unwrap_or_else(|| panic!("session {session} holds an event that nobody sent: {event}"));
            assert!(known.contents.contains(&content), "event {id} of {session} says {content}, not one of {:?}", known.contents);
            assert!(seen.insert(id.clone(), ()).is_none(), "event {id} of {session} is there twice");
        }
        let missing: Vec<_> = known.iter().filter(|(id, known)| known.certain && !seen.contains_key(*id)).collect();
        assert!(missing.is_empty(), "session {session} lost acknowledged events: {missing:?}");
        recount(&row, &events);
    }

    /// There is no session that nobody mentioned.
    #[track_caller]
    pub(crate) fn has_nothing_foreign(&self, client: &mut Client) {
        for row in read::sessions(client) {
            let id = row["sessionId"].as_str().unwrap();
            assert!(self.sessions.contains_key(id), "a session that nobody mentioned: {row}");
        }
    }

    /// Agents are numbered 1, 2, 3…; acknowledged ones exist. Answers how many there are.
    #[track_caller]
    pub(crate) fn agents_are_counted(&self, client: &mut Client) -> usize {
        let names: BTreeSet<&str> = self.agents.keys().map(String::as_str).chain(["default", "Default Agent"]).collect();
        let mut numbers = Vec::new();
        for name in names {
            let answer = client.send("GET", &format!("/api/v1/agents/{}", name.replace(' ', "%20")), None).unwrap();
            match answer.status {
                404 => assert!(!self.agents.get(name).is_some_and(|acknowledged| *acknowledged), "agent {name} is lost"),
                _ => numbers.push(answer.ok()["agent_number"].as_u64().unwrap()),
            }
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "agent numbers have gaps or repeat");
        numbers.len()
    }
}

/// By what a client recognises its event, and what the event says.
fn identity(event: &Value) -> (String, String) {
    let payload = &event["payload"];
    let (id, content) = match event["source"].as_str() {
        Some("voker") => (&payload["inputs"]["messages"][0]["content"], &payload["output"]["choices"][0]["message"]["content"]),
        _ => (&event["key"], &payload["returns"]),
    };
    (id.as_str().unwrap_or_default().to_owned(), content.as_str().unwrap_or_default().to_owned())
}

/// The totals of a session are what its events come to.
#[track_caller]
pub(crate) fn recount(session: &Value, events: &[Value]) {
    let totals = &session["totals"];
    let check = |name: &str, counted: Value| assert_eq!(totals[name], counted, "{name} of {}", session["sessionId"]);
    let count = |field: &str, word: &str| Value::from(events.iter().filter(|event| event[field] == word).count());
    check("events", events.len().into());
    check("llmCalls", count("kind", "llm"));
    check("toolCalls", count("kind", "tool"));
    check("actions", count("kind", "action"));
    check("errors", count("kind", "error"));
    check("failures", count("status", "error"));
    for name in ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens", "reasoningTokens"] {
        let carried: Vec<u64> = events.iter().filter_map(|event| event[name].as_u64()).collect();
        check(name, if carried.is_empty() { Value::Null } else { carried.iter().sum::<u64>().into() });
    }
}
