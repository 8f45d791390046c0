//! Sessions, agents and threads as the vendor's clients declare them.

use debrief_model::limit::{COLUMN_CHARS_MAX, KEY_CHARS_MAX, TAGS_MAX};
use debrief_model::{Error, SessionPatch};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::value::RawValue;

use super::{cut, kept, key, without_nul};
use crate::agentops::lenient::{moment, object, said, text, word};
use crate::agentops::wire;
use crate::edge::json;

/// What needs no escaping in a segment of a path.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What a client says of a session, nested or not, and the session's key where it names one.
///
/// # Errors
/// `Invalid` when it is no JSON object.
pub(in crate::agentops) fn session(body: &str) -> Result<(Option<String>, SessionPatch), Error> {
    json::read(body, |body| {
        let flat: wire::Session<'_> = serde_json::from_str(body)?;
        let nested = serde_json::from_str::<wire::SessionBody<'_>>(body)?.session.filter(|raw| raw.get().starts_with('{'));
        let said = nested.map_or(flat, |nested| object(Some(nested)));
        let ids = [said.session_id, said.id, flat.session_id, flat.id];
        Ok((ids.into_iter().find_map(key), patch(&said)))
    })
}

/// The key of the session that a body names.
///
/// # Errors
/// `Invalid` when it names none; `doing` is what the vendor says of the attempt.
pub(in crate::agentops) fn session_key(named: Option<String>, doing: &str) -> Result<String, Error> {
    let sentence = || format!("Error {doing}: a session id of 1 to {KEY_CHARS_MAX} characters is required");
    named.ok_or_else(|| Error::invalid(sentence()))
}

fn patch(session: &wire::Session<'_>) -> SessionPatch {
    let column = |raw| word(raw).map(|word| cut(word, COLUMN_CHARS_MAX));
    SessionPatch {
        started_at: moment(session.init_timestamp),
        ended_at: moment(session.end_timestamp),
        end_state: column(session.end_state),
        // An uncaught exception puts its whole traceback here.
        end_state_reason: said(session.end_state_reason).map(without_nul),
        tags: tags(session.tags),
        environment: None,
        video: text(session.video).filter(|video| !video.is_empty()).map(without_nul),
        host: session.host_env.filter(|host| host.get().starts_with('{')).map(|host| kept(host.get()).into_owned()),
        title: None,
        metadata: None,
        resolution: None,
        resolved_by: None,
    }
}

/// A list of tags, a list written as JSON text, or a single tag.
fn tags(raw: Option<&RawValue>) -> Option<Vec<String>> {
    let list = |json: &str| {
        let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
        let mut tags: Vec<String> = Vec::with_capacity(items.len().min(TAGS_MAX));
        for tag in items.into_iter().filter_map(|item| word(Some(item))).map(|tag| cut(tag, COLUMN_CHARS_MAX)).take(TAGS_MAX) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Some(tags)
    };
    match text(raw) {
        None => list(raw?.get()),
        Some(single) => list(&single).or_else(|| (!single.is_empty()).then(|| vec![cut(single, COLUMN_CHARS_MAX)])),
    }
}

/// An agent or a thread within a session.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::agentops) struct Named {
    /// Its id within the session.
    pub(in crate::agentops) id: String,
    /// Its name; the id where it has none.
    pub(in crate::agentops) name: String,
    /// For a thread, the agent.
    pub(in crate::agentops) agent_id: Option<String>,
}

/// Reads an agent or a thread. One without an id goes by its name.
///
/// # Errors
/// `Invalid` when it has neither; `doing` is what the vendor says of the attempt.
pub(in crate::agentops) fn agent(body: &str, doing: &str) -> Result<Named, Error> {
    let read = |body: &str| {
        let agent: wire::Agent<'_> = serde_json::from_str(body)?;
        Ok((key(agent.id), key(agent.name), key(agent.agent_id)))
    };
    let (id, name, agent_id) = json::read(body, read)?;
    match (id, name) {
        (Some(id), Some(name)) => Ok(Named { id, name, agent_id }),
        (Some(only), None) | (None, Some(only)) => Ok(Named { id: only.clone(), name: only, agent_id }),
        (None, None) => Err(Error::invalid(format!("Error {doing}: an id of 1 to {KEY_CHARS_MAX} characters is required"))),
    }
}

/// The text to append to a session's log.
///
/// # Errors
/// `Invalid` when it is no JSON object.
pub(in crate::agentops) fn log_text(body: &str) -> Result<String, Error> {
    json::read(body, |body| Ok(said(serde_json::from_str::<wire::Logs<'_>>(body)?.logs).unwrap_or_default().into_owned()))
}

/// Where people look at the session.
pub(in crate::agentops) fn session_url(public_url: &str, session: &str) -> String {
    format!("{}/sessions/{}", public_url.trim_end_matches('/'), utf8_percent_encode(session, UNRESERVED))
}

/// Where people look at the session's log.
pub(in crate::agentops) fn logs_url(public_url: &str, session: &str) -> String {
    format!("{}/log", session_url(public_url, session))
}
