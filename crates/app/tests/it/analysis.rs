//! Conversations are looked at once they are over, and again when there is something new.

use std::sync::Arc;
use std::time::Duration;

use debrief_app::insights::{SessionInsights, TopicQuery, compare, corrections, intents, issues, of_agent, of_session_in_detail};
use debrief_app::{Change, Ctx, Settings, Write, turns};
use debrief_insight::patterns::Patterns;
use debrief_insight::period::Span;
use debrief_model::{
    Draft, EventFilter, Facts, Kind, Mention, Order, Paging, Resolution, Scan, SessionPatch, Status, TimeRange, Timestamp,
};
use debrief_store::{Warehouse as _, body};
use debrief_testkit::ledger::build::ACME;
use serde_json::json;

use crate::world::{World, by_name, ctx, record, within_reason};

const MINUTE_US: i64 = 60 * 1_000_000;
const IDLE_US: i64 = 15 * MINUTE_US;

fn caller(world: &World) -> Ctx {
    Ctx { now: world.now(), ..ctx(ACME) }
}

fn mention(session: &str, version: &str) -> Mention {
    Mention {
        session: Some(session.to_owned()),
        agent: Some("clerk".to_owned()),
        agent_version: Some(version.to_owned()),
        ..Mention::default()
    }
}

/// Nobody looks but whoever asks for it.
fn calm() -> Settings {
    Settings { analysis_every: Duration::MAX, ..Settings::default() }
}

/// Something that is said now.
fn said(world: &World, session: &str, version: &str, role: &str, text: &str) -> Draft {
    let mut facts = Facts::new(Kind::Message, "message.created", world.now(), "test");
    facts.body = body::encode(json!({ "role": role, "content": text }).to_string().as_bytes());
    Draft { turn: turns::of_message(role, Some(text), None), ..Draft::new(facts, mention(session, version)) }
}

/// A tool that fails now.
fn failing(world: &World, session: &str, version: &str) -> Draft {
    let mut facts = Facts::new(Kind::Tool, "tool.failed", world.now(), "test");
    (facts.name, facts.status) = (Some("refund".to_owned()), Status::Error);
    facts.failure = Some(debrief_model::Failure { kind: Some("Timeout".to_owned()), message: None });
    Draft::new(facts, mention(session, version))
}

/// A whole conversation, a second between messages, users first.
async fn talk(world: &World, session: &str, version: &str, messages: &[&str]) {
    for (at, text) in messages.iter().enumerate() {
        let role = if at.is_multiple_of(2) { "user" } else { "assistant" };
        world.write(record([said(world, session, version, role, text)])).await.unwrap();
        world.pass_micros(1_000_000);
    }
}

async fn looked(world: &World, session: &str) -> SessionInsights {
    within_reason(world.app.analyse()).await.unwrap();
    within_reason(of_session_in_detail(&world.app, &caller(world), session)).await.unwrap()
}

fn outcome(found: &SessionInsights) -> Option<(usize, &str)> {
    found.found.as_ref().map(|(_, detail)| (detail.turns.len(), detail.outcome.as_str()))
}

#[tokio::test]
async fn a_conversation_is_looked_at_once_it_is_over() {
    let world = World::new();
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow.", "Great, thank you!", "You are welcome."]).await;
    assert_eq!(outcome(&looked(&world, "s").await), None, "it goes on");
    world.pass_micros(IDLE_US);
    let found = looked(&world, "s").await;
    assert_eq!(outcome(&found), Some((2, "resolved")));
    let (_, detail) = found.found.as_ref().unwrap();
    assert_eq!(detail.intents[0].text, "Where is my parcel?");
    assert_eq!((detail.outcome_source.as_str(), detail.evidence[0].quote.as_str()), ("estimated", "Great, thank you!"));
    assert!(detail.sentiment.unwrap() > 0.3);
    world.close();
}

#[tokio::test]
async fn messages_without_times_of_their_own_keep_their_order() {
    let world = World::new();
    let said = ["Where is my parcel?", "It comes on Monday.", "No, that's wrong.", "You are right, it comes today.", "Thanks!", "Bye."];
    let role = |at: usize| if at.is_multiple_of(2) { "user" } else { "assistant" };
    let drafts: Vec<Draft> = said.iter().enumerate().map(|(at, text)| self::said(&world, "s", "1", role(at), text)).collect();
    world.write(record(drafts)).await.unwrap();
    world.pass_micros(IDLE_US);
    let found = looked(&world, "s").await;
    let (_, detail) = found.found.as_ref().unwrap();
    assert_eq!(detail.turns.iter().filter(|turn| turn.assistant.is_some()).count(), 3, "each is answered");
    assert!(detail.signals.iter().any(|signal| signal.kind == "correction" && signal.turn == 2));
    world.close();
}

