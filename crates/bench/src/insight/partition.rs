//! How well two ways of grouping the same things agree.
//!
//! Normalised mutual information divides what one grouping tells about the other by the mean of what each has to tell (Strehl
//! and Ghosh, "Cluster ensembles", JMLR 3, 2002, with the arithmetic mean). The adjusted Rand index is the share of pairs that
//! both treat alike, rescaled so that chance is nought (Hubert and Arabie, "Comparing partitions", Journal of Classification 2,
//! 1985). Homogeneity is how much of the true grouping is known once a thing's group is (Rosenberg and Hirschberg, "V-measure",
//! EMNLP 2007); many small groups make it high for free.

use std::collections::BTreeMap;

use serde::Serialize;

/// How groups agree with true ones. Each is 1 when they are the same; nothing when there is nothing to compare.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Agreement {
    /// Normalised mutual information, 0 to 1.
    pub nmi: f64,
    /// Adjusted Rand index, 1 at most, about 0 by chance.
    pub ari: f64,
    /// Homogeneity, 0 to 1.
    pub homogeneity: f64,
}

/// Compares two groupings; both have as many things as pairs.
pub(crate) fn agreement<T: Ord, G: Ord>(pairs: &[(T, G)]) -> Option<Agreement> {
    if pairs.is_empty() {
        return None;
    }
    let truths = counts(pairs.iter().map(|(truth, _)| truth));
    let groups = counts(pairs.iter().map(|(_, group)| group));
    let both = counts(pairs.iter().map(|(truth, group)| (truth, group)));
    let (of_truth, of_groups) = (entropy(&truths), entropy(&groups));
    // What both tell together is at most what each tells alone, so what they share is not negative but for rounding.
    let shared = (of_truth + of_groups - entropy(&both)).max(0.0);
    Some(Agreement {
        nmi: share(shared, f64::midpoint(of_truth, of_groups)),
        ari: adjusted_rand(&truths, &groups, &both),
        homogeneity: share(shared, of_truth),
    })
}

fn counts<T: Ord>(things: impl Iterator<Item = T>) -> Vec<f64> {
    let mut counts = BTreeMap::new();
    things.for_each(|thing| *counts.entry(thing).or_insert(0.0) += 1.0);
    counts.into_values().collect()
}

/// In nats.
fn entropy(counts: &[f64]) -> f64 {
    let all: f64 = counts.iter().sum();
    -counts.iter().map(|count| count / all * (count / all).ln()).sum::<f64>()
}

/// Groupings that tell nothing are told completely.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).min(1.0) } else { 1.0 }
}

fn adjusted_rand(truths: &[f64], groups: &[f64], both: &[f64]) -> f64 {
    let pairs = |counts: &[f64]| counts.iter().map(|count| count * (count - 1.0) / 2.0).sum::<f64>();
    let all = pairs(&[truths.iter().sum()]);
    let (in_truth, in_groups) = (pairs(truths), pairs(groups));
    let by_chance = if all > 0.0 { in_truth * in_groups / all } else { 0.0 };
    let at_most = f64::midpoint(in_truth, in_groups);
    if at_most - by_chance > 0.0 { (pairs(both) - by_chance) / (at_most - by_chance) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::{Agreement, agreement};

    /// Expected figures are those of scikit-learn 1.9.1 (`normalized_mutual_info_score`, `adjusted_rand_score`,
    /// `homogeneity_score`).
    fn check(truths: &[u8], groups: &[u8], [nmi, ari, homogeneity]: [f64; 3]) {
        let pairs: Vec<_> = truths.iter().zip(groups).collect();
        let Agreement { nmi: found_nmi, ari: found_ari, homogeneity: found_homogeneity } = agreement(&pairs).unwrap();
        for (found, expected) in [(found_nmi, nmi), (found_ari, ari), (found_homogeneity, homogeneity)] {
            assert!((found - expected).abs() < 1e-9, "{found} is not {expected} for {truths:?} and {groups:?}");
        }
    }

    #[test]
    fn agreement_is_what_others_compute() {
        check(&[0, 0, 1, 1], &[1, 1, 0, 0], [1.0, 1.0, 1.0]);
        check(&[0, 0, 1, 1], &[0, 0, 0, 0], [0.0, 0.0, 0.0]);
        check(&[0, 0, 0, 0], &[1, 1, 1, 1], [1.0, 1.0, 1.0]);
        check(&[0, 0, 1, 1], &[0, 1, 2, 3], [0.6666666666666666, 0.0, 0.9999999999999999]);
        check(&[0, 0, 1, 2], &[0, 0, 1, 1], [0.7999999999999999, 0.5714285714285714, 0.6666666666666666]);
        check(&[0, 0, 0, 1, 1, 1], &[0, 0, 1, 1, 2, 2], [0.5158037429793889, 0.24242424242424243, 0.6666666666666669]);
        check(&[0, 1, 0, 1], &[0, 0, 1, 1], [0.0, -0.5, 0.0]);
        check(&[5], &[3], [1.0, 1.0, 1.0]);
        check(&[0, 0, 0, 0, 1, 1, 1, 2, 2, 3], &[0, 0, 0, 1, 1, 1, 2, 2, 2, 2], [0.568241032922968, 0.28, 0.5258502518682331]);
    }

    #[test]
    fn nothing_has_no_agreement() {
        assert_eq!(agreement::<u8, u8>(&[]), None);
    }
}
