//! Sessions: patches, sharing, logs, threads, and lists.

use debrief_model::{AgentNumber, Paging, PersonNumber, Session, SessionFilter, SessionNumber, SessionPatch, TimeRange, VersionNumber};
use debrief_store::{Change, Ledger, Outcome};

use crate::ledger::Fixture;
use crate::ledger::build::{ACME, RIVAL, at, call, commit, commit_one, put_session, record};
use crate::ledger::view::ALL;

/// A patch changes what it says and nothing else.
pub fn a_patch_changes_only_what_it_says(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let first = SessionPatch {
        started_at: Some(at(-50)),
        tags: Some(vec!["x".into(), "y".into()]),
        environment: Some("prod".into()),
        host: Some("{\"os\":1}".into()),
        ..SessionPatch::default()
    };
    let second = SessionPatch {
        ended_at: Some(at(9)),
        end_state: Some("Success".into()),
        end_state_reason: Some("done".into()),
        tags: Some(vec!["y".into(), "z".into()]),
        video: Some("v".into()),
        ..SessionPatch::default()
    };
    let mut expected = SessionPatch::default();
    for (now, patch) in (1..).zip([first, SessionPatch::default(), second, SessionPatch::default()]) {
        expected.absorb(patch.clone());
        let answer = commit_one(ledger.as_ref(), at(now), put_session(ACME, "s", patch));
        let Ok(Outcome::Session(session)) = answer else { panic!("a session") };
        // Which event told how it ended is the ledger's to say.
        assert_eq!(session.set.resolved_by.is_some(), expected.end_state.is_some());
        expected.resolved_by = session.set.resolved_by;
        // While nothing happened in it, what is said of it is all there is.
        let last_activity_at = if now == 1 { at(1) } else { at(-90) };
        assert_eq!((&session.set, session.started_at, session.last_activity_at), (&expected, at(-50), last_activity_at));
        assert_eq!(ledger.session(ACME, "s").expect("reads"), Some(*session));
        commit(ledger.as_ref(), at(now), vec![record(ACME, [call(at(-90), "s")])]);
        let session = ledger.session(ACME, "s").expect("reads").expect("the session");
        assert_eq!((session.set, session.started_at), (expected.clone(), at(-50)), "events leave it alone");
    }
    let tagged = |tag: &str| list(ledger.as_ref(), &SessionFilter { tag: Some(tag.into()), ..SessionFilter::default() }, ALL).0;
    assert_eq!(["x", "y", "z"].map(tagged), [0, 1, 1]);
}

/// A shared session is found by the other tenant, own ones first, but is not in its lists.
pub fn shared_sessions_are_found(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let share = |key: &str| Change::PutSession {
        tenant: ACME,
        key: key.into(),
        patch: SessionPatch::default(),
        shared_with: Some(RIVAL),
        alias: None,
    };
    commit(ledger.as_ref(), at(1), vec![share("s"), share("both"), put_session(RIVAL, "both", SessionPatch::default())]);
    commit(ledger.as_ref(), at(2), vec![put_session(ACME, "s", SessionPatch::default())]);
    let session = ledger.session(ACME, "s").expect("reads").expect("own");
    assert_eq!(session.shared_with, Some(RIVAL), "not said again, not changed");
    assert_eq!(ledger.session(RIVAL, "s").expect("reads").as_ref(), Some(&session));
    assert_eq!(ledger.session(RIVAL, &session.id.0.to_string()).expect("reads"), Some(session));
    assert_eq!(ledger.session(RIVAL, "both").expect("reads").map(|session| session.tenant), Some(RIVAL));
    assert_eq!(ledger.sessions(RIVAL, &SessionFilter::default(), ALL).expect("reads").total, 1);
}

/// Logs grow at their end; threads are noted; both create their session.
pub fn logs_and_threads(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let log = |text: &str| Change::AppendSessionLog { tenant: ACME, session: "s".into(), text: text.into() };
    let thread = |alias: &str| Change::PutThread { tenant: ACME, session: "t".into(), thread: "1".into(), agent_alias: Some(alias.into()) };
    commit(ledger.as_ref(), at(1), vec![log("one\0"), log("two"), thread("a")]);
    commit(ledger.as_ref(), at(2), vec![log(""), log("\u{1F600}"), thread("b")]);
    let number = |key: &str| ledger.session(ACME, key).expect("reads").map(|session| session.number).expect("the session");
    assert_eq!(ledger.session_log(ACME, number("s")).expect("reads"), "one\0two\u{1F600}");
    assert_eq!(ledger.session_log(ACME, number("t")).expect("reads"), "");
}

fn list(ledger: &dyn Ledger, filter: &SessionFilter, paging: Paging) -> (u64, Vec<String>) {
    let page = ledger.sessions(ACME, filter, paging).expect("reads");
    (page.total, page.rows.into_iter().map(|session| session.key).collect())
}

fn fill(ledger: &dyn Ledger) -> Vec<Session> {
    for n in 0..60_i64 {
        // Activity goes back and forth and has ties, so that neither number nor key orders the list.
        let mut draft = call(at(n * 17 % 20), &format!("s{n}"));
        draft.mention.agent = Some(format!("a{}", n % 3));
        draft.mention.agent_version = Some(format!("v{}", n % 2));
        draft.mention.person = (n % 4 == 0).then(|| format!("p{}", n % 8));
        let mut second = call(at(0), &format!("s{n}"));
        second.mention.agent = Some("everywhere".into());
        let patch = SessionPatch {
            tags: Some(vec![format!("t{}", n % 5), "all".into()]),
            end_state: (n % 6 == 0).then(|| "Fail".into()),
            ..SessionPatch::default()
        };
        // The patch comes first, long ago: it is activity too.
        commit(ledger, at(-1_000), vec![put_session(ACME, &format!("s{n}"), patch)]);
        commit(ledger, at(1_000), vec![record(ACME, [draft, second]), record(RIVAL, [call(at(n), "s")])]);
    }
    let mut all = ledger.sessions(ACME, &SessionFilter::default(), ALL).expect("reads").rows;
    all.sort_by_key(|session| std::cmp::Reverse((session.last_activity_at, session.number)));
    all
}

