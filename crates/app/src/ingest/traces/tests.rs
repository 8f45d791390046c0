//! What spans take over from each other, in any order.

use debrief_model::{Kind, Tokens};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use uuid::Uuid;

use super::*;

const TENANT: TenantId = TenantId(1);
const TRACE: &str = "t";

/// One span of a made-up trace.
#[derive(Clone)]
struct Spec {
    id: u128,
    parent: Option<u128>,
    at: i64,
    kind: Span,
    used: Option<u64>,
    session: Option<&'static str>,
    agent: Option<&'static str>,
    person: Option<&'static str>,
}

fn spec(id: u128, parent: u128, at: i64) -> Spec {
    let parent = Some(parent).filter(|parent| *parent > 0);
    Spec { id, parent, at, kind: Span::Leaf, used: None, session: None, agent: None, person: None }
}

impl Spec {
    fn draft(&self) -> Draft {
        let mut facts = Facts::new(Kind::Llm, "llm.completed", Timestamp(self.at), "test");
        facts.trace_id = Some(TRACE.into());
        facts.span_id = Some(self.id.to_string());
        facts.parent_span_id = self.parent.map(|parent| parent.to_string());
        facts.tokens = Tokens { input: self.used, ..Tokens::default() };
        let text = |word: Option<&str>| word.map(str::to_owned);
        let (session, agent, person) = (text(self.session), text(self.agent), text(self.person));
        let mention = Mention { session, agent, person, ..Mention::default() };
        Draft { span: Some(self.kind), ..Draft::new(facts, mention) }
    }

    fn id(&self) -> EventId {
        EventId(Uuid::from_u128(self.id))
    }
}

type Found = std::collections::BTreeMap<u128, (Option<String>, Option<String>, Option<String>, Option<u64>)>;

/// What every span belongs to and what of its use counts, once all groups have come.
fn deliver(groups: &[Vec<Spec>]) -> Found {
    let key: Key = (TENANT, TRACE.into());
    let mut traces = Traces::default();
    let mut found = Found::new();
    for group in groups {
        let mut touched = Touched::default();
        if !traces.remembers(&key) {
            traces.learn(key.clone(), Trace::default());
        }
        let mut drafts: Vec<(Spec, Draft)> = group.iter().map(|spec| (spec.clone(), spec.draft())).collect();
        for (spec, draft) in &drafts {
            traces.note(&mut touched, key.clone(), spec.id(), draft);
        }
        for ((_, id), Relink { mention, counts }) in traces.settle(&touched) {
            let known = found.get_mut(&id.0.as_u128()).expect("only what is recorded is linked anew");
            let used = known.3.filter(|_| counts);
            *known = (mention.session, mention.agent, mention.person, used);
        }
        for (spec, draft) in &mut drafts {
            traces.apply(&key, spec.id(), draft);
            let Draft { mention, facts, .. } = draft;
            let told = (mention.session.clone(), mention.agent.clone(), mention.person.clone(), facts.tokens.input);
            found.insert(spec.id, told);
        }
    }
    found
}

/// An agent that reports what its two calls used once more, another one without calls of its own, and a tool.
fn example() -> Vec<Spec> {
    vec![
        Spec { session: Some("conversation"), person: Some("p"), kind: Span::Summary, used: Some(60), ..spec(1, 0, 10) },
        Spec { agent: Some("clerk"), kind: Span::Summary, used: Some(30), ..spec(2, 1, 20) },
        Spec { used: Some(10), ..spec(3, 2, 30) },
        Spec { used: Some(20), ..spec(4, 2, 40) },
        Spec { agent: Some("scout"), kind: Span::Summary, used: Some(30), ..spec(5, 1, 50) },
        Spec { kind: Span::Summary, ..spec(6, 5, 60) },
    ]
}

#[test]
fn only_what_nothing_within_says_again_counts() {
    let found = deliver(&[example()]);
    let counted: Vec<_> = found.values().map(|told| told.3).collect();
    assert_eq!(counted, [None, None, Some(10), Some(20), Some(30), None]);
}

