//! Texts that are about the same, by the words they share.
//!
//! A text joins the cluster whose centroid (the sum of its texts' weights) is nearest, if their cosine is at least 0.42, and
//! opens a new one otherwise: leader clustering, which needs one look at each text and no number of clusters in advance.
//! Centroids that come as near to each other as 0.60 become one. Everything follows from the texts and their order.
//!
//! [`Clusters`] keeps no texts but one example per cluster. What it knows can be taken out as plain rows and put back
//! ([`Clusters::rows`]); how much it keeps is bounded ([`limit`]). Ids are for ever: one never comes to mean another group of
//! texts. A cluster that became part of an older one leads there ([`Clusters::resolve`]).
//!
//! The module must not know whose texts these are, nor what else happened in their conversations.

mod centroids;
mod fit;
mod label;
pub mod limit;
mod rows;
mod tokens;
mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::centroids::{Centroids, Slot};
use self::label::Phrases;
use self::limit::{CLUSTERS_MAX, EXAMPLE_CHARS_MAX, MERGED_MAX};
use self::vocabulary::{Vector, Vocabulary};

pub use self::fit::Fitted;
pub use self::rows::{ClusterRow, Rows, WordRow};
pub use self::tokens::tokens;

/// A text joins a cluster from this cosine on.
const JOIN_COSINE_MIN: f64 = 0.42;

/// Two clusters become one from this cosine of their centroids on.
const MERGE_COSINE_MIN: f64 = 0.60;

/// Which cluster. Ids count up from 1 in the order in which clusters are opened, and are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub u64);

/// What a cluster is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Which cluster.
    pub id: ClusterId,
    /// The texts that joined it.
    pub texts: u64,
    /// A phrase of up to four words that many of its texts have and few others, in small letters.
    pub label: String,
    /// The beginning of the text that was nearest to the centroid, as written.
    pub example: String,
}

/// Clusters, and the words of all texts so far.
#[derive(Clone, Debug, Default)]
pub struct Clusters {
    vocabulary: Vocabulary,
    centroids: Centroids,
    /// By slot.
    groups: Vec<Group>,
    slots: BTreeMap<ClusterId, Slot>,
    free: Vec<Slot>,
    merged: BTreeMap<ClusterId, ClusterId>,
    opened: u64,
}

/// What is known of a cluster beside its centroid.
#[derive(Clone, Debug)]
struct Group {
    id: ClusterId,
    texts: u64,
    /// The number of the text that joined last, counting all texts.
    joined_last: u64,
    phrases: Phrases,
    example: String,
}

impl Clusters {
    /// No clusters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts one more text into the nearest cluster or into a new one, and says which. Nothing when the text has no words that
    /// are compared.
    pub fn place(&mut self, text: &str) -> Option<ClusterId> {
        let tokens = tokens(text);
        if tokens.is_empty() {
            return None;
        }
        self.vocabulary.observe(&tokens);
        if let Some(renumbering) = self.vocabulary.forget() {
            self.centroids.renumber(&renumbering);
        }
        let vector = self.vocabulary.vector(&tokens);
        let slot = self.nearest_slot(&vector).filter(|(_, cosine)| *cosine >= JOIN_COSINE_MIN).map(|(slot, _)| slot);
        let slot = slot.unwrap_or_else(|| self.open());
        self.join(slot, text, &vector);
        let slot = self.merge_nearest(slot);
        Some(self.groups[slot as usize].id)
    }

    /// The nearest cluster of a text and the cosine with its centroid, 0 to 1, near enough or not; of equally near ones the
    /// oldest. Nothing is counted.
    pub fn nearest(&self, text: &str) -> Option<(ClusterId, f64)> {
        let (slot, cosine) = self.nearest_slot(&self.vocabulary.vector(&tokens(text)))?;
        Some((self.groups[slot as usize].id, cosine))
    }

    /// The cluster that an id leads to: itself, or the one that it became part of. Nothing when that was dropped.
    pub fn resolve(&self, id: ClusterId) -> Option<ClusterId> {
        let id = self.merged.get(&id).copied().unwrap_or(id);
        self.slots.contains_key(&id).then_some(id)
    }

    /// What a cluster, or the one that it became part of, is about.
    pub fn describe(&self, id: ClusterId) -> Option<Description> {
        let group = &self.groups[*self.slots.get(&self.resolve(id)?)? as usize];
        let label = group.phrases.label(&self.vocabulary);
        Some(Description { id: group.id, texts: group.texts, label, example: group.example.clone() })
    }

