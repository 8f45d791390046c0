//! Domain events: told once, by whom, as part of what; and the chains that they make.

use debrief_app::audit::{Chain, causes, effects};
use debrief_app::domain::{NewEvent, Once, Told, record};
use debrief_app::events;
use debrief_app::ingest::event_id;
use debrief_model::{ErrorKind, Kind, Status};
use debrief_testkit::ledger::build::ACME;

use crate::world::{World, ctx, one, within_reason};

const DAY_US: i64 = 24 * 3_600 * 1_000_000;

fn event(id: &str, cause: &str) -> NewEvent {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    NewEvent { id: given(id), event_type: "order.paid".to_owned(), causation_id: given(cause), ..NewEvent::default() }
}

async fn tell_once(world: &World, told: Vec<NewEvent>, once: Option<Once>) -> debrief_app::Result<(Vec<Told>, Vec<u8>)> {
    let permit = world.app.admit(100).unwrap();
    let mut seen = Vec::new();
    let answer = |told: &[Told]| {
        seen = told.to_vec();
        format!("{:?}", told.iter().map(|told| told.id).collect::<Vec<_>>()).into_bytes()
    };
    let (_, answer) = within_reason(record(&world.app, &ctx(ACME), permit, told, once, answer)).await?;
    Ok((seen, answer))
}

async fn tell(world: &World, told: Vec<NewEvent>) -> debrief_app::Result<Vec<Told>> {
    tell_once(world, told, None).await.map(|(told, _)| told)
}

async fn correlations(world: &World, told: Vec<NewEvent>) -> Vec<String> {
    tell(world, told).await.unwrap().into_iter().map(|told| told.correlation_id).collect()
}

async fn refusal(world: &World, told: Vec<NewEvent>) -> String {
    let error = tell(world, told).await.expect_err("a circle");
    assert_eq!((error.kind, error.problems[0].code), (ErrorKind::Invalid, "cycle"));
    error.problems[0].field.clone()
}

fn shown(chain: &Chain) -> Vec<(u32, String)> {
    chain.links.iter().map(|link| (link.depth, link.view.event.facts.key.clone().unwrap_or_default())).collect()
}

