//! Words, weights, clusters of a few texts, their rows, and their bounds. How good the clusters are is measured by
//! `debrief bench insight` on labelled texts.

use proptest::prelude::*;

use super::limit::{CENTROID_WORDS_MAX, CLUSTER_PHRASES_MAX, CLUSTERS_MAX, EXAMPLE_CHARS_MAX, WORDS_MAX};
use super::tokens::phrases;
use super::{ClusterId, Clusters, cosine, tokens};

const TEXTS: [&str; 9] = [
    "How do I reset my password?",
    "Where is my parcel?",
    "I forgot the password, please reset it",
    "My parcel has not arrived",
    "the parcel of Monday",
    "Password reset does not work",
    "Do you ship to Norway?",
    "??",
    "Can the parcel be sent again?",
];

fn check_tokens(text: &str, expected: &str) {
    assert_eq!(tokens(text).join(" "), expected, "{text:?}");
}

#[test]
fn words_lose_case_endings_and_digits() {
    check_tokens("Cancelling, CANCELLED: cancels!", "cancel cancel cancel");
    check_tokens("queries addresses buses analysis status boss shoes", "query address bus analysis status boss shoes");
    check_tokens("used needed freed thing sing topping exchange exchanging", "used freed thing sing top exchang exchang");
    check_tokens("order A-1234 of 12 May costs $5.50", "order # # cost # #");
    check_tokens("I can’t find John's card, it wasn't there", "find john card");
    check_tokens("x ß 好 é", "ß 好 é");
    check_tokens("the up of", "");
}

#[test]
fn long_texts_are_read_as_far_as_the_limits() {
    assert_eq!(tokens(&"word ".repeat(1_000)).len(), 300);
    assert_eq!(tokens(&"longish wordiness ".repeat(1_000)).len(), 2_000 / 18 * 2 + 1);
    check_tokens(&format!("short {}", "x".repeat(41)), "short");
}

#[test]
fn phrases_begin_and_end_with_words_that_tell() {
    assert_eq!(
        phrases("Please top up the card by bank transfer"),
        ["bank", "bank transfer", "card", "card by bank", "card by bank transfer", "top", "top up", "top up the card", "transfer"]
    );
    assert_eq!(phrases("what is it"), Vec::<String>::new());
}

#[test]
fn texts_are_alike_by_the_rare_words_they_share() {
    let clusters = Clusters::fit(&keyed(&TEXTS)).clusters;
    let check = |one: &str, other: &str, expected: std::ops::RangeInclusive<f64>| {
        let found = cosine(one, other, &clusters);
        assert!(expected.contains(&found), "{found} of {one:?} and {other:?}");
        assert_eq!(found, cosine(other, one, &clusters));
    };
    check("reset my password", "Resetting the passwords", 0.999_999..=1.0);
    check("reset my password", "where is my parcel", 0.0..=0.0);
    check("", "reset my password", 0.0..=0.0);
    check("parcel to Norway", "parcel to Monday", 0.05..=0.40);
    check("parcel to Norway", "post to Norway", 0.40..=0.80);
    assert!(cosine("red apple", "red pear", &Clusters::new()) > 0.0, "words can be compared before any text was counted");
}

fn keyed<'a>(texts: &[&'a str]) -> Vec<(usize, &'a str)> {
    texts.iter().copied().enumerate().collect()
}

#[test]
fn texts_about_the_same_are_together() {
    let fitted = Clusters::fit(&keyed(&TEXTS));
    let ids: Vec<_> = fitted.placed.iter().map(|(_, id)| id.map(|ClusterId(id)| id)).collect();
    assert_eq!(ids, [Some(1), Some(2), Some(1), Some(2), Some(2), Some(1), Some(3), None, Some(2)]);
    let said: Vec<_> = fitted.clusters.ids().map(|id| fitted.clusters.describe(id).unwrap()).collect();
    let said: Vec<_> = said.iter().map(|said| (said.texts, said.label.as_str(), said.example.as_str())).collect();
    assert_eq!(
        said,
        [
            (3, "password", "How do I reset my password?"),
            (4, "parcel", "Where is my parcel?"),
            (1, "ship to norway", "Do you ship to Norway?")
        ]
    );
    assert_eq!(fitted.clusters.texts(), 8);
}

#[test]
fn texts_that_come_one_by_one_find_their_clusters() {
    let mut clusters = Clusters::new();
    let ids: Vec<_> = TEXTS.iter().map(|text| clusters.place(text)).collect();
    assert_eq!((ids[0], ids[1]), (Some(ClusterId(1)), Some(ClusterId(2))));
    assert_eq!((ids[2], ids[3], ids[7]), (ids[0], ids[1], None));
    let before = clusters.rows();
    assert_eq!(clusters.nearest("resetting passwords").map(|(id, _)| id), ids[0]);
    assert_eq!(clusters.nearest("weather"), None);
    assert_eq!(clusters.rows(), before, "asking counts nothing");
}

