//! Agents and runs that many callers manage at the same moment, and what is told of an export.

use std::sync::Arc;

use debrief_app::agents::{self, Handle};
use debrief_app::audit::{self, LogQuery};
use debrief_app::domain::Once;
use debrief_app::runs::{self, NewRun};
use debrief_app::{Ctx, sessions};
use debrief_model::{Agent, AgentConfig, AgentPatch, Draft, ErrorKind, Facts, Kind, Mention, NewAgent, Order, Scopes, SessionPatch};
use debrief_testkit::ledger::build::{ACME, at};
use tokio::task::JoinSet;

use crate::world::{ALL, World, ctx, one, within_reason};

const CALLERS: usize = 40;

fn described(name: &str, content: &str) -> NewAgent {
    let config = AgentConfig { prompt: Some(agents::prompt(content.to_owned())), model: Some("m".to_owned()), ..AgentConfig::default() };
    NewAgent { name: name.to_owned(), config, ..NewAgent::default() }
}

async fn create(world: &World, name: &str) -> Agent {
    let permit = world.app.admit(1).unwrap();
    agents::create(&world.app, &ctx(ACME), permit, described(name, "c")).await.unwrap().0
}

async fn change(world: &Arc<World>, id: debrief_model::AgentId, patch: AgentPatch) -> Agent {
    let permit = world.app.admit(1).unwrap();
    let handle = Handle { id: Some(id), name: id.to_string() };
    agents::patch(&world.app, &ctx(ACME), permit, &handle, patch).await.unwrap().0
}

