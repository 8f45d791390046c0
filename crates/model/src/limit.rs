//! Every bound, with its unit in its name. Settings may override the ones in [`Limits`].

/// Bounds that an operator can change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest request body accepted, after decompression too.
    pub body_bytes_max: usize,
    /// Largest OpenTelemetry export accepted, after decompression too.
    pub otlp_body_bytes_max: usize,
    /// Bytes of request bodies being read or waiting for commit, over all connections.
    pub queue_bytes_max: usize,
    /// Deepest nesting of arrays and objects in a JSON body.
    pub json_depth_max: usize,
    /// Events in one request.
    pub batch_events_max: usize,
    /// Connections served at a time.
    pub connections_max: usize,
    /// Time for a request's head to arrive.
    pub header_seconds_max: u64,
    /// Silence allowed while a request's body arrives.
    pub body_idle_seconds_max: u64,
    /// Time for a request's whole body to arrive.
    pub body_seconds_max: u64,
    /// Time a read waits for the warehouse to reach the ledger.
    pub fence_seconds_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes_max: 32 << 20,
            otlp_body_bytes_max: 64 << 20,
            queue_bytes_max: 128 << 20,
            json_depth_max: 128,
            batch_events_max: 10_000,
            connections_max: 1_024,
            header_seconds_max: 10,
            body_idle_seconds_max: 30,
            body_seconds_max: 120,
            fence_seconds_max: 20,
        }
    }
}

/// Bytes of a body that is read before anybody knows whose it is.
pub const STRANGER_BODY_BYTES_MAX: usize = 16 << 10;
/// Bytes of one upload of a log or an object.
pub const UPLOAD_BYTES_MAX: usize = 25 << 20;
/// Characters of a name or id that a caller chooses; longer ones are refused.
pub const KEY_CHARS_MAX: usize = 4_096;
/// Characters of a short text column (model, tool name, error type); longer ones are cut, the payload keeps them whole.
pub const COLUMN_CHARS_MAX: usize = 1_024;
/// Characters of an error message column; longer ones are cut, the payload keeps them whole.
pub const MESSAGE_CHARS_MAX: usize = 4_096;
/// Causes that are followed from an event upward when it is told.
pub const CAUSE_CHAIN_MAX: u32 = 1_000;
/// Steps of a chain of causes or effects that one answer shows.
pub const CHAIN_DEPTH_MAX: u32 = 100;
/// Events of a tree of effects that one answer shows.
pub const CHAIN_EVENTS_MAX: u32 = 1_000;
/// Steps of a chain when the caller does not say.
pub const CHAIN_DEPTH_DEFAULT: u32 = 20;
/// Events of a tree of effects when the caller does not say.
pub const CHAIN_EVENTS_DEFAULT: u32 = 200;
/// Characters of a dotted event type.
pub const EVENT_TYPE_CHARS_MAX: usize = 128;
/// Characters of the type of an actor or a resource.
pub const ROLE_CHARS_MAX: usize = 128;
/// Bytes of the payload of one domain event.
pub const EVENT_PAYLOAD_BYTES_MAX: usize = 256 << 10;
/// Characters of a comment in feedback or a score.
pub const COMMENT_CHARS_MAX: usize = 8_192;
/// Characters of a label in feedback or a score, of a score that is a word, and of what is scored.
pub const LABEL_CHARS_MAX: usize = 256;
/// Characters of the key by which a request is recognised when it comes again.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// Things wrong with one request that its answer lists.
pub const PROBLEMS_MAX: usize = 100;
/// Sorts of events, or actors, that one count of the event log lists: the most frequent.
pub const LOG_SUMS_MAX: usize = 10_000;
/// Keys whose reads are counted within a minute.
pub const METERED_KEYS_MAX: usize = 65_536;
/// Characters of a system prompt.
pub const PROMPT_CHARS_MAX: usize = 200_000;
/// Messages of one conversation in one request.
pub const MESSAGES_MAX: usize = 10_000;
/// Events that those messages amount to, with the tools that they call.
pub const MESSAGE_EVENTS_MAX: usize = 20_000;
/// Bytes of a session's metadata that is added to; more than that replaces it instead.
pub const METADATA_BYTES_MAX: usize = 1 << 20;
/// Tags of one session.
pub const TAGS_MAX: usize = 256;
/// Rows of one page of sessions, people or versions.
pub const PAGE_ROWS_MAX: u32 = 1_000;
/// Rows of one page when the caller does not say.
pub const PAGE_ROWS_DEFAULT: u32 = 100;
/// Rows that paging by offset may skip; beyond it a cursor is the way.
pub const OFFSET_ROWS_MAX: u64 = 10_000_000;
