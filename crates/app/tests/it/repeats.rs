//! The same event twice is one event; amendments change what they name.

use debrief_model::{Patch, Status, TimeRange, Tokens};
use debrief_testkit::ledger::build::at;

use crate::world::{World, amend, begun, call, one, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_again_is_the_same_event() {
    let world = World::new();
    assert_eq!(world.count(one("a", "s", 1)).await, 1);
    let before = world.read("s").await.unwrap()[0].event.clone();
    for _ in 0..3 {
        world.write(one("a", "s", 1)).await.unwrap();
    }
    let rows = world.read("s").await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].event, before);
    assert_eq!(rows[0].body.as_deref(), Some(r#"{"input": 1}"#), "byte for byte");
    assert!(world.ledger.revisions().is_empty(), "an identical repetition writes no revision");
    assert_eq!(world.totals("s").await.events, 1);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_repetition_amends_and_corrects_the_totals() {
    let world = World::new();
    world.write(record([call(Some("a"), "s", 5), call(Some("b"), "s", 7)])).await.unwrap();
    let mut changed = call(Some("a"), "s", 50);
    changed.facts.status = Status::Error;
    changed.facts.name = Some("n".into());
    assert_eq!(world.count(record([changed])).await, 1);
    let rows = world.read("s").await.unwrap();
    assert_eq!(rows.len(), 2);
    let (a, b) = (&rows[0].event, &rows[1].event);
    assert_eq!((a.facts.tokens.input, a.facts.name.as_deref(), a.facts.status), (Some(50), Some("n"), Status::Error));
    assert_eq!(rows[0].body.as_deref(), Some(r#"{"input":50}"#));
    assert_eq!((b.facts.tokens.input, b.facts.status), (Some(7), Status::Ok), "the neighbour is as it was");
    assert!(a.seq < b.seq, "its place is kept");
    let totals = world.totals("s").await;
    assert_eq!((totals.events, totals.failures, totals.tokens.input), (2, 1, Some(57)));
    assert_eq!(world.ledger.revisions().len(), 1);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repetitions_in_one_group_are_one_event() {
    let world = World::new();
    world.ledger.commits.shut();
    let first = begun(world.write(one("x", "s", 1))).await;
    world.ledger.commits.arrival();
    // These gather while the first is being committed.
    let one_more = begun(world.write(one("a", "s", 1))).await;
    let again = begun(world.write(one("a", "s", 9))).await;
    let amended = begun(world.write(amend("a", Patch { name: Some("n".into()), ..Patch::default() }))).await;
    world.ledger.commits.open();
    first.await.unwrap();
    let positions = [one_more.await.unwrap().position, again.await.unwrap().position, amended.await.unwrap().position];
    assert_eq!(positions[0], positions[1], "one group");
    assert_eq!(positions[0], positions[2], "one group");
    let rows = world.read("s").await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[1].event.facts.tokens.input, rows[1].event.facts.name.as_deref()), (Some(9), Some("n")));
    assert_eq!(world.totals("s").await.tokens.input, Some(10));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amendments_find_known_events_and_ignore_unknown_ones() {
    let world = World::new();
    world.write(record([call(Some("a"), "s", 5), call(Some("b"), "s", 7)])).await.unwrap();
    let patch = Patch { tokens: Tokens { output: Some(3), ..Tokens::default() }, merge: Some(r#"{"x":1}"#.into()), ..Patch::default() };
    assert_eq!(world.count(amend("zzz", patch.clone())).await, 0);
    assert!(world.ledger.revisions().is_empty());
    assert_eq!(world.count(amend("a", patch)).await, 1);
    let rows = world.read("s").await.unwrap();
    assert_eq!(rows.len(), 2, "nothing was made up");
    assert_eq!(rows[0].event.facts.tokens, Tokens { input: Some(5), output: Some(3), ..Tokens::default() });
    assert_eq!(rows[0].body.as_deref(), Some(r#"{"input":5,"x":1}"#));
    assert_eq!(rows[1].body.as_deref(), Some(r#"{"input": 7}"#));
    let totals = world.totals("s").await;
    assert_eq!((totals.events, totals.tokens.input, totals.tokens.output), (2, Some(12), Some(3)));
    assert_eq!(world.count(amend("a", Patch::default())).await, 1, "an empty amendment finds its event");
    assert_eq!(world.ledger.revisions().len(), 1, "and writes nothing");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amendments_add_up_in_order() {
    let world = World::new();
    world.write(one("a", "s", 0)).await.unwrap();
    for input in 1..=20 {
        world.write(amend("a", Patch { tokens: Tokens { input: Some(input), ..Tokens::default() }, ..Patch::default() })).await.unwrap();
        assert_eq!(world.read("s").await.unwrap()[0].event.facts.tokens.input, Some(input));
        assert_eq!(world.totals("s").await.tokens.input, Some(input), "never twice, never stale");
    }
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_events_cost_no_look_up_and_repeated_ones_do() {
    let world = World::new();
    world.write(one("a", "s", 1)).await.unwrap();
    assert!(world.warehouse.look_ups().is_empty());
    world.write(one("a", "s", 1)).await.unwrap();
    assert_eq!(world.warehouse.look_ups(), [TimeRange::default()]);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_older_than_what_is_remembered_is_looked_up() {
    let world = World::new();
    world.write(one("old", "s", 1)).await.unwrap();
    let world = world.restart_having_forgotten(Some(at(50)));
    assert_eq!(world.count(one("old", "s", 2)).await, 1);
    let within = TimeRange { from: Some(at(10)), to: Some(at(11)) };
    assert_eq!(world.warehouse.look_ups(), [within], "where it says it happened");
    assert_eq!(world.keys("s").await, ["old"], "it was recognised");
    assert_eq!(world.totals("s").await.tokens.input, Some(2));

    let mut new = call(Some("new"), "s", 1);
    new.facts.occurred_at = at(51);
    world.write(record([new])).await.unwrap();
    assert_eq!(world.warehouse.look_ups().len(), 1, "too new to have been forgotten");
    assert_eq!(world.keys("s").await, ["old", "new"]);
    world.close();
}
