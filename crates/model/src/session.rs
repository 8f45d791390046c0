//! Sessions: one conversation or run, with totals that are always those of its events.

use crate::course::Course;
use crate::event::{Contribution, Kind, Tokens};
use crate::id::{AgentNumber, EventId, FingerprintNumber, PersonNumber, SessionId, SessionNumber, TenantId, VersionNumber};
use crate::resolution::Resolution;
use crate::time::Timestamp;

/// One conversation or run.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its number.
    pub number: SessionNumber,
    /// Our id.
    pub id: SessionId,
    /// The caller's id.
    pub key: String,
    /// The agent of its earliest event that names one, of several at the same time that of the first recorded; the default agent while
    /// none does. It does not matter in which order events of different times come.
    pub agent: Option<AgentNumber>,
    /// That agent's version.
    pub agent_version: Option<VersionNumber>,
    /// The person of its latest event that names one, of several at the same time that of the last recorded.
    pub person: Option<PersonNumber>,
    /// The runtime last named.
    pub fingerprint: Option<FingerprintNumber>,
    /// Another tenant that may see the session too.
    pub shared_with: Option<TenantId>,
    /// When it began: as told, else its first event.
    pub started_at: Timestamp,
    /// When something last happened in it, by the clock of its events; while it has none, by that of what is said of it.
    pub last_activity_at: Timestamp,
    /// Everything a client can set.
    pub set: SessionPatch,
    /// What its events add up to.
    pub totals: Totals,
    /// How its conversation went so far.
    pub course: Course,
}

/// What a client says of a session. `None` means "not said"; a patch changes only what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionPatch {
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended, as told: `Success`, `Fail`, `Indeterminate`, `completed`, …
    pub end_state: Option<String>,
    /// Why it ended so.
    pub end_state_reason: Option<String>,
    /// Tags; given ones replace the former.
    pub tags: Option<Vec<String>>,
    /// Environment name.
    pub environment: Option<String>,
    /// Link to a recording.
    pub video: Option<String>,
    /// Description of the host, a JSON object as sent.
    pub host: Option<String>,
    /// A title for people.
    pub title: Option<String>,
    /// Whatever the client wants kept with it, a JSON object as sent.
    pub metadata: Option<String>,
    /// Whether it achieved what it was for; whoever told it last is believed.
    pub resolution: Option<Resolution>,
    /// The event that told so, if one did; where nothing was told but how it ended, the one that told that.
    pub resolved_by: Option<EventId>,
}

impl SessionPatch {
    /// Whether it says that the session goes on.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        let state = self.end_state.as_deref().unwrap_or_default();
        ["active", "in_progress", "running", "pending"].iter().any(|word| state.eq_ignore_ascii_case(word))
    }

    /// Takes over everything that `newer` says.
    pub fn absorb(&mut self, newer: Self) {
        let Self {
            started_at,
            ended_at,
            end_state,
            end_state_reason,
            tags,
            environment,
            video,
            host,
            title,
            metadata,
            resolution,
            resolved_by,
        } = newer;
        if resolution.is_some() {
            (self.resolution, self.resolved_by) = (resolution, resolved_by);
        } else if self.resolution.is_none() && end_state.is_some() && end_state != self.end_state {
            self.resolved_by = resolved_by;
        }
        replace(&mut self.started_at, started_at);
        replace(&mut self.ended_at, ended_at);
        replace(&mut self.end_state, end_state);
        replace(&mut self.end_state_reason, end_state_reason);
        replace(&mut self.tags, tags);
        replace(&mut self.environment, environment);
        replace(&mut self.video, video);
        replace(&mut self.host, host);
        replace(&mut self.title, title);
        replace(&mut self.metadata, metadata);
    }

    /// Notes the event that told how it ended, which is what its outcome rests on where nobody told of that itself.
    pub fn ended_by(&mut self, event: EventId) {
        if self.resolution.is_none() {
            self.resolved_by = Some(event);
        }
    }

    /// Notes which event says this. Only what it says of the outcome is ever traced back to it.
    #[must_use]
    pub fn said_by(mut self, event: EventId) -> Self {
        self.resolved_by = self.resolution.map(|_| event);
        self
    }
}

fn replace<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

