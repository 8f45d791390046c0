//! Signals in what users and assistants say.

use super::{Context, Kind, MESSAGE_CHARS_MAX, Signal};
use crate::patterns::{List, Patterns};
use crate::signals::{asks_for_input_by, closes_by, end_of, requests_by};
use crate::similarity::jaccard;
use crate::text::{clauses, is_answer, is_negation, is_question, last_sentence, sentences, start_of, words};
use crate::transcript::Turn;

/// Words of a message that is an answer, when the assistant has asked.
const ANSWER_WORDS_MAX: usize = 3;

/// Clauses in which a repair counts.
const REPAIR_CLAUSES_MAX: usize = 6;

/// Clauses in which the beginning of a message is looked for, past words that say nothing.
const OPENING_CLAUSES_MAX: usize = 4;

/// Words that may come before what a message begins with.
const OPENERS: [&str; 23] = [
    "hi", "hello", "hey", "sorry", "wait", "hm", "hmm", "um", "uh", "oh", "ah", "well", "but", "and", "ok", "okay", "so", "yes", "yeah",
    "please", "thanks", "excuse", "me",
];

/// Words that deny, which is an answer where the assistant has asked.
const DENIALS: [&str; 3] = ["no", "nope", "nah"];

/// Words that only seem to correct where a goodbye follows: "No, that's all", "Actually, that works".
const WEAK: [&str; 4] = ["no", "nope", "nah", "actually"];

/// Words before a phrase of handing over that make it an offer or advice.
const OFFERS: [&str; 14] =
    ["can", "could", "cannot", "if", "may", "might", "would", "should", "unless", "recommend", "suggest", "unable", "want", "like"];

/// Words of a message that has enough of them to be compared.
const REPHRASE_TOKENS_MIN: usize = 4;
/// Jaccard index from which one message says what another said.
const REPHRASE_JACCARD_MIN: f64 = 0.6;

/// Compound score up to which a message alone says that its writer is upset.
const UPSET_MAX: f64 = -0.5;
/// Exclamation and question marks that say so of a message that is negative at all.
const MARKS_MIN: usize = 3;
/// Words in capitals that say so.
const SHOUTED_WORDS_MIN: usize = 4;

/// An earlier turn, as far as later ones are compared with it.
#[derive(Clone, Debug)]
pub(crate) struct Earlier {
    /// The words of the user's message that tell what it is about.
    pub(crate) tokens: Vec<String>,
    /// Whether the assistant has said something since.
    pub(crate) answered: bool,
}

/// Whether a user's message puts right what the assistant said before it, by the built-in lists. See
/// [`is_correction_by`].
#[must_use]
pub fn is_correction(assistant: Option<&str>, user: &str) -> bool {
    is_correction_by(Patterns::built_in(), assistant, user)
}

/// Whether a user's message puts right what the assistant said before it.
///
/// It begins with a phrase of the list `corrections`, perhaps after words such as "sorry" or "but"; or any of its first clauses begins with
/// one of the list `repairs`. It is none
///
/// * where the assistant has said nothing, as there is nothing to put right;
/// * where it begins with "no thanks", or with "no" or "actually" and closes the conversation or gives up, or with
///   "actually" and asks for something in its first sentence;
/// * where the assistant asks for something, and it has at most three words. A longer one has to have such a
///   phrase after the "no", too: "No, I have no receipt" answers, "No, I meant the blue one" corrects.
#[must_use]
pub fn is_correction_by(patterns: &Patterns, assistant: Option<&str>, user: &str) -> bool {
    let Some(assistant) = assistant else { return false };
    let user = start_of(user, MESSAGE_CHARS_MAX);
    let asked = asks(patterns, assistant);
    let answers = asked && words(user).take(ANSWER_WORDS_MAX + 1).count() <= ANSWER_WORDS_MAX;
    !answers && !declines(user) && (opens_with_correction(patterns, user, asked) || repairs(patterns, user))
}

/// A clause that says how the user had meant it, whatever comes before.
fn repairs(patterns: &Patterns, user: &str) -> bool {
    clauses(user).into_iter().take(REPAIR_CLAUSES_MAX).any(|clause| {
        let skipped = clause.iter().take_while(|word| is_one_of(word, &OPENERS)).count();
        patterns.list(List::Repairs).matches(&clause).any(|found| found.start == skipped)
    })
}

/// Whether the assistant asks: its last sentence is a question, be it a courtesy, or it waits for something.
fn asks(patterns: &Patterns, assistant: &str) -> bool {
    last_sentence(end_of(assistant)).is_some_and(|sentence| is_question(sentence.text)) || asks_for_input_by(patterns, assistant)
}

fn declines(user: &str) -> bool {
    let mut said = words(user);
    said.next().is_some_and(|word| is_one_of(word, &DENIALS)) && said.next().is_some_and(|word| is_one_of(word, &["thank", "thanks"]))
}

/// The first clause that says anything begins with a correction, once the words before it that say nothing are skipped. A
/// phrase that has to be all of a clause is searched in the clause with those words: "Hi again!" corrects nothing.
fn opens_with_correction(patterns: &Patterns, user: &str, asked: bool) -> bool {
    let says_nothing = |word: &&&str| is_one_of(word, &OPENERS) || asked && is_one_of(word, &DENIALS);
    for clause in clauses(user).into_iter().take(OPENING_CLAUSES_MAX) {
        let skipped = clause.iter().take_while(says_nothing).count();
        let Some(word) = clause.get(skipped) else { continue };
        let excused = || only_seems_to_correct(patterns, word, user);
        return patterns.list(List::Corrections).matches(&clause).any(|found| found.start == skipped) && !excused();
    }
    false
}

