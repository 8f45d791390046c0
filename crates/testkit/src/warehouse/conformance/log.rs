//! Promises about the event log: resources, workflows, causes, counts. What each filter means is said in `model::audit`; here it is
//! said again, by example.

use debrief_model::{
    Actor, Aggregate, Correlated, Dimension, Event, EventFilter, EventId, Facts, Kind, Order, Resource, Resourced, Scan, SessionNumber,
    Tally, TallyRow,
};
use debrief_store::Warehouse;

use super::super::Fixture;
use super::super::builders::{TENANT, event, record, revising};
use super::super::check::everything;
use super::apply;

/// The event of this `seq`, of that kind, with some facts.
fn told(seq: u64, kind: Kind, tell: impl FnOnce(&mut Facts)) -> Event {
    let mut told = event(seq, 1);
    told.facts.kind = kind;
    tell(&mut told.facts);
    told
}

fn in_session(mut event: Event, session: u64) -> Event {
    event.links.session = Some(SessionNumber(session));
    event
}

fn resource(kind: &str, id: Option<&str>) -> Option<Resource> {
    Some(Resource { kind: kind.into(), id: id.map(str::to_owned) })
}

fn id_of(seq: u64) -> Option<EventId> {
    Some(event(seq, 1).id)
}

fn found(warehouse: &dyn Warehouse, filter: EventFilter) -> Vec<u64> {
    let page = warehouse.scan(TENANT, &Scan { filter, ..everything(Order::Ascending) }).expect("a page");
    assert_eq!(page.total, page.rows.len() as u64, "the total is the number of rows");
    page.rows.iter().map(|event| event.seq.0).collect()
}

fn about(warehouse: &dyn Warehouse, id: &str, event: Option<EventId>, session: Option<u64>) -> Vec<u64> {
    let wanted = Resourced { id: id.into(), event, session: session.map(SessionNumber) };
    found(warehouse, EventFilter { resource: Some(wanted), ..EventFilter::default() })
}

fn about_a(warehouse: &dyn Warehouse, resource_type: &str) -> Vec<u64> {
    found(warehouse, EventFilter { resource_type: Some(resource_type.into()), ..EventFilter::default() })
}

fn part_of(warehouse: &dyn Warehouse, id: &str, session: Option<u64>, event: Option<EventId>) -> Vec<u64> {
    let wanted = Correlated { id: id.into(), session: session.map(SessionNumber), event };
    found(warehouse, EventFilter { correlation: Some(wanted), ..EventFilter::default() })
}

fn caused_by(warehouse: &dyn Warehouse, causes: &[&str]) -> Vec<u64> {
    found(warehouse, EventFilter { caused_by: causes.iter().map(|cause| (*cause).to_owned()).collect(), ..EventFilter::default() })
}

/// Whatever holds of fresh events holds of settled ones.
fn in_both_tiers(warehouse: &dyn Warehouse, holds: impl Fn()) {
    holds();
    warehouse.settle().expect("settled");
    holds();
}

/// Events with and without resources of their own: domain events (1, 5, 6), calls (2, 4), messages (3, 7).
fn resources() -> Vec<Event> {
    vec![
        told(1, Kind::Domain, |facts| facts.resource = resource("decision", Some("r"))),
        told(2, Kind::Tool, |_| {}),
        in_session(told(3, Kind::Message, |_| {}), 7),
        in_session(told(4, Kind::Llm, |facts| facts.resource = resource("decision", Some("r"))), 7),
        told(5, Kind::Domain, |facts| facts.resource = resource("decision", None)),
        told(6, Kind::Domain, |_| {}),
        told(7, Kind::Message, |_| {}),
    ]
}

/// An event is about the resource it names; else a call is its own resource, and a message's is its session.
pub fn a_resource_is_what_events_say_or_are(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    apply(warehouse, record(1, resources()));
    in_both_tiers(warehouse, || {
        assert_eq!(about(warehouse, "r", None, None), [1, 4]);
        assert_eq!(about(warehouse, "r", id_of(2), Some(7)), [1, 2, 3, 4]);
        assert_eq!(about(warehouse, "x", id_of(2), None), [2]);
        assert_eq!(about(warehouse, "x", id_of(4), None), [0; 0], "it says otherwise");
        assert_eq!(about(warehouse, "x", id_of(3), None), [0; 0], "a message is no call");
        assert_eq!(about(warehouse, "x", id_of(6), None), [0; 0], "a domain event is no call");
        assert_eq!(about(warehouse, "x", None, Some(7)), [3]);
        assert_eq!(about(warehouse, "", None, None), [0; 0], "no id is not the empty one");
    });
    let silent = in_session(told(4, Kind::Llm, |_| {}), 7);
    apply(warehouse, revising(2, Vec::new(), vec![silent]));
    in_both_tiers(warehouse, || {
        assert_eq!(about(warehouse, "r", None, None), [1], "4 does not say so any more");
        assert_eq!(about(warehouse, "r", id_of(4), Some(7)), [1, 3, 4]);
    });
}

