//! What clusters know, as plain rows for whoever stores it.
//!
//! Rows name words and not their numbers, which change, so that a row can be written again by itself: after a text was placed,
//! that is the row of its cluster and those of its words.

use super::centroids::Slot;
use super::label::Phrases;
use super::limit::{CLUSTER_PHRASES_MAX, CLUSTERS_MAX, MERGED_MAX, WORDS_MAX};
use super::vocabulary::{Known, Vocabulary};
use super::{ClusterId, Clusters, Group, beginning};

/// All that clusters know.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// The texts so far.
    pub texts: u64,
    /// The clusters that were ever opened; the next id is one more.
    pub opened: u64,
    /// Every word, oldest first.
    pub words: Vec<WordRow>,
    /// Every cluster, oldest first.
    pub clusters: Vec<ClusterRow>,
    /// Ids of clusters that became part of others, and of those others.
    pub merged: Vec<(ClusterId, ClusterId)>,
}

/// What is known of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRow {
    /// The word, as it is compared.
    pub word: String,
    /// The texts that it was in.
    pub texts: u64,
    /// The number of the last of those, counting all texts from 1.
    pub seen_last: u64,
}

/// What is known of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterRow {
    /// Which one.
    pub id: ClusterId,
    /// The texts that joined it.
    pub texts: u64,
    /// The number of the last of those, counting all texts from 1.
    pub joined_last: u64,
    /// The words of its centroid and their summed weights.
    pub centroid: Vec<(String, f64)>,
    /// Phrases of its texts, each with the number of texts that have it, in the order in which they were met.
    pub phrases: Vec<(String, u64)>,
    /// The text that stands for it.
    pub example: String,
}

impl Clusters {
    /// All that is known.
    pub fn rows(&self) -> Rows {
        let row = |Known { word, texts, seen_last }: &Known| WordRow { word: word.clone(), texts: *texts, seen_last: *seen_last };
        Rows {
            words: self.vocabulary.known.iter().map(row).collect(),
            clusters: self.slots.values().map(|slot| self.row(*slot)).collect(),
            ..self.rows_of_all()
        }
    }

    /// What is known of all clusters together, and no row of a word or cluster.
    pub fn rows_of_all(&self) -> Rows {
        let merged = self.merged.iter().map(|(from, into)| (*from, *into)).collect();
        Rows { texts: self.vocabulary.texts, opened: self.opened, merged, ..Rows::default() }
    }

    /// What is known of one cluster, or of the one that it became part of.
    pub fn cluster_row(&self, id: ClusterId) -> Option<ClusterRow> {
        self.slots.get(&self.resolve(id)?).map(|slot| self.row(*slot))
    }

    /// What is known of the words of a text.
    pub fn word_rows(&self, text: &str) -> Vec<WordRow> {
        let vector = self.vocabulary.vector(&super::tokens(text));
        let known = vector.into_iter().map(|(number, _)| self.vocabulary.known[number as usize].clone());
        known.map(|Known { word, texts, seen_last }| WordRow { word, texts, seen_last }).collect()
    }

    /// Clusters that know what rows say. Rows beyond the limits, and what rows say of words or clusters without a row, are left
    /// out.
    pub fn from_rows(rows: Rows) -> Self {
        let Rows { texts, opened, words, clusters, merged } = rows;
        let known = words.into_iter().take(WORDS_MAX).map(|WordRow { word, texts, seen_last }| Known { word, texts, seen_last });
        let mut read = Self { vocabulary: Vocabulary::new(texts, known.collect()), opened, ..Self::default() };
        for row in clusters.into_iter().take(CLUSTERS_MAX) {
            read.add_row(row);
        }
        let merged =
            merged.into_iter().take(MERGED_MAX).filter(|(from, into)| !read.slots.contains_key(from) && read.slots.contains_key(into));
        read.merged = merged.collect();
        read
    }

    fn row(&self, slot: Slot) -> ClusterRow {
        let Group { id, texts, joined_last, phrases, example } = &self.groups[slot as usize];
        let word = |number: u32| self.vocabulary.known[number as usize].word.clone();
        ClusterRow {
            id: *id,
            texts: *texts,
            joined_last: *joined_last,
            centroid: self.centroids.vector(slot).into_iter().map(|(number, weight)| (word(number), weight)).collect(),
            phrases: phrases.0.clone(),
            example: example.clone(),
        }
    }

    fn add_row(&mut self, row: ClusterRow) {
        let ClusterRow { id, texts, joined_last, centroid, mut phrases, example } = row;
        if self.slots.contains_key(&id) {
            return;
        }
        let slot = Slot::try_from(self.groups.len()).expect("there are fewer clusters");
        let known = centroid.into_iter().filter_map(|(word, weight)| Some((self.vocabulary.number_of(&word)?, weight)));
        let vector: Vec<_> = known.filter(|(_, weight)| weight.is_finite() && *weight > 0.0).collect();
        self.centroids.add(slot, &vector);
        phrases.truncate(CLUSTER_PHRASES_MAX);
        self.groups.push(Group { id, texts, joined_last, phrases: Phrases(phrases), example: beginning(&example) });
        self.slots.insert(id, slot);
        self.opened = self.opened.max(id.0);
    }
}