fn expected(links: &[(u32, &str)]) -> Vec<(u32, String)> {
    links.iter().map(|(depth, key)| (*depth, (*key).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_workflow_is_the_cause_s_unless_told() {
    let world = World::new();
    world.write(one("call", "s", 1)).await.unwrap();
    let own = NewEvent { correlation_id: Some("own".to_owned()), ..event("told", "call") };
    let in_session = NewEvent { session: Some("t".to_owned()), ..event("lost", "nobody-told-this") };
    assert_eq!(correlations(&world, vec![event("a", "call"), own, in_session]).await, ["s", "own", "t"]);
    assert_eq!(correlations(&world, vec![event("b", "a"), event("c", "told")]).await, ["s", "own"]);
    // Among themselves in whatever order they are told.
    let last = NewEvent { correlation_id: Some("w".to_owned()), ..event("z", "") };
    assert_eq!(correlations(&world, vec![event("x", "y"), event("y", "z"), last]).await, ["w", "w", "w"]);
    let alone = tell(&world, vec![event("", "")]).await.unwrap();
    assert_eq!(alone[0].correlation_id, alone[0].id.to_string());
    let read = within_reason(events::get(&world.app, &ctx(ACME), event_id(ACME, "x"))).await.unwrap();
    assert_eq!(read.correlation_id(), "w");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_its_own_cause() {
    let world = World::new();
    assert_eq!(refusal(&world, vec![event("a", "a")]).await, "events.0.causationId");
    assert_eq!(refusal(&world, vec![event("c", ""), event("a", "b"), event("b", "a")]).await, "events.1.causationId");
    // The first names a cause that is told only later, and could close the circle.
    tell(&world, vec![event("a", "b")]).await.unwrap();
    tell(&world, vec![event("m", "a")]).await.unwrap();
    assert_eq!(refusal(&world, vec![event("b", "m")]).await, "events.0.causationId");
    // A batch whose events are around a stored one, but not in a circle.
    assert_eq!(tell(&world, vec![event("n", "a"), event("b", "")]).await.unwrap().len(), 2);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_twice_is_told_once_and_changes_nothing() {
    let world = World::new();
    world.write(one("call", "s", 1)).await.unwrap();
    let first = NewEvent { outcome: Some(Status::Ok), ..event("a", "") };
    let second = NewEvent { outcome: Some(Status::Error), ..event("a", "") };
    tell(&world, vec![first, second.clone()]).await.unwrap();
    tell(&world, vec![second]).await.unwrap();
    let read = |key: &'static str| {
        let app = world.app.clone();
        async move { within_reason(events::get(&app, &ctx(ACME), event_id(ACME, key))).await.unwrap().event.facts }
    };
    assert_eq!(read("a").await.status, Status::Ok);
    let before = read("call").await;
    tell(&world, vec![event("call", "")]).await.unwrap();
    assert_eq!((read("call").await, before.kind), (before, Kind::Llm), "an id that is taken is nobody else's");
    world.write(one("a", "s", 1)).await.unwrap();
    assert_eq!(read("a").await.kind, Kind::Domain);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_comes_again_gets_its_answer_for_a_day() {
    let world = World::new();
    let once = |body: &str| Some(Once::of("key", "ours", body));
    let (_, first) = tell_once(&world, vec![event("", "")], once("body")).await.unwrap();
    let (_, again) = tell_once(&world, vec![event("", "")], once("body")).await.unwrap();
    assert_eq!(first, again);
    let clash = tell_once(&world, vec![event("", "")], once("other")).await.expect_err("another body");
    assert_eq!(clash.kind, ErrorKind::Conflict);
    world.pass_micros(DAY_US + 1);
    let (_, anew) = tell_once(&world, vec![event("", "")], once("other")).await.unwrap();
    assert_ne!(first, anew);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chains_go_up_and_down_within_their_limits() {
    let world = World::new();
    tell(&world, vec![event("root", "")]).await.unwrap();
    tell(&world, vec![event("a", "root"), event("b", "a"), event("b2", "a"), event("c", "b"), event("c2", "b2")]).await.unwrap();
    let up = |key: &'static str, depth| {
        let app = world.app.clone();
        async move { within_reason(causes(&app, &ctx(ACME), event_id(ACME, key), depth)).await.unwrap() }
    };
    let whole = up("c", 20).await;
    assert_eq!((shown(&whole), whole.cut), (expected(&[(1, "b"), (2, "a"), (3, "root")]), false));
    assert_eq!(whole.links[1].via, event_id(ACME, "b"));
    let cut = up("c", 2).await;
    assert_eq!((shown(&cut), cut.cut), (expected(&[(1, "b"), (2, "a")]), true));
    let down = |key: &'static str, depth, limit| {
        let app = world.app.clone();
        async move { within_reason(effects(&app, &ctx(ACME), event_id(ACME, key), depth, limit)).await.unwrap() }
    };
    let check = |chain: Chain, links: &[(u32, &str)], cut: bool| assert_eq!((shown(&chain), chain.cut), (expected(links), cut));
    let all = [(1, "a"), (2, "b"), (2, "b2"), (3, "c"), (3, "c2")];
    check(down("root", 20, 200).await, &all, false);
    check(down("root", 3, 5).await, &all, false);
    check(down("root", 2, 200).await, &all[..3], true);
    check(down("root", 20, 3).await, &all[..3], true);
    check(down("root", 20, 2).await, &all[..2], true);
    check(down("c", 20, 200).await, &[], false);
    check(down("root", 20, 4).await, &all[..4], true);
    let none = within_reason(causes(&world.app, &ctx(ACME), event_id(ACME, "none"), 1)).await.expect_err("nobody told it");
    assert_eq!(none.kind, ErrorKind::NotFound);
    world.close();
}
