//! A conversation as Converra's SDK sends it: one run, with its messages, the tools that each answer took, and what it used.

use debrief_model::Timestamp;

use super::json::{Object, list, object};
use crate::calendar::rfc3339;
use crate::conversation::{Conversation, Step, ToolCall, What};

/// The body of `POST /api/v1/runs`.
pub(super) fn run(of: &Conversation) -> String {
    let messages = of.steps.chunk_by(|a, b| a.turn == b.turn).flat_map(turn);
    let messages = list(messages);
    let mut body = String::with_capacity(messages.len() + 300);
    object(&mut body, |run| {
        run.text("agentName", of.agent.name);
        run.text("sessionId", &of.session_key);
        if let Some(person) = &of.person {
            run.text("userId", &person.id);
        }
        if let Some(state) = of.end_state {
            run.text("status", state);
        }
        run.text("llmModel", of.version.model.name);
        run.raw("metadata", "{\"source\":\"sdk\",\"channel\":\"web\"}");
        run.raw("messages", &messages);
    });
    body
}

/// What a turn came to: the user's message and one of the agent, to which all calls of the turn belong.
fn turn(steps: &[Step]) -> Vec<String> {
    let asked_at = steps.first().map_or(Timestamp(0), |step| step.at);
    let mut messages = Vec::with_capacity(2);
    for step in steps {
        match &step.what {
            What::User(said) => messages.push(message("user", said, step, |_| {})),
            What::Assistant(said) => messages.push(message("assistant", said, step, |message| used(steps, step.at, asked_at, message))),
            What::Model(_) | What::Tool(_) | What::SubAgent(_) => {}
        }
    }
    messages
}

fn message(role: &str, said: &str, step: &Step, more: impl FnOnce(&mut Object<'_>)) -> String {
    let mut out = String::with_capacity(said.len() + 200);
    let mut at = String::new();
    rfc3339(step.at, &mut at);
    object(&mut out, |message| {
        message.text("role", role);
        message.text("content", said);
        message.text("timestamp", &at);
        more(message);
    });
    out
}

/// What an answer took.
fn used(steps: &[Step], answered_at: Timestamp, asked_at: Timestamp, message: &mut Object<'_>) {
    // The model is named once, however often it was called.
    let (mut input, mut output, mut is_named) = (0, 0, false);
    let mut calls = Vec::new();
    for step in steps.iter().filter(|step| step.ended_at <= answered_at) {
        match &step.what {
            What::Model(call) => {
                if !std::mem::replace(&mut is_named, true) {
                    message.text("model", call.model.answers_as);
                }
                input += call.tokens.input;
                output += call.tokens.output;
            }
            What::Tool(call) => calls.push(tool(call)),
            What::User(_) | What::Assistant(_) | What::SubAgent(_) => {}
        }
    }
    message.raw("usage", &format!("{{\"promptTokens\":{input},\"completionTokens\":{output}}}"));
    message.number("latencyMs", answered_at.micros_since(asked_at) / 1_000);
    if !calls.is_empty() {
        message.raw("toolCalls", &list(calls));
    }
}

fn tool(call: &ToolCall) -> String {
    let mut out = String::new();
    object(&mut out, |told| {
        told.text("id", &call.id);
        told.text("name", call.name);
        told.raw("arguments", &call.arguments);
        match &call.failure {
            Some(failure) => told.text("error", &format!("{}: {}", failure.kind, failure.message)),
            None => told.raw("result", &call.result),
        }
    });
    out
}
