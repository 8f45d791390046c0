//! Recorded events as a transcript: every message once, although each call of a model repeats what was said before, and calls of models
//! and tools between them.

use debrief_content::{Call as Held, Message, thread};
use debrief_insight::transcript::{Step, Transcript, What};
use debrief_model::{Event, EventId, Kind, Status, Timestamp};
use debrief_store::body;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::said::{self, Said};

/// A session's events, read. Transcripts borrow from it.
#[derive(Debug, Default)]
pub(crate) struct Script {
    talks: Vec<Talk>,
    calls: Vec<Called>,
    /// What was recorded, event by event.
    order: Vec<Happened>,
}

/// What an event was, as far as it is of interest.
#[derive(Debug)]
struct Happened {
    talk: Option<usize>,
    call: Option<usize>,
}

/// The events that one call of a model comes in, and what was said in them.
#[derive(Debug)]
struct Talk {
    event: EventId,
    at: Timestamp,
    ended_at: Option<Timestamp>,
    /// The call that log records are of.
    record_of: Option<String>,
    said: Said,
}

/// A call of a model or a tool, or an error.
#[derive(Debug)]
struct Called {
    event: EventId,
    at: Timestamp,
    ended_at: Option<Timestamp>,
    what: Work,
}

#[derive(Debug)]
enum Work {
    Model { model: Option<String>, status: Status, error_type: Option<String>, finish_reason: Option<String> },
    Tool { name: Option<String>, arguments: Option<String>, status: Status, error_type: Option<String>, output: Option<String> },
    Error { error_type: Option<String>, message: Option<String> },
}

impl Script {
    /// Reads events, which come in order of time.
    pub(crate) fn of(mut events: Vec<Event>) -> Self {
        events.sort_by_key(|event| said::place_of(&event.facts));
        let mut script = Self::default();
        events.iter().for_each(|event| script.read(event));
        script
    }

    /// Whether nothing happened that could be analysed.
    pub(crate) fn is_empty(&self) -> bool {
        self.talks.is_empty() && self.calls.is_empty()
    }

    fn read(&mut self, event: &Event) {
        let facts = &event.facts;
        if !matches!(facts.kind, Kind::Llm | Kind::Message | Kind::Tool | Kind::Action | Kind::Error) {
            return;
        }
        // What cannot be read says nothing; that something happened is still known.
        let body = body::decode(&facts.body).unwrap_or_default();
        let said = std::str::from_utf8(&body).map(|body| said::of_event(facts, body)).unwrap_or_default();
        let mut happened = Happened { talk: None, call: None };
        if let Some(what) = work(event, &said, &body) {
            happened.call = Some(self.calls.len());
            self.calls.push(Called { event: event.id, at: facts.occurred_at, ended_at: facts.ended_at, what });
        }
        if matches!(facts.kind, Kind::Llm | Kind::Message) && !(said.input.is_empty() && said.output.is_empty()) {
            happened.talk = self.hear(event, said);
        }
        self.order.push(happened);
    }

    /// Log records of one call hold its messages one by one. Answers the place of a new talk.
    fn hear(&mut self, event: &Event, said: Said) -> Option<usize> {
        let facts = &event.facts;
        let record_of = said::record_of(facts).map(str::to_owned);
        match self.talks.last_mut().filter(|last| record_of.is_some() && last.record_of == record_of) {
            Some(last) => {
                last.said.input.extend(said.input);
                last.said.output.extend(said.output);
                None
            }
            None => {
                self.talks.push(Talk { event: event.id, at: facts.occurred_at, ended_at: facts.ended_at, record_of, said });
                Some(self.talks.len() - 1)
            }
        }
    }

