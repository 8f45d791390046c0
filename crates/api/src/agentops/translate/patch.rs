//! `update_events`: what is given changes, everything else stays.

use std::borrow::Cow;

use debrief_app::turns;
use debrief_content::{CallFacts, call_facts};
use debrief_model::limit::COLUMN_CHARS_MAX;
use debrief_model::{AudioTokens, Error, Kind, Patch, Status};

use super::batch::each_item;
use super::event::{cost, failure, heard, name_of, terms, tokens};
use super::{cut, failed, kept, key, kind_of};
use crate::agentops::lenient::{Object, moment, object, word};
use crate::agentops::wire;
use crate::edge::json;

/// What a batch of updates comes to.
#[derive(Debug, Default)]
pub(in crate::agentops) struct Amending {
    /// The caller's event ids and what changes.
    pub(in crate::agentops) patches: Vec<(String, Patch)>,
    /// How many items name no event.
    pub(in crate::agentops) refused: usize,
}

/// Reads a batch of updates, in the same shapes as a batch of events.
///
/// # Errors
/// `Invalid` when there is no batch in it, `TooLarge` beyond the limit of events.
pub(in crate::agentops) fn amending(text: &str, events_max: usize) -> Result<Amending, Error> {
    each_item(text, events_max, |items| {
        let mut amending = Amending::default();
        for raw in items {
            match json::read(raw.get(), |text| Ok(named_patch(&serde_json::from_str(text)?, &serde_json::from_str(text)?))) {
                Ok(Some(patch)) => amending.patches.push(patch),
                Ok(None) | Err(_) => amending.refused += 1,
            }
        }
        amending
    })
}

/// The documents call the event `event_id`, the vendor's server `id`.
fn named_patch(event: &wire::Event<'_>, members: &Object<'_>) -> Option<(String, Patch)> {
    let key = key(event.event_id).or_else(|| key(event.id))?;
    let told = word(event.event_type.or(event.kind));
    let kind = told.as_deref().and_then(kind_of);
    let inputs = event.params.or(event.input);
    let short = |text: Cow<'_, str>| cut(text, COLUMN_CHARS_MAX);
    let found = match kind {
        Some(Kind::Llm) | None => call_facts(None, inputs, event.returns.or(event.output)),
        Some(_) => CallFacts::default(),
    };
    let failure = failure(event);
    let patch = Patch {
        ended_at: moment(event.end_timestamp),
        name: name_of(kind.unwrap_or(Kind::Tool), event),
        provider: found.provider.map(str::to_owned),
        request_model: word(object::<wire::Params<'_>>(inputs).model).map(short),
        response_model: word(event.model).or_else(|| found.response_model.as_deref().map(Cow::Borrowed)).map(short),
        finish_reason: found.finish_reason.as_deref().map(|reason| short(reason.into())),
        response_id: found.response_id.as_deref().map(|id| short(id.into())),
        tokens: tokens(event, &found),
        audio: AudioTokens::default(),
        terms: terms(&found),
        told_nano_usd: cost(event.cost).map(|cost| cost.nano_usd),
        status: failure.is_some().then_some(Status::Error),
        event_type: kind.filter(|_| failure.is_some()).map(|kind| Cow::Borrowed(failed(kind))),
        failure,
        merge: Some(kept(&given(members)).into_owned()),
        turn: match kind {
            Some(Kind::Llm) | None => turns::of_call(&heard(event), None),
            Some(_) => None,
        },
    };
    Some((key, patch))
}

/// The members that say something, without those that only say which event is meant.
fn given(members: &Object<'_>) -> String {
    let names_event = |name: &str| matches!(name, "id" | "event_id");
    super::export::written(members.0.iter().filter(|(name, value)| !names_event(name) && value.get() != "null"))
}
