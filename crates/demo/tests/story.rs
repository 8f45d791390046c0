//! What holds for every story: it is the same every time, it is in order, it is complete, and its texts read as texts.

use std::collections::BTreeMap;

use debrief_demo::{AGENTS, Conversation, Outcome, Story, What};
use debrief_model::Timestamp;

const NOW: Timestamp = Timestamp(1_795_675_000_000_000);
const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 24 * HOUR_US;

fn story(seed: u64, conversations_per_day: u32, days: u32) -> Vec<Conversation> {
    Story::generate(seed, NOW, conversations_per_day, days).collect()
}

fn texts(of: &Conversation) -> impl Iterator<Item = &str> {
    of.steps.iter().flat_map(|step| match &step.what {
        What::User(text) | What::Assistant(text) => vec![text.as_str()],
        What::Tool(call) => vec![call.arguments.as_str(), call.result.as_str()],
        What::SubAgent(asked) => vec![asked.task.as_str(), asked.answer.as_str()],
        What::Model(call) => call.failure.iter().map(|failure| failure.message.as_str()).collect(),
    })
}

#[test]
fn the_same_seed_and_time_tell_the_same() {
    assert_eq!(story(1, 30, 10), story(1, 30, 10));
    assert_ne!(story(1, 30, 10), story(2, 30, 10));
    assert_eq!(Story::live(1, 4, NOW), Story::live(1, 4, NOW));
}

#[test]
fn it_has_about_as_many_as_asked_for() {
    for (per_day, days) in [(65, 30), (200, 14), (10, 60)] {
        let told = story(7, per_day, days).len() as f64 / f64::from(per_day * days);
        assert!((0.85..1.15).contains(&told), "{told} times {per_day} on {days} days");
    }
    assert!(story(7, 0, 30).is_empty());
    assert!(!story(7, 50, 0).is_empty(), "no days are one");
}

#[test]
fn any_seed_and_any_time_will_do() {
    for now in [i64::MIN, -1, 0, 1, i64::MAX] {
        for (seed, days) in [(0, 1), (u64::MAX, 2), (1 << 40, 40)] {
            let told: Vec<_> = Story::generate(seed, Timestamp(now), 8, days).collect();
            assert!(told.iter().all(|told| told.ended_at() <= Timestamp(now)));
        }
    }
}

#[test]
fn everything_is_in_its_days_and_in_order() {
    let mut before = Timestamp(0);
    let midnight = NOW.0 - NOW.0.rem_euclid(DAY_US);
    for told in story(9, 80, 30) {
        assert!(told.started_at() >= before, "conversations begin one after the other");
        before = told.started_at();
        assert!(told.started_at().0 >= midnight - 29 * DAY_US && told.ended_at() <= NOW);
        for pair in told.steps.windows(2) {
            assert!(pair[0].at <= pair[1].at && pair[0].turn <= pair[1].turn);
        }
        for step in &told.steps {
            assert!(step.ended_at >= step.at);
            let around = step.within.map(|at| &told.steps[at]);
            assert!(around.is_none_or(|around| around.at <= step.at && step.ended_at <= around.ended_at));
        }
    }
}

#[test]
fn texts_are_filled_and_say_something() {
    for told in story(11, 150, 30) {
        for text in texts(&told) {
            assert!(!text.trim().is_empty(), "an empty text in {}", told.truth.scenario);
            assert!(!has_slot(text), "a slot is left in {}: {text}", told.truth.scenario);
            assert!(!text.contains("  ") && !text.contains('|'), "a choice is left in {}: {text}", told.truth.scenario);
            assert!(!text.contains('#') && !text.contains('§'), "a digit is left in {}: {text}", told.truth.scenario);
        }
    }
}

/// `{word}`, which no text of ours has once it is filled.
fn has_slot(text: &str) -> bool {
    let inner = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    inner
        .map(|(inner, _)| inner)
        .any(|inner| inner.starts_with(|first: char| first.is_ascii_lowercase()) && !inner.contains([' ', ':', ',']))
}

#[test]
fn nobody_who_speaks_is_passed_over() {
    let is_answer = |what: &What| matches!(what, What::Assistant(_)) || matches!(what, What::Model(call) if call.failure.is_some());
    for told in story(12, 200, 30) {
        let Some(spoke) = told.steps.iter().rposition(|step| matches!(step.what, What::User(_))) else { continue };
        assert!(told.steps[spoke..].iter().any(|step| is_answer(&step.what)), "{} in {}", told.truth.scenario, told.agent.name);
    }
}

#[test]
fn tools_are_asked_and_answer_in_json() {
    for told in story(13, 60, 30) {
        for step in &told.steps {
            if let What::Tool(call) = &step.what {
                let arguments: Result<serde_json::Value, _> = serde_json::from_str(&call.arguments);
                assert!(arguments.is_ok_and(|arguments| arguments.is_object()), "{}: {}", call.name, call.arguments);
                assert!(serde_json::from_str::<serde_json::Value>(&call.result).is_ok(), "{}: {}", call.name, call.result);
            }
        }
    }
}

