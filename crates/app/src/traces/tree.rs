//! A trace as a tree: what contains what, when within the whole, and what it all adds up to. Pure.

use std::collections::HashMap;

use debrief_model::{Contribution, Facts, Timestamp, Totals};

use crate::events::EventView;

/// An operation in its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// The event.
    pub view: EventView,
    /// How many operations contain it.
    pub depth: u32,
    /// When it began, microseconds after the trace did.
    pub offset_us: i64,
    /// How long it took without what it contains, microseconds; `None` while it runs.
    pub self_us: Option<i64>,
    /// How many operations it contains directly.
    pub children: u32,
    /// What it and everything that it contains add up to.
    pub within: Totals,
    /// It names a containing operation that has not come.
    pub is_orphan: bool,
}

/// The operations in the order of a reader: each before what it contains, those side by side by their beginning, and by their end where
/// a coarse clock has them begin together. Operations that contain each other are shown as if nothing contained the first of them.
#[must_use]
pub fn tree(mut views: Vec<EventView>, began: Timestamp) -> Vec<Node> {
    views.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
    let places = Places::of(&views);
    let walk = places.walk();
    let mut nodes: Vec<Option<Node>> = views.into_iter().map(|view| Some(node(view, began))).collect();
    for (at, depth) in &walk {
        let children: Vec<(i64, i64)> = places.children[*at].iter().filter_map(|child| span_of(nodes[*child].as_ref())).collect();
        let count = places.children[*at].len();
        if let Some(node) = &mut nodes[*at] {
            node.depth = *depth;
            node.children = u32::try_from(count).unwrap_or(u32::MAX);
            node.is_orphan = places.parents[*at].is_none() && node.view.event.facts.parent_span_id.is_some();
            node.self_us = self_us(&node.view.event.facts, children);
        }
    }
    // From the innermost outwards: what an operation contains is complete when its turn comes.
    for (at, _) in walk.iter().rev() {
        let Some(within) = nodes[*at].as_ref().map(|node| node.within) else { continue };
        if let Some(parent) = places.parents[*at].and_then(|parent| nodes[parent].as_mut()) {
            include(&mut parent.within, &within);
        }
    }
    walk.into_iter().filter_map(|(at, _)| nodes[at].take()).collect()
}

/// Does not depend on what came first.
fn order_of(view: &EventView) -> (Timestamp, Timestamp, Option<&str>) {
    let Facts { occurred_at, ended_at, key, .. } = &view.event.facts;
    (*occurred_at, ended_at.unwrap_or(Timestamp(i64::MAX)), key.as_deref())
}

fn node(view: EventView, began: Timestamp) -> Node {
    let facts = &view.event.facts;
    let mut within = Totals::default();
    within.add(&Contribution::of(facts), facts.occurred_at);
    let offset_us = facts.occurred_at.micros_since(began);
    Node { depth: 0, offset_us, self_us: None, children: 0, within, is_orphan: false, view }
}

/// Who contains whom, by place in the list.
struct Places {
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
}

impl Places {
    fn of(views: &[EventView]) -> Self {
        let facts = |view: &EventView| (view.event.facts.span_id.clone(), view.event.facts.parent_span_id.clone());
        let spans: Vec<_> = views.iter().map(facts).collect();
        let by_span: HashMap<&str, usize> = spans.iter().enumerate().filter_map(|(at, (span, _))| Some((span.as_deref()?, at))).collect();
        let parent = |(at, (_, parent)): (usize, &(Option<String>, Option<String>))| {
            parent.as_deref().and_then(|parent| by_span.get(parent)).copied().filter(|parent| *parent != at)
        };
        let parents: Vec<_> = spans.iter().enumerate().map(parent).collect();
        let mut places = Self { children: vec![Vec::new(); parents.len()], parents };
        places.cut_circles();
        for (at, parent) in places.parents.iter().enumerate() {
            if let Some(parent) = parent {
                places.children[*parent].push(at);
            }
        }
        places
    }

    /// Takes one containment away from every circle of them.
    fn cut_circles(&mut self) {
        const UNSEEN: usize = usize::MAX;
        let mut seen = vec![UNSEEN; self.parents.len()];
        for start in 0..self.parents.len() {
            let mut at = start;
            while seen[at] == UNSEEN {
                seen[at] = start;
                match self.parents[at] {
                    Some(parent) if seen[parent] == start => self.parents[at] = None,
                    Some(parent) => at = parent,
                    None => {}
                }
            }
        }
    }

    /// Every place with its depth, each before what it contains.
    fn walk(&self) -> Vec<(usize, u32)> {
        let mut walk = Vec::with_capacity(self.parents.len());
        let mut open: Vec<(usize, u32)> =
            (0..self.parents.len()).rev().filter(|at| self.parents[*at].is_none()).map(|at| (at, 0)).collect();
        while let Some((at, depth)) = open.pop() {
            walk.push((at, depth));
            open.extend(self.children[at].iter().rev().map(|child| (*child, depth + 1)));
        }
        walk
    }
}

fn span_of(node: Option<&Node>) -> Option<(i64, i64)> {
    let facts = &node?.view.event.facts;
    Some((facts.occurred_at.0, facts.ended_at?.0))
}

