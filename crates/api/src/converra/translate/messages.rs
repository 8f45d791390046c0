//! Messages of a conversation as events: what was said, which model said it, which tools it called.

use debrief_app::events::encode_body;
use debrief_app::turns;
use debrief_content::{Message, chat_messages, service_tier};
use debrief_model::limit::{COLUMN_CHARS_MAX, MESSAGE_EVENTS_MAX};
use debrief_model::{Actor, Draft, Error, ErrorKind, EventId, Facts, Kind, Mention, Status, Terms, Timestamp, Tokens, audit};
use serde_json::value::RawValue;

use super::{SOURCE, count, cut, given, is_object, moment, number, word};

/// What holds for all messages of a request.
pub(super) struct Around<'a> {
    /// When they arrived.
    pub(super) now: Timestamp,
    /// The model that the conversation was held with, as told for all of it.
    pub(super) model: Option<String>,
    /// The person served.
    pub(super) person: Option<&'a str>,
    /// The trace that the conversation belongs to.
    pub(super) trace: Option<String>,
}

/// One message as sent, and when.
struct Sent<'a> {
    raw: &'a RawValue,
    told_at: Option<Timestamp>,
    at: Timestamp,
}

/// The events that messages amount to, in order. `fresh` makes ids.
///
/// # Errors
/// `TooLarge` beyond the limit of events.
pub(super) fn drafts(raw: &[&RawValue], around: &Around<'_>, fresh: &mut dyn FnMut() -> EventId) -> Result<Vec<Draft>, Error> {
    let mut drafts = Vec::with_capacity(raw.len());
    let mut asked_at = None;
    for sent in timed(raw, around.now) {
        let message = chat_messages(Some(sent.raw), "user").into_iter().next();
        let Some(message) = message else { continue };
        if message.role == "user" {
            asked_at = sent.told_at;
        }
        let id = fresh();
        drafts.push(said(&sent, &message, id, asked_at, around));
        if message.role == "assistant" {
            asked_at = None;
            tool_calls(&sent, id, around, fresh, &mut drafts);
        }
        if drafts.len() > MESSAGE_EVENTS_MAX {
            let sentence =
                format!("More than {MESSAGE_EVENTS_MAX} messages and tool calls in one request are too many (limit MESSAGE_EVENTS_MAX)");
            return Err(Error::new(ErrorKind::TooLarge, sentence));
        }
    }
    Ok(drafts)
}

/// Messages of a transcript that came as text.
pub(super) fn drafts_of_text(messages: &[Message], around: &Around<'_>, fresh: &mut dyn FnMut() -> EventId) -> Vec<Draft> {
    let draft = |message: &Message| {
        let text = message.text.as_deref().unwrap_or_default();
        let body = serde_json::json!({ "role": message.role, "content": text }).to_string();
        let facts = Facts { body: encode_body(&body), ..spoken(&message.role, around.now, around) };
        let turn = turns::of_message(&message.role, Some(text), None);
        Draft { turn, id: Some(fresh()), ..Draft::new(facts, Mention::default()) }
    };
    messages.iter().map(draft).collect()
}

/// Messages in the order in which they were sent are in order of time: one that says nothing of it is of the time of the one before, the
/// first ones of the first that does.
fn timed<'a>(raw: &[&'a RawValue], now: Timestamp) -> Vec<Sent<'a>> {
    let told: Vec<Option<Timestamp>> = raw.iter().map(|raw| when(raw)).collect();
    let mut at = told.iter().copied().flatten().next().unwrap_or(now);
    let sent = raw.iter().zip(told).map(|(raw, told_at)| {
        at = told_at.unwrap_or(at);
        Sent { raw, told_at, at }
    });
    sent.collect()
}

fn when(raw: &RawValue) -> Option<Timestamp> {
    let [timestamp, created_at] = given(raw.get(), ["timestamp", "createdAt"]).ok()?;
    moment(timestamp.or(created_at))
}

/// What the agent said with a model, a count of tokens or a time is a model call; anything else is a message.
fn said(sent: &Sent<'_>, message: &Message, id: EventId, asked_at: Option<Timestamp>, around: &Around<'_>) -> Draft {
    let [model, usage, latency, latency_snake] = given(sent.raw.get(), ["model", "usage", "latencyMs", "latency_ms"]).unwrap_or_default();
    let latency_us = micros(latency.or(latency_snake));
    let waited_us = asked_at.zip(sent.told_at).map(|(asked, told)| told.micros_since(asked)).filter(|us| *us >= 0);
    let response_us = latency_us.or(waited_us);
    let is_call = message.role == "assistant" && (model.is_some() || usage.is_some() || latency_us.is_some());
    let mut facts = spoken(&message.role, sent.at, around);
    facts.body = encode_body(sent.raw.get());
    if is_call {
        facts.kind = Kind::Llm;
        facts.event_type = "llm.completed".into();
        facts.name = None;
        facts.status = Status::Ok;
        facts.request_model = around.model.clone();
        facts.response_model = word(model).map(|model| cut(model, COLUMN_CHARS_MAX)).or_else(|| around.model.clone());
        facts.tokens = tokens(usage);
        facts.terms = terms(usage);
        facts.duration_us = latency_us;
    }
    let turn = turns::of_message(&message.role, message.text.as_deref(), response_us);
    Draft { turn, id: Some(id), ..Draft::new(facts, Mention::default()) }
}

