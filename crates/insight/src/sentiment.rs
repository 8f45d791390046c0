//! How friendly the words of a message are: VADER's figure, and what is made of it for messages and conversations.
//!
//! VADER (Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM
//! 2014) adds up what people said single words feel like, weighed by a few rules for negation, emphasis and contrast. It
//! reads English only and knows nothing of what a text is about: a calm report of a disaster is neutral. The figures are
//! good for trends over many conversations and no verdict on one.
//!
//! Must not know who wrote a text, nor what came of the conversation.

mod lexicon;
mod message;
mod vader;

#[cfg(test)]
mod tests;

use crate::language;

/// How far from nought a figure is positive or negative: the thresholds that VADER's authors published.
const CLASS_FROM: f64 = 0.05;

/// A conversation of this many messages has its first one skipped: it states a problem, and reads as unfriendly as the
/// problem is.
const OPENING_SKIPPED_FROM_MESSAGES: usize = 3;

/// What VADER says of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// From -1, as negative as can be, to 1; rounded to four places.
    pub compound: f64,
    /// The share of the text that is positive, 0 to 1, rounded to three places.
    pub positive_share: f64,
    /// The share that is neither.
    pub neutral_share: f64,
    /// The share that is negative.
    pub negative_share: f64,
}

/// The three classes that figures are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// At least 0.05.
    Positive,
    /// In between.
    Neutral,
    /// At most -0.05.
    Negative,
}

/// VADER's figures for a text as it is, whatever language it is in: those of its authors' Python package, version 3.3.2. At
/// most 10,000 words are read.
pub fn scores(text: &str) -> Scores {
    vader::scores(text)
}

/// VADER's compound figure for a text as it is, -1 to 1.
pub fn compound(text: &str) -> f64 {
    scores(text).compound
}

/// The compound figure of what a person wrote in a message, -1 to 1: without code, addresses, quoted lines and signatures, of
/// which at most 4,000 characters are read. Nothing when what remains has no words, or is in a language without a lexicon.
pub fn of_message(text: &str) -> Option<f64> {
    let said = message::own_words(text);
    (vader::says_anything(&said) && language::is_supported(&said)).then(|| compound(&said))
}

/// The figure of a conversation, -1 to 1, from those of its user's messages in order: the mean of those that have one. The
/// first is skipped when three or more have.
pub fn of_conversation(messages: &[Option<f64>]) -> Option<f64> {
    let rated: Vec<f64> = messages.iter().copied().flatten().collect();
    let counted = if rated.len() >= OPENING_SKIPPED_FROM_MESSAGES { &rated[1..] } else { &rated[..] };
    (!counted.is_empty()).then(|| counted.iter().sum::<f64>() / counted.len() as f64)
}

/// The class of a compound figure.
pub fn class(compound: f64) -> Class {
    if compound >= CLASS_FROM {
        Class::Positive
    } else if compound <= -CLASS_FROM {
        Class::Negative
    } else {
        Class::Neutral
    }
}
