//! Export requests to drafts. Pure: no I/O, no clock.

mod evaluation;
mod log;
mod metric;
mod span;
#[cfg(test)]
mod tests;

use debrief_model::{Draft, Error, Timestamp};
use debrief_otlp::{Encoding, Malformed, Read, Signal};

/// What a request comes to.
#[derive(Debug, Default)]
pub(super) struct Translated {
    pub(super) drafts: Vec<Draft>,
    /// How many of them are scores that stood on other items.
    pub(super) scores: usize,
    /// How many of its items cannot be recorded, or are not for this route.
    pub(super) rejected: u64,
    /// Why.
    pub(super) message: String,
}

impl Translated {
    /// Notes an item that cannot be recorded. The first fault is told for all.
    fn reject(&mut self, fault: &str) {
        self.rejected += 1;
        if self.message.is_empty() {
            fault.clone_into(&mut self.message);
        }
    }

    /// Adds the items that could not even be read.
    fn and_unread(mut self, rejected: u64, fault: Option<String>) -> Self {
        self.rejected += rejected;
        self.message = fault.unwrap_or(self.message);
        self
    }
}

/// Reads a body that arrived at `now`.
///
/// # Errors
/// `Invalid` when it is no such request.
pub(super) fn read(signal: Signal, encoding: Encoding, body: &[u8], now: Timestamp) -> Result<Translated, Error> {
    Ok(match signal {
        Signal::Traces => {
            let Read { request, rejected, fault } = debrief_otlp::traces(encoding, body).map_err(refused)?;
            span::all(&request).and_unread(rejected, fault)
        }
        Signal::Logs => {
            let Read { request, rejected, fault } = debrief_otlp::logs(encoding, body).map_err(refused)?;
            log::all(&request, now).and_unread(rejected, fault)
        }
        Signal::Metrics => {
            let Read { request, rejected, fault } = debrief_otlp::metrics(encoding, body).map_err(refused)?;
            metric::count(&request);
            Translated::default().and_unread(rejected, fault)
        }
    })
}

fn refused(malformed: Malformed) -> Error {
    Error::invalid(malformed.sentence)
}

/// Microseconds; 0 is a time that was not told.
fn moment(unix_nano: u64) -> Option<Timestamp> {
    let micros = i64::try_from(unix_nano / 1_000).ok()?;
    (unix_nano > 0).then_some(Timestamp(micros))
}

/// The first characters of a text.
fn cut(text: String, chars_max: usize) -> String {
    // No text has more letters than bytes.
    if text.len() <= chars_max {
        return text;
    }
    match text.char_indices().nth(chars_max) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}