#[test]
fn a_cluster_that_became_part_of_another_leads_there() {
    let mut clusters = Clusters::new();
    let (lost, stolen) = (clusters.place("lost card").unwrap(), clusters.place("stolen wallet").unwrap());
    assert_ne!(lost, stolen);
    for _ in 0..20 {
        clusters.place("lost card stolen wallet");
    }
    assert_eq!(clusters.resolve(stolen), Some(lost));
    assert_eq!(clusters.describe(stolen).map(|said| (said.id, said.texts)), Some((lost, 22)));
    assert_ne!(clusters.place("weather in Rome"), Some(stolen), "an id is not used again");
    assert_eq!(clusters.resolve(ClusterId(77)), None);
}

#[test]
fn the_lightest_cluster_makes_room() {
    let mut clusters = Clusters::new();
    let name = |at: usize| at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'k')).collect::<String>();
    let ids: Vec<_> = (10_000..10_000 + CLUSTERS_MAX).map(|at| clusters.place(&name(at)).unwrap()).collect();
    assert_eq!(clusters.place(&name(10_000)), Some(ids[0]), "the first one has two texts now");
    let new = clusters.place("another").unwrap();
    assert_eq!(new, ClusterId(CLUSTERS_MAX as u64 + 1));
    assert_eq!(clusters.ids().count(), CLUSTERS_MAX);
    assert_eq!((clusters.resolve(ids[0]), clusters.resolve(ids[1]), clusters.resolve(ids[2])), (Some(ids[0]), None, Some(ids[2])));
    assert_eq!(clusters.place(&name(10_001)), Some(ClusterId(CLUSTERS_MAX as u64 + 2)), "what was dropped is forgotten");
}

#[test]
fn nothing_grows_without_bounds() {
    let mut clusters = Clusters::new();
    let name = |at: usize| format!("{at:05}").bytes().map(|digit| char::from(digit - b'0' + b'k')).collect::<String>();
    for at in 0..110 {
        let words: Vec<_> = (at * 200..(at + 1) * 200).map(name).collect();
        clusters.place(&format!("common subject {}", words.join(" ")));
    }
    let rows = clusters.rows();
    assert!(rows.words.len() <= WORDS_MAX && rows.words.len() > WORDS_MAX / 2, "{} words", rows.words.len());
    assert!(rows.words.iter().any(|row| row.word == "subject" && row.texts == 110), "what many texts say is not forgotten");
    for row in &rows.clusters {
        assert!(row.centroid.len() <= CENTROID_WORDS_MAX);
        assert!(row.phrases.len() <= CLUSTER_PHRASES_MAX);
        assert!(row.example.chars().count() <= EXAMPLE_CHARS_MAX);
    }
    assert_eq!(Clusters::from_rows(rows.clone()).rows(), rows);
}

#[test]
fn rows_that_make_no_sense_are_left_out() {
    let mut rows = Clusters::fit(&keyed(&TEXTS)).clusters.rows();
    let sound = rows.clone();
    rows.clusters.push(rows.clusters[0].clone());
    rows.clusters[0].centroid.push(("unheard".to_owned(), 1.0));
    rows.clusters[1].centroid.push(("norway".to_owned(), f64::NAN));
    rows.merged.push((ClusterId(50), ClusterId(60)));
    assert_eq!(Clusters::from_rows(rows).rows(), sound);
}

#[test]
fn single_rows_are_those_of_all() {
    let clusters = Clusters::fit(&keyed(&TEXTS)).clusters;
    let rows = clusters.rows();
    assert_eq!(clusters.cluster_row(ClusterId(2)).as_ref(), Some(&rows.clusters[1]));
    let words: Vec<_> = clusters.word_rows("reset the parcel").into_iter().map(|row| (row.word, row.texts)).collect();
    assert_eq!(words, [("reset".to_owned(), 3), ("parcel".to_owned(), 4)]);
}

proptest! {
    #[test]
    fn any_texts_are_placed_the_same_way_after_a_restart(
        texts in prop::collection::vec("(\\PC|card|lost|top up|parcel|[a-f]{1,2}| ){0,20}", 0..40),
        restart in 0_usize..40,
    ) {
        let (mut one, mut other) = (Clusters::new(), Clusters::new());
        for (at, text) in texts.iter().enumerate() {
            if at == restart {
                other = Clusters::from_rows(other.rows());
            }
            let id = one.place(text);
            prop_assert_eq!(id, other.place(text));
            prop_assert_eq!(id.and_then(|id| one.resolve(id)), id);
            prop_assert_eq!(id.is_some(), !tokens(text).is_empty());
        }
        prop_assert_eq!(one.rows(), other.rows());
        let texts_of_all: u64 = one.rows().clusters.iter().map(|row| row.texts).sum();
        prop_assert_eq!(texts_of_all, one.texts());
    }

    #[test]
    fn any_texts_are_fitted(texts in prop::collection::vec("(\\PC|card|lost|top up|parcel|[a-f]{1,2}| ){0,20}", 0..40)) {
        let keyed: Vec<_> = texts.iter().map(|text| ((), text.as_str())).collect();
        let fitted = Clusters::fit(&keyed);
        prop_assert_eq!(fitted.placed.len(), texts.len());
        prop_assert!(fitted.placed.iter().all(|(_, id)| id.is_none_or(|id| fitted.clusters.describe(id).is_some())));
        prop_assert!(texts.iter().all(|one| (0.0..=1.0).contains(&cosine(one, &texts[0], &fitted.clusters))));
    }
}
