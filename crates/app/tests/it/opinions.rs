//! Feedback and scores: recorded once, believed in the order in which they are told, and taken along by whatever they are about.

use debrief_app::ingest::event_id;
use debrief_app::opinions::{NewOpinion, feedback, scores, tell_feedback, tell_score};
use debrief_app::{EventView, Write, sessions};
use debrief_model::{Draft, ErrorKind, Facts, Kind, Mention, Resolution, Span};
use debrief_testkit::ledger::build::{ACME, RIVAL, at};

use crate::world::{ALL, World, ctx, one, within_reason};

const YES: Option<Resolution> = Some(Resolution::Resolved);
const NO: Option<Resolution> = Some(Resolution::Unresolved);

fn opinion(id: &str, resolution: Option<Resolution>) -> NewOpinion {
    let name = Some("resolution".to_owned());
    NewOpinion { id: (!id.is_empty()).then(|| id.to_owned()), name, resolution, ..NewOpinion::default() }
}

async fn say(world: &World, session: &str, new: NewOpinion) -> debrief_app::Result<EventView> {
    let permit = world.app.admit(100).unwrap();
    within_reason(tell_feedback(&world.app, &ctx(ACME), permit, session, new, None)).await.map(|(view, _)| view)
}

async fn grade(world: &World, event: &str, new: NewOpinion) -> debrief_app::Result<EventView> {
    let permit = world.app.admit(100).unwrap();
    within_reason(tell_score(&world.app, &ctx(ACME), permit, event, new, None)).await.map(|(view, _)| view)
}

async fn resolution(world: &World, session: &str) -> Option<Resolution> {
    sessions::get(&world.app, &ctx(ACME), session).await.unwrap().0.session.set.resolution
}

/// The keys of the feedback on a session, and of the scores of an event, newest first.
async fn told(world: &World, session: &str, event: &str) -> (Vec<String>, Vec<String>) {
    let keys = |rows: Vec<EventView>| rows.into_iter().filter_map(|view| view.event.facts.key).collect();
    let of_session = within_reason(feedback(&world.app, &ctx(ACME), session, ALL)).await.unwrap();
    let of_event = within_reason(scores(&world.app, &ctx(ACME), event, ALL)).await.unwrap();
    (keys(of_session.rows), keys(of_event.rows))
}

/// A span of the trace `t`, as an exporter tells it.
fn span(id: &str, parent: Option<&str>, session: Option<&str>) -> Write {
    let facts = Facts {
        key: Some(format!("t-{id}")),
        trace_id: Some("t".to_owned()),
        span_id: Some(id.to_owned()),
        parent_span_id: parent.map(str::to_owned),
        ..Facts::new(Kind::Llm, "llm.completed", at(5), "test")
    };
    let mention = Mention { session: session.map(str::to_owned), ..Mention::default() };
    Write::Events { tenant: ACME, drafts: vec![Draft { span: Some(Span::Leaf), ..Draft::new(facts, mention) }] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_last_is_believed_and_what_is_told_again_is_not_news() {
    let mut world = World::new();
    world.write(one("call", "s", 1)).await.unwrap();
    say(&world, "s", opinion("a", YES)).await.unwrap();
    assert_eq!(resolution(&world, "s").await, YES);
    grade(&world, "call", opinion("b", NO)).await.unwrap();
    assert_eq!(resolution(&world, "s").await, NO);
    say(&world, "s", opinion("", None)).await.unwrap();
    assert_eq!(resolution(&world, "s").await, NO, "what says nothing changes nothing");
    for _ in 0..2 {
        let again = say(&world, "s", opinion("a", YES)).await.unwrap();
        assert_eq!((again.event.id, resolution(&world, "s").await), (event_id(ACME, "a"), NO));
        world = world.restart();
    }
    assert_eq!(world.totals("s").await.events, 4);
    let (feedback, scores) = told(&world, "s", "call").await;
    assert_eq!((feedback.len(), feedback.contains(&"a".to_owned()), scores), (2, true, vec!["b".to_owned()]));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_belongs_to_one_opinion_and_a_session_to_its_tenant() {
    let world = World::new();
    world.write(one("call", "s", 1)).await.unwrap();
    world.write(one("other", "r", 1)).await.unwrap();
    say(&world, "s", opinion("a", YES)).await.unwrap();
    let refusals = [
        say(&world, "r", opinion("a", YES)).await,
        say(&world, "s", opinion("call", NO)).await,
        grade(&world, "call", opinion("a", NO)).await,
    ];
    for refused in refusals {
        assert_eq!(refused.expect_err("the id is taken").kind, ErrorKind::Conflict);
    }
    assert_eq!((resolution(&world, "s").await, resolution(&world, "r").await), (YES, None));
    let permit = world.app.admit(100).unwrap();
    let foreign = within_reason(tell_feedback(&world.app, &ctx(RIVAL), permit, "s", opinion("z", NO), None)).await;
    assert_eq!(foreign.expect_err("another tenant's").kind, ErrorKind::NotFound);
    assert_eq!(grade(&world, "nothing", opinion("z", NO)).await.expect_err("nobody told it").kind, ErrorKind::NotFound);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opinions_go_where_their_trace_goes() {
    for restarts in [false, true] {
        let mut world = World::new();
        world.write(span("2", Some("1"), None)).await.unwrap();
        say(&world, "t", opinion("a", YES)).await.unwrap();
        grade(&world, "t-2", opinion("b", NO)).await.unwrap();
        assert_eq!(resolution(&world, "t").await, NO);
        if restarts {
            world = world.restart();
        }
        // Only now the span around them says which conversation all of it is.
        world.write(span("1", None, Some("talk"))).await.unwrap();
        assert_eq!((resolution(&world, "talk").await, world.totals("talk").await.events), (NO, 4), "restarts: {restarts}");
        assert_eq!(told(&world, "talk", "t-2").await, (vec!["a".to_owned()], vec!["b".to_owned()]));
        assert_eq!(resolution(&world, "t").await, NO, "its former name finds it");
        say(&world, "t", opinion("c", YES)).await.unwrap();
        assert_eq!(resolution(&world, "talk").await, YES);
        world.close();
    }
}
