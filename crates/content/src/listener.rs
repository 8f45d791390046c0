//! What the readers of the formats tell about a conversation, and who listens.
//!
//! Providers disagree on what a message is: a tool's result is a message, or a block in the user's message; a call is
//! part of a message, or an item beside it. Their readers know that, and tell what they come across in order. One
//! listener builds messages for people to see, another only notes who spoke; because both listen to the same readers,
//! what is counted is what is shown.

use crate::lenient::Json;
use crate::message::ToolCall;

/// Somebody who is told about the parts of a conversation that lies in JSON of the lifetime `'a`.
pub(crate) trait Listener<'a> {
    /// A turn begins: what follows is said by `role`.
    fn begin(&mut self, role: &str);

    /// The current message goes on if it is this role's; otherwise a turn begins.
    fn speak_as(&mut self, role: &str);

    /// Text of the current message: a JSON string, not yet decoded.
    fn say(&mut self, text: Json<'a>);

    /// Something that is not text, such as an image: the message exists even if nothing else is said.
    fn attach(&mut self);

    /// A tool call of the current message, read only if it matters.
    fn call(&mut self, read: impl FnOnce() -> ToolCall);

    /// A tool's result, a message of its own between what was said before and after it: the call it answers and its
    /// text, read only if they matter.
    fn result(&mut self, read: impl FnOnce() -> (Option<String>, Option<String>));

    /// A turn ends, which leaves a message even if it was empty: that a model answered with nothing is worth seeing.
    fn end(&mut self);

    /// The request names an earlier call that it goes on from, and leaves out what was said until then.
    fn go_on(&mut self);
}
