//! Runs: what is said of them, and the events that their messages amount to.

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_app::agents::Handle;
use debrief_app::events::encode_body;
use debrief_app::turns;
use debrief_content::{Message, chat_messages, messages_of_transcript, repair_json, said_in_messages};
use debrief_model::limit::{COLUMN_CHARS_MAX, MESSAGES_MAX};
use debrief_model::{Draft, Error, ErrorKind, EventId, Facts, Kind, Mention, SessionPatch, Status, Timestamp};
use serde_json::value::RawValue;

use super::messages::{Around, drafts, drafts_of_text, micros, tokens};
use super::{SOURCE, cut, given, is_object, key, word};
use crate::edge::agent::handle;
use crate::edge::json;
use crate::edge::members::members;

/// A run to be opened.
pub(in crate::converra) struct Opening {
    pub(in crate::converra) agent: Option<Handle>,
    pub(in crate::converra) session: Option<String>,
    pub(in crate::converra) person: Option<String>,
    pub(in crate::converra) idempotency_key: Option<String>,
    pub(in crate::converra) saying: Saying,
}

/// What is said of and in a run.
pub(in crate::converra) struct Saying {
    pub(in crate::converra) patch: SessionPatch,
    pub(in crate::converra) drafts: Vec<Draft>,
}

type Raw<'a> = Option<&'a RawValue>;

/// The members of a run that matter here.
struct Run<'a> {
    agent_name: Raw<'a>,
    agent_id: Raw<'a>,
    content: Raw<'a>,
    messages: Vec<&'a RawValue>,
    status: Raw<'a>,
    metadata: Raw<'a>,
    tool_definitions: Raw<'a>,
    session_id: Raw<'a>,
    user_id: Raw<'a>,
    title: Raw<'a>,
    trace_id: Raw<'a>,
    parent_trace_id: Raw<'a>,
    model: Raw<'a>,
    company: Raw<'a>,
    idempotency_key: Raw<'a>,
}

impl<'a> Run<'a> {
    fn read(text: &'a str) -> Result<Self, Error> {
        let names = [
            "agentName",
            "promptName",
            "agentId",
            "promptId",
            "systemPromptId",
            "content",
            "messages",
            "status",
            "metadata",
            "toolDefinitions",
            "sessionId",
            "userId",
            "title",
            "traceId",
            "parentTraceId",
            "llmModel",
            "companyName",
            "idempotencyKey",
        ];
        let found = given(text, names).map_err(|error| json::invalid(&error))?;
        let [
            agent_name,
            prompt_name,
            agent_id,
            prompt_id,
            system_prompt_id,
            content,
            messages,
            status,
            metadata,
            tool_definitions,
            session_id,
            user_id,
            title,
            trace_id,
            parent_trace_id,
            model,
            company,
            idempotency_key,
        ] = found;
        Ok(Self {
            // Agents were called prompts before.
            agent_name: agent_name.or(prompt_name),
            agent_id: agent_id.or(prompt_id).or(system_prompt_id),
            content,
            messages: list(messages)?,
            status,
            metadata,
            tool_definitions,
            session_id,
            user_id,
            title,
            trace_id,
            parent_trace_id,
            model,
            company,
            idempotency_key,
        })
    }

    /// Whether it is one model call that the SDK captured around a provider's client, and not a conversation that somebody sends: only
    /// such runs say which arm of an experiment the call was in, if only that it was in none.
    fn is_captured_call(&self) -> bool {
        let marks = self.metadata.and_then(|metadata| members(metadata.get(), ["trafficType", "variantId", "assignment"]).ok());
        // Whoever sends a conversation names its agent.
        self.agent_name.is_none() && marks.is_some_and(|marks| marks.iter().flatten().count() >= 2)
    }

