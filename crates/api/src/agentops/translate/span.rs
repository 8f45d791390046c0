//! Spans, from what is kept of them, as the public interface shows them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use debrief_app::EventView;
use debrief_model::limit::TAGS_MAX;
use debrief_telemetry::reread;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::agentops::lenient::word;
use crate::agentops::wire::trace::{Nested, Span, SpanDetail, Trace};
use crate::edge::time::render as time;

const PROJECT: &str = "agentops.project.id";
const SERVICE: &str = "service.name";
const NOTHING: &str = "{}";

/// A span as it was sent. What came otherwise has none of this.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Kept<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    start_time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    end_time_unix_nano: Cow<'a, str>,
    #[serde(borrow)]
    status: KeptStatus<'a>,
    #[serde(borrow)]
    attributes: Option<&'a RawValue>,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KeptStatus<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// How a span went, by its own word: what ended without one is indeterminate here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Went {
    Well,
    Badly,
    Untold,
}

impl<'a> Kept<'a> {
    pub(super) fn of(view: &'a EventView) -> Self {
        view.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
    }

    pub(super) fn went(&self) -> Went {
        match &*self.status.code {
            "ok" => Went::Well,
            "error" => Went::Badly,
            _ => Went::Untold,
        }
    }

    /// The text of an attribute, or a number as it is written.
    pub(super) fn attribute(&self, key: &str) -> Option<String> {
        let value = *flat(self.attributes).get(key)?;
        word(Some(value)).map(Cow::into_owned)
    }

    fn duration_ns(&self, view: &EventView) -> u64 {
        let told = self.start_time_unix_nano.parse::<u64>().ok().zip(self.end_time_unix_nano.parse::<u64>().ok());
        let measured = || u64::try_from(view.event.facts.duration_us.unwrap_or(0)).unwrap_or(0).saturating_mul(1_000);
        told.map_or_else(measured, |(from, to)| to.saturating_sub(from))
    }
}

/// Adds an event of a trace, if it is a span. The tags are those of spans that nothing contains.
pub(in crate::agentops) fn add_span(trace: &mut Trace, view: &EventView) {
    if view.event.facts.span_id.is_none() {
        return;
    }
    trace.spans.push(summary(view, &Kept::of(view)));
    if view.event.facts.parent_span_id.is_none() {
        let told = view.body.as_deref().and_then(reread).map(|reading| reading.tags).unwrap_or_default();
        for tag in told.into_iter().take(TAGS_MAX) {
            if trace.tags.len() < TAGS_MAX && !trace.tags.contains(&tag) {
                trace.tags.push(tag);
            }
        }
    }
}

/// Shows a span with everything that was said of it. Clients write a placeholder for the project.
pub(in crate::agentops) fn with_detail<T>(view: &EventView, project: &str, show: impl FnOnce(&SpanDetail<'_>) -> T) -> T {
    let kept = Kept::of(view);
    let project = to_raw_value(project).expect("text serialises");
    let mut resource = flat(kept.resource);
    let service_name = resource.get(SERVICE).and_then(|name| word(Some(*name))).unwrap_or_default();
    resource.insert(PROJECT.to_owned(), &project);
    show(&SpanDetail {
        span: summary(view, &kept),
        service_name,
        attributes: kept.attributes.unwrap_or_else(|| serde_json::from_str(NOTHING).expect("an object")),
        resource_attributes: Nested::of(resource),
        span_attributes: Nested::of(flat(kept.attributes)),
    })
}

fn summary(view: &EventView, kept: &Kept<'_>) -> Span {
    let facts = &view.event.facts;
    let name = Some(kept.name.to_string()).filter(|name| !name.is_empty()).or_else(|| facts.name.clone());
    Span {
        span_id: facts.span_id.clone().unwrap_or_default(),
        parent_span_id: facts.parent_span_id.clone(),
        span_name: name.unwrap_or_default(),
        span_kind: if kept.kind.is_empty() { "UNSPECIFIED".to_owned() } else { kept.kind.to_ascii_uppercase() },
        start_time: time(facts.occurred_at),
        end_time: facts.ended_at.map(time),
        duration: kept.duration_ns(view),
        status_code: match kept.went() {
            Went::Well => "OK",
            Went::Badly => "ERROR",
            Went::Untold => "UNSET",
        }
        .to_owned(),
        status_message: kept.status.message.to_string(),
    }
}

fn flat(attributes: Option<&RawValue>) -> BTreeMap<String, &RawValue> {
    attributes.and_then(|attributes| serde_json::from_str(attributes.get()).ok()).unwrap_or_default()
}
