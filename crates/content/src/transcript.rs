//! Puts messages together from parts that arrive one after another, for people to see.

use crate::lenient::{Json, text};
use crate::listener::Listener;
use crate::message::{Message, ToolCall};

/// The messages so far, and the one being said.
#[derive(Debug, Default)]
pub(crate) struct Transcript {
    done: Vec<Message>,
    open: Option<Message>,
    role: String,
    begun_at: usize,
}

impl<'a> Listener<'a> for Transcript {
    fn begin(&mut self, role: &str) {
        self.close();
        role.clone_into(&mut self.role);
        self.begun_at = self.done.len();
    }

    fn speak_as(&mut self, role: &str) {
        if self.role != role {
            self.begin(role);
        }
    }

    fn say(&mut self, said: Json<'a>) {
        self.current().text.get_or_insert_default().push_str(&text(Some(said)).unwrap_or_default());
    }

    fn attach(&mut self) {
        self.current();
    }

    fn call(&mut self, read: impl FnOnce() -> ToolCall) {
        self.current().tool_calls.push(read());
    }

    fn result(&mut self, read: impl FnOnce() -> (Option<String>, Option<String>)) {
        self.close();
        let (tool_call_id, text) = read();
        self.done.push(Message { role: "tool".to_owned(), text, tool_call_id, ..Message::default() });
    }

    fn end(&mut self) {
        if self.done.len() == self.begun_at {
            self.attach();
        }
        self.close();
    }

    // What was left out cannot be shown.
    fn go_on(&mut self) {}
}

impl Transcript {
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
