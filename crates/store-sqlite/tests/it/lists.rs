//! A list of sessions has two ways to its rows (see `read::sessions`); both lead to the same list.

use debrief_model::{AgentNumber, Paging, PersonNumber, SessionFilter, SessionPatch};
use debrief_testkit::ledger::Fixture;
use debrief_testkit::ledger::build::{ACME, at, call, commit, put_session, record};

use crate::fixture::SqliteFixture;

/// A rare tag is found by its own index and a frequent one by walking: both ways give the same list.
#[test]
fn both_ways_to_a_list_agree() {
    let fixture = SqliteFixture::default();
    let ledger = fixture.open();
    let mut changes = Vec::new();
    for n in 0..1_500 {
        let mut tags = vec!["frequent".to_owned()];
        tags.extend((n % 300 == 7).then(|| "rare".to_owned()));
        let key = format!("s{n}");
        let mut draft = call(at(n * 7_919 % 1_500), &key);
        draft.mention.agent = Some(if n % 300 == 7 { "rare" } else { "frequent" }.into());
        draft.mention.person = Some(if n % 300 == 7 { "rare" } else { "frequent" }.into());
        changes.push(record(ACME, [draft]));
        changes.push(put_session(ACME, &key, SessionPatch { tags: Some(tags), ..SessionPatch::default() }));
    }
    commit(ledger.as_ref(), at(2_000), changes);
    let number = |key: &str| ledger.person(ACME, key).expect("reads").expect("the person").number;
    let (rare, frequent) = (number("rare"), number("frequent"));
    assert_ne!(rare, frequent);
    let by_tag = |tag: &str| SessionFilter { tag: Some(tag.into()), ..SessionFilter::default() };
    let by_person = |person: PersonNumber| SessionFilter { person: Some(person), ..SessionFilter::default() };
    let by_agent = |agent: &str| {
        let agent: Option<AgentNumber> = ledger.agent(ACME, agent).expect("reads").map(|agent| agent.number);
        SessionFilter { agent, ..SessionFilter::default() }
    };
    let cases =
        [(by_tag("rare"), 5), (by_person(rare), 5), (by_agent("rare"), 5), (by_tag("frequent"), 1_500), (by_person(frequent), 1_495)];
    for (filter, total) in cases {
        let page = ledger.sessions(ACME, &filter, Paging { limit: 100, offset: 0 }).expect("reads");
        assert_eq!((page.total, page.rows.len() as u64), (total, total.min(100)), "{filter:?}");
        assert!(page.rows.is_sorted_by_key(|session| std::cmp::Reverse((session.last_activity_at, session.number))));
    }
}
