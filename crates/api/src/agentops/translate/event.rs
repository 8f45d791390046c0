//! `create_events`: a batch becomes drafts, and its errors mark the events that they point at as failed.

use std::borrow::Cow;
use std::collections::HashMap;

use debrief_app::turns;
use debrief_content::{CallFacts, Said, call_facts, said_in_chat};
use debrief_model::limit::{COLUMN_CHARS_MAX, MESSAGE_CHARS_MAX};
use debrief_model::{Cost, CostSource, Draft, Error, Facts, Failure, Kind, Mention, Patch, Status, Terms, Timestamp, Tokens};
use serde_json::value::RawValue;

use super::batch::each_item;
use super::{SOURCE, completed, cut, failed, kept, key, kind_of};
use crate::agentops::lenient::{count, moment, object, said, word};
use crate::agentops::wire;
use crate::edge::kept::Kept;
use crate::edge::{json, money};

/// How a batch arrived.
#[derive(Clone, Debug)]
pub(in crate::agentops) struct Arrival {
    /// The session of the token.
    pub(in crate::agentops) session: String,
    /// When.
    pub(in crate::agentops) now: Timestamp,
    /// How many events it may hold.
    pub(in crate::agentops) events_max: usize,
}

/// What a batch comes to.
#[derive(Debug, Default)]
pub(in crate::agentops) struct Recording {
    /// Its events.
    pub(in crate::agentops) drafts: Vec<Draft>,
    /// Failures of events that came in an earlier batch.
    pub(in crate::agentops) failures: Vec<(String, Patch)>,
    /// How many of its items are no events.
    pub(in crate::agentops) refused: usize,
}

/// An event that an error says it was triggered by.
struct Trigger {
    key: String,
    kind: Option<Kind>,
    failure: Failure,
}

/// Reads a batch: `{"events": […]}`, a bare array, or a single event. An item that is no event does not harm its neighbours.
///
/// # Errors
/// `Invalid` when there is no batch in it, `TooLarge` beyond the limit of events.
pub(in crate::agentops) fn recording(text: &str, arrival: &Arrival) -> Result<Recording, Error> {
    each_item(text, arrival.events_max, |items| {
        let mut recording = Recording { drafts: Vec::with_capacity(items.len()), ..Recording::default() };
        let mut bodies = Kept::new(items.len());
        let mut triggers = Vec::new();
        for raw in items {
            let read = json::read(raw.get(), |text| {
                let read = draft(&serde_json::from_str(text)?, arrival);
                bodies.add(recording.drafts.len(), &kept(text));
                Ok(read)
            });
            match read {
                Ok((draft, trigger)) => {
                    recording.drafts.push(draft);
                    triggers.extend(trigger);
                }
                Err(_) => recording.refused += 1,
            }
        }
        bodies.give_to(&mut recording.drafts);
        fail(&mut recording, triggers);
        recording
    })
}

/// The triggers of errors fail with them: in this batch wherever they occur (0.3.17 repeats them), else in an earlier one.
fn fail(recording: &mut Recording, triggers: Vec<Trigger>) {
    if triggers.is_empty() {
        return;
    }
    let mut here: HashMap<String, Vec<&mut Facts>> = HashMap::new();
    for Draft { facts, .. } in &mut recording.drafts {
        if let Some(key) = &facts.key {
            here.entry(key.clone()).or_default().push(facts);
        }
    }
    for Trigger { key, kind, failure } in triggers {
        for facts in here.get_mut(&key).into_iter().flatten() {
            facts.status = Status::Error;
            facts.event_type = Cow::Borrowed(failed(facts.kind));
            facts.failure = Some(failure.clone());
        }
        if !here.contains_key(&key) {
            let event_type = kind.map(|kind| Cow::Borrowed(failed(kind)));
            let patch = Patch { status: Some(Status::Error), failure: Some(failure), event_type, ..Patch::default() };
            recording.failures.push((key, patch));
        }
    }
}

/// The event without its body, and what triggered it.
fn draft(event: &wire::Event<'_>, arrival: &Arrival) -> (Draft, Option<Trigger>) {
    let told = word(event.event_type.or(event.kind));
    let kind = told.as_deref().map_or_else(|| by_shape(event), |told| kind_of(told).unwrap_or(Kind::Action));
    let began = moment(event.init_timestamp).or_else(|| moment(event.timestamp));
    let ended = moment(event.end_timestamp);
    let mut facts = Facts::new(kind, completed(kind), began.or(ended).unwrap_or(arrival.now), SOURCE);
    facts.key = key(event.id).or_else(|| key(event.event_id));
    facts.ended_at = ended;
    facts.duration_us = began.zip(ended).map(|(began, ended)| ended.micros_since(began)).filter(|us| *us >= 0);
    facts.name = name_of(kind, event).or_else(|| unknown_kind(told));
    facts.cost = cost(event.cost);
    facts.status = Status::Ok;
    let mut trigger = None;
    let mut turn = None;
    match kind {
        Kind::Llm => {
            model_call(&mut facts, event);
            turn = turns::of_call(&heard(event), facts.duration_us);
        }
        Kind::Error => trigger = error(&mut facts, event),
        Kind::Tool | Kind::Action | Kind::Span | Kind::Message | Kind::Domain => {}
    }
    let mention = Mention { session: Some(arrival.session.clone()), agent_alias: key(event.agent_id), ..Mention::default() };
    (Draft { turn, ..Draft::new(facts, mention) }, trigger)
}

