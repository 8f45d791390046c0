//! The rules on texts of every shape, and each phrase of each list on its own examples (`tests/data`).

use proptest::prelude::*;

use super::{asks, asks_for_input, closes, says_goodbye};
use crate::phrases::{Phrases, entries};
use crate::text::{sentences, words};

fn check_asks(text: &str, expected: bool) {
    assert_eq!(asks_for_input(text), expected, "{text:?}");
}

fn check_closes(text: &str, expected: bool) {
    assert_eq!(closes(text), expected, "{text:?}");
}

#[test]
fn questions_at_the_end_ask() {
    for text in [
        "Which size?",
        "I found two. Which size? 😊",
        "**Which size?**",
        "> \"Which size?\"",
        "(Is it the blue one?)",
        "Really?!",
        "尺寸是多少？",
        "¿Qué talla?",
        "Which size? Thank you! Have a great day!",
        "Which size?\n- small\n- large",
        "I have two questions:\n1. Which size?\n2. Which colour?",
        "Could you tell me your order number? You find it in the confirmation.",
        "Please choose:\n\n1) small\n2) large\n\nThanks!",
    ] {
        check_asks(text, true);
    }
}

#[test]
fn statements_and_courtesies_do_not_ask() {
    for text in [
        "",
        " \n",
        "😊",
        "The capital of France is Paris.",
        "You asked: which size? It is M. I ordered it. It comes on Monday.",
        "Paris. Is there anything else I can help you with?",
        "Paris.\n\nLet me know if you have any other questions! 😊",
        "Done:\n- cancelled the order\n- refunded the price",
        "See https://example.org/?q=1 for more.",
        "It takes 3.5 days.",
    ] {
        check_asks(text, false);
    }
}

#[test]
fn a_request_beside_a_courtesy_still_asks() {
    check_asks("Please send the number, and let me know if you have any other questions.", true);
}

#[test]
fn goodbyes_close() {
    for text in [
        "Thanks!",
        "thank you so much 🙏",
        "THANK YOU",
        "That’s all.",
        "No, thanks",
        "Perfect. Bye, Anna",
        "I tried what you said, twice, and restarted the router in between as well. It works now, thank you!",
    ] {
        check_closes(text, true);
    }
}

#[test]
fn requests_and_questions_do_not_close() {
    for text in [
        "",
        "!",
        "Paris",
        "Thanks! Can you also book the hotel?",
        "Thanks. And the hotel?",
        "Thanks! Book me a table for two",
        "Please cancel my order, thanks",
        "I want to change my flight to Monday. It is booking 123 for two adults and a child. Thanks.",
        "Thank you for looking into it. My number is 12345, and I ordered it on Monday in the shop in Rome",
        "That isn't perfect",
        "danke schön",
    ] {
        check_closes(text, false);
    }
}

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

/// Every phrase of the list has examples that need it, and examples that come near it and do not.
fn check_list(list: &'static str, examples: &'static str, signal: fn(&str) -> bool) {
    let version = list.lines().next().and_then(|line| line.strip_prefix("version ")).and_then(|version| version.parse::<u32>().ok());
    assert!(version.is_some(), "a list begins with its version");
    let examples = read(examples);
    let explained: Vec<_> = examples.iter().map(|examples| examples.phrase).collect();
    assert_eq!(entries(list).collect::<Vec<_>>(), explained, "the list and its examples, in the same order");
    for Examples { phrase, yes, no } in examples {
        assert!(!yes.is_empty() && !no.is_empty(), "no examples for or against {phrase:?}");
        let alone = Phrases::parse(phrase);
        for text in yes {
            assert!(signal(&text), "{phrase:?} in {text:?}");
            let clauses = crate::text::clauses(&text);
            let in_sentence = sentences(&text).iter().any(|sentence| alone.is_in(&words(sentence.text).collect::<Vec<_>>()));
            assert!(in_sentence || clauses.iter().any(|clause| alone.is_in(clause)), "{phrase:?} is not in {text:?}");
        }
        for text in no {
            assert!(!signal(&text), "not {phrase:?} in {text:?}");
        }
    }
}

macro_rules! check_list {
    ($name:literal, $signal:expr) => {
        check_list(include_str!(concat!("../../data/", $name, ".txt")), include_str!(concat!("../../tests/data/", $name, ".txt")), $signal)
    };
}

#[test]
fn every_phrase_that_needs_input() {
    check_list!("needs_input", asks_for_input);
}

#[test]
fn every_courtesy() {
    // Without its courtesies each example would ask.
    check_list!("courtesies", |text| !asks_for_input(text) && asks(&sentences(text)));
}

#[test]
fn every_goodbye() {
    check_list!("closing", closes);
}

#[test]
fn every_request() {
    // Without its request each example would close.
    check_list!("requests", |text| !closes(text) && says_goodbye(text));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "(\\PC|[ \n.?!,:'’*-]|thanks|could you|let me know){0,60}") {
        prop_assert!(!asks_for_input(&text) || text.contains(char::is_alphanumeric));
        prop_assert!(!closes(&text) || text.contains(char::is_alphanumeric));
    }

    #[test]
    fn long_texts_are_judged_by_their_end(filler in "[a-z ]{0,20}", times in 0_usize..500) {
        let text = format!("{}. Which size?", filler.repeat(times));
        prop_assert!(asks_for_input(&text));
        prop_assert!(!closes(&text));
    }
}
