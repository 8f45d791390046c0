//! Reading everything back: each acknowledged event exactly once, each unacknowledged one at most once, nothing invented.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::http::{Conn, Target};
use crate::lane::{KnownBy, SessionLog};
use crate::traffic::{event_uuid, response_id, span_id, trace_id, trace_of};

const READERS: usize = 2;
const PAGE: usize = 1_000;

/// The part of an event that says which one it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventId {
    kind: Option<String>,
    key: Option<String>,
    response_id: Option<String>,
    source: Option<String>,
}

impl EventId {
    /// What the event was called when it was sent, if it is one of ours.
    pub(crate) fn identity(&self) -> Option<u128> {
        match self.source.as_deref() {
            Some("voker") => parse_response(self.response_id.as_deref()?),
            _ => {
                let key = self.key.as_deref()?;
                uuid::Uuid::parse_str(key).ok().map(|id| id.as_u128()).or_else(|| parse_span(key))
            }
        }
    }

    /// Events of the catalogue (a session started, an agent was made) belong to the server and are not counted.
    fn is_domain(&self) -> bool {
        self.kind.as_deref() == Some("domain")
    }
}

fn parse_response(id: &str) -> Option<u128> {
    let digits = id.rsplit(['-', '_']).next()?;
    (digits.len() == 24).then(|| u128::from_str_radix(digits, 16).ok()).flatten()
}

/// A span's key: the digits of its trace's id and of its own.
fn parse_span(key: &str) -> Option<u128> {
    let (trace, span) = key.split_once('-').filter(|(trace, span)| (trace.len(), span.len()) == (32, 16))?;
    Some(span_identity(u128::from_str_radix(trace, 16).ok()?, u64::from_str_radix(span, 16).ok()?))
}

/// Both ids in one number: the wrong span of a trace is as different as the right one of another.
fn span_identity(trace: u128, span: u64) -> u128 {
    trace ^ (u128::from(span) << 32)
}

/// What event `number` is called.
pub(crate) fn identity(known_by: KnownBy, number: u64) -> u128 {
    match known_by {
        KnownBy::Id => event_uuid(number),
        KnownBy::Span => span_identity(trace_id(trace_of(number)), span_id(number)),
        KnownBy::Response => {
            let digits = response_id(number);
            std::str::from_utf8(&digits).ok().and_then(parse_response).expect("response ids are hexadecimal")
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    events: Vec<EventId>,
    total: u64,
    has_next: bool,
}

/// The outcome of reading everything back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Verdict {
    /// Sessions that were read.
    pub sessions: u64,
    /// Events that were acknowledged.
    pub acknowledged: u64,
    /// Events that are there, of both kinds.
    pub found: u64,
    /// Acknowledged events that are not there.
    pub lost: u64,
    /// Events that are there more than once.
    pub duplicated: u64,
    /// Events that nobody sent.
    pub invented: u64,
    /// Sent, never acknowledged.
    pub unsure: u64,
    /// Of those, how many are there.
    pub unsure_found: u64,
    /// Sessions whose `total` is not the number of events they list.
    pub wrong_totals: u64,
    /// The first session in which something was wrong, in words.
    pub example: Option<String>,
}

impl Verdict {
    /// Whether every promise was kept.
    pub(crate) fn holds(&self) -> bool {
        self.lost + self.duplicated + self.invented + self.wrong_totals == 0
    }
}

/// Reads all sessions back over a few connections.
pub(crate) fn verify(target: &Target, sessions: &[SessionLog], progress: &(dyn Fn(u64) + Sync)) -> Result<Verdict, Error> {
    let next = AtomicUsize::new(0);
    let parts: Vec<Result<Verdict, Error>> = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|_| {
                scope.spawn(|| {
                    let mut conn = Conn::new(target);
                    let mut verdict = Verdict::default();
                    while let Some(log) = sessions.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let found = read_session(&mut conn, target, log)?;
                        compare(log, &found, &mut verdict);
                        progress(found.identities.len() as u64);
                    }
                    Ok(verdict)
                })
            })
            .collect();
        readers.into_iter().map(|reader| reader.join().expect("a reader does not panic")).collect()
    });
    let mut whole = Verdict::default();
    for part in parts {
        add(&mut whole, part?);
    }
    Ok(whole)
}

/// What one session lists.
#[derive(Debug, Default)]
struct Found {
    identities: Vec<Option<u128>>,
    listed: u64,
    total: u64,
}

fn read_session(conn: &mut Conn, target: &Target, log: &SessionLog) -> Result<Found, Error> {
    let mut found = Found::default();
    if log.acknowledged.is_empty() && log.unsure.is_empty() {
        return Ok(found);
    }
    loop {
        let path = format!("/api/v1/sessions/{}/events?limit={PAGE}&offset={}&order=asc", log.key, found.listed);
        let answer = conn.get(target, &path).map_err(|error| Error::Server(format!("GET {path}: {error}")))?;
        // A session none of whose events was acknowledged need not exist; one with acknowledged events is all lost.
        if answer.status == 404 {
            return Ok(found);
        }
        if !answer.is_success() {
            return Err(Error::Server(format!("GET {path} answered {}", answer.status)));
        }
        let page: Page =
            serde_json::from_slice(answer.body).map_err(|error| Error::Server(format!("GET {path} answered unexpected JSON: {error}")))?;
        found.total = page.total;
        found.listed += page.events.len() as u64;
        found.identities.extend(page.events.iter().filter(|event| !event.is_domain()).map(EventId::identity));
        if !page.has_next || page.events.is_empty() {
            return Ok(found);
        }
    }
}

