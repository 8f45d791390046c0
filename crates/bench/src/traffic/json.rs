//! Small JSON writers in the spacing that Python's `json.dumps` uses, which is what both SDKs send.

/// One chat message.
#[derive(Clone, Debug)]
pub(super) struct Message {
    role: &'static str,
    pub(super) text: String,
}

impl Message {
    pub(super) fn system(text: String) -> Message {
        Message { role: "system", text }
    }

    pub(super) fn user(text: String) -> Message {
        Message { role: "user", text }
    }

    pub(super) fn assistant(text: String) -> Message {
        Message { role: "assistant", text }
    }
}

/// How many messages of history a call carries at most beside the system prompt: agents trim, and it keeps events near 1.5 kB.
const HISTORY_MESSAGES_MAX: usize = 3;

/// The system prompt and the newest messages. `history` starts with the system prompt.
pub(super) fn window(history: &[Message]) -> (&Message, &[Message]) {
    let newest = history.len().saturating_sub(HISTORY_MESSAGES_MAX).max(1);
    (&history[0], &history[newest..])
}

/// A JSON array of messages, and how many tokens they roughly are.
pub(super) fn messages(system: Option<&Message>, rest: &[Message]) -> (String, usize) {
    let mut text = String::from("[");
    let mut count = 0;
    for message in system.into_iter().chain(rest) {
        if text.len() > 1 {
            text.push_str(", ");
        }
        text.push_str("{\"role\": \"");
        text.push_str(message.role);
        text.push_str("\", \"content\": ");
        text.push_str(&quote(&message.text));
        text.push('}');
        count += tokens(&message.text) + 4;
    }
    text.push(']');
    (text, count)
}

/// `text` as a JSON string.
pub(super) fn quote(text: &str) -> String {
    serde_json::to_string(text).expect("a string is always valid JSON")
}

/// A rough token count: four bytes a token.
pub(super) fn tokens(text: &str) -> usize {
    text.len() / 4 + 1
}
