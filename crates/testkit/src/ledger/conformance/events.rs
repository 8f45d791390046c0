//! Recording and revising events.

use std::collections::BTreeSet;

use debrief_model::{
    AgentNumber, Contribution, Event, Kind, Mention, PersonNumber, Position, Seq, Session, SessionNumber, SessionPatch, Status, Timestamp,
    Tokens, Totals, VersionNumber,
};
use debrief_store::{Change, Ledger, Outcome, Revision};

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, RIVAL, at, call, commit, commit_one, fingerprint_id, put_fingerprint, put_session, record, sent};
use crate::ledger::view;

fn session(ledger: &dyn Ledger, key: &str) -> Session {
    ledger.session(ACME, key).expect("reads").expect("the session is there")
}

/// Positions and seqs run on without gaps, and the record holds the events as they were told.
pub fn events_are_recorded_in_order(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let first = commit(ledger.as_ref(), at(1), vec![record(ACME, [call(at(0), "s"), call(at(0), "t")]), record(RIVAL, [call(at(0), "s")])]);
    drop(ledger);
    let ledger = fixture.open();
    let draft = call(at(-5), "s");
    let second = commit(ledger.as_ref(), at(2), vec![record(ACME, [draft.clone()])]);
    let places = |record: &debrief_store::Record| record.events.iter().map(|event| (event.position, event.seq)).collect::<Vec<_>>();
    let count = first.record.events.len() as u64;
    assert_eq!(places(&first.record), (1..=count).map(|seq| (Position(1), Seq(seq))).collect::<Vec<_>>());
    assert_eq!(sent(&first.record).len(), 3);
    assert_eq!(places(&second.record), [(Position(2), Seq(count + 1))]);
    assert_eq!((&second.record.events[0].facts, second.record.events[0].recorded_at), (&draft.facts, at(2)));
    assert_eq!(ledger.last_position().expect("reads"), Position(2));
    assert_eq!(ledger.journal(Position(0), usize::MAX).expect("reads"), [first.record, second.record]);
}

/// Whoever is mentioned is there afterwards; nobody mentioned is agent and version `default`.
pub fn mention_creates(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut named = call(at(0), "s");
    named.mention.agent = Some("a".into());
    named.mention.agent_version = Some("v".into());
    named.mention.person = Some("p".into());
    named.mention.fingerprint = Some(fingerprint_id(ACME, 1));
    let mut bare = call(at(0), "s");
    bare.mention.session = None;
    let events = commit(ledger.as_ref(), at(1), vec![put_fingerprint(ACME, 1), record(ACME, [named, bare])]).record;
    let events = sent(&events);
    let links = events[0].links;
    assert_eq!((links.session, links.agent, links.agent_version), (Some(SessionNumber(1)), Some(AgentNumber(1)), Some(VersionNumber(1))));
    assert_eq!((links.person, links.fingerprint.is_some()), (Some(PersonNumber(1)), true));
    assert_eq!((events[1].links.session, events[1].links.agent, events[1].links.person), (None, Some(AgentNumber(2)), None));
    let person = ledger.person(ACME, "p").expect("reads").expect("the person");
    assert_eq!((person.properties, person.created_at), (None, at(1)));
    assert_eq!(ledger.agent(ACME, "default").expect("reads").map(|agent| agent.number), Some(AgentNumber(2)));
    assert!(ledger.agent_version(ACME, AgentNumber(1), "v").expect("reads").is_some());
    assert!(ledger.agent_version(ACME, AgentNumber(1), "default").expect("reads").is_none(), "a version was named");
    let session = session(ledger.as_ref(), "s");
    assert_eq!((session.agent, session.agent_version), (links.agent, links.agent_version));
    assert_eq!((session.person, session.fingerprint), (links.person, links.fingerprint));
}

