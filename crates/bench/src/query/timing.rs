//! Timing one query: some runs over one connection, each looked at for what it must show.

use std::time::{Duration, Instant};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::catalogue::{Group, Query};
use super::known::Known;
use crate::http::{Conn, Target};
use crate::latency::{Latencies, Summary};
use crate::traffic::Rng;

/// The 99th percentile of few runs is their slowest, so what is promised as one is run at least so often.
const SDK_RUNS: u64 = 500;
/// After so many problems nothing is learnt from more of them.
const PROBLEMS_MAX: u64 = 5;
/// A slow query is not run any more after so long.
const QUERY_TIME_MAX: Duration = Duration::from_secs(10);

/// How one query did.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timing {
    /// What was asked.
    pub query: &'static str,
    /// Which promise it counts towards.
    #[serde(serialize_with = "word")]
    pub group: Group,
    /// How often it was asked.
    pub asked: u64,
    /// How often the answer was an error, or empty where rows must be.
    pub problems: u64,
    /// The first of those, in words.
    pub first_problem: Option<String>,
    /// The first run, in microseconds.
    pub cold_us: u64,
    /// The runs after it, without the problems.
    pub latency: Option<Summary>,
    /// Bytes of the last answer.
    pub answer_bytes: usize,
}

fn word<S: Serializer>(group: &Group, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(group.word())
}

/// What is asked, and where.
pub(crate) struct Asking<'a> {
    pub(crate) target: &'a Target,
    pub(crate) known: &'a Known,
    pub(crate) runs: u64,
    pub(crate) seed: u64,
    /// Nothing is asked any more from then on.
    pub(crate) deadline: Option<Instant>,
}

impl Asking<'_> {
    /// Times a query. The same query gets the same parameters in the same order each time.
    pub(crate) fn time(&self, query: &Query, conn: &mut Conn) -> Timing {
        let Query { name, group, ask, shows } = query;
        let mut timing =
            Timing { query: name, group: *group, asked: 0, problems: 0, first_problem: None, cold_us: 0, latency: None, answer_bytes: 0 };
        let mut latencies = Latencies::new();
        let mut rng = Rng::new(self.seed);
        let runs = if *group == Group::Sdk { self.runs.max(SDK_RUNS) } else { self.runs };
        let began = Instant::now();
        while timing.asked <= runs && timing.problems < PROBLEMS_MAX && began.elapsed() < QUERY_TIME_MAX {
            if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                break;
            }
            let Some(ask) = ask(self.known, &mut rng) else {
                timing.problem("nothing of this kind was filled in".to_owned());
                break;
            };
            let request = ask.request(self.target);
            let start = Instant::now();
            let answer = conn.exchange(&request);
            let took = start.elapsed();
            timing.asked += 1;
            let problem = match &answer {
                Err(error) => Some(format!("{error} on {}", ask.path)),
                Ok(answer) if !answer.is_success() => Some(format!("{} on {}: {}", answer.status, ask.path, beginning(answer.body))),
                Ok(answer) => shows.and_then(|place| missing(answer.body, place)).map(|what| format!("{what} on {}", ask.path)),
            };
            timing.answer_bytes = answer.map_or(timing.answer_bytes, |answer| answer.body.len());
            match problem {
                Some(problem) => timing.problem(problem),
                None if timing.asked == 1 => timing.cold_us = took.as_micros() as u64,
                None => latencies.record(took),
            }
        }
        timing.latency = latencies.summary();
        if timing.latency.is_none() && timing.problems == 0 {
            timing.problem("not answered twice in the time there was for it".to_owned());
        }
        timing
    }
}

impl Timing {
    fn problem(&mut self, what: String) {
        self.problems += 1;
        self.first_problem.get_or_insert(what);
    }

    /// Whether its figures stand for the query.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems == 0
    }
}

fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(160)]).into_owned()
}

/// What is wrong with an answer that must show something at this place.
fn missing(body: &[u8], place: &str) -> Option<String> {
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return Some("an answer that is no JSON".to_owned()) };
    let shown = match answer.pointer(place) {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::Bool(true)) => true,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number > 0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
    };
    (!shown).then(|| format!("nothing at {place}"))
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn an_answer_must_show_something() {
        let check = |body: &str, place, expected| assert_eq!(missing(body.as_bytes(), place).is_none(), expected, "{body} {place}");
        check(r#"{"events":[{}]}"#, "/events", true);
        check(r#"{"events":[]}"#, "/events/0", false);
        check(r#"{"events":[{"id":"x"}]}"#, "/events/0", true);
        check(r#"{"total":0}"#, "/total", false);
        check(r#"{"total":3}"#, "/total", true);
        check(r#"{"data":null}"#, "/data", false);
        check(r#"{"data":{"hasActiveVariant":false}}"#, "/data", true);
        check("<html>", "/data", false);
    }
}
