//! Between the vendor's wire and the domain. Pure: no I/O, and no clock but the time of arrival that it is given.

mod batch;
mod event;
mod export;
mod patch;
mod project;
mod session;
mod span;
mod sums;
#[cfg(test)]
mod tests;
mod upload;

use std::borrow::Cow;

use debrief_app::SessionView;
use debrief_content::repair_json;
use debrief_model::Kind;
use debrief_model::limit::KEY_CHARS_MAX;
use serde_json::value::RawValue;

pub(super) use event::{Arrival, Recording, recording};
pub(super) use export::{exported_session, row};
pub(super) use patch::amending;
pub(super) use project::{api_key, token_told};
pub(super) use session::{Named, agent, log_text, logs_url, session, session_key, session_url};
pub(super) use span::{add_span, with_detail};
pub(super) use sums::Sums;
pub(super) use upload::{object, object_body, trace_ids, upload_url, uploaded};

use super::lenient::word;
use super::wire;
use crate::edge::money;

/// Where events come from, as they name it.
const SOURCE: &str = "agentops";

/// What a session adds up to, in the vendor's words.
pub(super) fn stats(view: &SessionView) -> wire::Stats {
    let totals = &view.session.totals;
    wire::Stats {
        session_id: view.session.key.clone(),
        cost: money::render(totals.cost_nano_usd.unwrap_or(0)),
        events: totals.events,
        prompt_tokens: totals.tokens.input.unwrap_or(0),
        completion_tokens: totals.tokens.output.unwrap_or(0),
        errors: totals.errors,
    }
}

/// The kind that the vendor's word means, in the SDK's plural or the documents' singular.
fn kind_of(word: &str) -> Option<Kind> {
    let is = |one: &str, many: &str| word.eq_ignore_ascii_case(one) || word.eq_ignore_ascii_case(many);
    match () {
        () if is("llm", "llms") => Some(Kind::Llm),
        () if is("tool", "tools") => Some(Kind::Tool),
        () if is("action", "actions") => Some(Kind::Action),
        () if is("error", "errors") => Some(Kind::Error),
        () => None,
    }
}

fn completed(kind: Kind) -> &'static str {
    match kind {
        Kind::Llm => "llm.completed",
        Kind::Tool => "tool.completed",
        Kind::Error => "error.raised",
        Kind::Action | Kind::Span | Kind::Message | Kind::Domain => "action.completed",
    }
}

fn failed(kind: Kind) -> &'static str {
    match kind {
        Kind::Llm => "llm.failed",
        Kind::Tool => "tool.failed",
        Kind::Error => "error.raised",
        Kind::Action | Kind::Span | Kind::Message | Kind::Domain => "action.failed",
    }
}

/// An identifier that the caller chose; one beyond the limit is as good as none.
fn key(raw: Option<&RawValue>) -> Option<String> {
    word(raw).filter(|key| key.len() <= KEY_CHARS_MAX || key.chars().count() <= KEY_CHARS_MAX).map(without_nul)
}

/// Text for a column: the character NUL, which ends a text for some who read it, becomes U+FFFD.
fn without_nul(text: Cow<'_, str>) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text.into_owned() }
}

/// JSON as it is kept: as sent, but for halves of characters, for which most readers would refuse the whole document.
fn kept(json: &str) -> Cow<'_, str> {
    let may_be_broken = json.contains("\\ud") || json.contains("\\uD");
    may_be_broken.then(|| repair_json(json)).flatten().map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The first `chars_max` characters.
fn cut(text: Cow<'_, str>, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max).filter(|_| text.len() > chars_max) {
        Some((end, _)) => without_nul(Cow::Borrowed(&text[..end])),
        None => without_nul(text),
    }
}
