//! Puts messages together from parts that arrive one after another.
//!
//! Providers disagree on what a message is: a tool's result is a message, or a block in the user's message; a call is
//! part of a message, or an item beside it. Their readers tell this builder what they come across, in order.

use crate::message::{Message, ToolCall};

/// The messages so far, and the one being said.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    done: Vec<Message>,
    open: Option<Message>,
    role: String,
    begun_at: usize,
}

impl Transcript {
    /// Begins a turn: what follows is said by `role`.
    pub(crate) fn begin(&mut self, role: &str) {
        self.close();
        role.clone_into(&mut self.role);
        self.begun_at = self.done.len();
    }

    /// Goes on with the current message if it is this role's, or begins one.
    pub(crate) fn speak_as(&mut self, role: &str) {
        if self.role != role {
            self.begin(role);
        }
    }

    /// Text of the current message.
    pub(crate) fn say(&mut self, text: &str) {
        self.current().text.get_or_insert_default().push_str(text);
    }

    /// Something that is not text, such as an image: the message exists even if nothing else is said.
    pub(crate) fn attach(&mut self) {
        self.current();
    }

    /// A tool call of the current message.
    pub(crate) fn call(&mut self, call: ToolCall) {
        self.current().tool_calls.push(call);
    }

    /// A tool's result: a message of its own, between what was said before and after it.
    pub(crate) fn result(&mut self, tool_call_id: Option<String>, text: Option<String>) {
        self.close();
        self.done.push(Message { role: "tool".to_owned(), text, tool_call_id, ..Message::default() });
    }

    /// Ends a turn, which leaves a message even if it was empty: that a model answered with nothing is worth seeing.
    pub(crate) fn end(&mut self) {
        if self.done.len() == self.begun_at {
            self.attach();
        }
        self.close();
    }

    /// Ends the conversation.
    pub(crate) fn finish(mut self) -> Vec<Message> {
        self.close();
        self.done
    }

    fn current(&mut self) -> &mut Message {
        self.open.get_or_insert_with(|| Message { role: self.role.clone(), ..Message::default() })
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }
}
