//! Calls are priced again by another word or another book.

use std::sync::Arc;

use debrief_app::prices::{CostShown, Prices};
use debrief_app::{Settings, reprice};
use debrief_model::{Cost, CostSource, Draft, TimeRange};
use debrief_pricing::Book;
use debrief_testkit::ledger::build::{ACME, at};

use crate::world::{World, call, ctx, record};

fn priced(key: &str, at_s: i64, told_nano: Option<i64>) -> Draft {
    let mut draft = call(Some(key), "s", 1_000);
    draft.facts.occurred_at = at(at_s * 1_000_000);
    draft.facts.provider = Some("openai".into());
    draft.facts.request_model = Some("gpt-4o".into());
    draft.facts.cost = told_nano.map(|nano_usd| Cost { nano_usd, source: CostSource::Reported });
    draft
}

fn settings(shown: CostShown) -> Settings {
    Settings { prices: Arc::new(Prices::new(Book::built_in(), shown)), ..Settings::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_word_counts_from_now_on_and_for_what_is_priced_again() {
    let world = World::with(settings(CostShown::Reported));
    world.count(record([priced("a", 1, Some(7)), priced("b", 2, None), priced("c", 50, Some(7))])).await;
    assert_eq!(world.totals("s").await.cost_nano_usd, Some(7 + 2_500_000 + 7));
    let world = world.restart_with(settings(CostShown::Computed));
    let range = TimeRange { from: None, to: Some(at(10_000_000)) };
    let done = reprice::start(&world.app, &ctx(ACME), range).unwrap().done().await.unwrap();
    assert_eq!((done.changed, done.before_nano_usd, done.after_nano_usd, done.failure), (1, 7, 2_500_000, None));
    assert_eq!(world.totals("s").await.cost_nano_usd, Some(2_500_000 + 2_500_000 + 7), "what is outside of the range stays");
    let again = reprice::start(&world.app, &ctx(ACME), range).unwrap().done().await.unwrap();
    assert_eq!(again.changed, 0);
    world.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_calls_than_fit_a_step_are_all_found_though_they_are_of_one_time() {
    let world = World::with(settings(CostShown::Reported));
    let drafts = (0..2_500).map(|at| priced(&format!("k{at}"), at / 1_250, Some(7)));
    world.count(record(drafts)).await;
    let world = world.restart_with(settings(CostShown::Computed));
    let done = reprice::start(&world.app, &ctx(ACME), TimeRange { from: None, to: Some(at(100_000_000)) }).unwrap().done().await.unwrap();
    assert_eq!(done.changed, 2_500);
    assert!(done.looked_at == done.total && done.total >= 2_500, "{done:?}");
    world.close();
}