#[test]
fn a_call_that_two_instrumentations_see_counts_once() {
    let outer = Spec { used: Some(7), ..spec(1, 0, 10) };
    let found = deliver(&[vec![outer.clone(), Spec { used: Some(7), ..spec(2, 1, 11) }]]);
    assert_eq!((found[&1].3, found[&2].3), (None, Some(7)));
    assert_eq!(deliver(&[vec![outer]])[&1].3, Some(7));
}

#[test]
fn what_a_span_does_not_say_is_its_ancestors_or_its_traces() {
    let found = deliver(&[example()]);
    assert!(found.values().all(|told| told.0.as_deref() == Some("conversation") && told.2.as_deref() == Some("p")), "{found:?}");
    let agents: Vec<_> = found.values().map(|told| told.1.as_deref().unwrap_or_default()).collect();
    assert_eq!(agents, ["clerk", "clerk", "clerk", "clerk", "scout", "scout"], "the root takes the first agent of its trace");
}

#[test]
fn a_trace_that_names_no_conversation_is_one() {
    let found = deliver(&[vec![spec(1, 0, 10), spec(2, 1, 20)]]);
    assert!(found.values().all(|told| told.0.as_deref() == Some(TRACE)));
}

#[test]
fn spans_that_contain_each_other_end() {
    let found = deliver(&[vec![spec(1, 2, 10), Spec { used: Some(1), ..spec(2, 1, 20) }, spec(3, 3, 30)]]);
    assert_eq!(found.len(), 3);
}

#[test]
fn a_chain_as_long_as_it_likes_is_followed() {
    let mut chain: Vec<Spec> = (1..=50_000).map(|id| spec(id, id - 1, id as i64)).collect();
    chain[0].agent = Some("clerk");
    let found = deliver(&[chain]);
    assert_eq!(found[&50_000].1.as_deref(), Some("clerk"));
}

fn any_trace(rng: &mut StdRng) -> Vec<Spec> {
    let word = |rng: &mut StdRng, words: [&'static str; 2]| rng.random_ratio(1, 6).then(|| words[rng.random_range(0..2)]);
    let count = rng.random_range(1..14_u128);
    let any = |id: u128, rng: &mut StdRng| Spec {
        kind: if rng.random() { Span::Leaf } else { Span::Summary },
        used: rng.random_ratio(1, 2).then(|| rng.random_range(0..9)),
        session: word(rng, ["c", "d"]),
        agent: word(rng, ["a", "b"]),
        person: word(rng, ["p", "q"]),
        // Some begin at the same time, some have a parent that never comes.
        ..spec(id, rng.random_range(0..id + 2), rng.random_range(0..6))
    };
    (1..=count).map(|id| any(id, rng)).collect()
}

#[test]
fn the_order_in_which_spans_come_changes_nothing() {
    for seed in 0..600 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut spans = any_trace(&mut rng);
        let whole = deliver(&[spans.clone()]);
        for _ in 0..4 {
            spans.shuffle(&mut rng);
            let mut groups: Vec<Vec<Spec>> = vec![Vec::new()];
            for span in &spans {
                if rng.random_ratio(1, 3) {
                    groups.push(Vec::new());
                }
                groups.last_mut().unwrap().push(span.clone());
            }
            assert_eq!(deliver(&groups), whole, "seed {seed}");
        }
    }
}

#[test]
fn what_was_said_of_a_session_is_passed_on_once() {
    let key: Key = (TENANT, TRACE.into());
    let mut traces = Traces::default();
    traces.learn(key.clone(), Trace::default());
    let mut said = Vec::new();
    for (id, title) in [(1, "a"), (2, "a"), (3, "b")] {
        let spec = spec(id, 0, 1);
        let set = SessionPatch { title: Some(title.into()), ..SessionPatch::default() };
        let mut draft = Draft { set: Some(Box::new(set)), ..spec.draft() };
        let mut touched = Touched::default();
        traces.note(&mut touched, key.clone(), spec.id(), &draft);
        traces.settle(&touched);
        said.extend(traces.apply(&key, spec.id(), &mut draft).and_then(|set| set.title));
    }
    assert_eq!(said, ["a", "b"]);
}

