//! A minimal HTTP/1.1 keep-alive client over a blocking socket.
//!
//! It shares two cores with the server it measures, so it does one write and usually one read a request and looks at
//! nothing but the status line, the length and the position header. It speaks to our own servers only, never to the world.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::error::{Error, io as failed};

/// No answer within this time counts as a lost request.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest answer that is read.
const ANSWER_BYTES_MAX: usize = 256 << 20;

/// Where a server is and with which key it lets us in.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port`.
    pub authority: String,
    /// The tenant key.
    pub key: String,
}

impl Target {
    /// A target from `http://host:port` and a key.
    ///
    /// # Errors
    /// When the address is of another form.
    pub fn new(url: &str, key: &str) -> Result<Target, Error> {
        let authority = url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/');
        if authority.is_empty() || authority.contains('/') {
            return Err(Error::Usage(format!("`{url}` is not of the form http://HOST:PORT")));
        }
        Ok(Target { authority: authority.to_owned(), key: key.to_owned() })
    }
}

/// One answer; the body stays in the connection's buffer.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// Where in the journal a write is.
    pub position: Option<u64>,
    /// The body.
    pub body: &'a [u8],
}

impl Answer<'_> {
    /// Whether the status says so.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// One connection, opened when first needed and again after it broke.
#[derive(Debug)]
pub struct Conn {
    authority: String,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    plain: Vec<u8>,
}

/// What the head of an answer says.
struct Head {
    status: u16,
    position: Option<u64>,
    length: Option<usize>,
    chunked: bool,
    close: bool,
    bytes: usize,
}

impl Conn {
    /// A connection that is not open yet.
    pub fn new(target: &Target) -> Conn {
        Conn { authority: target.authority.clone(), stream: None, buffer: Vec::new(), plain: Vec::new() }
    }

    /// Sends a whole request and reads the whole answer. After an error the connection is opened anew next time.
    ///
    /// # Errors
    /// When the other side is not there, is silent for too long, or speaks no HTTP.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => open(&self.authority)?,
        };
        stream.write_all(request)?;
        self.buffer.clear();
        let head = loop {
            fill(&mut stream, &mut self.buffer)?;
            if let Some(head) = parse_head(&self.buffer)? {
                break head;
            }
        };
        self.plain.clear();
        let whole = if head.chunked {
            read_chunks(&mut stream, &mut self.buffer, head.bytes, &mut self.plain)?;
            None
        } else {
            let end = head.bytes + head.length.unwrap_or(0);
            while self.buffer.len() < end {
                fill(&mut stream, &mut self.buffer)?;
            }
            Some(head.bytes..end)
        };
        if !head.close {
            self.stream = Some(stream);
        }
        let body = whole.map_or(&self.plain[..], |range| &self.buffer[range]);
        Ok(Answer { status: head.status, position: head.position, body })
    }

    /// GET with the target's key.
    pub(crate) fn get(&mut self, target: &Target, path: &str) -> io::Result<Answer<'_>> {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept: application/json\r\n\r\n",
            target.authority, target.key
        );
        self.exchange(request.as_bytes())
    }

    /// GET that must succeed and be JSON of shape `T`.
    pub(crate) fn get_json<T: DeserializeOwned>(&mut self, target: &Target, path: &str) -> Result<T, Error> {
        let answer = self.get(target, path).map_err(failed(format!("GET {path}")))?;
        if !answer.is_success() {
            let body = String::from_utf8_lossy(&answer.body[..answer.body.len().min(300)]).into_owned();
            return Err(Error::Server(format!("GET {path} answered {}: {body}", answer.status)));
        }
        serde_json::from_slice(answer.body).map_err(|error| Error::Server(format!("GET {path} answered unexpected JSON: {error}")))
    }
}

/// Writes the head of a request with a JSON body of `length` bytes; `credentials` are whole header lines.
pub fn write_head(request: &mut Vec<u8>, start: &str, authority: &str, credentials: &str, length: usize) {
    write_head_of(JSON, request, start, authority, credentials, length);
}