/// Runs them side by side and answers what they came to.
async fn side_by_side<T: Send + 'static>(work: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    within_reason(work.collect::<JoinSet<_>>().join_all()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_create_an_agent_one_does() {
    let world = Arc::new(World::new());
    let attempts = (0..CALLERS).map(|caller| {
        let world = world.clone();
        async move {
            let permit = world.app.admit(1).unwrap();
            agents::create(&world.app, &ctx(ACME), permit, described("bot", &caller.to_string())).await.map(|(agent, _)| agent)
        }
    });
    let (created, refused): (Vec<_>, Vec<_>) = side_by_side(attempts).await.into_iter().partition(Result::is_ok);
    assert_eq!(created.len(), 1);
    assert!(refused.into_iter().all(|refused| refused.unwrap_err().kind == ErrorKind::Conflict));
    let page = agents::list(&world.app, &ctx(ACME), debrief_model::AgentFilter::default(), ALL).await.unwrap();
    assert_eq!(page.rows, [created.into_iter().next().unwrap().unwrap()], "who was told so did");
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_take_a_name_one_gets_it() {
    let world = Arc::new(World::new());
    let mut ids = Vec::new();
    for number in 0..CALLERS {
        ids.push(create(&world, &format!("bot {number}")).await.id);
    }
    let attempts = ids.into_iter().map(|id| {
        let world = world.clone();
        async move {
            let permit = world.app.admit(1).unwrap();
            let (handle, patch) =
                (Handle { id: Some(id), name: String::new() }, AgentPatch { name: Some("the one".to_owned()), ..AgentPatch::default() });
            agents::patch(&world.app, &ctx(ACME), permit, &handle, patch).await.map(drop)
        }
    });
    let (renamed, refused): (Vec<_>, Vec<_>) = side_by_side(attempts).await.into_iter().partition(Result::is_ok);
    assert_eq!((renamed.len(), refused.len()), (1, CALLERS - 1));
    assert!(refused.into_iter().all(|refused| refused.unwrap_err().kind == ErrorKind::Conflict));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_of_different_fields_all_hold() {
    let world = Arc::new(World::new());
    let id = create(&world, "bot").await.id;
    let patches = [
        AgentPatch { description: Some(Some("d".to_owned())), ..AgentPatch::default() },
        AgentPatch { tags: Some(vec!["t".to_owned()]), ..AgentPatch::default() },
        AgentPatch { prompt: Some(Some(agents::prompt("p".to_owned()))), ..AgentPatch::default() },
        AgentPatch { model: Some(Some("n".to_owned())), ..AgentPatch::default() },
        AgentPatch { temperature: Some(Some(0.5)), ..AgentPatch::default() },
        AgentPatch { max_tokens: Some(Some(7)), ..AgentPatch::default() },
        AgentPatch { name: Some("robot".to_owned()), ..AgentPatch::default() },
    ];
    side_by_side(patches.into_iter().map(|patch| {
        let world = world.clone();
        async move { change(&world, id, patch).await }
    }))
    .await;
    let now = agents::get(&world.app, &ctx(ACME), &Handle { id: Some(id), name: String::new() }).await.unwrap();
    let AgentConfig { prompt, model, temperature, max_tokens } = now.config;
    assert_eq!((now.name.as_str(), now.description.as_deref(), now.tags.join(",").as_str()), ("robot", Some("d"), "t"));
    assert_eq!((prompt.unwrap().text.as_str(), model.as_deref(), temperature, max_tokens), ("p", Some("n"), Some(0.5), Some(7)));
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_neither_repeat_nor_skip() {
    let world = Arc::new(World::new());
    let id = create(&world, "bot").await.id;
    side_by_side((0..CALLERS).map(|caller| {
        let world = world.clone();
        let patch = AgentPatch { prompt: Some(Some(agents::prompt(format!("prompt {caller}")))), ..AgentPatch::default() };
        async move { change(&world, id, patch).await }
    }))
    .await;
    let handle = Handle { id: Some(id), name: String::new() };
    let (agent, page) = agents::versions(&world.app, &ctx(ACME), &handle, ALL).await.unwrap();
    let names: Vec<_> = page.rows.iter().map(|version| version.name.clone()).collect();
    assert_eq!(names, (1..=CALLERS + 1).map(|number| format!("v{number}")).collect::<Vec<_>>());
    let last = page.rows.last().unwrap();
    assert_eq!((agent.current_version, &agent.config), (Some(last.number), &last.config), "the last one is what the agent is");
    let mut prompts: Vec<_> = page.rows.into_iter().map(|version| version.config.prompt.unwrap().text).collect();
    prompts.sort();
    prompts.dedup();
    assert_eq!(prompts.len(), CALLERS + 1, "every change has a version of its own");
    world.close();
}

fn run(id: &str) -> NewRun {
    let said = Draft::new(Facts::new(Kind::Message, "message.created", at(1), "test"), Mention::default());
    NewRun { id: id.to_owned(), session: None, agent: None, person: None, patch: SessionPatch::default(), drafts: vec![said] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_many_times_at_once_is_one_run() {
    let world = Arc::new(World::new());
    let attempts = (0..CALLERS).map(|caller| {
        let world = world.clone();
        async move {
            let permit = world.app.admit(1).unwrap();
            let once = Once { key: "k".to_owned(), digest: [1; 32] };
            runs::open(&world.app, &ctx(ACME), permit, run(&format!("run {caller}")), Some(once)).await.map(|(run, _)| run)
        }
    });
    let mut runs: Vec<_> = side_by_side(attempts).await.into_iter().map(Result::unwrap).collect();
    let first = runs.pop().unwrap();
    assert!(runs.iter().all(|run| run.id == first.id && run.session.id == first.session.id), "everybody is told of the same run");
    let page = sessions::list(&world.app, &ctx(ACME), sessions::SessionQuery::default(), ALL).await.unwrap();
    assert_eq!((page.total, page.rows[0].session.totals.events), (1, 1));
    let permit = world.app.admit(1).unwrap();
    let other = Once { key: "k".to_owned(), digest: [2; 32] };
    let refused = runs::open(&world.app, &ctx(ACME), permit, run("other"), Some(other)).await;
    assert_eq!(refused.unwrap_err().kind, ErrorKind::Conflict);
    world.close();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_exports_a_session_is_told_without_scope_ingest() {
    let world = World::new();
    world.write(one("a", "s", 1)).await.unwrap();
    let reader = Ctx { scopes: Scopes { read: true, ..Scopes::default() }, ..ctx(ACME) };
    let session = sessions::get(&world.app, &reader, "s").await.unwrap().0.session;
    sessions::tell_exported(&world.app, &reader, &session).await.unwrap();
    let query = LogQuery { event_type: Some("session.exported".to_owned()), ..LogQuery::default() };
    let page = audit::list(&world.app, &reader, query, Order::Ascending, ALL).await.unwrap();
    let [told] = &page.rows[..] else { panic!("one event expected: {page:?}") };
    assert_eq!(told.resource(), (Some("chat_thread"), Some(session.id.to_string())));
    assert_eq!(told.actor(), ("api_key", Some(reader.key.to_string())));
    assert_eq!(told.correlation_id(), reader.request.to_string());
    assert_eq!((told.event.facts.kind, told.agent.as_deref(), told.session.as_deref()), (Kind::Domain, None, None));
    assert_eq!(told.body.as_deref(), Some(r#"{"events":1,"sessionId":"s"}"#));
    assert_eq!(world.totals("s").await.events, 1, "an export does not change what the next one holds");
    world.close();
}