/// Of events at the same time the first named agent stays the session's, a default one gives way; person and runtime are the last named.
pub fn a_session_follows_what_its_events_name(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let event = |agent: Option<&str>, person: Option<&str>| {
        let mut draft = call(at(0), "s");
        draft.mention.agent = agent.map(Into::into);
        draft.mention.person = person.map(Into::into);
        record(ACME, [draft])
    };
    let steps = [
        (event(None, Some("p1")), "default", Some(1)),
        (event(Some("b"), None), "b", Some(1)),
        (event(Some("c"), Some("p2")), "b", Some(2)),
        (event(None, Some("p1")), "b", Some(1)),
    ];
    for (now, (change, agent, person)) in (1..).zip(steps) {
        commit(ledger.as_ref(), at(now), vec![change]);
        let session = session(ledger.as_ref(), "s");
        let expected = ledger.agent(ACME, agent).expect("reads").map(|agent| agent.number);
        assert_eq!((session.agent, session.person), (expected, person.map(PersonNumber)), "after step {now}");
    }
    let number = session(ledger.as_ref(), "s").number;
    let agents: Vec<u32> = ledger.session_agents(ACME, number).expect("reads").iter().map(|(agent, _)| agent.0).collect();
    assert_eq!(agents, [1, 2, 3]);
}

/// Whom a session is of is a matter of when events occurred and not of when they came.
pub fn the_times_of_events_decide_whom_a_session_is_of(fixture: &dyn Fixture) {
    let event = |occurred, agent: Option<&str>, person: Option<&str>| {
        let mut draft = call(at(occurred), "s");
        draft.mention.agent = agent.map(Into::into);
        draft.mention.person = person.map(Into::into);
        draft
    };
    let events = [
        event(5, None, None),
        event(10, Some("first"), Some("p")),
        event(20, Some("second"), Some("q")),
        event(30, None, Some("r")),
        event(40, Some("third"), None),
    ];
    let mut now = 100;
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 4, 1, 0, 3]] {
        let key = format!("{order:?}");
        for place in order {
            let mut draft = events[place].clone();
            draft.mention.session = Some(key.clone());
            now += 1;
            // Opened each time: what decides survives.
            commit(fixture.open().as_ref(), at(now), vec![record(ACME, [draft])]);
        }
        let ledger = fixture.open();
        let session = session(ledger.as_ref(), &key);
        let agent = ledger.agent(ACME, "first").expect("reads").map(|agent| agent.number);
        let person = ledger.person(ACME, "r").expect("reads").map(|person| person.number);
        assert_eq!((session.agent, session.person), (agent, person), "in the order {order:?}");
    }
}

/// An event that is linked anew takes along what it alone brought: the default agent where it named none, and a session that is left
/// without events, with when something last happened in it.
pub fn what_is_linked_anew_leaves_nothing_behind(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let patch = SessionPatch { title: Some("t".into()), ..SessionPatch::default() };
    let put = Change::PutSession { tenant: ACME, key: "trace".into(), patch, shared_with: None, alias: None };
    let recorded = commit(ledger.as_ref(), at(100), vec![record(ACME, [call(at(1), "trace"), call(at(2), "s"), call(at(3), "s")]), put]);
    let events = sent(&recorded.record);
    let took_part = |key: &str| {
        let numbers = ledger.session_agents(ACME, session(ledger.as_ref(), key).number).expect("reads");
        let wanted = debrief_store::Wanted { agents: numbers.iter().map(|(agent, _)| *agent).collect(), ..Default::default() };
        ledger.names(ACME, &wanted).expect("reads").agents.into_values().collect::<BTreeSet<_>>()
    };
    let relink = |event: &Event| {
        let mention = Mention { session: Some("s".into()), agent: Some("clerk".into()), ..Mention::default() };
        Revision { turn: None, before: Contribution::of(&event.facts), after: event.clone(), relink: Some(mention) }
    };
    commit(ledger.as_ref(), at(110), vec![Change::Revise { tenant: ACME, revisions: vec![relink(&events[1])] }]);
    assert_eq!(took_part("s"), BTreeSet::from(["clerk".to_owned(), "default".to_owned()]), "another event names none");
    commit(ledger.as_ref(), at(111), vec![Change::Revise { tenant: ACME, revisions: vec![relink(&events[0]), relink(&events[2])] }]);
    assert_eq!(took_part("s"), BTreeSet::from(["clerk".to_owned()]));
    let whole = session(ledger.as_ref(), "s");
    assert_eq!((whole.totals.events, whole.set.title.as_deref(), whole.last_activity_at), (3, Some("t"), at(3)));
    assert_eq!(session(ledger.as_ref(), "trace").number, whole.number, "its former name finds it");
}