    /// The clusters there are, oldest first.
    pub fn ids(&self) -> impl Iterator<Item = ClusterId> + '_ {
        self.slots.keys().copied()
    }

    /// The texts so far, those without a cluster not among them.
    pub fn texts(&self) -> u64 {
        self.vocabulary.texts
    }

    fn nearest_slot(&self, vector: &Vector) -> Option<(Slot, f64)> {
        self.nearest_of(self.centroids.cosines(vector))
    }

    fn nearest_of(&self, cosines: Vec<(Slot, f64)>) -> Option<(Slot, f64)> {
        let id = |slot: Slot| self.groups[slot as usize].id;
        cosines.into_iter().max_by(|(one, near), (other, far)| near.total_cmp(far).then(id(*other).cmp(&id(*one))))
    }

    /// A slot for a new cluster.
    fn open(&mut self) -> Slot {
        if self.slots.len() >= CLUSTERS_MAX {
            self.drop_lightest();
        }
        self.opened += 1;
        let id = ClusterId(self.opened);
        let group = Group { id, texts: 0, joined_last: 0, phrases: Phrases::default(), example: String::new() };
        let slot = match self.free.pop() {
            Some(slot) => {
                self.groups[slot as usize] = group;
                slot
            }
            None => {
                self.groups.push(group);
                Slot::try_from(self.groups.len() - 1).expect("there are fewer clusters")
            }
        };
        self.slots.insert(id, slot);
        slot
    }

    fn drop_lightest(&mut self) {
        let group = |slot: &Slot| &self.groups[*slot as usize];
        let lightest = self.slots.values().copied().min_by_key(|slot| (group(slot).texts, group(slot).joined_last, group(slot).id));
        let slot = lightest.expect("there are as many clusters as there may be");
        let id = self.close(slot);
        self.merged.retain(|_, target| *target != id);
    }

    /// Empties a slot, and says whose it was.
    fn close(&mut self, slot: Slot) -> ClusterId {
        let id = self.groups[slot as usize].id;
        self.centroids.take(slot);
        self.slots.remove(&id);
        self.free.push(slot);
        id
    }

    fn join(&mut self, slot: Slot, text: &str, vector: &Vector) {
        self.centroids.add(slot, vector);
        let before = self.vocabulary.vector(&tokens(&self.groups[slot as usize].example));
        let is_nearer = self.centroids.cosine(slot, vector) > self.centroids.cosine(slot, &before);
        let group = &mut self.groups[slot as usize];
        group.texts += 1;
        group.joined_last = self.vocabulary.texts;
        group.phrases.add(text);
        if is_nearer || group.example.is_empty() {
            group.example = beginning(text);
        }
    }

    /// Makes one of a cluster and its nearest, if they are near enough. The older id stays.
    fn merge_nearest(&mut self, slot: Slot) -> Slot {
        let mut others = self.centroids.neighbours(slot);
        others.retain(|(other, cosine)| *other != slot && *cosine >= MERGE_COSINE_MIN);
        let Some((other, _)) = self.nearest_of(others) else { return slot };
        let by_age = |slot: &Slot| self.groups[*slot as usize].id;
        let (into, from) = if by_age(&slot) < by_age(&other) { (slot, other) } else { (other, slot) };
        self.merge(into, from);
        into
    }

    fn merge(&mut self, into: Slot, from: Slot) {
        let gone = self.groups[from as usize].clone();
        let vector = self.centroids.vector(from);
        self.close(from);
        self.centroids.add(into, &vector);
        let group = &mut self.groups[into as usize];
        if gone.texts > group.texts {
            group.example = gone.example;
        }
        group.texts += gone.texts;
        group.joined_last = group.joined_last.max(gone.joined_last);
        group.phrases.add_all(gone.phrases);
        let id = group.id;
        self.redirect(gone.id, id);
    }

    fn redirect(&mut self, from: ClusterId, into: ClusterId) {
        self.merged.values_mut().filter(|target| **target == from).for_each(|target| *target = into);
        self.merged.insert(from, into);
        while self.merged.len() > MERGED_MAX {
            self.merged.pop_first();
        }
    }
}

/// The cosine of two texts by the words they share, 0 to 1, where a word weighs the more, the fewer texts of `clusters` it was
/// in. Nought when one of them has no words that are compared.
pub fn cosine(one: &str, other: &str, clusters: &Clusters) -> f64 {
    clusters.vocabulary.cosine(one, other)
}

fn beginning(text: &str) -> String {
    text.chars().take(EXAMPLE_CHARS_MAX).collect()
}
