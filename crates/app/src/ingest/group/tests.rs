//! What becomes of new, repeated and amended events of one group.

use debrief_model::{Facts, Kind, Links, Mention, Position, Seq, Tokens};
use debrief_store::{RecentIds, body};

use super::*;

const T: TenantId = TenantId(1);

fn draft(key: Option<&str>, input: Option<u64>) -> Draft {
    let mut facts = Facts::new(Kind::Llm, "llm.completed", Timestamp(1_000), "agentops");
    facts.key = key.map(str::to_owned);
    facts.tokens.input = input;
    facts.body = body::encode(b"{}");
    Draft::new(facts, Mention::default())
}

fn events(drafts: Vec<Draft>) -> Write {
    Write::Events { tenant: T, drafts }
}

fn known(key: &str) -> Known {
    let id = event_id(T, key);
    let facts = draft(Some(key), Some(1)).facts;
    let event = Event { tenant: T, id, seq: Seq(4), position: Position(2), recorded_at: Timestamp(5), links: Links::default(), facts };
    Known { events: HashMap::from([((T, id), event)]), ..Known::default() }
}

fn form(writes: Vec<Write>, known: &Known) -> Formed {
    let (prices, mut traces) = (Prices::default(), Traces::default());
    let mut with = Forming { known, traces: &mut traces, prices: &prices, now: Timestamp(9) };
    Formed::new(writes.into_iter().map(|write| (Arc::new(Origin::system()), write)), &mut with).unwrap()
}

fn recorded(formed: &Formed) -> Vec<Option<u64>> {
    let of = |(_, change): &(Arc<Origin>, Change)| match change {
        Change::Record { events, .. } => events.iter().map(|(_, draft)| draft.facts.tokens.input).collect(),
        _ => Vec::new(),
    };
    formed.changes.iter().flat_map(of).collect()
}

#[test]
fn events_without_a_key_are_always_new() {
    let formed = form(vec![events(vec![draft(None, Some(1)), draft(None, Some(1))])], &Known::default());
    assert_eq!(recorded(&formed), [Some(1), Some(1)]);
}

#[test]
fn the_same_key_twice_is_one_event_within_a_write_and_across_writes() {
    let formed = form(vec![events(vec![draft(Some("a"), None), draft(Some("a"), Some(3))])], &Known::default());
    assert_eq!(recorded(&formed), [Some(3)]);
    let formed = form(
        vec![events(vec![draft(Some("a"), None)]), events(vec![draft(Some("a"), Some(3)), draft(Some("b"), None)])],
        &Known::default(),
    );
    assert_eq!(recorded(&formed), [Some(3), None]);
    assert_eq!(formed.answers, [Answer::Change(0), Answer::Change(1)]);
}

#[test]
fn a_known_event_is_revised_once_however_often_it_comes() {
    let formed = form(vec![events(vec![draft(Some("a"), Some(2))]), events(vec![draft(Some("a"), Some(3))])], &known("a"));
    assert_eq!(formed.answers, [Answer::Amended(1), Answer::Amended(1)]);
    let [(_, Change::Revise { revisions, .. })] = formed.changes.as_slice() else { panic!("one revision expected: {:?}", formed.changes) };
    assert_eq!(revisions.len(), 1);
    assert_eq!(revisions[0].before.tokens.input, Some(1));
    assert_eq!(revisions[0].after.facts.tokens, Tokens { input: Some(3), ..Tokens::default() });
    assert_eq!(revisions[0].after.seq, Seq(4));
}

#[test]
fn the_very_same_event_again_changes_nothing() {
    let formed = form(vec![events(vec![draft(Some("a"), Some(1))])], &known("a"));
    assert!(formed.changes.is_empty());
}

#[test]
fn amending_an_unknown_event_is_ignored() {
    let patch = Patch { name: Some("n".into()), ..Patch::default() };
    let formed = form(vec![Write::Amend { tenant: T, patches: vec![("zzz".into(), patch)] }], &known("a"));
    assert!(formed.changes.is_empty());
    assert_eq!(formed.answers, [Answer::Amended(0)]);
}

