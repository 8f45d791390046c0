//! Replays a transcript and compares. With `UPDATE=1` it writes down what came instead; the difference is for the reviewer.

use std::path::{Path, PathBuf};

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::exchange::{self, Exchange, Piece};
use crate::pattern::{Names, as_expected, difference, filled, text_matches};
use crate::world::{Answer, IN_HEXADECIMAL, World};

/// Where the transcripts of a dialect are.
pub(crate) fn folder(dialect: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/wire").join(dialect)
}

/// Replays one file against a server of its own.
pub(crate) fn run(dialect: &str, file: &str) {
    let path = folder(dialect).join(format!("{file}.http"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut pieces = exchange::parse(&text);
    let updating = std::env::var_os("UPDATE").is_some();
    let limit = pieces.iter().find_map(|piece| if let Piece::Limit(reads) = piece { Some(*reads) } else { None });
    let world = World::with(limit);
    let mut replay = Replay { names: world.keys.clone(), standing: Vec::new(), world: &world };
    let mut faults = Vec::new();
    for piece in &mut pieces {
        match piece {
            Piece::Plain(_) | Piece::Limit(_) => {}
            Piece::Pass(seconds) => world.pass_seconds(*seconds),
            Piece::Analyse => world.analyse(),
            Piece::Send(name, value) => {
                replay.standing.retain(|(known, _)| known != name);
                replay.standing.push((name.clone(), value.clone()));
            }
            Piece::Exchange(exchange) => {
                let answer = replay.ask(exchange).unwrap_or_else(|error| panic!("{}:{}: {error}", path.display(), exchange.line));
                if updating {
                    replay.write_down(exchange, &answer);
                } else if let Some(fault) = replay.fault(exchange, &answer) {
                    let (line, method, asked) = (exchange.line, &exchange.method, &exchange.path);
                    faults.push(format!(
                        "{}:{line}: {method} {asked}\n  {fault}\n  came: {} {}",
                        path.display(),
                        answer.status,
                        cut(&answer.text())
                    ));
                }
            }
        }
    }
    if updating {
        std::fs::write(&path, exchange::render(&pieces)).unwrap();
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

struct Replay<'w> {
    names: Names,
    standing: Vec<(String, String)>,
    world: &'w World,
}

impl Replay<'_> {
    fn ask(&self, exchange: &Exchange) -> Result<Answer, String> {
        let mut builder = Request::builder().method(exchange.method.as_str()).uri(filled(&exchange.path, &self.names)?);
        let standing = self.standing.iter().filter(|(name, _)| exchange.headers.iter().all(|(own, _)| own != name));
        for (name, value) in standing.chain(&exchange.headers).filter(|(_, value)| !value.is_empty()) {
            builder = builder.header(name, filled(value, &self.names)?);
        }
        let body = filled(&exchange.body.join("\n"), &self.names)?;
        let is_binary = exchange.headers.iter().any(|(name, value)| name == "content-type" && IN_HEXADECIMAL.contains(&value.as_str()));
        let body = if is_binary { from_hex(&body)? } else { body.into_bytes() };
        Ok(self.world.send(builder.body(Body::from(body)).map_err(|error| error.to_string())?))
    }

    fn fault(&mut self, exchange: &Exchange, answer: &Answer) -> Option<String> {
        if exchange.status != answer.status.as_str() {
            return Some(format!("expected status {}", exchange.status));
        }
        for (name, expected) in &exchange.answer_headers {
            let came = header(answer, name);
            if !text_matches(expected, &came, &mut self.names) {
                return Some(format!("expected header {name}: {expected}, came {came}"));
            }
        }
        self.body_fault(exchange, answer)
    }

    fn body_fault(&mut self, exchange: &Exchange, answer: &Answer) -> Option<String> {
        let (expected, came) = (exchange.answer_body.join("\n"), answer.text());
        if let Some(listed) = expected.strip_prefix('~') {
            let mut wanted = listed.split('\n').map(|line| line.trim_start_matches('~').trim());
            return wanted.find(|part| !came.contains(part)).map(|part| format!("expected a body with {part}"));
        }
        match (serde_json::from_str::<Value>(&expected), serde_json::from_str::<Value>(&came)) {
            (Ok(expected), Ok(came)) => difference(&expected, &came, &mut self.names, "body"),
            _ => (!text_matches(&expected, &came, &mut self.names)).then(|| format!("expected body {expected}")),
        }
    }

    fn write_down(&mut self, exchange: &mut Exchange, answer: &Answer) {
        exchange.status = answer.status.as_str().to_owned();
        for (name, value) in &mut exchange.answer_headers {
            let came = header(answer, name);
            if !text_matches(value, &came, &mut self.names) {
                *value = came;
            }
        }
        if self.body_fault(exchange, answer).is_none() {
            return;
        }
        let former = serde_json::from_str::<Value>(&exchange.answer_body.join("\n")).ok();
        exchange.answer_body = match serde_json::from_str::<Value>(&answer.text()) {
            Ok(came) => in_lines(&as_expected(former.as_ref(), &came, &mut self.names)),
            Err(_) => answer.text().lines().map(str::to_owned).collect(),
        };
    }
}

/// Messages of protobuf are written in hexadecimal.
fn from_hex(digits: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<char> = digits.chars().filter(|digit| !digit.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).map_err(|error| error.to_string());
    digits.chunks(2).map(byte).collect()
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// As few lines as fit a screen: what is short stays on one, what is long opens up.
fn in_lines(value: &Value) -> Vec<String> {
    let flat = value.to_string();
    let (open, close, inner) = match value {
        _ if flat.chars().count() <= 160 => return vec![flat],
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| prefixed(&format!("{}: ", Value::from(name.as_str())), in_lines(value));
            ("{", "}", members.iter().map(member).collect::<Vec<_>>())
        }
        Value::Array(items) => ("[", "]", items.iter().map(in_lines).collect()),
        _ => return vec![flat],
    };
    let last = inner.len() - 1;
    let mut lines = vec![open.to_owned()];
    for (index, mut part) in inner.into_iter().enumerate() {
        if let Some(end) = part.last_mut().filter(|_| index < last) {
            end.push(',');
        }
        lines.extend(part.into_iter().map(|line| format!("  {line}")));
    }
    lines.push(close.to_owned());
    lines
}

fn prefixed(prefix: &str, mut lines: Vec<String>) -> Vec<String> {
    lines[0].insert_str(0, prefix);
    lines
}

/// Enough of a long answer to see what is wrong with it.
fn cut(text: &str) -> String {
    if text.chars().count() <= 1_500 { text.to_owned() } else { text.chars().take(1_500).chain("…".chars()).collect() }
}
