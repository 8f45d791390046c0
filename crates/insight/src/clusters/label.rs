//! What to call a cluster: the phrase that most of its texts have and few others do.

use super::limit::CLUSTER_PHRASES_MAX;
use super::tokens::{phrases, tokens};
use super::vocabulary::Vocabulary;

/// Phrases of a cluster's texts, in the order in which they were met, each with the number of texts that have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Phrases(pub(super) Vec<(String, u64)>);

impl Phrases {
    /// Counts the phrases of one more text.
    pub(super) fn add(&mut self, text: &str) {
        self.add_all(Self(phrases(text).into_iter().map(|phrase| (phrase, 1)).collect()));
    }

    /// Counts phrases that were counted elsewhere.
    pub(super) fn add_all(&mut self, other: Self) {
        for (phrase, texts) in other.0 {
            match self.0.iter_mut().find(|(known, _)| *known == phrase) {
                Some((_, known)) => *known += texts,
                None => self.0.push((phrase, texts)),
            }
        }
        self.forget();
    }

    fn forget(&mut self) {
        let excess = self.0.len().saturating_sub(CLUSTER_PHRASES_MAX);
        if excess == 0 {
            return;
        }
        let mut order: Vec<usize> = (0..self.0.len()).collect();
        order.sort_by_key(|at| (self.0[*at].1, *at));
        let gone = &mut order[..excess];
        gone.sort_unstable();
        let mut at = 0;
        self.0.retain(|_| {
            at += 1;
            gone.binary_search(&(at - 1)).is_err()
        });
    }

    /// The phrase with the highest product of the texts that have it and how rare its words are elsewhere; of equal ones the
    /// longest. Empty when there are no phrases.
    pub(super) fn label(&self, vocabulary: &Vocabulary) -> String {
        let tells =
            |(phrase, texts): &(String, u64)| *texts as f64 * tokens(phrase).iter().map(|word| vocabulary.rarity(word)).sum::<f64>();
        let best = self
            .0
            .iter()
            .max_by(|one, other| tells(one).total_cmp(&tells(other)).then(one.0.len().cmp(&other.0.len())).then(other.0.cmp(&one.0)));
        best.map(|(phrase, _)| phrase.clone()).unwrap_or_default()
    }
}
