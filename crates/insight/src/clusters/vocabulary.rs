//! In how many texts each word was, and so how much it tells of one.
//!
//! A word of a text weighs (1 + ln tf) · √ln((1 + N) / (1 + df)): tf is how often the text says it, df how many of the N texts
//! do. It is the common weighing (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988) but for the
//! root: messages have few words, and without it one rare word decides alone where a message belongs. The weights of a text are
//! scaled to length 1, so that the sum of products of two texts is their cosine.

use std::collections::BTreeMap;

use super::limit::WORDS_MAX;
use super::tokens::tokens;

/// What a word weighs at least. All words of the very first text are in every text; they would tell nothing.
const RARITY_MIN: f64 = 0.01;

/// A word's number in the vocabulary. It changes when words are forgotten.
pub(super) type WordNumber = u32;

/// The words of a text, by number, with their weights.
pub(super) type Vector = Vec<(WordNumber, f64)>;

/// Which number each word has after some were forgotten.
pub(super) type Renumbering = Vec<Option<WordNumber>>;

/// What is known of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) word: String,
    /// The texts that it was in.
    pub(super) texts: u64,
    /// The number of the last of those, counting all texts.
    pub(super) seen_last: u64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) texts: u64,
    pub(super) known: Vec<Known>,
    numbers: BTreeMap<String, WordNumber>,
}

impl Vocabulary {
    pub(super) fn new(texts: u64, known: Vec<Known>) -> Self {
        let mut vocabulary = Self { texts, known, numbers: BTreeMap::new() };
        vocabulary.number();
        vocabulary
    }

    /// Counts one more text.
    pub(super) fn observe(&mut self, tokens: &[String]) {
        self.texts += 1;
        for token in tokens {
            let number = self.numbers.get(token).copied().unwrap_or_else(|| self.add(token));
            let known = &mut self.known[number as usize];
            if known.seen_last != self.texts {
                known.seen_last = self.texts;
                known.texts += 1;
            }
        }
    }

    fn add(&mut self, token: &str) -> WordNumber {
        let number = WordNumber::try_from(self.known.len()).expect("words are forgotten long before there are so many");
        self.known.push(Known { word: token.to_owned(), texts: 0, seen_last: 0 });
        self.numbers.insert(token.to_owned(), number);
        number
    }

    /// Forgets a quarter of the words if there are too many.
    pub(super) fn forget(&mut self) -> Option<Renumbering> {
        if self.known.len() <= WORDS_MAX {
            return None;
        }
        let mut order: Vec<usize> = (0..self.known.len()).collect();
        order.sort_by_key(|at| std::cmp::Reverse((self.known[*at].texts, self.known[*at].seen_last, *at)));
        order.truncate(WORDS_MAX - WORDS_MAX / 4);
        order.sort_unstable();
        let mut renumbering = vec![None; self.known.len()];
        for (number, at) in order.iter().enumerate() {
            renumbering[*at] = WordNumber::try_from(number).ok();
        }
        let mut old = renumbering.iter();
        self.known.retain(|_| old.next().is_some_and(Option::is_some));
        self.number();
        Some(renumbering)
    }

    fn number(&mut self) {
        self.numbers = (0..).zip(&self.known).map(|(number, known)| (known.word.clone(), number)).collect();
    }

    pub(super) fn number_of(&self, word: &str) -> Option<WordNumber> {
        self.numbers.get(word).copied()
    }

    /// ln((1 + N) / (1 + df)).
    pub(super) fn rarity(&self, word: &str) -> f64 {
        self.rarity_in(self.number_of(word).map_or(0, |number| self.known[number as usize].texts))
    }

    fn rarity_in(&self, texts: u64) -> f64 {
        ((1 + self.texts) as f64 / (1 + texts) as f64).ln().max(RARITY_MIN)
    }

    /// The weights of the words that are known, in the order of their numbers.
    pub(super) fn vector(&self, tokens: &[String]) -> Vector {
        let mut numbers: Vec<WordNumber> = tokens.iter().filter_map(|token| self.number_of(token)).collect();
        numbers.sort_unstable();
        let runs = numbers.chunk_by(|one, other| one == other);
        let weight = |run: &[WordNumber]| (1.0 + (run.len() as f64).ln()) * self.rarity_in(self.known[run[0] as usize].texts).sqrt();
        let weights: Vector = runs.map(|run| (run[0], weight(run))).collect();
        let length = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        weights.into_iter().map(|(number, weight)| (number, weight / length)).collect()
    }

    /// The cosine of two texts, 0 to 1; words that are not known yet are the rarest.
    pub(super) fn cosine(&self, one: &str, other: &str) -> f64 {
        let (one, other) = (self.weighed(one), self.weighed(other));
        let length = |weights: &BTreeMap<String, f64>| weights.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        let product: f64 = one.iter().filter_map(|(word, weight)| Some(weight * other.get(word)?)).sum();
        let lengths = length(&one) * length(&other);
        if lengths > 0.0 { (product / lengths).min(1.0) } else { 0.0 }
    }

    fn weighed(&self, text: &str) -> BTreeMap<String, f64> {
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        for token in tokens(text) {
            *counts.entry(token).or_default() += 1.0;
        }
        counts
            .into_iter()
            .map(|(word, count)| {
                let weight = (1.0 + count.ln()) * self.rarity(&word).sqrt();
                (word, weight)
            })
            .collect()
    }
}
