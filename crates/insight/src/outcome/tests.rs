//! Outcomes of whole conversations.

use super::{Claim, Outcome, Why};
use crate::analysis::{Given, analyse};
use crate::lifecycle::{Reason, State, Verdict};
use crate::testing::{Talk, failed_tool, inference, tool};

fn over(state: State, reason: Reason) -> Verdict {
    Verdict { state, reason: Some(reason) }
}

/// An outcome as `outcome source: reasons`.
fn check(talk: Talk<'_>, given: Given<'_>, expected: &str) {
    let found = analyse(&talk.transcript(), &given).outcome;
    let reasons: Vec<_> = found.evidence.iter().map(|evidence| evidence.why.word()).collect();
    assert_eq!(format!("{} {}: {}", found.outcome.word(), found.source.word(), reasons.join(" ")), expected, "{found:?}");
}

fn completed(talk: Talk<'_>, expected: &str) {
    check(talk, Given::of(over(State::Completed, Reason::Idle)), expected);
}

fn talk() -> Talk<'static> {
    Talk::new().user("Cancel my order").assistant("It is cancelled.")
}

#[test]
fn what_is_told_comes_before_what_is_judged_before_what_is_estimated() {
    let claim = |outcome| Some(Claim { outcome, event: None, words: "end_state=Fail" });
    let given = Given::of(over(State::Completed, Reason::Told));
    let goodbye = || talk().user("Thanks!");
    let check = |told, judged, expected: &str| check(goodbye(), Given { told, judged, ..given }, expected);
    check(claim(Outcome::Unresolved), claim(Outcome::Resolved), "unresolved told: stated");
    check(None, claim(Outcome::Unresolved), "unresolved judged: stated");
    check(None, claim(Outcome::Unknown), "unknown judged: stated");
    check(claim(Outcome::Unknown), claim(Outcome::Unresolved), "unresolved judged: stated");
    check(claim(Outcome::Unknown), None, "resolved estimated: closed");
}

#[test]
fn goodbyes_resolve_what_was_completed() {
    completed(talk().user("Thanks, that worked!").assistant("Bye!"), "resolved estimated: closed");
    completed(talk(), "unknown estimated: ");
    completed(talk().user("Thanks!").assistant("Bye!").user("Where is the money"), "unknown estimated: ");
    completed(talk().user("Thanks for nothing, never mind"), "unknown estimated: ");
    check(talk().user("Thanks!"), Given::of(Verdict { state: State::InProgress, reason: None }), "unknown estimated: ");
}

#[test]
fn failures_unresolve() {
    let abandoned = Given::of(over(State::Abandoned, Reason::NoReply));
    check(talk().user("Thanks!"), abandoned, "unresolved estimated: abandoned");
    let corrected = talk().user("No, the other one").assistant("Done.");
    completed(corrected.clone(), "unknown estimated: ");
    completed(corrected.user("That's wrong").assistant("Done.").user("Thanks!"), "unresolved estimated: corrected corrected");
    let failed = Talk::new().user("Cancel it").then(failed_tool("cancel", "timeout"));
    completed(failed.clone().assistant("Sorry."), "unresolved estimated: failed");
    completed(failed.clone().then(tool("cancel", "{}", "ok")).assistant("Done."), "unknown estimated: ");
    completed(failed.then(inference("m")).assistant("Sorry.").user("Thanks").assistant("Bye"), "resolved estimated: closed");
}

/// Whatever an outcome rests on can be looked up: the event, and the words in it.
#[test]
fn what_was_given_up_shows_where() {
    let check = |talk: Talk<'_>, reason, at: Option<usize>, words: &str| {
        let transcript = talk.transcript();
        let found = analyse(&transcript, &Given::of(over(State::Abandoned, reason))).outcome.evidence.remove(0);
        assert_eq!((found.why, found.quote.as_str()), (Why::Abandoned, words));
        assert_eq!(found.event, at.map(|at| transcript.steps[at].event));
    };
    check(talk().user("And the other?"), Reason::NoReply, Some(2), "And the other?");
    check(talk().assistant("Which one?"), Reason::AskedAndUnanswered, Some(2), "Which one?");
    check(talk().then(failed_tool("cancel", "timeout")), Reason::FailedLastCall, Some(1), "It is cancelled.");
    check(Talk::new().then(inference("m")).then(inference("m")), Reason::NoAssistantMessage, Some(1), "");
    check(Talk::new(), Reason::Told, None, "");
    let event = talk().transcript().steps[0].event;
    let told = Some(Claim { outcome: Outcome::Resolved, event: Some(event), words: "feedback" });
    let found = analyse(&talk().transcript(), &Given { told, ..Given::of(over(State::Completed, Reason::Idle)) }).outcome;
    assert_eq!((found.evidence[0].event, found.evidence[0].quote.as_str()), (Some(event), "feedback"));
}

#[test]
fn a_refusal_counts_until_the_assistant_says_something_else() {
    let refused = Talk::new().user("Cancel it").assistant("I can't cancel it.");
    completed(refused.clone(), "unresolved estimated: refused");
    completed(refused.clone().user("Please").assistant("It is cancelled."), "unknown estimated: ");
    completed(refused.user("Thanks"), "unresolved estimated: refused");
}
