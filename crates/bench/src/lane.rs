//! One connection's worth of client: its sessions, its requests, and what it knows to be acknowledged.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use crate::cell::Shape;
use crate::error::Error;
use crate::exporter::{Exporter, Step};
use crate::http::{Answer, Conn, PROTOBUF, Target, write_head, write_head_of};
use crate::pool::Pool;
use crate::traffic::{Fresh, SESSION_KEY_BYTES, event_uuid, mix, otlp_body, session_key, time_text};

/// What a lane remembers of one session, to be compared with what the server shows afterwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionLog {
    /// The caller's session id.
    pub(crate) key: String,
    /// By what its events are known.
    pub(crate) known_by: KnownBy,
    /// Numbers of acknowledged events.
    pub(crate) acknowledged: Vec<u64>,
    /// Numbers of events that were sent and not acknowledged: they may be there once or not at all.
    pub(crate) unsure: Vec<u64>,
}

/// By what an event is known to its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum KnownBy {
    /// By the id of the provider's response, as Voker's events have none of their own.
    #[default]
    Response,
    /// By the sender's own id.
    Id,
    /// By the ids of its trace and its span.
    Span,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Acknowledged, with the position if the server named one.
    Acknowledged(Option<u64>),
    /// Answered, but not with success.
    Refused(u16, String),
    /// No answer.
    Failed(String),
}

/// Numbers that no two lanes of any two runs share.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    run: u64,
    lane: u64,
}

impl Numbers {
    /// Numbers of lane `lane` in a run: 20 random bits of the run, 16 of the lane, 28 to count with.
    pub(crate) fn new(run: u64, lane: u64) -> Numbers {
        Numbers { run: run & 0xf_ffff, lane: lane & 0xffff }
    }

    /// The number of the event or session counted `count`.
    pub(crate) fn at(self, count: u64) -> u64 {
        (self.run << 44) | (self.lane << 28) | (count & 0xfff_ffff)
    }
}

#[derive(Debug)]
pub(crate) struct Lane {
    shape: Shape,
    target: Target,
    pub(crate) conn: Conn,
    pool: Arc<Pool>,
    numbers: Numbers,
    sent: u64,
    opened: u64,
    open: Option<Open>,
    exporter: Exporter,
    pub(crate) sessions: Vec<SessionLog>,
    request: Vec<u8>,
    body: Vec<u8>,
    spans: Vec<u8>,
    /// The number of each event, and the place of its session among `sessions`.
    batch: Vec<(usize, u64)>,
}

/// The session that is being filled.
#[derive(Debug)]
struct Open {
    key: [u8; SESSION_KEY_BYTES],
    credentials: String,
    source: usize,
    next: usize,
    left: usize,
    started: String,
}

#[derive(Deserialize)]
struct Opened {
    jwt: String,
}

impl Lane {
    pub(crate) fn new(shape: Shape, target: &Target, pool: Arc<Pool>, numbers: Numbers) -> Lane {
        Lane {
            shape,
            target: target.clone(),
            conn: Conn::new(target),
            pool,
            numbers,
            sent: 0,
            opened: 0,
            open: None,
            exporter: Exporter::new(numbers.run, numbers),
            sessions: Vec::new(),
            request: Vec::new(),
            body: Vec::new(),
            spans: Vec::new(),
            batch: Vec::new(),
        }
    }

    /// Makes sure that there is a session with room for the next request; AgentOps sessions are ended and created over the wire. Those of
    /// traced agents begin with their first span.
    pub(crate) fn turn_over(&mut self) -> Result<(), Error> {
        if self.open.as_ref().is_some_and(|open| open.left > 0) || matches!(self.shape, Shape::Otlp(_)) {
            return Ok(());
        }
        let number = self.numbers.at(self.opened);
        // Lanes start at different places of the pool, so that they do not send the same texts at the same time.
        let turn = self.opened as usize + mix(self.numbers.lane) as usize % 10_007;
        self.opened += 1;
        match self.shape {
            Shape::Voker => {
                let source = turn % self.pool.voker.len();
                let key = session_key(self.numbers.run, number);
                let left = self.pool.voker[source].events.len();
                self.remember(String::from_utf8_lossy(&key).into_owned(), KnownBy::Response);
                let credentials = format!("Authorization: Bearer {}\r\n", self.target.key);
                self.open = Some(Open { key, credentials, source, next: 0, left, started: String::new() });
            }
            Shape::Agentops(_) | Shape::AgentopsSessions { .. } => {
                let source = turn % self.pool.agentops.len();
                let left = match self.shape {
                    Shape::AgentopsSessions { events, .. } => events,
                    shape => (shape.events() * 10).clamp(50, 1_000).max(shape.events()),
                };
                let next = (turn / self.pool.agentops.len() * left) % self.pool.agentops[source].events.len();
                self.end_agentops_session()?;
                let key = uuid::Uuid::from_u128(event_uuid(mix(number))).to_string();
                let started = time_text(now_us());
                let credentials = self.create_agentops_session(&key, source, &started)?;
                self.remember(key, KnownBy::Id);
                self.open = Some(Open { key: [0; SESSION_KEY_BYTES], credentials, source, next, left, started });
            }
            Shape::Otlp(_) => {}
        }
        Ok(())
    }

