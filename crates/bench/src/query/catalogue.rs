//! The queries, as data: a name, the promise they belong to, and a request with parameters chosen from what is in the store.

use uuid::Uuid;

use super::known::{Known, Told};
use crate::goals::{self, Promise};
use crate::http::{Target, write_head};
use crate::traffic::{AGENTS, AUTOMATION, ORDER, Rng, TAGS, time_text};

/// The agent that leads all conversations that are sent whole: a tenth as many as there are events.
pub(crate) const BUSY_AGENT: &str = "front-desk";

/// Which promise a query's time counts towards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Newest 100 with exact total.
    List,
    /// One event or session by id.
    One,
    /// Counts over all time.
    Sums,
    /// What belongs to one workflow or one thing.
    Related,
    /// How the busy agent does.
    Figures,
    /// One version of it against another.
    Versions,
    /// The largest trace, whole.
    Trace,
    /// What calls cost.
    Costs,
    /// What Converra's SDK asks on its hot path.
    Sdk,
    /// Reported only.
    Other,
}

impl Group {
    pub(crate) const ALL: [Group; 10] = [
        Group::List,
        Group::One,
        Group::Sums,
        Group::Related,
        Group::Figures,
        Group::Versions,
        Group::Trace,
        Group::Costs,
        Group::Sdk,
        Group::Other,
    ];

    /// What is promised of its slowest median on a server that does nothing else.
    pub(crate) fn promise(self) -> Option<&'static Promise> {
        match self {
            Group::List => Some(&goals::LIST),
            Group::One => Some(&goals::ONE),
            Group::Sums => Some(&goals::SUMS),
            Group::Related => Some(&goals::RELATED),
            Group::Figures => Some(&goals::FIGURES),
            Group::Versions => Some(&goals::VERSIONS),
            Group::Trace => Some(&goals::TRACE),
            Group::Costs => Some(&goals::COSTS),
            Group::Sdk | Group::Other => None,
        }
    }

    /// What people call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Group::List => "lists",
            Group::One => "one by id",
            Group::Sums => "sums over all time",
            Group::Related => "by correlation or resource",
            Group::Figures => "status and insights",
            Group::Versions => "versions compared",
            Group::Trace => "the largest trace",
            Group::Costs => "costs",
            Group::Sdk => "SDK look-ups",
            Group::Other => "others",
        }
    }
}

/// A request to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) path: String,
    /// Nothing for GET, JSON for POST.
    body: Option<String>,
}

impl Ask {
    /// The request as it goes over the wire.
    pub(crate) fn request(&self, target: &Target) -> Vec<u8> {
        let credentials = format!("Authorization: Bearer {}\r\nAccept: application/json\r\n", target.key);
        let (method, body) = self.body.as_ref().map_or(("GET", ""), |body| ("POST", body.as_str()));
        let mut request = Vec::with_capacity(body.len() + 512);
        write_head(&mut request, &format!("{method} {}", self.path), &target.authority, &credentials, body.len());
        request.extend_from_slice(body.as_bytes());
        request
    }
}

/// One kind of query.
pub(crate) struct Query {
    pub(crate) name: &'static str,
    pub(crate) group: Group,
    /// The request, or nothing when the store has no parameter to choose.
    pub(crate) ask: fn(&Known, &mut Rng) -> Option<Ask>,
    /// Where in the answer something must be: a list or object that is not empty, a number above zero, a text. Nothing where a store may
    /// rightly have no rows for it.
    pub(crate) shows: Option<&'static str>,
}

const SESSIONS: Option<&str> = Some("/sessions");
const EVENTS: Option<&str> = Some("/events");