/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";
/// That of protobuf.
pub(crate) const PROTOBUF: &str = "application/x-protobuf";

/// The same for a body of any media type.
pub(crate) fn write_head_of(media_type: &str, request: &mut Vec<u8>, start: &str, authority: &str, credentials: &str, length: usize) {
    write!(request, "{start} HTTP/1.1\r\nHost: {authority}\r\nContent-Type: {media_type}\r\n{credentials}Content-Length: {length}\r\n\r\n")
        .expect("writing to a Vec cannot fail");
}

fn open(authority: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(authority)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
    Ok(stream)
}

fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<()> {
    let have = buffer.len();
    if have > ANSWER_BYTES_MAX {
        return Err(io::Error::other("the answer is too large"));
    }
    buffer.resize(have + (have / 2).max(8 << 10), 0);
    let outcome = stream.read(&mut buffer[have..]);
    buffer.truncate(have + outcome.as_ref().copied().unwrap_or(0));
    match outcome {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        other => other.map(|_| ()),
    }
}

fn invalid(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn parse_head(buffer: &[u8]) -> io::Result<Option<Head>> {
    let Some(end) = find(buffer, b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(&buffer[..end]).map_err(|_| invalid("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| invalid("no status line"))?;
    let mut head = Head { status, position: None, length: None, chunked: false, close: false, bytes: end + 4 };
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            head.length = value.parse().ok();
        } else if name.eq_ignore_ascii_case("x-debrief-position") {
            head.position = value.parse().ok();
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            head.chunked = value.eq_ignore_ascii_case("chunked");
        } else if name.eq_ignore_ascii_case("connection") {
            head.close = value.eq_ignore_ascii_case("close");
        }
    }
    Ok(Some(head))
}

fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut at: usize, plain: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let line = loop {
            match find(&buffer[at..], b"\r\n") {
                Some(length) => break length,
                None => fill(stream, buffer)?,
            }
        };
        let digits = std::str::from_utf8(&buffer[at..at + line]).map_err(|_| invalid("chunk size"))?;
        let size = usize::from_str_radix(digits.split(';').next().unwrap_or("").trim(), 16).map_err(|_| invalid("chunk size"))?;
        at += line + 2;
        while buffer.len() < at + size + 2 {
            fill(stream, buffer)?;
        }
        plain.extend_from_slice(&buffer[at..at + size]);
        at += size + 2;
        if size == 0 {
            return Ok(());
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::{Conn, Target};

    /// Serves these raw answers, one per request, on one connection; the answer is sent in two pieces.
    fn serve(answers: Vec<&'static str>) -> Target {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::new(&format!("http://{}", listener.local_addr().unwrap()), "k").unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            for answer in answers {
                let _ = stream.read(&mut request).unwrap();
                let (first, second) = answer.as_bytes().split_at(answer.len() / 2);
                stream.write_all(first).unwrap();
                stream.flush().unwrap();
                stream.write_all(second).unwrap();
            }
        });
        target
    }

    #[test]
    fn reads_lengths_chunks_and_positions() {
        let target = serve(vec![
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Debrief-Position: 42\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n2\r\nef\r\n0\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        ]);
        let mut conn = Conn::new(&target);
        let answer = conn.get(&target, "/a").unwrap();
        assert_eq!((answer.status, answer.position, answer.body), (200, Some(42), &b"hello"[..]));
        assert_eq!(conn.get(&target, "/b").unwrap().body, b"abcdef");
        assert_eq!(conn.get(&target, "/c").unwrap().status, 404);
        assert!(conn.get(&target, "/d").is_err(), "the other side has gone");
    }

    #[test]
    fn refuses_odd_addresses() {
        assert!(Target::new("http://host:1/path", "k").is_err());
        assert_eq!(Target::new("http://host:1/", "k").unwrap().authority, "host:1");
    }
}