/// An alias holds within its session, can be moved, and an unknown one is ignored.
pub fn aliases_hold_within_their_session(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let alias = |name: &str| Change::PutAgentAlias { tenant: ACME, session: "s".into(), alias: "x".into(), name: name.into() };
    let event = |session: &str| {
        let mut draft = call(at(0), session);
        draft.mention.agent_alias = Some("x".into());
        record(ACME, [draft])
    };
    let agent = |now, change| {
        let record = commit(ledger.as_ref(), at(now), vec![change]).record;
        let number = sent(&record)[0].links.agent.expect("every event has an agent");
        let wanted = debrief_store::Wanted { agents: vec![number], ..Default::default() };
        ledger.names(ACME, &wanted).expect("reads").agents.remove(&number).expect("the agent has a name")
    };
    assert_eq!(agent(1, event("s")), "default", "unknown");
    commit(ledger.as_ref(), at(2), vec![alias("helper")]);
    let helper = ledger.agent(ACME, "helper").expect("reads").expect("an alias makes its agent").number;
    let took_part = ledger.session_agents(ACME, session(ledger.as_ref(), "s").number).expect("reads");
    assert!(took_part.iter().any(|(agent, _)| *agent == helper), "an agent that was introduced took part, even before its first event");
    assert_eq!(agent(3, event("s")), "helper");
    assert_eq!(agent(4, event("other")), "default", "another session");
    commit(ledger.as_ref(), at(5), vec![alias("second")]);
    assert_eq!(agent(6, event("s")), "second");
    let named = session(ledger.as_ref(), "s").agent.expect("an agent");
    assert_eq!(ledger.agent(ACME, "helper").expect("reads").map(|agent| agent.number), Some(named), "an alias names an agent");
}

/// Totals are those of the events in the journal, revisions included, after every group.
pub fn totals_are_those_of_the_events(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut drafts = Vec::new();
    for (n, kind) in (0..).zip(Kind::ALL.into_iter().cycle().take(40)) {
        let mut draft = call(at(n * 7 % 11), if n % 3 == 0 { "s" } else { "t" });
        draft.facts.kind = kind;
        draft.facts.status = if n % 4 == 0 { Status::Error } else { Status::Unset };
        draft.facts.tokens.reasoning = (n == 5).then_some(u64::MAX);
        drafts.push(draft);
    }
    let mut newest: Vec<Event> = Vec::new();
    for (now, drafts) in (100..).zip(drafts.chunks(9)) {
        newest.extend(sent(&commit(ledger.as_ref(), at(now), vec![record(ACME, drafts.to_vec())]).record));
        assert_totals(ledger.as_ref(), &newest);
    }
    let mut revisions = Vec::new();
    for event in newest.iter_mut().step_by(5) {
        let before = Contribution::of(&event.facts);
        event.facts.status = Status::Ok;
        event.facts.tokens = Tokens { input: Some(1_000), cache_read: Some(4), ..event.facts.tokens };
        revisions.push(Revision { turn: None, before, after: event.clone(), relink: None });
    }
    let record = commit(ledger.as_ref(), at(200), vec![Change::Revise { tenant: ACME, revisions: revisions.clone() }]).record;
    assert_eq!(record.revisions, revisions.into_iter().map(|revision| revision.after).collect::<Vec<_>>());
    assert_totals(ledger.as_ref(), &newest);
}

