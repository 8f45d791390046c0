//! Two tenants with the same names for everything: neither sees or changes the other's.

use debrief_app::{Ctx, SessionQuery, Write, agents, events, people, sessions};
use debrief_model::{ErrorKind, Order, Patch, SessionPatch, TenantId};
use debrief_testkit::ledger::build::{ACME, RIVAL};

use crate::world::{ALL, World, by_name, call, ctx};

/// One event of everything, all by the same names.
fn everything(tenant: TenantId, key: &str, input: u64) -> Write {
    let mut draft = call(Some(key), "s", input);
    draft.mention.agent = Some(format!("agent of {tenant}"));
    draft.mention.person = Some("p".into());
    Write::Events { tenant, drafts: vec![draft] }
}

async fn inputs(world: &World, ctx: &Ctx) -> Vec<Option<u64>> {
    let page = events::of_session(&world.app, ctx, "s", None, Order::Ascending, ALL).await.unwrap();
    page.rows.iter().map(|view| view.event.facts.tokens.input).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_tenant_has_is_not_there_for_another() {
    let world = World::new();
    let (app, us, them) = (&world.app, ctx(ACME), ctx(RIVAL));
    world.write_as(&us, everything(ACME, "a", 1)).await.unwrap();
    let event = events::of_session(app, &us, "s", None, Order::Ascending, ALL).await.unwrap().rows.remove(0).event;
    let session = sessions::get(app, &us, "s").await.unwrap().0.session;
    let answers = [
        ("session", sessions::get(app, &them, "s").await.map(drop)),
        ("session by our id", sessions::get(app, &them, &session.id.to_string()).await.map(drop)),
        ("log", sessions::log(app, &them, "s").await.map(drop)),
        ("events", events::of_session(app, &them, "s", None, Order::Ascending, ALL).await.map(drop)),
        ("event", events::get(app, &them, event.id).await.map(drop)),
        ("agent", agents::get(app, &them, &by_name("agent of 1")).await.map(drop)),
        ("version", agents::version(app, &them, &by_name("agent of 1"), "default").await.map(drop)),
        ("versions", agents::versions(app, &them, &by_name("agent of 1"), ALL).await.map(drop)),
        ("person", people::get(app, &them, "p").await.map(drop)),
    ];
    for (what, answer) in answers {
        assert_eq!(answer.expect_err(what).kind, ErrorKind::NotFound, "{what}");
    }
    assert_eq!(people::list(app, &them, ALL).await.unwrap().total, 0);
    assert!(sessions::own(app, &them, "s").await.unwrap().is_none());
    for query in [SessionQuery::default(), SessionQuery { agent: Some("agent of 1".into()), ..SessionQuery::default() }] {
        assert_eq!(sessions::list(app, &them, query, ALL).await.unwrap().total, 0);
    }
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_names_are_other_things_for_another_tenant() {
    let world = World::new();
    let (us, them) = (ctx(ACME), ctx(RIVAL));
    // A UUID is the event's id for both.
    let key = "5d228221-015a-46d4-8bf9-393e51feb1f9";
    world.write_as(&us, everything(ACME, key, 1)).await.unwrap();
    world.write_as(&them, everything(RIVAL, key, 20)).await.unwrap();
    world.write_as(&them, everything(RIVAL, key, 30)).await.unwrap();
    let patch = Patch { name: Some("theirs".into()), ..Patch::default() };
    world.write_as(&them, Write::Amend { tenant: RIVAL, patches: vec![(key.into(), patch)] }).await.unwrap();
    assert_eq!((inputs(&world, &us).await, inputs(&world, &them).await), (vec![Some(1)], vec![Some(30)]));
    let name = async |ctx| sessions::get(&world.app, ctx, "s").await.unwrap().0.agent;
    assert_eq!((name(&us).await.as_deref(), name(&them).await.as_deref()), (Some("agent of 1"), Some("agent of 2")));
    let read = async |ctx| {
        let id = debrief_model::EventId(key.parse().unwrap());
        let view = events::get(&world.app, ctx, id).await.unwrap();
        (view.event.tenant, view.agent.unwrap(), view.event.facts.name)
    };
    assert_eq!(read(&us).await, (ACME, "agent of 1".into(), None));
    assert_eq!(read(&them).await, (RIVAL, "agent of 2".into(), Some("theirs".into())));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shared_session_is_read_with_its_owners_names_and_is_nobody_elses() {
    let world = World::new();
    let (app, us, them, third) = (&world.app, ctx(ACME), ctx(RIVAL), ctx(TenantId(3)));
    let permit = app.admit(1).unwrap();
    sessions::open(app, &us, permit, "s", SessionPatch::default(), Some(RIVAL)).await.unwrap();
    world.write_as(&us, everything(ACME, "a", 1)).await.unwrap();
    assert_eq!(sessions::get(app, &them, "s").await.unwrap().0.agent.as_deref(), Some("agent of 1"));
    let page = events::of_session(app, &them, "s", None, Order::Ascending, ALL).await.unwrap();
    assert_eq!(page.rows[0].agent.as_deref(), Some("agent of 1"));
    assert!(sessions::own(app, &them, "s").await.unwrap().is_none(), "seeing is not owning");
    assert_eq!(sessions::list(app, &them, SessionQuery::default(), ALL).await.unwrap().total, 0);
    assert_eq!(sessions::get(app, &third, "s").await.unwrap_err().kind, ErrorKind::NotFound);
    world.close();
}
