//! Logs and objects.

use debrief_app::EventView;
use debrief_app::events::encode_body;
use debrief_model::limit::KEY_CHARS_MAX;
use debrief_model::{Draft, Error, Facts, Kind, Mention, Status, Timestamp};

use super::{SOURCE, kept};
use crate::agentops::lenient::said;
use crate::agentops::wire;
use crate::edge::json;

/// What an object's event is called.
const OBJECT_UPLOADED: &str = "object.uploaded";
/// Digits of a trace's id in hexadecimal.
const TRACE_DIGITS: usize = 32;

/// What a trace may be called by what a header says: the SDK writes the 128 bits of its id as a decimal number, others in hexadecimal.
/// The likeliest is first: 32 decimal digits can be either.
///
/// # Errors
/// `Invalid` beyond letters, digits, `_`, `.` and `-`.
pub(in crate::agentops) fn trace_ids(told: &str) -> Result<Vec<String>, Error> {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if told.is_empty() || told.len() > KEY_CHARS_MAX || !told.bytes().all(is_fit) {
        return Err(Error::invalid("Missing or invalid Trace-Id: letters, digits, '_', '.' and '-' only"));
    }
    let is_number = told.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = told.parse::<u128>().ok().filter(|_| is_number).map(|id| format!("{id:032x}"));
    let is_hex = told.len() == TRACE_DIGITS && told.bytes().all(|byte| byte.is_ascii_hexdigit());
    let as_is = (is_hex || decimal.is_none()).then(|| if is_hex { told.to_ascii_lowercase() } else { told.to_owned() });
    Ok(decimal.into_iter().chain(as_is).collect())
}

/// The text of an upload.
///
/// # Errors
/// `Invalid` where there is none.
pub(in crate::agentops) fn uploaded(body: &str) -> Result<String, Error> {
    json::read(body, |body| {
        let told = serde_json::from_str::<wire::Upload<'_>>(body)?.body;
        Ok(told.map(|told| said(Some(told)).unwrap_or_default().replace('\0', "\u{FFFD}")))
    })?
    .ok_or_else(missing)
}

/// An object as an event, and what its caller could call it: what is in it says so, so that the same again is the same.
///
/// # Errors
/// `Invalid` where there is none.
pub(in crate::agentops) fn object(body: &str, now: Timestamp) -> Result<(String, Draft), Error> {
    json::read(body, |body| Ok(serde_json::from_str::<wire::Upload<'_>>(body)?.body.is_some()))?.then_some(()).ok_or_else(missing)?;
    let key = format!("object-{}", blake3::hash(body.as_bytes()).to_hex());
    let facts = Facts {
        key: Some(key.clone()),
        status: Status::Ok,
        body: encode_body(&kept(body)),
        ..Facts::new(Kind::Action, OBJECT_UPLOADED, now, SOURCE)
    };
    Ok((key, Draft::new(facts, Mention::default())))
}

/// What was uploaded, if the event is of an object.
pub(in crate::agentops) fn object_body(view: EventView) -> Option<String> {
    view.body.filter(|_| view.event.facts.event_type == OBJECT_UPLOADED)
}

/// Where an upload is read.
pub(in crate::agentops) fn upload_url(public_url: &str, of: &str, id: &str) -> String {
    format!("{}/v4/{of}/{id}", public_url.trim_end_matches('/'))
}

fn missing() -> Error {
    Error::invalid("Field required").with("body", "body", "missing", "Field required")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_told_in_decimal_or_in_hexadecimal() {
        let check = |told: &str, expected: &[&str]| assert_eq!(trace_ids(told).unwrap(), expected, "{told}");
        check("12766664695841791019821812599720024748", &["099ac52ab2a58683780b7a2e9c0c9aac"]);
        check("099AC52ab2a58683780b7a2e9c0c9aac", &["099ac52ab2a58683780b7a2e9c0c9aac"]);
        check("0", &["00000000000000000000000000000000"]);
        check("340282366920938463463374607431768211455", &["ffffffffffffffffffffffffffffffff"]);
        check("340282366920938463463374607431768211456", &["340282366920938463463374607431768211456"]);
        check("12345678901234567890123456789012", &["0000009bd30a3c645943dd1690a03a14", "12345678901234567890123456789012"]);
        check("my-trace_1.log", &["my-trace_1.log"]);
    }

    #[test]
    fn other_characters_are_refused() {
        for told in ["", "a b", "../x", "a/b", "é", "+1", &"9".repeat(KEY_CHARS_MAX + 1)] {
            assert!(trace_ids(told).is_err(), "{told}");
        }
    }

    #[test]
    fn the_text_is_read_whatever_it_is() {
        let check = |body: &str, expected: Option<&str>| assert_eq!(uploaded(body).ok().as_deref(), expected, "{body}");
        check(r#"{"body":"a\nb\u0000"}"#, Some("a\nb\u{FFFD}"));
        check(r#"{"body":""}"#, Some(""));
        check(r#"{"body":{"a":1}}"#, Some(r#"{"a":1}"#));
        check(r#"{"body":null}"#, None);
        check("{}", None);
        check("text", None);
    }

    #[test]
    fn the_same_object_is_known_by_the_same_key() {
        let key = |body: &str| object(body, Timestamp(1)).unwrap().0;
        assert_eq!(key(r#"{"body":"a"}"#), key(r#"{"body":"a"}"#));
        assert_ne!(key(r#"{"body":"a"}"#), key(r#"{"body":"b"}"#));
        assert!(object("[]", Timestamp(1)).is_err() && object("{}", Timestamp(1)).is_err());
    }
}
