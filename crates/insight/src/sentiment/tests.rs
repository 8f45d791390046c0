//! VADER against the figures of its authors' Python package, and what is read of messages.

use proptest::prelude::*;

use super::message::own_words;
use super::{Class, class, compound, of_conversation, of_message, scores};

/// 300 texts with what `vaderSentiment` 3.3.2 says of them (`tests/data/vader_reference.py`): each rule, tweets, and random
/// words. `examples/compare.rs` compares files of any size.
const REFERENCE: &str = include_str!("../../tests/data/vader.txt");

#[test]
fn figures_are_those_of_the_python_package() {
    let mut texts = 0;
    for line in REFERENCE.split_terminator('\n') {
        let columns: Vec<_> = line.splitn(5, '\t').collect();
        let theirs: Vec<f64> = columns[..4].iter().map(|figure| figure.parse().unwrap()).collect();
        let ours = scores(columns[4]);
        let ours = [ours.compound, ours.positive_share, ours.neutral_share, ours.negative_share];
        assert_eq!(ours.as_slice(), theirs, "{:?}", columns[4]);
        texts += 1;
    }
    assert_eq!(texts, 300);
}

#[test]
fn only_the_first_words_are_read() {
    let padded = |words: usize| format!("{} good", "a ".repeat(words));
    assert!(compound(&padded(9_999)) > 0.0);
    assert_eq!(compound(&padded(10_000)), 0.0);
}

fn check_own_words(text: &str, expected: &str) {
    let said = own_words(text);
    assert_eq!(said.split_whitespace().collect::<Vec<_>>().join(" "), expected, "{text:?}");
}

#[test]
fn what_was_pasted_is_left_out() {
    check_own_words("This fails:\n```python\nkill(all)\n```\nHelp!", "This fails: Help!");
    check_own_words("Look\n~~~\nbad\n```\nbad\n~~~\nfine", "Look fine");
    check_own_words("It never ends:\n```\nbad", "It never ends:");
    check_own_words("```one line``` is fine", "is fine");
    check_own_words("`kill` and ``die`` are commands, ` is a mark", "and are commands, ` is a mark");
    check_own_words("See https://bad.example/awful?x=1 or www.bad.example, (http://x) please", "See or ( please");
    check_own_words("> you said: terrible\n>> awful\nI agree", "I agree");
    check_own_words("On Monday, Ann <a@b.c> wrote:\n> bad\nGood.", "Good.");
}

#[test]
fn what_a_program_put_below_is_left_out() {
    check_own_words("Please call.\n-- \nAnn Best\nHappy Homes", "Please call.");
    check_own_words("Please call.\nSent from my phone", "Please call.");
    check_own_words("Please call.\n\nBest regards,\nAnn\nHappy Homes", "Please call.");
    check_own_words(
        "Best regards\nare not an end\nwhen\nmuch\nmore\nfollows\nbelow",
        "Best regards are not an end when much more follows below",
    );
    check_own_words("a -- b", "a -- b");
}

#[test]
fn long_messages_are_read_as_far_as_the_limit() {
    assert_eq!(own_words(&"x".repeat(5_000)).chars().count(), 4_000);
    let code = format!("```\n{}\n```\n{}", "bad ".repeat(5_000), "é".repeat(5_000));
    assert_eq!(own_words(&code), "é".repeat(4_000));
}

#[test]
fn messages_without_words_or_in_other_languages_have_no_figure() {
    for text in
        ["", " \n", "42", "!?", "https://example.org", "```\ngood\n```", "Das ist leider überhaupt nicht gut, ich warte noch", "特别好"]
    {
        assert_eq!(of_message(text), None, "{text:?}");
    }
    for (text, expected) in
        [("👍", 0.0), ("😀", 0.3612), (":)", 0.4588), ("ok", 0.2960), ("Where is my card?", 0.0), ("It is awful. `good`", -0.4588)]
    {
        assert_eq!(of_message(text), Some(expected), "{text:?}");
    }
}

#[test]
fn conversations_have_the_mean_of_their_messages() {
    let check = |messages: &[Option<f64>], expected| assert_eq!(of_conversation(messages), expected, "{messages:?}");
    check(&[], None);
    check(&[None, None], None);
    check(&[Some(-0.5)], Some(-0.5));
    check(&[Some(-0.5), Some(1.0)], Some(0.25));
    check(&[Some(-0.5), Some(1.0), Some(0.5)], Some(0.75));
    check(&[None, Some(-0.5), None, Some(1.0)], Some(0.25));
    check(&[None, Some(-0.5), None, Some(1.0), Some(0.5)], Some(0.75));
}

#[test]
fn classes_begin_where_the_authors_say() {
    let check = |figure, expected| assert_eq!(class(figure), expected, "{figure}");
    check(0.05, Class::Positive);
    check(0.0499, Class::Neutral);
    check(0.0, Class::Neutral);
    check(-0.0499, Class::Neutral);
    check(-0.05, Class::Negative);
}

proptest! {
    #[test]
    fn any_text_has_a_figure_in_range(text in "(\\PC|[ \n\t!?'`>-]|good|BAD|not|but|no|never|kind of|😀){0,80}") {
        let said = scores(&text);
        prop_assert!((-1.0..=1.0).contains(&said.compound));
        let shares = said.positive_share + said.neutral_share + said.negative_share;
        prop_assert!(shares == 0.0 || (shares - 1.0).abs() < 0.002, "{shares}");
        prop_assert!(of_message(&text).is_none_or(|figure| (-1.0..=1.0).contains(&figure)));
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!((-1.0..=1.0).contains(&compound(&text)));
        prop_assert!(own_words(&text).chars().count() <= 4_000);
    }
}
