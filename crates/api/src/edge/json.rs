//! Reading JSON bodies: repair before refusal.

use debrief_content::repair_json;
use debrief_model::Error;

/// Runs `read` on the text; when it is not JSON because of what can be mended (see [`repair_json`]), runs it on the repaired text.
///
/// # Errors
/// `Invalid` with the place where reading stopped.
pub fn read<T>(text: &str, mut read: impl FnMut(&str) -> serde_json::Result<T>) -> Result<T, Error> {
    let first = match read(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    match repair_json(text) {
        Some(repaired) => read(&repaired).map_err(|error| invalid(&error)),
        None => Err(invalid(&first)),
    }
}

/// What a parser's complaint about a body is to its sender.
#[must_use]
pub fn invalid(error: &serde_json::Error) -> Error {
    // The message of the parser names positions and types of what the caller sent, nothing of ours.
    let sentence = if error.is_data() { format!("Invalid request body: {error}") } else { format!("Invalid JSON: {error}") };
    Error::invalid(sentence.clone()).with("body", "", if error.is_data() { "type_error" } else { "json_invalid" }, sentence)
}
