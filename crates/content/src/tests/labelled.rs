//! Transcripts in which each party's words carry a label.

use proptest::prelude::*;

use super::show;
use crate::{messages_of_transcript, said_in_messages};

fn check(text: &str, expected: &[&str]) {
    assert_eq!(show(&messages_of_transcript(text)), expected, "{text:?}");
}

#[test]
fn turns() {
    check("User: Hi\nAI: Hello!", &[r#"user: "Hi""#, r#"assistant: "Hello!""#]);
    check("user:Hi\r\n\r\nASSISTANT : Hello!\r\n", &[r#"user: "Hi""#, r#"assistant: "Hello!""#]);
    check("User: one\n\n  two:\n- three\nBot: four\n", &[r#"user: "one\n\n  two:\n- three""#, r#"assistant: "four""#]);
    check("User:\nHi\nBot:\n", &[r#"user: "Hi""#, "assistant:"]);
    check("User: a\nUser: b", &[r#"user: "a""#, r#"user: "b""#]);
    check("System: s\nTool: t\nfunction: f", &[r#"system: "s""#, r#"tool: "t""#, r#"tool: "f""#]);
    check("**User:** a\n__AI__: b\n*Bot :* *c*", &[r#"user: "a""#, r#"assistant: "b""#, r#"assistant: "*c*""#]);
}

#[test]
fn every_label() {
    let check_all = |labels: &[&str], role: &str| {
        for label in labels {
            check(&format!("{label}: x"), &[&format!("{role}: \"x\"")]);
            check(&format!("{} :x", label.to_lowercase()), &[&format!("{role}: \"x\"")]);
        }
    };
    check_all(&["User", "Human", "Customer", "Client", "Visitor", "Caller", "Me", "Question", "Q"], "user");
    check_all(&["Assistant", "AI", "Agent", "Bot", "Support", "Model", "Answer", "A"], "assistant");
    check_all(&["System"], "system");
    check_all(&["Tool", "Function"], "tool");
}

#[test]
fn what_is_no_label() {
    let unknown = |text: &str| check(text, &[&format!("unknown: {:?}", text.trim())]);
    for text in [
        "Just words",
        "Users: x",
        "The user: x",
        "  user: indented",
        "Model::new()",
        "bot://x",
        "user",
        "User - x",
        "Ünser: x",
        "User                        : far",
    ] {
        unknown(text);
    }
    check("preamble\nUser: x", &[r#"unknown: "preamble""#, r#"user: "x""#]);
    check("\n \nUser: x", &[r#"user: "x""#]);
    check("", &[]);
    check(" \n\t", &[]);
}

#[test]
fn stand_ins_give_way_to_labels_of_their_role() {
    check("Q: a\nA: b", &[r#"user: "a""#, r#"assistant: "b""#]);
    check("Agent: a\nMe: b", &[r#"assistant: "a""#, r#"user: "b""#]);
    check("User: a\nA: b", &[r#"user: "a""#, r#"assistant: "b""#]);
    check("User: a\nAI: see:\nQ: b\nA: c", &[r#"user: "a""#, r#"assistant: "see:\nQ: b\nA: c""#]);
}

#[test]
fn more_labels_than_anybody_speaks_are_text() {
    let messages = messages_of_transcript(&"A:\n".repeat(200_000));
    assert_eq!(messages.len(), 10_000);
    assert_eq!(messages.last().and_then(|last| last.text.as_ref()).map(String::len), Some(3 * 190_000 - 1));
    // Long lines and lines of colons are passed over once.
    assert_eq!(messages_of_transcript(&":".repeat(1_000_000)).len(), 1);
    assert_eq!(messages_of_transcript(&format!("{}user: x", "*".repeat(1_000_000))).len(), 1);
}

proptest! {
    #[test]
    fn any_text_becomes_messages(text in "(\\PC|[\n\r:*_ ]|User: ?|\nA:|\nbot ?:|\nMe:){0,40}") {
        let messages = messages_of_transcript(&text);
        let said: String = messages.iter().filter_map(|message| message.text.as_deref()).collect();
        prop_assert!(said.len() <= text.len());
        prop_assert_eq!(messages.is_empty(), text.trim().is_empty());
        said_in_messages(&messages);
    }

    #[test]
    fn what_is_written_down_is_read_back(turns in prop::collection::vec((any::<bool>(), "[a-z?!é]{1,9}(\n[a-z ]{0,5}[a-z])?"), 1..9)) {
        let text: Vec<_> = turns.iter().map(|(user, said)| format!("{}: {said}", if *user { "User" } else { "AI" })).collect();
        let expected: Vec<_> = turns.iter().map(|(user, said)| format!("{}: {said:?}", if *user { "user" } else { "assistant" })).collect();
        prop_assert_eq!(show(&messages_of_transcript(&text.join("\n"))), expected);
    }
}