    /// Builds the next request; nothing is sent yet.
    pub(crate) fn prepare(&mut self) {
        self.body.clear();
        self.batch.clear();
        self.request.clear();
        match self.shape {
            Shape::Voker => self.prepare_events("POST /api/v1/events", ["", ""]),
            Shape::Agentops(_) | Shape::AgentopsSessions { .. } => self.prepare_events("POST /v2/create_events", ["{\"events\": [", "]}"]),
            Shape::Otlp(spans) => self.prepare_spans(spans),
        }
        self.request.extend_from_slice(&self.body);
    }

    fn prepare_events(&mut self, start: &str, [before, after]: [&str; 2]) {
        let open = self.open.as_mut().expect("turn_over comes before prepare");
        let now = now_us();
        let templates = match self.shape {
            Shape::Voker => &self.pool.voker[open.source].events,
            _ => &self.pool.agentops[open.source].events,
        };
        self.body.extend_from_slice(before.as_bytes());
        for index in 0..self.shape.events().min(open.left) {
            if index > 0 {
                self.body.extend_from_slice(b", ");
            }
            let number = self.numbers.at(self.sent);
            self.sent += 1;
            self.batch.push((self.sessions.len() - 1, number));
            let template = &templates[open.next % templates.len()];
            template.render(Fresh { session: &open.key, number, started_us: now + index as i64 }, &mut self.body);
            open.next += 1;
        }
        open.left -= self.batch.len();
        self.body.extend_from_slice(after.as_bytes());
        write_head(&mut self.request, start, &self.target.authority, &open.credentials, self.body.len());
    }

    fn prepare_spans(&mut self, spans: usize) {
        self.spans.clear();
        let (sessions, batch) = (&mut self.sessions, &mut self.batch);
        self.exporter.export(&self.pool.otlp, spans, &mut self.spans, |step| match step {
            Step::Conversation(key) => {
                let key = String::from_utf8_lossy(&key).into_owned();
                sessions.push(SessionLog { key, known_by: KnownBy::Span, ..SessionLog::default() });
            }
            Step::Span(number) => batch.push((sessions.len() - 1, number)),
        });
        otlp_body(&self.spans, &mut self.body);
        let credentials = format!("Authorization: Bearer {}\r\n", self.target.key);
        write_head_of(PROTOBUF, &mut self.request, "POST /v1/traces", &self.target.authority, &credentials, self.body.len());
    }

    /// How many events the prepared request carries.
    pub(crate) fn prepared(&self) -> (usize, usize) {
        (self.batch.len(), self.body.len())
    }

    /// The last event number that was prepared.
    pub(crate) fn newest(&self) -> Option<u64> {
        self.batch.last().map(|(_, number)| *number)
    }

    /// Sends the prepared request and remembers how it ended.
    pub(crate) fn fire(&mut self) -> Sent {
        let sent = match self.conn.exchange(&self.request) {
            Ok(answer) if answer.is_success() => Sent::Acknowledged(answer.position),
            Ok(answer) => Sent::Refused(answer.status, String::from_utf8_lossy(&answer.body[..answer.body.len().min(200)]).into_owned()),
            Err(error) => Sent::Failed(error.to_string()),
        };
        for (session, number) in &self.batch {
            let log = &mut self.sessions[*session];
            let list = if matches!(sent, Sent::Acknowledged(_)) { &mut log.acknowledged } else { &mut log.unsure };
            list.push(*number);
        }
        sent
    }

    /// Forgets what was sent so far, except which session is open.
    pub(crate) fn forget(&mut self) {
        let open = self.sessions.pop().map(|log| SessionLog { key: log.key, known_by: log.known_by, ..SessionLog::default() });
        self.sessions.clear();
        self.sessions.extend(open);
    }

    fn remember(&mut self, key: String, known_by: KnownBy) {
        self.sessions.push(SessionLog { key, known_by, ..SessionLog::default() });
    }

