//! A believable past for demonstrations, tests and benchmarks: six agents, the people they serve, and what they said and did.
//!
//! Everything is composed from scripts written by hand (`data/*.txt`; their form is in docs/demo.md) with chance from a seed, so that the
//! same seed and the same time give the same bytes. What each conversation is meant to be travels beside it as [`Truth`] and over no wire:
//! tests compare with it what is found out.
//!
//! * [`Story`] tells some weeks, conversation by conversation.
//! * [`wire`] writes a conversation as the requests by which its agent's client would have reported it.
//!
//! The crate knows `model` for times. It must not know I/O, clocks, HTTP beyond the words of a request, or what is made of all this.

mod calendar;
mod cast;
mod conversation;
mod manner;
mod parse;
mod people;
mod play;
mod rng;
mod script;
mod slots;
mod story;
mod text;
mod usage;
pub mod wire;

pub use cast::{AGENTS, Agent, Audience, Dialect, Model, Version};
pub use conversation::{
    Conversation, Failure, Feedback, Finish, Language, ModelCall, Outcome, Person, Step, SubAgent, Tokens, ToolCall, Truth, What,
};
pub use story::{CONVERSATIONS_PER_DAY_MAX, DAYS_MAX, Story};