fn assert_totals(ledger: &dyn Ledger, events: &[Event]) {
    for key in ["s", "t"] {
        let Some(session) = ledger.session(ACME, key).expect("reads") else { continue };
        let mut expected = Totals::default();
        for event in events.iter().filter(|event| event.links.session == Some(session.number)) {
            expected.add(&Contribution::of(&event.facts), event.facts.occurred_at);
        }
        expected.tokens.reasoning = expected.tokens.reasoning.map(|sum| sum.min(i64::MAX as u64));
        assert_eq!(session.totals, expected, "session {key}");
    }
}

/// A revision in another tenant's name is refused as a whole.
pub fn only_own_events_are_revised(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let theirs = sent(&commit(ledger.as_ref(), at(1), vec![record(RIVAL, [call(at(0), "s")])]).record)[0].clone();
    let ours = sent(&commit(ledger.as_ref(), at(2), vec![record(ACME, [call(at(0), "s")])]).record)[0].clone();
    let before = view::lines(ledger.as_ref(), &[ACME, RIVAL]);
    let revision = |event: &Event| {
        let mut after = event.clone();
        after.facts.status = Status::Error;
        Revision { turn: None, before: Contribution::of(&event.facts), after, relink: None }
    };
    let mut disguised = theirs.clone();
    disguised.tenant = ACME;
    let mut unrecorded = ours.clone();
    unrecorded.seq = Seq(99);
    for foreign in [&theirs, &disguised, &unrecorded] {
        let change = Change::Revise { tenant: ACME, revisions: vec![revision(&ours), revision(foreign)] };
        let refused = commit_one(ledger.as_ref(), at(3), change).expect_err("not theirs to revise");
        assert_eq!(refused.kind, debrief_model::ErrorKind::NotFound);
    }
    let after = view::lines(ledger.as_ref(), &[ACME, RIVAL]);
    assert_eq!(after[1..after.len() - 3], before[1..], "nothing but three empty records");
}

/// Activity is the latest of events and updates, and a client's clock cannot put it into the future.
pub fn activity_and_start(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let times = |key: &str| {
        let session = session(ledger.as_ref(), key);
        (session.started_at, session.last_activity_at)
    };
    commit(ledger.as_ref(), at(100), vec![record(ACME, [call(at(50), "s")])]);
    assert_eq!(times("s"), (at(50), at(50)));
    commit(ledger.as_ref(), at(200), vec![record(ACME, [call(at(40), "s")])]);
    assert_eq!(times("s"), (at(40), at(50)), "late news is not activity");
    commit(ledger.as_ref(), at(300), vec![record(ACME, [call(Timestamp(i64::MAX), "s")])]);
    assert_eq!(times("s"), (at(40), at(300)));
    let log = Change::AppendSessionLog { tenant: ACME, session: "s".into(), text: "x".into() };
    assert!(matches!(commit_one(ledger.as_ref(), at(400), log), Ok(Outcome::Done)));
    assert_eq!(times("s"), (at(40), at(400)));
    commit(ledger.as_ref(), at(500), vec![record(ACME, [call(at(600), "ahead")])]);
    assert_eq!(times("ahead"), (at(500), at(500)));
    let ended = || put_session(ACME, "past", SessionPatch { end_state: Some("Success".into()), ..SessionPatch::default() });
    commit(ledger.as_ref(), at(600), vec![ended()]);
    assert_eq!(times("past").1, at(600), "nothing else is known of it");
    commit(ledger.as_ref(), at(700), vec![record(ACME, [call(at(20), "past"), call(at(30), "past")])]);
    assert_eq!(times("past").1, at(30), "its events know better");
    commit(ledger.as_ref(), at(800), vec![ended()]);
    assert_eq!(times("past").1, at(30), "what is said of it is not activity");
    let mut feedback = call(at(850), "past");
    feedback.facts.event_type = "feedback.received".into();
    commit(ledger.as_ref(), at(900), vec![record(ACME, [feedback])]);
    assert_eq!(times("past").1, at(30), "nor is what people say of it afterwards");
}
