//! How much two texts are about the same, by the words they share. Words come as [`crate::heard`] picks them.

use std::collections::{BTreeMap, BTreeSet};

/// |A ∩ B| / |A ∪ B| of the sets of words (Jaccard); 0 where both are empty.
pub(crate) fn jaccard(a: &[String], b: &[String]) -> f64 {
    let (a, b): (BTreeSet<_>, BTreeSet<_>) = (a.iter().collect(), b.iter().collect());
    let shared = a.intersection(&b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

/// A text as a vector of word counts, each count n weighing 1 + ln n, of length 1. There is no inverse document frequency
/// in it: a single conversation is no collection.
#[derive(Clone, Debug)]
pub(crate) struct Weights(BTreeMap<String, f64>);

impl Weights {
    pub(crate) fn of(words: &[String]) -> Self {
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        words.iter().for_each(|word| *weights.entry(word.clone()).or_default() += 1.0);
        weights.values_mut().for_each(|count| *count = 1.0 + count.ln());
        let length = weights.values().map(|weight| weight * weight).sum::<f64>().sqrt();
        weights.values_mut().for_each(|weight| *weight /= length);
        Self(weights)
    }

    /// The cosine of the angle between two texts; 0 where one of them has no words.
    pub(crate) fn cosine(&self, other: &Self) -> f64 {
        self.0.iter().filter_map(|(word, weight)| other.0.get(word).map(|other| weight * other)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let check = |a: &str, b: &str, shared: f64, angle: f64| {
            let [a, b] = [a, b].map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
            assert!((jaccard(&a, &b) - shared).abs() < 1e-12, "{a:?} {b:?}");
            assert!((Weights::of(&a).cosine(&Weights::of(&b)) - angle).abs() < 1e-12, "{a:?} {b:?}");
        };
        check("", "", 0.0, 0.0);
        check("a", "", 0.0, 0.0);
        check("a b", "b a", 1.0, 1.0);
        check("a b c d", "c d e", 0.4, 2.0 / 12_f64.sqrt());
        // Twice the same word weighs 1 + ln 2.
        check("a a", "a b", 0.5, 1.0 / 2_f64.sqrt());
    }
}
