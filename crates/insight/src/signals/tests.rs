//! The rules on texts of every shape. Each phrase of each list has examples of its own, see [`crate::patterns`].

use proptest::prelude::*;

use super::{asks_for_input, closes};

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