#[tokio::test]
async fn what_comes_late_opens_it_again_and_corrects() {
    let world = World::new();
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow.", "Thanks!", "You are welcome."]).await;
    world.pass_micros(IDLE_US);
    assert_eq!(outcome(&looked(&world, "s").await), Some((2, "resolved")));
    talk(&world, "s", "1", &["No, that's wrong, it was promised for today."]).await;
    let found = looked(&world, "s").await;
    assert_eq!(found.verdict.state.word(), "in_progress");
    world.pass_micros(IDLE_US);
    let found = looked(&world, "s").await;
    assert_eq!(outcome(&found), Some((3, "unresolved")), "nobody answered");
    let kinds: Vec<&str> = found.found.as_ref().unwrap().1.signals.iter().map(|signal| signal.kind.as_str()).collect();
    assert!(kinds.contains(&"correction") && kinds.contains(&"unanswered"), "{kinds:?}");
    world.close();
}

#[tokio::test]
async fn an_end_that_is_told_is_not_waited_for() {
    let world = World::new();
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow."]).await;
    end(&world, "s", SessionPatch { end_state: Some("Success".to_owned()), ..SessionPatch::default() }).await;
    let found = looked(&world, "s").await;
    let (_, detail) = found.found.as_ref().expect("looked at");
    assert_eq!((detail.outcome.as_str(), detail.outcome_source.as_str()), ("resolved", "told"));
    world.close();
}

/// The end is said of the session, and the log has an event that tells so; whatever else is said of the session since.
#[tokio::test]
async fn an_outcome_told_by_the_end_names_the_event_that_tells_of_it() {
    for ended_at in [None, Some(Timestamp(7))] {
        let world = World::new();
        talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow."]).await;
        assert_eq!(looked(&world, "s").await.claim(), None);
        let told = SessionPatch { end_state: Some("Success".to_owned()), ended_at, ..SessionPatch::default() };
        end(&world, "s", told).await;
        end(&world, "s", SessionPatch { tags: Some(vec!["late".to_owned()]), ..SessionPatch::default() }).await;
        let found = looked(&world, "s").await;
        let claim = found.claim().expect("it is told");
        let filter = EventFilter { kind: Some(Kind::Domain), ..EventFilter::default() };
        let paging = Paging { limit: 10, offset: 0 };
        let scan = Scan { filter, order: Order::Ascending, paging, bodies: false };
        let log = world.warehouse.scan(ACME, &scan).unwrap().rows;
        let ended = log.iter().find(|event| Some(event.id) == claim.event).expect("an event of the log");
        let expected = if ended_at.is_some() { "session.ended" } else { "session.updated" };
        assert_eq!((&*ended.facts.event_type, claim.words), (expected, "Success"));
        assert_ne!(
            log.iter().rfind(|event| event.facts.event_type.starts_with("session.")).map(|event| event.id),
            claim.event,
            "the last is of the tags"
        );
        world.close();
    }
}

/// Nobody asked for anything that could be shown, so it is what was said last.
#[tokio::test]
async fn what_was_not_resolved_shows_an_event_also_where_nobody_asked() {
    let world = World::new();
    for session in ["a", "b", "c"] {
        world.write(record([said(&world, session, "1", "assistant", "The nightly report is late.")])).await.unwrap();
        end(&world, session, SessionPatch { end_state: Some("Fail".to_owned()), ..SessionPatch::default() }).await;
        looked(&world, session).await;
    }
    let found = within_reason(issues(&world.app, &caller(&world), &TopicQuery { limit: 10, ..TopicQuery::default() })).await.unwrap();
    let unresolved = found.topics.iter().find(|found| found.issue.key.kind() == "unresolved").expect("they failed");
    let shown: Vec<_> = unresolved.examples.iter().map(|example| (example.event.is_some(), example.quote.as_deref())).collect();
    assert_eq!(shown, [(true, Some("Fail")); 3]);
    world.close();
}

async fn end(world: &World, session: &str, patch: SessionPatch) {
    let change = Change::PutSession { tenant: ACME, key: session.to_owned(), patch, shared_with: None, alias: None };
    world.write(Write::Catalogue(change)).await.unwrap();
}

#[tokio::test]
async fn what_is_told_counts_at_once_and_everywhere() {
    let world = World::new();
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow.", "Thanks!", "Bye."]).await;
    world.pass_micros(IDLE_US);
    looked(&world, "s").await;
    let rate = async || {
        let found = of_agent(&world.app, &caller(&world), &by_name("clerk"), Span::All).await.unwrap();
        (found.outcomes.rate(), found.outcomes.told, found.outcomes.estimated)
    };
    assert_eq!(rate().await, (Some(100.0), 0, 1));
    end(&world, "s", SessionPatch { resolution: Some(Resolution::Unresolved), ..SessionPatch::default() }).await;
    assert_eq!(rate().await, (Some(0.0), 1, 0), "before anybody looks again");
    let found = of_session_in_detail(&world.app, &caller(&world), "s").await.unwrap();
    assert_eq!(found.told, Some(Resolution::Unresolved));
    world.pass_micros(IDLE_US);
    assert_eq!(outcome(&looked(&world, "s").await), Some((2, "unresolved")));
    world.close();
}

