//! What was said in a call of a model, and what anything else got and gave.

use std::borrow::Cow;

use debrief_content::{Message, Piece, Said, ToolCall, answer_in, history_in, said_in_pieces};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::span::Event;
use serde_json::value::RawValue;

use crate::attributes::last;
use crate::json;
use crate::numbered;
use crate::reading::{Class, Reading, Warning};
use crate::subject::Subject;
use crate::table::{Source, Table, Talk};
use crate::value;

/// What went into a span and what came out, for people to see.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The messages that a model or an agent was called with, instructions first.
    pub input: Vec<Message>,
    /// What it answered, one message for each choice.
    pub output: Vec<Message>,
    /// What else went in: a tool's arguments, a chain's input.
    pub other_input: Option<Box<RawValue>>,
    /// What else came out: a tool's result, a chain's output.
    pub other_output: Option<Box<RawValue>>,
    /// The call that a tool's span is, or the calls that the answer makes.
    pub tools: Vec<ToolCall>,
    /// Whether the sender says that the history was shortened, for [`debrief_content::thread`].
    pub compacted: bool,
}

/// Something said, and who says what names no role in it.
struct Told<'a> {
    json: Cow<'a, RawValue>,
    role: &'static str,
}

type Talks = fn(&Table) -> &'static [Talk];

/// What was said, heard without building messages. `None` where the span tells nothing of it.
pub(crate) fn said(subject: &Subject<'_>, warnings: &mut Vec<Warning>) -> Option<Said> {
    let (history, answer) = both_sides(subject, &|_| true, warnings);
    let something = !history.is_empty() || !answer.is_empty();
    something.then(|| said_in_pieces(&pieces(&history), &pieces(&answer)))
}

/// The messages themselves.
pub(crate) fn messages(subject: &Subject<'_>, reading: &Reading) -> Exchange {
    // What only may be a conversation is one where a model was called. Anything else shows it as it is.
    let is_talk = |talk: &Talk| match talk {
        Talk::Chat(key) => reading.class == Class::Inference || !is_other(subject, key),
        _ => true,
    };
    let (history, answer) = match reading.class {
        Class::Tool => (Vec::new(), Vec::new()),
        _ => both_sides(subject, &is_talk, &mut Vec::new()),
    };
    let (input, output) = (history_in(&pieces(&history)), answer_in(&pieces(&answer)));
    let other = |field, messages: &[Message]| {
        let found = subject.first(field, |found| value::structure(found).map(Cow::into_owned));
        found.filter(|_| messages.is_empty() || reading.class != Class::Inference)
    };
    let other_input = other(|table| table.input, &input);
    let other_output = other(|table| table.output, &output);
    let tools = match reading.class {
        Class::Tool => {
            vec![ToolCall { id: reading.tool_call_id.clone(), name: reading.name.clone(), arguments: other_input.clone() }]
        }
        _ => output.iter().flat_map(|message| message.tool_calls.iter().cloned()).collect(),
    };
    let compacted = subject.has("gen_ai.conversation.compacted", "true");
    Exchange { input, output, other_input, other_output, tools, compacted }
}

fn is_other(subject: &Subject<'_>, key: &str) -> bool {
    let mut sources = subject.tables.iter().flat_map(|table| table.input.iter().chain(table.output));
    sources.any(|source| matches!(source, Source::Key(other) if *other == key))
}

fn pieces<'a>(told: &'a [Told<'_>]) -> Vec<Piece<'a>> {
    told.iter().map(|told| Piece { json: &told.json, role: told.role }).collect()
}

fn both_sides<'a>(subject: &Subject<'a>, wanted: &dyn Fn(&Talk) -> bool, warnings: &mut Vec<Warning>) -> (Vec<Told<'a>>, Vec<Told<'a>>) {
    let (mut history, mut answer) = side(subject, |table| table.history, "user", wanted, warnings);
    if answer.is_empty() {
        answer = side(subject, |table| table.answer, "assistant", wanted, warnings).0;
    }
    let instructions = subject.tables.iter().flat_map(|table| table.instructions).find_map(|source| subject.find(*source));
    if let Some(json) = instructions.and_then(|found| value::structure(&found).map(Cow::into_owned)) {
        history.insert(0, Told { json: Cow::Owned(json), role: "system" });
    }
    (history, answer)
}

/// The first place that tells something, and the answer if it stands there, too.
fn side<'a>(
    subject: &Subject<'a>,
    talks: Talks,
    role: &'static str,
    wanted: &dyn Fn(&Talk) -> bool,
    warnings: &mut Vec<Warning>,
) -> (Vec<Told<'a>>, Vec<Told<'a>>) {
    for talk in subject.tables.iter().flat_map(|table| talks(table)).filter(|talk| wanted(talk)) {
        let (told, answer) = match *talk {
            Talk::Whole(key) => whole(subject.attributes.get(key)),
            _ => (read(subject, *talk, role, warnings), Vec::new()),
        };
        if !told.is_empty() || !answer.is_empty() {
            return (told, answer);
        }
    }
    (Vec::new(), Vec::new())
}

