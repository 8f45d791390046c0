//! Reads what model providers and their clients put into recorded calls.
//!
//! An event that records a model call carries the provider's own request and response. This crate finds in them
//! what Debrief shows and counts: models, tokens, messages, tool calls, why the answer ended, what went wrong.
//!
//! Two kinds of readers, for two moments:
//!
//! * [`call_facts`] and [`said`] run on the way in, once per event. They pass over the text, keep slices of it, and copy
//!   only the few strings they return: what the call was, and what was said in it.
//! * [`input_messages`], [`output_messages`] and [`chat_messages`] run when somebody looks at an event, and build the
//!   whole normalised conversation. [`messages_of_transcript`] builds it from plain text, and [`thread`] one
//!   conversation from calls that each repeat it.
//!
//! Where one side of a call lies in several pieces, as in spans, [`said_in_pieces`] and [`history_in`] are the same two.
//!
//! All are total: recorded content is never refused, so nothing here returns an error or panics. A field that is
//! missing, null, or of another type than documented is unknown, which is `None` and never zero. Of a repeated key
//! the last one counts. The crate knows JSON and providers; it must not know HTTP, storage, time, or dialects.

mod anthropic;
mod blocks;
mod chat;
mod depth;
mod exchange;
mod facts;
mod format;
mod gemini;
mod interactions;
mod labelled;
mod lenient;
mod listener;
mod message;
mod openai_chat;
mod openai_responses;
mod parts;
mod repair;
mod said;
mod scan;
mod terms;
#[cfg(test)]
mod tests;
mod thread;
mod time;
mod transcript;

pub use chat::chat_messages;
pub use depth::json_depth_exceeds;
pub use exchange::{Piece, answer_in, history_in, said_in_pieces};
pub use facts::{CallFacts, Warning, call_facts};
pub use format::{Format, format_of};
pub use labelled::messages_of_transcript;
pub use message::{Message, ToolCall, input_messages, output_messages};
pub use repair::{repair_json, repair_utf8};
pub use said::{Said, Speaker, said, said_in_chat, said_in_messages};
pub use scan::plain_bytes;
pub use terms::{cache_writes, service_tier};
pub use thread::{Call, thread};
pub use time::rfc3339_us;
