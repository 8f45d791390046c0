//! A warehouse that cannot follow: writes go on, reads wait.

use debrief_app::{agents, events, sessions};
use debrief_model::{ErrorKind, Order, Position};
use debrief_testkit::ledger::build::ACME;

use crate::world::{ALL, World, begun, by_name, call, ctx, one, record, within_reason};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_wait_for_the_warehouse_and_writes_do_not() {
    let (world, us) = (World::new(), ctx(ACME));
    world.write(one("a", "s", 1)).await.unwrap();
    assert_eq!(world.keys("s").await, ["a"]);
    world.warehouse.applies.shut();
    for number in 0..5 {
        world.write(one(&format!("b{number}"), "s", 1)).await.unwrap();
    }
    world.warehouse.applies.arrival();
    assert_eq!((world.app.fence().committed(), world.app.fence().applied()), (Position(6), Position(1)));
    let reading = begun(world.read("s")).await;
    let one_event = begun(events::get(&world.app, &us, debrief_model::EventId(uuid::Uuid::nil()))).await;
    assert_eq!(world.totals("s").await.events, 6, "the ledger answers meanwhile");
    assert_eq!(agents::get(&world.app, &us, &by_name("default")).await.unwrap().name, "default");
    assert_eq!(sessions::list(&world.app, &us, Default::default(), ALL).await.unwrap().total, 1);
    world.warehouse.applies.open();
    assert_eq!(reading.await.unwrap().len(), 6);
    assert_eq!(within_reason(one_event).await.unwrap_err().kind, ErrorKind::NotFound);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn impatient_reads_are_told_to_come_back() {
    let (world, us) = (World::patient(0), ctx(ACME));
    world.warehouse.applies.shut();
    world.write(record([call(Some("a"), "s", 1), call(Some("b"), "s", 1)])).await.unwrap();
    let read = events::of_session(&world.app, &us, "s", None, Order::Ascending, ALL).await;
    assert_eq!(read.unwrap_err().kind, ErrorKind::Unavailable);
    let read = events::get(&world.app, &us, debrief_model::EventId(uuid::Uuid::nil())).await;
    assert_eq!(read.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(world.totals("s").await.events, 2);
    world.warehouse.applies.open();
    world.close();
    assert_eq!(world.keys("s").await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repetition_that_cannot_be_checked_in_time_is_refused_and_not_doubled() {
    let world = World::patient(1);
    world.write(one("a", "s", 1)).await.unwrap();
    assert_eq!(world.keys("s").await, ["a"]);
    world.warehouse.applies.shut();
    world.write(one("b", "s", 1)).await.unwrap();
    assert_eq!(world.write(one("a", "s", 5)).await.unwrap_err().kind, ErrorKind::Unavailable);
    world.write(record([call(None, "s", 1)])).await.unwrap();
    world.warehouse.applies.open();
    world.write(one("a", "s", 5)).await.unwrap();
    assert_eq!(world.keys("s").await, ["a", "b", "-"]);
    assert_eq!(world.totals("s").await.tokens.input, Some(7));
    world.close();
}
