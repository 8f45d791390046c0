//! What is known about a filled store, to choose the parameters of queries from. Bounded, however large the store.

use crate::traffic::{Rng, mix};

/// Things of one sort that are remembered at most.
const SAMPLE_MAX: usize = 10_000;

/// Some of the things of one sort, each with the same chance, and how many there were.
#[derive(Clone, Debug)]
pub(crate) struct Sample<T> {
    kept: Vec<T>,
    pub(crate) seen: u64,
}

impl<T> Default for Sample<T> {
    fn default() -> Self {
        Sample { kept: Vec::new(), seen: 0 }
    }
}

impl<T> Sample<T> {
    /// Takes note of one more.
    pub(crate) fn offer(&mut self, thing: T) {
        self.seen += 1;
        if self.kept.len() < SAMPLE_MAX {
            self.kept.push(thing);
        } else if let Some(place) = self.kept.get_mut((mix(self.seen) % self.seen) as usize) {
            *place = thing;
        }
    }

    /// One of them, if there are any.
    pub(crate) fn pick(&self, rng: &mut Rng) -> Option<&T> {
        self.kept.get(rng.below(self.kept.len() as u64) as usize)
    }

    /// The first few.
    pub(crate) fn few(&self, most: usize) -> &[T] {
        &self.kept[..self.kept.len().min(most)]
    }
}

/// A workflow that was told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) correlation: u128,
    pub(crate) resource: u128,
    /// The caller's id of its first event.
    pub(crate) event: u128,
}

/// An agent that was described, with its prompt.
#[derive(Clone, Debug)]
pub(crate) struct Described {
    /// The server's id of it.
    pub(crate) id: String,
    pub(crate) prompt: String,
}

/// What is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Callers' ids of sessions in which calls were made.
    pub(crate) sessions: Sample<String>,
    /// Callers' ids of calls.
    pub(crate) calls: Sample<u128>,
    /// Traces of a few spans.
    pub(crate) traces: Sample<u128>,
    /// The trace with the most spans, and how many it has.
    pub(crate) largest_trace: Option<(u128, u64)>,
    /// People who were talked with.
    pub(crate) people: Sample<String>,
    /// Ids of sessions of conversations that were sent whole.
    pub(crate) conversations: Sample<String>,
    /// The server's own ids of a few of those sessions.
    pub(crate) threads: Sample<String>,
    /// Workflows about orders.
    pub(crate) orders: Sample<Told>,
    /// Workflows about runs of automations.
    pub(crate) automations: Sample<Told>,
    /// Agents with prompts.
    pub(crate) described: Vec<Described>,
    /// The newest position that a server named.
    pub(crate) position: u64,
    /// When the oldest event happened, microseconds since 1970.
    pub(crate) oldest_us: i64,
    /// Up to where events have happened.
    pub(crate) newest_us: i64,
    /// When the latest filling began, by the clock.
    pub(crate) filled_from_us: i64,
    /// When it ended.
    pub(crate) filled_until_us: i64,
}

impl Known {
    /// Sessions that were made.
    pub(crate) fn sessions_made(&self) -> u64 {
        self.sessions.seen + self.conversations.seen
    }
}

#[cfg(test)]
mod tests {
    use super::{Rng, SAMPLE_MAX, Sample};

    #[test]
    fn a_sample_is_bounded_and_fair() {
        let mut sample = Sample::default();
        assert_eq!(sample.pick(&mut Rng::new(1)), None);
        (0..100 * SAMPLE_MAX as u64).for_each(|thing| sample.offer(thing));
        assert_eq!((sample.kept.len(), sample.seen), (SAMPLE_MAX, 100 * SAMPLE_MAX as u64));
        let late = sample.kept.iter().filter(|thing| **thing >= 50 * SAMPLE_MAX as u64).count();
        assert!((4_500..5_500).contains(&late), "{late} of the second half");
    }
}