/// Between two spans somebody else may have told the session another resolution, which the second must not take back.
#[test]
fn a_resolution_is_passed_on_when_it_changes_and_a_domain_event_s_as_it_is() {
    let (yes, no) = (Some(Resolution::Resolved), Some(Resolution::Unresolved));
    let key: Key = (TENANT, TRACE.into());
    let mut traces = Traces::default();
    traces.learn(key.clone(), Trace::default());
    let mut say = |id, at, kind: Kind, span_id: Option<&str>, title: &str, resolution| {
        let set = SessionPatch { title: Some(title.into()), resolution, ..SessionPatch::default() };
        let mut draft = Draft { set: Some(Box::new(set)), ..spec(id, 0, at).draft() };
        (draft.facts.kind, draft.facts.span_id) = (kind, span_id.map(Into::into));
        let mut touched = Touched::default();
        traces.note(&mut touched, key.clone(), spec(id, 0, at).id(), &draft);
        traces.settle(&touched);
        traces.apply(&key, spec(id, 0, at).id(), &mut draft).map(|set| (set.title.unwrap_or_default(), set.resolution))
    };
    let passed = |title: &str, resolution| Some((title.to_owned(), resolution));
    assert_eq!(say(1, 1, Kind::Span, None, "a", yes), passed("a", yes));
    assert_eq!(say(2, 2, Kind::Llm, Some("2"), "b", None), passed("b", None), "told before");
    assert_eq!(say(3, 1, Kind::Domain, None, "c", no), passed("c", no), "as it is");
    assert_eq!(say(4, 4, Kind::Span, None, "d", no), passed("d", no));
    assert_eq!(say(4, 4, Kind::Span, None, "e", yes), None, "a record that comes again was heard");
    assert_eq!(say(5, 3, Kind::Span, None, "d", yes), None, "what was said before does not count after");
}

/// Traces of two spans, of which the second names no conversation: more than one generation of them, in groups of any size.
#[test]
fn no_span_is_forgotten_before_its_group_is_formed() {
    let mut traces = Traces::default();
    let groups = 50;
    let per_group = GENERATION_SPANS_MAX as u128 / 2 * 3 / groups;
    for group in 0..groups {
        traces.make_room();
        let mut touched = Touched::default();
        let numbers = group * per_group..(group + 1) * per_group;
        let mut drafts = Vec::new();
        for number in numbers {
            let key: Key = (TENANT, number.to_string().into());
            let root = Spec { session: Some("conversation"), ..spec(2 * number + 1, 0, 1) };
            assert!(!traces.remembers(&key));
            traces.learn(key.clone(), Trace::default());
            for spec in [spec(2 * number + 2, 2 * number + 1, 2), root] {
                let draft = spec.draft();
                traces.note(&mut touched, key.clone(), spec.id(), &draft);
                drafts.push((key.clone(), spec.id(), draft));
            }
        }
        assert!(traces.settle(&touched).is_empty());
        for (key, id, draft) in &mut drafts {
            traces.apply(key, *id, draft);
            assert_eq!(draft.mention.session.as_deref(), Some("conversation"), "group {group}");
        }
    }
    assert!(traces.young.len() + traces.old.len() <= GENERATION_SPANS_MAX + per_group as usize, "bounded all the same");
}

/// Few things said often and, in the second round, more different ones than are remembered, of which the last ones differ.
#[test]
fn what_is_believed_of_a_session_depends_on_when_spans_ended() {
    for (spans, titles) in [(40, 3), (3 * SAYINGS_MAX as i64, SAYINGS_MAX as i64 - 1)] {
        let said = |at: i64| {
            let mut facts = spec(at as u128 + 1, 0, 1_000 - at).draft().facts;
            facts.ended_at = Some(Timestamp(2_000 + at));
            let environment = (at == 5).then(|| "production".to_owned());
            (facts, SessionPatch { title: Some((at % titles).to_string()), environment, ..SessionPatch::default() })
        };
        for seed in 0..20 {
            let mut order: Vec<i64> = (0..spans).collect();
            order.shuffle(&mut StdRng::seed_from_u64(seed));
            let mut trace = Trace::default();
            for at in order {
                let (facts, set) = said(at);
                trace.hear(EventId(Uuid::from_u128(at as u128 + 1)), &facts, &set);
            }
            let last = ((spans - 1) % titles).to_string();
            assert_eq!((trace.set.title, trace.set.environment.as_deref()), (Some(last), Some("production")), "seed {seed}");
        }
    }
}