/// An event is about the type of resource it names; else calls are action runs, and messages are about chat threads.
pub fn a_resource_type_is_what_events_say_or_follows_from_their_kind(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    let mut events = resources();
    events.push(told(8, Kind::Domain, |facts| facts.resource = resource("action_run", Some("r"))));
    events.extend([Kind::Action, Kind::Error, Kind::Span].into_iter().zip(9..).map(|(kind, seq)| told(seq, kind, |_| {})));
    apply(warehouse, record(1, events));
    in_both_tiers(warehouse, || {
        assert_eq!(about_a(warehouse, "decision"), [1, 4, 5]);
        assert_eq!(about_a(warehouse, "action_run"), [2, 8, 9, 10, 11]);
        assert_eq!(about_a(warehouse, "chat_thread"), [3, 7]);
        assert_eq!(about_a(warehouse, "template"), [0; 0]);
        assert_eq!(about_a(warehouse, ""), [0; 0]);
    });
    apply(warehouse, revising(2, Vec::new(), vec![told(2, Kind::Tool, |facts| facts.resource = resource("decision", Some("s")))]));
    in_both_tiers(warehouse, || {
        assert_eq!(about_a(warehouse, "decision"), [1, 2, 4, 5]);
        assert_eq!(about_a(warehouse, "action_run"), [8, 9, 10, 11]);
    });
}

/// An event is part of the workflow it names, else of its session, else of its trace, else it is one by itself.
pub fn a_workflow_is_named_or_a_session_or_a_trace_or_the_event(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    let named = |id: &'static str| move |facts: &mut Facts| facts.correlation_id = Some(id.into());
    let traced = |facts: &mut Facts| facts.trace_id = Some("w".into());
    let both = |facts: &mut Facts| {
        named("v")(facts);
        traced(facts);
    };
    let events = vec![
        told(1, Kind::Domain, named("w")),
        in_session(told(2, Kind::Llm, |_| {}), 7),
        in_session(told(3, Kind::Llm, named("w")), 7),
        told(4, Kind::Span, traced),
        in_session(told(5, Kind::Span, traced), 8),
        told(6, Kind::Tool, |_| {}),
        told(7, Kind::Domain, both),
    ];
    apply(warehouse, record(1, events));
    in_both_tiers(warehouse, || {
        assert_eq!(part_of(warehouse, "w", None, None), [1, 3, 4]);
        assert_eq!(part_of(warehouse, "w", Some(7), id_of(6)), [1, 2, 3, 4, 6]);
        assert_eq!(part_of(warehouse, "x", Some(8), None), [5]);
        assert_eq!(part_of(warehouse, "x", None, id_of(6)), [6]);
        assert_eq!(part_of(warehouse, "x", None, id_of(4)), [0; 0], "it belongs to its trace");
        assert_eq!(part_of(warehouse, "x", None, id_of(2)), [0; 0], "it belongs to its session");
        assert_eq!(part_of(warehouse, "v", None, id_of(1)), [7]);
    });
    apply(warehouse, revising(2, Vec::new(), vec![in_session(told(2, Kind::Llm, named("w")), 7)]));
    in_both_tiers(warehouse, || {
        assert_eq!(part_of(warehouse, "w", None, None), [1, 2, 3, 4]);
        assert_eq!(part_of(warehouse, "x", Some(7), None), [0; 0]);
    });
}

/// An event is caused by what it names and by nothing else; of several causes one is enough.
pub fn causes_are_alternatives(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    let caused = |id: &'static str| move |facts: &mut Facts| facts.causation_id = Some(id.into());
    let events = vec![told(1, Kind::Llm, |_| {}), told(2, Kind::Tool, caused("a")), told(3, Kind::Tool, caused("it's $1"))];
    apply(warehouse, record(1, events));
    in_both_tiers(warehouse, || {
        assert_eq!(caused_by(warehouse, &[]), [1, 2, 3]);
        assert_eq!(caused_by(warehouse, &["a"]), [2]);
        assert_eq!(caused_by(warehouse, &["it's $1", "b", "a"]), [2, 3]);
        assert_eq!(caused_by(warehouse, &[""]), [0; 0]);
    });
}

