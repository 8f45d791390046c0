//! Two things that texts say about how a conversation stands: the assistant asks for something, the user says goodbye.
//!
//! Both are rules over lists of English phrases (`data/*.txt`), and both are meant to fail towards nothing: a text in
//! another language asks only where it ends with a question mark, and closes nothing. Neither says whether a user got
//! what they wanted. Thanks do not tell: over 200 checked runs of the τ-bench airline task, taking thanks at the end for
//! success was no better than tossing a coin.

use crate::patterns::{List, Patterns};
use crate::phrases::Match;
use crate::text::{Sentence, clauses, is_negation, is_question, last_sentence, sentences, words};

/// Characters of a text that are looked at, from its end.
const TEXT_CHARS_MAX: usize = 2_000;

/// The last sentences of a text in which a request counts: an explanation may follow it.
const REQUEST_SENTENCES_MAX: usize = 2;

/// Words of a text that is searched for goodbyes as a whole; of a longer one it is the last sentence.
const SHORT_WORDS_MAX: usize = 12;

/// Words that may follow a goodbye (a name, "for now") before they are taken for a request.
const AFTERTHOUGHT_WORDS_MAX: usize = 3;

/// Whether what an assistant says asks the user for something, so that silence leaves it open.
///
/// Courtesies at the end are no part of it ("Is there anything else I can help you with?", "Thank you!"). Of what is left
/// the last sentence is a question, before closing quotes, brackets, emoji and marks of Markdown; or a list is, or follows
/// such a question; or one of the last two sentences has a phrase of the list `needs_input`.
#[must_use]
pub fn asks_for_input(text: &str) -> bool {
    asks_for_input_by(Patterns::built_in(), text)
}

/// [`asks_for_input`] by other lists than the built-in ones.
#[must_use]
pub fn asks_for_input_by(patterns: &Patterns, text: &str) -> bool {
    let mut said = sentences(end_of(text));
    while said.last().is_some_and(|sentence| is_courtesy(patterns, sentence)) {
        said.pop();
    }
    if asks(patterns, &said) {
        return true;
    }
    let listed = said.iter().rev().take_while(|sentence| sentence.in_list).count();
    listed > 0 && asks(patterns, &said[..said.len() - listed])
}

pub(crate) fn asks(patterns: &Patterns, said: &[Sentence<'_>]) -> bool {
    let last = &said[said.len().saturating_sub(REQUEST_SENTENCES_MAX)..];
    let needs_input = |sentence| patterns.list(List::NeedsInput).is_in(&words_of(sentence));
    last.last().is_some_and(|sentence| is_question(sentence.text)) || last.iter().any(needs_input)
}

/// A sentence is a courtesy if it has a phrase of that list, and asks for nothing before or after it.
fn is_courtesy(patterns: &Patterns, sentence: &Sentence<'_>) -> bool {
    let said = words_of(sentence);
    let needs_input = |said: &[&str]| patterns.list(List::NeedsInput).is_in(said);
    let mut found = patterns.list(List::Courtesies).matches(&said);
    found.any(|Match { start, end }| !needs_input(&said[..start]) && !needs_input(&said[end..]))
}

fn words_of<'a>(sentence: &Sentence<'a>) -> Vec<&'a str> {
    words(sentence.text).collect()
}

/// Whether what a user says closes the conversation: thanks, goodbye, that it works.
///
/// A text of at most 12 words, or the last sentence of a longer one, has a phrase of the list `closing` at the beginning
/// or the end of a clause, with no negation before it, and at most three words follow the clause. A text that asks
/// anything closes nothing, be it with a question mark or a phrase of the list `requests`: "Please cancel it, thanks" is
/// polite, not done.
#[must_use]
pub fn closes(text: &str) -> bool {
    closes_by(Patterns::built_in(), text)
}

/// [`closes`] by other lists than the built-in ones.
#[must_use]
pub fn closes_by(patterns: &Patterns, text: &str) -> bool {
    let text = end_of(text);
    let short = words(text).take(SHORT_WORDS_MAX + 1).count() <= SHORT_WORDS_MAX;
    let searched = if short { Some(text) } else { last_sentence(text).map(|sentence| sentence.text) };
    searched.is_some_and(|said| says_goodbye(patterns, said)) && !requests_by(patterns, text)
}

pub(crate) fn says_goodbye(patterns: &Patterns, text: &str) -> bool {
    let mut afterthought = 0;
    for clause in clauses(text).iter().rev() {
        if is_goodbye(patterns, clause) {
            return true;
        }
        afterthought += clause.len();
        if afterthought > AFTERTHOUGHT_WORDS_MAX {
            return false;
        }
    }
    false
}

fn is_goodbye(patterns: &Patterns, clause: &[&str]) -> bool {
    patterns.list(List::Closing).matches(clause).any(|Match { start, end }| {
        let at_edge = start == 0 || end == clause.len();
        at_edge && !clause[..start].iter().any(|word| is_negation(word))
    })
}

/// Whether a text wants something: it asks a question, or has a phrase of the list `requests`.
pub(crate) fn requests_by(patterns: &Patterns, text: &str) -> bool {
    let requests = patterns.list(List::Requests);
    sentences(end_of(text)).iter().any(|sentence| is_question(sentence.text) || requests.is_in(&words_of(sentence)))
}

/// As much of the end of a text as is looked at.
pub(crate) fn end_of(text: &str) -> &str {
    if text.len() <= TEXT_CHARS_MAX {
        return text;
    }
    text.char_indices().nth_back(TEXT_CHARS_MAX - 1).map_or(text, |(start, _)| &text[start..])
}

#[cfg(test)]
mod tests;
