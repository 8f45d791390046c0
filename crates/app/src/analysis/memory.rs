//! What analysis carries from one conversation to the next, per tenant: the clusters of what users want and correct, and which issues there
//! are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use debrief_insight::clusters::{ClusterId, ClusterRow, Clusters, Rows, WordRow};
use debrief_insight::issues::IssueKey;
use debrief_model::TenantId;
use debrief_store::{Drawer, Findings, Piece};
use serde::{Deserialize, Serialize};

/// The piece in [`Drawer::Clusters`] that holds what is true of all clusters together; clusters have theirs under their own ids.
const ALL: u64 = 0;

/// One tenant's.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    clusters: Clusters,
    issues: HashMap<IssueKey, u32>,
    /// Words have numbers here only because pieces do.
    words: HashMap<String, u64>,
    changed_clusters: BTreeSet<ClusterId>,
    changed_words: BTreeMap<u64, WordRow>,
    new_issues: Vec<(u32, String)>,
    /// The clusters as they were last written down, to know which are gone.
    written: BTreeSet<ClusterId>,
}

#[derive(Serialize, Deserialize)]
struct AllRow {
    texts: u64,
    opened: u64,
    merged: Vec<(u64, u64)>,
}

#[derive(Serialize, Deserialize)]
struct Cluster {
    texts: u64,
    joined_last: u64,
    centroid: Vec<(String, f64)>,
    phrases: Vec<(String, u64)>,
    example: String,
}

#[derive(Serialize, Deserialize)]
struct Word {
    word: String,
    texts: u64,
    seen_last: u64,
}

impl Memory {
    /// As it was written down.
    pub(crate) fn read(findings: &dyn Findings, tenant: TenantId) -> crate::Result<Self> {
        let mut memory = Self { clusters: clusters(findings, tenant)?, ..Self::default() };
        memory.written = memory.clusters.ids().collect();
        for (id, value) in findings.pieces(tenant, Drawer::Words)? {
            if let Some(Word { word, .. }) = read(&value) {
                memory.words.insert(word, id);
            }
        }
        memory.issues = issues(findings, tenant)?.into_iter().map(|(id, key)| (key, id)).collect();
        Ok(memory)
    }

    /// The cluster that a text belongs to from now on.
    pub(crate) fn place(&mut self, text: &str) -> Option<ClusterId> {
        let placed = self.clusters.place(text)?;
        self.changed_clusters.insert(placed);
        for row in self.clusters.word_rows(text) {
            let next = self.words.len() as u64 + 1;
            let id = *self.words.entry(row.word.clone()).or_insert(next);
            self.changed_words.insert(id, row);
        }
        Some(placed)
    }

    /// The number of an issue.
    pub(crate) fn number_of(&mut self, issue: &IssueKey) -> u32 {
        if let Some(number) = self.issues.get(issue) {
            return *number;
        }
        let number = u32::try_from(self.issues.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.issues.insert(issue.clone(), number);
        self.new_issues.push((number, issue.to_string()));
        number
    }

    /// What has to be written down since this was last called.
    pub(crate) fn take_changes(&mut self, tenant: TenantId) -> Vec<Piece> {
        let piece = |drawer, id, value| Piece { tenant, drawer, id, value };
        let mut pieces: Vec<Piece> = std::mem::take(&mut self.new_issues)
            .into_iter()
            .map(|(number, key)| piece(Drawer::Issues, number.into(), Some(key.into_bytes())))
            .collect();
        if self.changed_clusters.is_empty() {
            return pieces;
        }
        let words = std::mem::take(&mut self.changed_words).into_iter().map(|(id, row)| {
            let WordRow { word, texts, seen_last } = row;
            piece(Drawer::Words, id, Some(write(&Word { word, texts, seen_last })))
        });
        pieces.extend(words);
        let now: BTreeSet<ClusterId> = self.clusters.ids().collect();
        let changed = std::mem::take(&mut self.changed_clusters);
        for row in changed.iter().filter_map(|id| self.clusters.cluster_row(*id)) {
            pieces.push(piece(Drawer::Clusters, row.id.0, Some(cluster(row))));
        }
        pieces.extend(self.written.difference(&now).map(|gone| piece(Drawer::Clusters, gone.0, None)));
        pieces.push(piece(Drawer::Clusters, ALL, Some(self.all())));
        self.written = now;
        pieces
    }

    fn all(&self) -> Vec<u8> {
        let Rows { texts, opened, merged, .. } = self.clusters.rows_of_all();
        write(&AllRow { texts, opened, merged: merged.into_iter().map(|(from, into)| (from.0, into.0)).collect() })
    }
}

fn cluster(row: ClusterRow) -> Vec<u8> {
    let ClusterRow { id: _, texts, joined_last, centroid, phrases, example } = row;
    write(&Cluster { texts, joined_last, centroid, phrases, example })
}

/// A tenant's clusters as they were written down.
pub(crate) fn clusters(findings: &dyn Findings, tenant: TenantId) -> crate::Result<Clusters> {
    let mut rows = Rows::default();
    for (id, value) in findings.pieces(tenant, Drawer::Clusters)? {
        if id == ALL {
            let Some(AllRow { texts, opened, merged }) = read(&value) else { continue };
            (rows.texts, rows.opened) = (texts, opened);
            rows.merged = merged.into_iter().map(|(from, into)| (ClusterId(from), ClusterId(into))).collect();
        } else if let Some(Cluster { texts, joined_last, centroid, phrases, example }) = read(&value) {
            rows.clusters.push(ClusterRow { id: ClusterId(id), texts, joined_last, centroid, phrases, example });
        }
    }
    for (_, value) in findings.pieces(tenant, Drawer::Words)? {
        rows.words.extend(read(&value).map(|Word { word, texts, seen_last }| WordRow { word, texts, seen_last }));
    }
    Ok(Clusters::from_rows(rows))
}

/// A tenant's issues by number.
pub(crate) fn issues(findings: &dyn Findings, tenant: TenantId) -> crate::Result<HashMap<u32, IssueKey>> {
    let pieces = findings.pieces(tenant, Drawer::Issues)?;
    let known = pieces.into_iter().filter_map(|(number, value)| {
        let key = std::str::from_utf8(&value).ok()?.parse().ok()?;
        Some((u32::try_from(number).ok()?, key))
    });
    Ok(known.collect())
}

fn write(row: &impl Serialize) -> Vec<u8> {
    postcard::to_stdvec(row).expect("writing to memory cannot fail and every part is serialisable")
}

/// What cannot be read is of another version and says nothing.
fn read<T: for<'a> Deserialize<'a>>(value: &[u8]) -> Option<T> {
    postcard::from_bytes(value).ok()
}