#[tokio::test]
async fn what_was_recorded_while_nobody_looked_is_found_in_the_journal() {
    let world = World::with(Settings { analysis: false, ..calm() });
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow.", "Thanks!", "Bye."]).await;
    assert!(!looked(&world, "s").await.is_analysed);
    let world = world.restart_with(calm());
    world.pass_micros(IDLE_US * 2);
    assert_eq!(outcome(&looked(&world, "s").await), Some((2, "resolved")));
    let world = world.restart();
    world.pass_micros(IDLE_US * 2);
    assert_eq!(outcome(&looked(&world, "s").await), Some((2, "resolved")), "it is kept");
    world.close();
}

#[tokio::test]
async fn other_rules_look_at_everything_again() {
    let world = World::new();
    talk(&world, "s", "1", &["Where is my parcel?", "It arrives tomorrow.", "Zounds", "Oh."]).await;
    world.pass_micros(IDLE_US);
    let corrections = |found: &SessionInsights| {
        let (_, detail) = found.found.as_ref().expect("looked at");
        (detail.rules.clone(), detail.signals.iter().filter(|signal| signal.kind == "correction").count())
    };
    let (rules, before) = corrections(&looked(&world, "s").await);
    let patterns = Patterns::with(&[("corrections", "version 1\nzounds\n")]).unwrap();
    let world = world.restart_with(Settings { patterns: Arc::new(patterns), ..calm() });
    world.pass_micros(IDLE_US * 2);
    let (other, after) = corrections(&looked(&world, "s").await);
    assert_eq!((before, after), (0, 1));
    assert_ne!(rules, other);
    world.close();
}

#[tokio::test]
async fn many_conversations_come_to_topics_and_versions_compare() {
    let world = World::new();
    for n in 0..6 {
        talk(&world, &format!("bad {n}"), "1", &["I want a refund for my tent", "You get a voucher.", "No, I meant a refund", "Sorry."])
            .await;
        world.write(record([failing(&world, &format!("bad {n}"), "1")])).await.unwrap();
        talk(&world, &format!("good {n}"), "2", &["I want a refund for my tent", "Refunded.", "Thanks, that works", "Bye."]).await;
    }
    world.pass_micros(IDLE_US);
    within_reason(world.app.analyse()).await.unwrap();
    let (ctx, query) = (caller(&world), TopicQuery { limit: 10, ..TopicQuery::default() });

    let found = issues(&world.app, &ctx, &query).await.unwrap();
    assert_eq!(found.conversations, 12);
    let keys: Vec<(String, u64)> = found.topics.iter().map(|topic| (topic.issue.key.to_string(), topic.issue.frequency)).collect();
    assert_eq!(keys[0], ("tool_error:refund:Timeout".to_owned(), 6), "{keys:?}");
    assert_eq!(found.topics[0].examples[0].session, "bad 5", "the newest comes first");
    let corrected = found.topics.iter().find(|topic| topic.issue.key.kind() == "correction").unwrap();
    assert_eq!(corrected.examples[0].quote.as_deref(), Some("No, I meant a refund"));

    let wanted = intents(&world.app, &ctx, &query).await.unwrap();
    assert_eq!((wanted.topics[0].conversations, wanted.topics[0].resolved, wanted.topics[0].unresolved), (12, 6, 6));
    let version = TopicQuery { agent: Some(by_name("clerk")), version: Some("2".to_owned()), ..query.clone() };
    assert_eq!(intents(&world.app, &ctx, &version).await.unwrap().topics[0].conversations, 6);
    assert_eq!(corrections(&world.app, &ctx, &version).await.unwrap().total, 0);
    assert_eq!(corrections(&world.app, &ctx, &query).await.unwrap().topics[0].conversations, 6);

    let compared = compare(&world.app, &ctx, &by_name("clerk"), "1", "2", TimeRange::default()).await.unwrap();
    let outcome = compared.comparison.resolved.expect("enough conversations");
    assert_eq!(outcome.estimate, 1.0);
    assert!(outcome.is_significant());
    assert!(compared.comparison.vanished.iter().any(|change| change.key.to_string() == "tool_error:refund:Timeout"));

    let insights = of_agent(&world.app, &ctx, &by_name("clerk"), Span::All).await.unwrap();
    assert_eq!(insights.issues[0].key.to_string(), "tool_error:refund:Timeout");
    assert!(insights.recommendations[0].text.contains("6 of 12 conversations"), "{}", insights.recommendations[0].text);
    assert_eq!(insights.sentiments.counted(), 12);
    world.close();
}
