//! What was acknowledged can be read at once.

use std::sync::Arc;

use debrief_app::{SessionQuery, agents, events, people, sessions};
use debrief_model::{Kind, Order, Paging};
use debrief_testkit::ledger::build::ACME;

use crate::world::{ALL, World, by_name, call, ctx, one, record};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_was_answered_is_on_disk_and_readable() {
    let world = World::new();
    let written = world.write(record([call(Some("a"), "s", 1), call(None, "s", 2)])).await.unwrap();
    assert_eq!(world.app.fence().committed(), written.position);
    let rows = world.read("s").await.unwrap();
    let [first, second] = rows.as_slice() else { panic!("two events expected: {rows:?}") };
    assert_eq!(first.event.position, written.position);
    assert_eq!(first.event.facts.key.as_deref(), Some("a"));
    assert_eq!(first.body.as_deref(), Some(r#"{"input": 1}"#), "as it was sent");
    assert_eq!(second.event.facts.key, None);
    assert_eq!(
        (first.session.as_deref(), first.agent.as_deref(), first.agent_version.as_deref()),
        (Some("s"), Some("default"), Some("default"))
    );
    let by_id = events::get(&world.app, &ctx(ACME), second.event.id).await.unwrap();
    assert_eq!(by_id.event, second.event);
    let totals = world.totals("s").await;
    assert_eq!((totals.events, totals.llm_calls, totals.tokens.input), (2, 2, Some(3)));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_writer_sees_its_own_writes_whatever_the_others_do() {
    const WRITERS: u64 = 8;
    const EACH: u64 = 25;
    let world = Arc::new(World::new());
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let world = world.clone();
            tokio::spawn(async move {
                let session = format!("s{writer}");
                for number in 1..=EACH {
                    let key = format!("{writer}-{number}");
                    world.write(record([call(Some(&key), &session, 1), call(None, "shared", 1)])).await.unwrap();
                    let keys = world.keys(&session).await;
                    assert_eq!((keys.len() as u64, keys.last()), (number, Some(&key)), "in order, without a gap");
                    assert_eq!(world.totals(&session).await.events, number);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(world.read("shared").await.unwrap().len() as u64, WRITERS * EACH);
    assert_eq!(world.totals("shared").await.tokens.input, Some(WRITERS * EACH));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_kinds_and_order_of_a_session() {
    let world = World::new();
    let mut drafts: Vec<_> = ["a", "b", "c", "d"].into_iter().map(|key| call(Some(key), "s", 1)).collect();
    drafts[2].facts.kind = Kind::Tool;
    world.write(record(drafts)).await.unwrap();
    let page = async |kind, order, paging| {
        let page = events::of_session(&world.app, &ctx(ACME), "s", kind, order, paging).await.unwrap();
        (page.total, page.rows.into_iter().filter_map(|view| view.event.facts.key).collect::<String>())
    };
    assert_eq!(page(None, Order::Ascending, Paging { limit: 2, offset: 1 }).await, (4, "bc".to_owned()));
    assert_eq!(page(None, Order::Descending, ALL).await, (4, "dcba".to_owned()));
    assert_eq!(page(Some(Kind::Llm), Order::Ascending, ALL).await, (3, "abd".to_owned()));
    assert_eq!(page(None, Order::Ascending, Paging { limit: 2, offset: 9 }).await, (4, String::new()));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_an_event_mentions_can_be_found_by_name() {
    let world = World::new();
    let mut draft = call(Some("a"), "s", 1);
    draft.mention.agent = Some("Planer Ü".into());
    draft.mention.agent_version = Some("v 2".into());
    draft.mention.person = Some("p".into());
    world.write(record([draft])).await.unwrap();
    world.write(one("b", "other", 1)).await.unwrap();
    let us = ctx(ACME);
    assert_eq!(agents::get(&world.app, &us, &by_name("Planer Ü")).await.unwrap().name, "Planer Ü");
    assert_eq!(agents::version(&world.app, &us, &by_name("Planer Ü"), "v 2").await.unwrap().name, "v 2");
    assert_eq!(people::get(&world.app, &us, "p").await.unwrap().key, "p");
    let found = async |query| {
        let page = sessions::list(&world.app, &us, query, ALL).await.unwrap();
        (page.total, page.rows.into_iter().map(|view| view.session.key).collect::<Vec<_>>())
    };
    let named = |agent: &str, version: Option<&str>| SessionQuery {
        agent: Some(agent.into()),
        agent_version: version.map(str::to_owned),
        ..SessionQuery::default()
    };
    let s = (1, vec!["s".to_owned()]);
    assert_eq!(found(named("Planer Ü", None)).await, s);
    assert_eq!(found(named("Planer Ü", Some("v 2"))).await, s);
    assert_eq!(found(named("Planer Ü", Some("v 3"))).await, (0, vec![]));
    assert_eq!(found(named("nobody", None)).await, (0, vec![]));
    assert_eq!(found(SessionQuery { person: Some("p".into()), ..SessionQuery::default() }).await, s);
    assert_eq!(found(SessionQuery { person: Some("q".into()), ..SessionQuery::default() }).await, (0, vec![]));
    assert_eq!(found(SessionQuery::default()).await.0, 2);
    let versionless = SessionQuery { agent_version: Some("v 2".into()), ..SessionQuery::default() };
    assert_eq!(sessions::list(&world.app, &us, versionless, ALL).await.unwrap_err().kind, debrief_model::ErrorKind::Invalid);
    world.close();
}
