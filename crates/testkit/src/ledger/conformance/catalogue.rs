//! Agents, versions, people, fingerprints, and the names of numbers.

use debrief_model::{AgentNumber, ErrorKind, FingerprintNumber, Paging, PersonNumber, SessionNumber, SessionPatch, Subject, VersionNumber};
use debrief_store::{Change, Ledger, Outcome, Wanted};

use crate::ledger::Fixture;
use crate::ledger::build::{
    ACME, RIVAL, at, call, commit, commit_one, fingerprint_id, put_agent, put_fingerprint, put_session, record, sent,
};
use crate::ledger::view::{self, ALL};

fn agent_number(ledger: &dyn Ledger, name: &str) -> Option<u32> {
    ledger.agent(ACME, name).expect("reads").map(|agent| agent.number.0)
}

fn put_version(agent: &str, name: &str) -> Change {
    Change::PutAgentVersion { tenant: ACME, agent: agent.into(), name: name.into(), description: Some("d".into()) }
}

fn put_person(key: &str, properties: Option<&str>) -> Change {
    Change::PutPerson { tenant: ACME, key: key.into(), properties: properties.map(Into::into) }
}

/// Numbers run 1, 2, 3 … per tenant, whatever is refused in between and however often the ledger is opened.
pub fn numbers_never_skip_or_repeat(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut draft = call(at(0), "s");
    draft.mention.agent = Some("never".into());
    draft.mention.fingerprint = Some(fingerprint_id(ACME, 1));
    let outcomes = commit(
        ledger.as_ref(),
        at(1),
        vec![
            put_agent(ACME, "one"),
            record(ACME, [draft.clone()]),
            put_version("nobody", "v"),
            put_agent(ACME, "two"),
            put_agent(RIVAL, "one"),
        ],
    )
    .outcomes;
    assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false, true, true]);
    drop(ledger);
    let ledger = fixture.open();
    let refused = commit_one(ledger.as_ref(), at(2), record(ACME, [call(at(2), "s"), draft])).expect_err("the fingerprint is unknown");
    assert_eq!(refused.kind, ErrorKind::NotFound);
    assert_eq!(refused.subject, Some(Subject::Fingerprint(fingerprint_id(ACME, 1).to_string())));
    commit(
        ledger.as_ref(),
        at(3),
        vec![put_agent(ACME, "one"), put_agent(ACME, "three"), put_version("three", "v"), put_version("three", "w")],
    );
    let numbers = ["one", "two", "three", "never", "default"].map(|name| agent_number(ledger.as_ref(), name));
    assert_eq!(numbers, [Some(1), Some(2), Some(3), None, None]);
    assert_eq!(ledger.agent(RIVAL, "one").expect("reads").map(|agent| agent.number), Some(AgentNumber(1)));
    let versions = ledger.agent_versions(ACME, AgentNumber(3), ALL).expect("reads").rows;
    assert_eq!(versions.iter().map(|version| (version.number.0, version.name.as_str())).collect::<Vec<_>>(), [(1, "v"), (2, "w")]);
    assert!(ledger.session(ACME, "s").expect("reads").is_none(), "a refused change leaves no session");
    let answered = commit_one(ledger.as_ref(), at(4), record(ACME, [call(at(4), "s")]));
    assert!(matches!(answered, Ok(Outcome::Events(1))));
    assert_eq!(ledger.session(ACME, "s").expect("reads").map(|session| session.number), Some(SessionNumber(1)));
    assert_eq!(agent_number(ledger.as_ref(), "default"), Some(4));
}

/// Declaring what is known answers it as it is.
pub fn declaring_again_changes_nothing(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let declare = |description: &str| Change::PutAgent { tenant: ACME, name: "a".into(), description: Some(description.into()) };
    let Ok(Outcome::Agent(first)) = commit_one(ledger.as_ref(), at(1), declare("first")) else { panic!("an agent") };
    let Ok(Outcome::Agent(again)) = commit_one(ledger.as_ref(), at(2), declare("second")) else { panic!("an agent") };
    assert_eq!(first, again);
    assert_eq!((first.description.as_deref(), first.created_at, first.updated_at), (Some("first"), at(1), at(1)));
    let Ok(Outcome::AgentVersion(first)) = commit_one(ledger.as_ref(), at(3), put_version("a", "v")) else { panic!("a version") };
    let Ok(Outcome::AgentVersion(again)) = commit_one(ledger.as_ref(), at(4), put_version("a", "v")) else { panic!("a version") };
    assert_eq!(first, again);
    assert_eq!((first.number, first.created_at), (VersionNumber(1), at(3)));
    assert_eq!(ledger.agent_version(ACME, AgentNumber(1), "v").expect("reads"), Some(first));
    let refused = commit_one(ledger.as_ref(), at(5), put_version("nobody", "v")).expect_err("no such agent");
    assert_eq!((refused.kind, refused.subject), (ErrorKind::NotFound, Some(Subject::Agent("nobody".into()))));
}