    /// The model. Former versions of the SDK name that of a captured call in its metadata only.
    fn model(&self) -> Option<String> {
        let noted = || self.metadata.and_then(|metadata| given(metadata.get(), ["model"]).ok()).and_then(|[model]| model);
        let model = self.model.or_else(|| self.is_captured_call().then(noted).flatten());
        word(model).filter(|model| !model.is_empty()).map(|model| cut(model, COLUMN_CHARS_MAX))
    }

    fn trace(&self) -> Option<String> {
        word(self.trace_id).filter(|trace| !trace.is_empty()).map(|trace| cut(trace, COLUMN_CHARS_MAX))
    }
}

/// A run that arrived at `now`. `fresh` makes ids.
///
/// # Errors
/// `Invalid` when nothing was said in it; `TooLarge` beyond the limit of messages.
pub(in crate::converra) fn opening(text: &str, now: Timestamp, mut fresh: impl FnMut() -> EventId) -> Result<Opening, Error> {
    let repaired = repair_json(text);
    let text = repaired.as_deref().unwrap_or(text);
    let run = Run::read(text)?;
    let captured = run.is_captured_call();
    let session = key("sessionId", run.session_id)?;
    // To the SDK every captured call is of the user "sdk", which is nobody.
    let person = key("userId", run.user_id)?.filter(|person| !(captured && person == "sdk"));
    let drafts = match captured {
        true => captured_call(&run, text, now, fresh()).into_iter().collect(),
        false => said_in(&run, person.as_deref(), now, &mut fresh)?,
    };
    if drafts.is_empty() {
        let sentence = "Content or messages are required";
        return Err(Error::invalid("Invalid request body").with("body", "content", "missing", sentence));
    }
    // A call that is over does not end the session that it is part of.
    let ends = !(captured && session.is_some());
    let patch = SessionPatch {
        title: word(run.title).map(|title| cut(title, COLUMN_CHARS_MAX)),
        metadata: metadata(&run),
        ..status(&run, ends.then(|| last(&drafts, now)))
    };
    Ok(Opening {
        agent: agent(&run)?,
        session,
        person,
        idempotency_key: key("idempotencyKey", run.idempotency_key)?,
        saying: Saying { patch, drafts },
    })
}

/// What continues a run.
///
/// # Errors
/// `Invalid` without messages; `TooLarge` beyond the limit of messages.
pub(in crate::converra) fn appending(text: &str, now: Timestamp, mut fresh: impl FnMut() -> EventId) -> Result<Saying, Error> {
    let repaired = repair_json(text);
    let text = repaired.as_deref().unwrap_or(text);
    let run = Run::read(text)?;
    let drafts = said_in(&run, None, now, &mut fresh)?;
    if drafts.is_empty() {
        let sentence = "At least one message is required";
        return Err(Error::invalid("Invalid request body").with("body", "messages", "missing", sentence));
    }
    let patch = SessionPatch { metadata: metadata(&run), ..status(&run, Some(last(&drafts, now))) };
    Ok(Saying { patch, drafts })
}

fn list(messages: Raw<'_>) -> Result<Vec<&RawValue>, Error> {
    let items: Vec<&RawValue> = messages.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    if items.len() > MESSAGES_MAX {
        let sentence = format!("{} messages in one request are too many: the limit is {MESSAGES_MAX} (limit MESSAGES_MAX)", items.len());
        return Err(Error::new(ErrorKind::TooLarge, sentence));
    }
    Ok(items)
}

fn said_in(run: &Run<'_>, person: Option<&str>, now: Timestamp, fresh: &mut dyn FnMut() -> EventId) -> Result<Vec<Draft>, Error> {
    let around = Around { now, model: run.model(), person, trace: run.trace() };
    let said = drafts(&run.messages, &around, fresh)?;
    Ok(if said.is_empty() { drafts_of_text(&transcript(run), &around, fresh) } else { said })
}

/// What was said, where it comes as one text.
fn transcript(run: &Run<'_>) -> Vec<Message> {
    let mut messages = messages_of_transcript(&word(run.content).unwrap_or_default());
    messages.retain(|message| message.text.as_deref().is_some_and(|text| !text.trim().is_empty()));
    messages
}