/// Resource, its type and workflow given together: all must hold, each in any of its ways.
pub fn every_condition_must_hold(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    let said = |facts: &mut Facts| {
        facts.resource = resource("decision", Some("r"));
        facts.correlation_id = Some("w".into());
    };
    let events = vec![
        told(1, Kind::Domain, said),
        in_session(told(2, Kind::Message, |_| {}), 7),
        in_session(told(3, Kind::Message, said), 7),
        in_session(told(4, Kind::Llm, |_| {}), 7),
        told(5, Kind::Domain, |facts| facts.correlation_id = Some("w".into())),
    ];
    apply(warehouse, record(1, events));
    let both = |kind: Option<&str>, session: Option<u64>| {
        let session = session.map(SessionNumber);
        EventFilter {
            resource_type: kind.map(str::to_owned),
            resource: Some(Resourced { id: "r".into(), event: None, session }),
            correlation: Some(Correlated { id: "w".into(), session, event: None }),
            ..EventFilter::default()
        }
    };
    in_both_tiers(warehouse, || {
        assert_eq!(found(warehouse, both(None, None)), [1, 3]);
        assert_eq!(found(warehouse, both(None, Some(7))), [1, 2, 3]);
        assert_eq!(found(warehouse, both(Some("decision"), Some(7))), [1, 3]);
        assert_eq!(found(warehouse, both(Some("chat_thread"), Some(7))), [2]);
        assert_eq!(found(warehouse, EventFilter { kind: Some(Kind::Message), ..both(Some("decision"), Some(7)) }), [3]);
    });
}

/// Counts are exact, in order of their keys with none first, one row without dimensions, and count every event once, as it reads now.
pub fn counts_follow_revisions(fixture: &dyn Fixture) {
    let warehouse = &*fixture.open();
    let count = |filter: EventFilter, group_by: &[Dimension]| {
        warehouse.tally(TENANT, &Tally { filter, group_by: group_by.to_vec() }).expect("counts")
    };
    let who = [Dimension::ActorType, Dimension::ActorId, Dimension::Kind];
    assert_eq!(count(EventFilter::default(), &[]), [TallyRow { keys: Vec::new(), events: 0 }]);
    assert_eq!(count(EventFilter::default(), &who), []);
    let by = |kind: &'static str, id: Option<&'static str>| {
        move |facts: &mut Facts| facts.actor = Some(Actor { kind: kind.into(), id: id.map(str::to_owned) })
    };
    let events = vec![
        told(1, Kind::Domain, by("user", Some("u"))),
        told(2, Kind::Domain, by("user", Some("u"))),
        told(3, Kind::Domain, by("user", None)),
        told(4, Kind::Llm, |_| {}),
    ];
    apply(warehouse, record(1, events));
    let row = |keys: [Option<&str>; 3], events| TallyRow { keys: keys.map(|key| key.map(str::to_owned)).to_vec(), events };
    let (none, user, domain) = (None, Some("user"), Some("domain"));
    in_both_tiers(warehouse, || {
        let expected = [row([none, none, Some("llm")], 1), row([user, none, domain], 1), row([user, Some("u"), domain], 2)];
        assert_eq!(count(EventFilter::default(), &who), expected);
    });
    apply(warehouse, revising(2, Vec::new(), vec![told(2, Kind::Domain, by("system", None))]));
    in_both_tiers(warehouse, || {
        let system = row([Some("system"), none, domain], 1);
        let expected = [row([none, none, Some("llm")], 1), system, row([user, none, domain], 1), row([user, Some("u"), domain], 1)];
        assert_eq!(count(EventFilter::default(), &who), expected);
        assert_eq!(count(EventFilter { kind: Some(Kind::Domain), ..EventFilter::default() }, &[])[0].events, 3);
        let sums = warehouse.aggregate(TENANT, &Aggregate { filter: EventFilter::default(), group_by: who.to_vec() }).expect("sums");
        assert_eq!(sums.into_iter().map(|sum| TallyRow { keys: sum.keys, events: sum.events }).collect::<Vec<_>>(), expected);
    });
}