/// Everything that is timed.
pub(crate) const QUERIES: &[Query] = &[
    Query { name: "newest 100 sessions", group: Group::List, ask: |_, _| get("/api/v1/sessions?limit=100"), shows: SESSIONS },
    Query {
        name: "newest 100 sessions of an agent",
        group: Group::List,
        ask: |_, rng| sessions(&format!("agent={}", rng.pick(AGENTS))),
        shows: None,
    },
    Query {
        name: "newest 100 sessions of the busy agent",
        group: Group::List,
        ask: |_, _| sessions(&format!("agent={BUSY_AGENT}")),
        shows: SESSIONS,
    },
    Query {
        name: "newest 100 sessions with a tag",
        group: Group::List,
        ask: |_, rng| sessions(&format!("tag={}", rng.pick(TAGS))),
        shows: None,
    },
    Query {
        name: "newest 100 sessions with an end state",
        group: Group::List,
        ask: |_, rng| sessions(&format!("endState={}", rng.pick(&["Success", "Fail"]))),
        shows: None,
    },
    Query {
        name: "newest 100 sessions of a person",
        group: Group::List,
        ask: |known, rng| sessions(&format!("person={}", known.people.pick(rng)?)),
        shows: SESSIONS,
    },
    Query {
        name: "newest 100 sessions of a stretch of time",
        group: Group::List,
        ask: |known, rng| sessions(&stretch(known, rng)),
        shows: SESSIONS,
    },
    Query {
        name: "newest 100 sessions, agent, tag and end state",
        group: Group::List,
        ask: |_, rng| sessions(&format!("agent={}&tag={}&endState=Success", rng.pick(AGENTS), rng.pick(TAGS))),
        shows: None,
    },
    Query { name: "newest 100 events", group: Group::List, ask: |_, _| get("/api/v1/events?limit=100"), shows: EVENTS },
    Query {
        name: "newest 100 events of a type of call",
        group: Group::List,
        ask: |_, rng| events(&format!("event_type={}", rng.pick(CALLS))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events of a domain type",
        group: Group::List,
        ask: |_, rng| events(&format!("event_type={}", rng.pick(HAPPENINGS))),
        shows: EVENTS,
    },
    Query { name: "newest 100 events about calls", group: Group::List, ask: |_, _| events("resource_type=action_run"), shows: EVENTS },
    Query {
        name: "newest 100 events about threads or agents",
        group: Group::List,
        ask: |_, rng| events(&format!("resource_type={}", rng.pick(&["chat_thread", "agent_spec"]))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events about orders",
        group: Group::List,
        ask: |_, _| events(&format!("resource_type={ORDER}")),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events with a resource id",
        group: Group::List,
        ask: |known, rng| events(&format!("resource_id={}", order(known, rng)?)),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events of an order, type and id",
        group: Group::List,
        ask: |known, rng| events(&format!("resource_type={ORDER}&resource_id={}", order(known, rng)?)),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events since a time",
        group: Group::List,
        ask: |known, rng| events(&format!("from={}", zulu(moment(known, rng)))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events until a time",
        group: Group::List,
        ask: |known, rng| events(&format!("to={}", zulu(moment(known, rng) + DAY_US))),
        shows: EVENTS,
    },
    Query { name: "newest 100 events of a week", group: Group::List, ask: |known, rng| events(&week(known, rng)), shows: EVENTS },
    Query {
        name: "newest 100 events, type and week",
        group: Group::List,
        ask: |known, rng| events(&format!("event_type={}&{}", rng.pick(CALLS), week(known, rng))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events, resource type and week",
        group: Group::List,
        ask: |known, rng| events(&format!("resource_type={ORDER}&{}", week(known, rng))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events, type and resource type",
        group: Group::List,
        ask: |_, rng| events(&format!("event_type={}&resource_type={ORDER}", rng.pick(&HAPPENINGS[..2]))),
        shows: EVENTS,
    },
    Query {
        name: "newest 100 events, every filter at once",
        group: Group::List,
        ask: |known, rng| {
            let (from, to) = (zulu(known.oldest_us), zulu(known.newest_us + DAY_US));
            events(&format!("event_type=order.placed&resource_type={ORDER}&resource_id={}&from={from}&to={to}", order(known, rng)?))
        },
        shows: EVENTS,
    },
    Query {
        name: "one session with totals",
        group: Group::One,
        ask: |known, rng| get(format!("/api/v1/sessions/{}", known.sessions.pick(rng)?)),
        shows: Some("/id"),
    },
    Query {
        name: "one session's first 100 events",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/sessions/{}/events?limit=100", known.sessions.pick(rng)?)),
        shows: EVENTS,
    },
    Query {
        name: "one call by id",
        group: Group::One,
        ask: |known, rng| get(format!("/api/v1/events/{}", Uuid::from_u128(*known.calls.pick(rng)?))),
        shows: Some("/id"),
    },
    Query {
        name: "one domain event by id",
        group: Group::One,
        ask: |known, rng| get(format!("/api/v1/events/{}", Uuid::from_u128(known.orders.pick(rng)?.event))),
        shows: Some("/id"),
    },
    Query { name: "counts of all events", group: Group::Sums, ask: |_, _| get("/api/v1/events/aggregate"), shows: Some("/total") },
    Query { name: "all events by actor", group: Group::Sums, ask: |_, _| get("/api/v1/events/stats/by-actor"), shows: Some("/actors") },
    Query {
        name: "counts of a week's events",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/events/aggregate?{}", week(known, rng))),
        shows: Some("/total"),
    },
    Query {
        name: "a week's events by actor",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/events/stats/by-actor?{}", week(known, rng))),
        shows: Some("/actors"),
    },
    Query {
        name: "events of a session, by correlation",
        group: Group::Related,
        ask: |known, rng| correlated(known.sessions.pick(rng)?),
        shows: EVENTS,
    },
    Query {
        name: "events of a conversation, by correlation",
        group: Group::Related,
        ask: |known, rng| correlated(known.conversations.pick(rng)?),
        shows: EVENTS,
    },
    Query {
        name: "events of an order, by correlation",
        group: Group::Related,
        ask: |known, rng| correlated(&Uuid::from_u128(known.orders.pick(rng)?.correlation).to_string()),
        shows: EVENTS,
    },
    Query {
        name: "events about a call",
        group: Group::Related,
        ask: |known, rng| resource("action_run", &Uuid::from_u128(*known.calls.pick(rng)?).to_string()),
        shows: EVENTS,
    },
    Query {
        name: "events about a session's thread",
        group: Group::Related,
        ask: |known, rng| resource("chat_thread", known.threads.pick(rng)?),
        shows: EVENTS,
    },
    Query {
        name: "events about a run of an automation",
        group: Group::Related,
        // An order could not be asked for like this: only resource types that the API publishes have such a path.
        ask: |known, rng| resource(AUTOMATION, &Uuid::from_u128(known.automations.pick(rng)?.resource).to_string()),
        shows: EVENTS,
    },
    Query {
        name: "status of the busy agent",
        group: Group::Figures,
        ask: |_, _| get(format!("/api/v1/agents/{BUSY_AGENT}/status")),
        shows: Some("/metrics/conversationCount"),
    },
    Query {
        name: "insights of the busy agent, 30 days",
        group: Group::Figures,
        ask: |_, _| get(format!("/api/v1/agents/{BUSY_AGENT}/insights?days=30")),
        shows: Some("/summary/totalConversations"),
    },
    Query {
        name: "insights of the busy agent, all time",
        group: Group::Figures,
        ask: |_, _| get(format!("/api/v1/agents/{BUSY_AGENT}/insights?days=all")),
        shows: Some("/summary/totalConversations"),
    },
    // Both sides hold all of its conversations, which is more than two versions of them would have.
    Query {
        name: "the busy agent's version against itself",
        group: Group::Versions,
        ask: |_, _| get(format!("/api/v1/agents/{BUSY_AGENT}/compare?from=default&to=default")),
        shows: Some("/from/conversations"),
    },
    Query {
        name: "what goes wrong with the busy agent",
        group: Group::Other,
        ask: |_, _| get(format!("/api/v1/insights/issues?agent={BUSY_AGENT}")),
        shows: Some("/conversations"),
    },
    Query {
        name: "what users want of all agents",
        group: Group::Other,
        ask: |_, _| get("/api/v1/insights/intents".to_owned()),
        shows: Some("/conversations"),
    },
    Query {
        name: "insights of one conversation",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/sessions/{}/insights", known.sessions.pick(rng)?)),
        shows: Some("/sessionId"),
    },
    Query {
        name: "the largest trace with its spans",
        group: Group::Trace,
        ask: |known, _| get(format!("/api/v1/traces/{:032x}", known.largest_trace?.0)),
        shows: Some("/spans"),
    },
    Query {
        name: "a trace of a few spans",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/traces/{:032x}", known.traces.pick(rng)?)),
        shows: Some("/spans"),
    },
    Query { name: "newest 100 traces", group: Group::Other, ask: |_, _| get("/api/v1/traces?limit=100"), shows: Some("/traces") },
    Query {
        name: "costs by day and model, all time",
        group: Group::Costs,
        ask: |_, _| get("/api/v1/costs?groupBy=day,model"),
        shows: Some("/costs"),
    },
    Query {
        name: "a week's costs by day and model",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/costs?groupBy=day,model&{}", week(known, rng))),
        shows: Some("/costs"),
    },
    Query { name: "the SDK's configuration", group: Group::Sdk, ask: |_, _| get("/api/v1/sdk/config"), shows: Some("/data/agentHashes") },
    Query {
        name: "the agent of a prompt",
        group: Group::Sdk,
        ask: |known, rng| matching(&known.described.get(rng.below(known.described.len() as u64) as usize)?.prompt),
        shows: Some("/data/agentId"),
    },
    Query {
        name: "the agent of a prompt that nobody has",
        group: Group::Sdk,
        ask: |_, rng| matching(&format!("You answer letters about file {:016x}.", rng.bits())),
        shows: None,
    },
    Query {
        name: "the active variant of an agent",
        group: Group::Sdk,
        ask: |known, rng| {
            let agent = known.described.get(rng.below(known.described.len() as u64) as usize)?;
            get(format!("/api/v1/sdk/agents/{}/active-variant", agent.id))
        },
        shows: Some("/data"),
    },
    Query { name: "agents", group: Group::Other, ask: |_, _| get("/api/v1/agents?limit=100"), shows: Some("/data") },
    Query {
        name: "a receipt",
        group: Group::Other,
        ask: |known, rng| get(format!("/api/v1/receipts/{}", rng.between(1, known.position.max(1)))),
        shows: None,
    },
    Query {
        name: "people",
        group: Group::Other,
        ask: |_, rng| get(format!("/api/v1/people?limit=100&offset={}", rng.below(5) * 100)),
        shows: None,
    },
];

/// Types of the calls that are filled in.
const CALLS: &[&str] = &["llm.completed", "tool.completed"];
/// Frequent and rare types of domain events.
const HAPPENINGS: &[&str] = &["order.placed", "order.shipped", "payment.failed", "refund.issued", "automation.step_completed"];

#[expect(clippy::unnecessary_wraps, reason = "the other questions need a parameter that may be missing")]
fn get(path: impl Into<String>) -> Option<Ask> {
    Some(Ask { path: path.into(), body: None })
}

fn sessions(filter: &str) -> Option<Ask> {
    get(format!("/api/v1/sessions?limit=100&{filter}"))
}

fn events(filter: &str) -> Option<Ask> {
    get(format!("/api/v1/events?limit=100&{filter}"))
}

fn correlated(id: &str) -> Option<Ask> {
    get(format!("/api/v1/events/correlation/{id}"))
}

fn resource(kind: &str, id: &str) -> Option<Ask> {
    get(format!("/api/v1/events/resource/{kind}/{id}"))
}

#[expect(clippy::unnecessary_wraps, reason = "as the others")]
fn matching(prompt: &str) -> Option<Ask> {
    let body = serde_json::json!({ "content": prompt }).to_string();
    Some(Ask { path: "/api/v1/sdk/agents/match".to_owned(), body: Some(body) })
}

fn order(known: &Known, rng: &mut Rng) -> Option<Uuid> {
    let Told { resource, .. } = known.orders.pick(rng)?;
    Some(Uuid::from_u128(*resource))
}

const DAY_US: i64 = 86_400_000_000;

/// A moment of the filled time.
fn moment(known: &Known, rng: &mut Rng) -> i64 {
    known.oldest_us + rng.below((known.newest_us - known.oldest_us).max(1) as u64) as i64
}

/// Seven days of the filled time, or what there is of them.
fn week(known: &Known, rng: &mut Rng) -> String {
    let from = known.oldest_us + rng.below((known.newest_us - 7 * DAY_US - known.oldest_us).max(1) as u64) as i64;
    format!("from={}&to={}", zulu(from), zulu(from + 7 * DAY_US))
}

/// A quarter of the time in which the store was filled last: sessions are asked for by their last activity, and that was then.
fn stretch(known: &Known, rng: &mut Rng) -> String {
    let quarter = (known.filled_until_us - known.filled_from_us) / 4;
    let from = known.filled_from_us + rng.below((3 * quarter).max(1) as u64) as i64;
    format!("from={}&to={}", zulu(from), zulu(from + quarter))
}

/// A `+` would have to be escaped.
fn zulu(us: i64) -> String {
    time_text(us).replace("+00:00", "Z")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::known::{Described, Known, Sample, Told};
    use super::{DAY_US, Group, QUERIES, Rng};
    use crate::http::Target;

    fn some<T>(thing: T) -> Sample<T> {
        let mut sample = Sample::default();
        sample.offer(thing);
        sample
    }

    fn known() -> Known {
        let told = Told { correlation: 1, resource: 2, event: 3 };
        Known {
            sessions: some("s-1".to_owned()),
            calls: some(7),
            traces: some(8),
            largest_trace: Some((9, 10_000)),
            people: some("user-1".to_owned()),
            conversations: some("run_1".to_owned()),
            threads: some("00000000-0000-4000-8000-000000000000".to_owned()),
            orders: some(told),
            automations: some(told),
            described: vec![Described { id: "agent_1".to_owned(), prompt: "You are\n\"brief\".".to_owned() }],
            position: 9,
            oldest_us: 1,
            newest_us: 30 * DAY_US,
            filled_from_us: 30 * DAY_US,
            filled_until_us: 30 * DAY_US + 60_000_000,
        }
    }

    #[test]
    fn every_query_has_a_request_that_needs_no_escaping() {
        for query in QUERIES {
            let ask = (query.ask)(&known(), &mut Rng::new(3)).unwrap();
            assert!(ask.path.starts_with('/') && !ask.path.contains([' ', '+']), "{}: {}", query.name, ask.path);
        }
        let names: HashSet<_> = QUERIES.iter().map(|query| query.name).collect();
        assert_eq!(names.len(), QUERIES.len());
        assert!(Group::ALL.iter().all(|group| QUERIES.iter().any(|query| query.group == *group)));
    }

    #[test]
    fn bodies_are_posted() {
        let query = QUERIES.iter().find(|query| query.name == "the agent of a prompt").unwrap();
        let ask = (query.ask)(&known(), &mut Rng::new(3)).unwrap();
        let request = String::from_utf8(ask.request(&Target::new("http://h:1", "k").unwrap())).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /api/v1/sdk/agents/match HTTP/1.1\r\n"), "{head}");
        assert!(head.contains(&format!("Content-Length: {}", body.len())) && head.contains("Bearer k"), "{head}");
        assert_eq!(body, "{\"content\":\"You are\\n\\\"brief\\\".\"}");
    }

    #[test]
    fn parameters_vary_within_what_is_filled() {
        let known = known();
        let mut rng = Rng::new(5);
        let week = QUERIES.iter().find(|query| query.name == "newest 100 events of a week").unwrap();
        let paths: HashSet<_> = (0..50).map(|_| (week.ask)(&known, &mut rng).unwrap().path).collect();
        assert!(paths.len() > 10);
        assert!(paths.iter().all(|path| path.contains("from=1970-01-") && path.as_str() < "/api/v1/events?limit=100&from=1970-01-25"));
    }
}
