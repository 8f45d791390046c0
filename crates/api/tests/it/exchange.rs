//! The text form of a transcript: comments, directives, and exchanges of one request and one expected answer.
//!
//! ```text
//! # comment                                  and where the expected shape comes from
//! ! send authorization: Bearer {key}         a header for every request from here on; without a value: no longer
//! ! pass 60                                  the clock moves on by so many seconds
//! ! limit 3                                  the server lets a key read so often in a minute, from the beginning
//! > POST /api/v1/events?x=1                  a request
//! > content-type: application/json           its headers
//! > {"a":1}                                  its body, on as many lines as it likes
//! < 200                                      the status that must come
//! < x-debrief-position: {position}           headers that must come, among others
//! < {"b":"{id}"}                             the body that must come; see `pattern`
//! ```
//!
//! With the content types `application/grpc` and `application/x-protobuf` bodies are written in hexadecimal digits, those of the answers
//! too.
//!
//! An expected body that begins with `~` lists texts, one a line, that the real one must contain. No expected body means an empty one.

/// A piece of a transcript.
#[derive(Debug)]
pub(crate) enum Piece {
    /// A comment or an empty line, as it is.
    Plain(String),
    /// `! pass n`.
    Pass(i64),
    /// `! analyse`.
    Analyse,
    /// `! limit n`.
    Limit(u32),
    /// `! send name: value`.
    Send(String, String),
    /// A request and its answer.
    Exchange(Box<Exchange>),
}

/// A request and its answer.
#[derive(Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) line: usize,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<String>,
    pub(crate) status: String,
    pub(crate) answer_headers: Vec<(String, String)>,
    pub(crate) answer_body: Vec<String>,
}

/// Reads a transcript.
pub(crate) fn parse(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_number = index + 1;
        if let Some(told) = line.strip_prefix("> ").or(line.strip_prefix('>')) {
            asked(&mut pieces, line_number, told);
        } else if let Some(told) = line.strip_prefix("< ").or(line.strip_prefix('<')) {
            let Some(Piece::Exchange(exchange)) = pieces.last_mut() else { panic!("line {line_number}: an answer without a request") };
            answered(exchange, told);
        } else if let Some(told) = line.strip_prefix("! ") {
            pieces.push(directive(told).unwrap_or_else(|| panic!("line {line_number}: unknown directive: {told}")));
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "line {line_number}: neither >, <, ! nor #: {line}");
            pieces.push(Piece::Plain(line.to_owned()));
        }
    }
    pieces
}

fn asked(pieces: &mut Vec<Piece>, line: usize, told: &str) {
    if let Some(Piece::Exchange(open)) = pieces.last_mut()
        && open.status.is_empty()
    {
        match header(told).filter(|_| open.body.is_empty()) {
            Some(header) => open.headers.push(header),
            None => open.body.push(told.to_owned()),
        }
        return;
    }
    let (method, path) = told.split_once(' ').unwrap_or_else(|| panic!("line {line}: a request begins with METHOD PATH, not {told}"));
    pieces.push(Piece::Exchange(Box::new(Exchange { line, method: method.to_owned(), path: path.to_owned(), ..Exchange::default() })));
}

fn answered(exchange: &mut Exchange, told: &str) {
    if exchange.status.is_empty() {
        told.clone_into(&mut exchange.status);
    } else if let Some(header) = header(told).filter(|_| exchange.answer_body.is_empty()) {
        exchange.answer_headers.push(header);
    } else {
        exchange.answer_body.push(told.to_owned());
    }
}

fn directive(told: &str) -> Option<Piece> {
    if told == "analyse" {
        return Some(Piece::Analyse);
    }
    match told.split_once(' ')? {
        ("pass", seconds) => seconds.parse().ok().map(Piece::Pass),
        ("limit", reads) => reads.parse().ok().map(Piece::Limit),
        ("send", told) => header(told).map(|(name, value)| Piece::Send(name, value)),
        _ => None,
    }
}

fn header(told: &str) -> Option<(String, String)> {
    let (name, value) = told.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| (name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// Writes a transcript.
pub(crate) fn render(pieces: &[Piece]) -> String {
    let mut lines = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Plain(line) => lines.push(line.clone()),
            Piece::Pass(seconds) => lines.push(format!("! pass {seconds}")),
            Piece::Analyse => lines.push("! analyse".to_owned()),
            Piece::Limit(reads) => lines.push(format!("! limit {reads}")),
            Piece::Send(name, value) => lines.push(format!("! send {name}: {value}").trim_end().to_owned()),
            Piece::Exchange(exchange) => {
                let Exchange { line: _, method, path, headers, body, status, answer_headers, answer_body } = &**exchange;
                lines.push(format!("> {method} {path}"));
                lines.extend(headers.iter().map(|(name, value)| format!("> {name}: {value}").trim_end().to_owned()));
                lines.extend(body.iter().map(|line| format!("> {line}").trim_end().to_owned()));
                lines.push(format!("< {status}"));
                lines.extend(answer_headers.iter().map(|(name, value)| format!("< {name}: {value}")));
                lines.extend(answer_body.iter().map(|line| format!("< {line}").trim_end().to_owned()));
            }
        }
    }
    lines.join("\n") + "\n"
}