/// An event whose type nobody told is what its members make it.
fn by_shape(event: &wire::Event<'_>) -> Kind {
    match () {
        () if event.prompt.or(event.completion).is_some() => Kind::Llm,
        () if event.error_type.is_some() => Kind::Error,
        () if event.tool_name.is_some() => Kind::Tool,
        () => Kind::Action,
    }
}

pub(super) fn name_of(kind: Kind, event: &wire::Event<'_>) -> Option<String> {
    let names = match kind {
        Kind::Action => [event.action_type, event.name, event.tool_name],
        _ => [event.name, event.tool_name, event.action_type],
    };
    names.into_iter().find_map(word).map(|name| cut(name, COLUMN_CHARS_MAX))
}

/// The vendor's server takes an event of a type it does not know for an action; its type is then the best name there is.
fn unknown_kind(told: Option<Cow<'_, str>>) -> Option<String> {
    told.filter(|told| kind_of(told).is_none()).map(|told| cut(told, COLUMN_CHARS_MAX))
}

pub(super) fn cost(raw: Option<&RawValue>) -> Option<Cost> {
    Some(Cost { nano_usd: money::parse(&word(raw)?)?, source: CostSource::Reported })
}

fn model_call(facts: &mut Facts, event: &wire::Event<'_>) {
    let inputs = event.params.or(event.input);
    let found = call_facts(None, inputs, event.returns.or(event.output));
    let short = |text: String| cut(text.into(), COLUMN_CHARS_MAX);
    facts.tokens = tokens(event, &found);
    facts.terms = terms(&found);
    facts.request_model = found.request_model.or_else(|| asked_model(inputs)).map(short);
    facts.response_model = word(event.model).map(Cow::into_owned).or(found.response_model).map(short);
    facts.provider = found.provider.map(str::to_owned);
    facts.finish_reason = found.finish_reason.map(short);
    facts.response_id = found.response_id.map(short);
    if found.error_type.is_some() || found.error_message.is_some() {
        facts.status = Status::Error;
        facts.event_type = Cow::Borrowed(failed(Kind::Llm));
        let message = found.error_message.map(|message| cut(message.into(), MESSAGE_CHARS_MAX));
        facts.failure = Some(Failure { kind: found.error_type.map(short), message });
    }
}

/// What a call says of its conversation: in the event's own members, else in what the provider was sent and answered.
pub(super) fn heard(event: &wire::Event<'_>) -> Said {
    match event.prompt.or(event.completion) {
        Some(_) => said_in_chat(event.prompt, event.completion),
        None => debrief_content::said(None, event.params.or(event.input), event.returns.or(event.output)),
    }
}

fn asked_model(inputs: Option<&RawValue>) -> Option<String> {
    word(object::<wire::Params<'_>>(inputs).model).map(Cow::into_owned)
}

/// Counts that the event itself names win over those in the provider's answer. Except that for Anthropic the SDK names the tokens
/// that were not in a cache: where told and cached tokens together are what the provider counted, that is the input.
pub(super) fn tokens(event: &wire::Event<'_>, found: &CallFacts) -> Tokens {
    let cached = found.cache_read_tokens.unwrap_or(0).saturating_add(found.cache_write_tokens.unwrap_or(0));
    let told = count(event.prompt_tokens);
    let apart = told.is_some_and(|told| told.checked_add(cached) == found.input_tokens);
    Tokens {
        input: told.filter(|_| !apart).or(found.input_tokens),
        output: count(event.completion_tokens).or(found.output_tokens),
        cache_read: found.cache_read_tokens,
        cache_write: found.cache_write_tokens,
        reasoning: found.reasoning_tokens,
    }
}

/// How a call was made, by what the provider answered or was asked for.
pub(super) fn terms(found: &CallFacts) -> Option<Box<Terms>> {
    Terms::told(found.service_tier.clone(), found.speed.clone(), found.cache_write_1h_tokens)
}

fn error(facts: &mut Facts, event: &wire::Event<'_>) -> Option<Trigger> {
    let failure = failure(event);
    facts.status = Status::Error;
    facts.failure = failure.clone();
    let key = key(event.trigger_event_id)?;
    facts.causation_id = Some(key.clone());
    let kind = word(event.trigger_event_type).and_then(|told| kind_of(&told));
    Some(Trigger { key, kind, failure: failure.unwrap_or_default() })
}

pub(super) fn failure(event: &wire::Event<'_>) -> Option<Failure> {
    let kind = word(event.error_type).or_else(|| word(event.code)).map(|kind| cut(kind, COLUMN_CHARS_MAX));
    let message = said(event.details).map(|message| cut(message, MESSAGE_CHARS_MAX));
    (kind.is_some() || message.is_some()).then_some(Failure { kind, message })
}
