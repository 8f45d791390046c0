//! Sends what the demonstration's clients say, over one connection. Knows credentials and nothing of what is sent.

use std::thread;
use std::time::Duration;

use debrief_bench::http::{Answer, Conn, Target, write_head};
use debrief_demo::wire::{Credential, Request};

/// How often a request is sent again that the server was too busy for.
const ATTEMPTS_MAX: u32 = 20;
/// How long to wait before that.
const BUSY_PAUSE: Duration = Duration::from_millis(250);

/// A client's connection.
pub(super) struct Sender {
    target: Target,
    connection: Conn,
    /// Of the session that was opened last.
    token: String,
    request: Vec<u8>,
}

impl Sender {
    pub(super) fn new(target: &Target) -> Self {
        Self { target: target.clone(), connection: Conn::new(target), token: String::new(), request: Vec::new() }
    }

    /// Sends a request, again where the server says that it is busy.
    ///
    /// # Errors
    /// A sentence when it does not succeed.
    pub(super) fn send(&mut self, request: &Request) -> Result<(), String> {
        self.write(request);
        for _ in 0..ATTEMPTS_MAX {
            let answer = self.connection.exchange(&self.request).map_err(|error| format!("{}: {error}", request.path))?;
            if answer.is_success() {
                if request.credential == Credential::OpensSession {
                    self.token = token(&answer)?;
                }
                return Ok(());
            }
            if answer.status != 503 {
                let body = String::from_utf8_lossy(answer.body).chars().take(300).collect::<String>();
                return Err(format!("{} {} was answered {}: {body}", request.method, request.path, answer.status));
            }
            thread::sleep(BUSY_PAUSE);
        }
        Err(format!("the server stays too busy for {}", request.path))
    }

    fn write(&mut self, Request { method, path, credential, body }: &Request) {
        let credentials = match credential {
            Credential::Key => format!("Authorization: Bearer {}\r\n", self.target.key),
            Credential::OpensSession => format!("X-Agentops-Api-Key: {}\r\n", self.target.key),
            Credential::SessionToken => format!("Authorization: Bearer {}\r\n", self.token),
        };
        self.request.clear();
        write_head(&mut self.request, &format!("{method} {path}"), &self.target.authority, &credentials, body.len());
        self.request.extend_from_slice(body.as_bytes());
    }
}

fn token(answer: &Answer<'_>) -> Result<String, String> {
    let answer: serde_json::Value = serde_json::from_slice(answer.body).map_err(|error| format!("no answer to a session: {error}"))?;
    answer["jwt"].as_str().map(str::to_owned).ok_or_else(|| "a session was opened without a token".to_owned())
}