/// What the events of a session add up to. Token sums and cost are `None` while no event carried any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All events.
    pub events: u64,
    /// Model calls.
    pub llm_calls: u64,
    /// Tool calls.
    pub tool_calls: u64,
    /// Actions.
    pub actions: u64,
    /// Error events.
    pub errors: u64,
    /// Events of any kind with status error.
    pub failures: u64,
    /// Sums of token counts.
    pub tokens: Tokens,
    /// Sum of costs in billionths of a US dollar.
    pub cost_nano_usd: Option<i64>,
    /// Model calls that nobody knows the cost of.
    pub unpriced: u64,
    /// Earliest `occurred_at` of its events.
    pub first_event_at: Option<Timestamp>,
    /// Latest `occurred_at` of its events.
    pub last_event_at: Option<Timestamp>,
}

impl Totals {
    /// Adds one event that occurred at `at`.
    pub fn add(&mut self, part: &Contribution, at: Timestamp) {
        self.events += 1;
        if let Some(count) = self.count_of(part.kind) {
            *count += 1;
        }
        self.failures += u64::from(part.failed);
        self.unpriced += u64::from(part.unpriced);
        let Tokens { input, output, cache_read, cache_write, reasoning } = part.tokens;
        plus(&mut self.tokens.input, input);
        plus(&mut self.tokens.output, output);
        plus(&mut self.tokens.cache_read, cache_read);
        plus(&mut self.tokens.cache_write, cache_write);
        plus(&mut self.tokens.reasoning, reasoning);
        if let Some(cost) = part.cost_nano_usd {
            self.cost_nano_usd = Some(self.cost_nano_usd.unwrap_or(0).saturating_add(cost));
        }
        self.first_event_at = Some(self.first_event_at.map_or(at, |first| first.min(at)));
        self.last_event_at = Some(self.last_event_at.map_or(at, |last| last.max(at)));
    }

    /// Replaces what an event added before an amendment by what it adds now. The event's time does not change.
    pub fn revise(&mut self, before: &Contribution, after: &Contribution) {
        if let Some(count) = self.count_of(before.kind) {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = self.count_of(after.kind) {
            *count += 1;
        }
        self.failures = (self.failures + u64::from(after.failed)).saturating_sub(u64::from(before.failed));
        self.unpriced = (self.unpriced + u64::from(after.unpriced)).saturating_sub(u64::from(before.unpriced));
        exchange(&mut self.tokens.input, before.tokens.input, after.tokens.input);
        exchange(&mut self.tokens.output, before.tokens.output, after.tokens.output);
        exchange(&mut self.tokens.cache_read, before.tokens.cache_read, after.tokens.cache_read);
        exchange(&mut self.tokens.cache_write, before.tokens.cache_write, after.tokens.cache_write);
        exchange(&mut self.tokens.reasoning, before.tokens.reasoning, after.tokens.reasoning);
        if before.cost_nano_usd.is_some() || after.cost_nano_usd.is_some() {
            let without = self.cost_nano_usd.unwrap_or(0).saturating_sub(before.cost_nano_usd.unwrap_or(0));
            self.cost_nano_usd = Some(without.saturating_add(after.cost_nano_usd.unwrap_or(0)));
        }
    }

    /// Takes away what an event added, but for its time.
    pub fn remove(&mut self, part: &Contribution) {
        self.events = self.events.saturating_sub(1);
        let nothing = Contribution { kind: Kind::Domain, failed: false, tokens: Tokens::default(), cost_nano_usd: None, unpriced: false };
        self.revise(part, &nothing);
    }

    fn count_of(&mut self, kind: Kind) -> Option<&mut u64> {
        match kind {
            Kind::Llm => Some(&mut self.llm_calls),
            Kind::Tool => Some(&mut self.tool_calls),
            Kind::Action => Some(&mut self.actions),
            Kind::Error => Some(&mut self.errors),
            Kind::Span | Kind::Message | Kind::Domain => None,
        }
    }
}

fn plus(sum: &mut Option<u64>, part: Option<u64>) {
    if let Some(part) = part {
        *sum = Some(sum.unwrap_or(0).saturating_add(part));
    }
}

fn exchange(sum: &mut Option<u64>, before: Option<u64>, after: Option<u64>) {
    if before.is_some() || after.is_some() {
        *sum = Some(sum.unwrap_or(0).saturating_sub(before.unwrap_or(0)).saturating_add(after.unwrap_or(0)));
    }
}
