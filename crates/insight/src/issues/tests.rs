//! From conversations to their issues, and from many to what matters.

use proptest::prelude::*;

use super::{ClusterId, Clustered, ISSUES_MAX, Impact, Issue, IssueKey, Tally, ended_badly, keys_of};
use crate::analysis::{Findings, Given, analyse};
use crate::lifecycle::{Reason, State, Verdict};
use crate::testing::{Talk, failed_inference, failed_tool, finished, inference, tool};
use crate::transcript::What;

fn findings(talk: Talk<'_>, state: State, reason: Reason) -> Findings {
    let given = Given { response_us_median: Some(1), ..Given::of(Verdict { state, reason: Some(reason) }) };
    analyse(&talk.transcript(), &given)
}

/// The issues of a conversation whose intents are in the clusters 1, 2, … and whose corrections are in 10, 11, ….
fn check(talk: Talk<'_>, expected: &[&str]) {
    let found = findings(talk, State::Completed, Reason::Idle);
    let numbered = |from: u64| (from..from + 5).map(|number| Some(ClusterId(number))).collect::<Vec<_>>();
    let clustered = Clustered { intents: &numbered(1), corrections: &numbered(10) };
    let keys: Vec<_> = keys_of(&found, &clustered).iter().map(ToString::to_string).collect();
    assert_eq!(keys, expected, "{found:?}");
}

fn flight() -> Talk<'static> {
    Talk::new().user("Book me a flight from Rome to Paris")
}

#[test]
fn conversations_and_their_issues() {
    check(flight().assistant("Done."), &[]);
    check(flight().then(failed_tool("book", "timeout")).assistant("Hm.").user("Thanks").assistant("Bye"), &["tool_error:book:timeout"]);
    check(flight().then(failed_tool("book", "timeout")).then(tool("book", "{}", "ok")).assistant("Done."), &[]);
    check(flight().then(failed_inference("m", "429")).user("Hello?").assistant("Hi"), &["llm_error:429"]);
    let reported = What::Error { error_type: Some("ValueError"), message: None };
    check(flight().then(reported).assistant("Done.").user("Thanks"), &["error:ValueError"]);
    check(flight().then(finished("length")).assistant("Do"), &["truncated"]);
    check(flight().then(finished("content_filter")).assistant("Do"), &["filtered"]);
    let again = |talk: Talk<'static>| talk.then(tool("find", "{}", "none"));
    check(again(again(again(flight()))).assistant("Done."), &["loop:find"]);
    check(flight().took(60, inference("m")).assistant("Done."), &["slow:m"]);
    let corrected = flight().assistant("Done.").user("No, to London").assistant("Done.").user("That's wrong").assistant("Done.");
    check(corrected, &["unresolved:1", "correction:10", "correction:11", "negative:1"]);
}

#[test]
fn issues_are_of_the_intent_that_was_asked_last() {
    let second = || flight().assistant("Done.").user("How much luggage does the airline allow?");
    check(second().assistant("I can't tell."), &["unresolved:2", "refusal:2"]);
    check(second().assistant("One.").user("This is terrible, awful, the worst, I hate it"), &["negative:1", "negative:2"]);
    let unclustered = findings(flight().assistant("I can't."), State::Completed, Reason::Idle);
    let keys = keys_of(&unclustered, &Clustered::default());
    assert_eq!(keys, [IssueKey::Unresolved { intent: None }, IssueKey::Refusal { intent: None }]);
}

#[test]
fn a_conversation_without_intents_can_be_unresolved() {
    let found = findings(Talk::new().user("Hi"), State::Abandoned, Reason::NoReply);
    assert_eq!(keys_of(&found, &Clustered::default()), [IssueKey::Unresolved { intent: None }, IssueKey::Unanswered]);
    assert!(ended_badly(&found, State::Abandoned) && ended_badly(&found, State::Completed));
    assert!(!ended_badly(&findings(flight().assistant("Done."), State::Completed, Reason::Idle), State::Completed));
}

fn tally(rows: &[(u64, &str, bool)]) -> Tally {
    let mut tally = Tally::default();
    for (times, keys, ended_badly) in rows {
        let keys: Vec<IssueKey> = keys.split_whitespace().map(|key| key.parse().expect("a key")).collect();
        (0..*times).for_each(|_| tally.add(&keys, *ended_badly));
    }
    tally
}

fn label(cluster: ClusterId) -> Option<String> {
    (cluster.0 == 1).then(|| "refund policy".to_owned())
}