    /// The conversation, in the order of time; what has the same time keeps the order in which it was recorded.
    pub(crate) fn transcript(&self) -> Transcript<'_> {
        let held: Vec<Held<'_>> = self
            .talks
            .iter()
            .map(|Talk { said, .. }| Held { input: &said.input, output: &said.output, compacted: said.compacted })
            .collect();
        let mut messages: Vec<Vec<&Message>> = vec![Vec::new(); self.talks.len()];
        thread(&held).into_iter().for_each(|(at, message)| messages[at].push(message));
        let mut steps: Vec<Step<'_>> = Vec::new();
        for happened in &self.order {
            let talk = happened.talk.map(|at| (&self.talks[at], &messages[at]));
            let spoken = |answers: bool| {
                let said = talk.into_iter().flat_map(|(talk, said)| said.iter().map(move |message| (talk, *message)));
                said.filter(move |(talk, message)| talk.is_answer(message) == answers).filter_map(|(talk, message)| spoken(talk, message))
            };
            steps.extend(spoken(false));
            steps.extend(happened.call.map(|at| self.calls[at].step()));
            steps.extend(spoken(true));
        }
        steps.sort_by_key(|step| step.at);
        Transcript { steps }
    }
}

impl Talk {
    /// Whether a message is what the call came to, and not what it was given.
    fn is_answer(&self, message: &Message) -> bool {
        self.said.output.iter().any(|answer| std::ptr::eq(answer, message))
    }
}

/// A message as a step, if the user or the agent said something in it.
fn spoken<'s>(talk: &Talk, message: &'s Message) -> Option<Step<'s>> {
    let text = message.text.as_deref().filter(|text| !text.trim().is_empty())?;
    let (at, what) = match message.role.as_str() {
        "user" | "human" => (talk.at, What::User { text }),
        "assistant" | "ai" | "model" => {
            let at = if talk.is_answer(message) { talk.ended_at.unwrap_or(talk.at) } else { talk.at };
            (at, What::Assistant { text })
        }
        _ => return None,
    };
    Some(Step { event: talk.event, at, ended_at: None, what })
}

impl Called {
    fn step(&self) -> Step<'_> {
        let what = match &self.what {
            Work::Model { model, status, error_type, finish_reason } => What::Inference {
                model: model.as_deref(),
                status: *status,
                error_type: error_type.as_deref(),
                finish_reason: finish_reason.as_deref(),
            },
            Work::Tool { name, arguments, status, error_type, output } => What::Tool {
                name: name.as_deref(),
                arguments: arguments.as_deref(),
                status: *status,
                error_type: error_type.as_deref(),
                output: output.as_deref(),
            },
            Work::Error { error_type, message } => What::Error { error_type: error_type.as_deref(), message: message.as_deref() },
        };
        Step { event: self.event, at: self.at, ended_at: self.ended_at, what }
    }
}

fn work(event: &Event, said: &Said, body: &[u8]) -> Option<Work> {
    let facts = &event.facts;
    let status = facts.status;
    let failure = facts.failure.as_ref();
    let error_type = failure.and_then(|failure| failure.kind.clone());
    Some(match facts.kind {
        Kind::Llm => Work::Model {
            model: facts.response_model.clone().or_else(|| facts.request_model.clone()),
            status,
            error_type,
            finish_reason: facts.finish_reason.clone(),
        },
        Kind::Tool | Kind::Action => {
            let output = said.output.last().and_then(|message| message.text.clone());
            let arguments = said.tools.first().and_then(|call| call.arguments.as_ref()).map(|raw| raw.get().to_owned());
            let plain: PlainCall<'_> = serde_json::from_slice(body).unwrap_or_default();
            Work::Tool {
                name: facts.name.clone(),
                arguments: arguments.or_else(|| plain.arguments.map(|raw| raw.get().to_owned())),
                status,
                error_type,
                output: output.or_else(|| plain.output.map(text)),
            }
        }
        Kind::Error => Work::Error { error_type, message: failure.and_then(|failure| failure.message.clone()) },
        Kind::Span | Kind::Message | Kind::Domain => return None,
    })
}

/// A tool's call as clients that do not send spans write it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct PlainCall<'a> {
    #[serde(borrow, alias = "params", alias = "input", alias = "inputs")]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, alias = "returns", alias = "result", alias = "response")]
    output: Option<&'a RawValue>,
}

/// A text as it reads, anything else as JSON.
fn text(raw: &RawValue) -> String {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}
