//! Each phrase of each list on its own examples (`tests/data`), and what adding to lists does.

use super::{List, Patterns, reading};
use crate::analysis::{Given, analyse};
use crate::lifecycle::{State, Verdict};
use crate::phrases::Phrases;
use crate::signals::{asks, asks_for_input, closes, says_goodbye};
use crate::testing::Talk;
use crate::text::{clauses, sentences, words};
use crate::turns::{self, is_correction};

/// The examples of one phrase.
struct Examples {
    phrase: &'static str,
    yes: Vec<String>,
    no: Vec<String>,
}

fn read(examples: &'static str) -> Vec<Examples> {
    let mut read: Vec<Examples> = Vec::new();
    for line in examples.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.strip_prefix("+ "), line.strip_prefix("- "), read.last_mut()) {
            (Some(yes), _, Some(last)) => last.yes.push(yes.replace("\\n", "\n")),
            (_, Some(no), Some(last)) => last.no.push(no.replace("\\n", "\n")),
            _ => read.push(Examples { phrase: line, yes: Vec::new(), no: Vec::new() }),
        }
    }
    read
}

fn examples_of(list: List) -> &'static str {
    macro_rules! examples {
        ($($list:ident $name:literal),*) => {
            match list { $(List::$list => include_str!(concat!("../../tests/data/", $name, ".txt")),)* }
        };
    }
    examples!(
        Abandoning "abandoning", Closing "closing", Corrections "corrections", Courtesies "courtesies", Further "further", Greetings "greetings",
        HandoffTools "handoff_tools", Handoffs "handoffs", NeedsInput "needs_input", NotRefusals "not_refusals",
        Refusals "refusals", Repairs "repairs", Requests "requests"
    )
}

/// What a list is for, as a rule that its examples follow or do not.
fn signal(list: List, text: &str) -> bool {
    let built_in = Patterns::built_in();
    match list {
        List::Abandoning => turns::probe::gives_up(text),
        List::Closing => closes(text),
        List::Corrections | List::Repairs => is_correction(Some("It is booked."), text),
        // Without its courtesies each example would ask.
        List::Courtesies => !asks_for_input(text) && asks(built_in, &sentences(text)),
        List::Further => asks_for_something_else(text),
        List::Greetings => crate::intents::only_greets(text, built_in),
        List::HandoffTools => built_in.list(list).is_in(&turns::probe::words_of_name(text)),
        List::Handoffs => turns::probe::hands_off(text),
        List::NeedsInput => asks_for_input(text),
        // Without its exception each example would refuse.
        List::NotRefusals => !turns::probe::refuses(text) && built_in.list(List::Refusals).is_in(&words(text).collect::<Vec<_>>()),
        List::Refusals => turns::probe::refuses(text),
        // Without its request each example would close.
        List::Requests => !closes(text) && says_goodbye(built_in, text),
    }
}

/// Whether a message opens a second intent while the assistant waits for a name.
fn asks_for_something_else(text: &str) -> bool {
    let talk = Talk::new().user("Book me a flight from Rome to Paris").assistant("Which name shall I use?").user(text);
    let given = Given::of(Verdict { state: State::InProgress, reason: None });
    analyse(&talk.transcript(), &given).intents.len() == 2
}

/// Whether the text has the phrase in one of the pieces that are searched.
fn has(phrase: &str, text: &str) -> bool {
    let phrases = Phrases::of([phrase]);
    let in_sentence = |text: &str| phrases.is_in(&words(text).collect::<Vec<_>>());
    let in_clause = |clause: &Vec<&str>| (0..clause.len()).any(|start| phrases.is_in(&clause[start..]));
    sentences(text).iter().any(|sentence| in_sentence(sentence.text))
        || clauses(text).iter().any(in_clause)
        || phrases.is_in(&turns::probe::words_of_name(text))
}

#[test]
fn every_phrase_has_examples_that_need_it_and_examples_that_come_near_it_and_do_not() {
    for list in List::ALL {
        let examples = read(examples_of(list));
        let explained: Vec<_> = examples.iter().map(|examples| examples.phrase).collect();
        assert_eq!(reading::entries(list.text()).collect::<Vec<_>>(), explained, "{list:?} and its examples, in the same order");
        for Examples { phrase, yes, no } in examples {
            assert!(!yes.is_empty() && !no.is_empty(), "{list:?}: no examples for or against {phrase:?}");
            for text in yes {
                assert!(signal(list, &text), "{list:?}: {phrase:?} in {text:?}");
                assert!(has(phrase, &text), "{list:?}: {phrase:?} is not in {text:?}");
            }
            for text in no {
                assert!(!signal(list, &text), "{list:?}: not {phrase:?} in {text:?}");
            }
        }
    }
}

#[test]
fn every_built_in_list_could_have_been_added() {
    for list in List::ALL {
        let added = Patterns::with(&[(list.name(), list.text())]).expect("a good list");
        assert_eq!(added.rules_version(), Patterns::built_in().rules_version(), "{list:?} adds nothing to itself");
    }
}

#[test]
fn what_is_added_is_found_and_what_is_taken_away_is_not() {
    let german = Patterns::with(&[("closing", "version 1\ndanke schön\n-thanks"), ("corrections", "version 1\ndas stimmt nicht")]);
    let german = german.expect("good lists");
    let closes = |text| crate::signals::closes_by(&german, text);
    assert_eq!(["Danke schön!", "Thanks!", "Thank you!"].map(closes), [true, false, true]);
    assert!(turns::is_correction_by(&german, Some("Gebucht."), "Das stimmt nicht, es war Montag"));
    assert!(turns::is_correction_by(&german, Some("It is booked."), "That's wrong"));
}

#[test]
fn the_version_tells_lists_apart() {
    let version = |extra| Patterns::with(extra).expect("good lists").rules_version().to_owned();
    let built_in = Patterns::built_in().rules_version();
    assert_eq!(version(&[]), built_in);
    assert_eq!(version(&[("closing", "version 7\n# nothing\n")]), built_in);
    let added = version(&[("closing", "version 1\nciao ragazzi")]);
    assert_ne!(added, built_in);
    assert_ne!(version(&[("requests", "version 1\nciao ragazzi")]), added);
    assert_ne!(version(&[("closing", "version 1\n-thanks")]), built_in);
    assert_eq!(version(&[("closing", "version 1\n-thanks"), ("closing", "version 1\nthanks")]), built_in);
}

#[test]
fn every_mistake_is_told() {
    let bad = Patterns::with(&[("closings", "version 1"), ("closing", "version 1\nok\nNO\n\n-missing"), ("requests", "no version")]);
    let told: Vec<_> = bad.expect_err("mistakes").iter().map(ToString::to_string).collect();
    let expected = [
        "list \"closings\": there is no such list",
        "list \"closing\", line 3: phrases are written in small letters",
        "list \"closing\", line 5: there is no such phrase to take away",
        "list \"requests\", line 1: a list begins with `version ` and a number",
    ];
    assert_eq!(told, expected);
}
