//! Clusters of many texts at once. Words are counted over all of them first, and each text may change its cluster once, when
//! all centroids are known.

use std::collections::BTreeMap;

use super::tokens::tokens;
use super::vocabulary::{Vector, Vocabulary};
use super::{ClusterId, Clusters, JOIN_COSINE_MIN, beginning};

/// Where each text is, if it is anywhere.
type Placed = Vec<Option<ClusterId>>;

/// What became of texts.
#[derive(Clone, Debug)]
pub struct Fitted<K> {
    /// The clusters, ready for more texts.
    pub clusters: Clusters,
    /// Each text's key and the cluster it is in, in the order of the texts. Those without words that are compared are in none.
    pub placed: Vec<(K, Option<ClusterId>)>,
}

impl Clusters {
    /// Clusters of texts, which come with a key each, in an order that has to be the same each time.
    pub fn fit<K: Clone>(texts: &[(K, &str)]) -> Fitted<K> {
        let (vocabulary, vectors) = weigh(texts.iter().map(|(_, text)| *text));
        let (led, placed) = lead(vocabulary, &vectors);
        let placed: Placed = vectors.iter().zip(placed).map(|(vector, id)| led.settled(vector, id)).collect();
        let (mut merged, placed) = Self::of(led.vocabulary, &vectors, &placed);
        merged.merge_all();
        let placed: Placed = placed.into_iter().map(|id| merged.resolve(id?)).collect();
        let (mut clusters, placed) = Self::of(merged.vocabulary, &vectors, &placed);
        clusters.describe_by(texts.iter().map(|(_, text)| *text), &vectors, &placed);
        Fitted { clusters, placed: texts.iter().map(|(key, _)| key.clone()).zip(placed).collect() }
    }

    /// Clusters made of texts that are already told apart, numbered in the order of their first texts.
    fn of(vocabulary: Vocabulary, vectors: &[Vector], placed: &[Option<ClusterId>]) -> (Self, Placed) {
        let mut clusters = Self { vocabulary, ..Self::default() };
        let mut ids = BTreeMap::new();
        let mut place = |vector: &Vector, old: ClusterId, at: u64| {
            let slot = *ids.entry(old).or_insert_with(|| clusters.open());
            clusters.centroids.add(slot, vector);
            let group = &mut clusters.groups[slot as usize];
            group.texts += 1;
            group.joined_last = at;
            group.id
        };
        let placed = (1..).zip(vectors.iter().zip(placed)).map(|(at, (vector, old))| old.map(|old| place(vector, old, at))).collect();
        (clusters, placed)
    }

    /// Where a text is once all centroids are known: at the nearest, or where it was if none is near.
    fn settled(&self, vector: &Vector, was: Option<ClusterId>) -> Option<ClusterId> {
        let near = self.nearest_slot(vector).filter(|(_, cosine)| *cosine >= JOIN_COSINE_MIN);
        near.map(|(slot, _)| self.groups[slot as usize].id).or(was).and_then(|id| self.resolve(id))
    }

    /// Merges until no two centroids are near, the oldest with its nearest first.
    fn merge_all(&mut self) {
        let ids: Vec<ClusterId> = self.ids().collect();
        for id in ids {
            // Each merge leaves one cluster fewer, so this ends.
            while let Some(slot) = self.slots.get(&id).copied() {
                let left = self.slots.len();
                self.merge_nearest(slot);
                if self.slots.len() == left {
                    break;
                }
            }
        }
    }

    /// Gives each cluster its phrases and its example.
    fn describe_by<'a>(&mut self, texts: impl Iterator<Item = &'a str>, vectors: &[Vector], placed: &[Option<ClusterId>]) {
        let mut best = vec![0.0; self.groups.len()];
        for (text, (vector, id)) in texts.zip(vectors.iter().zip(placed)) {
            let Some(slot) = id.and_then(|id| self.slots.get(&id)).copied() else { continue };
            let cosine = self.centroids.cosine(slot, vector);
            let group = &mut self.groups[slot as usize];
            group.phrases.add(text);
            if cosine > best[slot as usize] {
                best[slot as usize] = cosine;
                group.example = beginning(text);
            }
        }
    }
}

/// The words of all texts, and their weights in each.
fn weigh<'a>(texts: impl Iterator<Item = &'a str>) -> (Vocabulary, Vec<Vector>) {
    let mut vocabulary = Vocabulary::default();
    let tokens: Vec<Vec<String>> = texts.map(tokens).collect();
    for tokens in tokens.iter().filter(|tokens| !tokens.is_empty()) {
        vocabulary.observe(tokens);
        vocabulary.forget();
    }
    let vectors = tokens.iter().map(|tokens| vocabulary.vector(tokens)).collect();
    (vocabulary, vectors)
}

/// Each text joins the nearest cluster of those before it, or opens one.
fn lead(vocabulary: Vocabulary, vectors: &[Vector]) -> (Clusters, Placed) {
    let mut clusters = Clusters { vocabulary, ..Clusters::default() };
    let mut place = |vector: &Vector, at: u64| {
        let near = clusters.nearest_slot(vector).filter(|(_, cosine)| *cosine >= JOIN_COSINE_MIN);
        let slot = near.map_or_else(|| clusters.open(), |(slot, _)| slot);
        clusters.centroids.add(slot, vector);
        let group = &mut clusters.groups[slot as usize];
        group.texts += 1;
        group.joined_last = at;
        group.id
    };
    let placed = (1..).zip(vectors).map(|(at, vector)| (!vector.is_empty()).then(|| place(vector, at))).collect();
    (clusters, placed)
}
