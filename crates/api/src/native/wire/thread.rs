//! A conversation, each message once.

use serde::Serialize;

use super::Tool;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Thread {
    pub(in crate::native) session_id: String,
    pub(in crate::native) messages: Vec<Said>,
    /// Events of the session that were looked at, and all that there are of calls and messages.
    pub(in crate::native) events: u64,
    pub(in crate::native) total: u64,
}

/// A message, and the event that it is first in.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Said {
    pub(in crate::native) event_id: String,
    pub(in crate::native) occurred_at: String,
    pub(in crate::native) agent: Option<String>,
    pub(in crate::native) role: String,
    pub(in crate::native) text: Option<String>,
    pub(in crate::native) tool_calls: Vec<Asked>,
    pub(in crate::native) tool_call_id: Option<String>,
}

/// A tool that a message asks for, and the event that tells of its work.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::native) struct Asked {
    #[serde(flatten)]
    pub(in crate::native) call: Tool,
    pub(in crate::native) event_id: Option<String>,
}
