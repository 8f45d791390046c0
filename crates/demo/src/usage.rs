//! How many tokens a call of a model uses: what its conversation has come to, and how much of that providers have in their caches.

use debrief_model::Timestamp;

use crate::calendar::MINUTE_US;
use crate::cast::{Agent, Model, Version};
use crate::conversation::Tokens;
use crate::rng::Rng;

/// Input below this is never cached, as with the providers that cache by themselves.
const CACHED_TOKENS_MIN: u64 = 1_024;
/// Caches hold whole blocks of so many tokens.
const CACHE_BLOCK_TOKENS: u64 = 128;
/// How long a cache holds what is not used.
const CACHE_US: i64 = 5 * MINUTE_US;
/// Bytes of a token of prose, roughly, as tokenizers of English count.
const TOKEN_BYTES: u64 = 4;
/// Tokens that mark where a message begins and ends.
const MESSAGE_TOKENS: u64 = 6;

/// What an agent's conversation has come to so far.
pub(crate) struct Usage {
    model: &'static Model,
    context_tokens: u64,
    /// The input of the call before, and when that was.
    before: Option<(u64, Timestamp)>,
}

impl Usage {
    pub(crate) fn new(agent: &Agent, version: &Version) -> Self {
        let context_tokens = agent.overhead_tokens + tokens(version.prompt.len());
        Self { model: version.model, context_tokens, before: None }
    }

    /// Something was said or returned, and is part of every call from now on.
    pub(crate) fn heard(&mut self, text: &str) {
        self.context_tokens += tokens(text.len());
    }

    /// What a call uses that begins now and says so many bytes.
    pub(crate) fn call(&mut self, said_bytes: usize, at: Timestamp, rng: &mut Rng) -> Tokens {
        let input = self.context_tokens;
        let model = self.model;
        let whole_blocks = |count: u64| if count < CACHED_TOKENS_MIN { 0 } else { count - count % CACHE_BLOCK_TOKENS };
        let cache_read = match self.before {
            Some((before, then)) if at.micros_since(then) < CACHE_US => whole_blocks(before.min(input)),
            _ => 0,
        };
        let cache_write = if model.tells_cache_writes { whole_blocks(input) - cache_read } else { 0 };
        let reasoning = if model.reasoning_tokens == 0 { 0 } else { (model.reasoning_tokens as f64 * rng.stretch()) as u64 };
        self.before = Some((input, at));
        Tokens { input, output: tokens(said_bytes) + reasoning, cache_read, cache_write, reasoning }
    }
}

fn tokens(bytes: usize) -> u64 {
    bytes as u64 / TOKEN_BYTES + MESSAGE_TOKENS
}
