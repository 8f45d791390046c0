//! A Voker client: one event per request, no ids of its own, so a marker in each call.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::http::{Answer, Client};
use super::rng::Rng;
use super::server::KEY;
use super::truth::Truth;

/// One client that goes on across restarts of the server.
pub(crate) struct Lane {
    pub(crate) name: String,
    pub(crate) session: String,
    pub(crate) truth: Truth,
    rng: Rng,
    sent: u64,
}

pub(crate) fn fingerprint(client: &mut Client) -> io::Result<Answer> {
    client.send("PUT", "/api/v1/fingerprints", Some(&json!({"language": "python", "language_version": "3.12.1", "system": "Linux"})))
}

/// A call as the SDK reports it: the question is the marker.
pub(crate) fn properties(marker: &str, tokens: u64) -> Value {
    json!({
        "api": "openai-chat-completions",
        "inputs": {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": marker}], "temperature": 0.5},
        "output": {
            "id": format!("chatcmpl-{marker}"), "object": "chat.completion", "created": 1_760_000_000, "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer(marker)}}],
            "usage": {"prompt_tokens": tokens, "completion_tokens": tokens / 2, "total_tokens": tokens + tokens / 2},
        },
    })
}

/// What the model says to a marker.
pub(crate) fn answer(marker: &str) -> String {
    format!("You said: {marker}")
}

pub(crate) fn event(fingerprint: &str, session: &str, properties: &Value) -> Value {
    json!({"event_name": "llm", "fingerprint_id": fingerprint, "properties": properties, "session": session})
}

impl Lane {
    pub(crate) fn new(name: &str, seed: u64) -> Self {
        Self { name: name.to_owned(), session: String::new(), truth: Truth::default(), rng: Rng::new(seed), sent: 0 }
    }

    /// Sends until the server is gone or answers something else than success, which is what comes back.
    pub(crate) fn run(&mut self, address: SocketAddr, acknowledged: &AtomicU64) -> io::Result<Answer> {
        let mut client = Client::new(address, KEY);
        let known = fingerprint(&mut client)?;
        if known.status != 200 {
            return Ok(known);
        }
        let known = known.json()["fingerprint_id"].as_str().unwrap().to_owned();
        if self.session.is_empty() || !self.rng.one_in(3) {
            self.session = format!("{}-{}", self.name, self.sent);
        }
        self.truth.mentions(&self.session);
        loop {
            let refused = self.send_one(&mut client, &known)?;
            if let Some(answer) = refused {
                return Ok(answer);
            }
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sends one event; answers what was said instead of success.
    pub(crate) fn send_one(&mut self, client: &mut Client, fingerprint: &str) -> io::Result<Option<Answer>> {
        self.sent += 1;
        let marker = format!("{}-m{}", self.name, self.sent);
        let agent = format!("agent-{}-{}", self.name, self.rng.below(1 + self.sent / 8));
        let mut body = event(fingerprint, &self.session, &properties(&marker, self.rng.below(500)));
        body["agent"] = agent.as_str().into();
        body["agent_version"] = format!("v{}", self.rng.below(3)).into();
        body["person"] = format!("person-{}", self.rng.below(20)).into();
        self.truth.sends(&self.session, &marker, &answer(&marker));
        self.truth.names_agent(&agent, false);
        let answered = client.send("POST", "/api/v1/events", Some(&body))?;
        if answered.status != 200 {
            return Ok(Some(answered));
        }
        self.truth.knows(&self.session, &marker, &answer(&marker));
        self.truth.names_agent(&agent, true);
        Ok(None)
    }
}
