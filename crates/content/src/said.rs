//! What a recorded call says of its conversation, found on its way in: how much was said, and the last words.
//!
//! A message counts if its role is `user` or `assistant` and its text is more than white space. System, tool and
//! reasoning parts are context, and so is a message that only calls tools: it does not speak.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::chat;
use crate::format::{Format, by_shape};
use crate::lenient::{Json, is_blank, is_empty, open_json_string, text_end};
use crate::listener::Listener;
use crate::message::{self, Message, ToolCall};

/// Characters of the last words that are copied. What somebody asks for or thanks for stands at the end.
const WORDS_CHARS_MAX: usize = 2_000;

/// What a call says of its conversation: the history that it was sent with, and its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Messages of the user with text, in the history and in the answer.
    pub user_messages: u32,
    /// Messages of the assistant with text, in the history and in the answer.
    pub assistant_messages: u32,
    /// Whose message is the last of them.
    pub last_speaker: Option<Speaker>,
    /// The user's last message with text, of a long one its last 2,000 characters.
    pub user_words: Option<String>,
    /// The assistant's last message with text, of a long one its last 2,000 characters.
    pub assistant_words: Option<String>,
    /// Whether the answer itself speaks. One of only tool calls does not, whatever the history says.
    pub replied: bool,
    /// Whether the provider keeps the history (OpenAI's `previous_response_id` and `conversation`, Gemini's
    /// `previous_interaction_id`), so that what is counted here is only what this call adds to it.
    pub continues: bool,
}

/// The two parties of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// Whoever is served.
    User,
    /// Whoever serves.
    Assistant,
}

impl Speaker {
    /// The party that messages of this role are said by.
    fn of(role: &str) -> Option<Self> {
        match role {
            "user" => Some(Self::User),
            "assistant" => Some(Self::Assistant),
            _ => None,
        }
    }
}

/// Listens to a call's request and response. Without a format it is found from their shape, as [`call_facts`] finds it.
///
/// What it counts is what [`input_messages`] and [`output_messages`] of that format show, except that of several
/// choices only the first counts: the others are answers that were not given. It copies nothing but the last words.
///
/// [`call_facts`]: crate::call_facts
/// [`input_messages`]: crate::input_messages
/// [`output_messages`]: crate::output_messages
pub fn said(format: Option<Format>, inputs: Option<&RawValue>, output: Option<&RawValue>) -> Said {
    let (inputs, output) = (inputs.map(Json::of), output.map(Json::of));
    let (opened_inputs, opened_output) = (open_json_string(inputs), open_json_string(output));
    let inputs = opened_inputs.as_deref().map(Json::of).or(inputs);
    let output = opened_output.as_deref().map(Json::of).or(output);
    let format = format.or_else(|| by_shape(inputs, output));
    let mut ear = Ear::default();
    message::read_inputs(&mut ear, format, inputs);
    ear.await_reply();
    message::read_reply(&mut ear, format, output);
    ear.finish()
}

/// The same for the chat-like JSON that [`chat_messages`] reads: `prompt` is by default the user's, `completion` the
/// assistant's.
///
/// [`chat_messages`]: crate::chat_messages
pub fn said_in_chat(prompt: Option<&RawValue>, completion: Option<&RawValue>) -> Said {
    let mut ear = Ear::default();
    chat::read_value(&mut ear, prompt.map(Json::of), "user");
    ear.await_reply();
    chat::read_value(&mut ear, completion.map(Json::of), "assistant");
    ear.finish()
}

/// The same for messages that were built already. None of them is told apart as the answer.
pub fn said_in_messages(messages: &[Message]) -> Said {
    let mut said = Said::default();
    for message in messages {
        let text = message.text.as_deref().filter(|text| !text.trim().is_empty());
        if let (Some(speaker), Some(text)) = (Speaker::of(&message.role), text) {
            said.count(speaker);
            *said.words_of(speaker) = Some(end_of(text).to_owned());
        }
    }
    said
}

fn end_of(text: &str) -> &str {
    text.char_indices().nth_back(WORDS_CHARS_MAX - 1).map_or(text, |(start, _)| &text[start..])
}

impl Said {
    fn count(&mut self, speaker: Speaker) {
        let messages = match speaker {
            Speaker::User => &mut self.user_messages,
            Speaker::Assistant => &mut self.assistant_messages,
        };
        *messages = messages.saturating_add(1);
        self.last_speaker = Some(speaker);
    }

    fn words_of(&mut self, speaker: Speaker) -> &mut Option<String> {
        match speaker {
            Speaker::User => &mut self.user_words,
            Speaker::Assistant => &mut self.assistant_words,
        }
    }
}

/// Notes who speaks, and where the last words of each stand.
#[derive(Debug, Default)]
pub(crate) struct Ear<'a> {
    said: Said,
    speaker: Option<Speaker>,
    speaks: bool,
    parts: Vec<Json<'a>>,
    user_parts: Vec<Json<'a>>,
    assistant_parts: Vec<Json<'a>>,
    replies_before: u32,
}

impl<'a> Listener<'a> for Ear<'a> {
    fn begin(&mut self, role: &str) {
        self.close();
        self.speaker = Speaker::of(role);
    }

    fn speak_as(&mut self, role: &str) {
        // Of two roles that are nobody's here it does not matter which one goes on.
        if self.speaker != Speaker::of(role) {
            self.begin(role);
        }
    }

    fn say(&mut self, text: Json<'a>) {
        if self.speaker.is_none() || is_empty(text) {
            return;
        }
        self.speaks = self.speaks || !is_blank(text);
        // Each part is a character at least, so that those before the last so many are never copied.
        if self.parts.len() == 2 * WORDS_CHARS_MAX {
            self.parts.drain(..WORDS_CHARS_MAX);
        }
        self.parts.push(text);
    }

    fn attach(&mut self) {}

    fn call(&mut self, _read: impl FnOnce() -> ToolCall) {}

    fn result(&mut self, _read: impl FnOnce() -> (Option<String>, Option<String>)) {
        self.close();
    }

    fn end(&mut self) {
        self.close();
    }

    fn go_on(&mut self) {
        self.said.continues = true;
    }
}

impl Ear<'_> {
    /// What follows is the answer.
    pub(crate) fn await_reply(&mut self) {
        self.begin("");
        self.replies_before = self.said.assistant_messages;
    }

    fn close(&mut self) {
        if let Some(speaker) = self.speaker.filter(|_| self.speaks) {
            self.said.count(speaker);
            let kept = match speaker {
                Speaker::User => &mut self.user_parts,
                Speaker::Assistant => &mut self.assistant_parts,
            };
            std::mem::swap(kept, &mut self.parts);
        }
        self.parts.clear();
        self.speaks = false;
    }

    pub(crate) fn finish(mut self) -> Said {
        self.close();
        self.said.replied = self.said.assistant_messages > self.replies_before;
        self.said.user_words = last_words(&self.user_parts);
        self.said.assistant_words = last_words(&self.assistant_parts);
        self.said
    }
}

/// The end of a text that stands in these parts, decoded from its last part backwards; `None` without parts.
fn last_words(parts: &[Json<'_>]) -> Option<String> {
    let mut left = WORDS_CHARS_MAX;
    let mut ends: Vec<Cow<'_, str>> = Vec::new();
    for part in parts.iter().rev() {
        let end = text_end(*part, left);
        left -= end.chars().count();
        ends.push(end);
        if left == 0 {
            break;
        }
    }
    ends.reverse();
    (!parts.is_empty()).then(|| ends.concat())
}
