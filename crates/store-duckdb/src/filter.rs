//! Filters that events are matched with outside of the engine: those that name a session, and little else.

use debrief_model::{Event, EventFilter, TenantId};

/// Whether an event fulfils the filter, where that is simple to say: nothing but its time, its session and its kind counts.
pub(crate) fn simple(tenant: TenantId, filter: &EventFilter) -> Option<impl Fn(&Event) -> bool> {
    let EventFilter { time, session, kind, .. } = *filter;
    let nothing_else = EventFilter { time, session, kind, ..EventFilter::default() } == *filter;
    let is_meant = move |event: &Event| {
        let Event { links, facts, .. } = event;
        let is_of_kind = kind.is_none_or(|kind| facts.kind == kind);
        event.tenant == tenant && time.contains(facts.occurred_at) && links.session == session && is_of_kind
    };
    (session.is_some() && nothing_else).then_some(is_meant)
}
