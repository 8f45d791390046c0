//! The sums of the weights of each cluster's texts, kept by word, so that only clusters that share a word with a text are
//! compared with it.
//!
//! A cluster is known here by its slot. Slots are used again; ids, which never are, are the caller's matter.

use super::limit::CENTROID_WORDS_MAX;
use super::vocabulary::{Renumbering, Vector, WordNumber};

/// A cluster's place here.
pub(super) type Slot = u32;

/// A centroid that has grown beyond its bound is cut back to this much of it, so that not every text is work.
const CUT_TO: usize = CENTROID_WORDS_MAX / 4 * 3;

#[derive(Clone, Debug, Default)]
struct Centroid {
    /// The words in it, in no order that matters.
    words: Vec<WordNumber>,
    /// The square of its length.
    square: f64,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Centroids {
    slots: Vec<Centroid>,
    /// By word: the clusters that have it, by slot, with its weight.
    postings: Vec<Vec<(Slot, f64)>>,
}

impl Centroids {
    /// Adds a text, or all of another centroid, to the sum of a slot, which exists from then on.
    pub(super) fn add(&mut self, slot: Slot, vector: &[(WordNumber, f64)]) {
        self.slots.resize(self.slots.len().max(slot as usize + 1), Centroid::default());
        for (word, weight) in vector {
            self.add_word(slot, *word, *weight);
        }
        if self.slots[slot as usize].words.len() > CENTROID_WORDS_MAX {
            self.cut(slot);
        }
        self.measure(slot);
    }

    /// Always measured anew and in the same order, so that a centroid does not remember how it came about.
    fn measure(&mut self, slot: Slot) {
        self.slots[slot as usize].square = self.vector(slot).iter().map(|(_, weight)| weight * weight).sum();
    }

    fn add_word(&mut self, slot: Slot, word: WordNumber, weight: f64) {
        self.postings.resize(self.postings.len().max(word as usize + 1), Vec::new());
        let (centroid, posting) = (&mut self.slots[slot as usize], &mut self.postings[word as usize]);
        match posting.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(at) => posting[at].1 += weight,
            Err(at) => {
                posting.insert(at, (slot, weight));
                centroid.words.push(word);
            }
        }
    }

    /// Leaves the lightest words out.
    fn cut(&mut self, slot: Slot) {
        let mut kept = self.take(slot);
        kept.sort_by(|(one, light), (other, heavy)| heavy.total_cmp(light).then(one.cmp(other)));
        kept.truncate(CUT_TO);
        for (word, weight) in kept {
            self.add_word(slot, word, weight);
        }
    }

    /// Empties a slot and gives what was in it, in the order of words' numbers.
    pub(super) fn take(&mut self, slot: Slot) -> Vector {
        let vector = self.vector(slot);
        for (word, _) in &vector {
            self.postings[*word as usize].retain(|(other, _)| *other != slot);
        }
        self.slots[slot as usize] = Centroid::default();
        vector
    }

    /// What is in a slot, in the order of words' numbers.
    pub(super) fn vector(&self, slot: Slot) -> Vector {
        let weight = |word: WordNumber| self.weight(slot, word).expect("a centroid's words have its weights");
        let mut vector: Vector = self.slots[slot as usize].words.iter().map(|word| (*word, weight(*word))).collect();
        vector.sort_unstable_by_key(|(word, _)| *word);
        vector
    }

    fn weight(&self, slot: Slot, word: WordNumber) -> Option<f64> {
        let posting = self.postings.get(word as usize)?;
        posting.binary_search_by_key(&slot, |(slot, _)| *slot).ok().map(|at| posting[at].1)
    }

    /// The cosine of a vector of length 1 with one centroid.
    pub(super) fn cosine(&self, slot: Slot, vector: &[(WordNumber, f64)]) -> f64 {
        let product: f64 = vector.iter().filter_map(|(word, weight)| Some(weight * self.weight(slot, *word)?)).sum();
        self.scaled(slot, product)
    }

    /// The cosines of a vector of length 1 with every centroid that it shares a word with.
    pub(super) fn cosines(&self, vector: &[(WordNumber, f64)]) -> Vec<(Slot, f64)> {
        let mut products = vec![0.0; self.slots.len()];
        let mut met = Vec::new();
        for (word, weight) in vector {
            for (slot, other) in self.postings.get(*word as usize).into_iter().flatten() {
                let product = &mut products[*slot as usize];
                if *product == 0.0 {
                    met.push(*slot);
                }
                *product += weight * other;
            }
        }
        met.into_iter().map(|slot| (slot, self.scaled(slot, products[slot as usize]))).collect()
    }

    /// The cosines of one centroid with those that it shares a word with, itself among them.
    pub(super) fn neighbours(&self, slot: Slot) -> Vec<(Slot, f64)> {
        let length = self.slots[slot as usize].square.sqrt();
        let vector: Vector = self.vector(slot).into_iter().map(|(word, weight)| (word, weight / length)).collect();
        self.cosines(&vector)
    }

    fn scaled(&self, slot: Slot, product: f64) -> f64 {
        let square = self.slots[slot as usize].square;
        if square > 0.0 { (product / square.sqrt()).min(1.0) } else { 0.0 }
    }

    /// Follows the vocabulary, which forgot words.
    pub(super) fn renumber(&mut self, renumbering: &Renumbering) {
        let slots = Slot::try_from(self.slots.len()).expect("there are never so many slots");
        let vectors: Vec<Vector> = (0..slots).map(|slot| self.vector(slot)).collect();
        *self = Self { slots: vec![Centroid::default(); vectors.len()], postings: Vec::new() };
        for (slot, vector) in (0..).zip(vectors) {
            for (word, weight) in vector {
                if let Some(word) = renumbering[word as usize] {
                    self.add_word(slot, word, weight);
                }
            }
            self.measure(slot);
        }
    }
}
