//! What judging came to for one tenant: counts that only grow, what was spent, how far it agrees with what was told.

use debrief_insight::agreement::Agreement;
use debrief_store::Drawer;
use serde::{Deserialize, Serialize};

use super::budget::Spent;
use super::kept::{self, Failure, Kept};

/// The piece that holds what was spent; sessions have theirs under their own numbers, which begin with 1.
pub(crate) const SPENT: u64 = 0;
/// Where everything lies.
pub(crate) const DRAWER: Drawer = Drawer::Judge;

/// One tenant's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// What was spent, and what came of it.
    pub books: Books,
    /// How far what was judged agrees with what was told.
    pub agreement: Agreement,
}

/// What was spent, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Books {
    /// In this hour and on this day.
    pub spent: Spent,
    /// Requests ever made.
    pub requests: u64,
    /// Conversations judged.
    pub verdicts: u64,
    /// Conversations that could not be judged, in the order of [`Failure::ALL`].
    pub failures: [u64; Failure::ALL.len()],
    /// Conversations looked at again whose verdict was there.
    pub cache_hits: u64,
    /// Tokens read, where that was said.
    pub input_tokens: u64,
    /// Tokens written, where that was said.
    pub output_tokens: u64,
    /// Items of answers that did not hold.
    pub dropped: u64,
    /// Looks at conversations that were not judged because requests or money had run out.
    pub skipped_budget: u64,
    /// Looks at conversations that are not in the sample.
    pub skipped_sample: u64,
    /// Looks at conversations for which there was no room among those that wait.
    pub skipped_queue: u64,
}

impl Books {
    /// Counts a failure.
    pub(crate) fn fail(&mut self, failure: Failure) {
        let place = Failure::ALL.iter().position(|known| *known == failure).expect("all failures are in the list of all");
        self.failures[place] += 1;
    }
}

impl Account {
    /// As it is kept; also answers the numbers of the sessions whose model was to be asked.
    pub(crate) fn read(pieces: &[(u64, Vec<u8>)]) -> (Self, Vec<u64>) {
        let (mut account, mut asked) = (Self::default(), Vec::new());
        for (id, value) in pieces {
            if *id == SPENT {
                account.books = kept::decode(value).unwrap_or_default();
                continue;
            }
            match kept::decode(value) {
                Some(Kept::Judged(verdict)) => account.agreement.add(verdict.told, verdict.outcome()),
                Some(Kept::Asked(_)) => asked.push(*id),
                Some(Kept::Failed(..)) | None => {}
            }
        }
        (account, asked)
    }

    /// What is kept of a session changes.
    pub(crate) fn replace(&mut self, before: Option<&Kept>, after: Option<&Kept>) {
        if let Some(Kept::Judged(verdict)) = before {
            self.agreement.take_away(verdict.told, verdict.outcome());
        }
        if let Some(Kept::Judged(verdict)) = after {
            self.agreement.add(verdict.told, verdict.outcome());
        }
    }
}
