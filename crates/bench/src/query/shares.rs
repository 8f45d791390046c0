//! What a filling is made of: so many calls, domain events and messages. Pure.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::traffic::mix;

/// What events come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Calls as the SDKs of AgentOps and Voker report them, counted in events.
    Calls,
    /// What traced agents do, counted in spans.
    Spans,
    /// Domain events, counted in events.
    Domain,
    /// Conversations of one busy agent, sent whole, counted in conversations.
    Conversations,
}

const SORTS: [Sort; 4] = [Sort::Calls, Sort::Spans, Sort::Domain, Sort::Conversations];

/// How much of each sort there is. The events of all add up to what was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Shares {
    /// Calls.
    pub calls: u64,
    /// Spans.
    pub spans: u64,
    /// Domain events.
    pub domain: u64,
    /// Conversations.
    pub conversations: u64,
    /// The messages in them.
    pub messages: u64,
}

impl Shares {
    /// A fifth are spans, a tenth domain events, and there is a tenth as many conversations; calls are the rest.
    pub(crate) fn of(events: u64) -> Shares {
        let (spans, domain, conversations) = (events / 5, events / 10, events / 10);
        let messages = (0..conversations).map(|number| messages_of(number) as u64).sum();
        Shares { calls: events - spans - domain - messages, spans, domain, conversations, messages }
    }

    /// Events in all.
    pub(crate) fn events(&self) -> u64 {
        self.calls + self.spans + self.domain + self.messages
    }

    pub(crate) fn of_sort(&self, sort: Sort) -> u64 {
        match sort {
            Sort::Calls => self.calls,
            Sort::Spans => self.spans,
            Sort::Domain => self.domain,
            Sort::Conversations => self.conversations,
        }
    }
}

/// How many messages conversation `number` has: two to four.
pub(crate) fn messages_of(number: u64) -> usize {
    2 + (mix(number) % 3) as usize
}

/// How far connections that fill together have come.
#[derive(Debug)]
pub(crate) struct Progress {
    goal: Shares,
    taken: [AtomicU64; 4],
}

impl Progress {
    /// From what is there to what is wanted.
    pub(crate) fn new(there: Shares, goal: Shares) -> Progress {
        Progress { goal, taken: SORTS.map(|sort| AtomicU64::new(there.of_sort(sort))) }
    }

    /// The sort that is furthest behind, until all are done.
    pub(crate) fn furthest_behind(&self) -> Option<Sort> {
        let left = |sort: Sort| {
            let (taken, goal) = (self.taken[sort as usize].load(Ordering::Relaxed), self.goal.of_sort(sort));
            (taken < goal).then(|| (sort, taken as f64 / goal as f64))
        };
        SORTS.into_iter().filter_map(left).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(sort, _)| sort)
    }

    /// Takes the next `wanted` of a sort, or as many as are left; nothing when none are.
    pub(crate) fn take(&self, sort: Sort, wanted: usize) -> Option<Range<u64>> {
        let goal = self.goal.of_sort(sort);
        let end = |start: u64| (start + wanted as u64).min(goal);
        let start = self.taken[sort as usize]
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |start| (start < goal).then(|| end(start)))
            .ok()?;
        Some(start..end(start))
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Shares, Sort};

    #[test]
    fn shares_add_up() {
        for events in [1_000, 20_000, 1_000_000] {
            let shares = Shares::of(events);
            assert_eq!((shares.events(), shares.domain, shares.conversations), (events, events / 10, events / 10));
            let mean = shares.messages as f64 / shares.conversations as f64;
            assert!((2.8..3.2).contains(&mean), "{mean} messages a conversation");
        }
    }

    #[test]
    fn sorts_advance_together_and_end_exactly() {
        let (there, goal) = (Shares::of(1_000), Shares::of(5_000));
        let progress = Progress::new(there, goal);
        let mut taken = there;
        while let Some(sort) = progress.furthest_behind() {
            let range = progress.take(sort, 170).unwrap();
            let count = range.end - range.start;
            match sort {
                Sort::Calls => taken.calls += count,
                Sort::Spans => taken.spans += count,
                Sort::Domain => taken.domain += count,
                Sort::Conversations => taken.conversations += count,
            }
            let ratio = |sort| taken.of_sort(sort) as f64 / goal.of_sort(sort) as f64;
            assert!((ratio(Sort::Calls) - ratio(Sort::Domain)).abs() < 0.4);
            assert!((ratio(Sort::Calls) - ratio(Sort::Spans)).abs() < 0.4);
        }
        assert_eq!(Shares { messages: goal.messages, ..taken }, goal);
        assert_eq!(progress.take(Sort::Calls, 1), None);
    }
}