fn compare(log: &SessionLog, found: &Found, verdict: &mut Verdict) {
    let before = (verdict.lost, verdict.duplicated, verdict.invented, verdict.wrong_totals);
    let mut seen: HashMap<u128, u64> = HashMap::with_capacity(found.identities.len());
    for identity in &found.identities {
        match identity {
            Some(identity) => *seen.entry(*identity).or_default() += 1,
            None => verdict.invented += 1,
        }
    }
    verdict.sessions += 1;
    verdict.found += found.identities.len() as u64;
    verdict.acknowledged += log.acknowledged.len() as u64;
    verdict.unsure += log.unsure.len() as u64;
    verdict.wrong_totals += u64::from(found.total != found.listed);
    let mut claim = |number: &u64| {
        let times = seen.remove(&identity(log.known_by, *number)).unwrap_or(0);
        verdict.duplicated += times.saturating_sub(1);
        times
    };
    let there = log.acknowledged.iter().filter(|number| claim(number) > 0).count();
    let unsure_found = log.unsure.iter().filter(|number| claim(number) > 0).count();
    verdict.lost += (log.acknowledged.len() - there) as u64;
    verdict.unsure_found += unsure_found as u64;
    verdict.invented += seen.values().sum::<u64>();
    if before != (verdict.lost, verdict.duplicated, verdict.invented, verdict.wrong_totals) && verdict.example.is_none() {
        verdict.example = Some(format!(
            "session {}: {} acknowledged, {} unsure, {} listed, total says {}",
            log.key,
            log.acknowledged.len(),
            log.unsure.len(),
            found.listed,
            found.total
        ));
    }
}

fn add(whole: &mut Verdict, part: Verdict) {
    let Verdict { sessions, acknowledged, found, lost, duplicated, invented, unsure, unsure_found, wrong_totals, example } = part;
    whole.sessions += sessions;
    whole.acknowledged += acknowledged;
    whole.found += found;
    whole.lost += lost;
    whole.duplicated += duplicated;
    whole.invented += invented;
    whole.unsure += unsure;
    whole.unsure_found += unsure_found;
    whole.wrong_totals += wrong_totals;
    whole.example = whole.example.take().or(example);
}

#[cfg(test)]
mod tests {
    use super::{EventId, Found, Verdict, compare, identity};
    use crate::lane::{KnownBy, SessionLog};
    use crate::traffic::{event_uuid, response_id, span_id, trace_id, trace_of};

    fn judged(acknowledged: &[u64], unsure: &[u64], listed: &[u64]) -> Verdict {
        let log = SessionLog { key: "s".into(), known_by: KnownBy::Id, acknowledged: acknowledged.to_vec(), unsure: unsure.to_vec() };
        let identities = listed.iter().map(|number| Some(identity(KnownBy::Id, *number))).collect();
        let found = Found { identities, listed: listed.len() as u64, total: listed.len() as u64 };
        let mut verdict = Verdict::default();
        compare(&log, &found, &mut verdict);
        verdict
    }

    #[test]
    fn everything_once_holds_whatever_became_of_the_unsure() {
        assert!(judged(&[1, 2, 3], &[], &[3, 1, 2]).holds());
        let verdict = judged(&[1, 2], &[7, 8], &[1, 2, 8]);
        assert!(verdict.holds());
        assert_eq!((verdict.unsure, verdict.unsure_found), (2, 1));
    }

    #[test]
    fn loss_doubling_and_invention_are_told_apart() {
        assert_eq!(judged(&[1, 2, 3], &[], &[1, 3]).lost, 1);
        assert_eq!(judged(&[1, 2], &[9], &[1, 2, 2, 9, 9]).duplicated, 2);
        assert_eq!(judged(&[1], &[], &[1, 5]).invented, 1);
        assert!(judged(&[1], &[], &[]).example.unwrap().contains("1 acknowledged"));
    }

    #[test]
    fn events_are_recognised_in_every_dialect() {
        let event = |text: String| serde_json::from_str::<EventId>(&text).unwrap().identity();
        let uuid = uuid::Uuid::from_u128(event_uuid(77));
        assert_eq!(event(format!(r#"{{"source":"agentops","key":"{uuid}","kind":"tool"}}"#)), Some(identity(KnownBy::Id, 77)));
        let response = String::from_utf8(response_id(77).to_vec()).unwrap();
        for prefix in ["chatcmpl-", "msg_"] {
            let text = format!(r#"{{"source":"voker","responseId":"{prefix}{response}","kind":"llm","key":null}}"#);
            assert_eq!(event(text), Some(identity(KnownBy::Response, 77)));
        }
        assert_eq!(event(r#"{"source":"voker","responseId":null}"#.into()), None);
        let span = |trace: u64, span: u64| {
            let key = format!("{:032x}-{:016x}", trace_id(trace), span_id(span));
            event(format!(r#"{{"source":"otel-genai","responseId":"chatcmpl-1","key":"{key}"}}"#))
        };
        assert_eq!((trace_of(77), span(64, 77)), (64, Some(identity(KnownBy::Span, 77))));
        assert_ne!(span(80, 77), span(64, 77), "the span of another trace");
        assert_eq!(event(r#"{"source":"otel-genai","key":"0-1"}"#.into()), None);
    }
}