/// The same new name twice in a group is one thing.
pub fn a_name_twice_in_one_group_is_one_thing(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mention = |session: &str| {
        let mut draft = call(at(0), session);
        draft.mention.agent = Some("a".into());
        draft.mention.person = Some("p".into());
        draft
    };
    let changes = vec![
        put_agent(ACME, "a"),
        record(ACME, [mention("s"), mention("s")]),
        put_person("p", None),
        put_agent(ACME, "a"),
        put_session(ACME, "s", SessionPatch::default()),
        put_fingerprint(ACME, 1),
        put_fingerprint(ACME, 1),
        record(RIVAL, [mention("s")]),
    ];
    let record = commit(ledger.as_ref(), at(1), changes).record;
    let links: Vec<_> = sent(&record).iter().map(|event| event.links).collect();
    assert_eq!(links[0], links[1]);
    assert_ne!(links[0].session, links[2].session, "another tenant's session of the same key is another session");
    assert_ne!(links[0].person, links[2].person);
    assert_eq!(ledger.people(ACME, ALL).expect("reads").total, 1);
    assert_eq!(ledger.fingerprint(ACME, fingerprint_id(ACME, 1)).expect("reads").map(|known| known.number), Some(FingerprintNumber(1)));
    assert_eq!(ledger.session(ACME, "s").expect("reads").map(|session| session.totals.events), Some(2));
}

/// Given properties replace, none given leave; updating needs the person to exist and can take properties away.
pub fn people_are_declared_and_updated(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let update = |properties: Option<&str>| Change::UpdatePerson { tenant: ACME, key: "p".into(), properties: properties.map(Into::into) };
    let refused = commit_one(ledger.as_ref(), at(1), update(Some("{}"))).expect_err("nobody there");
    assert_eq!((refused.kind, refused.subject), (ErrorKind::NotFound, Some(Subject::Person("p".into()))));
    let steps = [
        (2, put_person("p", None), None, 2),
        (3, put_person("p", Some("{\"a\":1}")), Some("{\"a\":1}"), 3),
        (4, put_person("p", None), Some("{\"a\":1}"), 3),
        (5, update(Some("{\"b\":2}")), Some("{\"b\":2}"), 5),
        (6, update(None), None, 6),
    ];
    for (now, change, properties, updated) in steps {
        let Ok(Outcome::Person(person)) = commit_one(ledger.as_ref(), at(now), change) else { panic!("a person") };
        assert_eq!((person.properties.as_deref(), person.created_at, person.updated_at), (properties, at(2), at(updated)));
        assert_eq!(ledger.person(ACME, "p").expect("reads"), Some(person));
    }
}

/// People come newest first, versions in order of number; totals are exact on every page.
pub fn pages_of_people_and_versions(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut changes: Vec<Change> = (0..5).map(|n| put_person(&format!("p{n}"), None)).collect();
    changes.push(Change::PutPerson { tenant: RIVAL, key: "p".into(), properties: None });
    changes.push(put_agent(ACME, "a"));
    changes.extend((0..5).map(|n| put_version("a", &format!("v{n}"))));
    commit(ledger.as_ref(), at(1), changes);
    let paging = Paging { limit: 2, offset: 1 };
    let people = ledger.people(ACME, paging).expect("reads");
    assert_eq!((people.total, people.rows.iter().map(|p| p.key.as_str()).collect::<Vec<_>>()), (5, vec!["p3", "p2"]));
    let versions = ledger.agent_versions(ACME, AgentNumber(1), paging).expect("reads");
    assert_eq!((versions.total, versions.rows.iter().map(|v| v.name.as_str()).collect::<Vec<_>>()), (5, vec!["v1", "v2"]));
    assert_eq!(ledger.people(ACME, Paging { limit: 2, offset: 9 }).expect("reads").rows, []);
}

