//! Tests over spans as the dialects write them, and over spans that nobody should send.

mod agentops;
mod builder;
mod dialects;
mod document;
mod hostile;
mod keep;
mod logs;
mod otel;
mod rules;
mod terms;

use debrief_content::Message;
use debrief_model::Tokens;

use crate::{Exchange, Keeper, Reading, read_span, reread, reread_messages};
use builder::Builder;

/// Reads a span, both itself and from what is kept of it, which must say the same.
fn read(builder: &Builder) -> Reading {
    let around = builder.around();
    let reading = read_span(&around, &builder.span);
    let kept = Keeper::of(&around).span(&builder.span);
    assert_eq!(reread(&kept).as_ref(), Some(&reading), "{kept}");
    reading
}

fn exchange(builder: &Builder) -> Exchange {
    reread_messages(&Keeper::of(&builder.around()).span(&builder.span)).expect("our own document")
}

/// Messages as lines: `role#answered call: "text" name#id(arguments)`.
fn show(messages: &[Message]) -> Vec<String> {
    let line = |message: &Message| {
        let id = message.tool_call_id.as_ref().map(|id| format!("#{id}")).unwrap_or_default();
        let text = message.text.as_ref().map(|text| format!(" {text:?}")).unwrap_or_default();
        let calls: String = message.tool_calls.iter().map(show_call).collect();
        format!("{}{id}:{text}{calls}", message.role)
    };
    messages.iter().map(line).collect()
}

fn show_call(call: &debrief_content::ToolCall) -> String {
    let id = call.id.as_ref().map(|id| format!("#{id}")).unwrap_or_default();
    let arguments = call.arguments.as_ref().map(|json| json.get().split_whitespace().collect::<String>()).unwrap_or_default();
    format!(" {}{id}({arguments})", call.name.as_deref().unwrap_or("?"))
}

/// Input, output, cache read, cache write, reasoning; -1 is unknown.
fn tokens(tokens: Tokens) -> [i64; 5] {
    let Tokens { input, output, cache_read, cache_write, reasoning } = tokens;
    [input, output, cache_read, cache_write, reasoning].map(|count| count.map_or(-1, |count| i64::try_from(count).unwrap()))
}