#[test]
fn impact_is_severity_times_share_times_lift() {
    let found = tally(&[(6, "tool_error:find:timeout", true), (4, "correction:1", false), (90, "", false)]).ranked(&label);
    let [first, second] = &found[..] else { panic!("{found:?}") };
    // Of all, (6 + 1) / (100 + 2) end badly: p = 0.0686. (6 + 2p) / (6 + 2) / p is 11.2, which is bounded by 3.
    assert_eq!((first.key.to_string().as_str(), first.frequency, first.conversations), ("tool_error:find:timeout", 6, 100));
    assert!((first.share, first.lift, first.impact) == (0.06, 3.0, Impact::High) && (first.score - 0.54).abs() < 1e-12);
    // (0 + 2p) / (4 + 2) / p is a third, which is bounded by a half.
    assert!(second.lift == 0.5 && (second.score - 0.04).abs() < 1e-12);
    assert_eq!((second.ended_badly, second.all_ended_badly), (0, 6));
    assert_eq!((second.impact, second.text.as_str()), (Impact::Medium, "Users correct the agent about \"refund policy\""));
}

#[test]
fn a_few_conversations_that_end_like_the_others_have_no_lift() {
    let found = tally(&[(1, "loop:find", true), (49, "loop:find", false), (9, "", true), (441, "", false)]).ranked(&label);
    assert!((found[0].lift - 1.0).abs() < 0.1, "{found:?}");
}

#[test]
fn classes_of_impact() {
    let check = |rows: &[(u64, &str, bool)], expected| {
        let found = tally(rows).ranked(&label);
        assert_eq!(found.first().map(|issue| issue.impact), expected, "{found:?}");
    };
    // Where everything ends badly, the lift is below 1 and does not matter to these.
    check(&[(50, "unanswered", true), (950, "", true)], Some(Impact::High));
    check(&[(20, "unanswered", true), (980, "", true)], Some(Impact::Medium));
    check(&[(10, "unanswered", true), (990, "", true)], Some(Impact::Low));
    check(&[(200, "truncated", true), (800, "", true)], Some(Impact::High));
    check(&[(50, "truncated", true), (950, "", true)], Some(Impact::Medium));
    check(&[(1, "unanswered", true), (1, "", true)], None);
    check(&[], None);
}

#[test]
fn equal_issues_are_in_the_order_of_their_keys() {
    let rows: Vec<String> = (0..20).map(|number| format!("loop:tool{number:02}")).collect();
    let tally = tally(&rows.iter().map(|key| (3, key.as_str(), false)).collect::<Vec<_>>());
    let keys: Vec<_> = tally.ranked(&label).iter().map(|issue| issue.key.to_string()).collect();
    assert_eq!(keys, rows[..ISSUES_MAX]);
}

#[test]
fn every_issue_has_a_text() {
    let all = "tool_error:a:b tool_error:-:- llm_error:b error:b error:- unresolved:1 unanswered correction:2 refusal:- loop:- truncated \
               filtered slow:m slow:- negative:1";
    let mut texts = Vec::new();
    for key in all.split_whitespace() {
        texts.extend(tally(&[(2, key, true)]).ranked(&label).into_iter().map(|Issue { text, .. }| text));
    }
    let expected = [
        "The tool \"a\" fails with \"b\"",
        "A tool fails",
        "Calls of models fail with \"b\"",
        "The agent reports errors of the class \"b\"",
        "The agent reports errors",
        "Requests about \"refund policy\" are not resolved",
        "Users get no answer to their last message",
        "Users correct the agent",
        "The agent refuses requests",
        "The agent calls tools over and over",
        "Answers are cut off because they become too long",
        "Answers are held back by a content filter",
        "Users wait long for answers, most of it for \"m\"",
        "Users wait long for answers",
        "Users are upset about \"refund policy\"",
    ];
    assert_eq!(texts, expected);
}

proptest! {
    #[test]
    fn rankings_are_in_order_and_bounded(rows in prop::collection::vec((1_u64..9, 0_usize..30, any::<bool>()), 0..60)) {
        let keys: Vec<String> = (0..30).map(|number| format!("loop:{number}")).collect();
        let tally = tally(&rows.iter().map(|(times, key, badly)| (*times, keys[*key].as_str(), *badly)).collect::<Vec<_>>());
        let found = tally.ranked(&label);
        prop_assert!(found.len() <= ISSUES_MAX && found.is_sorted_by(|a, b| a.score >= b.score));
        prop_assert!(found.iter().all(|issue| issue.share <= 1.0 && (0.5..=3.0).contains(&issue.lift) && issue.frequency >= 2));
        prop_assert_eq!(tally.conversations(), rows.iter().map(|row| row.0).sum::<u64>());
    }
}