fn read<'a>(subject: &Subject<'a>, talk: Talk, role: &'static str, warnings: &mut Vec<Warning>) -> Vec<Told<'a>> {
    let mut chat = |found: &'a Value| chat(found, role, warnings);
    match talk {
        Talk::Chat(key) => subject.attributes.get(key).and_then(chat).into_iter().collect(),
        Talk::Answer(text, calls) => answer(subject.attributes.get(text), subject.attributes.get(calls)).into_iter().collect(),
        Talk::Candidate(key) => subject.attributes.get(key).and_then(candidate).into_iter().collect(),
        Talk::Numbered(prefix) => {
            let json = numbered::chat(prefix, &subject.attributes.starting_with(prefix), warnings);
            json.map(|json| Told { json: Cow::Owned(json), role }).into_iter().collect()
        }
        Talk::Messages(names) => subject.events.iter().filter_map(|event| message(event, names)).collect(),
        Talk::Event(name, key) => {
            let events = subject.events.iter().filter(|event| event.name == name);
            events.filter_map(|event| last(&event.attributes, key).and_then(&mut chat)).collect()
        }
        Talk::Whole(_) => Vec::new(),
    }
}

/// A conversation or a text. Of a list that was cut off, as by a limit on the length of attributes, its whole messages.
fn chat<'a>(found: &'a Value, role: &'static str, warnings: &mut Vec<Warning>) -> Option<Told<'a>> {
    let json = match found {
        Value::StringValue(text) if matches!(text.trim(), "" | "[]" | "{}" | "null") => return None,
        Value::StringValue(text) => match json::structured(text) {
            Some(json) => Cow::Borrowed(json),
            None if json::begins_like_messages(text) => {
                warnings.push(Warning::CutOff);
                Cow::Owned(json::whole_items(text)?)
            }
            None => Cow::Owned(value::string(text)?),
        },
        Value::ArrayValue(list) if list.values.is_empty() => return None,
        _ => value::structure(found)?,
    };
    Some(Told { json, role })
}

/// An answer's text and its calls as one message.
fn answer<'a>(text: Option<&Value>, calls: Option<&Value>) -> Option<Told<'a>> {
    let text = text.and_then(value::text);
    let calls = calls.and_then(value::structure).filter(|calls| calls.get().starts_with('['));
    if text.is_none() && calls.is_none() {
        return None;
    }
    let message = numbered::Message { text: text.as_deref(), calls_json: calls.as_deref(), ..numbered::Message::default() };
    Some(Told { json: Cow::Owned(message.json()?), role: "assistant" })
}

/// An answer that holds `content` as a candidate of Gemini's does.
fn candidate<'a>(found: &Value) -> Option<Told<'a>> {
    let json = value::structure(found)?;
    let wrapped = RawValue::from_string(format!("{{\"candidates\":[{}]}}", json.get())).ok()?;
    Some(Told { json: Cow::Owned(wrapped), role: "assistant" })
}

/// The message that an event is, if it has one of these names.
fn message<'a>(event: &'a Event, names: &[(&str, &'static str)]) -> Option<Told<'a>> {
    let role = names.iter().find(|(name, _)| *name == event.name)?.1;
    let attribute = |key| last(&event.attributes, key);
    let body = attribute("gen_ai.event.content").or_else(|| attribute("message"));
    if let Some(body) = body.filter(|body| !numbered::are_parts(body)) {
        return value::structure(body).map(|json| Told { json, role });
    }
    let calls = attribute("tool_calls").and_then(value::structure);
    let message = numbered::Message {
        role: attribute("role"),
        content: body.or_else(|| attribute("content")),
        tool_call_id: attribute("tool_call_id").or_else(|| attribute("id")),
        calls_json: calls.as_deref(),
        ..numbered::Message::default()
    };
    Some(Told { json: Cow::Owned(message.json()?), role })
}

/// A whole conversation, taken apart where the assistant's last words begin.
fn whole<'a>(found: Option<&Value>) -> (Vec<Told<'a>>, Vec<Told<'a>>) {
    let Some(json) = found.and_then(value::structure) else { return Default::default() };
    let Some(items) = json::items(json.get()) else { return Default::default() };
    let is_answer = |item: &&&RawValue| {
        let role = json::member(item.get(), "role").or_else(|| json::member(item.get(), "message.role"));
        role.is_some_and(|role| role == "assistant")
    };
    let answers = items.iter().rev().take_while(is_answer).count();
    let (history, answer) = items.split_at(items.len() - answers);
    let told = |items: &[&RawValue], role| items.iter().map(|item| Told { json: Cow::Owned((*item).to_owned()), role }).collect();
    (told(history, "user"), told(answer, "assistant"))
}
