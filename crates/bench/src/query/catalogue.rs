//! The queries, as data: a name, the promise they belong to, and a path with parameters chosen from what is in the store.

use super::fill::Known;
use crate::traffic::{AGENTS, Rng, TAGS, time_text};

/// Which promise a query's time counts towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Newest 100 with filter and exact total.
    FilteredList,
    /// One event or session by id.
    One,
    /// Reported only.
    Other,
}

/// One kind of query.
pub(crate) struct Query {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// The path with parameters, or nothing when the store has none to choose.
    pub(crate) path: fn(&Known, &mut Rng) -> Option<String>,
}

/// Everything that is timed. Routes that a server does not have are reported as not served.
pub(crate) const QUERIES: &[Query] = &[
    Query { name: "newest 100 sessions", group: Group::Other, path: |_, _| Some("/api/v1/sessions?limit=100".to_owned()) },
    Query {
        name: "newest 100 sessions of an agent",
        group: Group::FilteredList,
        path: |_, rng| Some(format!("/api/v1/sessions?limit=100&agent={}", rng.pick(AGENTS))),
    },
    Query {
        name: "newest 100 sessions with a tag",
        group: Group::FilteredList,
        path: |_, rng| Some(format!("/api/v1/sessions?limit=100&tag={}", rng.pick(TAGS))),
    },
    Query {
        name: "newest 100 sessions with an end state",
        group: Group::FilteredList,
        path: |_, rng| Some(format!("/api/v1/sessions?limit=100&endState={}", rng.pick(&["Success", "Fail"]))),
    },
    Query {
        name: "newest 100 sessions of a person",
        group: Group::FilteredList,
        path: |known, rng| Some(format!("/api/v1/sessions?limit=100&person={}", one(&known.people, rng)?)),
    },
    Query { name: "newest 100 sessions of a week", group: Group::FilteredList, path: week },
    Query {
        name: "newest 100 sessions, agent, tag and end state",
        group: Group::FilteredList,
        path: |_, rng| Some(format!("/api/v1/sessions?limit=100&agent={}&tag={}&endState=Success", rng.pick(AGENTS), rng.pick(TAGS))),
    },
    Query {
        name: "one session with totals",
        group: Group::One,
        path: |known, rng| Some(format!("/api/v1/sessions/{}", one(&known.sessions, rng)?)),
    },
    Query {
        name: "one session's first 100 events",
        group: Group::Other,
        path: |known, rng| Some(format!("/api/v1/sessions/{}/events?limit=100", one(&known.sessions, rng)?)),
    },
    Query {
        name: "one event by id",
        group: Group::One,
        path: |known, rng| Some(format!("/api/v1/events/{}", uuid::Uuid::from_u128(*one(&known.events, rng)?))),
    },
    Query { name: "newest 100 events", group: Group::Other, path: |_, _| Some("/api/v1/events?limit=100".to_owned()) },
    Query {
        name: "newest 100 events of a type",
        group: Group::FilteredList,
        path: |_, rng| {
            Some(format!("/api/v1/events?limit=100&event_type={}", rng.pick(&["llm.completed", "tool.completed", "error.raised"])))
        },
    },
    Query { name: "events by actor over all time", group: Group::Other, path: |_, _| Some("/api/v1/events/stats/by-actor".to_owned()) },
    Query {
        name: "a receipt",
        group: Group::Other,
        path: |known, rng| Some(format!("/api/v1/receipts/{}", rng.between(1, known.position.max(1)))),
    },
    Query { name: "people", group: Group::Other, path: |_, rng| Some(format!("/api/v1/people?limit=100&offset={}", rng.below(5) * 100)) },
];

fn one<'a, T>(choices: &'a [T], rng: &mut Rng) -> Option<&'a T> {
    choices.get(rng.below(choices.len() as u64) as usize)
}

fn week(known: &Known, rng: &mut Rng) -> Option<String> {
    const DAY_US: i64 = 86_400_000_000;
    let from = known.oldest_us + rng.below(23) as i64 * DAY_US;
    let zulu = |us| time_text(us).replace("+00:00", "Z");
    Some(format!("/api/v1/sessions?limit=100&from={}&to={}", zulu(from), zulu(from + 7 * DAY_US)))
}

#[cfg(test)]
mod tests {
    use super::{Known, QUERIES, Rng};

    #[test]
    fn every_query_has_a_path_that_needs_no_escaping() {
        let known = Known { sessions: vec!["s-1".into()], events: vec![7], people: vec!["user-1".into()], position: 9, oldest_us: 1 };
        for query in QUERIES {
            let path = (query.path)(&known, &mut Rng::new(3)).unwrap();
            assert!(path.starts_with('/') && !path.contains([' ', '+']), "{}: {path}", query.name);
        }
    }

    #[test]
    fn parameters_vary() {
        let known = Known::default();
        let mut rng = Rng::new(5);
        let week = QUERIES.iter().find(|query| query.name.ends_with("of a week")).unwrap();
        let paths: std::collections::HashSet<_> = (0..50).map(|_| (week.path)(&known, &mut rng)).collect();
        assert!(paths.len() > 10);
    }
}
