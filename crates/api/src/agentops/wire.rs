//! The vendor's JSON, field for field. Requests are read member by member (see [`lenient`](super::lenient)): the published
//! documents and the shipped SDKs spell many members differently, and both spellings are here.

mod nested;
pub(super) mod trace;

use serde::Serialize;
use serde_json::value::RawValue;

use super::lenient::members;

members! {
    /// The body of `create_session` and `update_session`: the session within `session`, or the body itself.
    SessionBody {
        session: "session",
    }
}

members! {
    /// A session. The SDK sends its whole object; what is not here is the SDK's own business (`queue` repeats events, `jwt` the token).
    Session {
        session_id: "session_id", id: "id", init_timestamp: "init_timestamp", end_timestamp: "end_timestamp",
        end_state: "end_state", end_state_reason: "end_state_reason", tags: "tags", video: "video", host_env: "host_env",
    }
}

members! {
    /// The body of `create_events` and `update_events`, where it is an object.
    EventsBody {
        events: "events",
    }
}

members! {
    /// An event: `event_type`, `params`, `returns`, `id` as the SDK has them, `type`, `input`, `output`, `event_id` as documented.
    Event {
        event_type: "event_type", kind: "type", id: "id", event_id: "event_id", init_timestamp: "init_timestamp",
        end_timestamp: "end_timestamp", timestamp: "timestamp", agent_id: "agent_id", params: "params", input: "input",
        returns: "returns", output: "output", name: "name", tool_name: "tool_name", action_type: "action_type", prompt: "prompt",
        completion: "completion", model: "model", prompt_tokens: "prompt_tokens", completion_tokens: "completion_tokens",
        cost: "cost", error_type: "error_type", code: "code", details: "details", trigger_event_id: "trigger_event_id",
        trigger_event_type: "trigger_event_type",
    }
}

members! {
    /// The parameters of a model call.
    Params {
        model: "model",
    }
}

members! {
    /// The body of `create_agent` and `create_thread`.
    Agent {
        id: "id", name: "name", agent_id: "agent_id",
    }
}

members! {
    /// The body of `update_logs`.
    Logs {
        logs: "logs",
    }
}

members! {
    /// The body of the routes that give a token for a key.
    ApiKey {
        api_key: "api_key",
    }
}

members! {
    /// The body of an upload.
    Upload {
        body: "body",
    }
}

/// What most routes answer.
pub(super) const SUCCESS: &str = "Success";

/// A session was created, or a token was made anew (then without the address).
#[derive(Serialize)]
pub(super) struct Opened {
    pub(super) status: &'static str,
    pub(super) jwt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) session_url: Option<String>,
}

/// A session was updated. The SDKs read `token_cost` as a decimal and take its absence for zero.
#[derive(Serialize)]
pub(super) struct Updated {
    pub(super) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_cost: Option<String>,
    pub(super) session_url: String,
}

/// A session's log was appended to.
#[derive(Serialize)]
pub(super) struct Logged {
    pub(super) status: &'static str,
    pub(super) logs_url: String,
}

/// The statistics of a session: zeros where there is nothing, as the vendor has it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Stats {
    pub(super) session_id: String,
    pub(super) cost: String,
    pub(super) events: u64,
    pub(super) prompt_tokens: u64,
    pub(super) completion_tokens: u64,
    pub(super) errors: u64,
}

/// A whole session.
#[derive(Serialize)]
pub(super) struct Export {
    pub(super) session: ExportedSession,
    pub(super) actions: Vec<Box<RawValue>>,
    pub(super) llms: Vec<Box<RawValue>>,
    pub(super) tools: Vec<Box<RawValue>>,
    pub(super) errors: Vec<Box<RawValue>>,
}

/// A session as the vendor stores it.
#[derive(Serialize)]
pub(super) struct ExportedSession {
    pub(super) id: String,
    pub(super) init_timestamp: String,
    pub(super) end_timestamp: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) end_state: Option<String>,
    pub(super) end_state_reason: Option<String>,
    pub(super) video: Option<String>,
    pub(super) host_env: Option<Box<RawValue>>,
}

/// A project's token. An SDK that hears of another plan than this prints an advertisement.
#[derive(Serialize)]
pub(super) struct Token {
    pub(super) token: String,
    pub(super) project_id: String,
    pub(super) project_prem_status: &'static str,
}

/// The plan that everybody is on.
pub(super) const PLAN: &str = "pro";

/// What a project's token says.
#[derive(Serialize)]
pub(super) struct TokenTold {
    pub(super) message: &'static str,
    pub(super) payload: TokenPayload,
    pub(super) expires_at: String,
}

/// Its claims, as the vendor calls them. Its servers write the key into them, ours does not.
#[derive(Serialize)]
pub(super) struct TokenPayload {
    pub(super) exp: i64,
    pub(super) aud: &'static str,
    pub(super) project_id: String,
    pub(super) project_prem_status: &'static str,
}

/// The same token, as the public interface calls it.
#[derive(Serialize)]
pub(super) struct AccessToken {
    pub(super) bearer: String,
}

/// A project.
#[derive(Serialize)]
pub(super) struct Project {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) environment: &'static str,
}

/// Something was uploaded.
#[derive(Serialize)]
pub(super) struct Uploaded {
    pub(super) url: String,
    pub(super) size: usize,
}

/// Why there is no token.
#[derive(Serialize)]
pub(super) struct Refused<'a> {
    pub(super) error: &'a str,
}

/// What is wrong, after version 2.
#[derive(Serialize)]
pub(super) struct Detail<'a> {
    pub(super) detail: &'a str,
}

/// What is wrong with a body, part by part.
#[derive(Serialize)]
pub(super) struct Unfit<'a> {
    pub(super) detail: Vec<Wrong<'a>>,
}

/// One part.
#[derive(Serialize)]
pub(super) struct Wrong<'a> {
    #[serde(rename = "type")]
    pub(super) kind: &'a str,
    pub(super) loc: Vec<&'a str>,
    pub(super) msg: &'a str,
}

/// What is wrong, in version 2.
#[derive(Serialize)]
pub(super) struct Failed<'a> {
    pub(super) path: &'a str,
    pub(super) message: &'a str,
}