fn spoken(role: &str, at: Timestamp, around: &Around<'_>) -> Facts {
    let actor = |kind: &str, id: Option<&str>| Some(Actor { kind: kind.to_owned(), id: id.map(str::to_owned) });
    Facts {
        name: Some(cut(role.to_owned(), COLUMN_CHARS_MAX)),
        actor: match role {
            "user" => actor(audit::USER, around.person),
            "system" | "developer" => actor(audit::SYSTEM, None),
            _ => None,
        },
        trace_id: around.trace.clone(),
        ..Facts::new(Kind::Message, "message.created", at, SOURCE)
    }
}

/// The tools that a message calls, in the vendor's own form: name, arguments and result in one. Calls in a provider's form stay in the body
/// of the message: what they came to is not told with them.
fn tool_calls(sent: &Sent<'_>, cause: EventId, around: &Around<'_>, fresh: &mut dyn FnMut() -> EventId, drafts: &mut Vec<Draft>) {
    let [camel, snake] = given(sent.raw.get(), ["toolCalls", "tool_calls"]).unwrap_or_default();
    let calls: Vec<&RawValue> = camel.or(snake).and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default();
    for call in calls.into_iter().filter(|call| is_object(call)) {
        if drafts.len() > MESSAGE_EVENTS_MAX {
            return;
        }
        let [name, result, error, nested] = given(call.get(), ["name", "result", "error", "nestedTrace"]).unwrap_or_default();
        let Some(name) = word(name) else { continue };
        let failed = error.is_some_and(|error| !matches!(error.get(), "false" | "\"\""));
        let id = fresh();
        let facts = Facts {
            name: Some(cut(name, COLUMN_CHARS_MAX)),
            causation_id: Some(cause.to_string()),
            trace_id: around.trace.clone(),
            status: match (failed, result.is_some()) {
                (true, _) => Status::Error,
                (false, true) => Status::Ok,
                (false, false) => Status::Unset,
            },
            body: encode_body(call.get()),
            ..Facts::new(Kind::Tool, if failed { "tool.failed" } else { "tool.completed" }, sent.at, SOURCE)
        };
        drafts.push(Draft { id: Some(id), ..Draft::new(facts, Mention::default()) });
        if let Some(nested) = nested.filter(|nested| is_object(nested)) {
            drafts.push(nested_call(nested, id, sent.at, around, fresh()));
        }
    }
}

/// A model that a tool called.
fn nested_call(nested: &RawValue, cause: EventId, at: Timestamp, around: &Around<'_>, id: EventId) -> Draft {
    let [model] = given(nested.get(), ["model"]).unwrap_or_default();
    let facts = Facts {
        causation_id: Some(cause.to_string()),
        trace_id: around.trace.clone(),
        request_model: word(model).map(|model| cut(model, COLUMN_CHARS_MAX)),
        status: Status::Ok,
        body: encode_body(nested.get()),
        ..Facts::new(Kind::Llm, "llm.completed", at, SOURCE)
    };
    Draft { id: Some(id), ..Draft::new(facts, Mention::default()) }
}

/// Counts under the vendor's names or a provider's.
pub(super) fn tokens(usage: Option<&RawValue>) -> Tokens {
    let names = ["promptTokens", "prompt_tokens", "input_tokens", "completionTokens", "completion_tokens", "output_tokens"];
    let [a, b, c, x, y, z] = usage.and_then(|usage| given(usage.get(), names).ok()).unwrap_or_default();
    Tokens { input: count(a.or(b).or(c)), output: count(x.or(y).or(z)), ..Tokens::default() }
}

/// How a call was made, where its usage is a provider's own.
pub(super) fn terms(usage: Option<&RawValue>) -> Option<Box<Terms>> {
    let [tier, speed] = usage.and_then(|usage| given(usage.get(), ["service_tier", "speed"]).ok()).unwrap_or_default();
    let told = |said: Option<&RawValue>| word(said).and_then(|said| service_tier(&said));
    Terms::told(told(tier), told(speed), None)
}

pub(super) fn micros(milliseconds: Option<&RawValue>) -> Option<i64> {
    /// A year: more is no time that anybody waited.
    const MILLISECONDS_MAX: f64 = 3.2e10;
    let milliseconds = number(milliseconds).filter(|ms| (0.0..=MILLISECONDS_MAX).contains(ms))?;
    #[expect(clippy::cast_possible_truncation, reason = "bounded just above")]
    let us = (milliseconds * 1e3).round() as i64;
    Some(us)
}