/// A message that begins with this word says goodbye or gives up, or changes its mind: "Actually, I'd like to fly on Monday".
fn only_seems_to_correct(patterns: &Patterns, word: &str, user: &str) -> bool {
    let first = || sentences(user).first().map_or("", |sentence| sentence.text);
    let leaves = || closes_by(patterns, user) || gives_up(patterns, user);
    is_one_of(word, &WEAK) && leaves() || is_one_of(word, &["actually"]) && requests_by(patterns, first())
}

fn is_one_of(word: &str, listed: &[&str]) -> bool {
    listed.iter().any(|other| word.eq_ignore_ascii_case(other))
}

pub(super) fn by_user(turn: &Turn<'_, '_>, context: &Context<'_>) -> Vec<Signal> {
    let Some((event, text)) = turn.user() else { return Vec::new() };
    let text = start_of(text, MESSAGE_CHARS_MAX);
    let signs = [
        (Kind::Correction, is_correction_by(context.patterns, context.assistant, text)),
        (Kind::Rephrase, !is_answer(text) && rephrases(context.tokens, context.earlier)),
        (Kind::Frustration, is_frustrated(text, context.sentiment)),
        (Kind::AbandonPhrase, gives_up(context.patterns, text)),
    ];
    signs.into_iter().filter(|(_, is_there)| *is_there).map(|(kind, _)| Signal::new(kind, turn, event, text)).collect()
}

/// A message says again what one of the two before it said, to which the assistant has said something. One that begins as an
/// answer does is none: agents have things confirmed in the words in which they were asked for.
fn rephrases(tokens: &[String], earlier: &[Earlier]) -> bool {
    let comparable = |tokens: &[String]| tokens.len() >= REPHRASE_TOKENS_MIN;
    let says_it_again = |earlier: &Earlier| comparable(&earlier.tokens) && jaccard(tokens, &earlier.tokens) >= REPHRASE_JACCARD_MIN;
    comparable(tokens) && earlier.iter().any(|earlier| earlier.answered && says_it_again(earlier))
}

fn is_frustrated(text: &str, sentiment: Option<f64>) -> bool {
    let marks = || text.chars().filter(|found| matches!(found, '!' | '?')).take(MARKS_MIN).count();
    let sounds = sentiment.is_some_and(|compound| compound <= UPSET_MAX || compound < 0.0 && marks() >= MARKS_MIN);
    sounds || is_shouted(text)
}

/// All letters are capitals, in at least four words of more than one letter: "I" is a capital, and so is an order number.
fn is_shouted(text: &str) -> bool {
    let is_loud = |word: &&str| word.chars().filter(|letter| letter.is_uppercase()).nth(1).is_some();
    !text.chars().any(char::is_lowercase) && words(text).filter(is_loud).nth(SHOUTED_WORDS_MIN - 1).is_some()
}

/// A clause has a phrase of the list `abandoning`, with no negation before it.
pub(super) fn gives_up(patterns: &Patterns, text: &str) -> bool {
    clauses(text).iter().any(|clause| {
        let mut found = patterns.list(List::Abandoning).matches(clause);
        found.any(|found| !clause[..found.start].iter().any(|word| is_negation(word)))
    })
}

pub(super) fn by_assistant(turn: &Turn<'_, '_>, patterns: &Patterns) -> Vec<Signal> {
    let mut found = Vec::new();
    for (event, text) in turn.answers() {
        let said = start_of(text, MESSAGE_CHARS_MAX);
        let mut with = |kind, sentence: Option<&str>| found.extend(sentence.map(|words| Signal::new(kind, turn, event, words)));
        with(Kind::Refusal, refusal(patterns, said));
        with(Kind::HandOff, hand_off(patterns, said));
    }
    found
}

/// The first sentence that refuses something: it has a phrase of the list `refusals` and none of `not_refusals`.
pub(super) fn refusal<'a>(patterns: &Patterns, text: &'a str) -> Option<&'a str> {
    let (refusals, others) = (patterns.list(List::Refusals), patterns.list(List::NotRefusals));
    let refuses = |said: &[&str]| refusals.is_in(said) && !others.is_in(said);
    sentences(text).into_iter().map(|sentence| sentence.text).find(|text| refuses(&words(text).collect::<Vec<_>>()))
}

/// The first sentence that hands the conversation to people: it has a phrase of the list `handoffs`, and nothing before it
/// that only offers, advises or denies.
pub(super) fn hand_off<'a>(patterns: &Patterns, text: &'a str) -> Option<&'a str> {
    let is_done = |before: &[&str]| !before.iter().any(|word| is_one_of(word, &OFFERS) || is_negation(word));
    let hands_over = |text: &&str| {
        let said: Vec<&str> = words(text).collect();
        patterns.list(List::Handoffs).matches(&said).any(|found| is_done(&said[..found.start]))
    };
    sentences(text).into_iter().map(|sentence| sentence.text).find(hands_over)
}