/// Names of any length and content are kept as given.
pub fn names_are_kept_as_given(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let names = [
        "a\0b".to_owned(),
        "\u{1F600} h\u{e9}llo w\u{f6}rld".into(),
        "x".repeat(4_096),
        String::new(),
        "a".into(),
        "A".into(),
        " a".into(),
    ];
    for name in &names {
        let mut draft = call(at(0), name);
        draft.mention.agent = Some(name.clone());
        draft.mention.agent_version = Some(name.clone());
        draft.mention.person = Some(name.clone());
        let patch = SessionPatch { tags: Some(vec![name.clone()]), host: Some(name.clone()), ..SessionPatch::default() };
        commit(ledger.as_ref(), at(1), vec![record(ACME, [draft]), put_session(ACME, name, patch)]);
    }
    drop(ledger);
    let ledger = fixture.open();
    for (at, name) in names.iter().enumerate() {
        let number = at as u32 + 1;
        assert_eq!(agent_number(ledger.as_ref(), name), Some(number), "{name:?}");
        let version = ledger.agent_version(ACME, AgentNumber(number), name).expect("reads").expect("the version");
        assert_eq!(&version.name, name);
        assert_eq!(ledger.person(ACME, name).expect("reads").map(|person| person.key).as_ref(), Some(name));
        let session = ledger.session(ACME, name).expect("reads").expect("the session");
        assert_eq!((&session.key, session.set.tags, session.set.host), (name, Some(vec![name.clone()]), Some(name.clone())));
    }
}

/// Names come for own numbers only.
pub fn names_for_numbers(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut draft = call(at(0), "s");
    draft.mention.person = Some("p".into());
    commit(ledger.as_ref(), at(1), vec![put_fingerprint(ACME, 1), record(ACME, [draft])]);
    let wanted = Wanted {
        agents: vec![AgentNumber(1), AgentNumber(1), AgentNumber(9)],
        versions: vec![(AgentNumber(1), VersionNumber(1))],
        people: vec![PersonNumber(1)],
        fingerprints: vec![FingerprintNumber(1)],
        sessions: vec![SessionNumber(1), SessionNumber(9)],
    };
    let names = ledger.names(ACME, &wanted).expect("reads");
    assert_eq!(names.agents.get(&AgentNumber(1)).map(String::as_str), Some("default"));
    assert_eq!(names.versions.get(&(AgentNumber(1), VersionNumber(1))).map(String::as_str), Some("default"));
    assert_eq!(names.people.get(&PersonNumber(1)).map(String::as_str), Some("p"));
    assert_eq!(names.fingerprints.get(&FingerprintNumber(1)), Some(&fingerprint_id(ACME, 1)));
    assert_eq!(names.sessions.get(&SessionNumber(1)).map(String::as_str), Some("s"));
    assert_eq!((names.agents.len(), names.sessions.len()), (1, 1));
    assert_eq!(ledger.names(RIVAL, &wanted).expect("reads"), debrief_store::Names::default());
}

/// Another tenant sees nothing of it all.
pub fn tenants_are_isolated(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let empty = view::lines(ledger.as_ref(), &[RIVAL]);
    let mut draft = call(at(0), "s");
    draft.mention.agent = Some("a".into());
    draft.mention.person = Some("p".into());
    let log = Change::AppendSessionLog { tenant: ACME, session: "s".into(), text: "text".into() };
    commit(ledger.as_ref(), at(1), vec![put_fingerprint(ACME, 1), record(ACME, [draft]), log]);
    let seen = view::lines(ledger.as_ref(), &[RIVAL]);
    assert_eq!(seen[1..seen.len() - 1], empty[1..]);
    let session = ledger.session(ACME, "s").expect("reads").expect("the owner sees it");
    assert!(ledger.session(RIVAL, "s").expect("reads").is_none());
    assert!(ledger.session(RIVAL, &session.id.0.to_string()).expect("reads").is_none());
    assert!(ledger.agent(RIVAL, "a").expect("reads").is_none());
    assert!(ledger.agent_version(RIVAL, AgentNumber(1), "default").expect("reads").is_none());
    assert!(ledger.person(RIVAL, "p").expect("reads").is_none());
    assert!(ledger.fingerprint(RIVAL, fingerprint_id(ACME, 1)).expect("reads").is_none());
    assert_eq!(ledger.session_agents(RIVAL, session.number).expect("reads"), []);
    assert_eq!(ledger.session_log(RIVAL, session.number).expect("reads"), "");
    assert_eq!(ledger.session_log(ACME, session.number).expect("reads"), "text");
}