#[test]
fn questions_are_asked_about_remembered_and_possibly_forgotten_events_only() {
    let mut identity = Identity::new(&RecentIds::default());
    let write = events(vec![draft(Some("a"), None), draft(None, None)]);
    assert!(Questions::of(std::iter::once(&write), &identity).no_events());
    identity.remember(T, event_id(T, "a"), Timestamp(0), Timestamp(0));
    assert_eq!(Questions::of(std::iter::once(&write), &identity).anytime[&T], [event_id(T, "a")]);
    let forgetful = Identity::new(&RecentIds { latest_left_out: Some(Timestamp(2_000)), ..RecentIds::default() });
    let questions = Questions::of(std::iter::once(&write), &forgetful);
    assert_eq!(questions.within[&T], (vec![event_id(T, "a")], TimeRange { from: Some(Timestamp(1_000)), to: Some(Timestamp(1_001)) }));
}

#[test]
fn who_repeats_an_event_that_may_be_refused_does_not_share_its_group() {
    let mentioning = |key: &str| {
        let mut draft = draft(Some(key), None);
        draft.mention.fingerprint = Some(debrief_model::FingerprintId(Uuid::nil()));
        draft
    };
    let amend = |tenant, key: &str| Write::Amend { tenant, patches: vec![(key.into(), Patch::default())] };
    let mut refusable = Refusable::default();
    refusable.note(&events(vec![draft(Some("a"), None)]));
    assert!(!refusable.concerns(&events(vec![draft(Some("a"), None)])), "nothing can refuse it");
    refusable.note(&events(vec![mentioning("b"), draft(Some("c"), None), draft(None, None)]));
    for key in ["b", "c"] {
        assert!(refusable.concerns(&events(vec![draft(None, None), draft(Some(key), None)])), "{key}: a change is refused as a whole");
        assert!(refusable.concerns(&amend(T, key)));
        assert!(!refusable.concerns(&amend(TenantId(2), key)));
    }
    assert!(!refusable.concerns(&events(vec![mentioning("d"), draft(None, None)])));
}

#[test]
fn how_long_an_answer_took_stays_known_when_the_call_comes_twice() {
    let turn = |response_us| Some(Turn { assistant_messages: 1, response_us, ..Turn::default() });
    let call = || Draft { turn: turn(Some(7)), ..draft(Some("a"), Some(1)) };
    for writes in [vec![events(vec![call(), call()])], vec![events(vec![call()]), events(vec![call()])]] {
        let formed = form(writes, &Known::default());
        let Change::Record { events, .. } = &formed.changes[0].1 else { panic!("a record expected") };
        assert_eq!((events.len(), events[0].1.turn), (1, turn(Some(7))));
    }
}

#[test]
fn revised_events_leave_blocks_that_mostly_stay() {
    let mut together = body::Together::new();
    (0..4).for_each(|n| together.add(format!(r#"{{"n":{n}}}"#).as_bytes()));
    let bodies = together.finish();
    let revised = |count: usize| {
        let mut known = Known::default();
        let keys = ["a", "b", "c", "d"];
        for (key, body) in keys.iter().zip(&bodies) {
            let mut events = self::known(key).events;
            events.values_mut().for_each(|event| event.facts.body = body.clone());
            known.events.extend(events);
        }
        let patch = |key: &&str| ((*key).to_owned(), Patch { name: Some("n".into()), ..Patch::default() });
        let formed = form(vec![Write::Amend { tenant: T, patches: keys[..count].iter().map(patch).collect() }], &known);
        let [(_, Change::Revise { revisions, .. })] = formed.changes.as_slice() else { panic!("one change") };
        revisions.iter().map(|revision| revision.after.facts.body.clone()).collect::<Vec<_>>()
    };
    let [alone] = revised(1).try_into().unwrap();
    assert!(alone.block().is_none());
    assert_eq!(body::decode(&alone).unwrap(), br#"{"n":0}"#);
    assert!(revised(2).iter().all(|body| body.block().is_some_and(|block| Arc::ptr_eq(block, bodies[0].block().unwrap()))));
}
