//! Every bound of the clusters, with its unit in its name, and what happens beyond it.

/// What is read of a text; the rest is not looked at.
pub const TEXT_CHARS_MAX: usize = 2_000;

/// Words of a text that are looked at, stop words included; the rest is not.
pub const TEXT_WORDS_MAX: usize = 300;

/// Longer words are nobody's; they are left out.
pub const WORD_CHARS_MAX: usize = 40;

/// Words that are known at once. When there are more, a quarter is forgotten: those in the fewest texts first, of those the
/// ones that were not seen for longest. They also disappear from the centroids.
pub const WORDS_MAX: usize = 20_000;

/// Clusters that exist at once. When another one is opened, one with the fewest texts is dropped, of those the one that no text
/// joined for longest. Its id is never used again.
pub const CLUSTERS_MAX: usize = 2_000;

/// Words of a centroid. Beyond it the lightest ones are left out.
pub const CENTROID_WORDS_MAX: usize = 96;

/// Phrases that a cluster remembers for its label. Beyond it the rarest are forgotten, of those the ones met first.
pub const CLUSTER_PHRASES_MAX: usize = 64;

/// Words of a phrase.
pub const PHRASE_WORDS_MAX: usize = 4;

/// What is kept of the text that stands for a cluster.
pub const EXAMPLE_CHARS_MAX: usize = 300;

/// Ids of clusters that became part of others, whose successors are remembered. Beyond it the oldest ids are forgotten.
pub const MERGED_MAX: usize = 10_000;