#[test]
fn every_scenario_comes_up_in_a_month() {
    let mut seen: BTreeMap<&str, BTreeMap<&str, u32>> = BTreeMap::new();
    for told in story(15, 200, 30) {
        *seen.entry(told.agent.name).or_default().entry(told.truth.scenario).or_default() += 1;
    }
    assert_eq!(seen.len(), AGENTS.len());
    for agent in &AGENTS {
        for scenario in agent.scenarios() {
            assert!(seen[agent.name].contains_key(scenario), "{} never plays {scenario}", agent.name);
        }
    }
    let scenarios: usize = seen.values().map(BTreeMap::len).sum();
    assert!(scenarios >= 40, "only {scenarios} scenarios");
}

#[test]
fn few_conversations_are_word_for_word_the_same() {
    let told = story(17, 65, 30);
    let mut openings: BTreeMap<Vec<&str>, u32> = BTreeMap::new();
    let with_people = told.iter().filter(|told| told.person.is_some());
    for told in with_people.clone() {
        *openings.entry(texts(told).collect()).or_default() += 1;
    }
    let repeated: u32 = openings.values().filter(|count| **count > 1).sum();
    let share = f64::from(repeated) / with_people.count() as f64;
    assert!(share < 0.08, "{share} of all conversations have a twin");
}

/// Of an agent's version, the share of what is known to have gone well.
fn resolved_share(told: &[Conversation], version: &str, scenario: &str) -> f64 {
    let of = told.iter().filter(|told| told.version.name == version && told.truth.scenario == scenario);
    let (mut resolved, mut known) = (0.0, 0.0);
    for told in of {
        known += f64::from(u8::from(told.truth.outcome != Outcome::Unknown));
        resolved += f64::from(u8::from(told.truth.outcome == Outcome::Resolved));
    }
    assert!(known > 20.0, "too few to tell: {known}");
    resolved / known
}

#[test]
fn the_second_version_mends_refunds() {
    let told = story(19, 120, 30);
    assert!(resolved_share(&told, "v1", "refund_within_policy") < 0.05);
    assert!(resolved_share(&told, "v2", "refund_within_policy") > 0.95);
}

#[test]
fn the_outage_stays_within_its_hours_and_makes_people_angry() {
    let told = story(21, 120, 30);
    let is_hit = |told: &&Conversation| told.truth.issue == Some("payment_gateway_down");
    let days: Vec<_> = told.iter().filter(is_hit).map(|told| told.started_at().0 / DAY_US).collect();
    assert!(days.len() >= 15, "only {} conversations are hit", days.len());
    assert!(days.iter().all(|day| *day == days[0]), "on several days");
    let hours = told.iter().filter(is_hit).map(|told| told.started_at().0.rem_euclid(DAY_US) / HOUR_US);
    assert!(hours.into_iter().all(|hour| (9..17).contains(&hour)));
    let angry = |is_there: bool| {
        let there =
            told.iter().filter(|told| told.agent.name == "trailhead-support" && (told.started_at().0 / DAY_US == days[0]) == is_there);
        let angry = there.clone().filter(|told| told.truth.is_frustrated).count();
        angry as f64 / there.count() as f64
    };
    assert!(angry(true) > 2.0 * angry(false), "{} on that day, {} on others", angry(true), angry(false));
}

#[test]
fn all_kinds_of_trouble_come_up() {
    let told = story(23, 65, 30);
    let any = |what: &str, is: fn(&Conversation) -> bool| assert!(told.iter().any(is), "nothing with {what}");
    any("corrections", |told| told.truth.is_corrected);
    any("rephrasing", |told| told.truth.is_rephrased);
    any("refusals", |told| told.truth.is_refused);
    any("hand-offs", |told| told.truth.is_handed_off);
    any("silent leaving", |told| told.truth.is_left);
    any("thumbs up", |told| told.feedback.as_ref().is_some_and(|feedback| feedback.is_up));
    any("thumbs down", |told| told.feedback.as_ref().is_some_and(|feedback| !feedback.is_up));
    any("sub-agents", |told| told.steps.iter().any(|step| step.within.is_some()));
    any("a model that fails", |told| told.steps.iter().any(|step| matches!(&step.what, What::Model(call) if call.failure.is_some())));
    any("reasoning", |told| told.steps.iter().any(|step| matches!(&step.what, What::Model(call) if call.tokens.reasoning > 0)));
    any("cached tokens", |told| told.steps.iter().any(|step| matches!(&step.what, What::Model(call) if call.tokens.cache_read > 0)));
    any("ten turns or more", |told| told.turns() >= 10);
}
