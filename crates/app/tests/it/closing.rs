//! Closing drains, and after a restart nothing differs.

use debrief_app::Settings;
use debrief_model::{ErrorKind, Position};
use debrief_store::{Ledger, Warehouse};
use debrief_testkit::ledger::build::{ACME, RIVAL};
use debrief_testkit::ledger::view;

use crate::world::{World, amend, begun, call, one, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_commits_and_applies_everything_pushed_before() {
    let world = World::new();
    world.ledger.commits.shut();
    world.warehouse.applies.shut();
    let first = begun(world.write(one("a", "s", 1))).await;
    world.ledger.commits.arrival();
    let mut waiting = Vec::new();
    for number in 0..50 {
        waiting.push(begun(world.write(one(&format!("k{number}"), "s", 1))).await);
    }
    let app = world.app.clone();
    let closing = tokio::task::spawn_blocking(move || app.close());
    world.ledger.commits.open();
    first.await.unwrap();
    for write in waiting {
        write.await.unwrap();
    }
    assert_eq!(world.ledger.groups(), [1, 50], "what gathered is one transaction");
    world.warehouse.applies.open();
    closing.await.unwrap().unwrap();
    assert_eq!(world.warehouse.applied(), Position(2));
    assert_eq!(world.warehouse.durable(), Position(2), "and durable");
    let late = world.write(one("late", "s", 1)).await.unwrap_err();
    assert_eq!((late.kind, late.public.as_ref()), (ErrorKind::Unavailable, "The server is shutting down"));
    assert_eq!(world.read("s").await.unwrap().len(), 51);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_nothing_differs_and_repetitions_are_recognised() {
    let world = World::new();
    world.write(record([call(Some("a"), "s", 1), call(None, "s", 2)])).await.unwrap();
    world.write(amend("a", debrief_model::Patch { name: Some("n".into()), ..Default::default() })).await.unwrap();
    let (ledger, events) = (lines(&world), events(&world).await);
    let mut world = world.restart();
    for _ in 0..2 {
        assert_eq!(lines(&world), ledger);
        assert_eq!(self::events(&world).await, events);
        world = world.restart();
    }
    let mut again = call(Some("a"), "s", 1);
    again.facts.name = Some("n".into());
    assert_eq!(world.count(record([again])).await, 1);
    assert_eq!(self::events(&world).await, events);
    assert_eq!(world.ledger.revisions().len(), 1);
    let last = world.read("s").await.unwrap().iter().map(|view| view.event.seq).max();
    world.write(one("b", "s", 1)).await.unwrap();
    let new = world.read("s").await.unwrap().iter().map(|view| view.event.seq).max();
    assert!(new > last, "the stream goes on");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_the_journal_fills_the_warehouse_and_writes_wait_for_it() {
    let world = World::new();
    for number in 0..20 {
        world.write(one(&format!("k{number}"), "s", 1)).await.unwrap();
    }
    world.close();
    let world = World::on(world.ledger.inner.clone());
    world.warehouse.applies.arrival();
    let repeated = begun(world.write(one("k7", "s", 1))).await;
    world.warehouse.applies.open();
    repeated.await.unwrap();
    assert_eq!(world.read("s").await.unwrap().len(), 20, "the repetition was recognised although it came before the ids were known");
    assert!(world.ledger.revisions().is_empty());
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_trims_what_is_durable_and_older_than_the_margin() {
    let keeping = |seconds| Settings { journal_keep: std::time::Duration::from_secs(seconds), ..Settings::default() };
    for (keep, micros, kept) in [(60, 60_000_000, true), (60, 60_000_001, false), (0, 0, true), (0, 1, false)] {
        let world = World::with(keeping(keep));
        world.write(one("a", "s", 1)).await.unwrap();
        world.pass_micros(micros);
        world.close();
        assert_eq!(world.ledger.journal(Position(0), 1).is_ok(), kept, "kept {keep} s, {micros} µs later");
        assert_eq!(world.keys("s").await, ["a"], "the warehouse has it");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_twice_is_closing_once() {
    let world = World::new();
    world.write(one("a", "s", 1)).await.unwrap();
    world.close();
    world.close();
    assert_eq!(world.keys("s").await, ["a"]);
}

fn lines(world: &World) -> Vec<String> {
    view::lines(world.ledger.as_ref(), &[ACME, RIVAL])
}

async fn events(world: &World) -> Vec<String> {
    world.read("s").await.unwrap().iter().map(|view| format!("{view:?}")).collect()
}
