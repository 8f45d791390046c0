//! Conversations written down as text, a label before what each party says: `User: …`, then `AI: …`.

use crate::message::Message;

/// The role of what no label says who said it.
const UNKNOWN: &str = "unknown";

/// Messages of one text. Whatever is labelled beyond them goes on as part of the last one.
const MESSAGES_MAX: usize = 10_000;

/// Bytes of a line that a label has to fit into, its marks and colon included.
const LABEL_BYTES_MAX: usize = 24;

/// Labels and the roles they stand for.
const LABELS: [(&str, &str); 15] = [
    ("user", "user"),
    ("human", "user"),
    ("customer", "user"),
    ("client", "user"),
    ("visitor", "user"),
    ("caller", "user"),
    ("assistant", "assistant"),
    ("ai", "assistant"),
    ("agent", "assistant"),
    ("bot", "assistant"),
    ("support", "assistant"),
    ("model", "assistant"),
    ("system", "system"),
    ("tool", "tool"),
    ("function", "tool"),
];

/// Labels that a message may well contain too, as when an answer lists questions and answers. They count only in a text
/// that has none of the above for their role.
const STAND_INS: [(&str, &str); 5] = [("me", "user"), ("q", "user"), ("question", "user"), ("a", "assistant"), ("answer", "assistant")];

/// The messages of a transcript.
///
/// A label stands at the very beginning of a line, in any case, perhaps in Markdown's bold or italics, and ends with a
/// colon that may have a space before it: `User`, `Human`, `Customer`, `Client`, `Visitor`, `Caller`; `Assistant`,
/// `AI`, `Agent`, `Bot`, `Support`, `Model`; `System`; `Tool`, `Function`. `Me`, `Q` and `Question` stand in for the
/// user's where a text has none of those, `A` and `Answer` likewise for the assistant's. A colon that is part of `::`
/// or `://` ends none.
///
/// Lines without a label go on with the message before them, and keep their breaks; white space around a message is not
/// part of it. What comes before the first label, or a text without any, is a message of the role `unknown`. A text of
/// nothing but white space has no messages. It takes time linear in the length of the text.
pub fn messages_of_transcript(text: &str) -> Vec<Message> {
    let stand_ins = StandIns::wanted_in(text);
    let mut messages = Vec::new();
    let mut open = Open { role: None, start: 0 };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let label = label(line).filter(|label| !label.stands_in || stand_ins.are_wanted_for(label.role));
        if let Some(label) = label.filter(|_| messages.len() + 1 < MESSAGES_MAX) {
            messages.extend(open.end(&text[..at]));
            open = Open { role: Some(label.role), start: at + label.length };
        }
        at += line.len();
    }
    messages.extend(open.end(text));
    messages
}

/// The message that is going on: who says it, and where it began.
struct Open {
    role: Option<&'static str>,
    start: usize,
}

impl Open {
    /// The message as it is when nothing after `text` belongs to it. An empty one exists only by its label.
    fn end(self, text: &str) -> Option<Message> {
        let said = text[self.start..].trim();
        let text = (!said.is_empty()).then(|| said.to_owned());
        let role = self.role.or(text.as_ref().map(|_| UNKNOWN))?;
        Some(Message { role: role.to_owned(), text, ..Message::default() })
    }
}

/// For which roles a text has no labels of their own.
struct StandIns {
    user: bool,
    assistant: bool,
}

impl StandIns {
    fn wanted_in(text: &str) -> Self {
        let own = |role| text.split_inclusive('\n').filter_map(label).any(|label| !label.stands_in && label.role == role);
        Self { user: !own("user"), assistant: !own("assistant") }
    }

    fn are_wanted_for(&self, role: &str) -> bool {
        if role == "user" { self.user } else { self.assistant }
    }
}

/// A label at the beginning of a line.
struct Label {
    role: &'static str,
    stands_in: bool,
    /// Bytes up to where what is said begins.
    length: usize,
}

fn label(line: &str) -> Option<Label> {
    let is_mark = |found: char| matches!(found, '*' | '_');
    let colon = line.bytes().take(LABEL_BYTES_MAX).position(|byte| byte == b':')?;
    let (before, said) = (&line[..colon], &line[colon + 1..]);
    if said.starts_with(':') || said.starts_with("//") {
        return None;
    }
    let name = before.trim_start_matches(is_mark);
    let marked = name.len() < before.len();
    let name = name.trim_end_matches(|found| is_mark(found) || matches!(found, ' ' | '\t'));
    let in_list = |list: &[(&str, &'static str)]| list.iter().find(|(label, _)| name.eq_ignore_ascii_case(label)).map(|(_, role)| *role);
    let own = in_list(&LABELS);
    // The marks that close a label may stand on either side of its colon.
    let said = if marked { said.trim_start_matches(is_mark) } else { said };
    Some(Label { role: own.or_else(|| in_list(&STAND_INS))?, stands_in: own.is_none(), length: line.len() - said.len() })
}
