//! How the reference keeps traces.

use debrief_model::{Contribution, Event, Facts, Page, Paging, TenantId, Timestamp, Totals, Trace, TraceFilter};

use super::reference::{State, page};
use super::reference_commit::clamp;

/// A trace, and when what it is named after began.
pub(super) struct HeldTrace {
    trace: Trace,
    named_at: Option<Timestamp>,
}

/// Notes a new event in its trace.
pub(super) fn note(state: &mut State, event: &Event) {
    let Some(held) = open(state, event) else { return };
    let at = event.facts.occurred_at;
    if held.trace.totals.first_event_at.is_none_or(|first| at < first) {
        held.trace.session = event.links.session;
    }
    held.trace.totals.add(&Contribution::of(&event.facts), at);
    clamp(&mut held.trace.totals);
    held.hear(&event.facts);
}

/// Notes that an event of a trace reads differently.
pub(super) fn revise(state: &mut State, before: &Contribution, event: &Event) {
    let Some(held) = open(state, event) else { return };
    if held.trace.totals.first_event_at == Some(event.facts.occurred_at) {
        held.trace.session = event.links.session;
    }
    held.trace.totals.revise(before, &Contribution::of(&event.facts));
    clamp(&mut held.trace.totals);
    held.hear(&event.facts);
}

impl HeldTrace {
    fn hear(&mut self, facts: &Facts) {
        self.trace.ended_at = self.trace.ended_at.max(facts.ended_at);
        self.trace.started_at = self.trace.totals.first_event_at.unwrap_or(Timestamp(0));
        let is_root = facts.parent_span_id.is_none() && facts.span_id.is_some();
        if is_root && facts.name.is_some() && self.named_at.is_none_or(|at| facts.occurred_at <= at) {
            self.trace.name.clone_from(&facts.name);
            self.named_at = Some(facts.occurred_at);
        }
    }
}

fn open<'s>(state: &'s mut State, event: &Event) -> Option<&'s mut HeldTrace> {
    let id = event.facts.trace_id.clone()?;
    let known = state.traces.iter().position(|held| held.trace.tenant == event.tenant && held.trace.id == id);
    let at = known.unwrap_or_else(|| {
        let totals = Totals::default();
        let trace = Trace { tenant: event.tenant, id, session: None, name: None, started_at: Timestamp(0), ended_at: None, totals };
        state.traces.push(HeldTrace { trace, named_at: None });
        state.traces.len() - 1
    });
    state.traces.get_mut(at)
}

pub(super) fn find(state: &State, tenant: TenantId, id: &str) -> Option<Trace> {
    state.traces.iter().map(|held| &held.trace).find(|trace| trace.tenant == tenant && trace.id == id).cloned()
}

pub(super) fn list(state: &State, tenant: TenantId, filter: &TraceFilter, paging: Paging) -> Page<Trace> {
    let TraceFilter { session, failed, time } = filter;
    let matches = |trace: &&Trace| {
        trace.tenant == tenant
            && session.is_none_or(|session| trace.session == Some(session))
            && failed.is_none_or(|failed| (trace.totals.failures > 0) == failed)
            && time.contains(trace.started_at)
    };
    let mut found: Vec<Trace> = state.traces.iter().map(|held| &held.trace).filter(matches).cloned().collect();
    found.sort_by(|one, other| (other.started_at, &other.id).cmp(&(one.started_at, &one.id)));
    page(found.into_iter(), paging)
}
