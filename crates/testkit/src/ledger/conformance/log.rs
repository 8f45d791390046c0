//! What tells of changes, what is kept for repeated requests, and how conversations are judged.

use std::collections::BTreeMap;

use debrief_model::{
    AgentNumber, Conversation, ErrorKind, Kind, Position, SessionPatch, Speaker, Status, TimeRange, TokenSecret, Told, Turn,
};
use debrief_store::{Change, KeptAnswer, Ledger, body};

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, RIVAL, at, call, commit, commit_one, origin, put_fingerprint, put_session, record, told};

/// Every change to the catalogue is told in the record that makes it, and what changes nothing is not told.
pub fn changes_are_told_in_their_record(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut now = 0;
    let mut types = |changes: Vec<Change>| {
        now += 1;
        told(&commit(ledger.as_ref(), at(now), changes).record)
    };
    let person = |properties: Option<&str>| Change::PutPerson { tenant: ACME, key: "p".into(), properties: properties.map(Into::into) };
    assert_eq!(types(vec![person(None)]), ["person.created"]);
    assert_eq!(types(vec![person(None)]), [""; 0]);
    assert_eq!(types(vec![person(Some("{}"))]), ["person.updated"]);
    assert_eq!(types(vec![person(Some("{}"))]), [""; 0], "the same properties again");
    assert_eq!(types(vec![put_fingerprint(ACME, 1)]), ["fingerprint.created"]);
    assert_eq!(types(vec![put_fingerprint(ACME, 1)]), [""; 0]);
    let open = SessionPatch { tags: Some(vec!["t".into()]), ..SessionPatch::default() };
    let end = SessionPatch { ended_at: Some(at(99)), end_state: Some("Success".into()), ..SessionPatch::default() };
    assert_eq!(types(vec![put_session(ACME, "s", open.clone())]), ["session.started"]);
    assert_eq!(types(vec![put_session(ACME, "s", open)]), [""; 0]);
    assert_eq!(types(vec![put_session(ACME, "s", end.clone())]), ["session.ended"]);
    assert_eq!(types(vec![put_session(ACME, "t", end)]), ["session.started", "session.ended"], "begun and ended at once");
    let alias = || Change::PutAgentAlias { tenant: ACME, session: "s".into(), alias: "x".into(), name: "a".into() };
    assert_eq!(types(vec![alias()]), ["agent.created", "agent_version.created", "session.updated"]);
    assert_eq!(types(vec![alias()]), [""; 0]);
    let thread = || Change::PutThread { tenant: ACME, session: "s".into(), thread: "1".into(), agent_alias: None };
    assert_eq!(types(vec![thread()]), ["session.updated"]);
    assert_eq!(types(vec![thread()]), [""; 0]);
    assert_eq!(types(vec![Change::AppendSessionLog { tenant: ACME, session: "s".into(), text: "l".into() }]), ["session.updated"]);
    assert_eq!(types(vec![record(ACME, [call(at(0), "s")])]), ["agent.created", "agent_version.created"]);
    assert_eq!(types(vec![record(ACME, [call(at(0), "s")])]), [""; 0]);
}

