//! One connection that fills: a session of each SDK in turn, traces and workflows in batches, conversations one by one.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::catalogue::BUSY_AGENT;
use super::fill::Shared;
use super::known::Told;
use super::shares::{Sort, messages_of};
use crate::error::Error;
use crate::http::{Conn, JSON, PROTOBUF, write_head_of};
use crate::lane::{Numbers, refused, session_body};
use crate::traffic::{
    Fresh, FreshTrace, ORDER, OtlpTrace, SESSION_KEY_BYTES, TRACE_SPANS_MAX, Traffic, WorkflowIds, event_uuid, mix, otlp_body, session_key,
    time_text, trace_id,
};

const BATCH: usize = 500;
/// How often a request is made of a server that is full.
const TRIES_MAX: u32 = 500;
/// Every so many calls one is remembered, to be looked up by its id later.
const REMEMBER_EVERY: u64 = 97;

pub(super) struct Filler<'a> {
    shared: &'a Shared<'a>,
    conn: Conn,
    traffic: Traffic,
    numbers: Numbers,
    sent: u64,
    sessions: u64,
    /// Numbers of spans that are taken.
    spans: u64,
    bearer: String,
}

impl<'a> Filler<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, lane: u64) -> Filler<'a> {
        Filler {
            shared,
            conn: Conn::new(shared.target),
            traffic: Traffic::new(mix(shared.seed ^ (lane << 32))),
            numbers: Numbers::new(shared.run, lane),
            sent: 0,
            sessions: 0,
            spans: 0,
            bearer: format!("Authorization: Bearer {}\r\n", shared.target.key),
        }
    }

    /// Sends one trace of so many spans, then whatever is furthest behind until nothing is left to send; reports progress in events.
    pub(super) fn run(mut self, large_trace: u64, progress: &(dyn Fn(u64) + Sync)) -> Result<(), Error> {
        progress(self.large_trace(large_trace as usize)?);
        while let Some(sort) = self.shared.progress.furthest_behind() {
            progress(match sort {
                Sort::Calls => self.agentops()? + self.voker()?,
                Sort::Spans => self.traces()?,
                Sort::Domain => self.workflows()?,
                Sort::Conversations => self.conversation()?,
            });
        }
        Ok(())
    }

    fn number(&mut self) -> u64 {
        self.sent += 1;
        self.numbers.at(self.sent)
    }

    fn agentops(&mut self) -> Result<u64, Error> {
        let size = self.traffic.session_events();
        let session = self.traffic.agentops_session(size);
        let Some(taken) = self.shared.progress.take(Sort::Calls, size) else { return Ok(0) };
        let events = &session.events[..(taken.end - taken.start) as usize];
        let (started_us, step_us) = (self.shared.at(Sort::Calls, taken.start), self.shared.step_us(Sort::Calls));
        self.sessions += 1;
        let key = uuid::Uuid::from_u128(event_uuid(mix(self.numbers.at(self.sessions)))).to_string();
        let api_key = format!("X-Agentops-Api-Key: {}\r\n", self.shared.target.key);
        let body = session_body(&key, &time_text(started_us), "null", "Indeterminate", &session.tags);
        let answer = self.call("POST /v2/create_session", &api_key, &body)?;
        let jwt = text_in(&answer, "jwt").ok_or_else(|| Error::Server("POST /v2/create_session answered without a jwt".to_owned()))?;
        let credentials = format!("{api_key}Authorization: Bearer {jwt}\r\n");
        let agent = format!("{{\"id\": \"{}\", \"name\": \"{}\"}}", session.agent_id, session.agent);
        self.call("POST /v2/create_agent", &credentials, &agent)?;
        let mut at = started_us;
        for batch in events.chunks(BATCH) {
            let mut body = b"{\"events\": [".to_vec();
            for template in batch {
                if body.last() == Some(&b'}') {
                    body.extend_from_slice(b", ");
                }
                let number = self.number();
                template.render(Fresh { session: &[b'-'; 24], number, started_us: at }, &mut body);
                if number.is_multiple_of(REMEMBER_EVERY) {
                    self.shared.remember(|known| known.calls.offer(event_uuid(number)));
                }
                at += step_us;
            }
            body.extend_from_slice(b"]}");
            self.send("POST /v2/create_events", &credentials, &body)?;
        }
        let ended = format!("\"{}\"", time_text(at));
        let body = session_body(&key, &time_text(started_us), &ended, session.end_state, &session.tags);
        self.call("POST /v2/update_session", &credentials, &body)?;
        self.shared.remember(|known| known.sessions.offer(key));
        Ok(events.len() as u64)
    }

    fn voker(&mut self) -> Result<u64, Error> {
        let session = self.traffic.voker_session(&self.shared.fingerprint_id);
        let Some(taken) = self.shared.progress.take(Sort::Calls, session.events.len()) else { return Ok(0) };
        let key = self.session_key();
        let bearer = self.bearer.clone();
        for (at, template) in taken.clone().zip(&session.events) {
            let mut body = Vec::with_capacity(template.len());
            let number = self.number();
            template.render(Fresh { session: &key, number, started_us: self.shared.at(Sort::Calls, at) }, &mut body);
            self.send("POST /api/v1/events", &bearer, &body)?;
        }
        self.shared.remember(|known| {
            known.sessions.offer(String::from_utf8_lossy(&key).into_owned());
            known.people.offer(session.person.clone());
        });
        Ok(taken.end - taken.start)
    }

    fn large_trace(&mut self, spans: usize) -> Result<u64, Error> {
        let Some(taken) = (spans > 0).then(|| self.shared.progress.take(Sort::Spans, spans)).flatten() else { return Ok(0) };
        let size = taken.end - taken.start;
        let run = self.traffic.otlp_run(size as usize);
        let key = self.session_key();
        let fresh = FreshTrace { session: &key, first: self.span_numbers(size), began_us: self.shared.at(Sort::Spans, taken.start) };
        let mut list = Vec::new();
        for from in (0..run.size()).step_by(BATCH) {
            list.clear();
            (from..run.size().min(from + BATCH)).for_each(|index| run.render(index, fresh, &mut list));
            self.export(&list)?;
        }
        self.shared.remember(|known| {
            known.sessions.offer(String::from_utf8_lossy(&key).into_owned());
            if known.largest_trace.is_none_or(|(_, spans)| spans < size) {
                known.largest_trace = Some((trace_id(fresh.first), size));
            }
        });
        Ok(size)
    }

    /// A conversation of small traces.
    fn traces(&mut self) -> Result<u64, Error> {
        let conversation = self.traffic.otlp_conversation();
        let size = conversation.traces.iter().map(OtlpTrace::size).sum();
        let Some(taken) = self.shared.progress.take(Sort::Spans, size) else { return Ok(0) };
        let key = self.session_key();
        let (mut list, mut next) = (Vec::new(), taken.start);
        for trace in &conversation.traces {
            let wanted = ((taken.end - next) as usize).min(trace.size());
            let fresh =
                FreshTrace { session: &key, first: self.span_numbers(TRACE_SPANS_MAX), began_us: self.shared.at(Sort::Spans, next) };
            (trace.size() - wanted..trace.size()).for_each(|index| trace.render(index, fresh, &mut list));
            next += wanted as u64;
            if wanted == trace.size() {
                self.shared.remember(|known| known.traces.offer(trace_id(fresh.first)));
            }
        }
        self.export(&list)?;
        self.shared.remember(|known| known.sessions.offer(String::from_utf8_lossy(&key).into_owned()));
        Ok(taken.end - taken.start)
    }

    fn session_key(&mut self) -> [u8; SESSION_KEY_BYTES] {
        self.sessions += 1;
        session_key(self.shared.run, self.numbers.at(self.sessions))
    }

    /// The first of so many numbers for spans.
    fn span_numbers(&mut self, count: u64) -> u64 {
        let first = self.spans;
        self.spans += count.next_multiple_of(TRACE_SPANS_MAX);
        self.numbers.at(first)
    }

    fn export(&mut self, spans: &[u8]) -> Result<(), Error> {
        let mut body = Vec::with_capacity(spans.len() + 512);
        otlp_body(spans, &mut body);
        self.shared.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        let bearer = self.bearer.clone();
        self.exchange(PROTOBUF, "POST /v1/traces", &bearer, &body).map(|_| ())
    }

    /// A batch of workflows. Each is told in one request, so that no cause has to be looked for in the store.
    fn workflows(&mut self) -> Result<u64, Error> {
        let Some(taken) = self.shared.progress.take(Sort::Domain, BATCH) else { return Ok(0) };
        let mut body = b"{\"events\": [".to_vec();
        let mut next = taken.start;
        while next < taken.end {
            let workflow = self.traffic.workflow();
            let size = (workflow.size() as u64).min(taken.end - next);
            let numbers: Vec<u64> = (0..size).map(|_| self.number()).collect();
            if next > taken.start {
                body.extend_from_slice(b", ");
            }
            workflow.render(&numbers, self.shared.at(Sort::Domain, next), self.shared.step_us(Sort::Domain), &mut body);
            let WorkflowIds { correlation, resource } = WorkflowIds::of(numbers[0]);
            let told = Told { correlation, resource, event: event_uuid(numbers[0]) };
            self.shared.remember(|known| match workflow.resource_type {
                ORDER => known.orders.offer(told),
                _ => known.automations.offer(told),
            });
            next += size;
        }
        body.extend_from_slice(b"]}");
        let bearer = self.bearer.clone();
        self.send("POST /api/v1/events", &bearer, &body)?;
        Ok(taken.end - taken.start)
    }

    fn conversation(&mut self) -> Result<u64, Error> {
        let Some(taken) = self.shared.progress.take(Sort::Conversations, 1) else { return Ok(0) };
        let messages = messages_of(taken.start);
        let body = self.traffic.converra_run(messages).body(BUSY_AGENT, self.shared.at(Sort::Conversations, taken.start));
        let bearer = self.bearer.clone();
        let answer = self.send("POST /api/v1/runs", &bearer, body.as_bytes())?;
        let key =
            text_in(&answer, "sessionId").ok_or_else(|| Error::Server("POST /api/v1/runs answered without a sessionId".to_owned()))?;
        self.shared.remember(|known| known.conversations.offer(key));
        Ok(messages as u64)
    }

    /// A request whose body counts as events.
    fn send(&mut self, start: &str, credentials: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        self.shared.bytes.fetch_add(body.len() as u64, Ordering::Relaxed);
        self.exchange(JSON, start, credentials, body)
    }

    fn call(&mut self, start: &str, credentials: &str, body: &str) -> Result<Vec<u8>, Error> {
        self.exchange(JSON, start, credentials, body.as_bytes())
    }

    /// A full server asks to come back later; filling does, a few hundred times.
    fn exchange(&mut self, media_type: &str, start: &str, credentials: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        let mut request = Vec::with_capacity(body.len() + 512);
        write_head_of(media_type, &mut request, start, &self.shared.target.authority, credentials, body.len());
        request.extend_from_slice(body);
        let mut tries = 0;
        loop {
            let answer = self.conn.exchange(&request).map_err(|error| Error::Server(format!("{start}: {error}")))?;
            if answer.is_success() {
                let (position, body) = (answer.position, answer.body.to_vec());
                if let Some(position) = position {
                    self.shared.remember(|known| known.position = known.position.max(position));
                }
                return Ok(body);
            }
            tries += 1;
            if answer.status != 503 || tries == TRIES_MAX {
                return Err(refused(start, &answer));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn text_in(answer: &[u8], member: &str) -> Option<String> {
    serde_json::from_slice::<serde_json::Value>(answer).ok()?[member].as_str().map(str::to_owned)
}
