//! What a key may do, asked of every use case.

use debrief_app::{Ctx, SessionQuery, agents, events, people, sessions};
use debrief_model::{ErrorKind, EventId, Order, Scopes, SessionPatch};
use debrief_store::Ledger;
use debrief_testkit::ledger::build::ACME;
use uuid::Uuid;

use crate::world::{ALL, World, by_name, ctx, one};

fn with(scopes: Scopes) -> Ctx {
    Ctx { scopes, ..ctx(ACME) }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scope_ingest_nothing_is_written() {
    let world = World::new();
    let reader = with(Scopes { ingest: false, ..Scopes::ALL });
    let refused = world.write_as(&reader, one("a", "s", 1)).await.unwrap_err();
    assert_eq!((refused.kind, refused.public.as_ref()), (ErrorKind::Forbidden, "This API key has no scope 'ingest'"));
    let permit = world.app.admit(1).unwrap();
    let opened = sessions::open(&world.app, &reader, permit, "s", SessionPatch::default(), None).await;
    assert_eq!(opened.unwrap_err().kind, ErrorKind::Forbidden);
    assert_eq!(sessions::own(&world.app, &reader, "s").await.unwrap_err().kind, ErrorKind::Forbidden);
    assert_eq!(world.ledger.last_position().unwrap().0, 0);
    assert_eq!(world.app.queue_figures().bytes, 0, "the refused requests hold no room");
    world.write_as(&with(Scopes { ingest: true, ..Scopes::default() }), one("a", "s", 1)).await.unwrap();
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scope_read_nothing_is_read() {
    let world = World::new();
    let (app, writer) = (&world.app, with(Scopes { read: false, ..Scopes::ALL }));
    world.write_as(&writer, one("a", "s", 1)).await.unwrap();
    let answers = [
        ("session", sessions::get(app, &writer, "s").await.map(drop)),
        ("sessions", sessions::list(app, &writer, SessionQuery::default(), ALL).await.map(drop)),
        ("log", sessions::log(app, &writer, "s").await.map(drop)),
        ("events", events::of_session(app, &writer, "s", None, Order::Ascending, ALL).await.map(drop)),
        ("event", events::get(app, &writer, EventId(Uuid::nil())).await.map(drop)),
        ("agent", agents::get(app, &writer, &by_name("default")).await.map(drop)),
        ("version", agents::version(app, &writer, &by_name("default"), "default").await.map(drop)),
        ("versions", agents::versions(app, &writer, &by_name("default"), ALL).await.map(drop)),
        ("person", people::get(app, &writer, "p").await.map(drop)),
        ("people", people::list(app, &writer, ALL).await.map(drop)),
    ];
    for (what, answer) in answers {
        let error = answer.expect_err(what);
        assert_eq!((error.kind, error.public.as_ref()), (ErrorKind::Forbidden, "This API key has no scope 'read'"), "{what}");
    }
    assert!(sessions::get(app, &with(Scopes { read: true, ..Scopes::default() }), "s").await.is_ok());
    world.close();
}