/// Changes to tenants, keys and secrets are told by the next group that takes notices, once, in the tenant's own log.
pub fn notices_wait_to_be_taken(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let tenant = ledger.create_tenant("t", at(1), &origin()).expect("creates").id;
    let key = super::credentials::key(1);
    ledger.create_key(&key, &origin()).expect("creates");
    ledger.revoke_key(key.id, at(2), &origin()).expect("revokes");
    ledger.revoke_key(key.id, at(3), &origin()).expect("revokes again");
    ledger.put_token_secret(&TokenSecret { id: "s".into(), secret: [1; 32], created_at: at(4) }, &origin()).expect("adds");
    drop(ledger);
    let ledger = fixture.open();
    assert!(told(&commit(ledger.as_ref(), at(5), vec![]).record).is_empty());
    assert!(ledger.notices_wait().expect("reads"));
    let record = commit(ledger.as_ref(), at(6), vec![Change::TakeNotices]).record;
    assert_eq!(told(&record), ["tenant.created", "api_key.created", "api_key.revoked", "setting.updated"]);
    assert!(record.events.iter().all(|event| event.tenant == tenant && event.recorded_at == at(6)));
    let revoked = &record.events[2].facts;
    assert_eq!((revoked.occurred_at, revoked.actor.as_ref()), (at(2), Some(&origin().actor)));
    let said = String::from_utf8(body::decode(&record.events[1].facts.body).expect("a body")).expect("text");
    assert!(said.contains(r#""lastFour":"cafe""#) && !said.contains("hash"), "{said}");
    assert!(told(&commit(ledger.as_ref(), at(7), vec![Change::TakeNotices]).record).is_empty(), "once");
    assert!(!ledger.notices_wait().expect("reads"));
}

/// Every tenant is told of settings that are not what they were, across a restart, and of a gap.
pub fn settings_and_gaps_are_told_to_all(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let tenants = ["t", "u"].map(|name| ledger.create_tenant(name, at(1), &origin()).expect("creates").id);
    commit(ledger.as_ref(), at(2), vec![Change::TakeNotices]);
    let settings = |all: &[(&str, &str)]| all.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let first: BTreeMap<_, _> = settings(&[("a", "1"), ("b", "2"), ("c", "3")]);
    ledger.put_settings(&first, at(3), &origin()).expect("remembers");
    drop(ledger);
    let ledger = fixture.open();
    ledger.put_settings(&first, at(4), &origin()).expect("remembers");
    assert!(!ledger.notices_wait().expect("reads"), "nothing to compare with, and then nothing new");
    ledger.put_settings(&settings(&[("a", "1"), ("b", "5"), ("d", "4")]), at(5), &origin()).expect("remembers");
    ledger.tell_gap(Position(7), Position(9), at(6), &origin()).expect("tells");
    let record = commit(ledger.as_ref(), at(7), vec![Change::TakeNotices]).record;
    let told = record.events.iter().map(|event| {
        let resource = event.facts.resource.as_ref().and_then(|resource| resource.id.as_deref()).expect("a resource");
        let said = body::decode(&event.facts.body).expect("a body");
        assert_eq!(event.facts.actor.as_ref(), Some(&origin().actor));
        (event.tenant, resource.to_owned(), event.facts.occurred_at, String::from_utf8(said).expect("text"))
    });
    let expected = [
        ("b", at(5), r#"{"from":"2","setting":"b","to":"5"}"#),
        ("c", at(5), r#"{"from":"3","setting":"c","to":null}"#),
        ("d", at(5), r#"{"from":null,"setting":"d","to":"4"}"#),
        ("8-9", at(6), r#"{"firstPosition":8,"lastPosition":9}"#),
    ];
    let each = |(id, time, said): (&str, _, &str)| tenants.map(|tenant| (tenant, id.to_owned(), time, said.to_owned()));
    assert_eq!(told.collect::<Vec<_>>(), expected.into_iter().flat_map(each).collect::<Vec<_>>());
}

/// Answers are kept by key and tenant until they are forgotten.
pub fn answers_are_kept(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let kept = |n: u8| KeptAnswer { digest: [n; 32], answered_at: at(i64::from(n)), answer: vec![n, 0, 255] };
    for n in 1..=3 {
        let change = Change::KeepAnswer { tenant: ACME, key: format!("k{n}"), answer: kept(n) };
        commit_one(ledger.as_ref(), at(i64::from(n)), change).expect("keeps");
    }
    let found = |key: &str| ledger.kept_answer(ACME, key).expect("reads");
    assert_eq!((found("k1"), found("k4")), (Some(kept(1)), None));
    assert_eq!(ledger.kept_answer(RIVAL, "k1").expect("reads"), None);
    commit_one(ledger.as_ref(), at(9), Change::KeepAnswer { tenant: ACME, key: "k1".into(), answer: kept(9) }).expect("overwrites");
    assert_eq!(found("k1"), Some(kept(9)));
    assert_eq!(ledger.forget_answers(at(3)).expect("forgets"), 1);
    assert_eq!(ledger.forget_answers(at(3)).expect("forgets"), 0);
    assert_eq!((found("k1"), found("k2"), found("k3")), (Some(kept(9)), None, Some(kept(3))));
}

/// A session is found by its alias too; an alias means the first session that got it.
pub fn sessions_have_aliases(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let put = |tenant, key: &str| {
        let alias = Some("run_1".to_owned());
        Change::PutSession { tenant, key: key.into(), patch: SessionPatch::default(), shared_with: None, alias }
    };
    commit(ledger.as_ref(), at(1), vec![put(ACME, "s"), put(ACME, "t"), put(RIVAL, "r")]);
    let found = |tenant| ledger.session(tenant, "run_1").expect("reads").map(|session| session.key);
    assert_eq!((found(ACME).as_deref(), found(RIVAL).as_deref()), (Some("s"), Some("r")));
    commit(ledger.as_ref(), at(2), vec![put_session(ACME, "run_1", SessionPatch::default())]);
    assert_eq!(found(ACME).as_deref(), Some("run_1"), "a session's own key comes first");
}

/// An agent's conversations are shown with their course: what was said, how it ended, when it began.
pub fn conversations_are_shown(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let said = |speaker, response_us| {
        let user = u32::from(speaker == Speaker::User);
        let (asks, closes) = if user == 1 { (None, Some(true)) } else { (Some(true), None) };
        Turn {
            user_messages: user,
            assistant_messages: 1 - user,
            last_speaker: Some(speaker),
            asks,
            closes,
            response_us,
            ..Turn::default()
        }
    };
    let event = |micros: i64, session: &str, agent: Option<&str>, turn: Turn, status| {
        let mut draft = call(at(micros), session);
        (draft.turn, draft.facts.status) = (Some(turn), status);
        draft.mention.agent = agent.map(Into::into);
        draft
    };
    let drafts = [
        event(10, "s", Some("a"), said(Speaker::User, None), Status::Ok),
        event(20, "s", Some("a"), said(Speaker::Assistant, Some(5)), Status::Error),
        event(30, "t", None, said(Speaker::User, None), Status::Ok),
    ];
    commit(ledger.as_ref(), at(100), vec![record(ACME, drafts)]);
    let end = SessionPatch { end_state: Some("Fail".into()), ..SessionPatch::default() };
    commit(ledger.as_ref(), at(200), vec![put_session(ACME, "s", end)]);
    let ledger = reopened(fixture, ledger);
    let agent = |name: &str| ledger.agent(ACME, name).expect("reads").expect("mentioned").number;
    let seen = shown(ledger.as_ref(), agent("a"), TimeRange::default());
    let [conversation] = seen[..] else { panic!("{seen:?}") };
    assert_eq!((conversation.started_at, conversation.last_activity_at, conversation.told), (at(10), at(20), Some(Told::Failed)));
    let course = conversation.course;
    assert_eq!((course.user_messages, course.assistant_messages, course.last_speaker), (1, 1, Some(Speaker::Assistant)));
    assert_eq!((course.asks, course.closes, course.failed), (true, true, true));
    assert_eq!((course.response_us, course.responses, course.said_at), (5, 1, Some(at(20))));
    assert_eq!(ledger.session(ACME, "s").expect("reads").expect("there").course, course);
    let within = |from, to| shown(ledger.as_ref(), agent("a"), TimeRange { from: Some(at(from)), to: Some(at(to)) }).len();
    assert_eq!((within(10, 11), within(11, 99), within(0, 10)), (1, 0, 0), "it began within the range");
    assert_eq!(shown(ledger.as_ref(), agent("default"), TimeRange::default()).len(), 1);
    let late = event(40, "t", Some("a"), said(Speaker::Assistant, None), Status::Ok);
    commit(ledger.as_ref(), at(300), vec![record(ACME, [late])]);
    assert_eq!(shown(ledger.as_ref(), agent("default"), TimeRange::default()).len(), 0, "a named agent takes the lead");
    assert_eq!(shown(ledger.as_ref(), agent("a"), TimeRange::default()).len(), 2);
    let mut seen = 0;
    ledger.conversations(RIVAL, agent("a"), TimeRange::default(), &mut |_| seen += 1).expect("reads");
    assert_eq!(seen, 0);
}

fn reopened(fixture: &dyn Fixture, ledger: std::sync::Arc<dyn Ledger>) -> std::sync::Arc<dyn Ledger> {
    drop(ledger);
    fixture.open()
}

fn shown(ledger: &dyn Ledger, agent: AgentNumber, began: TimeRange) -> Vec<Conversation> {
    let mut seen = Vec::new();
    ledger.conversations(ACME, agent, began, &mut |conversation| seen.push(*conversation)).expect("reads");
    seen
}

/// A domain event concerns whom it names and nobody else.
pub fn domain_events_need_no_agent(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let mut draft = call(at(0), "s");
    draft.facts.kind = Kind::Domain;
    draft.facts.event_type = "order.shipped".into();
    let mut alone = draft.clone();
    alone.mention.session = None;
    let events = commit(ledger.as_ref(), at(1), vec![record(ACME, [draft, alone])]).record.events.clone();
    let shipped: Vec<_> = events.iter().filter(|event| event.facts.event_type == "order.shipped").collect();
    assert_eq!((shipped[0].links.agent, shipped[0].links.session.is_some(), shipped[1].links), (None, true, Default::default()));
    assert!(ledger.agent(ACME, "default").expect("reads").is_none());
    assert_eq!(ledger.session(ACME, "s").expect("reads").map(|session| session.totals.events), Some(1));
    let refused = Change::PutAgentVersion { tenant: ACME, agent: "default".into(), name: "v".into(), description: None };
    assert_eq!(commit_one(ledger.as_ref(), at(2), refused).expect_err("no such agent").kind, ErrorKind::NotFound);
}