/// Every filter, alone and together, every page by offset and by cursor: the same rows and the same total as by hand.
pub fn sessions_are_listed(fixture: &dyn Fixture) {
    let ledger = fixture.open();
    let all = fill(ledger.as_ref());
    let agents: Vec<_> = all.iter().map(|session| ledger.session_agents(ACME, session.number).expect("reads")).collect();
    check_numbers(ledger.as_ref(), &all);
    for (agent, version, person, tag, end_state, time) in filters() {
        let filter = SessionFilter { agent, agent_version: version, person, tag, end_state, time, after: None };
        let expected: Vec<&Session> =
            all.iter().zip(&agents).filter(|(session, agents)| is_match(&filter, session, agents)).map(|(session, _)| session).collect();
        check_pages(ledger.as_ref(), &filter, &expected);
    }
}

/// Sessions are also found by number, and all numbers there are can be walked through.
fn check_numbers(ledger: &dyn Ledger, all: &[Session]) {
    let mut by_number: Vec<Session> = all.to_vec();
    by_number.sort_by_key(|session| session.number);
    let mut wanted: Vec<SessionNumber> = all.iter().map(|session| session.number).collect();
    wanted.extend([SessionNumber(9_999), wanted[0]]);
    assert_eq!(ledger.sessions_numbered(ACME, &wanted).expect("reads"), by_number);
    assert_eq!(ledger.sessions_numbered(RIVAL, &wanted).expect("reads"), []);
    let (mut walked, mut after) = (Vec::new(), SessionNumber(0));
    loop {
        let step = ledger.session_numbers(after, 3).expect("reads");
        let Some((_, last)) = step.last() else { break };
        after = *last;
        walked.extend(step.into_iter().filter(|(tenant, _)| *tenant == ACME).map(|(_, number)| number));
    }
    assert_eq!(walked, by_number.iter().map(|session| session.number).collect::<Vec<_>>());
}

type Choice = (Option<AgentNumber>, Option<VersionNumber>, Option<PersonNumber>, Option<String>, Option<String>, TimeRange);

fn filters() -> Vec<Choice> {
    let mut filters = Vec::new();
    for agent in [None, Some(AgentNumber(1)), Some(AgentNumber(2)), Some(AgentNumber(77))] {
        for version in [None, Some(VersionNumber(1)), Some(VersionNumber(2))] {
            for person in [None, Some(PersonNumber(1))] {
                for tag in [None, Some("t1".to_owned()), Some("all".to_owned())] {
                    for end_state in [None, Some("Fail".to_owned())] {
                        let ranges = [(None, None), (Some(at(5)), None), (Some(at(3)), Some(at(15)))];
                        let ranges = ranges.map(|(from, to)| TimeRange { from, to });
                        filters.extend(ranges.map(|time| (agent, version, person, tag.clone(), end_state.clone(), time)));
                    }
                }
            }
        }
    }
    filters
}

fn is_match(filter: &SessionFilter, session: &Session, agents: &[(AgentNumber, VersionNumber)]) -> bool {
    let SessionFilter { agent, agent_version, person, tag, end_state, time, after: _ } = filter;
    agents.iter().any(|(a, v)| agent.is_none_or(|agent| agent == *a) && agent_version.is_none_or(|version| version == *v))
        && (person.is_none() || session.person == *person)
        && tag.as_ref().is_none_or(|tag| session.set.tags.iter().flatten().any(|known| known == tag))
        && (end_state.is_none() || session.set.end_state == *end_state)
        && time.contains(session.last_activity_at)
}

fn check_pages(ledger: &dyn Ledger, filter: &SessionFilter, expected: &[&Session]) {
    let total = expected.len() as u64;
    for (limit, offset) in [(7, 0), (7, 5), (100, 0), (3, 1_000), (0, 0)] {
        let rows = expected.iter().skip(offset).take(limit).map(|session| session.key.clone()).collect();
        let paging = Paging { limit: limit as u32, offset: offset as u64 };
        assert_eq!(list(ledger, filter, paging), (total, rows), "{filter:?} {paging:?}");
    }
    let mut seen = Vec::new();
    let mut filter = filter.clone();
    loop {
        let page = ledger.sessions(ACME, &filter, Paging { limit: 8, offset: 0 }).expect("reads");
        assert_eq!(page.total, total, "the total does not depend on the cursor");
        let Some(last) = page.rows.last() else { break };
        filter.after = Some((last.last_activity_at, last.number));
        seen.extend(page.rows.into_iter().map(|session| session.key));
    }
    assert_eq!(seen, expected.iter().map(|session| session.key.clone()).collect::<Vec<_>>(), "{filter:?}");
    if let [first, second, third, ..] = expected {
        filter.after = Some((first.last_activity_at, first.number));
        assert_eq!(list(ledger, &filter, Paging { limit: 1, offset: 1 }), (total, vec![third.key.clone()]), "offset after {}", second.key);
    }
}