/// A model call that the SDK captured: its messages are the history that it was asked with, and the answer. Former versions send both as
/// one text. `None` where nothing was said.
fn captured_call(run: &Run<'_>, text: &str, now: Timestamp, id: EventId) -> Option<Draft> {
    let messages: Vec<_> = match run.messages.is_empty() {
        true => transcript(run),
        false => run.messages.iter().flat_map(|raw| chat_messages(Some(raw), "user")).collect(),
    };
    if messages.is_empty() {
        return None;
    }
    let answer = run.messages.last().and_then(|raw| given(raw.get(), ["model", "usage", "latencyMs"]).ok());
    let [model, usage, latency] = answer.unwrap_or_default();
    let duration_us = micros(latency);
    let mut heard = said_in_messages(&messages);
    heard.replied = true;
    let facts = Facts {
        request_model: run.model(),
        response_model: word(model).map(|model| cut(model, COLUMN_CHARS_MAX)).or_else(|| run.model()),
        tokens: tokens(usage),
        duration_us,
        trace_id: run.trace(),
        status: Status::Ok,
        body: encode_body(text),
        ..Facts::new(Kind::Llm, "llm.completed", now, SOURCE)
    };
    Some(Draft { turn: turns::of_call(&heard, duration_us), id: Some(id), ..Draft::new(facts, Mention::default()) })
}

/// When the last thing happened: an end that is told without a time is then.
fn last(drafts: &[Draft], now: Timestamp) -> Timestamp {
    drafts.iter().map(|draft| draft.facts.occurred_at).max().unwrap_or(now)
}

/// An agent by id before one by name. One that nobody knows by its id is known by the name that comes with it, else by that id.
fn agent(run: &Run<'_>) -> Result<Option<Handle>, Error> {
    let (id, name) = (key("agentId", run.agent_id)?, key("agentName", run.agent_name)?);
    let by_id = id.map(|id| handle(&id));
    Ok(match (by_id, name) {
        (Some(by_id), Some(name)) => Some(Handle { name, ..by_id }),
        (Some(by_id), None) => Some(by_id),
        (None, name) => name.map(|name| Handle { id: None, name }),
    })
}

/// What the client says of how it stands. `ended_at` is when it ended, if it is said to be over; `None` where it cannot be.
fn status(run: &Run<'_>, ended_at: Option<Timestamp>) -> SessionPatch {
    let Some(word) = word(run.status).filter(|word| !word.is_empty()) else { return SessionPatch::default() };
    let over = matches!(word.to_ascii_lowercase().as_str(), "completed" | "abandoned" | "failed" | "cancelled");
    match (over, ended_at) {
        (true, None) => SessionPatch::default(),
        (true, ended_at) => SessionPatch { ended_at, end_state: Some(cut(word, COLUMN_CHARS_MAX)), ..SessionPatch::default() },
        (false, _) => SessionPatch { end_state: Some(cut(word, COLUMN_CHARS_MAX)), ..SessionPatch::default() },
    }
}

/// The client's own metadata, and beside it what else it said of the run that has no place of its own.
fn metadata(run: &Run<'_>) -> Option<String> {
    let others = [
        ("toolDefinitions", run.tool_definitions),
        ("traceId", run.trace_id),
        ("parentTraceId", run.parent_trace_id),
        ("companyName", run.company),
    ];
    let given: Vec<_> = others.into_iter().filter_map(|(name, raw)| Some((name, raw?))).collect();
    match (run.metadata.filter(|raw| is_object(raw)), given.is_empty()) {
        (None, true) => None,
        (Some(raw), true) => Some(raw.get().to_owned()),
        (_, false) => {
            let mut all: BTreeMap<Cow<'_, str>, &RawValue> =
                run.metadata.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
            for (name, raw) in given {
                all.entry(name.into()).or_insert(raw);
            }
            serde_json::to_string(&all).ok()
        }
    }
}
