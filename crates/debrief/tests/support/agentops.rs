//! An AgentOps client: batches of events with ids, some sent again, some amended later, in sessions that outlive the server.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};
use uuid::Uuid;

use super::http::{Answer, Client};
use super::rng::Rng;
use super::server::KEY;
use super::truth::Truth;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const AT: &str = "2026-11-21T23:50:32.040535+00:00";

/// One client that goes on across restarts of the server.
pub(crate) struct Lane {
    pub(crate) name: String,
    pub(crate) session: String,
    pub(crate) truth: Truth,
    token: String,
    rng: Rng,
    sent: u64,
}

/// Opens a session: its token.
pub(crate) fn open(client: &mut Client, key: &str, session: &str) -> io::Result<Answer> {
    let body =
        json!({"session": {"session_id": session, "init_timestamp": AT, "end_state": "Indeterminate", "tags": ["kill"], "host_env": {}}});
    client.exchange("POST", "/v2/create_session", &[("X-Agentops-Api-Key", key), JSON], body.to_string().as_bytes())
}

/// Anything done with a session's token.
pub(crate) fn with_token(client: &mut Client, token: &str, path: &str, body: &Value) -> io::Result<Answer> {
    let bearer = format!("Bearer {token}");
    client.exchange("POST", path, &[("Authorization", &bearer), JSON], body.to_string().as_bytes())
}

/// An event that says `content`.
pub(crate) fn event(id: &str, variant: u64, content: &str) -> Value {
    let mut event =
        json!({"id": id, "init_timestamp": AT, "end_timestamp": AT, "agent_id": null, "params": {"n": variant}, "returns": content});
    let own = match variant % 4 {
        0 => json!({"event_type": "llms", "model": "gpt-4o", "prompt": [{"role": "user", "content": "hello"}],
            "completion": {"role": "assistant", "content": "hi"}, "prompt_tokens": variant, "completion_tokens": 7}),
        1 => json!({"event_type": "tools", "name": "search"}),
        2 => json!({"event_type": "actions", "action_type": "click"}),
        _ => json!({"event_type": "errors", "error_type": "ValueError", "details": "no such thing"}),
    };
    event.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    event
}

impl Lane {
    pub(crate) fn new(name: &str, seed: u64) -> Self {
        let (session, token) = (String::new(), String::new());
        Self { name: name.to_owned(), session, truth: Truth::default(), token, rng: Rng::new(seed), sent: 0 }
    }

    /// Sends until the server is gone or answers something else than success, which is what comes back.
    pub(crate) fn run(&mut self, address: SocketAddr, acknowledged: &AtomicU64) -> io::Result<Answer> {
        let mut client = Client::new(address, KEY);
        // The token of a session that was open when the server was killed goes on working.
        if self.token.is_empty() || !self.rng.one_in(3) {
            let session = self.uuid();
            self.truth.mentions(&session);
            let opened = open(&mut client, KEY, &session)?;
            if opened.status != 200 {
                return Ok(opened);
            }
            self.token = opened.json()["jwt"].as_str().unwrap().to_owned();
            self.session = session;
        }
        loop {
            let refused = if self.rng.one_in(3) { self.amend(&mut client)? } else { self.send(&mut client)? };
            if let Some(answer) = refused {
                return Ok(answer);
            }
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A batch: new events, and now and then one that was sent before.
    fn send(&mut self, client: &mut Client) -> io::Result<Option<Answer>> {
        let known = self.truth.ids(&self.session);
        let mut batch = Vec::new();
        for _ in 0..=self.rng.below(12) {
            let again = !known.is_empty() && self.rng.one_in(5);
            let id = if again { self.rng.pick(&known).clone() } else { self.uuid() };
            if batch.iter().all(|(sent, _, _): &(String, _, _)| *sent != id) {
                let content = self.content();
                // What kind of event it is follows from its id, so that one sent again is the same.
                batch.push((id.clone(), u64::from(id.as_bytes()[0]), content));
            }
        }
        let events: Vec<Value> = batch.iter().map(|(id, variant, content)| event(id, *variant, content)).collect();
        batch.iter().for_each(|(id, _, content)| self.truth.sends(&self.session, id, content));
        let answered = with_token(client, &self.token, "/v2/create_events", &json!({ "events": events }))?;
        if answered.status != 200 {
            return Ok(Some(answered));
        }
        batch.iter().for_each(|(id, _, content)| self.truth.knows(&self.session, id, content));
        Ok(None)
    }

    fn amend(&mut self, client: &mut Client) -> io::Result<Option<Answer>> {
        let known = self.truth.ids(&self.session);
        if known.is_empty() {
            return Ok(None);
        }
        let id = self.rng.pick(&known).clone();
        let content = self.content();
        self.truth.sends(&self.session, &id, &content);
        let body = json!({"events": [{"id": id, "returns": content}]});
        let answered = with_token(client, &self.token, "/v2/update_events", &body)?;
        if answered.status != 200 {
            return Ok(Some(answered));
        }
        self.truth.knows_amended(&self.session, &id, &content);
        Ok(None)
    }

    fn content(&mut self) -> String {
        self.sent += 1;
        format!("{}-c{}", self.name, self.sent)
    }

    fn uuid(&mut self) -> String {
        let random = (u128::from(self.rng.next()) << 64) | u128::from(self.rng.next());
        uuid::Builder::from_random_bytes(random.to_be_bytes()).into_uuid().to_string()
    }
}

/// Never used by two tests, so that they cannot meet.
pub(crate) fn new_session() -> String {
    Uuid::now_v7().to_string()
}
