//! What fails is told to whom it concerns, and nobody else notices.

use debrief_app::Change;
use debrief_model::{Draft, ErrorKind, FingerprintId, Patch, Position, Runtime};
use debrief_store::Ledger;
use debrief_testkit::ledger::build::ACME;
use uuid::Uuid;

use crate::world::{World, amend, begun, call, one, record, within_reason};

fn mentioning(key: &str, fingerprint: u128) -> Draft {
    let mut draft = call(Some(key), "s", 1);
    draft.mention.fingerprint = Some(FingerprintId(Uuid::from_u128(fingerprint)));
    draft
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_change_does_not_disturb_its_neighbours() {
    let world = World::new();
    let known = Change::PutFingerprint { tenant: ACME, id: FingerprintId(Uuid::from_u128(1)), runtime: Runtime::default() };
    world.write(debrief_app::Write::Catalogue(known)).await.unwrap();
    world.ledger.commits.shut();
    let first = begun(world.write(one("x", "s", 1))).await;
    world.ledger.commits.arrival();
    let before = begun(world.write(one("a", "s", 1))).await;
    let refused = begun(world.write(record([call(Some("b"), "s", 1), mentioning("c", 99)]))).await;
    let after = begun(world.write(record([mentioning("d", 1)]))).await;
    world.ledger.commits.open();
    first.await.unwrap();
    let (before, refused, after) = (before.await.unwrap(), refused.await.unwrap_err(), after.await.unwrap());
    assert_eq!(before.position, after.position, "one group");
    assert_eq!(refused.kind, ErrorKind::NotFound);
    assert_eq!(world.keys("s").await, ["x", "a", "d"], "all of the refused write is missing");
    assert_eq!(world.totals("s").await.events, 3);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_repeats_a_refused_event_is_told_the_truth() {
    let world = World::new();
    world.ledger.commits.shut();
    let first = begun(world.write(one("x", "s", 1))).await;
    world.ledger.commits.arrival();
    let refused = begun(world.write(record([mentioning("a", 99)]))).await;
    let as_well = begun(world.write(record([mentioning("a", 99)]))).await;
    let amended = begun(world.write(amend("a", Patch { name: Some("n".into()), ..Patch::default() }))).await;
    let accepted = begun(world.write(one("a", "s", 7))).await;
    world.ledger.commits.open();
    first.await.unwrap();
    assert_eq!(refused.await.unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(as_well.await.unwrap_err().kind, ErrorKind::NotFound);
    assert!(matches!(amended.await.unwrap().outcome, debrief_app::Outcome::Events(0)), "there was nothing to amend");
    accepted.await.unwrap();
    assert_eq!(world.keys("s").await, ["x", "a"], "what was acknowledged is there");
    assert_eq!(world.totals("s").await.tokens.input, Some(8));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_is_unavailable_and_leaves_nothing_behind() {
    let world = World::new();
    world.ledger.fail_after(2, ErrorKind::Unavailable);
    for number in 1..=5 {
        let answer = world.write(one(&format!("k{number}"), "s", 1)).await;
        match answer {
            Ok(_) => assert_ne!(number, 3),
            Err(error) => assert_eq!((number, error.kind), (3, ErrorKind::Unavailable)),
        }
    }
    assert_eq!(world.keys("s").await, ["k1", "k2", "k4", "k5"]);
    assert_eq!(world.totals("s").await.events, 4);
    assert!(!world.app.has_failed());
    assert_eq!(world.app.queue_figures().bytes, 0, "the refused request holds no room");
    assert_eq!(world.count(one("k3", "s", 1)).await, 1, "the client's next attempt is new, not a repetition");
    assert_eq!(world.keys("s").await.len(), 5);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_of_a_broken_disk_is_for_the_log_only() {
    let world = World::new();
    world.ledger.fail_after(0, ErrorKind::Unavailable);
    let error = world.write(one("a", "s", 1)).await.unwrap_err();
    assert!(!error.public.contains("broken"), "{error}");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_internal_error_ends_acknowledging() {
    let world = World::new();
    world.write(one("a", "s", 1)).await.unwrap();
    world.ledger.commits.shut();
    world.ledger.fail_after(0, ErrorKind::Internal);
    let failing = begun(world.write(one("b", "s", 1))).await;
    world.ledger.commits.arrival();
    let waiting = begun(world.write(one("c", "s", 1))).await;
    assert!(!world.app.has_failed());
    world.ledger.commits.open();
    assert_eq!(failing.await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(waiting.await.unwrap_err().kind, ErrorKind::Unavailable, "nobody waits for a committer that is gone");
    within_reason(world.app.failed()).await;
    assert!(world.app.has_failed());
    assert_eq!(world.write(one("d", "s", 1)).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(world.ledger.last_position().unwrap(), Position(1), "nothing was invented");
    assert_eq!(world.keys("s").await, ["a"], "what was acknowledged can still be read");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_warehouse_fails_the_app_and_loses_nothing() {
    let world = World::new();
    world.warehouse.break_down();
    world.write(one("a", "s", 1)).await.unwrap();
    within_reason(world.app.failed()).await;
    // The flag is raised before the queue is given up, so a last write may still come through: it then is on disk like any other.
    let late = world.write(one("b", "s", 1)).await.is_ok();
    let world = world.restart();
    assert_eq!(world.keys("s").await.len(), 1 + usize::from(late));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warehouse_that_breaks_while_catching_up_does_not_hold_up_closing() {
    let world = World::new();
    world.warehouse.applies.shut();
    world.write(one("a", "s", 1)).await.unwrap();
    let ledger = world.ledger.inner.clone();
    world.warehouse.applies.open();
    world.close();
    // The same ledger with an empty warehouse that breaks on its first record, and a write that waits for it to catch up.
    let world = World::on(ledger);
    let waiting = begun(world.write(one("b", "s", 1))).await;
    world.warehouse.break_down();
    world.warehouse.applies.open();
    assert_eq!(waiting.await.unwrap_err().kind, ErrorKind::Unavailable);
    within_reason(world.app.failed()).await;
    world.close();
    assert_eq!(world.ledger.last_position().unwrap(), Position(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_at_once_and_admits_again() {
    let mut settings = debrief_app::Settings::default();
    settings.limits.queue_bytes_max = 250;
    let world = World::with(settings);
    world.ledger.commits.shut();
    let first = begun(world.write(one("a", "s", 1))).await;
    world.ledger.commits.arrival();
    let second = begun(world.write(one("b", "s", 1))).await;
    assert_eq!(world.write(one("c", "s", 1)).await.unwrap_err().kind, ErrorKind::Overloaded);
    assert_eq!(world.app.queue_figures().refused, 1);
    world.ledger.commits.open();
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!(world.keys("s").await, ["a", "b"]);
    world.close();
    assert_eq!(world.app.queue_figures().bytes, 0);
}