    fn create_agentops_session(&mut self, key: &str, source: usize, started: &str) -> Result<String, Error> {
        let session = &self.pool.agentops[source];
        let body = session_body(key, started, "null", "Indeterminate", &session.tags);
        let agent = format!("{{\"id\": \"{}\", \"name\": \"{}\"}}", session.agent_id, session.agent);
        let credentials = format!("X-Agentops-Api-Key: {}\r\n", self.target.key);
        let answer = self.call("POST /v2/create_session", &credentials, &body)?;
        let opened: Opened = serde_json::from_slice(&answer)
            .map_err(|error| Error::Server(format!("POST /v2/create_session answered without a jwt: {error}")))?;
        let credentials = format!("{credentials}Authorization: Bearer {}\r\n", opened.jwt);
        self.call("POST /v2/create_agent", &credentials, &agent)?;
        Ok(credentials)
    }

    fn end_agentops_session(&mut self) -> Result<(), Error> {
        let (Some(open), Some(log)) = (self.open.take(), self.sessions.last()) else { return Ok(()) };
        let session = &self.pool.agentops[open.source];
        let ended = format!("\"{}\"", time_text(now_us()));
        let body = session_body(&log.key, &open.started, &ended, session.end_state, &session.tags);
        self.call("POST /v2/update_session", &open.credentials, &body).map(|_| ())
    }

    fn call(&mut self, start: &str, credentials: &str, body: &str) -> Result<Vec<u8>, Error> {
        call(&mut self.conn, &self.target.authority, start, credentials, body)
    }
}

/// One request that must succeed; its answer's body.
pub(crate) fn call(conn: &mut Conn, authority: &str, start: &str, credentials: &str, body: &str) -> Result<Vec<u8>, Error> {
    let mut request = Vec::with_capacity(body.len() + 512);
    write_head(&mut request, start, authority, credentials, body.len());
    request.extend_from_slice(body.as_bytes());
    let answer = conn.exchange(&request).map_err(|error| Error::Server(format!("{start}: {error}")))?;
    if answer.is_success() {
        return Ok(answer.body.to_vec());
    }
    Err(refused(start, &answer))
}

/// What to say of a request that had to succeed and did not.
pub(crate) fn refused(start: &str, answer: &Answer<'_>) -> Error {
    let text = String::from_utf8_lossy(&answer.body[..answer.body.len().min(300)]);
    Error::Server(format!("{start} answered {}: {text}", answer.status))
}

/// The session object as the SDK sends it; `ended` is JSON.
pub(crate) fn session_body(key: &str, started: &str, ended: &str, end_state: &str, tags: &[&str]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| format!("\"{tag}\"")).collect();
    format!(
        "{{\"session\": {{\"end_timestamp\": {ended}, \"end_state\": \"{end_state}\", \"session_id\": \"{key}\", \
         \"init_timestamp\": \"{started}\", \"tags\": [{}], \"video\": null, \"end_state_reason\": null, \
         \"host_env\": {{\"SDK\": {{\"AgentOps SDK Version\": \"0.3.17\", \"Python Version\": \"3.11.7\"}}, \
         \"OS\": {{\"OS\": \"Linux\", \"OS Release\": \"6.1.0\"}}, \"CPU\": {{\"Total cores\": 2}}}}, \
         \"config\": \"\", \"jwt\": null, \"lock\": \"\", \"queue\": [], \"event_counts\": {{\"llms\": 0, \"tools\": 0, \
         \"actions\": 0, \"errors\": 0, \"apis\": 0}}, \"stop_flag\": \"\", \"thread\": \"\"}}}}",
        tags.join(", ")
    )
}

#[derive(Deserialize)]
struct Fingerprint {
    fingerprint_id: String,
}

/// Registers the client's runtime, as the Voker SDK does first of all; gives the id that its events carry.
pub(crate) fn register_fingerprint(target: &Target) -> Result<String, Error> {
    let body = "{\"language\": \"python\", \"language_version\": \"3.11.7\", \"system\": \"Linux-6.1.0-x86_64\", \
                \"openai_sdk_version\": \"1.99.0\", \"voker_sdk_version\": \"0.0.15\", \"all_packages\": {\"requests\": \"2.32.0\"}}";
    let credentials = format!("Authorization: Bearer {}\r\n", target.key);
    let answer = call(&mut Conn::new(target), &target.authority, "PUT /api/v1/fingerprints", &credentials, body)?;
    let answer: Fingerprint = serde_json::from_slice(&answer)
        .map_err(|error| Error::Server(format!("PUT /api/v1/fingerprints answered without a fingerprint_id: {error}")))?;
    Ok(answer.fingerprint_id)
}

/// Microseconds since 1970.
pub(crate) fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}
