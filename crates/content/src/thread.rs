//! One conversation out of calls that each carry its history again.
//!
//! A model remembers nothing, so every call of a conversation begins with all that was said before. What a call adds
//! is what follows the longest beginning that it has in common with the call before and its answer. Two messages are
//! the same if role, text and the ids of tool calls are; white space does not matter, which clients trim at will.

use crate::message::Message;

/// One call of a conversation.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// The history that it was sent with.
    pub input: &'a [Message],
    /// What was answered.
    pub output: &'a [Message],
    /// Whether the client says that it shortened the history (`gen_ai.conversation.compacted`).
    pub compacted: bool,
}

/// The conversation that these calls, in the order of their time, were held in: every message once, with the index of
/// the call that brought it.
///
/// A history that does not go on from the one before was shortened, or is of another talk: of it counts what the user
/// said last, and what tools answered since. System messages are told once each, wherever they stand.
pub fn thread<'a>(calls: &[Call<'a>]) -> Vec<(usize, &'a Message)> {
    let mut told: Vec<(usize, &Message)> = Vec::new();
    let mut before: Vec<&Message> = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let (system, history): (Vec<&Message>, Vec<&Message>) = call.input.iter().partition(|message| is_system(message));
        for message in system {
            if !told.iter().any(|(_, earlier)| is_system(earlier) && same(earlier, message)) {
                told.push((index, message));
            }
        }
        let added = match call.compacted {
            true => last_of_user(&history),
            false => added(&before, &history),
        };
        told.extend(added.into_iter().chain(call.output).map(|message| (index, message)));
        before = history;
        before.extend(call.output);
    }
    told
}

fn added<'a>(before: &[&Message], history: &[&'a Message]) -> Vec<&'a Message> {
    let common = before.iter().zip(history).take_while(|(earlier, message)| same(earlier, message)).count();
    let rest = history.get(common..).unwrap_or_default();
    if common == before.len() {
        return rest.to_vec();
    }
    if rest.is_empty() || rest.iter().any(|message| message.role == "user") {
        return last_of_user(history);
    }
    // The user has been heard already; the answer before came back in another form.
    rest.iter().filter(|message| message.role == "tool").copied().collect()
}

fn last_of_user<'a>(history: &[&'a Message]) -> Vec<&'a Message> {
    history.iter().rev().find(|message| message.role == "user").copied().into_iter().collect()
}

fn is_system(message: &Message) -> bool {
    matches!(message.role.as_str(), "system" | "developer")
}

fn same(one: &Message, other: &Message) -> bool {
    one.role == other.role
        && one.tool_call_id == other.tool_call_id
        && one.tool_calls.iter().map(|call| &call.id).eq(other.tool_calls.iter().map(|call| &call.id))
        && words(one).eq(words(other))
}

fn words(message: &Message) -> impl Iterator<Item = &str> {
    message.text.as_deref().unwrap_or_default().split_whitespace()
}