/// The time of an operation that none of these lies in. They may overlap.
fn self_us(facts: &Facts, mut children: Vec<(i64, i64)>) -> Option<i64> {
    let (began, ended) = (facts.occurred_at.0, facts.ended_at?.0);
    children.sort_unstable();
    let (mut covered, mut upto) = (0_i64, began);
    for (from, to) in children {
        let (from, to) = (from.clamp(upto, ended.max(upto)), to.clamp(began, ended.max(began)));
        if to > from {
            covered = covered.saturating_add(to - from);
            upto = to;
        }
    }
    Some((ended - began - covered).max(0))
}

/// Adds up what two sets of events come to.
fn include(totals: &mut Totals, more: &Totals) {
    fn plus(sum: &mut Option<u64>, part: Option<u64>) {
        *sum = sum.map_or(part, |sum| Some(sum.saturating_add(part.unwrap_or(0))));
    }
    totals.events += more.events;
    totals.llm_calls += more.llm_calls;
    totals.tool_calls += more.tool_calls;
    totals.actions += more.actions;
    totals.errors += more.errors;
    totals.failures += more.failures;
    totals.unpriced += more.unpriced;
    plus(&mut totals.tokens.input, more.tokens.input);
    plus(&mut totals.tokens.output, more.tokens.output);
    plus(&mut totals.tokens.cache_read, more.tokens.cache_read);
    plus(&mut totals.tokens.cache_write, more.tokens.cache_write);
    plus(&mut totals.tokens.reasoning, more.tokens.reasoning);
    totals.cost_nano_usd = match (totals.cost_nano_usd, more.cost_nano_usd) {
        (Some(one), Some(other)) => Some(one.saturating_add(other)),
        (one, other) => one.or(other),
    };
    totals.first_event_at = [totals.first_event_at, more.first_event_at].into_iter().flatten().min();
    totals.last_event_at = totals.last_event_at.max(more.last_event_at);
}

#[cfg(test)]
mod tests {
    use debrief_model::{Event, EventId, Kind, Links, Position, Seq, Status, TenantId, Tokens};
    use uuid::Uuid;

    use super::*;

    fn view(id: &str, parent: Option<&str>, from: i64, to: Option<i64>, input: Option<u64>) -> EventView {
        let mut facts = Facts::new(Kind::Llm, "llm.completed", Timestamp(from), "test");
        facts.span_id = Some(id.into());
        facts.parent_span_id = parent.map(str::to_owned);
        facts.ended_at = to.map(Timestamp);
        facts.tokens = Tokens { input, ..Tokens::default() };
        facts.status = if id == "bad" { Status::Error } else { Status::Ok };
        let event = Event {
            tenant: TenantId(1),
            id: EventId(Uuid::nil()),
            seq: Seq(1),
            position: Position(1),
            recorded_at: Timestamp(0),
            links: Links::default(),
            facts,
        };
        EventView {
            event,
            session: None,
            session_id: None,
            agent: None,
            agent_id: None,
            agent_version: None,
            person: None,
            fingerprint: None,
            body: None,
        }
    }

    fn shown(nodes: &[Node]) -> Vec<(String, u32, Option<i64>, Option<u64>)> {
        let one = |node: &Node| {
            let id = node.view.event.facts.span_id.clone().unwrap();
            (id, node.depth, node.self_us, node.within.tokens.input)
        };
        nodes.iter().map(one).collect()
    }

    #[test]
    fn times_of_what_is_contained_count_once_and_sums_go_upwards() {
        let nodes = tree(
            vec![
                view("root", None, 0, Some(100), None),
                view("a", Some("root"), 10, Some(50), Some(3)),
                view("bad", Some("root"), 40, Some(60), Some(4)),
                view("deep", Some("a"), 20, Some(30), Some(5)),
            ],
            Timestamp(0),
        );
        let expected = [
            ("root".to_owned(), 0, Some(50), Some(12)),
            ("a".to_owned(), 1, Some(30), Some(8)),
            ("deep".to_owned(), 2, Some(10), Some(5)),
            ("bad".to_owned(), 1, Some(20), Some(4)),
        ];
        assert_eq!(shown(&nodes), expected);
        assert_eq!((nodes[0].within.failures, nodes[0].children, nodes[2].offset_us), (1, 2, 20));
    }

    #[test]
    fn what_runs_has_no_time_of_its_own_and_what_lost_its_parent_is_shown() {
        let nodes = tree(vec![view("a", None, 0, None, None), view("b", Some("gone"), 5, Some(6), None)], Timestamp(0));
        assert_eq!(shown(&nodes), [("a".to_owned(), 0, None, None), ("b".to_owned(), 0, Some(1), None)]);
        assert_eq!((nodes[0].is_orphan, nodes[1].is_orphan), (false, true));
    }

    #[test]
    fn circles_and_long_chains_are_shown_whole() {
        let circle =
            vec![view("a", Some("b"), 0, Some(1), Some(1)), view("b", Some("a"), 0, Some(1), Some(1)), view("c", Some("c"), 0, None, None)];
        assert_eq!(tree(circle, Timestamp(0)).len(), 3);
        let chain = (0..30_000).map(|at| {
            let parent = (at > 0).then(|| (at - 1).to_string());
            view(&at.to_string(), parent.as_deref(), at, Some(60_000 - at), Some(1))
        });
        let nodes = tree(chain.collect(), Timestamp(0));
        assert_eq!((nodes.len(), nodes[0].within.tokens.input, nodes[29_999].depth), (30_000, Some(30_000), 29_999));
    }
}
